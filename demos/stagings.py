"""The programs that the recorded demos are played on, and how each may have changed since the recording.

A staging opens its program on a desktop, can do the task as a person would (that is what is recorded), and
looks up the result outside the screen. `Drift` says how the program differs from the recorded one.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import urllib.parse
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from xml.etree import ElementTree

from order import CHROMIUM, Shop
from stage import HERE, CheckFailed, eventually

from screenwright.agent import Screen
from screenwright.policies.replay.compiling import compile_trace
from screenwright.policies.replay.folder import DemoFolder
from screenwright.tools import Desktop, Reader, Trace
from screenwright.tools.recording.recorder import Recorder

SECONDS = 60.0


@dataclass(frozen=True)
class Drift:
    """What is otherwise than when it was recorded. `late_s`: the program starts so much later."""

    name: str = "unchanged"
    moved: tuple[int, int] = (0, 0)
    resized: tuple[int, int] = (0, 0)
    dark: bool = False
    scale: float = 1.0
    renamed: bool = False
    reordered: bool = False
    dialog: bool = False
    late_s: float = 0.0


SAME = Drift()


@dataclass
class Staging:
    """One program on one desktop. `folder` is where its files go; all that was opened ends with `close`."""

    desktop: Desktop
    folder: Path
    drift: Drift = SAME
    closes: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])

    name = ""
    title = ""
    window = ""  # what its title holds
    script = ""  # what a person does, in plain steps
    can = frozenset[str]()  # drifts beyond those that every program can take
    values: dict[str, str] = field(default_factory=dict[str, str])

    def open(self) -> None:
        raise NotImplementedError

    def act(self, screen: Screen) -> None:
        """Do the task as a person would who reads the screen."""
        screen.run(dedent(self.script), **self.parameters())

    def parameters(self) -> dict[str, str]:
        """What differs from place to place."""
        return {}

    def result(self) -> object:
        """What the program has written or sent; None when there is nothing yet."""
        raise NotImplementedError

    def wanted(self) -> object:
        raise NotImplementedError

    def close(self) -> None:
        for end in reversed(self.closes):
            end()
        self.closes.clear()

    def start(self, *argv: str, **environment: str) -> subprocess.Popen[bytes]:
        """With a home of its own: a dialog that saves shows a new user's folders."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        late = f"sleep {self.drift.late_s:g}; " if self.drift.late_s else ""
        shell = ["sh", "-c", f'cd "$0"; {late}exec "$@"', str(home)]
        return self.desktop.start([*shell, *argv], **{"HOME": str(home)} | environment)

    def gtk(self) -> dict[str, str]:
        """GTK's own switches for theme and size of letters."""
        theme = {"GTK_THEME": "Adwaita:dark"} if self.drift.dark else {}
        return theme | ({"GDK_DPI_SCALE": f"{self.drift.scale:g}"} if self.drift.scale != 1 else {})

    def tk(self, program: str, out: Path, **renamed: str) -> None:
        words = ["--dark"] if self.drift.dark else []
        words += ["--scale", f"{self.drift.scale:g}", *(["--reordered"] if self.drift.reordered else [])]
        for was, now in renamed.items() if self.drift.renamed else ():
            words += ["--rename", f"{was}={now}"]
        self.start(sys.executable, str(HERE / "programs" / f"{program}.py"), str(out), *words)


class SignUp(Staging):
    name, title, window = "signup", "Fill in a form (Tk)", "Sign up"
    can = frozenset(("renamed", "reordered"))

    def open(self) -> None:
        self.tk("signup", self.folder / "signup.json", Submit="Register", City="Town")

    script = """
        wait for "Submit" (60 s)
        click the "Name" field
        type "Ada Lovelace"
        click the "Email" field
        type "ada@example.org"
        click the "City" field
        type "London"
        click Team
        choose "Peru" from Country
        check "Send me news"
        click Submit
        wait for "Welcome"
    """

    def result(self) -> object:
        return _json(self.folder / "signup.json")

    def wanted(self) -> object:
        facts = {"name": "Ada Lovelace", "email": "ada@example.org", "city": "London"} | self.values
        return facts | {"plan": "Team", "country": "Peru", "news": True}


