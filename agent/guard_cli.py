"""`screenwright guard`: the rules that say what may be done, shown and tried."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from screenwright.agent.running import plainly

guard_app = typer.Typer(no_args_is_help=True, help="The rules that say what may be done.")

Rules = Annotated[
    str | None,
    typer.Option(metavar="RULES", help="of the guard: watch, careful (the default), free, or a file"),
]
DIFFERS = 3


@guard_app.command("schema")
def guard_schema() -> None:
    """The JSON schema of a rules file."""
    from screenwright.policies.guard.rulebook import RuleBook

    typer.echo(json.dumps(RuleBook.model_json_schema(), ensure_ascii=False, indent=2))


@guard_app.command("show")
def guard_show(
    context: typer.Context,
    profile: Annotated[str, typer.Argument(help="watch, careful or free")] = "careful",
) -> None:
    """Shipped rules, to copy and change: screenwright guard show > rules.yaml"""
    with plainly(debug=_debug(context)):
        from screenwright.policies.guard.rulebook import profile_text

        typer.echo(profile_text(profile), nl=False)


@guard_app.command("check")
def guard_check(
    context: typer.Context,
    rules: Annotated[str, typer.Argument(help="a rules file, or watch, careful, free")],
    trace: Annotated[Path | None, typer.Argument(help="a run: what would they have said to each step?")] = None,
    action: Annotated[str | None, typer.Option(metavar="JSON", help="what would be said to this?")] = None,
    window: Annotated[str, typer.Option(help="title of the window, for --action")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="print exactly one JSON object")] = False,
) -> None:
    """Is this rules file right? With a run: what it would have said to each step. With --action: to an action.

    Exit code 3: to some step of the run it would have said something else than was said then.
    """
    with plainly(as_json=as_json, debug=_debug(context)):
        from screenwright.agent import trial
        from screenwright.policies.guard import Guard
        from screenwright.tools.errors import BadScript

        guard = Guard.load(rules)
        if trace is not None and action is not None:
            raise BadScript("give a run or --action, not both")
        if trace is not None:
            raise typer.Exit(_replayed(guard, trace, as_json))
        said = trial.trial(guard, action, window) if action else f"{rules}: {len(guard.rules)} rules, all right"
        typer.echo(json.dumps({"said": said}, ensure_ascii=False) if as_json else said)


def _replayed(guard: object, trace: Path, as_json: bool) -> int:
    from screenwright.agent.trial import replayed, summary, table
    from screenwright.policies.guard import Guard
    from screenwright.tools.trace import Trace

    assert isinstance(guard, Guard)
    tried = replayed(guard, Trace(trace))
    if as_json:
        typer.echo(json.dumps(summary(tried), ensure_ascii=False, indent=2))
    else:
        for line in table(tried):
            typer.echo(line)
    return DIFFERS if any(one.differs for one in tried) else 0


def _debug(context: typer.Context) -> bool:
    return bool(context.find_root().params.get("debug"))
