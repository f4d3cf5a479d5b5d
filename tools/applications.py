"""Applications by the name a person uses: bring an open window to the front, else start the program."""

from __future__ import annotations

import configparser
import os
import shlex
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from screenwright.tools.errors import BadAction
from screenwright.tools.x11 import X11, Window

FOLDERS = ("~/.local/share", "/usr/local/share", "/usr/share", "/var/lib/flatpak/exports/share")


@dataclass(frozen=True, slots=True)
class Application:
    """One .desktop file: all the names it goes by, and how it is started."""

    names: tuple[str, ...]
    command: tuple[str, ...]

    def called(self, name: str) -> tuple[int, int] | None:
        """How well a case-folded name fits, the least best: its own names go before its command's."""
        known = [own.casefold() for own in self.names]
        return (known.index(name), len(self.command)) if name in known else None


def open_named(
    name: str, windows: Sequence[Window], x11: X11 | None, start: Callable[[Sequence[str]], object]
) -> str:
    """Bring it to the front or start it; BadAction with the nearest names where there is no such program."""
    wanted = name.strip().casefold()
    for window in reversed(windows):
        if x11 and wanted in (window.program.casefold(), window.title.casefold()):
            x11.raise_window(window)
            return f"brought {window.title!r} to the front"
    listed = list(applications())
    meant = [(rank, application) for application in listed if (rank := application.called(wanted)) is not None]
    if meant:
        # mousepad's settings are a program of their own, started with the same command
        _, application = min(meant, key=lambda found: found[0])
        start(application.command)
        return f"started {shlex.join(application.command)}"
    if command := shutil.which(name.strip()):
        start([command])
        return f"started {command}"
    raise BadAction(f"there is no application {name!r}; near: {_near(name, listed)}")


def applications() -> Iterator[Application]:
    """What is installed, the person's own entries first."""
    base = os.environ.get("XDG_DATA_DIRS", "").split(":") if os.environ.get("XDG_DATA_DIRS") else []
    for folder in dict.fromkeys([FOLDERS[0], *base, *FOLDERS[1:]]):
        for path in sorted(Path(folder).expanduser().joinpath("applications").glob("*.desktop")):
            if application := _read(path):
                yield application


def _read(path: Path) -> Application | None:
    """None for what can't be started or isn't meant to be seen."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    try:
        parser.read(path, encoding="utf-8")
        entry = parser["Desktop Entry"]
        command = shlex.split(entry.get("Exec", ""))
    except (configparser.Error, KeyError, ValueError, OSError):
        return None
    if not command or entry.get("NoDisplay") == "true" or entry.get("Hidden") == "true":
        return None
    names = [value for key, value in entry.items() if key == "Name" or key.startswith("Name[")]
    names += [value for key, value in entry.items() if key == "GenericName" or key.startswith("GenericName[")]
    names += [path.stem, Path(command[0]).name]
    # %u, %F and the like stand for files to open; there are none
    return Application(tuple(dict.fromkeys(names)), tuple(part for part in command if part[:1] != "%"))


def _near(name: str, listed: Sequence[Application]) -> str:
    from rapidfuzz import fuzz, process

    names = [application.names[0] for application in listed]
    hits = process.extract(name, names, scorer=fuzz.WRatio, limit=4, score_cutoff=50)
    return ", ".join(dict.fromkeys(hit[0] for hit in hits)) or "none of the installed ones"
