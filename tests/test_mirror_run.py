"""`screenwright run --mirror`: a run that is shown, asked about and steered in a page while the terminal waits."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from browser import Browser
from conftest import PROGRAMS, until
from mirror_pages import Page

from screenwright.tools.trace import Trace

pytest_plugins = ["mirror_pages"]

RULES = "rules:\n- {name: every key, kinds: [press_keys], rule: ask, reason: to be sure}\ndefault: allow\n"


class Running:
    """The command in a process of its own; what it says is read as it comes."""

    def __init__(self, words: list[str], said: Path) -> None:
        self._said = said
        with said.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "screenwright.agent.cli", "run", *words],
                stdout=subprocess.PIPE, stderr=out, stdin=subprocess.DEVNULL, text=True,
            )  # fmt: skip
        self.url = str(until(lambda: re.search(r" at (http://127\.0\.0\.1:\d+/[\w-]{32}/)\n", self.said), 60)[1])

    @property
    def said(self) -> str:
        return self._said.read_text(encoding="utf-8")

    def ended(self) -> dict[str, Any]:
        out, _ = self.process.communicate(timeout=60)
        return dict(json.loads(out))


@contextmanager
def running(tmp_path: Path, task: str, *more: str) -> Iterator[Running]:
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES, encoding="utf-8")
    echo = f"{sys.executable} {PROGRAMS / 'echo.py'} {tmp_path / 'echo.jsonl'} 400x300+0+0"
    words = [task, "--virtual", "--size", "640x400", "--open", echo, "--policy", "literal", "--json", "--mirror"]
    run = Running([*words, "--rules", str(rules), "--trace", str(tmp_path / "run"), *more], tmp_path / "said")
    try:
        yield run
    finally:
        run.process.send_signal(signal.SIGINT)  # killed, it would leave its virtual screen behind
        run.process.wait(30)


def test_it_is_asked_on_the_page_and_ends_with_its_page(browser: Browser, tmp_path: Path) -> None:
    with running(tmp_path, "press F5\npress F6") as run:
        page = Page(browser, SimpleNamespace(url=run.url))  # type: ignore[arg-type]
        until(lambda: page.shown("#question"))
        assert page.text("#question-why").startswith("every key: to be sure")
        until(lambda: "asks on the page: press f5 (every key: to be sure)" in run.said)
        page.press('[data-order="approve"]')
        until(lambda: "press f6" in page.text("#question-words"))
        page.press('[data-order="deny"]')
        told = run.ended()
        assert (told["status"], told["exit_code"], run.process.returncode) == ("denied", 6, 6)
        until(lambda: page.text("#veil-words") == "The run has ended, and this page with it.")
        assert page.text("#mode") == "denied" and "the person said no" in page.text("#outcome")
        asked = [
            step.verdict
            for step in Trace(tmp_path / "run").steps
            if step.verdict and step.verdict.rule == "every key"
        ]
        assert [verdict.allowed for verdict in asked] == [True, False]


def test_it_is_taken_over_by_a_touch_handed_back_and_stopped_on_the_page(browser: Browser, tmp_path: Path) -> None:
    with running(tmp_path, "wait 30 seconds\nwait 31 seconds", "--yes") as run:
        page = Page(browser, SimpleNamespace(url=run.url))  # type: ignore[arg-type]
        heard = tmp_path / "echo.jsonl"
        until(lambda: heard.exists() and "ready" in heard.read_text())
        until(lambda: page.shown("#next"))

        def clicked() -> bool:
            """As a person does, who looks again when he is told to: the window may have come just now."""
            page.browser.run("document.getElementById('notice').textContent = ''")
            page.tap(0.2, 0.4)
            until(lambda: "ButtonRelease" in heard.read_text() or page.text("#notice"), 10)
            return "ButtonRelease" in heard.read_text()

        until(clicked)  # in the middle of the agent's wait
        until(lambda: page.text("#mode") == "you have it")
        page.press('[data-order="back"]')
        until(lambda: page.text("#mode") == "running")
        page.press('[data-order="stop"]')
        assert run.ended()["message"] == "stopped by the person at the mirror"
