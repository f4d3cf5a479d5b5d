"""What `status` says, and the resources: recordings of this session, and demos, as text and pictures."""

from __future__ import annotations

import re
from pathlib import Path

from screenwright.agent.console import printable
from screenwright.agent.mcp.answers import Answer
from screenwright.agent.mcp.desk import Desk
from screenwright.agent.mcp.offers import Status, quoted
from screenwright.agent.mcp.shown import encoded, from_screen
from screenwright.agent.mcp.tasks import demos
from screenwright.tools.actions import describe
from screenwright.tools.errors import BadScript
from screenwright.tools.steps import Step

RUN = "screenwright://run/{run}"
FRAME = "screenwright://run/{run}/{step}/{when}"
DEMO = "screenwright://demo/{name}"
PLACE = re.compile(
    r"screenwright://(?:demo/(?P<demo>[^/]+)|run/(?P<run>[^/]+)(?:/(?P<step>\d{1,6})/(?P<when>before|after))?)"
)


def status(desk: Desk, wanted: Status) -> Answer:
    """Only what is known without touching the screen."""
    device, (steps, seconds) = desk.opened.device if desk.opened else None, desk.left
    where = desk.setting.where
    kind = "a phone" if where.on_phone else "a virtual screen" if where.virtual else "the desktop"
    screen = device.name if device else f"{kind}, not opened yet"
    known = sorted(demos())
    rules = desk.setting.guard.rules
    lines = [
        f"screen: {screen}",
        f"actions: {', '.join(sorted(device.kinds | {'wait', 'ask', 'done'}))}" if device else "",
        f"stopped: {desk.halted}" if desk.halted else "",
        f"at work: {desk.busy}" if desk.busy else "",
        f"left of the session: {steps} steps, {seconds:.0f} s",
        f"guard: {len(rules)} rules; what no rule matches: {desk.setting.guard.default}",
        *([f"  {rule.rule}: {rule.name}" for rule in rules] if wanted.rules else []),
        f"demos: {', '.join(known[:50]) or 'none'}",
        *(f"recorded: {folder} (screenwright://run/{name})" for name, folder in list(desk.runs.items())[-5:]),
    ]
    facts = {"screen": screen, "steps_left": steps, "seconds_left": round(seconds), "demos": known[:200],
             "runs": {name: str(folder) for name, folder in desk.runs.items()}}  # fmt: skip
    return Answer("\n".join(each for each in lines if each), facts)


def resource(desk: Desk, uri: str) -> str | tuple[bytes, str]:
    """A text, or a picture and its MIME type. BadScript: there is none of that address."""
    match = PLACE.fullmatch(uri)
    if match is None:
        raise BadScript(f"there is no resource {quoted(uri)}; there are: {RUN}, {FRAME}, {DEMO}")
    if match["demo"] is not None:
        return _demo(match["demo"])
    if match["run"] not in desk.runs:
        there_is = ", ".join(desk.runs) or "none yet"
        raise BadScript(f"this session has no run {quoted(match['run'])}; it has: {there_is}")
    folder = desk.runs[match["run"]]
    return _run(folder) if match["step"] is None else _frame(folder, int(match["step"]), match["when"])


def _demo(name: str) -> str:
    from screenwright.agent.demo_telling import told
    from screenwright.policies.replay.folder import DemoFolder

    known = demos()
    if name not in known:
        raise BadScript(f"there is no demo {quoted(name)}; there is: {', '.join(sorted(known)[:20]) or 'none'}")
    return told(DemoFolder.open(known[name]))


def _run(folder: Path) -> str:
    from screenwright.tools.trace import Trace

    trace = Trace(folder)
    ended = trace.outcome
    lines = [f"{n}. {_line(step)}" for n, step in enumerate(trace.steps, 1)]
    lines.append(f"{ended.status}: {ended.message}" if ended else "not ended")
    return f"{folder}\n{from_screen(chr(10).join(lines))}"


def _line(step: Step) -> str:
    did = describe(step.decision.action) if step.decision else "no action"
    said = "; ".join(part for part in (step.result.message, str(step.result.effect)) if part)
    return printable(f"{did}: {'ok' if step.result.ok else 'not done'}: {said}")


def _frame(folder: Path, number: int, when: str) -> tuple[bytes, str]:
    from screenwright.tools.trace import Trace

    steps = Trace(folder).steps
    if not 1 <= number <= len(steps):
        raise BadScript(f"{folder.name} has {len(steps)} steps, and no step {number}")
    step = steps[number - 1]
    seen = step.observation if when == "before" or step.after is None else step.after
    return encoded(seen.pixels, seen.frame, "auto")
