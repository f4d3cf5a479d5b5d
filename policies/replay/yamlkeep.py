"""A changed demo written into the text a person wrote: what is the same keeps its lines, its comments its place.

The text is taken apart into blocks, one a key of the file and one a step, each with the comments above it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from screenwright.policies import yamltext
from screenwright.policies.replay.yamldump import dumped, dumped_step


@dataclass(frozen=True, slots=True)
class _Block:
    """`above`: blank lines and comments that belong to it; `body`: its own lines."""

    above: str
    body: str

    @property
    def text(self) -> str:
        return self.above + self.body


def kept(old: str, was: dict[str, Any], facts: dict[str, Any]) -> str:
    """`old`, the text that says what `was` says, changed to say what `facts` say. BadScript."""
    root, _ = yamltext.read(old, "the file as it was")
    if root is None or root.id != "mapping" or root.flow_style:
        return dumped(facts)
    lines = old.splitlines(keepends=True)
    nodes = {key.value: value for key, value in root.value}
    blocks, tail = _blocks(lines, {key.value: key.start_mark.line for key, _ in root.value}, len(lines))
    out: list[str] = []
    for key in _in_order(list(blocks), list(facts)):
        if key not in blocks:
            out.append(
                ("\n" if isinstance(facts[key], list | dict) else "") + dumped({key: facts[key]}).lstrip("\n")
            )
        elif was.get(key) == facts[key]:
            out.append(blocks[key].text)
        elif key == "steps" and not nodes[key].flow_style:
            out.append(_steps(blocks[key], nodes[key], was[key], facts[key]))
        else:
            out.append(blocks[key].above + dumped({key: facts[key]}, blocks[key].body))
    return "".join(map(_ended, out)) + tail


def _steps(block: _Block, node: Any, was: list[Any], facts: list[Any]) -> str:
    lines, names = block.body.splitlines(keepends=True), [step["id"] for step in was]
    # The marks count from the top of the file, the lines from `steps:`.
    dash = next(n for n, line in enumerate(lines) if n and not _remark(line))
    above_all = node.value[0].start_mark.line - dash
    starts = {n: _dash(lines, item.start_mark.line - above_all) for n, item in zip(names, node.value, strict=True)}
    blocks, tail = _blocks(lines, starts, len(lines), first=1)
    indent = len(lines[dash]) - len(lines[dash].lstrip())
    old = dict(zip(names, was, strict=True))
    apart = any(block.above.startswith("\n") for block in blocks.values()) or len(blocks) < 2
    out = [block.above + lines[0]]
    for step in facts:
        name = step["id"]
        above = (blocks[name].above if name in blocks else "").lstrip("\n")
        above = above if step is facts[0] else "\n" * apart + above
        if name in blocks and old[name] == step:
            out.append(above + blocks[name].body)
            continue
        body = (
            "".join(line[indent:] for line in blocks[name].body.splitlines(keepends=True))
            if name in blocks
            else ""
        )
        text = dumped_step(step, body)
        out.append(above + "".join(_shifted(line, indent) for line in text.splitlines(keepends=True)))
    return "".join(map(_ended, out)) + tail


def _blocks(
    lines: list[str], starts: dict[str, int], end: int, *, first: int = 0
) -> tuple[dict[str, _Block], str]:
    """The blocks that begin at these lines, in their order, and what stands after the last of them."""
    found: dict[str, _Block] = {}
    begin = first
    order = sorted(starts, key=starts.__getitem__)
    for name, following in zip(order, [*order[1:], None], strict=True):
        stop = starts[following] if following is not None else end
        while stop > starts[name] + 1 and _remark(lines[stop - 1]):
            stop -= 1
        found[name] = _Block("".join(lines[begin : starts[name]]), "".join(lines[starts[name] : stop]))
        begin = stop
    return found, "".join(lines[begin:end])


def _in_order(old: list[str], wanted: list[str]) -> list[str]:
    """The old keys that stay, and each new one behind the one it follows."""
    order = [key for key in old if key in wanted]
    for place, key in enumerate(wanted):
        if key not in order:
            before = next((k for k in reversed(wanted[:place]) if k in order), None)
            order.insert(order.index(before) + 1 if before else 0, key)
    return order


def _dash(lines: list[str], number: int) -> int:
    """The line of the dash of an item whose first key stands on this one."""
    while number and not lines[number].lstrip().startswith("-"):
        number -= 1
    return number


def _remark(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _shifted(line: str, by: int) -> str:
    return " " * by + line if line.strip() else line


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"
