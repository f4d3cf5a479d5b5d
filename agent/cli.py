"""The command line. What is heavy is imported inside the command that needs it, so that --help is quick."""

from __future__ import annotations

import faulthandler
import json
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from screenwright.agent.asking_cli import ask, extract
from screenwright.agent.demo_cli import demo_app
from screenwright.agent.guard_cli import Rules, guard_app
from screenwright.agent.mcp.mcp_cli import mcp
from screenwright.agent.mirror.mirror_cli import mirror
from screenwright.agent.model_cli import Context, Dialect, Model, Url, Weights, serve
from screenwright.agent.person.attended import PANIC, Panic, Person, ResumeAfter, Said
from screenwright.agent.record_cli import record as record_command
from screenwright.agent.replay_cli import replay
from screenwright.agent.running import EXITS, hear_interrupts, plainly
from screenwright.agent.secret_cli import secret_app
from screenwright.agent.view.runs_cli import runs_app
from screenwright.agent.view.view_cli import Junit, view
from screenwright.agent.where import Area, Monitor, OnPhone, Serial, Size, Virtual, Where, Window

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
    help="A GUI agent: looks at the screen, decides one action, guards it, does it, records it.",
)
app.add_typer(guard_app, name="guard")
app.add_typer(demo_app, name="demo")
app.add_typer(secret_app, name="secret")
app.add_typer(runs_app, name="runs")
app.command()(view)
app.command()(serve)
app.command()(ask)
app.command()(extract)
app.command("record")(record_command)
app.command()(mirror)
app.command()(mcp)

Json = Annotated[bool, typer.Option("--json", help="print exactly one JSON object")]

_state = {"debug": False}

# \b keeps the lines of a paragraph as they are
EPILOG = "\b\nExit codes:\n" + "\n".join(f"{code:>5}  {name:<8} {why}" for name, (code, why) in EXITS.items())


app.command(epilog=EPILOG)(replay)


@app.callback()
def _options(debug: Annotated[bool, typer.Option("--debug", help="show tracebacks")] = False) -> None:
    _state["debug"] = debug


@app.command(epilog=EPILOG)
def run(
    task: Annotated[str, typer.Argument(help="what to do in plain words, or the file of a task script")],
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="a parameter")] = None,
    policy: Annotated[
        str,
        typer.Option(
            help="what decides: auto (plain steps, then a model if there is one), literal, qwen3vl, served"
        ),
    ] = "auto",
    model: Model = None,
    url: Url = None,
    dialect: Dialect = None,
    context: Context = None,
    weights: Weights = None,
    no_sure: Annotated[bool, typer.Option("--no-sure", help="don't check clicks against the screen")] = False,
    virtual: Virtual = False,
    size: Size = "1280x800",
    monitor: Monitor = 1,
    window: Window = None,
    region: Area = None,
    phone: OnPhone = False,
    serial: Serial = None,
    open_: Annotated[
        list[str] | None,
        typer.Option("--open", metavar="COMMAND", help="start this first (on a phone: an app); ends with the run"),
    ] = None,
    rules: Rules = None,
    yes: Annotated[bool, typer.Option("--yes", help="say yes to all that the guard asks about")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="decide, but do nothing")] = False,
    limit_steps: Annotated[int, typer.Option(min=1, help="steps in all")] = 200,
    limit_seconds: Annotated[float, typer.Option(min=0.001, help="seconds in all")] = 900,
    trace: Annotated[Path | None, typer.Option(help="folder of the recording; default: under runs/")] = None,
    save: Annotated[str | None, typer.Option(metavar="NAME", help="make a demo of it, if it is done")] = None,
    mirror_: Annotated[
        bool, typer.Option("--mirror", help="show it in a web page meanwhile, to be steered and touched there")
    ] = False,
    person: Person = None,
    panic: Panic = PANIC,
    resume_after: ResumeAfter = None,
    junit: Junit = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="only the beginning and the end")] = False,
    as_json: Json = False,
) -> None:
    """Do a task on the screen and record it."""
    with plainly(as_json=as_json, debug=_state["debug"]):
        from screenwright.agent import models, record, running
        from screenwright.tools.errors import BadScript
        from screenwright.tools.masking import Mask
        from screenwright.tools.trace import TraceWriter

        job = running.task_of(task, set_ or [])
        which = models.Which.said(model, url, dialect, context=context, weights=weights)
        decider = models.policy_of(policy, which, sure=not no_sure)
        where = Where(virtual, size, monitor, window, region, phone, serial)
        manner = running.Manner(
            where, tuple(open_ or ()), rules, yes, dry_run, limit_steps, limit_seconds, quiet, as_json, mirror_,
            Said(person, panic, resume_after),
        )  # fmt: skip
        if save is not None:
            if dry_run:
                raise BadScript("--save needs a run that does something; leave --dry-run")
            record.new_demo(save)  # a name that is taken is told before anything is done
        writer = TraceWriter(trace, name=job.name or "run", elements=save is not None)
        outcome = running.performed(decider, job, manner, writer, ask=save is not None)
        saved = running.saved(outcome, save) if save is not None else {}
        code = EXITS[outcome.status][0]
        if junit is not None:
            from screenwright.agent.view.junit import report

            report(junit, outcome, job.name or "run")
        if as_json:
            _print_json(Mask(job.parameters).json(outcome.summary()) | saved | {"exit_code": code})
        raise typer.Exit(code)


