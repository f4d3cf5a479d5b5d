"""A real keyring for the tests: GNOME's daemon on a D-Bus session of its own, unlocked by a password or not."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PROGRAMS = ("dbus-daemon", "gnome-keyring-daemon")


@contextmanager
def keyring(folder: Path, password: str | None = "the keyring's own") -> Iterator[dict[str, str]]:
    """The environment of a session that has one; without a password it is locked, and nobody is there to ask."""
    if missing := [name for name in PROGRAMS if shutil.which(name) is None]:
        pytest.skip(f"no {missing[0]}: sudo apt-get install gnome-keyring dbus")
    for name in ("data", "run"):
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name).chmod(0o700)
    plain = {
        k: v for k, v in os.environ.items() if not k.startswith(("DISPLAY", "WAYLAND", "SCREENWRIGHT", "DBUS"))
    }
    environment = plain | {
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_RUNTIME_DIR": str(folder / "run"),
    }
    quiet = {"stderr": subprocess.DEVNULL, "env": environment}
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address=1"], stdout=subprocess.PIPE, text=True, **quiet
    )
    daemon = None
    try:
        assert bus.stdout
        environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
        how = ["--unlock"] if password is not None else ["--start"]
        daemon = subprocess.Popen(
            ["gnome-keyring-daemon", *how, "--foreground", "--components=secrets",
             f"--control-directory={folder / 'run'}"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **quiet,
        )  # fmt: skip
        assert daemon.stdin and daemon.stdout
        daemon.stdin.write(password or "")
        daemon.stdin.close()
        daemon.stdout.readline()  # it says where it listens once it does
        yield environment
    finally:
        for process in (daemon, bus):
            if process is not None:
                process.terminate()
                process.wait(10)
                if process.stdout:
                    process.stdout.close()
