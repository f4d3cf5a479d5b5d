"""A run as one HTML page that needs nothing else: it can be mailed, attached to a ticket, opened in ten years.

What a screen or a model said is data. It goes into the page as JSON that can't end its own element, is
shown through textContent only, and the page's policy lets no script run but the page's own.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from screenwright.agent.view.album import Album, Manner
from screenwright.agent.view.facts import facts
from screenwright.agent.view.redacting import redacted
from screenwright.agent.view.told import Told, told
from screenwright.tools.trace import Trace

Pictures = Literal["auto", "exact", "small", "none"]

BUDGET_BYTES = 24_000_000
"""Above this, mail servers and browsers get slow; `auto` then makes the pictures smaller."""
SCRIPTS = ("tools", "frames", "overlay", "stage", "timeline", "steps", "details", "search", "main")


def write_page(
    run: str | Path | Trace,
    out: str | Path | None = None,
    *,
    pictures: Pictures = "auto",
    redact: bool = False,
) -> Path:
    """Write the page of a run folder; default `view.html` inside it. Returns where it is.

    Args:
        pictures: "exact" embeds every distinct frame without loss; "small" scales to 1280 px of width and
            compresses with loss, and the page says so; "auto" is exact up to 24 MB; "none" leaves them out.
        redact: no text of the run, and its pictures as blocks of colour.

    Raises BadScript where `run` holds no run, OSError where the page can't be written.
    """
    whole = told(run)
    path = Path(out) if out is not None else whole.trace.folder / ("shared.html" if redact else "view.html")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        file.writelines(page_of(redacted(whole) if redact else whole, pictures))
    return path


def page(trace: Trace, pictures: Pictures = "auto") -> str:
    """The HTML text of a run's page."""
    return "".join(page_of(told(trace), pictures))


def page_of(run: Told, pictures: Pictures = "auto") -> Iterator[str]:
    """The page in pieces. The script comes before the pictures: it shows what is there while they arrive."""
    manner: Manner = "blurred" if run.redacted else "exact" if pictures == "auto" else pictures
    album = Album(run.trace.store, "none" if pictures == "none" else manner)
    known = facts(run, album)
    if pictures == "auto" and album.manner == "exact" and album.bytes > BUDGET_BYTES:
        album = Album(run.trace.store, "small")
        known = facts(run, album)
    script = "".join(_part(f"{name}.js") for name in SCRIPTS)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    template = (
        _part("page.html").replace("{{script-digest}}", digest, 1).replace("{{style}}", _part("page.css"), 1)
    )
    before, _, rest = template.partition("{{run}}")
    between, _, rest = rest.partition("{{script}}")
    inside, _, after = rest.partition("{{pictures}}")
    yield from (before, embedded(known), between, script, inside)
    for number, piece in enumerate(album.pieces):
        yield f'<script type="text/plain" id="piece-{number}">{piece}</script>\n'
    yield after


def embedded(known: dict[str, Any]) -> str:
    """JSON that stays inside a script element whatever the texts in it say."""
    text = json.dumps(known, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    # A lone half of a surrogate pair, which a screen may show, is no UTF-8.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _part(name: str) -> str:
    return files("screenwright.agent.view").joinpath(name).read_text(encoding="utf-8")
