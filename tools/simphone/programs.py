"""The programs of the simulated phone by name."""

from __future__ import annotations

from screenwright.tools.simphone import basics, capture, input_program, system
from screenwright.tools.simphone.call import Program

PROGRAMS: dict[str, Program] = {
    **basics.BASICS,
    **system.PROGRAMS,
    "input": input_program.run,
    "screencap": capture.screencap,
}
