"""`input`: taps, swipes, text and keys, with the failures that people meet on real phones."""

from __future__ import annotations

from collections.abc import Callable

from screenwright.tools.simphone import keycodes
from screenwright.tools.simphone.call import Call

DENIED = (
    "java.lang.SecurityException: Injecting to another application requires INJECT_EVENTS permission\n"
    "\tat android.os.Parcel.createExceptionOrNull(Parcel.java:2385)\n"
    "\tat android.hardware.input.IInputManager$Stub$Proxy.injectInputEvent(IInputManager.java:946)\n"
    "\tat com.android.commands.input.Input.injectMotionEvent(Input.java:397)\n"
)
NO_KEYS = (
    "Exception occurred while executing 'text':\n"
    "java.lang.NullPointerException: Attempt to get length of null array\n"
    "\tat com.android.server.input.InputShellCommand.sendText(InputShellCommand.java:312)\n"
    "\tat com.android.server.input.InputShellCommand.runText(InputShellCommand.java:295)\n"
)
USAGE = """\
Usage: input [<source>] [-d DISPLAY_ID] <command> [<arg>...]

The commands and default sources are:
      text <string> (Default: keyboard)
      keyevent [--longpress|--doubletap|--async] <key code number or name> ... (Default: keyboard)
      tap <x> <y> (Default: touchscreen)
      swipe <x1> <y1> <x2> <y2> [duration(ms)] (Default: touchscreen)
      draganddrop <x1> <y1> <x2> <y2> [duration(ms)] (Default: touchscreen)
      motionevent <DOWN|UP|MOVE|CANCEL> <x> <y> (Default: touchscreen)
      keycombination [-t duration(ms)] <key code 1> <key code 2> ... (Default: keyboard)
"""
SOURCES = frozenset(
    ("keyboard", "dpad", "gamepad", "touchscreen", "mouse", "touchpad", "trackball", "stylus", "joystick")
)
SWIPE_MS = 300


def run(call: Call) -> int:
    """The exit code; what is wrong with a command goes to standard error, as input's own exceptions do."""
    args = call.args
    while args and (args[0] in SOURCES or args[0] == "-d"):
        del args[: 2 if args[0] == "-d" else 1]
    missing = {name.removeprefix("input ") for name in call.phone.faults.missing}
    usage = "".join(line for line in USAGE.splitlines(True) if not missing & set(line.split()[:1])).encode()
    if not args:
        call.err(usage)
        return 255
    if call.phone.faults.inject_events_denied:
        call.err(DENIED.encode())
        return 255
    act = COMMANDS.get(args[0])
    if act is None or args[0] in missing:
        call.complain(f"Error: Unknown command: {args[0]}")
        call.err(usage)
        return 255
    try:
        return act(call, args[1:])
    except (ValueError, IndexError):
        call.complain(f"Error: Invalid arguments for command: {args[0]}")
        call.err(usage)
        return 255


def tap(call: Call, args: list[str]) -> int:
    x, y = (float(arg) for arg in args)
    call.phone.hands.tap(x, y)
    return 0


def swipe(call: Call, args: list[str]) -> int:
    """x1 y1 x2 y2 [milliseconds]; one place and a long time is a long press. Takes its time, as the real one."""
    if len(args) not in (4, 5):
        raise ValueError(args)
    left, top, right, bottom = (float(arg) for arg in args[:4])
    seconds = (int(args[4]) if len(args) == 5 else SWIPE_MS) / 1000
    call.phone.hands.swipe((left, top), (right, bottom), max(0.0, seconds))
    return 0


def drag(call: Call, args: list[str]) -> int:
    if len(args) not in (4, 5):
        raise ValueError(args)
    left, top, right, bottom = (float(arg) for arg in args[:4])
    seconds = (int(args[4]) if len(args) == 5 else SWIPE_MS) / 1000
    call.phone.hands.swipe((left, top), (right, bottom), max(0.0, seconds), kind="drag")
    return 0


def motion(call: Call, args: list[str]) -> int:
    x, y = (float(arg) for arg in args[1:])
    acts = {"DOWN": call.phone.hands.down, "MOVE": call.phone.hands.move, "UP": call.phone.hands.up}
    acts[args[0]](x, y)
    return 0


def text(call: Call, args: list[str]) -> int:
    """One word, `%s` in it is a space. What the virtual keyboard has no keys for is an exception."""
    if len(args) != 1 or not all(0x20 <= ord(letter) < 0x7F for letter in args[0]):
        call.err(NO_KEYS.encode())
        return 255
    call.phone.hands.type(args[0].replace("%s", " "))
    return 0


def keys(call: Call, args: list[str]) -> int:
    words = [arg for arg in args if not arg.startswith("--")]
    if not words:
        raise ValueError(args)
    for word in words:
        code = keycodes.code(word)
        if code is None:
            raise ValueError(word)
        call.phone.hands.key(code, held="--longpress" in args)
    return 0


def chord(call: Call, args: list[str]) -> int:
    """`keycombination`: the keys are down together."""
    words = args[2:] if args[:1] == ["-t"] else args
    codes = [keycodes.code(word) for word in words]
    if len(codes) < 2 or None in codes:
        raise ValueError(args)
    call.phone.hands.chord([code for code in codes if code is not None])
    return 0


COMMANDS: dict[str, Callable[[Call, list[str]], int]] = {
    "tap": tap,
    "swipe": swipe,
    "draganddrop": drag,
    "motionevent": motion,
    "text": text,
    "keyevent": keys,
    "keycombination": chord,
}
