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
    scrcpy,
    system,
)
from screenwright.tools.simphone.call import Call, Program


def app_process(call: Call) -> int:
    """Starts a class of Java: scrcpy's server, or else uiautomator2's."""
    if scrcpy.CLASS in call.args:
        return scrcpy.server(call, call.names.get("CLASSPATH", "").split(":")[0])
    return jsonrpc.app_process(call)


PROGRAMS: dict[str, Program] = {
    **basics.BASICS,
    **system.PROGRAMS,
    **packages.PROGRAMS,
    "am": activities.am,
    "app_process": app_process,
    "dumpsys": dumps.dumpsys,
    "input": input_program.run,
    "screencap": capture.screencap,
    "screenrecord": encoder.screenrecord,
    "uiautomator": hierarchy.uiautomator,
}
