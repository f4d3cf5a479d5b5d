"""`python demos/record.py [NAME ...]`: records the demos of demos/recorded anew, each on its program."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from stage import HERE
from stagings import STAGINGS, record

from screenwright.tools import Desktop


def main(names: list[str]) -> int:
    for name in names or list(STAGINGS):
        path = HERE / "recorded" / name
        with tempfile.TemporaryDirectory(prefix="screenwright-") as folder, Desktop.virtual() as desktop:
            fresh = Path(folder) / name
            demo = record(STAGINGS[name](desktop, Path(folder)), fresh)
            shutil.rmtree(path, ignore_errors=True)
            shutil.copytree(fresh, path)
        size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
        print(f"{name}: {len(demo.demo.steps)} steps, {size / 1000:.0f} kB", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
