"""A virtual screen with all a program needs to feel at home: X server, window manager, D-Bus session.

A window manager is no luxury: without one, GTK programs get no keyboard focus and so no keys at all. The
D-Bus session is what accessibility (AT-SPI) starts itself in.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Self

from screenwright.tools.errors import DeviceLost, NotInstalled
from screenwright.tools.last_will import WILL, began
from screenwright.tools.secrets.naming import without_secrets

START_S = 15.0
CALM = 0x2E3A46  # not black: an all-black capture then really means that nothing is shown
KEYRINGS = ("org.freedesktop.secrets", "org.gnome.keyring", "org.freedesktop.impl.portal.Secret")
PACKAGES = {"Xvfb": "xvfb", "openbox": "openbox", "dbus-daemon": "dbus", "xrandr": "x11-xserver-utils"}

Process = subprocess.Popen[bytes]


class Processes:
    """Programs started here, each in a process group of its own, ended by id and never by name."""

    def __init__(self) -> None:
        self._running: list[Process] = []

    def start(self, argv: Sequence[str], environment: dict[str, str], **options: IO[bytes] | int) -> Process:
        """Start a program; NotInstalled when there is none of that name. Its output goes nowhere unless told."""
        sinks: dict[str, IO[bytes] | int] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        try:
            process = subprocess.Popen(
                list(argv),
                env=environment,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                **(sinks | options),  # type: ignore[call-overload]
            )
        except FileNotFoundError:
            raise NotInstalled(f"there is no program {argv[0]!r}: {installation(argv[0])}") from None
        self.adopt(process)
        return process  # type: ignore[no-any-return]

    def adopt(self, process: Process) -> None:
        """End this one with the others; it leads a process group."""
        self._running.append(process)
        WILL.says(f"process {process.pid}", {"process": process.pid, "began": began(process.pid)})

    @property
    def running(self) -> list[Process]:
        """What has been started here, the first first."""
        return list(self._running)

    def close(self, patience_s: float = 3.0) -> None:
        """End all, the last started first; those that do not go in time are killed."""
        running, self._running = self._running, []
        for process in reversed(running):
            _signal(process, signal.SIGTERM)
        for process in reversed(running):
            try:
                process.wait(patience_s)
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)
                process.wait()
            _signal(process, signal.SIGKILL)  # children that outlived the leader of their group
            WILL.says(f"process {process.pid}", None)


def _signal(process: Process, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def installation(program: str) -> str:
    """How to get a program, in one line."""
    return f"sudo apt-get install {PACKAGES.get(program, program)}"


def program(name: str) -> str:
    """The full path of a program this module needs; NotInstalled with the apt command where it is missing."""
    path = shutil.which(name)
    if path is None:
        raise NotInstalled(f"{name} is not installed: {installation(name)}")
    return path


class VirtualDisplay:
    """An X server of its own on a free number, with openbox and a D-Bus session; ended by `close`.

    Args:
        width, height: pixels of the whole screen.
        monitors: how many equal monitors stand side by side in it.
    """

    def __init__(self, width: int = 1280, height: int = 800, *, monitors: int = 1) -> None:
        self.width, self.height = width, height
        self._processes = Processes()
        self._folder = tempfile.mkdtemp(prefix="screenwright-display-")
        atexit.register(self.close)
        WILL.says(f"folder {self._folder}", {"folder": self._folder})
        try:
            paths = [program(name) for name in ("Xvfb", "openbox", "dbus-daemon")]
            self.display = self._start_server(paths[0])
            self.environment = self._environment()
            self.environment["DBUS_SESSION_BUS_ADDRESS"] = self._start_bus(paths[2])
            self._split(monitors)
            self._start_manager(paths[1])
        except BaseException:
            self.close()
            raise

    def start(self, argv: Sequence[str], **environment: str) -> Process:
        """Start a program on this screen; it ends with the screen."""
        return self._processes.start(argv, self.environment | environment)

    def close(self) -> None:
        """End every program and the server; safe twice."""
        self._processes.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        WILL.says(f"folder {self._folder}", None)
        atexit.unregister(self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _environment(self) -> dict[str, str]:
        drop = ("WAYLAND_DISPLAY", "NO_AT_BRIDGE", "AT_SPI_BUS_ADDRESS", "SESSION_MANAGER")
        kept = {key: value for key, value in without_secrets(os.environ).items() if key not in drop}
        return kept | {
            "DISPLAY": self.display,
            "XAUTHORITY": str(Path(self._folder, "none")),  # an empty file makes python-xlib print
            "XDG_SESSION_TYPE": "x11",
            "XDG_RUNTIME_DIR": self._folder,
            "GDK_BACKEND": "x11",
            "QT_QPA_PLATFORM": "xcb",
            "GSETTINGS_BACKEND": "memory",  # a killed program must not ask the next one to restore its session
            "GTK_MODULES": "gail:atk-bridge",
            "ACCESSIBILITY_ENABLED": "1",  # without it Chromium offers its tree only where a screen reader runs
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            "LANG": kept.get("LANG", "C.UTF-8"),
        }

    def _start_server(self, path: str) -> str:
        read, write = os.pipe()
        try:
            screen = ["-screen", "0", f"{self.width}x{self.height}x24"]
            server = subprocess.Popen(
                [path, "-displayfd", str(write), "-dpi", "96", "-noreset", "-nolisten", "tcp", *screen],
                env=without_secrets(os.environ),
                pass_fds=(write,),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            self._processes.adopt(server)
            return ":" + _line(read, server, "Xvfb")
        finally:
            os.close(write)
            os.close(read)

    def _without_keyring(self) -> None:
        """Chromium asks for a keyring when it starts, and a dialog about it waits for a person who is not here."""
        services = Path(self._folder, "dbus-1", "services")
        services.mkdir(mode=0o700, parents=True)
        for name in KEYRINGS:
            text = f"[D-BUS Service]\nName={name}\nExec=/bin/false\n"
            Path(services, f"{name}.service").write_text(text, encoding="utf-8")

    def _start_bus(self, path: str) -> str:
        self._without_keyring()
        read, write = os.pipe()
        try:
            bus = self._processes.start(
                [path, "--session", "--nofork", "--nopidfile", "--print-address=1"],
                self.environment,
                stdout=write,
            )
            os.close(write)
            write = -1
            return _line(read, bus, "dbus-daemon")
        finally:
            os.close(read)
            if write >= 0:
                os.close(write)

    def _split(self, monitors: int) -> None:
        if monitors < 2:
            return
        width = self.width // monitors
        for index in range(monitors):
            place = f"{width}/340x{self.height}/210+{index * width}+0"
            argv = [program("xrandr"), "--setmonitor", f"M{index + 1}", place, "none" if index else "screen"]
            subprocess.run(argv, env=self.environment, check=True, capture_output=True)

    def _manager_settings(self) -> str:
        """openbox's own settings with one desktop: over the background, its wheel switches between four."""
        original = Path("/etc/xdg/openbox/rc.xml")
        text = original.read_text(encoding="utf-8") if original.exists() else "<openbox_config/>"
        path = Path(self._folder, "openbox.xml")
        path.write_text(re.sub(r"<number>\d+</number>", "<number>1</number>", text, count=1), encoding="utf-8")
        return str(path)

    def _start_manager(self, path: str) -> None:
        from Xlib import X

        from screenwright.tools.xlib import connect

        manager = self.start([path, "--sm-disable", "--config-file", self._manager_settings()])
        display = connect(self.display)
        try:
            root = display.screen().root
            root.change_attributes(background_pixel=CALM)
            root.clear_area()
            sign = display.intern_atom("_NET_SUPPORTING_WM_CHECK")
            await_(
                lambda: root.get_full_property(sign, X.AnyPropertyType) is not None,
                manager,
                "openbox",
            )
        finally:
            display.close()


