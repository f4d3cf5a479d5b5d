"""From what a person names to what it is: a file, an address, data in the text itself, the screen, a run."""

from __future__ import annotations

import base64
import binascii
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote_to_bytes

from screenwright.tools.inputs.kinds import USUAL, BadInput, Bounds, Film, Input, Still, Words, counted
from screenwright.tools.inputs.sniff import FILMS, HEAD, PICTURES, kind_of

PAGES = re.compile(r"(?s)(.+)#(\d+(?:-\d*)?(?:,\d+(?:-\d*)?)*)$")
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
BASE64 = re.compile(r"[A-Za-z0-9+/_\s-]{40,}={0,2}\s*")
SHOWN = 60


@dataclass(frozen=True, slots=True)
class _Source:
    """Bytes and what was said of them. One of `path` and `data` is given."""

    name: str
    path: Path | None = None
    data: bytes | None = None
    pages: str = ""
    said_type: str = ""
    charset: str = ""

    def open(self) -> BinaryIO:
        if self.path is None:
            return BytesIO(self.data or b"")
        try:
            return self.path.open("rb")
        except OSError as error:
            raise BadInput(f"{self.path} can't be read: {error.strerror}") from error


@contextmanager
def open_inputs(said: Sequence[str | Path], bounds: Bounds = USUAL) -> Iterator[list[Input]]:
    """All inputs, in order; documents stay open meanwhile."""
    with ExitStack() as stack:
        opened: list[Input] = []
        for each in said:
            given = open_input(each, bounds)
            if not isinstance(given, Still | Film | Words):
                stack.callback(given.close)
            opened.append(given)
        yield opened


def open_input(said: str | Path, bounds: Bounds = USUAL) -> Input:
    """One input.

    Args:
        said: a path, `file.pdf#3-7`, an http(s) address, a `data:` URL, bare base64, `-` for standard input,
            `screen`, the folder of a run. A file that is called like one of these: `./screen`.

    Raises BadInput; NotInstalled for a package that this kind needs; DeviceLost for a screen.
    """
    if said == "screen":
        return _screen()
    source = _source(str(said), bounds)
    if source.path is not None and source.path.is_dir():
        return _folder(source.path, bounds)
    return _open(source, bounds)


def _source(said: str, bounds: Bounds) -> _Source:
    if not said.strip():
        raise BadInput("an input is empty; name a file, an address, or: screen")
    if said == "-":
        return _piped(bounds)
    if said[:5].lower() == "data:":
        return _data_url(said, bounds)
    if (scheme := SCHEME.match(said)) is not None:
        return _address(said, scheme[1].lower(), bounds)
    path, pages = _existing(said)
    if path is None and (split := PAGES.match(said)) is not None:
        path, pages = _existing(split[1])[0], split[2]
    if path is not None:
        return _Source(path.name, path, pages=pages)
    if (data := _bare_base64(said, bounds)) is not None:
        return _Source("the picture given as base64", data=data)
    shown = said if len(said) <= SHOWN else said[:SHOWN] + "..."
    raise BadInput(f"there is no file {shown} (looked in {Path.cwd()})")


def _piped(bounds: Bounds) -> _Source:
    """Standard input: bytes of any kind, or a data: URL or base64 that is too long for a command line."""
    name = "standard input"
    data = sys.stdin.buffer.read(bounds.file_bytes + 1)
    if len(data) > bounds.file_bytes:
        raise BadInput(f"{name} holds more than {counted(bounds.file_bytes, 'bytes')}; give a file")
    if data[:5].lower() == b"data:":
        return _data_url(data.decode("latin-1").strip(), bounds)
    packed = _bare_base64(data.decode("latin-1"), bounds) if kind_of(data[:HEAD]) == "text" else None
    return _Source(name, data=data if packed is None else packed)


def _existing(said: str) -> tuple[Path | None, str]:
    try:
        path = Path(said).expanduser()
        return (path if path.exists() else None), ""
    except (OSError, ValueError, RuntimeError):  # too long a name, a NUL, no home: no path then
        return None, ""


def _address(said: str, scheme: str, bounds: Bounds) -> _Source:
    if scheme not in ("http", "https"):
        hint = "give the path itself" if scheme == "file" else "only http and https are fetched; download it first"
        raise BadInput(f"{said[:SHOWN]}: {hint}")
    from screenwright.tools.inputs.web import fetch

    split = PAGES.match(said)
    got = fetch(said, bounds)
    return _Source(said, None, got.data, split[2] if split else "", got.said_type, got.charset)


