"""`getprop`, `wm`, `settings`: what a phone says of itself and lets be set."""

from __future__ import annotations

import re

from screenwright.tools.geometry import Size
from screenwright.tools.simphone.call import Call, Program

SPACES = ("system", "secure", "global")


def getprop(call: Call) -> int:
    """One property, an empty line when it is unknown; without a name, all of them."""
    if call.args:
        call.say(call.phone.properties.get(call.args[0], ""))
    else:
        for name, value in sorted(call.phone.properties.items()):
            call.say(f"[{name}]: [{value}]")
    return 0


def wm(call: Call) -> int:
    """`wm size [WxH|reset]`, `wm density [N|reset]`, `wm user-rotation [free|lock N]`."""
    phone, args = call.phone, call.args
    if args[:1] == ["size"]:
        return _size(call, args[1:])
    if args[:1] == ["density"]:
        if len(args) > 1:
            phone.density_override = None if args[1] == "reset" else int(args[1])
            return 0
        call.say(f"Physical density: {phone.density}")
        if phone.density_override:
            call.say(f"Override density: {phone.density_override}")
        return 0
    if args[:1] == ["user-rotation"]:
        if len(args) == 1:
            call.say(f"lock {phone.rotation}" if not phone.auto_rotate else "free")
        elif args[1] == "lock":
            phone.turn(int(args[2]) if len(args) > 2 else phone.rotation, auto=False)
        else:
            phone.put("system", "accelerometer_rotation", "1")
        return 0
    if args[:1] == ["dismiss-keyguard"]:
        phone.unlock()
        return 0
    call.complain("Unknown command: " + " ".join(args[:1]))
    return 255


def _size(call: Call, args: list[str]) -> int:
    phone = call.phone
    if not args:
        call.say(f"Physical size: {phone.size}")
        if phone.override:
            call.say(f"Override size: {phone.override}")
        return 0
    if args[0] == "reset":
        phone.resize(None)
        return 0
    found = re.fullmatch(r"(\d+)x(\d+)", args[0])
    if not found:
        call.complain("Error: bad size " + args[0])
        return 255
    phone.resize(Size(int(found[1]), int(found[2])))
    return 0


def settings(call: Call) -> int:
    """`settings get|put|delete|list SPACE [NAME [VALUE]]`; an unknown name gives null."""
    args = [arg for arg in call.args if not arg.startswith("--user")]
    if len(args) < 2 or args[1] not in SPACES:
        call.complain("Invalid namespace '" + " ".join(args[1:2]) + "'" if args else "No command specified")
        return 255
    held = call.phone.settings[args[1]]
    if args[0] == "get" and len(args) == 3:
        call.say(held.get(args[2], "null"))
    elif args[0] == "put" and len(args) >= 4:
        call.phone.put(args[1], args[2], args[3])
    elif args[0] == "delete" and len(args) == 3:
        call.say(f"Deleted {int(held.pop(args[2], None) is not None)} rows")
    elif args[0] == "list":
        for name, value in sorted(held.items()):
            call.say(f"{name}={value}")
    else:
        call.complain("Bad arguments")
        return 255
    return 0


PROGRAMS: dict[str, Program] = {"getprop": getprop, "wm": wm, "settings": settings}
