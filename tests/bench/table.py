"""The bench as a table: in the terminal, and in README.md between its two `bench` markers."""

from __future__ import annotations

import re
import sys

from harness import BENCHES, ROOT, Measured, discover

BEGIN, END = "<!-- bench -->", "<!-- /bench -->"
DRIFT, END_DRIFT = "<!-- drift -->", "<!-- /drift -->"


def number(figure: float) -> str:
    """Three figures, never as 1.2e+03."""
    if figure == int(figure) and abs(figure) < 1e6:
        return str(int(figure))
    return f"{figure:.0f}" if abs(figure) >= 100 else f"{figure:.3g}"


def verdict(row: Measured) -> str:
    """What was promised, and whether it holds."""
    if "wants" not in row:
        return ""
    return f"{row['wants']}: {'met' if row['met'] else 'short'}"


def show(rows: dict[str, Measured]) -> None:
    """Print the rows."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("row", "value", "unit", "baseline", "ratio", "wanted", title="bench")
    for name, row in rows.items():
        if "error" in row:
            table.add_row(name, "[red]failed[/]", row["unit"], escape(str(row["error"])), "", "")
            continue
        colour = "" if row.get("met", True) else "yellow"
        base = f"{number(row['baseline'])} {escape(row['baseline_name'])}"
        cells = (name, number(row["value"]), row["unit"], base, f"{number(row['ratio'])}x", verdict(row))
        table.add_row(*cells, style=colour)
    Console().print(table)


def meaning(name: str) -> str:
    """What a row measures: the first sentence of its docstring."""
    bench = BENCHES.get(name)
    said = " ".join((bench.measure.__doc__ or "").split()) if bench else ""
    return said.partition(". ")[0].rstrip(".")


def markdown(rows: dict[str, Measured], before: str = "") -> str:
    """The same as Markdown, when and where it was measured; what was not measured now stays as it was before."""
    kept = dict(re.findall(r"^(?=\| `(\w+)`)(.*)$", before, re.MULTILINE))
    kept = {name: line for name, line in kept.items() if name in BENCHES and name not in rows}
    good = {name: row for name, row in rows.items() if "error" not in row}
    lines = ["| row | what | value | baseline | ratio | wanted |", "|---|---|--:|--:|--:|---|"]
    for name in [*BENCHES, *(set(good) - set(BENCHES))]:
        if name in good:
            lines.append(_line(name, good[name]))
        elif name in kept:
            lines.append(kept[name])
    days = {str(row["date"])[:10] for row in good.values()}
    machines = {str(row["machine"]) for row in good.values()}
    if kept and (said := re.search(r"^Measured (.*?) on (.*)\.$", before, re.MULTILINE)):
        days |= set(re.findall(r"\d{4}-\d\d-\d\d", said[1]))
        machines |= set(said[2].split("; "))
    lines += ["", f"Measured {_listed(days)} on {'; '.join(sorted(machines))}."]
    return "\n".join(lines)


def _line(name: str, row: Measured) -> str:
    ours = f"{number(row['value'])} {row['unit']}"
    theirs = f"{number(row['baseline'])} ({row['baseline_name']})"
    return f"| `{name}` | {meaning(name)} | {ours} | {theirs} | {number(row['ratio'])}x | {verdict(row)} |"


def _listed(days: set[str]) -> str:
    *first, last = sorted(days)
    return f"{', '.join(first)} and {last}" if first else last


def drifts(row: Measured) -> str:
    """The drift table: how many of the demos each player did right, and how often it claimed so wrongly."""
    players = {"ours": "screenwright", "coordinates": "coordinates", "template": "template"}
    lines = [f"| what has changed | demos | {' | '.join(players.values())} |", "|---|--:|--:|--:|--:|"]
    table = row["extra"]["table"]
    for line in table:
        cells = " | ".join(_done(line[player], line[f"{player}_wrong"]) for player in players)
        lines.append(f"| {line['drift']} | {line['of']} | {cells} |")
    sums = {key: sum(line[key] for line in table) for key in table[0] if key != "drift"}
    cells = " | ".join(f"**{_done(sums[player], sums[f'{player}_wrong'])}**" for player in players)
    return "\n".join([*lines, f"| **all** | **{sums['of']}** | {cells} |"])


def _done(right: int, wrong: int) -> str:
    return f"{right}, {wrong} wrong" if wrong else str(right)


def write_readme(rows: dict[str, Measured]) -> int:
    """Put the tables in README.md; 0, or 1 with a line that says what is missing."""
    discover()
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    parts = _between(text, BEGIN, END)
    if parts is None:
        print(f"bench: README.md has no {BEGIN} ... {END}", file=sys.stderr)
        return 1
    if not rows:
        print("bench: build/bench.json has no rows; run `make bench` first", file=sys.stderr)
        return 1
    text = f"{parts[0]}\n{markdown(rows, parts[1])}\n{parts[2]}"
    drift, parts = rows.get("replay_drift_success"), _between(text, DRIFT, END_DRIFT)
    if drift and "error" not in drift and parts is not None:
        text = f"{parts[0]}\n{drifts(drift)}\n{parts[2]}"
    readme.write_text(text, encoding="utf-8")
    print(f"bench: {len(rows)} rows written to README.md")
    return 0


def _between(text: str, begin: str, end: str) -> tuple[str, str, str] | None:
    """What is before, between and after two markers, the markers kept; None: they are not there."""
    head, found, rest = text.partition(begin)
    middle, closed, tail = rest.partition(end)
    return (head + begin, middle, end + tail) if found and closed else None
