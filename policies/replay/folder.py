"""A demo as a folder: where it is looked for, how its file is read and written, its pictures and its trace."""

from __future__ import annotations

import difflib
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from screenwright.policies import yamltext
from screenwright.policies.replay.demo import VERSION, Demo
from screenwright.policies.replay.yamldump import dumped
from screenwright.policies.replay.yamlkeep import kept
from screenwright.tools.errors import BadScript
from screenwright.tools.observation import Pixels
from screenwright.tools.plainfile import text_of

if TYPE_CHECKING:
    from screenwright.tools.trace import Trace

FILE, PICTURES, TRACE = "demo.yaml", "pictures", "trace"
ROOTS = (Path("demos"), Path("demos", "recorded"))
MOST_PIXELS = 64_000_000
DEMO_BYTES = 4_000_000


class DemoFolder:
    """One demo. `path`: its folder; `demo`: what its file says; `trace`: the recording, None where there is none.

    Args:
        path: the folder, which need not exist before `save`.
        demo: what is in its file.
    """

    def __init__(self, path: str | Path, demo: Demo) -> None:
        self.path = Path(path)
        self.demo = demo
        self._pictures: dict[str, Pixels | None] = {}
        self._trace: list[Trace | None] = []

    @classmethod
    def open(cls, name_or_path: str | Path) -> DemoFolder:
        """The demo of that name or at that place. BadScript with the line of what is wrong, and the fix.

        A recording that was killed has a trace and no file yet: it is compiled first, which stderr is told.
        """
        path = find_folder(name_or_path)
        file = path / FILE
        if not file.exists():
            from screenwright.policies.replay.compiling import compile_trace
            from screenwright.tools.trace import Trace

            print(f"screenwright: {path} has no {FILE} yet; it is made from its recording", file=sys.stderr)
            made = compile_trace(Trace(path / TRACE), path, name=path.resolve().name)
            return cls(path, made.demo)
        try:
            text = text_of(file, DEMO_BYTES)
        except (OSError, UnicodeDecodeError) as error:
            raise BadScript(f"{file} can't be read: {error}{_again(path)}") from error
        return cls(path, read_demo(text, str(file), _again(path)))

    @property
    def name(self) -> str:
        return self.demo.name

    @property
    def file(self) -> Path:
        return self.path / FILE

    @property
    def trace(self) -> Trace | None:
        """The recording; None where it is missing or can't be read."""
        if not self._trace:
            from screenwright.tools.trace import Trace

            try:
                self._trace.append(Trace(self.path / TRACE))
            except BadScript:
                self._trace.append(None)
        return self._trace[0]

    def picture(self, file: str) -> Pixels | None:
        """(H, W, 3) RGB of a file in pictures/; None where it is missing or damaged."""
        if file not in self._pictures:
            self._pictures[file] = _picture(self.path / PICTURES, file)
        return self._pictures[file]

    def only(self, step_id: str) -> DemoFolder:
        """Just this step of it, with the parameters that it uses. BadScript where there is no such step."""
        demo = self.demo.model_copy(update={"steps": tuple(s for s in self.demo.steps if s.id == step_id)})
        if not demo.steps:
            raise BadScript(f"the demo {self.name} has no step {step_id!r}")
        used = {name: parameter for name, parameter in self.demo.parameters.items() if name in demo.asked}
        return DemoFolder(self.path, demo.model_copy(update={"parameters": used}))

    def save(self, demo: Demo | None = None) -> None:
        """Write the file whole or not at all; what a person wrote in it, comments and order, stays. BadScript."""
        demo = demo or self.demo
        try:
            old = self.file.read_text(encoding="utf-8-sig") if self.file.exists() else None
            text = written(demo, old)
            self.path.mkdir(parents=True, exist_ok=True)
            new = self.file.with_suffix(".yaml.new")
            with new.open("w", encoding="utf-8") as out:
                out.write(text)
                out.flush()
                os.fsync(out.fileno())
            new.replace(self.file)
        except OSError as error:
            raise BadScript(f"{self.file} can't be written: {error.strerror or error}") from error
        self.demo = demo


