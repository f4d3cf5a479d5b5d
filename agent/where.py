"""Which screen, in the words of the command line: this desktop, a virtual one, or a phone."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from screenwright.tools.errors import BadAction, BadScript

if TYPE_CHECKING:
    from screenwright.tools.adb.client import Adb
    from screenwright.tools.desktop import Desktop
    from screenwright.tools.device import Device
    from screenwright.tools.phone.device import Phone
    from screenwright.tools.secrets.sealed import Sealed
    from screenwright.tools.secrets.vault import Vault

Virtual = Annotated[bool, typer.Option("--virtual", help="on a screen of its own that nobody sees")]
Size = Annotated[str, typer.Option(metavar="WxH", help="of the virtual screen, in pixels")]
Monitor = Annotated[int, typer.Option(min=0, help="1 is the first; 0: all together")]
Window = Annotated[str | None, typer.Option(help="only the window whose title holds this")]
Area = Annotated[str | None, typer.Option(metavar="X,Y,W,H", help="only this part of the desktop")]
OnPhone = Annotated[bool, typer.Option("--phone", help="on the Android phone that adb sees")]
Serial = Annotated[
    str | None, typer.Option(metavar="SERIAL", help="which phone, as `adb devices` lists it, or HOST:PORT")
]


@dataclass(frozen=True, slots=True)
class Where:
    """What was said of the screen. `serial` means a phone by itself."""

    virtual: bool = False
    size: str = "1280x800"
    monitor: int = 1
    window: str | None = None
    region: str | None = None
    phone: bool = False
    serial: str | None = None

    @property
    def on_phone(self) -> bool:
        return self.phone or self.serial is not None

    def open(self, vault: Vault | None = None) -> Sealed:
        """The device, with a seal on it for secrets; the caller closes it. BadScript, NotInstalled, DeviceLost.

        Args:
            vault: which secrets may be typed; the loop gives it the task.
        """
        from screenwright.tools.secrets.sealed import Sealed

        return Sealed(self._phone() if self.on_phone else self.desktop(), vault)

    def _phone(self) -> Phone:
        if self.virtual or self.window is not None or self.region is not None or self.monitor != 1:
            raise BadScript(
                "--virtual, --window, --region and --monitor are for a desktop; leave them, or --phone"
            )
        return phone_at(self.serial)

    def desktop(self) -> Desktop:
        """BadScript, NotInstalled, DeviceLost."""
        from screenwright.tools.desktop import Desktop

        if self.on_phone:
            raise BadScript("this is done on a desktop; leave --phone and --serial")
        if self.virtual:
            if self.window is not None or self.region is not None or self.monitor != 1:
                raise BadScript(
                    "--window, --region and --monitor pick from a real desktop; leave them, or --virtual"
                )
            width, height = _numbers(self.size, r"(\d+)x(\d+)", "--size", "1280x800")
            if not (64 <= width <= 16384 and 64 <= height <= 16384):
                raise BadScript(f"--size {self.size}: each side must be 64 to 16384 pixels")
            return Desktop.virtual(width, height)
        region = None
        if self.region is not None:
            from screenwright.tools.geometry import Region

            form = r"(-?\d+),(-?\d+),(\d+),(\d+)"
            region = Region(*_numbers(self.region, form, "--region", "100,100,800,600 (left,top,width,height)"))
        return Desktop(self.monitor, window=self.window, region=region)


def phone_at(serial: str | None, adb: Adb | None = None) -> Phone:
    """The phone of that serial; one on the network is connected to. DeviceLost with the fix, NotInstalled."""
    from screenwright.tools.adb.client import Adb
    from screenwright.tools.phone import Phone
    from screenwright.tools.phone.scrcpy.server_file import configured

    adb = adb or Adb()
    if serial and ":" in serial:
        adb.connect(serial)
    return Phone(serial, adb=adb, scrcpy=configured())


def start_programs(device: Device, commands: Sequence[str]) -> None:
    """What `--open` says: programs on a desktop, apps by name or package on a phone."""
    from screenwright.tools.actions import OpenApp
    from screenwright.tools.desktop import Desktop
    from screenwright.tools.secrets.sealed import bare

    desktop = bare(device)
    for command in commands:
        if not isinstance(desktop, Desktop):
            try:
                device.perform(OpenApp(name=command))
            except BadAction as error:
                raise BadScript(f"--open {command!r}: {error}") from error
            continue
        try:
            argv = shlex.split(command)
        except ValueError as error:
            raise BadScript(f"--open {command!r} can't be read as a command: {error}") from error
        if not argv:
            raise BadScript("--open needs the name of a program, such as: --open mousepad")
        desktop.start(argv)


def _numbers(said: str, form: str, option: str, example: str) -> list[int]:
    match = re.fullmatch(form, said.strip())
    if match is None:
        raise BadScript(f"{option} {said!r} can't be read; write it like {example}")
    return [int(number) for number in match.groups()]