class Contacts(Staging):
    name, title, window = "contacts", "Change one of four like rows (Tk)", "Contacts"
    can = frozenset(("renamed", "reordered"))

    def open(self) -> None:
        self.tk("contacts", self.folder / "contacts.json", **{"Write file": "Export", "Telephone": "Phone"})

    script = """
        wait for "Write file" (60 s)
        click "Edit" in the row of "Zhang Wei"
        wait for "Telephone"
        click the "Telephone" field
        type "010 8888"
        click Keep
        wait for "010 8888"
        click "Archive" in the row of "Grace Hopper"
        click "Write file"
    """

    def result(self) -> object:
        return _json(self.folder / "contacts.json")

    def wanted(self) -> object:
        return {"Ada Lovelace": "020 7946", "Zhang Wei": "010 8888", "Emmy Noether": "09131 85"}


class Note(Staging):
    name, title, window = "note", "Write a note and save it through a dialog (mousepad)", "Mousepad"

    def open(self) -> None:
        self.path.unlink(missing_ok=True)
        self.start("mousepad", "--disable-server", **self.gtk())

    @property
    def path(self) -> Path:
        return self.folder / "note.txt"

    def parameters(self) -> dict[str, str]:
        return {"path": str(self.path)}

    script = """
        wait for "Untitled" (60 s)
        type "Tea at five, bring the naive one"
        click "Search"
        click "Find and Replace"
        wait for "Replace with"
        click the "Search for" field
        type "naive"
        click the "Replace with" field
        type "naïve"
        click the "Replace" button
        click the "Close" button
        click "File"
        click "Save As"
        wait for "Create Folder" (20 s)
        press Ctrl+A
        type "{{path}}"
        click the "Save" button
    """

    def result(self) -> object:
        return self.path.read_text(encoding="utf-8").strip() if self.path.exists() else None

    def wanted(self) -> object:
        return "Tea at five, bring the naïve one"


class Order(Staging):
    name, title, window = "order", "Order tea on a page (Chromium)", "Order tea"
    can = frozenset(("renamed", "reordered"))
    shop: Shop

    def open(self) -> None:
        self.shop = Shop()
        threading.Thread(target=self.shop.serve_forever, daemon=True).start()
        self.closes += [self.shop.server_close, self.shop.shutdown]
        wish = [("dark", "")] if self.drift.dark else []
        wish += [("reordered", "")] if self.drift.reordered else []
        if self.drift.renamed:
            wish += [("rename", "Place the request=Send the request"), ("rename", "Your name=Full name")]
        address = f"{self.shop.address}?{urllib.parse.urlencode(wish)}" if wish else self.shop.address
        scale = [f"--force-device-scale-factor={self.drift.scale:g}"] if self.drift.scale != 1 else []
        profile = f"--user-data-dir={self.folder / 'profile'}"
        self.start("chromium", *CHROMIUM, *scale, profile, address)

    script = """
        wait for "Kind of tea" (60 s)
        click the "Your name" field
        type "Ada Lovelace"
        choose "Darjeeling" from "Kind of tea"
        click "250 grams"
        click the "Note for the shop" field
        type "Grüße aus Köln, 谢谢"
        check "Wrap it as a gift"
        scroll down until "Place the request" is visible
        click "Place the request"
        wait for "Thank you"
    """

    def result(self) -> object:
        return self.shop.posted[0] if len(self.shop.posted) == 1 else self.shop.posted or None

    def wanted(self) -> object:
        facts = {"name": "Ada Lovelace", "tea": "Darjeeling", "size": "250", "gift": "yes"}
        return facts | {"note": "Grüße aus Köln, 谢谢"} | self.values


class Sum(Staging):
    name, title, window = "sum", "Work out a sum (galculator)", "galculator"

    def open(self) -> None:
        self.start("galculator", **self.gtk())

    script = """
        wait for "galculator" (60 s)
        click the "1" button
        click the "2" button
        click the "*" button
        click the "8" button
        click the "+" button
        click the "7" button
        click the "=" button
        press Ctrl+C
    """

    def result(self) -> object:
        return self.desktop.clipboard().replace(",", "").strip() or None

    def wanted(self) -> object:
        return "103"


