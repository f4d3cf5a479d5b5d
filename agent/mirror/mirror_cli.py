"""`screenwright mirror`."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from screenwright.agent.guard_cli import Rules
from screenwright.agent.running import EXITS, outcome_of, plainly, task_of
from screenwright.agent.where import Area, Monitor, OnPhone, Serial, Size, Where, Window, start_programs

if TYPE_CHECKING:
    from screenwright.agent.mirror.mirror import Mirror
    from screenwright.agent.mirror_record import MirrorRecording
    from screenwright.policies.guard import Guard
    from screenwright.tools.device import Device


def mirror(
    phone: OnPhone = False,
    serial: Serial = None,
    virtual: Annotated[bool, typer.Option("--virtual", help="a screen of its own that nobody else sees")] = False,
    size: Size = "1280x800",
    monitor: Monitor = 1,
    window: Window = None,
    region: Area = None,
    open_: Annotated[
        list[str] | None,
        typer.Option(
            "--open", metavar="COMMAND", help="start this first (on a phone: an app); ends with the mirror"
        ),
    ] = None,
    task: Annotated[
        str | None, typer.Option(help="an agent does this on it, watched and steered on the page")
    ] = None,
    policy: Annotated[str, typer.Option(help="what decides for the agent, as in `screenwright run`")] = "auto",
    rules: Rules = None,
    ahead: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="how long each action is shown before it is done")
    ] = 1.0,
    trace: Annotated[
        Path | None, typer.Option(help="folder of the agent's recording; default: under runs/")
    ] = None,
    record: Annotated[
        str | None, typer.Option(metavar="NAME", help="what you do on the page becomes a demo of that name")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free")] = 0,
    host: Annotated[
        str, typer.Option(help="what is listened at; any other than this lets others in")
    ] = "127.0.0.1",
    browser: Annotated[bool, typer.Option("--browser", help="open the page at once")] = False,
) -> None:
    """Show the screen in a web page, live, to be touched there; watch and steer an agent on it. Ctrl-C ends it."""
    with plainly():
        from screenwright.agent.mirror.shown import in_page

        where = Where(virtual, size, monitor, window, region, phone, serial)
        with where.open() as device:
            for problem in device.problems():
                print(f"screenwright: warning: {problem}", file=sys.stderr)
            start_programs(device, open_ or [])
            recording = _recording(device, record)
            with in_page(device, port=port, host=host, acted=recording, browser=browser) as mirror:
                assert mirror
                status, stays = "done", True
                if task is not None:
                    status, stays = _run(mirror, task, policy, _guard(rules, where), ahead, trace)
                if stays:
                    _wait()
            if recording is not None:
                demo = recording.close()
                steps = len(demo.demo.steps)
                print(f"{demo.path}: {steps} steps; play it with: screenwright replay {demo.path}")
        raise typer.Exit(EXITS[status][0])


def _recording(device: Device, name: str | None) -> MirrorRecording | None:
    from screenwright.agent.mirror_record import MirrorRecording
    from screenwright.agent.record import new_demo

    return None if name is None else MirrorRecording(device, new_demo(name), name)


def _guard(rules: str | None, where: Where) -> Guard:
    from screenwright.agent.running import warn_of
    from screenwright.policies.guard import Guard

    guard = Guard.load(rules) if rules else Guard.standard()
    warn_of(guard, where)
    return guard


def _run(
    mirror: Mirror, words: str, policy: str, guard: Guard, ahead_s: float, trace: Path | None
) -> tuple[str, bool]:
    """How the run ended, and whether the page stays after it: not when it was ended here, by a signal."""
    from screenwright.agent import models
    from screenwright.agent.console import Console
    from screenwright.agent.loop import Agent
    from screenwright.agent.mirror.shown import making
    from screenwright.agent.person.gate import STOPPED
    from screenwright.tools.trace import TraceWriter

    job = task_of(words, [])
    decider = models.policy_of(policy)
    writer = TraceWriter(trace, name=job.name or "run")
    agent = making(mirror, Agent)(
        decider, mirror.device, guard=guard, trace=writer, listeners=[Console()], ahead_s=ahead_s
    )
    outcome = outcome_of(agent, job)
    return outcome.status, outcome.status != "stopped" or outcome.message == STOPPED


def _wait() -> None:
    """Until Ctrl-C or SIGTERM, which is how a mirror is meant to end."""
    import signal

    over = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda number, frame: over.set())
    try:
        while not over.wait(0.5):  # a wait without an end can't be broken with Ctrl-C on Windows
            pass
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)
