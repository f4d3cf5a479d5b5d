"""Runs `screenwright` again and again without importing it each time: a process that forks one for each line.

A line on standard input is {"words", "folder", "environment", "out", "err"}; answers are "pid N" when it has
been forked and "end N CODE" when it has ended. The child is a session of its own and what it runs is `main()`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from importlib import import_module
from typing import Any

from screenwright.agent import cli

BEFORE = (
    *(
        "cv2",
        "PIL.PngImagePlugin",
        "screenwright.agent.console",
        "screenwright.agent.loop",
        "screenwright.agent.models",
    ),
    *("screenwright.agent.noting", "screenwright.agent.seeing", "screenwright.policies.literal.policy"),
    *("screenwright.tools.desktop", "screenwright.tools.reading", "screenwright.tools.xtest"),
)
"""What a run imports."""


def child(asked: dict[str, Any]) -> None:
    os.setsid()
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    for number, name in ((1, "out"), (2, "err")):
        target = os.open(asked[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.dup2(target, number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = ["screenwright", *asked["words"]]
    code = 1
    try:
        cli.main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except KeyboardInterrupt:
        code = 130
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def waited(pid: int) -> None:
    _, status = os.waitpid(pid, 0)
    print(f"end {pid} {os.waitstatus_to_exitcode(status)}", flush=True)


def main() -> None:
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            child(json.loads(line))
        print(f"pid {pid}", flush=True)
        waited(pid)


if __name__ == "__main__":
    for name in BEFORE:
        import_module(name)
    assert threading.active_count() == 1
    main()
