"""The pages that a demo leaves: one viewer page a run, and an index over them with a picture each."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from screenwright.agent.view import write_page
from screenwright.tools import Trace

STYLE = """
:root { color-scheme: light dark; --line: #8884; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 1080px; margin: 2.5rem auto; padding: 0 1.2rem; }
h1 { font-size: 1.5rem; } ul { list-style: none; padding: 0; display: grid; gap: 1.2rem;
  grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); }
li { border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
li a { color: inherit; text-decoration: none; display: block; }
li a:focus-visible { outline: 3px solid #4a90d9; }
img { width: 100%; display: block; border-bottom: 1px solid var(--line); } div { padding: .7rem 1rem 1rem; }
b { display: block; } .failed { color: #c0392b; } small { opacity: .75; }
"""


@dataclass(frozen=True)
class Row:
    """What the index says of one demo."""

    name: str
    title: str
    said: str
    passed: bool


def run_page(folder: Path) -> None:
    """Write folder/index.html, and the last picture beside it; nothing when there is no trace to show."""
    if not (folder / "run" / "meta.json").exists():
        return
    write_page(folder / "run", folder / "index.html")
    steps = Trace(folder / "run").steps
    if steps:
        last = steps[-1].after or steps[-1].observation
        picture = Image.fromarray(last.pixels)
        picture.thumbnail((640, 400))
        picture.save(folder / "last.png")


def index_page(out: Path, rows: Sequence[Row]) -> Path:
    """Write out/index.html over the demos that were played."""
    items = "\n".join(_item(row) for row in rows)
    page = out / "index.html"
    page.write_text(
        f"<!doctype html><html lang='en'><meta charset='utf-8'>"
        f"<meta name='viewport' content='width=device-width'><title>screenwright demos</title>"
        f"<style>{STYLE}</style><h1>screenwright demos</h1><ul>{items}</ul></html>",
        encoding="utf-8",
    )
    return page


def _item(row: Row) -> str:
    state = "" if row.passed else " class='failed'"
    return (
        f"<li><a href='{row.name}/index.html'><img src='{row.name}/last.png' alt=''>"
        f"<div><b>{html.escape(row.title)}</b><small{state}>{html.escape(row.said)}</small></div></a></li>"
    )
