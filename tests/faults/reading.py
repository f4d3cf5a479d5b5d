"""Reads files of strangers, one a line of standard input as {"kind", "path"}, and tells in a line what came of it.

A process of its own, whose memory is limited: what takes too much, or never ends, is its end and nobody else's.
"""

from __future__ import annotations

import json
import resource
import sys
import time
import warnings
from pathlib import Path
from typing import Any

from screenwright.agent import rows, running, seeing
from screenwright.policies.guard.rulebook import rules_at
from screenwright.policies.literal.policy import Literal
from screenwright.policies.replay.demo import Parameter
from screenwright.policies.replay.folder import DemoFolder
from screenwright.tools.errors import ScreenwrightError
from screenwright.tools.inputs.opening import open_input
from screenwright.tools.trace import Trace

MEMORY = 3 << 30


def trace(path: str) -> None:
    """All of it, as the viewer reads it; a picture that is not there is an OSError or a KeyError."""
    read = Trace(path)
    for step in read.steps:
        for seen in (step.observation, step.after):
            if seen is not None:
                try:
                    _ = seen.pixels, seen.elements
                except (OSError, KeyError):
                    continue


def script(path: str) -> None:
    Literal().begin(running.task_of(path, []))


def demo(path: str) -> None:
    folder = DemoFolder.open(path)
    for step in folder.demo.steps:
        for patch in step.on.patches if step.on else ():
            folder.picture(patch.file)


def table(path: str) -> None:
    rows.read_rows(Path(path), {"name": Parameter(), "city": Parameter()}, {})


def picture(path: str) -> None:
    _ = seeing.of_picture(Path(path)).pixels


READERS: dict[str, Any] = {
    "trace": trace,
    "rules": rules_at,
    "script": script,
    "demo": demo,
    "csv": table,
    "picture": picture,
    "input": open_input,
}


def read(kind: str, path: str) -> tuple[str, str]:
    """ "read" or "refused" or "another error", and the words."""
    try:
        READERS[kind](path)
    except ScreenwrightError as error:
        return "refused", str(error)
    except BaseException as error:
        return "another error", f"{type(error).__name__}: {error}"
    return "read", ""


def main() -> None:
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for line in sys.stdin:
        asked = json.loads(line)
        began = time.process_time()  # a busy machine is nobody's fault
        outcome, said = read(asked["kind"], asked["path"])
        took = time.process_time() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(json.dumps({"outcome": outcome, "said": said[:400], "took_s": took, "peak_mb": peak}), flush=True)


if __name__ == "__main__":
    main()
