"""What is installed on this machine and what is not: the part of the doctor that only looks."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from screenwright.tools.errors import ScreenwrightError

State = Literal["yes", "no", "optional"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. `no`: a desktop run needs it and it is not there; `optional`: not there, needed for more."""

    what: str
    state: State
    said: str
    fix: str = ""


def before(virtual: bool) -> Iterator[Finding]:
    """What a screen needs before it can be opened."""
    yield _python()
    yield from _programs()
    yield _xlib()
    yield _session(virtual)


def beside() -> Iterator[Finding]:
    """What else a run needs, or could use."""
    yield from (_engine(), _tree(), _adb(), _model(), _disk())


def _python() -> Finding:
    return Finding(
        "system", "yes", f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    )


def _programs() -> Iterator[Finding]:
    if not sys.platform.startswith("linux"):
        return
    from screenwright.tools.display import PACKAGES

    missing = [name for name in ("Xvfb", "openbox", "dbus-daemon") if not shutil.which(name)]
    fix = "sudo apt-get install " + " ".join(PACKAGES[name] for name in missing)
    if not missing:
        yield Finding("virtual screen", "yes", "Xvfb, openbox and dbus-daemon are installed")
    else:
        needed: State = "optional" if os.environ.get("DISPLAY") else "no"
        yield Finding("virtual screen", needed, f"not installed: {', '.join(missing)}", fix)
    if not shutil.which("xclip"):
        yield Finding("clipboard", "optional", "xclip is not installed", "sudo apt-get install xclip")
    else:
        yield Finding("clipboard", "yes", "xclip is installed")


def _xlib() -> Finding:
    if not sys.platform.startswith("linux"):
        return Finding("Xlib", "yes", "not needed on this system")
    from screenwright.tools.xlib import FIX, check_xlib

    try:
        check_xlib()
    except ScreenwrightError as error:
        return Finding("Xlib", "no", str(error), FIX)
    return Finding("Xlib", "yes", f"python-xlib {version('python-xlib')}")


def _session(virtual: bool) -> Finding:
    kind = os.environ.get("XDG_SESSION_TYPE", "")
    if os.environ.get("WAYLAND_DISPLAY") and kind == "wayland" and not virtual:
        fix = "log in to an X11 (Xorg) session, or use --virtual"
        return Finding("session", "no", "Wayland: its windows can be neither captured nor clicked", fix)
    display = os.environ.get("DISPLAY")
    if display or not sys.platform.startswith("linux"):
        return Finding("session", "yes", f"X11 {display}" if display else sys.platform)
    return Finding("session", "yes", "no display here ($DISPLAY is not set): a virtual one is used")


def _engine() -> Finding:
    missing = [name for name in ("rapidocr", "onnxruntime") if find_spec(name) is None]
    if missing:
        return Finding(
            "reading engine", "no", f"not installed: {', '.join(missing)}", "pip install " + " ".join(missing)
        )
    return Finding(
        "reading engine", "yes", f"rapidocr {version('rapidocr')}, onnxruntime {version('onnxruntime')}"
    )


def _tree() -> Finding:
    fix = "sudo apt-get install at-spi2-core"
    if not sys.platform.startswith("linux"):
        return Finding("accessibility", "optional", "not used on this system: reading is by OCR")
    homes = ("/usr/libexec", "/usr/lib/at-spi2-core", "/usr/lib", "/usr/lib/at-spi2")
    if any(Path(home, "at-spi-bus-launcher").exists() for home in homes):
        return Finding("accessibility", "yes", "AT-SPI is installed: roles and states of widgets can be asked for")
    return Finding("accessibility", "optional", "AT-SPI is not installed: reading is by OCR alone", fix)


def _adb() -> Finding:
    path = shutil.which("adb")
    spec = find_spec("adbutils")
    if path is None and spec is not None and spec.origin:
        bundled = Path(spec.origin).parent / "binaries" / "adb"
        path = str(bundled) if bundled.exists() else None
    if path:
        return Finding("phone (adb)", "yes", f"{path}; screenwright doctor --phone looks at the phone")
    return Finding("phone (adb)", "optional", "there is no adb", "pip install 'screenwright[phone]'")


def _model() -> Finding:
    """Only whether one could be loaded: nothing is imported, which takes seconds, and nothing downloaded."""
    said, missing = [], []
    for name in ("torch", "transformers"):
        try:
            said.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if not missing:
        return Finding("model", "yes", ", ".join(said))
    fix = "pip install 'screenwright[qwen]'"
    return Finding("model", "optional", f"not installed: {', '.join(missing)}; plain steps need none", fix)


def _disk() -> Finding:
    root = Path("runs") if Path("runs").is_dir() else Path()
    try:
        with tempfile.NamedTemporaryFile(dir=root):
            free_gb = shutil.disk_usage(root).free / 1e9
    except OSError as error:
        fix = "go to a folder you may write in, or use --trace FOLDER"
        return Finding("traces", "no", f"{root.resolve()} can't be written: {error.strerror}", fix)
    if free_gb < 0.2:
        return Finding(
            "traces", "no", f"{free_gb * 1000:.0f} MB free in {root.resolve()}", "make room on the disk"
        )
    return Finding("traces", "yes", f"{root.resolve()} can be written, {free_gb:.0f} GB free")
