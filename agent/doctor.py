"""Can this machine do it? Tries what a run needs, measures it, and names the fix for every "no"."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import IO, TYPE_CHECKING, Any

from screenwright.agent import machine
from screenwright.agent.machine import Finding
from screenwright.tools.errors import ScreenwrightError

if TYPE_CHECKING:
    from screenwright.agent.testcard import TestCard
    from screenwright.tools.desktop import Desktop

OFF_PX = 1.5
"""A click further from its target than this lands beside small targets."""
LABEL = "Reading test 4217"


def examine(*, virtual: bool = False, yes: bool = False, quick: bool = False) -> list[Finding]:
    """All findings, in the order of a table. Uses a virtual screen on request and where there is none.

    Args:
        yes: don't ask before a real screen is covered and its mouse moved, for about five seconds.
        quick: nothing is clicked, typed or read.
    """
    findings = list(machine.before(virtual))
    own = virtual or (sys.platform.startswith("linux") and not os.environ.get("DISPLAY"))
    try:
        with _desktop(own) as desktop:
            findings += [_capture(desktop), *_manager(desktop), _person(desktop)]
            if not quick:
                findings += _tried(desktop, own or yes)
    except ScreenwrightError as error:
        findings.append(Finding("screen", "no", str(error), "screenwright doctor --virtual tries another"))
    return [*findings, *machine.beside()]


def healthy(findings: Iterable[Finding]) -> bool:
    return all(finding.state != "no" for finding in findings)


def summary(findings: Sequence[Finding]) -> dict[str, Any]:
    return {"healthy": healthy(findings), "findings": [asdict(finding) for finding in findings]}


def show(findings: Sequence[Finding], file: IO[str] | None = None, *, wanted: str = "a desktop run") -> None:
    """A table that fits the terminal; plain lines in a pipe."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=file or sys.stdout, highlight=False, markup=False, emoji=False)
    signs = {"yes": ("yes", "green"), "no": ("NO", "bold red"), "optional": ("(no)", "yellow")}
    if not console.is_terminal:
        for finding in findings:
            fix = f"  fix: {finding.fix}" if finding.fix else ""
            print(f"{signs[finding.state][0]:<6}{finding.what:<16}{finding.said}{fix}", file=console.file)
    else:
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(no_wrap=True)
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        for finding in findings:
            said = Text(finding.said)
            if finding.fix:
                said.append(f"\nfix: {finding.fix}", "bold" if finding.state == "no" else "dim")
            grid.add_row(Text(*signs[finding.state]), Text(finding.what), said)
        console.print(grid)
    wrong = sum(finding.state == "no" for finding in findings)
    console.print()
    told = f"missing for {wanted}: {wrong}" if wrong else f"all that {wanted} needs is here"
    console.print(Text(told, "bold green" if not wrong else "bold red"))


def _desktop(own: bool) -> Desktop:
    from screenwright.tools.desktop import Desktop

    return Desktop.virtual() if own else Desktop(0)


def _capture(desktop: Desktop) -> Finding:
    try:
        observation = desktop.observe()
    except ScreenwrightError as error:
        return Finding("see", "no", str(error), "unlock or wake the screen")
    started = time.perf_counter()
    for _ in range(5):
        desktop.observe()
    each_ms = (time.perf_counter() - started) * 200
    return Finding("see", "yes", f"{desktop.name}, {observation.frame}, {each_ms:.1f} ms a frame")


def _manager(desktop: Desktop) -> Iterator[Finding]:
    problems = desktop.problems()
    for problem in problems:
        said, _, fix = problem.partition(": ")
        yield Finding("window manager", "no", said, fix)
    if not problems:
        yield Finding("window manager", "yes", "one is running")


def _person(desktop: Desktop) -> Finding:
    """Can a person's own input be told from ours, so that he can take over?"""
    from screenwright.tools.presence.ears import told_apart

    try:
        return Finding("your own input", "yes", told_apart(desktop.environment.get("DISPLAY")))
    except ScreenwrightError as error:
        fix = "without it a run stops by Ctrl-C alone: screenwright run --person ignore --panic none"
        return Finding("your own input", "optional", str(error), fix)


def _tried(desktop: Desktop, may: bool) -> Iterator[Finding]:
    """Click, type and read in a window of our own, if a person lets us."""
    name = desktop.environment.get("DISPLAY")
    if not sys.platform.startswith("linux") or not name:
        yield Finding("click and type", "optional", "measured on X11 only", "try: screenwright run 'Click ...'")
        return
    if not may and not _agreed():
        fix = "screenwright doctor --yes, or --virtual"
        yield Finding("click and type", "no", "not tried: nobody agreed to a test on this screen", fix)
        return
    from screenwright.agent.testcard import TestCard

    with TestCard(name) as card:
        for what, measure in (("click", _click), ("type", _type), ("read", _read)):
            yield _safely(what, measure, card, desktop)


def _safely(
    what: str, measure: Callable[[TestCard, Desktop], Finding], card: TestCard, desktop: Desktop
) -> Finding:
    try:
        return measure(card, desktop)
    except ScreenwrightError as error:
        return Finding(what, "no", str(error), "the message says what to do")


def _click(card: TestCard, desktop: Desktop) -> Finding:
    from screenwright.agent.testcard import click_errors

    measured = list(click_errors(card, desktop))
    errors = [error for _, error in measured if error is not None]
    places = f"{len(card.monitors())} monitor" + ("s" if len(card.monitors()) > 1 else "")
    if len(errors) < len(measured):
        spot = measured[-1][0]
        fix = "close what lies above all windows (screen locks, overlays), then try again"
        return Finding("click", "no", f"the click at {spot} did not arrive at the window there", fix)
    said = f"{len(errors)} targets on {places}, off by {max(errors):.1f} px at most"
    if max(errors) > OFF_PX:
        return Finding("click", "no", said, "report this, with the monitors' layout: xrandr --listmonitors")
    return Finding("click", "yes", said)


def _type(card: TestCard, desktop: Desktop) -> Finding:
    from screenwright.agent.testcard import TEXT, typed_back

    got = typed_back(card, desktop)
    if got == TEXT:
        return Finding("type", "yes", f"{TEXT!r} was read back right")
    return Finding("type", "no", f"typed {TEXT!r}, read back {got!r}", "setxkbmap us, then try again")


def _read(card: TestCard, desktop: Desktop) -> Finding:
    from screenwright.agent.testcard import label, shown
    from screenwright.tools.ocr import TextReader

    observation = shown(card, desktop, LABEL)
    place = card.picture_place(label(LABEL))
    region = observation.view.region_from_input(place.x, place.y, place.width, place.height)
    started = time.perf_counter()
    got = " ".join(line.text for line in TextReader().read(observation.crop(region).copy()))
    took = time.perf_counter() - started
    if got.replace(" ", "") == LABEL.replace(" ", ""):
        return Finding("read", "yes", f"{got!r}, {took:.2f} s with the loading of the networks")
    return Finding("read", "no", f"the screen shows {LABEL!r}, read was {got!r}", "see the line 'reading engine'")


def _agreed() -> bool:
    from screenwright.agent.approver import at_terminal

    if not at_terminal():
        return False
    print("The test covers your screens for about five seconds and moves the mouse.", file=sys.stderr)
    print("Go on? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().casefold() in ("y", "yes", "j", "ja", "是")
