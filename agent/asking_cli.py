"""`screenwright ask` and `screenwright extract`: what is said on the command line, and what is printed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from screenwright.agent.running import plainly

if TYPE_CHECKING:
    from screenwright.agent.longread import Manner
    from screenwright.policies.chat import Model
    from screenwright.tools.inputs.kinds import Bounds, Input

Kind = Literal["html", "svg", "drawio"]
REBUILT = (8192, 2560)
"""Tokens of the answer and of the picture, with --as."""

Inputs = Annotated[
    list[str] | None,
    typer.Argument(
        help="files, doc.pdf#3-7, http(s) addresses, data: URLs, base64, `-`, `screen`, a run's folder"
    ),
]
ModelName = Annotated[
    str | None, typer.Option("--model", metavar="PATH|NAME|URL", help="a folder, a Hugging Face id, or a server")
]
Url = Annotated[str | None, typer.Option(help="of an OpenAI-compatible server; --model is then the name there")]
Limit = Annotated[int | None, typer.Option(min=1, help="tokens of the answer at most")]
Budget = Annotated[int | None, typer.Option(min=4, help="tokens that a picture may cost, 32 x 32 pixels each")]
Fps = Annotated[float, typer.Option(min=0.01, help="frames a second that are taken of a film")]
Frames = Annotated[int, typer.Option(min=2, help="frames of a film at most")]
Context = Annotated[int | None, typer.Option(min=1024, help="tokens that fit; default: what the model says")]
Private = Annotated[
    bool, typer.Option("--allow-private", help="addresses may lead to this machine and its network")
]
Out = Annotated[Path | None, typer.Option(help="write the answer to this file")]
Json = Annotated[bool, typer.Option("--json", help="print exactly one JSON object")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="don't tell what is being read")]


def ask(
    ctx: typer.Context,
    question: Annotated[str, typer.Argument(help="what to answer, in any language; with --as: what to mind")],
    inputs: Inputs = None,
    model: ModelName = None,
    url: Url = None,
    as_: Annotated[Kind | None, typer.Option("--as", help="rebuild the picture as such a file")] = None,
    allow_scripts: Annotated[
        bool, typer.Option("--allow-scripts", help="with --as: scripts and what is loaded from elsewhere may pass")
    ] = False,
    out: Out = None,
    limit: Limit = None,
    budget: Budget = None,
    fps: Fps = 2.0,
    frames: Frames = 64,
    context: Context = None,
    allow_private: Private = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Ask a model about pictures, films, documents, web addresses or the screen."""
    with plainly(as_json=as_json, debug=_debug(ctx)):
        from screenwright.agent.asking import ask as answered
        from screenwright.tools.inputs.opening import open_inputs

        given = list(inputs or [])
        if as_ is not None and (not given or _is_file(question)):  # screenwright ask --as svg picture.png
            question, given = "", [question, *given]
        if as_ is not None:
            limit, budget = limit or REBUILT[0], budget or REBUILT[1]
        manner = _manner(limit, budget, context, quiet)
        with (
            open_inputs(given, _bounds(budget, fps, frames, allow_private)) as opened,
            _model(model, url) as opener,
        ):
            if as_ is not None:
                _rebuild(opener(), opened, Wish(as_, question, allow_scripts, out, as_json), manner)
                return
            answer = answered(opener(), question, opened, manner)
        for warning in answer.warnings:
            _tell(f"warning: {warning}")
        _give(answer.text, out, asdict(answer) if as_json else None)
        if answer.notes and not as_json:
            _tell(f"read part by part: {'; '.join(answer.read)}")


