"""`python -m screenwright.tools.simphone`: a simulated phone to connect to, until Ctrl-C."""

from __future__ import annotations

import argparse
import re
import signal
import time
from collections.abc import Sequence
from contextlib import suppress

from screenwright.tools.geometry import Size
from screenwright.tools.simphone.device import SimPhone
from screenwright.tools.simphone.keyboards import ADB_KEYBOARD

MEANT = """\
A simulated phone listens at {address}. In another terminal:

    adb connect {address}
    adb -s {address} shell input tap 540 1200
    screenwright mirror --phone --serial {address}

It answers in the protocol of a real one, but it is none: see the module screenwright.tools.simphone.device
for what it does not prove. Ctrl-C ends it.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one; 0 when it was ended, 2 when it can't listen."""
    words = argparse.ArgumentParser("python -m screenwright.tools.simphone", description=__doc__)
    words.add_argument("--size", type=_size, default=Size(1080, 2400), help="upright, in pixels: 1080x2400")
    words.add_argument("--port", type=int, default=0, help="where to listen on 127.0.0.1; by default a free one")
    words.add_argument("--unauthorized", action="store_true", help="let no computer in")
    words.add_argument("--slow", type=float, default=0.0, metavar="S", help="seconds that each capture takes more")
    given = words.parse_args(arguments)
    phone = SimPhone(
        given.size,
        auth="refused" if given.unauthorized else "ok",
        delays={"screencap": given.slow} if given.slow else {},
        keyboards=(ADB_KEYBOARD,),
        port=given.port,
    )
    try:
        phone.start()
    except OSError as error:
        print(f"can't listen on 127.0.0.1:{given.port}: {error}; take another --port")
        return 2
    # An event that a handler sets would wait for itself when the signal came within its own wait().
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with suppress(KeyboardInterrupt), phone:
        print(MEANT.format(address=phone.address), flush=True)
        while True:
            time.sleep(0.5)  # a signal that comes just before a sleep begins is only seen after it
    return 0


def _size(text: str) -> Size:
    found = re.fullmatch(r"(\d+)x(\d+)", text)
    if not found or not (100 <= int(found[1]) <= 4000 and 100 <= int(found[2]) <= 4000):
        raise argparse.ArgumentTypeError(f"{text!r} is no size: write 1080x2400, each side 100 to 4000")
    return Size(int(found[1]), int(found[2]))


if __name__ == "__main__":
    raise SystemExit(main())
