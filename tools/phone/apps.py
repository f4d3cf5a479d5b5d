"""Apps by the name a person uses. A phone's shell tells packages, hardly ever the name under the icon.

So a name is looked for in what `cmd package` tells, then in a table of well-known apps in English and
Chinese, then in the package itself ("com.example.notes" is called notes).
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from screenwright.tools.errors import BadAction

LAUNCHER = "-a android.intent.action.MAIN -c android.intent.category.LAUNCHER"
LISTING = f"cmd package query-activities {LAUNCHER}"
PACKAGES = "pm list packages"
# As launchers start: the task that is there comes to the front, instead of a second one on top of it.
FROM_LAUNCHER = "-f 0x10200000"
DULL = frozenset(("com", "org", "net", "cn", "io", "android", "app", "apps", "google", "mobile", "client", "main"))


@dataclass(frozen=True, slots=True)
class App:
    """One app that has an icon. `activity` is what the icon starts; `label` what the phone calls it, if told."""

    package: str
    activity: str | None = None
    label: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """All that it is called, the best first."""
        own = [self.label] if self.label else []
        return tuple(
            dict.fromkeys([*own, *well_known().get(self.package, ()), *_said(self.package), self.package])
        )

    @property
    def name(self) -> str:
        return self.names[0]

    def starting(self) -> str:
        """The shell command that starts it or brings it to the front."""
        if self.activity is None:
            return f"monkey -p {shlex.quote(self.package)} -c android.intent.category.LAUNCHER 1"
        component = shlex.quote(f"{self.package}/{self.activity}")
        return f"am start {LAUNCHER} {FROM_LAUNCHER} -n {component}"


def launchable(text: str) -> list[App]:
    """Of `cmd package query-activities`, full or `--brief`: every app with an icon, each package once."""
    found: dict[str, App] = {}
    package = activity = label = None
    for line in text.splitlines():
        said = line.strip()
        if brief := re.fullmatch(r"([\w.]+)/([\w.$]+)", said):
            found.setdefault(brief[1], App(brief[1], brief[2]))
        elif re.match(r"(Activity #\d+:|ActivityInfo:)", said):
            package = activity = label = None
        elif said.startswith("name=") and activity is None:
            activity = said.removeprefix("name=").split()[0]
        elif said.startswith("packageName=") and package is None:
            package = said.removeprefix("packageName=").split()[0]
        if (told := re.search(r"nonLocalizedLabel=(.+?)(?: icon=|$)", said)) and told[1] != "null":
            label = told[1]
        if package and activity and (package not in found or (label and not found[package].label)):
            found[package] = App(package, activity, label)
    return list(found.values())


def packages(text: str) -> list[str]:
    """Of `pm list packages`, with or without `-f`: the names, sorted."""
    lines = (line.strip().removeprefix("package:") for line in text.splitlines() if line.startswith("package:"))
    return sorted(line.rpartition("=")[2] for line in lines)


def named(name: str, apps: Sequence[App]) -> App:
    """The app that is called so. BadAction with the nearest names where none is, or several are."""
    wanted = _folded(name)
    ranked = [(place, app) for app in apps if (place := _place(wanted, app)) is not None]
    best = min((place for place, _ in ranked), default=0)
    found = [app for place, app in ranked if place == best]
    if len(found) == 1:
        return found[0]
    if found:
        meant = ", ".join(f"{app.name} ({app.package})" for app in found)
        raise BadAction(f"{name!r} may be {meant}: say the package")
    raise BadAction(f"there is no app {name!r} on this phone; near: {_near(name, apps)}")


def label_of(package: str) -> str:
    """What an app is called, without asking the phone."""
    return App(package).name


@cache
def well_known() -> dict[str, tuple[str, ...]]:
    """Package -> the names it goes by."""
    listed = json.loads(Path(__file__).with_name("apps.json").read_text(encoding="utf-8"))
    return {package: tuple(names) for package, names in listed.items()}


def _place(wanted: str, app: App) -> int | None:
    """Where among its names it is called so: its label goes before a guess from its package."""
    known = [_folded(own) for own in app.names]
    return known.index(wanted) if wanted in known else None


def _folded(name: str) -> str:
    return re.sub(r"[\s_\-]+", "", name).casefold()


def _said(package: str) -> list[str]:
    """The words of a package's name that are a name, the last one first."""
    words = [word for word in package.split(".") if word.casefold() not in DULL]
    return [word[:1].upper() + word[1:] for word in reversed(words)]


def _near(name: str, apps: Iterable[App]) -> str:
    from rapidfuzz import fuzz, process

    names = [own for app in apps for own in app.names[:2]]
    hits = process.extract(name, names, scorer=fuzz.WRatio, limit=4, score_cutoff=50)
    return ", ".join(dict.fromkeys(hit[0] for hit in hits)) or ", ".join(sorted(names)[:6]) or "none at all"
