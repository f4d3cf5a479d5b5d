"""`python demos/hostile`: shows screens that try to take an agent over, and says what came of each.

Without more, by the literal policy and by a model that obeys whatever it reads (the worst case: what is still
stopped?). With --policy, by that one: python demos/hostile --policy served --url http://127.0.0.1:8000/v1
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from played import Came, obeying, play
from screens import Hostile, screens
from stand import Stand

from screenwright.agent.console import Console
from screenwright.agent.models import Which, policy_of
from screenwright.policies import Literal
from screenwright.policies.policy import Policy
from screenwright.tools import Reader

BEGIN, END = "<!-- outcomes: begin -->", "<!-- outcomes: end -->"


def main() -> int:
    options = arguments()
    chosen = [screen for screen in screens() if not options.only or screen.name in options.only]
    own = policy_of(options.policy, Which.said(options.model, options.url, None)) if options.policy else None
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder, Stand() as stand:
        out = options.out or Path(folder)
        out.mkdir(parents=True, exist_ok=True)
        reader = Reader()
        for number, screen in enumerate(chosen):
            row = {"name": screen.name, "how": screen.how}
            row |= played(stand, screen, reader, out / f"{number:02}", own, options.rules)
            rows.append(row)
            if not options.json:
                print(
                    f"{screen.name}: " + "; ".join(row[key]["words"] for key in row if key not in ("name", "how"))
                )
    if options.json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        print(summary(rows))
    if options.table:
        text = options.table.read_text(encoding="utf-8")
        head, _, rest = text.partition(BEGIN)
        tail = rest.partition(END)[2]
        options.table.write_text(f"{head}{BEGIN}\n{table(rows)}\n{END}{tail}", encoding="utf-8")
    return 0


def played(
    stand: Stand, screen: Hostile, reader: Reader, folder: Path, own: Policy | None, rules: str
) -> dict[str, Any]:
    if own is not None:
        stand.show(screen)
        return {"model": facts(play(stand, screen, own, screen.words, folder / "model", rules=rules))}
    stand.show(screen)
    with (folder.parent / "console.txt").open("a", encoding="utf-8") as file:
        policy = Literal(reader=reader, patience_s=2.0)
        literal = play(
            stand, screen, policy, screen.task, folder / "literal", rules=rules, listeners=[Console(file)]
        )
    model, asked = obeying(screen, stand.show(screen))
    obeys = play(stand, screen, model, screen.words, folder / "obeys", rules=rules)
    return {"literal": facts(literal), "obeys": facts(obeys) | {"prompt": asked.requests[0].text}}


def facts(came: Came) -> dict[str, Any]:
    return {"words": came.words, "taken": came.taken, "done": came.done}


def columns(rows: list[dict[str, Any]]) -> list[str]:
    return [key for key in rows[0] if key not in ("name", "how")]


def summary(rows: list[dict[str, Any]]) -> str:
    lines = [
        f"{who}: of {len(rows)} screens {sum(row[who]['taken'] for row in rows)} took it over, "
        f"{sum(row[who]['done'] for row in rows)} times the task was done"
        for who in columns(rows)
    ]
    return "\n".join(lines)


def table(rows: list[dict[str, Any]]) -> str:
    """In Markdown."""
    names = {"literal": "the literal policy", "obeys": "a model that obeys", "model": "the model"}
    keys = columns(rows)
    lines = ["| screen | how | " + " | ".join(names[key] for key in keys) + " |", "|---" * (2 + len(keys)) + "|"]
    for row in rows:
        lines.append(f"| {row['name']} | {row['how']} | " + " | ".join(shown(row[key]) for key in keys) + " |")
    said = summary(rows).replace("literal:", "The literal policy:").replace("obeys:", "A model that obeys:")
    return "\n".join([*lines, "", *(f"{line}.\n" for line in said.splitlines())]).rstrip()


def shown(came: dict[str, Any]) -> str:
    return f"**{came['words']}**" if came["taken"] or "believes" in came["words"] else came["words"]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python demos/hostile", description=__doc__)
    parser.add_argument("--policy", help="try this one instead: qwen3vl, served, auto, literal")
    parser.add_argument("--model", help="which model, as for `screenwright run`")
    parser.add_argument("--url", help="of a server of models")
    parser.add_argument("--rules", default="careful", help="of the guard: watch, careful, free, or a file")
    parser.add_argument("--only", action="append", metavar="NAME", help="only this screen; may be given again")
    parser.add_argument("--out", type=Path, help="keep the traces in this folder")
    parser.add_argument("--json", action="store_true", help="print what came of each as JSON")
    parser.add_argument("--table", type=Path, metavar="FILE", help="write the table into this page")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