@app.command()
def read(
    image: Annotated[Path | None, typer.Argument(help="a picture; default: the screen")] = None,
    find: Annotated[str | None, typer.Option(metavar="TEXT", help="only where this stands")] = None,
    monitor: Monitor = 1,
    window: Window = None,
    region: Area = None,
    phone: OnPhone = False,
    serial: Serial = None,
    as_json: Json = False,
) -> None:
    """What is on the screen, or in a picture, as text or JSON. Exit code 3: --find found nothing."""
    with plainly(as_json=as_json, debug=_state["debug"]):
        from screenwright.agent import seeing
        from screenwright.agent.console import printable

        where = Where(monitor=monitor, window=window, region=region, phone=phone, serial=serial)
        with seeing.observed(image, where) as observation:
            scene = seeing.scene(observation)
        found = list(scene.elements) if find is None else seeing.matching(scene, find)
        if as_json:
            size = {"width": observation.frame.width, "height": observation.frame.height}
            _print_json({"size": size, "elements": [seeing.facts(element) for element in found]})
        elif find is None:
            for line in scene.text().split("\n"):
                typer.echo(printable(line))
        else:
            for element in found:
                x, y = element.region.middle
                typer.echo(f"({x:g}, {y:g})  {element.region}  {element.role}  {printable(element.text)}")
        if find is not None and not found:
            typer.echo(f"screenwright: {find!r} is not there", err=True)
            raise typer.Exit(EXITS["gave_up"][0])


@app.command()
def actions(
    list_: Annotated[bool, typer.Option("--list", help="a table for people")] = False,
) -> None:
    """All that an agent can do, as a JSON schema or a table."""
    from screenwright.tools.actions import KINDS, schema

    if not list_:
        _print_json(schema())
        return
    for kind, cls in KINDS.items():
        fields = ", ".join(name for name in cls.model_fields if name != "kind")
        typer.echo(f"{kind:<13} {(cls.__doc__ or '').strip()}")
        typer.echo(f"{'':<13} {fields}" if fields else "")


@app.command()
def doctor(
    virtual: Virtual = False,
    yes: Annotated[bool, typer.Option("--yes", help="don't ask before clicking on a real screen")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="look only: no window, no click, no OCR")] = False,
    model: Annotated[str | None, typer.Option(metavar="MODEL", help="only: what will fit of this model?")] = None,
    weights: Weights = None,
    phone: Annotated[bool, typer.Option("--phone", help="only: can the phone be driven?")] = False,
    serial: Serial = None,
    as_json: Json = False,
) -> None:
    """Can this machine see, click, type, read, find adb, load a model? Every "no" names the fix.

    Exit code 0: all that a desktop run needs is there; 7: something of it is missing.
    """
    with plainly(as_json=as_json, debug=_state["debug"]):
        from screenwright.agent import doctor as examination

        if model is not None:
            from screenwright.agent.model_exam import examine_model

            findings, wanted = examine_model(model, weights=weights), "this model"
        elif phone or serial is not None:
            from screenwright.agent.phone_exam import examine_phone

            findings, wanted = examine_phone(serial), "a run on the phone"
        else:
            findings, wanted = examination.examine(virtual=virtual, yes=yes, quick=quick), "a desktop run"
        if as_json:
            _print_json(examination.summary(findings))
        else:
            examination.show(findings, wanted=wanted)
        raise typer.Exit(0 if examination.healthy(findings) else EXITS["missing"][0])


@app.command()
def version() -> None:
    """The version."""
    from importlib.metadata import version as installed

    typer.echo(f"screenwright {installed('screenwright')}")


def _print_json(facts: Any) -> None:
    typer.echo(json.dumps(facts, ensure_ascii=False, indent=2))


def main() -> None:
    """The console script."""
    with suppress(OSError, ValueError, RuntimeError, AttributeError):  # where there is no standard error
        faulthandler.enable()  # a crash in a library (too little memory) was an exit code without a word
    hear_interrupts()
    app(prog_name="screenwright")


if __name__ == "__main__":
    main()
