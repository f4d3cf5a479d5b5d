"""`python demos [NAME ...]`: runs the demos on real programs, checks each result outside the screen.

A virtual screen is used, so that nobody's own windows are touched; `--here` plays on the present display.
"""

from __future__ import annotations

import argparse
import importlib
import shutil
import sys
from pathlib import Path
from typing import Any

from pages import Row, index_page, run_page
from replaying import REPLAYS
from stage import CheckFailed, Stage

from screenwright.agent.console import Console
from screenwright.tools import Desktop, Reader
from screenwright.tools.errors import ScreenwrightError

NAMES = ("signup", "note", "sum", "order", "pointing", "phone", *REPLAYS)


def main() -> int:
    options = arguments()
    options.out.mkdir(parents=True, exist_ok=True)
    reader, rows = Reader(), list[Row]()
    for name in options.names:
        demo: Any = REPLAYS.get(name) or importlib.import_module(name)
        folder = options.out / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        print(f"\n=== {demo.TITLE}", flush=True)
        try:
            row = Row(name, demo.TITLE, play(demo, folder, reader, options.here), True)
        except (CheckFailed, ScreenwrightError) as error:
            row = Row(name, demo.TITLE, f"{type(error).__name__}: {error}", False)
        print(f"{'passed' if row.passed else 'FAILED'}: {row.said}", flush=True)
        rows.append(row)
        run_page(folder)
    passed = sum(row.passed for row in rows)
    print(f"\npages to look at: {index_page(options.out, rows)}")
    print(f"demo: {passed}/{len(options.names)} tasks passed")
    return 0 if passed == len(options.names) else 1


def play(demo: Any, folder: Path, reader: Reader, here: bool) -> str:
    with Desktop() if here else Desktop.virtual(1280, 800) as desktop:
        stage = Stage(desktop, folder, (Console(),), reader)
        said: str = demo.play(stage)
        return said


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python demos", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *NAMES], metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--out", type=Path, default=Path("build/demo"), help="folder for traces and pages")
    parser.add_argument("--here", action="store_true", help="play on the present display")
    options = parser.parse_args()
    options.names = options.names or list(NAMES)
    return options


if __name__ == "__main__":
    sys.exit(main())
