"""What `screenwright run` does: from words on a command line to a run, and from its Outcome to an exit code."""

from __future__ import annotations

import _thread
import json
import os
import re
import shlex
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from screenwright.agent.person.attended import Said
from screenwright.agent.where import Where, start_programs
from screenwright.tools.errors import BadScript, NotInstalled, ScreenwrightError, Stopped, stop_within

if TYPE_CHECKING:
    from screenwright.agent.loop import Agent
    from screenwright.policies.guard import Approve, Guard
    from screenwright.policies.policy import Policy
    from screenwright.tools.observation import Observation
    from screenwright.tools.secrets.sealed import Sealed
    from screenwright.tools.steps import Decision, Outcome, Task, Verdict
    from screenwright.tools.trace import TraceWriter

EXITS: dict[str, tuple[int, str]] = {
    "done": (0, "the task is done"),
    "error": (1, "the run broke off: the screen was lost, the disk is full"),
    "usage": (2, "an option, script or rules file can't be used; nothing was done"),
    "gave_up": (3, "the policy can't go on: a step's target is not there"),
    "limit": (4, "a limit was reached: steps, seconds, bad replies in a row"),
    "stuck": (5, "the same action changed nothing again and again"),
    "denied": (6, "the guard, or the person it asked, said no"),
    "missing": (7, "something is not installed, or there is no screen"),
    "stopped": (130, "a person stopped it: Ctrl-C, SIGTERM, or quit when asked"),
}
SCRIPT_BYTES = 1_000_000
SCRIPT_SUFFIXES = (".md", ".txt", ".task", ".markdown")


@dataclass(frozen=True, slots=True)
class Manner:
    """How something is run, in the words of the command line. `steps`, `seconds`: its limits."""

    where: Where = field(default_factory=Where)
    opens: tuple[str, ...] = ()
    rules: str | None = None
    yes: bool = False
    dry_run: bool = False
    steps: int = 200
    seconds: float = 900
    quiet: bool = False
    as_json: bool = False
    mirror: bool = False
    person: Said = field(default_factory=Said)


def performed(
    decider: Policy, job: Task, manner: Manner, trace: TraceWriter, *, shown: bool = True, ask: bool = False
) -> Outcome:
    """Open the screen, run the job on it, close it: what was opened with it ends with it.

    What can't be used (a script, rules, a size) is told before a screen is opened: BadScript, NotInstalled.
    With `manner.mirror`, who is asked is asked on the page.
    `shown`: each step is told in the terminal. `ask`: the system is asked for all that it knows of each frame.
    """
    from screenwright.agent.approver import at_terminal
    from screenwright.agent.console import Console
    from screenwright.agent.limits import Limits
    from screenwright.agent.loop import Agent
    from screenwright.agent.mirror.shown import in_page, making
    from screenwright.agent.noting import Noting
    from screenwright.agent.person.attended import attended, held_back
    from screenwright.tools.secrets.vault import Vault

    guard = guard_of(manner.rules, manner.yes)
    vault = Vault()
    job = vault.take(job)
    decider.begin(job)
    manner.person.means(manner.where)
    with (
        manner.where.open(vault) as device,
        in_page(device, wanted=manner.mirror) as page,
        attended(device, manner.person, manner.where, page) as person,
    ):
        for problem in device.problems():
            print(f"screenwright: warning: {problem}", file=sys.stderr)
        start_programs(device, manner.opens)
        answer_beside(guard, device, manner.where)
        console = Console(sys.stderr if manner.as_json else sys.stdout, quiet=manner.quiet)
        make = making(page, Noting if ask else Agent, asks=not manner.yes)
        agent = held_back(person, make, page=page is not None, tell=console.says)(
            decider,
            device,
            guard=guard,
            limits=Limits(steps=manner.steps, seconds=manner.seconds),
            trace=trace,
            listeners=[console] if shown else [],
            answer=_answer if at_terminal() else None,
            dry_run=manner.dry_run,
        )
        return outcome_of(agent, job)


def saved(outcome: Outcome, name: str) -> dict[str, str | None]:
    """Make a demo of a run that is done; where it is, is told. Of any other none is made, and that is told."""
    from screenwright.agent.record import save_run

    if not outcome.ok or outcome.trace is None:
        print(f"screenwright: no demo {name!r} is made: the run ended with {outcome.status}", file=sys.stderr)
        return {"demo": None}
    folder = save_run(outcome.trace, name)
    steps = f"{len(folder.demo.steps)} step{'s' if len(folder.demo.steps) != 1 else ''}"
    again = f"screenwright replay {shlex.quote(str(folder.path))}"
    print(f"screenwright: saved as a demo of {steps}: {folder.path}; play it with: {again}", file=sys.stderr)
    return {"demo": str(folder.path)}


def _answer(question: str) -> str:
    from screenwright.agent.console import printable

    print(f"\n? {printable(question)}", file=sys.stderr)
    return sys.stdin.readline().rstrip("\n")


