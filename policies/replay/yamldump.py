"""A demo as YAML text: short lists on one line, a blank line between steps, and what a person wrote kept."""

from __future__ import annotations

import io
from typing import Any

WIDE = 100


def dumped(facts: dict[str, Any], old: str = "") -> str:
    """The facts as text; where `old` is given, its comments and the order of its keys stay as they are."""
    held = _read(old)
    if held is None:
        held = _fresh(facts)
        held.fa.set_block_style()
        _apart(held)
    else:
        _update(held, facts)
    return _written(held)


def dumped_step(step: dict[str, Any], old: str = "") -> str:
    """One step as an item of a list that is not indented; `old`: the item as it was."""
    # ruamel keeps the column of a comment, so the item is read with the indent that it is written with.
    held = _read("".join("  " + line for line in old.splitlines(keepends=True)))
    if held is None:
        held = [_fresh(step)]
    else:
        _update(held[0], step)
    return "".join(line.removeprefix("  ") for line in _written(held).splitlines(keepends=True))


def _read(text: str) -> Any:
    from ruamel.yaml import YAML

    return YAML(typ="rt", pure=True).load(text) if text else None


def _written(held: Any) -> str:
    from ruamel.yaml import YAML

    yaml = YAML(typ="rt", pure=True)
    yaml.width = 100_000
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    yaml.dump(held, out)
    return out.getvalue()


def _fresh(value: Any) -> Any:
    """As ruamel's own kinds, in flow style where it is short and flat."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq
    from ruamel.yaml.scalarstring import LiteralScalarString

    if isinstance(value, dict):
        made: Any = CommentedMap((key, _fresh(inner)) for key, inner in value.items())
        if _small(value):
            made.fa.set_flow_style()
        return made
    if isinstance(value, list | tuple):
        made = CommentedSeq(_fresh(inner) for inner in value)
        if all(not isinstance(inner, dict | list | tuple) for inner in value) and len(str(value)) < WIDE:
            made.fa.set_flow_style()
        return made
    if isinstance(value, str) and "\n" in value and not any(c in value for c in "\t\r\x85\u2028\u2029"):
        return LiteralScalarString(value) if value.strip() and not value.startswith((" ", "\n")) else value
    return value


def _small(value: dict[str, Any]) -> bool:
    """Fit for one line: a place, a label, a picture; not a step."""
    flat = all(
        not isinstance(inner, dict) and (not isinstance(inner, list | tuple) or all(map(_number, inner)))
        for inner in value.values()
    )
    return flat and bool(value) and "do" not in value and len(str(value)) < WIDE


def _number(value: Any) -> bool:
    return isinstance(value, int | float)


def _apart(held: Any) -> None:
    """A blank line before each part of the file and each step."""
    for key in ("parameters", "interruptions", "steps"):
        if key in held:
            held.yaml_set_comment_before_after_key(key, before="\n")
    for number in range(1, len(held.get("steps", ()))):
        held["steps"].yaml_set_comment_before_after_key(number, before="\n")


def _update(held: Any, facts: Any) -> None:
    """Make `held`, read from a file, say what `facts` say; what is the same is not touched."""
    for key in [key for key in held if key not in facts]:
        del held[key]
    for key, value in facts.items():
        if key not in held:
            held[key] = _fresh(value)
        elif isinstance(held[key], dict) and isinstance(value, dict):
            _update(held[key], value)
        elif _listed(held[key]) and _listed(value):
            _update_list(held[key], value)
        elif held[key] != value:
            held[key] = _fresh(value)


def _update_list(held: Any, wanted: list[Any]) -> None:
    """Items are known again by their place."""
    for place, value in enumerate(wanted[: len(held)]):
        if isinstance(held[place], dict) and isinstance(value, dict):
            _update(held[place], value)
        elif held[place] != value:
            held[place] = _fresh(value)
    held[len(wanted) :] = [_fresh(value) for value in wanted[len(held) :]]


def _listed(value: Any) -> bool:
    return isinstance(value, list | tuple)
