"""The adb program: where it is, which version it is, and the one thing it is run for, to start its server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from screenwright.tools.adb.trouble import AdbMissing, ServerTrouble, recognise
from screenwright.tools.secrets.naming import without_secrets

GET_ONE = (
    "`pip install 'screenwright[phone]'` brings one; on Debian: `apt install adb`, on a Mac: "
    "`brew install android-platform-tools`"
)
START_S = 20.0


def find(path: str | None = None, settings: Mapping[str, str] = os.environ) -> str:
    """The adb to use: `path`, else $ADB, else the one on PATH, else the one in the package adbutils.

    AdbMissing: there is none, or what was named is no program.
    """
    for named, value in (("", path), ("ADB=", settings.get("ADB"))):
        if value:
            found = shutil.which(value, path=settings.get("PATH"))
            if found is None:
                raise AdbMissing(
                    f"there is no program {named}{value}; name the adb program itself, or leave it out"
                )
            return found
    found = shutil.which("adb", path=settings.get("PATH")) or bundled()
    if found is None:
        raise AdbMissing(f"adb is not installed: it is not on PATH, and adbutils does not have it; {GET_ONE}")
    return found


def bundled() -> str | None:
    """The adb that comes inside the package adbutils, whose import (0.2 s) is not needed for it."""
    spec = find_spec("adbutils")
    for folder in spec.submodule_search_locations or () if spec else ():
        program = Path(folder) / "binaries" / ("adb.exe" if sys.platform == "win32" else "adb")
        if program.is_file() and os.access(program, os.X_OK):
            return str(program)
    return None


def version(program: str) -> str:
    """The version of an adb program: '29.0.6-debian', '36.0.0-13206524'. AdbMissing: it can't be run."""
    return version_in(_run(program, "version"), program)


def version_in(text: str, program: str = "adb") -> str:
    """The version in what `adb version` prints. AdbMissing: it prints something else."""
    found = re.search(r"^Version (\S+)", text, re.MULTILINE) or re.search(r"Debug Bridge version (\S+)", text)
    if found is None:
        raise AdbMissing(f"{program} is not adb: `{program} version` prints {text[:80]!r}; {GET_ONE}")
    return found[1]


def protocol(program: str) -> int | None:
    """The protocol that a program speaks, 41 for '1.0.41'; it ends a server that speaks another."""
    found = re.search(r"Debug Bridge version 1\.0\.(\d+)", _run(program, "version"))
    return int(found[1]) if found else None


def start(program: str, port: int) -> None:
    """Start adb's server on that port; well when one runs there already. ServerTrouble says why it did not."""
    said = _run(program, "-P", str(port), "start-server", seconds=START_S)
    if re.search("failed|cannot|could not|error", said):
        raise recognise(said.replace("* ", "").replace("\n", " "), f"adb server on port {port}")


def _run(program: str, *words: str, seconds: float = 5.0) -> str:
    """What it prints on both streams. Into a file: a server that it starts would hold a pipe open for ever."""
    settings = {name: value for name, value in without_secrets(os.environ).items() if name != "ADB_SERVER_SOCKET"}
    with tempfile.TemporaryFile() as printed:
        try:
            subprocess.run(
                [program, *words],
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
                env=settings,
                timeout=seconds,
                check=False,
                start_new_session=True,  # a Ctrl-C meant for us would end the server that others may use by then
            )
        except OSError as error:
            raise AdbMissing(f"{program} can't be run: {error.strerror}; {GET_ONE}") from error
        except subprocess.TimeoutExpired:
            raise ServerTrouble(
                f"`{' '.join((program, *words))}` took over {seconds:g} s", "try it by hand"
            ) from None
        printed.seek(0)
        return printed.read().decode(errors="replace")