def task_of(words: str, settings: Sequence[str]) -> Task:
    """A task from the words or the script file named by them, and `--set` values. BadScript names the fix."""
    from screenwright.tools.plainfile import text_of
    from screenwright.tools.steps import Task

    if not words.strip():
        raise BadScript("the task is empty; say what to do, such as: screenwright run 'Click \"Save\"'")
    path = Path(words) if "\n" not in words and len(words.encode()) < 255 else None
    name, text = "", words
    if path is not None and path.is_file():
        try:
            name, text = path.stem, text_of(path, SCRIPT_BYTES)
        except (OSError, UnicodeDecodeError) as error:
            raise BadScript(f"the script {path} can't be read: {error}") from error
        if not text.strip():
            raise BadScript(f'the script {path} is empty; write one step a line, such as: click "Save"')
    elif path is not None and (path.is_dir() or _looks_like_a_file(words)):
        what = "is a folder, not a script" if path.is_dir() else "does not exist"
        raise BadScript(f"the script {words} {what} (looked in {Path.cwd()})")
    return Task(text, _parameters(text, settings), name)


def _looks_like_a_file(words: str) -> bool:
    return not re.search(r"[\s\"'“”]", words) and (words.lower().endswith(SCRIPT_SUFFIXES) or "/" in words)


def _parameters(text: str, settings: Sequence[str]) -> dict[str, str]:
    from screenwright.tools.masking import is_secret
    from screenwright.tools.secrets.naming import mark, variable

    known = list(dict.fromkeys(re.findall(r"\{\{\s*(\w+)\s*\}\}", text)))
    values = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        key = key.strip()
        if not equals or not key:
            raise BadScript(f"--set {setting!r} is not NAME=VALUE, such as: --set name=Ada")
        if key not in known:
            there_is = ", ".join(known) if known else "none: there is no {{name}} in it"
            raise BadScript(f"--set {key}: the task has no parameter {key!r}; it has: {there_is}")
        values[key] = value
    # the value stays where it is until it is typed
    held = [name for name in known if name not in values and is_secret(name) and os.environ.get(variable(name))]
    return values | {name: mark(name) for name in held}


def guard_of(rules: str | None, yes: bool) -> Guard:
    """The rules, with the person at the terminal behind them if there is one."""
    from screenwright.agent.approver import Approver, at_terminal
    from screenwright.policies.guard import Guard

    approve: Approve | None = _agree if yes else Approver() if at_terminal() else None
    return Guard.load(rules, approve) if rules else Guard.standard(approve)


def answer_beside(guard: Guard, device: Sealed, where: Where) -> None:
    """The guard looks again at what a decision took long for, and a person is asked where they can answer.

    Where that is on the very desktop, what they were asked about is in front again afterwards.
    """
    from screenwright.agent.approver import Approver, InFront
    from screenwright.tools.desktop import Desktop

    guard.look = device.observe
    if isinstance(guard.approve, Approver) and isinstance(device.device, Desktop):
        guard.approve = InFront(guard.approve, device)
    warn_of(guard, where)


def warn_of(guard: Guard, where: Where) -> None:
    """Rules that allow everything are told of where others use the screen too."""
    if guard.only_log and not (where.virtual or where.on_phone):
        print(
            "screenwright: warning: these rules allow everything, on a screen that others use too: "
            "they are meant for a throwaway machine, or --virtual",
            file=sys.stderr,
        )


def _agree(decision: Decision, verdict: Verdict, observation: Observation) -> bool:
    return True


def outcome_of(agent: Agent, task: Task) -> Outcome:
    """Run it; SIGTERM and a closed terminal end it like Ctrl-C: no key stays held, the trace gets its ending."""

    def stop(number: int, frame: object) -> NoReturn:
        # no Exception: those that handle any Exception at all, here and elsewhere, must not swallow it
        raise KeyboardInterrupt(f"stopped by {signal.Signals(number).name}")

    ends = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    # nohup ignores SIGHUP for us, and means it
    heard = [number for number in ends if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in heard}
    try:
        return agent.run(task)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def hear_interrupts() -> None:
    """No Ctrl-C is lost: what holds the mouse must be stoppable."""
    # What a shell starts with `&` in a script has SIGINT ignored.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # Python swallows what is raised while an object is finalized, and mss finalizes one at every frame.
    usual = sys.unraisablehook

    def again(lost: sys.UnraisableHookArgs) -> None:
        if issubclass(lost.exc_type, KeyboardInterrupt):
            # in a moment: raised within this hook it would be lost as well
            threading.Timer(0.01, _thread.interrupt_main).start()
        else:
            usual(lost)

    sys.unraisablehook = again


def exit_code(error: BaseException) -> int:
    if isinstance(error, KeyboardInterrupt | Stopped):
        return EXITS["stopped"][0]
    kind = "usage" if isinstance(error, BadScript) else "missing" if isinstance(error, NotInstalled) else "error"
    return EXITS[kind][0]


@contextmanager
def plainly(*, as_json: bool = False, debug: bool = False) -> Iterator[None]:
    """An error as one clear line (or one JSON object) and an exit code instead of a traceback."""
    try:
        yield
    except (Exception, KeyboardInterrupt) as met:
        error = stop_within(met)
        if debug or not isinstance(error, ScreenwrightError | KeyboardInterrupt):
            raise
        message = str(error) or "stopped with Ctrl-C"
        code = exit_code(error)
        if as_json:
            status = "stopped" if code == EXITS["stopped"][0] else "error"
            print(json.dumps({"status": status, "message": message, "exit_code": code}, ensure_ascii=False))
        else:
            print(f"screenwright: {message}", file=sys.stderr)
        raise SystemExit(code) from met
