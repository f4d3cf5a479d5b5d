"""Which Xlib is this? Two packages write the same `Xlib/` folder, and only one of them can do the work.

PyAutoGUI requires python3-Xlib 0.15 (2014: no XDamage, no XFixes, no XInput), we require python-xlib
0.33. pip puts python-xlib last, so a plain install is right; an older environment, a later
`pip install pyautogui`, and uv (which unpacks packages at the same time) can leave the old files, or a
mixture, while both packages stand in `pip list`.
"""

from __future__ import annotations

import contextlib
import functools
import sys
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any

from screenwright.tools.errors import NotInstalled

FIX = "pip install --force-reinstall --no-deps python-xlib"


def connect(name: str) -> Any:
    """An Xlib Display. What Xlib prints on the way (no authority file, say) goes to stderr, not into --json."""
    check_xlib()
    from Xlib.display import Display

    with contextlib.redirect_stdout(sys.stderr):
        return Display(name)


@functools.cache
def check_xlib() -> None:
    """Compare the files of `Xlib/` with what python-xlib installed, by size, in about 2 ms.

    Raises NotInstalled, with the command that mends it.
    """
    try:
        package = distribution("python-xlib")
    except PackageNotFoundError:
        raise NotInstalled(f"the package python-xlib is not installed: {FIX}") from None
    for file in package.files or ():
        if file.size is None or file.suffix != ".py":
            continue
        path = file.locate()
        try:
            size = path.stat().st_size  # type: ignore[attr-defined]
        except FileNotFoundError:
            size = 0
        if size != file.size:
            raise NotInstalled(
                f"{path} is not the one of python-xlib {package.version} ({size} bytes, not {file.size}): "
                f"python3-Xlib, which PyAutoGUI brings, has written over it; {FIX}"
            )
