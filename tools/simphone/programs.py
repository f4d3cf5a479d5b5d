"""The programs of the simulated phone by name."""

from __future__ import annotations

from screenwright.tools.simphone import (
    activities,
    basics,
    capture,
    dumps,
    encoder,
    hierarchy,
    input_program,
    jsonrpc,
    packages,
    system,
)
from screenwright.tools.simphone.call import Program

PROGRAMS: dict[str, Program] = {
    **basics.BASICS,
    **system.PROGRAMS,
    **packages.PROGRAMS,
    "am": activities.am,
    "app_process": jsonrpc.app_process,
    "dumpsys": dumps.dumpsys,
    "input": input_program.run,
    "screencap": capture.screencap,
    "screenrecord": encoder.screenrecord,
    "uiautomator": hierarchy.uiautomator,
}