def extract(
    ctx: typer.Context,
    inputs: Inputs = None,
    schema: Annotated[
        str, typer.Option(metavar="FILE|CLASS", help="a JSON schema file, module:Class or file.py:Class")
    ] = "",
    question: Annotated[str, typer.Option(help="what else to say, such as: only the second receipt")] = "",
    model: ModelName = None,
    url: Url = None,
    out: Out = None,
    limit: Limit = None,
    budget: Budget = None,
    fps: Fps = 2.0,
    frames: Frames = 64,
    context: Context = None,
    allow_private: Private = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Give exactly what a schema asks for, as JSON, out of pictures, films or documents.

    With --json the value is in an object of its own, beside what was read.
    """
    with plainly(as_json=as_json, debug=_debug(ctx)):
        from screenwright.agent.asking import NotHeld, extracted
        from screenwright.agent.schemas import wanted
        from screenwright.tools.errors import BadScript
        from screenwright.tools.inputs.opening import open_inputs

        if not schema:
            raise BadScript("--schema is missing; give a JSON schema file, or a class as module:Class")
        form = wanted(schema)  # one that can't be used is told before a model is loaded
        manner = _manner(limit or 2048, budget, context, quiet)
        with open_inputs(inputs or [], _bounds(budget, fps, frames, allow_private)) as opened:
            if not opened:
                raise BadScript("there is nothing to extract from; name a file, an address, or: screen")
            try:
                with _model(model, url) as opener:
                    got = extracted(opener(), form, opened, manner, question=question)
            except NotHeld as error:
                raise _kept(error, out, "extract") from error
        for warning in got.answer.warnings:
            _tell(f"warning: {warning}")
        value = form.plain(got.value)
        told = json.dumps(value, ensure_ascii=False, indent=2)
        _give(told, out, {"value": value, **asdict(got.answer)} if as_json else None)


@dataclass(frozen=True, slots=True)
class Wish:
    """What `--as` is to do."""

    kind: Kind
    question: str
    active: bool
    out: Path | None
    as_json: bool


def _rebuild(model: Model, opened: Sequence[Input], wish: Wish, manner: Manner) -> None:
    from screenwright.agent.asking import NotHeld
    from screenwright.agent.rebuilding import rebuild

    path = wish.out or Path(f"rebuilt.{wish.kind}")
    try:
        built = rebuild(model, opened, wish.kind, manner, question=wish.question, active=wish.active)
    except NotHeld as error:
        raise _kept(error, path, "ask") from error
    _write(path, built.code)
    if wish.as_json:
        _print({"file": str(path), "asked": built.asked, "usage": built.usage})
    else:
        typer.echo(str(path))


@contextmanager
def _model(name: str | None, url: str | None) -> Iterator[Callable[[], Model]]:
    """What opens the model when it is first needed, and closes what has connections."""
    from screenwright.agent.models import Which

    with ExitStack() as stack:

        def opener() -> Model:
            model = Which.said(name, url).open()
            if callable(close := getattr(model, "close", None)):
                stack.callback(close)
            return model

        yield opener


def _is_file(said: str) -> bool:
    try:
        return Path(said).is_file()
    except (OSError, ValueError):  # too long a name, a NUL
        return False


def _debug(context: typer.Context) -> bool:
    """The --debug that stands before the command."""
    return bool(context.find_root().params.get("debug"))


def _bounds(budget: int | None, fps: float, frames: int, allow_private: bool) -> Bounds:
    from screenwright.tools.inputs.kinds import USUAL, Bounds

    tokens = budget or USUAL.tokens
    return Bounds(tokens=tokens, fps=fps, frames_most=frames, allow_private=allow_private)


def _manner(limit: int | None, budget: int | None, context: int | None, quiet: bool) -> Manner:
    from screenwright.agent.longread import Manner

    usual = Manner()
    return Manner(
        limit=limit or usual.limit,
        tokens=budget or usual.tokens,
        context=context,
        tell=None if quiet else _tell,
    )


def _give(text: str, out: Path | None, facts: dict[str, Any] | None) -> None:
    if out is not None:
        _write(out, text + "\n")
    if facts is not None:
        _print(facts)
    elif out is not None:
        typer.echo(str(out))
    else:
        typer.echo(text)


def _kept(error: Any, out: Path | None, name: str) -> Exception:
    """The same error with the place of the raw reply, which is worth looking at."""
    from screenwright.agent.asking import NotHeld

    path = (out or Path(name)).with_name((out.name if out else name) + ".reply.txt")
    _write(path, error.reply)
    return NotHeld(f"{error}; its last reply is in {path}", error.reply)


def _write(path: Path, text: str) -> None:
    from screenwright.tools.errors import BadScript

    try:
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
    except OSError as error:
        raise BadScript(f"{path} can't be written: {error.strerror}; give another place with --out") from error


def _tell(said: str) -> None:
    print(f"screenwright: {said}", file=sys.stderr)


def _print(facts: dict[str, Any]) -> None:
    typer.echo(json.dumps(facts, ensure_ascii=False, indent=2))
