"""`screenwright mcp`."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import Annotated

import typer

from screenwright.agent.model_cli import Model, Url
from screenwright.agent.person.attended import PANIC, Panic, Person, ResumeAfter, Said
from screenwright.agent.running import guard_of, plainly
from screenwright.agent.where import Area, Monitor, OnPhone, Serial, Size, Virtual, Where, Window

TOKEN = "SCREENWRIGHT_MCP_TOKEN"
TOKEN_CHARACTERS = 16
RESUMED_S = 5.0


def mcp(
    http: Annotated[
        str | None,
        typer.Option(metavar="[HOST:]PORT", help="listen there (0: any free port) instead of standard input"),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="where runs/ and demos/ are; default: where it is started"),
    ] = None,
    virtual: Virtual = False,
    size: Size = "1280x800",
    monitor: Monitor = 1,
    window: Window = None,
    region: Area = None,
    phone: OnPhone = False,
    serial: Serial = None,
    open_: Annotated[
        list[str] | None,
        typer.Option(
            "--open", metavar="COMMAND", help="start this first (on a phone: an app); ends with the server"
        ),
    ] = None,
    policy: Annotated[str, typer.Option(help="what decides for run_task, as in `screenwright run`")] = "auto",
    model: Model = None,
    url: Url = None,
    secret: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="{{secret:NAME}} may be typed for callers, who never see it"),
    ] = None,
    rules: Annotated[
        str | None, typer.Option(help="rules of the guard: watch, careful (default), free, or a file")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="say yes to all that the guard asks about")] = False,
    person: Person = None,
    panic: Panic = PANIC,
    resume_after: ResumeAfter = None,
    limit_steps: Annotated[int, typer.Option(min=1, help="steps in all, of all calls")] = 1000,
    limit_seconds: Annotated[float, typer.Option(min=0.001, help="seconds in all")] = 86_400,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="on standard error only beginnings and ends")
    ] = False,
) -> None:
    """Serve one screen to an MCP client: observe, find, act, run tasks, replay demos."""
    with plainly():
        from screenwright.agent.approver import at_terminal
        from screenwright.agent.models import Which
        from screenwright.tools.errors import BadScript

        address = None if http is None else _address(http)
        token = _token() if address else ""
        where = Where(virtual, size, monitor, window, region, phone, serial)
        # nobody is at a terminal whom a client has started; calls go on once the person has been still for a while
        said = Said(person, panic, resume_after or (None if at_terminal() and http else RESUMED_S))
        said.means(where)
        guard = guard_of(rules, yes)
        guard.last()
        if folder is not None:
            try:
                os.chdir(folder)
            except OSError as error:
                raise BadScript(f"--folder {folder}: {error.strerror}; name a folder that exists") from error

        from screenwright.agent.mcp.desk import Desk
        from screenwright.agent.mcp.opened import Setting
        from screenwright.agent.mcp.server import Serving

        setting = Setting(
            where,
            guard,
            said,
            tuple(open_ or ()),
            tuple(f"secret:{name}" for name in secret or ()),
            policy,
            Which.said(model, url),
            limit_steps,
            limit_seconds,
            quiet=quiet,
        )
        serving = Serving(Desk(setting))
        if address is None:
            from screenwright.agent.mcp import lines

            _tell_a_person()
            lines.serve(serving)
        else:
            from screenwright.agent.mcp import web

            web.serve(serving, *address, token)


def _address(said: str) -> tuple[str, int]:
    """Host and port; this machine only, unless another address is named."""
    from screenwright.tools.errors import BadScript

    host, _, port = said.strip().rpartition(":")
    if not port.isdigit() or int(port) > 65535:
        raise BadScript(f"--http {said!r} can't be read; write it like 8765, or 127.0.0.1:8765")
    return host.strip("[]") or "127.0.0.1", int(port)


def _token() -> str:
    """From the environment, so that a client's configuration can hold it; else a new one for each start."""
    from screenwright.tools.errors import BadScript

    told = os.environ.get(TOKEN, "")
    if told and (len(told) < TOKEN_CHARACTERS or not told.isascii() or not told.isprintable() or " " in told):
        raise BadScript(
            f"{TOKEN} must be {TOKEN_CHARACTERS} or more letters and digits; leave it, and one is made"
        )
    return told or secrets.token_urlsafe(24)


def _tell_a_person() -> None:
    """Who types this at a terminal would wait for ever."""
    if sys.stdin is not None and sys.stdin.isatty():
        print(
            "screenwright: this speaks MCP over standard input and output, and is started by a client; "
            "to listen on a port: screenwright mcp --http 8765",
            file=sys.stderr,
        )
