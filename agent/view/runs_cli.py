"""`screenwright runs`: which runs there are, two of them beside each other, and the old ones taken away."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from screenwright.agent.running import plainly

Json = Annotated[bool, typer.Option("--json", help="print exactly one JSON object")]
Folder = Annotated[Path, typer.Argument(metavar="[FOLDER]", help="a folder of runs")]


class _ListByDefault(TyperGroup):
    """`screenwright runs FOLDER` is `screenwright runs list FOLDER`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = ["list", *args]
        return super().parse_args(ctx, args)


runs_app = typer.Typer(
    cls=_ListByDefault, help="Runs: list, compare, prune. `screenwright runs` alone lists those in runs/."
)


@runs_app.command("list")
def list_(
    folder: Folder = Path("runs"),
    limit: Annotated[int, typer.Option(min=1, help="so many of them, the newest")] = 50,
    as_json: Json = False,
) -> None:
    """The runs of a folder, newest first: when, how they ended, steps, time, which policy decided how often."""
    with plainly(as_json=as_json):
        from screenwright.agent.view.listing import listed, table

        runs = listed(folder)
        if as_json:
            _print_json({"folder": str(folder), "runs": [run.json() for run in runs[:limit]], "all": len(runs)})
        elif not runs:
            typer.echo(f"{folder} holds no runs")
        else:
            width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
            typer.echo(table(runs[:limit], width))
            if len(runs) > limit:
                typer.echo(f"{len(runs) - limit} older ones: --limit {len(runs)}")


@runs_app.command()
def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help="the folder of a run")],
    b: Annotated[Path, typer.Argument(metavar="B", help="another one of the same task")],
    page: Annotated[
        Path | None, typer.Option(metavar="FILE", help="also as an HTML page, with pictures where they differ")
    ] = None,
    as_json: Json = False,
) -> None:
    """How both ended, what took how long, and the steps side by side. Exit code 3: they did not do the same."""
    with plainly(as_json=as_json):
        from screenwright.agent.view.comparing import compared
        from screenwright.agent.view.comparison_page import text, write_page
        from screenwright.agent.view.told import told
        from screenwright.tools.errors import BadScript

        found = compared(told(a), told(b))
        written = None
        if page is not None:
            try:
                written = write_page(found, page)
            except OSError as error:
                raise BadScript(f"the page can't be written: {error}; give another place with --page") from error
        if as_json:
            _print_json(found.json() | ({"page": str(written)} if written else {}))
        else:
            typer.echo(text(found))
            if written:
                typer.echo(f"\n{written}")
        raise typer.Exit(0 if found.same else 3)


@runs_app.command()
def prune(
    folder: Folder = Path("runs"),
    keep: Annotated[int | None, typer.Option(metavar="N", min=0, help="the newest N stay")] = None,
    older: Annotated[
        float | None, typer.Option(metavar="DAYS", min=0, help="only those that were written so many days ago")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="don't ask")] = False,
) -> None:
    """Delete old runs, after asking. What is no run, holds other files, or may still be going stays."""
    with plainly():
        from screenwright.agent.approver import at_terminal
        from screenwright.agent.console import printable
        from screenwright.agent.view.listing import listed, remove, table, to_prune
        from screenwright.tools.errors import BadScript

        if keep is None and older is None:
            raise BadScript("say which runs go: --keep N (the newest N stay), --older DAYS, or both")
        going = to_prune(listed(folder), keep, older)
        if not going:
            typer.echo("no run is to be deleted")
            return
        typer.echo(table(going))
        if not yes:
            if not at_terminal():
                raise BadScript("nobody is here to be asked; say --yes to delete these runs")
            count = f"these {len(going)} runs" if len(going) > 1 else "this run"
            if not typer.confirm(f"delete {count}?"):
                typer.echo("nothing is deleted")
                return
        gone = 0
        for run in going:
            try:
                others = remove(run)
            except OSError as error:
                raise BadScript(f"{run.path} can't be deleted: {error.strerror or error}; {gone} are") from error
            if others:
                held = ", ".join(others[:3]) + (" and more" if len(others) > 3 else "")
                typer.echo(printable(f"{run.path.name} stays: it holds {held}"))
            else:
                gone += 1
        typer.echo(f"{gone} deleted")


def _print_json(facts: Any) -> None:
    typer.echo(json.dumps(facts, ensure_ascii=False, indent=2))
