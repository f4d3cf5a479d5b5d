"""The bench as a table: in the terminal, and in README.md between its two `bench` markers."""

from __future__ import annotations

import sys

from harness import BENCHES, ROOT, Measured, discover

BEGIN, END = "<!-- bench -->", "<!-- /bench -->"


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


def markdown(rows: dict[str, Measured]) -> str:
    """The same as Markdown, measured rows only, and where and when they were measured."""
    good = {name: row for name, row in rows.items() if "error" not in row}
    lines = ["| row | what | value | baseline | ratio | wanted |", "|---|---|--:|--:|--:|---|"]
    for name, row in good.items():
        ours = f"{number(row['value'])} {row['unit']}"
        theirs = f"{number(row['baseline'])} ({row['baseline_name']})"
        ratio = f"{number(row['ratio'])}x"
        lines.append(f"| `{name}` | {meaning(name)} | {ours} | {theirs} | {ratio} | {verdict(row)} |")
    days = sorted({str(row["date"])[:10] for row in good.values()})
    machines = sorted({str(row["machine"]) for row in good.values()})
    lines += ["", f"Measured {' and '.join(days)} on {'; '.join(machines)}."]
    return "\n".join(lines)


def write_readme(rows: dict[str, Measured]) -> int:
    """Put the table in README.md; 0, or 1 with a line that says what is missing."""
    discover()
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    head, found, rest = text.partition(BEGIN)
    _, closed, tail = rest.partition(END)
    if not (found and closed):
        print(f"bench: README.md has no {BEGIN} ... {END}", file=sys.stderr)
        return 1
    if not rows:
        print("bench: build/bench.json has no rows; run `make bench` first", file=sys.stderr)
        return 1
    readme.write_text(f"{head}{BEGIN}\n{markdown(rows)}\n{END}{tail}", encoding="utf-8")
    print(f"bench: {len(rows)} rows written to README.md")
    return 0
