"""`screenwright guard`: the rules that say what may be done, shown and tried."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from screenwright.agent.running import plainly

guard_app = typer.Typer(no_args_is_help=True, help="The rules that say what may be done.")


@guard_app.command("schema")
def guard_schema() -> None:
    """The JSON schema of a rules file."""
    from screenwright.policies.rules import RuleBook

    typer.echo(json.dumps(RuleBook.model_json_schema(), ensure_ascii=False, indent=2))


@guard_app.command("show")
def guard_show() -> None:
    """The shipped rules, to copy and change: screenwright guard show > rules.yaml"""
    from screenwright.policies.rules import standard_text

    typer.echo(standard_text(), nl=False)


@guard_app.command("check")
def guard_check(
    context: typer.Context,
    rules: Annotated[Path, typer.Argument(help="a rules file")],
    action: Annotated[str | None, typer.Option(metavar="JSON", help="what would be said to this?")] = None,
    window: Annotated[str, typer.Option(help="title of the window, for --action")] = "",
) -> None:
    """Is this rules file right? With --action: what it says to an action."""
    with plainly(debug=bool(context.find_root().params.get("debug"))):
        from screenwright.agent.trial import trial
        from screenwright.policies.guard import Guard

        guard = Guard.load(rules)
        typer.echo(trial(guard, action, window) if action else f"{rules}: {len(guard.rules)} rules, all right")
