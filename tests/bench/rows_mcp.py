# pyright: basic
"""A screen through MCP: what looking costs a client, beside looking in this process."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from harness import Row, row

LOOKS = 30


@row("mcp_observe_ms", unit="ms", wants="value <= 150", seconds=200)
def mcp_observe_ms() -> Row:
    """A picture of a 1280x800 desktop with a program on it, as PNG, through the official client on a pipe.

    Beside it: the same frame, taken and encoded in this process. Median of 30; no elements on either side.
    """
    from conftest import Echo
    from mcp_clients import over_stdio

    from screenwright.agent.mcp.shown import encoded
    from screenwright.tools.desktop import Desktop
    from screenwright.tools.display import VirtualDisplay

    with (
        tempfile.TemporaryDirectory() as folder,
        VirtualDisplay(1280, 800) as display,
        Desktop(display=display.display, environment=display.environment) as desktop,
        over_stdio(Path(folder), "-q", DISPLAY=display.display) as caller,
    ):
        Echo(desktop, Path(folder, "echo.jsonl"))
        caller("observe", elements="none", format="png")  # the screen is opened by it
        here, through = [], []
        for _ in range(LOOKS):
            began = time.perf_counter()
            seen = desktop.observe()
            data, _kind = encoded(seen.pixels, seen.frame, "png")
            here.append(time.perf_counter() - began)
            began = time.perf_counter()
            result = caller("observe", elements="none", format="png")
            through.append(time.perf_counter() - began)
            assert not result.is_error
    value, baseline = statistics.median(through) * 1000, statistics.median(here) * 1000
    return Row(value, "observed and encoded in this process", baseline, extra={"bytes": len(data)})
