"""`screenwright view`: a run as a page, as a film, as a report for a CI."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from screenwright.agent.running import plainly

if TYPE_CHECKING:
    from screenwright.agent.view.told import Told

Junit = Annotated[
    Path | None, typer.Option("--junit", metavar="FILE", help="write what became of it as JUnit XML, for a CI")
]


def view(
    context: typer.Context,
    run: Annotated[Path, typer.Argument(help="the folder of a run, or of runs: then the newest")] = Path("runs"),
    out: Annotated[Path | None, typer.Option(help="where the page goes; default: view.html in the run")] = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="write the page, don't show it")] = False,
    pictures: Annotated[
        Literal["auto", "exact", "small", "none"],
        typer.Option(help="exact: without loss; small: scaled down; auto: exact up to 24 MB; none"),
    ] = "auto",
    redact: Annotated[
        bool, typer.Option("--redact", help="for sharing: no texts, and the pictures as blocks of colour")
    ] = False,
    gif: Annotated[
        Path | None, typer.Option(metavar="FILE", help="write it as a moving picture instead of a page")
    ] = None,
    mp4: Annotated[Path | None, typer.Option(metavar="FILE", help="write it as a film instead of a page")] = None,
    junit: Junit = None,
) -> None:
    """Write a run as one HTML page that needs nothing else, and show it; or as a film, or for a CI."""
    with plainly(debug=bool(context.find_root().params.get("debug"))):
        from screenwright.agent.view.page import write_page

        if gif is None and mp4 is None and junit is None:
            with _writing("--out"):
                page = write_page(run, out, pictures=pictures, redact=redact)
            typer.echo(str(page))
            if not no_open and _has_screen():
                import webbrowser

                webbrowser.open(page.resolve().as_uri())
            return
        told = _told(run, redact=redact)
        if junit is not None:
            _junit(told, junit)
        if gif is not None:
            _film(told, gif, "gif")
        if mp4 is not None:
            _film(told, mp4, "mp4")
        if out is not None:
            with _writing("--out"):
                typer.echo(str(write_page(run, out, pictures=pictures, redact=redact)))


def _told(run: Path, *, redact: bool) -> Told:
    from screenwright.agent.view.redacting import redacted
    from screenwright.agent.view.told import told

    whole = told(run)
    return redacted(whole) if redact else whole


def _junit(told: Told, path: Path) -> None:
    from screenwright.agent.view.junit import case_of, write_junit

    typer.echo(str(write_junit(path, told.name, [case_of(told)])))


def _film(told: Told, path: Path, kind: Literal["gif", "mp4"]) -> None:
    from screenwright.agent.view.film import write_film

    with _writing(f"--{kind}"):
        typer.echo(str(write_film(told, path, kind)))


class _writing:
    """A file that can't be written is told with the option that names another."""

    def __init__(self, option: str) -> None:
        self._option = option

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        from screenwright.tools.errors import BadScript

        if isinstance(error, OSError):
            raise BadScript(f"it can't be written: {error}; give another place with {self._option}") from error


def _has_screen() -> bool:
    """Without one, webbrowser would start a text browser inside this terminal."""
    return not sys.platform.startswith("linux") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