class Sheet(Staging):
    name, title, window = "sheet", "Fill in a sheet and save it (LibreOffice Calc)", "Calc"

    def open(self) -> None:
        self.path.unlink(missing_ok=True)
        user = self.folder / "office" / "user"
        user.mkdir(parents=True, exist_ok=True)
        (user / "registrymodifications.xcu").write_text(SETTINGS, encoding="utf-8")
        profile = f"-env:UserInstallation=file://{self.folder / 'office'}"
        looks = self.gtk() | {"SAL_USE_VCLPLUGIN": "gtk3"}
        self.start("soffice", profile, "--norestore", "--nologo", "--calc", **looks)

    @property
    def path(self) -> Path:
        return self.folder / "sheet.ods"

    def parameters(self) -> dict[str, str]:
        return {"path": str(self.path)}

    script = """
        wait for "Sheet1" (60 s)
        type "Assam"
        press Enter
        type "Sencha"
        press Enter
        click "File"
        click "Save As"
        wait for "Save with password" (20 s)
        press Ctrl+A
        type "{{path}}"
        press Enter
    """

    def result(self) -> object:
        if not self.path.exists():
            return None
        with zipfile.ZipFile(self.path) as held:
            root = ElementTree.fromstring(held.read("content.xml"))
        return [cell.text for cell in root.iter("{urn:oasis:names:tc:opendocument:xmlns:text:1.0}p") if cell.text]

    def wanted(self) -> object:
        return ["Assam", "Sencha"]


def record(staging: Staging, path: Path) -> DemoFolder:
    """Record the task while it is done on the staging's desktop, and compile it into the folder `path`."""
    display = staging.desktop.environment["DISPLAY"]
    recorder = Recorder(
        lambda: Desktop(display=display, environment=staging.desktop.environment), path, name=staging.name
    )
    reader = Reader()
    with recorder:
        staging.open()
        try:
            # Its own trace is not wanted: the recorder sees what reaches the programs, as with any person.
            with Screen(staging.desktop, trace=staging.folder / "person", reader=reader) as screen:
                staging.act(screen)
            eventually(f"the result of {staging.name}", lambda: staging.result() == staging.wanted())
        finally:
            staging.close()
    return _named(compile_trace(Trace(path / "trace"), path, name=staging.name, reader=reader), staging)


def _named(demo: DemoFolder, staging: Staging) -> DemoFolder:
    """What differs from place to place is called so, as a person would who reads the file."""
    file = demo.path / "demo.yaml"
    text = file.read_text(encoding="utf-8")
    for name, value in staging.parameters().items():
        given = next((p for p, facts in demo.demo.parameters.items() if facts.default == value), None)
        if given is None:
            raise CheckFailed(f"{value!r} is no parameter of {demo.path}: {sorted(demo.demo.parameters)}")
        text = re.sub(rf"(?m)(?<=^  ){given}(?=: {{)|(?<={{{{){given}(?=}}}})", name, text)
        text = text.replace(value, Path(value).name)
    file.write_text(text, encoding="utf-8")
    return DemoFolder.open(str(demo.path))


STAGINGS: dict[str, type[Staging]] = {s.name: s for s in (SignUp, Contacts, Note, Order, Sum, Sheet)}


def _json(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


_OFF = (
    ("/org.openoffice.Office.Calc/Input", "AutoInput"),
    ("/org.openoffice.Office.Common/Misc", "FirstRun"),
    ("/org.openoffice.Office.Common/Misc", "ShowTipOfTheDay"),
    ("/org.openoffice.Office.Common/AutoCorrect", "CapitalAtStartSentence"),
    ("/org.openoffice.Office.Common/Save/Document", "WarnAlienFormat"),
)
SETTINGS = (
    '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry" '
    'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    + "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>false</value></prop></item>'
        for path, name in _OFF
    )
    + "</oor:items>"
)