def _data_url(said: str, bounds: Bounds) -> _Source:
    head, comma, body = said[5:].partition(",")
    if not comma:
        raise BadInput(
            f"{said[:SHOWN]} is no data: URL; after the type comes a comma, as in data:image/png;base64,..."
        )
    kind, *settings = head.split(";")
    charset = next((each[8:] for each in settings if each.lower().startswith("charset=")), "")
    _check_length(len(body), "the data: URL", bounds)
    data = unquote_to_bytes(body)
    if "base64" in (each.strip().lower() for each in settings):
        data = _from_base64(data.decode("latin-1"), "the data: URL")
    return _Source(f"data:{kind or 'text/plain'}", data=data, said_type=kind.strip().lower(), charset=charset)


def _bare_base64(said: str, bounds: Bounds) -> bytes | None:
    if not BASE64.fullmatch(said):
        return None
    _check_length(len(said), "the base64", bounds)
    try:
        data = _from_base64(said, "the base64")
    except BadInput:
        return None
    kind = kind_of(data[:HEAD])
    return data if kind in PICTURES or kind in FILMS or kind == "pdf" else None


def _from_base64(text: str, what: str) -> bytes:
    plain = re.sub(r"\s", "", text).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadInput(f"{what} is not whole base64: {error}") from error


def _check_length(characters: int, what: str, bounds: Bounds) -> None:
    if characters * 3 // 4 > bounds.file_bytes:
        raise BadInput(
            f"{what} holds {counted(characters * 3 // 4, 'bytes')}; "
            f"at most {counted(bounds.file_bytes, '')}are taken: give a file"
        )


def _open(source: _Source, bounds: Bounds) -> Input:
    if source.path is not None and not source.path.is_file():
        raise BadInput(f"{source.path} is no file but a device or a pipe; save what it gives in a file")
    with source.open() as file:
        kind = kind_of(file.read(HEAD))
    _check_kind(source, kind)
    if source.pages and kind != "pdf" and kind not in PICTURES and source.path is not None:
        raise BadInput(f"{source.name} has no pages, so #{source.pages} means nothing: leave it")
    if kind in ("text", "html"):
        return _words(source, kind, bounds)
    if kind == "pdf":
        from screenwright.tools.inputs.documents import Pdf

        return Pdf(source.path or source.data or b"", source.name, bounds, source.pages)
    if kind in FILMS:
        from screenwright.tools.inputs.video import open_film

        with source.open() as file:
            return open_film(file, kind, source.name, bounds)
    from screenwright.tools.inputs.pictures import open_picture

    return open_picture(source.open(), source.name, bounds, source.pages if source.path else "")


def _check_kind(source: _Source, kind: str) -> None:
    """Does it hold what the server, or the data: URL, called it? A login page often comes for a picture."""
    if kind.startswith("!"):
        raise BadInput(f"{source.name} can't be used; it is {kind[1:]}")
    said = source.said_type.partition("/")[0]
    wrong = said in ("image", "video") and kind in ("html", "text") and "svg" not in source.said_type
    wrong = wrong or (source.said_type == "application/pdf" and kind != "pdf")
    if wrong:
        raise BadInput(
            f"{source.name} is called {source.said_type} but is {kind}: a page about it, or a login? "
            "Give the address of the file itself"
        )


def _words(source: _Source, kind: str, bounds: Bounds) -> Words:
    from screenwright.tools.inputs.words import words_of

    if source.path is not None and (size := source.path.stat().st_size) > bounds.file_bytes:
        raise BadInput(
            f"{source.name} holds {counted(size, 'bytes')} of text; "
            f"at most {counted(bounds.file_bytes, '')}are read: give a part of it"
        )
    with source.open() as file:
        data = file.read(bounds.file_bytes + 1)
    return words_of(data, source.name, html=kind == "html", charset=source.charset)


def _folder(path: Path, bounds: Bounds) -> Input:
    if (path / "meta.json").exists():
        from screenwright.tools.inputs.recorded import film_of_run

        return film_of_run(path, bounds)
    runs = sorted(path.glob("*/meta.json"), key=lambda meta: meta.stat().st_mtime)
    hint = f"the newest run in it is {runs[-1].parent}" if runs else f"name the files in it: {path}/*.png"
    raise BadInput(f"{path} is a folder, neither a file nor a run; {hint}")


def _screen() -> Still:
    from screenwright.tools.desktop import Desktop

    with Desktop() as desktop:
        return Still("the screen", desktop.observe().pixels)