def _line(pipe: int, process: Process, name: str) -> str:
    """The first line a program writes into a pipe, read to its end: Xvfb dies of a pipe closed too soon."""
    deadline, text = time.monotonic() + START_S, b""
    while not text.endswith(b"\n"):
        left = deadline - time.monotonic()
        if left <= 0 or process.poll() is not None:
            raise DeviceLost(f"{name} did not start within {START_S:g} s (exit code {process.poll()})")
        if select.select([pipe], [], [], min(left, 0.1))[0]:
            text += os.read(pipe, 256)
    return text.decode().strip()


def await_(holds: Callable[[], bool], process: Process, name: str) -> None:
    """Wait until something the program does shows; DeviceLost when it has ended or takes too long."""
    deadline = time.monotonic() + START_S
    while not holds():
        if process.poll() is not None or time.monotonic() > deadline:
            raise DeviceLost(f"{name} did not start within {START_S:g} s (exit code {process.poll()})")
        time.sleep(0.01)


def check_session(display: str, environment: dict[str, str]) -> None:
    """Say plainly why this session can't be driven, before Xlib says it with a KeyError."""
    if not display:
        raise NotInstalled(
            "there is no display ($DISPLAY is not set): use Desktop.virtual() or `screenwright run --virtual`, "
            "or start this from a graphical session"
        )
    if environment.get("XDG_SESSION_TYPE") == "wayland" and environment.get("WAYLAND_DISPLAY"):
        raise NotInstalled(
            "this is a Wayland session, whose windows can be neither captured nor clicked through X11: log in "
            "to an X11 ('Xorg') session, or use Desktop.virtual()"
        )
