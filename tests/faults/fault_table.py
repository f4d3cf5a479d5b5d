"""The rows of `make faults` as a table: in the terminal, and between two marks in docs/reliability.md."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from fault import FAULTS, ROOT, SEED, Measured

PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- faults: written by make faults -->", "<!-- faults: end -->"
HEAD = ["| row | harm | times | what happened | promised | kept | run |", "|---|---|--:|---|---|---|---|"]
_LINE = re.compile(r"^(?=\| `([\w-]+)`)(.*)$", re.MULTILINE)


def show(rows: Mapping[str, Measured]) -> None:
    """For people, with all that was broken."""
    for name, row in rows.items():
        print(f"{row['kept']:<4} {name:<16} {row['harm']}, {row['injected']:,} times, {row['took_s']:g} s")
        print(f"     promised: {row['promise']}")
        print(f"     happened: {row['happened'] or '-'}")
        for broken in row["broken"]:
            print(f"     BROKEN:   {broken}")
    injected = sum(row["injected"] for row in rows.values())
    kept = sum(row["kept"] == "yes" for row in rows.values())
    took = sum(row["took_s"] for row in rows.values())
    print(f"faults: {kept} of {len(rows)} promises kept, {injected:,} injected, {took:.0f} s, seed {SEED}")


def line(name: str, row: Measured) -> str:
    """One row in Markdown."""
    kept = row["kept"] if row["kept"] != "no" else "**no**: " + "; ".join(row["broken"][:3])
    cells = (row["harm"], f"{row['injected']:,}", row["happened"], row["promise"], kept, _when(row))
    return f"| `{name}` | " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _when(row: Measured) -> str:
    return f"{row['date']}, {row['commit']}, {row['took_s']:.0f} s"


def lines(page: str) -> dict[str, str]:
    """The rows that a page has, by name."""
    return {found[1]: found[2] for found in _LINE.finditer(page)}


def write(rows: Mapping[str, Measured], page: Path = PAGE) -> None:
    """Put them in the page; rows that were not run now stay as they are, rows that there are no more go."""
    text = page.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    old, _, tail = rest.partition(END)
    known = lines(old) | {name: line(name, row) for name, row in rows.items()}
    table = [*HEAD, *(known[name] for name in FAULTS if name in known)]
    machines = "; ".join(sorted({row["machine"] for row in rows.values()}))
    where = f"\nThe last were run on {machines}, with the seed {SEED}."
    page.write_text("\n".join([head + BEGIN, *table, where, END + tail]), encoding="utf-8")
