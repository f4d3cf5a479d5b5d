"""The gate, the same at the desk and in CI: style, types, import direction, length of files.

All checks run side by side; the output of those that fail is shown. mypy and pyright can both say
"no errors" over no files at all (a link excluded, a folder left out), so how many they looked at counts.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("agent", "tools", "policies")
LINES = 300


def run(*command: str | Path, **environment: str) -> tuple[bool, str]:
    """Whether it ended well, and what it printed."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode == 0, done.stdout


def module(name: str, *words: str) -> tuple[bool, str]:
    return run(sys.executable, "-m", name, *words)


def sources() -> list[Path]:
    """The package's own files."""
    return [path for folder in PACKAGES for path in sorted((ROOT / folder).rglob("*.py"))]


def ruff() -> tuple[bool, str]:
    return module("ruff", "check", "--quiet", ".")


def layout() -> tuple[bool, str]:
    good, said = module("ruff", "format", "--check", "--quiet", ".")
    return good, said + ("" if good else "`.venv/bin/ruff format .` mends these files\n")


def mypy() -> tuple[bool, str]:
    good, said = module("mypy", "--no-color-output")
    if not good:
        return good, said
    seen = re.search(r"in (\d+) source file", said)
    return enough("mypy", int(seen[1]) if seen else 0, said)


def pyright() -> tuple[bool, str]:
    good, said = module("pyright", "--pythonpath", sys.executable, "--outputjson")
    try:
        report = json.loads(said[said.index("{") :])
    except ValueError:
        return False, said
    problems = [
        f"{Path(each['file']).relative_to(ROOT)}:{each['range']['start']['line'] + 1}: "
        f"{each['message']} ({each.get('rule', 'syntax')})\n"
        for each in report["generalDiagnostics"]
        if each["severity"] == "error"
    ]
    if problems or not good:
        return False, "".join(problems) or said
    return enough("pyright", report["summary"]["filesAnalyzed"], said)


def enough(checker: str, seen: int, said: str) -> tuple[bool, str]:
    wanted = len(sources())
    if seen >= wanted:
        return True, ""
    return False, f"{checker} looked at {seen} files of at least {wanted}: its paths are wrong\n{said}"


def imports() -> tuple[bool, str]:
    # The path comes before the hook of an editable install, which may be of another checkout.
    return run(Path(sys.executable).with_name("lint-imports"), PYTHONPATH="tests/typeview")


def length() -> tuple[bool, str]:
    long = [
        f"{path.relative_to(ROOT)}: {lines} lines, at most {LINES}: it holds two subjects\n"
        for path in sources()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LINES
    ]
    return not long, "".join(long)


CHECKS: dict[str, Callable[[], tuple[bool, str]]] = {
    "ruff": ruff,
    "format": layout,
    "mypy": mypy,
    "pyright": pyright,
    "imports": imports,
    "length": length,
}


def main(names: list[str]) -> int:
    """Run the checks named, or all; 0 when every one passed."""
    began = time.perf_counter()
    unknown = [name for name in names if name not in CHECKS]
    if unknown:
        print(f"check: no check is called {', '.join(unknown)}; there are: {', '.join(CHECKS)}")
        return 2
    wanted = {name: CHECKS[name] for name in names or CHECKS}
    with ThreadPoolExecutor(4) as pool:
        running = {name: pool.submit(check) for name, check in wanted.items()}
        results = {name: future.result() for name, future in running.items()}
    for name, (good, said) in results.items():
        print(f"check: {name}: {'ok' if good else 'FAILED'}")
        if not good:
            print(said.rstrip())
    passed = sum(good for good, _ in results.values())
    print(f"check: {passed}/{len(results)} passed in {time.perf_counter() - began:.0f} s")
    return 0 if passed == len(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
