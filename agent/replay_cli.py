"""`screenwright replay`: what is said on the command line, and what is printed."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from screenwright.agent.guard_cli import Rules
from screenwright.agent.model_cli import Dialect, Model, Url
from screenwright.agent.person.attended import PANIC, Panic, Person, ResumeAfter, Said
from screenwright.agent.running import EXITS, Manner, plainly
from screenwright.agent.view.view_cli import Junit
from screenwright.agent.where import Area, Monitor, OnPhone, Serial, Virtual, Where, Window

if TYPE_CHECKING:
    from screenwright.agent.replaying import Helped, Played
    from screenwright.policies.replay.folder import DemoFolder

STARTING_S = 10.0  # how long what --open starts may take to show the first target, with --check
EPILOG = "\b\nExit codes:\n" + "\n".join(f"{code:>5}  {name:<8} {why}" for name, (code, why) in EXITS.items())


def replay(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="a demo: its folder, or its name in demos/ or demos/recorded/")],
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="a parameter")] = None,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="STEP", help="begin with this step: its id or number")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="do nothing: say which steps would be found on the screen now")
    ] = False,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="one run a row; the columns are parameters")
    ] = None,
    results: Annotated[
        Path | None, typer.Option(metavar="FILE", help="of --csv, and where it goes on; default: beside it")
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="no screen: what --policy decides on the recorded frames")
    ] = False,
    policy: Annotated[
        str,
        typer.Option(
            help="what helps where the demo can't go on: auto (a model, if one is named), none, literal, "
            "qwen3vl, served; with --offline: what is tried (replay, literal, qwen3vl, served, auto)"
        ),
    ] = "auto",
    model: Model = None,
    url: Url = None,
    dialect: Dialect = None,
    virtual: Virtual = False,
    size: Annotated[
        str | None, typer.Option(metavar="WxH", help="of the virtual screen; default: as recorded")
    ] = None,
    monitor: Monitor = 1,
    window: Window = None,
    region: Area = None,
    phone: OnPhone = False,
    serial: Serial = None,
    open_: Annotated[
        list[str] | None,
        typer.Option("--open", metavar="COMMAND", help="start this first, for each row anew; ends with the run"),
    ] = None,
    rules: Rules = None,
    yes: Annotated[bool, typer.Option("--yes", help="say yes to all that the guard asks about")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="decide, but do nothing")] = False,
    limit_steps: Annotated[int, typer.Option(min=1, help="steps in all")] = 1000,
    limit_seconds: Annotated[float, typer.Option(min=0.001, help="seconds in all")] = 900,
    trace: Annotated[Path | None, typer.Option(help="folder of the recording; default: under runs/")] = None,
    person: Person = None,
    panic: Panic = PANIC,
    resume_after: ResumeAfter = None,
    junit: Junit = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="only the beginning and the end")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print exactly one JSON object")] = False,
) -> None:
    """Play a recorded demo; what has changed on the screen is found anew, and proposed to the demo."""
    with plainly(as_json=as_json, debug=bool(context.find_root().params.get("debug"))):
        from screenwright.agent.models import Which
        from screenwright.agent.replaying import Helped
        from screenwright.policies.replay.folder import DemoFolder
        from screenwright.policies.replay.values import first_step

        _fit_together(check=check, csv=csv is not None, offline=offline, first=from_, results=results)
        folder = DemoFolder.open(name)
        first_step(folder.demo, from_)
        where = Where(virtual, size or _size(folder, virtual=virtual), monitor, window, region, phone, serial)
        manner = Manner(where, tuple(open_ or ()), rules, yes, dry_run, limit_steps, limit_seconds, quiet, as_json,
                        person=Said(person, panic, resume_after))  # fmt: skip
        which, settings = Which.said(model, url, dialect), set_ or []
        if offline:
            raise typer.Exit(_offline(folder, settings, policy, which, manner))
        helped = Helped(policy, which)
        if check:
            raise typer.Exit(_check(folder, settings, helped, manner, from_))
        if csv is not None:
            raise typer.Exit(_many(folder, settings, csv, results, helped, manner, trace, junit))
        raise typer.Exit(_once(folder, settings, helped, manner, trace, from_, junit))


def _once(
    folder: DemoFolder,
    settings: Sequence[str],
    helped: Helped,
    manner: Manner,
    trace: Path | None,
    first: str | None,
    junit: Path | None,
) -> int:
    from screenwright.agent.replaying import play
    from screenwright.tools.trace import TraceWriter

    values = _values(folder, settings)
    writer = TraceWriter(trace, name=folder.name)
    played = play(folder, values, manner, writer, helped=helped, first=first)
    said = _after(folder, played, manner)
    code = EXITS[played.outcome.status][0]
    if junit is not None:
        from screenwright.agent.view.junit import report

        report(junit, played.outcome, folder.name)
    if manner.as_json:
        from screenwright.tools.masking import Mask

        proposals = str(played.proposals) if played.proposals else None
        told = {"healed": played.heals, "proposals": proposals, "from": played.place, "exit_code": code}
        _print(Mask(values).json(played.outcome.summary() | told))
    for line in said:
        print(line, file=sys.stderr if manner.as_json else sys.stdout)
    return code


def _after(folder: DemoFolder, played: Played, manner: Manner) -> list[str]:
    """What a person does next: accept what was healed, go on where it ended."""
    from screenwright.agent.replay_values import go_on_command

    lines: list[str] = []
    if played.heals and played.proposals:
        healed = "1 step was" if played.heals == 1 else f"{played.heals} steps were"
        them = "it" if played.heals == 1 else "them"
        sure = "" if played.outcome.ok else " (the run did not reach its end: look first)"
        accept = f"`screenwright demo accept {folder.path}` makes {them} part of the demo"
        lines.append(f"{healed} healed; see {played.proposals}; {accept}{sure}")
    if played.place is not None:
        lines.append(f"go on with: {go_on_command(sys.argv[1:], played.place)}")
        if manner.opens or manner.where.virtual:
            gone = "the virtual screen" if manner.where.virtual else "what --open started"
            lines.append(f"({gone} ended with this run: where the steps before are needed, leave --from out)")
    return lines


def _many(
    folder: DemoFolder,
    settings: Sequence[str],
    csv: Path,
    results: Path | None,
    helped: Helped,
    manner: Manner,
    trace: Path | None,
    junit: Path | None,
) -> int:
    from screenwright.agent.replay_many import play_rows
    from screenwright.agent.rows import Results, columns_of, read_rows
    from screenwright.tools.errors import BadScript

    parameters = folder.demo.parameters
    given = _values(folder, settings, columns=columns_of(csv, parameters))
    rows = read_rows(csv, parameters, given)
    path = results or csv.with_name(f"{csv.stem}.results.csv")
    if path.resolve() == csv.resolve():
        raise BadScript(f"--results {path} is the CSV of the runs itself; name another file")

    def tell(line: str) -> None:
        if not manner.quiet:
            print(line, file=sys.stderr if manner.as_json else sys.stdout, flush=True)

    traces = trace or Path("runs")
    many = play_rows(
        folder, rows, Results(path, list(parameters)), manner, helped=helped, traces=traces, tell=tell
    )
    if junit is not None:
        from screenwright.agent.view.junit import report_rows

        report_rows(junit, folder.name, path, len(rows))
    if manner.as_json:
        _print(many.summary())
        return many.exit_code
    print(many)
    if many.proposals:
        accept = f"`screenwright demo accept {folder.path}` makes them part of the demo"
        print(f"{many.healed} steps were healed; see {many.proposals[-1].parent}; {accept}")
    return many.exit_code


def _check(folder: DemoFolder, settings: Sequence[str], helped: Helped, manner: Manner, first: str | None) -> int:
    from screenwright.agent import precheck
    from screenwright.agent.where import start_programs
    from screenwright.policies.replay.ladder import Ladder
    from screenwright.policies.replay.values import first_step
    from screenwright.tools.reading import Reader

    values = _values(folder, settings, needed=False)
    with manner.where.open() as desktop:
        start_programs(desktop, manner.opens)
        finder = Ladder(folder.picture, Reader(), helped.pointer())
        begin = first_step(folder.demo, first)
        told = precheck.look(folder, finder, desktop, values, begin, STARTING_S if manner.opens else 0)
    good = precheck.would_begin(told)
    if manner.as_json:
        _print(precheck.summary(told) | {"exit_code": 0 if good else EXITS["gave_up"][0]})
    else:
        print(precheck.table(told))
    return 0 if good else EXITS["gave_up"][0]


def _offline(folder: DemoFolder, settings: Sequence[str], policy: str, which: Any, manner: Manner) -> int:
    from screenwright.agent.offline import tried
    from screenwright.agent.replay_values import given

    said = tried(folder, given(folder.demo, settings), policy, which)
    if manner.as_json:
        _print(said.summary() | {"exit_code": 0 if said.parted is None else EXITS["gave_up"][0]})
    else:
        print(said.table())
    return 0 if said.parted is None else EXITS["gave_up"][0]


def _values(
    folder: DemoFolder,
    settings: Sequence[str],
    *,
    columns: Sequence[str] = (),
    needed: bool = True,
) -> dict[str, str]:
    """Where a person is there, a secret is asked for without showing it. `needed`: what is missing is an error."""
    from screenwright.agent.approver import at_terminal
    from screenwright.agent.replay_values import values_of

    def ask(name: str) -> str:
        from getpass import getpass

        about = folder.demo.parameters[name].about
        return getpass(f"{name}{f' ({about})' if about else ''}: ")

    if needed:
        return values_of(folder.demo, settings, os.environ, ask if at_terminal() else None, columns=columns)
    names = [name for name, parameter in folder.demo.parameters.items() if parameter.default is None]
    said = {setting.partition("=")[0].strip() for setting in settings}
    return values_of(folder.demo, settings, os.environ, columns=[name for name in names if name not in said])


def _fit_together(*, check: bool, csv: bool, offline: bool, first: str | None, results: Path | None) -> None:
    from screenwright.tools.errors import BadScript

    chosen = [word for word, said in (("--check", check), ("--csv", csv), ("--offline", offline)) if said]
    if len(chosen) > 1:
        raise BadScript(f"{' and '.join(chosen)} are different things; leave one of them")
    if first is not None and (csv or offline):
        raise BadScript(f"--from begins one run; leave it, or {chosen[0]}")
    if results is not None and not csv:
        raise BadScript("--results is where --csv writes to; give --csv FILE, or leave it")


def _size(folder: DemoFolder, *, virtual: bool) -> str:
    screen = folder.demo.screen if virtual else None
    return f"{screen[0]}x{screen[1]}" if screen else "1280x800"


def _print(facts: Any) -> None:
    typer.echo(json.dumps(facts, ensure_ascii=False, indent=2))
