"""A comparison as text for a terminal, and as one HTML page with the pictures of both runs."""

from __future__ import annotations

import base64
import html
from io import BytesIO
from pathlib import Path

from screenwright.agent.timing import readable, seconds_by_part
from screenwright.agent.view.album import UNREADABLE
from screenwright.agent.view.comparing import Comparison, Pair, act
from screenwright.agent.view.composing import Composed
from screenwright.agent.view.told import Told
from screenwright.tools.steps import Step

SIGNS = {"same": "=", "like": "~", "only a": "<", "only b": ">"}
WIDTH_PX = 300
WIDE = 60  # characters of the first run's column
STYLE = """
:root { color-scheme: light dark; --line: light-dark(#dcdfe6, #30333d); --soft: light-dark(#626876, #9aa0ad);
  --differs: light-dark(#fff3d6, #3b3215); --bad: light-dark(#bf231a, #ff7f76); }
body { font: 15px/1.45 system-ui, "Noto Sans", sans-serif; max-width: 1000px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.2rem; } table { border-collapse: collapse; width: 100%; margin: 1rem 0; table-layout: fixed; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; } th { color: var(--soft); font-weight: 500; }
td:first-child, th:first-child { width: 6.5rem; color: var(--soft); }
img { max-width: 100%; display: block; margin-top: .3rem; border: 1px solid var(--line); border-radius: 6px; }
tr.differs { background: var(--differs); } .bad { color: var(--bad); } small { color: var(--soft); }
"""


def text(found: Comparison) -> str:
    """For a terminal: both numbers of everything, and the steps side by side."""
    a, b = found.a, found.b
    rows = [("", _name(a, b)[0], _name(a, b)[1])]
    rows += [("ended", _ended(a), _ended(b)), ("steps", str(len(a.steps)), str(len(b.steps)))]
    rows += [("seconds", _seconds(a), _seconds(b))]
    rows += [(f"  {part}", readable(one), readable(other)) for part, (one, other) in found.seconds.items()]
    lines = _columns(rows)
    parting = found.parting
    lines += ["", _parted(parting) if parting else "both did the same"]
    steps = [(_sign(pair), _act(pair.a), _act(pair.b)) for pair in found.pairs]
    return "\n".join([*lines, "", *_columns(steps)])


def _name(a: Told, b: Told) -> tuple[str, str]:
    names = a.trace.folder.name, b.trace.folder.name
    return names if names[0] != names[1] else (str(a.trace.folder), str(b.trace.folder))


def _parted(pair: Pair) -> str:
    if pair.likeness == "like":
        return f"they first differ at: {_act(pair.a)} | {_act(pair.b)}"
    side, step = ("the first", pair.a) if pair.a else ("the second", pair.b)
    return f"they first part where only {side} has: {_act(step)}"


def _sign(pair: Pair) -> str:
    return SIGNS[pair.likeness]


def _act(step: Step | None) -> str:
    if step is None:
        return ""
    seconds = sum(seconds_by_part(step).values())
    failed = "" if step.result.ok else " [failed]"
    return f"{step.index + 1:>3} {act(step)}{failed}" + (f"  {readable(seconds)}" if seconds else "")


def _ended(run: Told) -> str:
    message = run.outcome.message if run.outcome and run.state != "done" else ""
    return run.state.replace("_", " ") + (f": {message}" if message else "")


def _seconds(run: Told) -> str:
    return readable(run.outcome.seconds) if run.outcome else "-"


def _columns(rows: list[tuple[str, str, str]]) -> list[str]:
    from rich.cells import cell_len, set_cell_size

    from screenwright.agent.console import printable

    told = [tuple(printable(cell) for cell in row) for row in rows]
    first, second = (max((cell_len(row[place]) for row in told), default=0) for place in (0, 1))
    wide = min(WIDE, second)
    lines: list[str] = []
    for row in told:
        middle = row[1] if cell_len(row[1]) <= wide else set_cell_size(row[1], wide - 1).rstrip() + "…"
        lines.append(f"{set_cell_size(row[0], first)}  {set_cell_size(middle, wide)}  {row[2]}".rstrip())
    return lines


def page(found: Comparison) -> str:
    """One HTML page that needs nothing else and runs no script; a picture where the runs differ."""
    a, b = found.a, found.b
    names = _name(a, b)
    rows = [_row("", names[0], names[1], "th"), _row("ended", _ended(a), _ended(b))]
    rows += [_row("steps", str(len(a.steps)), str(len(b.steps))), _row("seconds", _seconds(a), _seconds(b))]
    rows += [_row(part, readable(one), readable(other)) for part, (one, other) in found.seconds.items()]
    albums = Composed(a.trace.store), Composed(b.trace.store)
    steps = [_pair(pair, a, b, albums) for pair in found.pairs]
    parting = found.parting
    said = html.escape(_parted(parting) if parting else "both did the same")
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f"<title>two runs</title><style>{STYLE}</style></head><body><h1>{html.escape(a.name)}: two runs</h1>"
        f"<table>{''.join(rows)}</table><p>{said}</p><table>{''.join(steps)}</table></body></html>"
    )


def write_page(found: Comparison, path: Path) -> Path:
    """OSError where it can't be written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(found), encoding="utf-8", errors="backslashreplace")
    return path


def _row(name: str, one: str, other: str, cell: str = "td") -> str:
    cells = "".join(f"<{cell}>{html.escape(each)}</{cell}>" for each in (name, one, other))
    return f"<tr>{cells}</tr>"


def _pair(pair: Pair, a: Told, b: Told, albums: tuple[Composed, Composed]) -> str:
    differs = pair.likeness != "same"
    cells = "".join(
        f"<td>{_cell(step, run, album, pictured=differs)}</td>"
        for step, run, album in ((pair.a, a, albums[0]), (pair.b, b, albums[1]))
    )
    said = {"same": "same", "like": "differs", "only a": "first only", "only b": "second only"}[pair.likeness]
    return f"<tr{' class=differs' if differs else ''}><td>{said}</td>{cells}</tr>"


def _cell(step: Step | None, run: Told, album: Composed, *, pictured: bool) -> str:
    if step is None:
        return ""
    tone = "" if step.result.ok else " class=bad"
    why = f"<br><small>{html.escape(step.result.message)}</small>" if not step.result.ok else ""
    number = run.numbers[list(run.steps).index(step)][0] if pictured else None
    return f"<span{tone}>{html.escape(_act(step).strip())}</span>{why}{_picture(album, number, step)}"


def _picture(album: Composed, number: int | None, step: Step) -> str:
    from PIL import Image

    from screenwright.agent.view.sketch import drawn

    if number is None:
        return ""
    try:
        image = Image.fromarray(drawn(album.picture(number), step))
    except UNREADABLE:
        return "<br><small>its picture can't be read</small>"
    image.thumbnail((WIDTH_PX * 2, WIDTH_PX * 3))
    data = BytesIO()
    image.save(data, "WEBP", quality=70)
    return f"<img alt='before' src='data:image/webp;base64,{base64.b64encode(data.getvalue()).decode()}'>"
