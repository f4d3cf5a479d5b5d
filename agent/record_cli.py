"""`screenwright record`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from screenwright.agent.running import EXITS, plainly
from screenwright.agent.where import Area, Monitor, Size, Virtual, Where, Window, start_programs

if TYPE_CHECKING:
    from screenwright.policies.replay.folder import DemoFolder
    from screenwright.tools.recording.sources import Eye
    from screenwright.tools.steps import Outcome, Step


def record(
    name: Annotated[str, typer.Argument(help="what the demo is to be called")],
    into: Annotated[Path, typer.Option(help="the folder of demos")] = Path("demos"),
    open_: Annotated[
        list[str] | None,
        typer.Option("--open", metavar="COMMAND", help="start this first; ends with the recording"),
    ] = None,
    virtual: Virtual = False,
    size: Size = "1280x800",
    monitor: Monitor = 1,
    window: Window = None,
    region: Area = None,
    no_sign: Annotated[bool, typer.Option("--no-sign", help="show nothing on the screen")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print exactly one JSON object")] = False,
) -> None:
    """Record what you do on the screen as a demo that can be replayed."""
    with plainly(as_json=as_json):
        from screenwright.agent import record as recording
        from screenwright.tools.actions import describe
        from screenwright.tools.recording.hotkeys import HOTKEYS
        from screenwright.tools.recording.recorder import Recorder

        def say(words: str) -> None:
            print(words, file=sys.stderr, flush=True)

        def tell(step: Step) -> None:
            if step.decision:
                say(f"{step.index + 1:>3}  {step.decision.thought or describe(step.decision.action)}")

        folder = recording.new_demo(name, into)
        where = Where(virtual, size, monitor, window, region)
        with where.desktop() as desktop:
            for problem in desktop.problems():
                say(f"screenwright: warning: {problem}")
            own = recording.own_window(desktop, sys.stdin)
            start_programs(desktop, open_ or [])
            recorder = Recorder(_eye(where, desktop), folder, name=name, sign=not no_sign, own=own, tell=tell)
            recording.how_to_stop(
                f"{name} on {desktop.name}", [HOTKEYS[command] for command in ("pause", "stop", "secret")], say
            )
            outcome = recording.steered(recorder, sys.stdin)
        demo = recording.compiled(folder, name)
        _report(demo, outcome, as_json)
        raise typer.Exit(EXITS["done" if outcome.ok else "error"][0])


def _eye(where: Where, desktop: Any) -> Eye:
    """A real screen is opened a second time; a virtual one is looked at beside its owner."""
    from screenwright.tools.recording.sources import beside

    return beside(desktop) if where.virtual else where.desktop


def _report(demo: DemoFolder, outcome: Outcome, as_json: bool) -> None:
    """What was understood, and what to do with it."""
    steps = [step.said for step in demo.demo.steps]
    parameters = sorted(demo.demo.parameters)
    settings = "".join(f" --set {parameter}=..." for parameter in parameters)
    again = f"screenwright replay {demo.path}{settings}"
    if as_json:
        facts = {
            "status": outcome.status, "demo": str(demo.path), "steps": steps, "parameters": parameters,
            "message": outcome.message, "exit_code": EXITS["done" if outcome.ok else "error"][0],
        }  # fmt: skip
        typer.echo(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    typer.echo(f"\n{demo.path}: {len(steps)} steps")
    for number, words in enumerate(steps, 1):
        typer.echo(f"{number:>3}  {words}")
    if not outcome.ok:
        typer.echo(f"it ended early: {outcome.message}")
    typer.echo(f"read and edit it: {demo.path / 'demo.yaml'}\ntry it: {again}")
