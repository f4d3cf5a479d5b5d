"""`screenwright demo`: look at a demo, check it, edit it, turn it into a script, compare two of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from screenwright.agent.running import EXITS, plainly

demo_app = typer.Typer(no_args_is_help=True, help="Recorded demos: show, check, edit, export, compare.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="a folder, or a demo in demos/ or demos/recorded/")]
Json = Annotated[bool, typer.Option("--json", help="print exactly one JSON object")]


@demo_app.command()
def show(name: Name, as_json: Json = False) -> None:
    """What a demo does: its parameters, its steps, how each target is known."""
    with plainly(as_json=as_json):
        from screenwright.agent.demo_telling import told
        from screenwright.policies.replay.folder import DemoFolder

        folder = DemoFolder.open(name)
        if as_json:
            _print_json({"path": str(folder.path), **folder.demo.model_dump(mode="json", exclude_defaults=True)})
        else:
            typer.echo(told(folder))


@demo_app.command()
def check(name: Name, as_json: Json = False) -> None:
    """Is the file right, and what will break soon? Exit code 2: it can't be replayed as it is."""
    with plainly(as_json=as_json):
        from screenwright.policies.replay.checking import check as findings
        from screenwright.policies.replay.folder import DemoFolder

        folder = DemoFolder.open(name)
        found = findings(folder)
        wrong = [finding.said for finding in found if finding.wrong]
        code = EXITS["usage"][0] if wrong else 0
        if as_json:
            notes = [finding.said for finding in found if not finding.wrong]
            _print_json({"path": str(folder.path), "wrong": wrong, "notes": notes, "exit_code": code})
        else:
            for finding in found:
                typer.echo(f"{'wrong' if finding.wrong else 'note'}: {finding.said}")
            state = f"{len(wrong)} wrong" if wrong else "all right"
            typer.echo(f"{folder.file}: {len(folder.demo.steps)} steps, {state}")
        raise typer.Exit(code)


@demo_app.command("edit-hints")
def edit_hints(name: Name) -> None:
    """How this demo can be edited by hand: waits, expectations, order, parameters."""
    with plainly():
        from screenwright.policies.replay.folder import DemoFolder
        from screenwright.policies.replay.hints import hints

        typer.echo(hints(DemoFolder.open(name)), nl=False)


@demo_app.command()
def export(
    name: Name,
    to: Annotated[Literal["script", "python"], typer.Option(help="a task script in plain words, or Python")],
    out: Annotated[Path | None, typer.Option(help="the file; default: printed")] = None,
) -> None:
    """Write a demo as a task script for `screenwright run`, or as a Python script that runs by itself."""
    with plainly():
        from screenwright.policies.replay.exporting import export as exported
        from screenwright.policies.replay.folder import DemoFolder

        text = exported(DemoFolder.open(name), to)
        if out is None:
            typer.echo(text, nl=False)
        else:
            _write(out, text)
            typer.echo(str(out))


@demo_app.command()
def compare(
    a: Annotated[str, typer.Argument(metavar="A", help="a demo")],
    b: Annotated[str, typer.Argument(metavar="B", help="another one of the same task")],
    write: Annotated[str | None, typer.Option(metavar="NAME", help="write both as one demo of this name")] = None,
) -> None:
    """What differs in two demos of one task becomes a parameter; what is in only one becomes optional."""
    with plainly():
        from screenwright.agent.demo_telling import compared
        from screenwright.policies.replay.comparing import compare as comparison
        from screenwright.policies.replay.folder import DemoFolder

        found = comparison(DemoFolder.open(a), DemoFolder.open(b))
        typer.echo(compared(found))
        if write is not None:
            path = _place(write)
            made = found.save(path, path.name)
            typer.echo(f"\nwritten: {made.file}")


@demo_app.command("compile")
def compile_(
    folder: Annotated[
        Path, typer.Argument(help="a demo's folder with a recording in trace/, or the folder of a run")
    ],
    to: Annotated[str | None, typer.Option(metavar="NAME", help="of the demo; needed for a run")] = None,
) -> None:
    """Make demo.yaml and the pictures from a recording, anew. The file that was there is kept in old/."""
    with plainly():
        from screenwright.policies.replay.compiling import compile_trace
        from screenwright.policies.replay.folder import TRACE
        from screenwright.tools.errors import BadScript
        from screenwright.tools.trace import Trace

        inside = (folder / TRACE / "meta.json").exists()
        if not inside and to is None:
            raise BadScript(f"{folder} has no {TRACE}/; to make a demo of a run, say which: --to NAME")
        path = _place(to) if to is not None else folder
        made = compile_trace(Trace(folder / TRACE if inside else folder), path, name=path.resolve().name)
        typer.echo(f"{made.file}: {len(made.demo.steps)} steps")


@demo_app.command()
def accept(
    name: Name,
    steps: Annotated[list[str] | None, typer.Argument(metavar="[STEP]...", help="only for these steps")] = None,
) -> None:
    """Make what replays have proposed part of the demo. The former file is kept in old/."""
    with plainly():
        from screenwright.policies.replay import healing
        from screenwright.policies.replay.folder import DemoFolder

        done = healing.accept(DemoFolder.open(name), only=steps or None)
        typer.echo("\n".join(done) if done else "there is nothing to accept")


@demo_app.command()
def schema() -> None:
    """The JSON schema of demo.yaml."""
    from screenwright.policies.replay.demo import Demo

    _print_json(Demo.model_json_schema())


def _place(name: str) -> Path:
    """Where a new demo goes: a path as it is, a bare name under demos/."""
    from screenwright.policies.replay.folder import ROOTS

    return Path(name) if "/" in name or Path(name).is_absolute() else ROOTS[0] / name


def _write(path: Path, text: str) -> None:
    from screenwright.tools.errors import BadScript

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadScript(f"{path} can't be written: {error.strerror or error}; give another with --out") from error


def _print_json(facts: Any) -> None:
    typer.echo(json.dumps(facts, ensure_ascii=False, indent=2))
