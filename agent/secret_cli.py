"""`screenwright secret`: what is kept in the system's keyring. A value goes in; none is ever printed."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from screenwright.agent.running import plainly

secret_app = typer.Typer(no_args_is_help=True, help="Keep secrets in the system's keyring, for {{secret:NAME}}.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="as in {{secret:NAME}}: letters, digits, - _ .")]


@secret_app.command("set")
def set_(
    name: Name,
    for_: Annotated[
        list[str] | None,
        typer.Option(
            "--for", metavar="WINDOW", help="typed only into windows or programs called so; * and ? are allowed"
        ),
    ] = None,
) -> None:
    """Keep a value: typed twice without showing it, or read from a pipe."""
    with plainly():
        from screenwright.tools.secrets import store
        from screenwright.tools.secrets.naming import check_name

        check_name(name)
        store.keep(name, _value(name), for_ or ())
        print(
            f"screenwright: {name} is kept; write {{{{secret:{name}}}}} where it is to be typed", file=sys.stderr
        )


@secret_app.command("list")
def list_() -> None:
    """The names that are kept."""
    with plainly():
        from screenwright.tools.secrets import store

        for kept in store.names():
            only = f"  for {', '.join(kept.windows)}" if kept.windows else ""
            typer.echo(kept.name + only)


@secret_app.command()
def check(name: Name) -> None:
    """Is there a value, and where does it come from? Exit code 2: there is none; 7: no keyring answers."""
    with plainly():
        from screenwright.tools.secrets import store
        from screenwright.tools.secrets.naming import check_name, variable

        check_name(name)
        kept = store.kept(f"secret:{name}")
        where = (
            f"the environment variable {variable(f'secret:{name}')}"
            if kept.where == "environment"
            else "the keyring"
        )
        only = f", for {', '.join(kept.windows)} only" if kept.windows else ""
        typer.echo(f"{name}: there, in {where}{only}")


@secret_app.command()
def delete(name: Name) -> None:
    """Take it out of the keyring."""
    with plainly():
        from screenwright.tools.secrets import store

        store.forget(name)
        print(f"screenwright: {name} is deleted", file=sys.stderr)


def _value(name: str) -> str:
    """From the person at the terminal, twice, or from the pipe, without the line's end."""
    from screenwright.tools.errors import BadScript

    if not sys.stdin.isatty():
        try:
            return sys.stdin.buffer.read().decode().removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError:
            raise BadScript("what came through the pipe is no UTF-8 text; nothing was kept") from None
    from getpass import getpass

    value = getpass(f"{name}: ")
    if value != getpass("once more: "):
        raise BadScript("the two are not the same; nothing was kept")
    return value