def read_demo(text: str, name: str, again: str = "") -> Demo:
    """A demo from its YAML text; BadScript with `name`, the line, and what is allowed there.

    `again`: how it could be made anew, said where the file is not whole.
    """
    if not text.strip("\x00 \n"):
        raise BadScript(f"{name} is empty: it was not written to its end{again}")
    try:
        root, data = yamltext.read(text, name)
    except BadScript as error:
        raise BadScript(f"{error}{again}") from error
    version = data.get("screenwright_demo") if isinstance(data, dict) else None
    if not isinstance(data, dict) or version is None:
        raise BadScript(f"{name} is no demo: it has to begin with `screenwright_demo: {VERSION}`{again}")
    at = yamltext.line(root, ("screenwright_demo",))
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise BadScript(f"{name}, line {at}: screenwright_demo: {version!r} is no version; write {VERSION}")
    if version > VERSION:
        raise BadScript(
            f"{name}, line {at}: written by a newer screenwright (demo format {version}); this one reads up to "
            f"{VERSION}: upgrade it"
        )
    try:
        return Demo.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        line, problem = _problem(first, root)
        cut = again if first["type"] == "missing" else ""
        raise BadScript(f"{name}, line {line}: {problem}{cut}") from error


def written(demo: Demo, old: str | None = None) -> str:
    """The text of its file. `old`, the text as it was, keeps its comments and order if it can still be read."""
    from ruamel.yaml.error import YAMLError

    facts = _facts(demo)
    if old:
        try:
            text = kept(old, _facts(read_demo(old, FILE)), facts)
            if read_demo(text, FILE) == demo:
                return text
        except (BadScript, YAMLError):
            pass  # it is written anew
    return dumped(facts)


def _facts(demo: Demo) -> dict[str, Any]:
    return {"screenwright_demo": VERSION, **demo.model_dump(mode="json", exclude_defaults=True)}


def find_folder(name_or_path: str | Path) -> Path:
    """Where a demo is: an existing folder; demos/NAME; demos/recorded/NAME. BadScript with names that are near."""
    wanted = Path(name_or_path)
    if not str(name_or_path).strip() or "\x00" in str(name_or_path):
        raise BadScript("the name of the demo is empty")
    if wanted.name == FILE and wanted.is_file():
        return wanted.parent
    places = [wanted, *(root / wanted for root in ROOTS if not wanted.is_absolute())]
    for place in places:
        if holds_demo(place):
            return place
    if wanted.is_dir():
        raise BadScript(f"{wanted} holds no demo: there is neither {FILE} nor a recording in {TRACE}/")
    known = [folder.name for folder in all_demos()]
    near = difflib.get_close_matches(wanted.name, known, n=3, cutoff=0.4) or known[:5]
    there = f"did you mean: {', '.join(near)}?" if near else "there is none yet: screenwright record NAME"
    raise BadScript(f"there is no demo {str(name_or_path)!r} (looked in {', '.join(map(str, ROOTS))}); {there}")


def all_demos() -> Iterator[Path]:
    """The folders of all demos in their usual places."""
    for root in ROOTS:
        if root.is_dir():
            yield from (folder for folder in sorted(root.iterdir()) if holds_demo(folder))


def holds_demo(folder: Path) -> bool:
    return (folder / FILE).is_file() or (folder / TRACE / "meta.json").is_file()


def _again(path: Path) -> str:
    if (path / TRACE / "meta.json").is_file():
        return f"; its recording is there: make it anew with: screenwright demo compile {path}"
    return ""


def _picture(folder: Path, file: str) -> Pixels | None:
    import numpy as np
    from PIL import Image

    path = folder / file
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            return None
        with Image.open(path) as image:
            if image.width * image.height > MOST_PIXELS:
                return None
            return np.ascontiguousarray(np.asarray(image.convert("RGB")))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def _problem(error: Any, root: Any) -> tuple[int, str]:
    """The line and what is wrong there, in words, with the value and what to write instead."""
    place = error["loc"]
    line = yamltext.line(root, place)
    key = place[-1] if place else ""
    kind, said = error["type"], str(error["msg"]).removeprefix("Value error, ")
    if kind == "extra_forbidden":
        model = yamltext.model_at(Demo, place)
        allowed = ", ".join(model.model_fields) if model else "nothing"
        return line, f"{key!r} is unknown; allowed here: {allowed}"
    if kind == "missing":
        return line, f"{key!r} is missing here"
    if kind == "string_type" and (text := yamltext.written(root, place)) is not None:
        return line, f'{key}: this is to be a text; write it in quotes: {key}: "{text}"'
    if kind == "value_error":
        if not place and (name := re.search(r"(?<=')[^']+(?=')|\{\{\w+\}\}", said)):
            line = yamltext.last_line_of(root, name[0]) or line
        where = f"{key}: " if isinstance(key, str) and key and key != "steps" else ""
        return line, where + said
    if kind == "string_pattern_mismatch" and key == "id":
        said = "letters, digits, - and _ only"
    where = f"{key}: " if isinstance(key, str) and key and key != "[key]" else ""
    return line, f"{where}{said} (it is {error['input']!r:.80})"
