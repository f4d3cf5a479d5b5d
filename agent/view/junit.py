"""Runs as JUnit XML, which every CI shows: a test case a run, so that a CSV of forty rows is forty cases.

A step is no test case: a run of fifty steps that fails at the third would count as one failure among fifty.
The steps are in the case's output, and the step it failed at is in its message.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree

from screenwright.agent.timing import readable
from screenwright.agent.view.told import Told, marks, told
from screenwright.tools.actions import describe
from screenwright.tools.errors import BadScript
from screenwright.tools.steps import Outcome, Step

FAILURES = ("gave_up", "stuck", "limit", "denied")
"""The run came to its end and the task is not done. Whatever else is not done is an error."""
UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML has no way to write at all."""


@dataclass(frozen=True)
class Case:
    """One run. `state`: as in an Outcome, or "cut off", "going", "bad_row", "skipped"; `lines`: what was done."""

    name: str
    state: str
    message: str = ""
    seconds: float = 0.0
    started: str = ""
    lines: Sequence[str] = ()


def case_of(run: Told, name: str | None = None) -> Case:
    """A run as a case; the message names the last step where it is not done."""
    outcome = run.outcome
    message = outcome.message if outcome else "the run has no ending"
    last = run.steps[-1] if run.steps else None
    if run.state != "done" and last is not None:
        message = f"step {last.index + 1}, {_act(last)}: {message or last.result.message or run.state}"
    seconds = outcome.seconds if outcome else sum(sum(s.result.seconds.values()) for s in run.steps)
    return Case(name or run.name, run.state, message, seconds, run.started or "", [_line(s) for s in run.steps])


def report(path: Path, outcome: Outcome, suite: str) -> Path:
    """Write what became of one run, from its trace where it left one. BadScript: the file can't be written."""
    if outcome.trace is not None:
        case = replace(case_of(told(outcome.trace)), name=suite)
    else:
        case = Case(suite, outcome.status, outcome.message, outcome.seconds)
    return write_junit(path, suite, [case])


def report_rows(path: Path, suite: str, results: Path, rows: int) -> Path:
    """Write what the results of a CSV say, a case a row; rows that were not begun are skipped."""
    with results.open(encoding="utf-8", newline="") as file:
        facts = {row["row"]: row for row in csv.DictReader(file)}
    return write_junit(path, suite, [_row(number, facts.get(str(number))) for number in range(1, rows + 1)])


def _row(number: int, facts: dict[str, str] | None) -> Case:
    name = f"row {number}"
    if facts is None:
        return Case(name, "skipped", "not begun: the run ended before")
    try:
        seconds = float(facts["seconds"] or 0)
        done = case_of(told(facts["trace"])) if facts["trace"] else Case(name, "")
    except (BadScript, ValueError):  # its trace was taken away since
        seconds, done = 0.0, Case(name, "")
    return replace(
        done, name=name, state=facts["outcome"], message=done.message or facts["message"], seconds=seconds
    )


def write_junit(path: Path, suite: str, cases: Iterable[Case]) -> Path:
    """Write one suite with these cases. BadScript where the file can't be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(junit(suite, list(cases)), encoding="utf-8")
    except OSError as error:
        raise BadScript(
            f"{path} can't be written: {error.strerror or error}; give another with --junit"
        ) from error
    return path


def junit(suite: str, cases: Sequence[Case]) -> str:
    """The XML text."""
    facts = {
        "name": _fit(suite),
        "tests": str(len(cases)),
        "failures": str(sum(case.state in FAILURES for case in cases)),
        "errors": str(sum(case.state not in (*FAILURES, "done", "skipped") for case in cases)),
        "skipped": str(sum(case.state == "skipped" for case in cases)),
        "time": f"{sum(case.seconds for case in cases):.3f}",
    }
    root = ElementTree.Element("testsuites", facts)
    started = min((case.started for case in cases if case.started), default="")
    stamp = {"timestamp": started[:19]} if started else {}
    box = ElementTree.SubElement(root, "testsuite", facts | stamp)
    for case in cases:
        _add(box, suite, case)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _add(box: ElementTree.Element, suite: str, case: Case) -> None:
    where = f"screenwright.{_fit(suite)}"
    facts = {"classname": where, "name": _fit(case.name), "time": f"{case.seconds:.3f}"}
    node = ElementTree.SubElement(box, "testcase", facts)
    message = _fit(" ".join(case.message.split()))
    if case.state == "skipped":
        ElementTree.SubElement(node, "skipped", {"message": message})
    elif case.state != "done":
        kind = "failure" if case.state in FAILURES else "error"
        problem = ElementTree.SubElement(node, kind, {"type": case.state.replace(" ", "_"), "message": message})
        problem.text = _fit("\n".join([case.message, "", *case.lines[-10:]]))
    if case.lines:
        ElementTree.SubElement(node, "system-out").text = _fit("\n".join(case.lines))


def _line(step: Step) -> str:
    """'  3  click Save (120, 40)  0.82 s  [failed] the reason'."""
    seconds = sum(step.result.seconds.values())
    flags = " ".join(f"[{mark}]" for mark in marks(step))
    said = " ".join(step.result.message.split()) if not step.result.ok else ""
    parts = [f"{step.index + 1:>3}", _act(step), readable(seconds) if seconds else "", flags, said]
    return "  ".join(part for part in parts if part)


def _act(step: Step) -> str:
    return describe(step.decision.action) if step.decision else "no decision"


def _fit(text: str) -> str:
    return UNFIT.sub("\ufffd", text)
