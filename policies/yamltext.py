"""YAML that people write by hand, read so that whatever is wrong with it can be told with its line.

Read as YAML 1.2: in 1.1, which PyYAML reads, the key `on` and the words yes and no are truth values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel

from screenwright.tools.errors import BadScript

Path = Sequence[str | int]

DEEPEST = 1000
THINGS = 300_000
"""That a file may hold with its aliases written out: ten lines of them can stand for a thousand million."""


def read(text: str, name: str) -> tuple[Any, Any]:
    """The tree of nodes, for `line`, and the plain data; both None for an empty text. BadScript with the line."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    yaml = YAML(typ="safe", pure=True)
    if _depth(text) > DEEPEST:
        raise BadScript(f"{name}: it is nested too deep; {DEEPEST} open brackets are too many")
    try:
        root = yaml.compose(text)
        if root is None:
            return None, None
        if (things := _things(root, {})) > THINGS:
            raise BadScript(
                f"{name}: with its aliases written out it holds {things:,} things, and {THINGS:,} are read"
            )
        for key, problem in _odd_keys(root):
            raise BadScript(f"{name}, line {key.start_mark.line + 1}: {problem}")
        return root, yaml.constructor.construct_document(root)
    except RecursionError as error:
        raise BadScript(f"{name}: it is nested too deep, or refers to itself") from error
    except (YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it can't be read"
        raise BadScript(f"{name}{place}: this is no YAML: {problem}") from error


def line(root: Any, path: Path) -> int:
    """The line on which the thing at `path` stands, or the nearest thing around it."""
    found = root.start_mark.line
    for part in path:
        key, root = _step(root, part)
        if root is None:
            break
        found = (key or root).start_mark.line
    return int(found) + 1


def written(root: Any, path: Path) -> str | None:
    """The scalar at `path` as it stands in the file; None where there is none."""
    for part in path:
        _, root = _step(root, part)
    return str(root.value) if root is not None and root.id == "scalar" else None


def last_line_of(root: Any, said: str) -> int | None:
    """The line of the last scalar that is these words, else of the last in which they stand."""
    holding = [node for node in _scalars(root) if said in node.value]
    exact = [node for node in holding if node.value == said]
    return max((node.start_mark.line + 1 for node in exact or holding), default=None)


def model_at(model: Any, path: Path) -> type[BaseModel] | None:
    """The model that says which keys are allowed where the thing at `path` stands; None where any are."""
    held: Any = model
    for part in path[:-1]:
        inner = _models(held)
        if isinstance(part, str) and inner and part in inner[0].model_fields:
            held = inner[0].model_fields[part].annotation
    models = _models(held)
    return models[0] if models else None


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in get_args(annotation) for model in _models(inner)]


def _step(node: Any, part: str | int) -> tuple[Any, Any]:
    """Key and value one level further in; (None, None) where there is nothing."""
    if node is not None and node.id == "mapping":
        return next(((key, value) for key, value in node.value if key.value == part), (None, None))
    if node is not None and node.id == "sequence" and isinstance(part, int) and part < len(node.value):
        return None, node.value[part]
    return None, None


def _depth(text: str) -> int:
    """Brackets that are open at once: the parser takes a time that grows with their square."""
    depth = deepest = 0
    for bracket in re.findall(r"[\[\]{}]", text):
        depth = depth + 1 if bracket in "[{" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest


def _things(node: Any, counted: dict[int, int]) -> int:
    """Nodes, those that aliases repeat counted each time. RecursionError for one that holds itself."""
    if id(node) not in counted:
        counted[id(node)] = -1
        inner = node.value if node.id == "sequence" else [n for pair in node.value for n in pair]
        counted[id(node)] = 1 if node.id == "scalar" else 1 + sum(_things(child, counted) for child in inner)
    if counted[id(node)] < 0:
        raise RecursionError
    return counted[id(node)]


def _odd_keys(node: Any) -> Iterator[tuple[Any, str]]:
    """Keys that stand twice in one mapping (the second would win without a word), and those that are no word."""
    if node.id == "mapping":
        seen: set[str] = set()
        for key, value in node.value:
            if key.id != "scalar":
                yield key, 'what begins with { stands in quotes, such as "{{name}}"'
            elif key.value in seen:
                yield key, f"{key.value!r} stands twice here"
            else:
                seen.add(key.value)
            yield from _odd_keys(value)
    elif node.id == "sequence":
        for child in node.value:
            yield from _odd_keys(child)


def _scalars(node: Any) -> Iterator[Any]:
    if node.id == "scalar":
        yield node
    elif node.id == "sequence":
        for child in node.value:
            yield from _scalars(child)
    else:
        for pair in node.value:
            for child in pair:
                yield from _scalars(child)
