"""For any model without a dialect of its own: one JSON object, which names its target before it points.

A small model points better when it has said what it points at, and the name can be checked against the
screen. What a model has not been trained on it must be told, so the system turn lists every action.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from screenwright.policies.chat import GREEDY, Reply, Shape
from screenwright.policies.dialects import loose
from screenwright.policies.dialects.dialect import Said, Screen, on_grid, to_grid
from screenwright.policies.dialects.functions import coordinate_schema, keys_schema, text_schema
from screenwright.policies.dialects.plain_actions import ACTIONS, read_action, said
from screenwright.policies.dialects.qwen3vl import lark_json, possible, short
from screenwright.tools.actions import Action, describe
from screenwright.tools.errors import BadReply
from screenwright.tools.geometry import Point, Size

MOST = Size(999, 999)


class PlainDialect:
    """One JSON object a reply, coordinates on a grid of 0..999."""

    name = "plain"
    factor = 32
    sampling = GREEDY

    def actions(self, screen: Screen) -> list[str]:
        return [name for name, (kind, _) in ACTIONS.items() if kind in screen.kinds]

    def tools(self, screen: Screen) -> list[dict[str, Any]]:
        return []

    def system(self, screen: Screen) -> str:
        text = (files("screenwright.policies.dialects") / "prompts/plain_system.txt").read_text(encoding="utf-8")
        about: dict[str, str] = {}
        for line in text.partition("ACTIONS\n")[2].splitlines():
            name, _, words = line.partition(": ")
            about[name] = words
        listed = "\n".join(about[name] for name in self.actions(screen))
        return text.partition("ACTIONS\n")[0].replace("{actions}", listed).strip()

    def opening(self, task: str, earlier: Sequence[str]) -> tuple[str, str]:
        done = "".join(f"{number}. {line}\n" for number, line in enumerate(earlier, 1))
        return f"Task: {task}\n" + (f"Done so far:\n{done}" if done else ""), ""

    def shape(self, screen: Screen) -> Shape:
        schema = {"anyOf": [_schema(name) for name in self.actions(screen)]}
        return Shape(f"start: {lark_json(schema)}\n", schema)

    def read(self, reply: Reply, screen: Screen) -> Said:
        thinking, text = loose.answer_part(reply.text)
        found = [value for value in loose.objects(text) if "action" in value]
        found = found or [value for _, arguments in reply.calls for value in loose.objects(arguments)]
        if not found:
            raise BadReply(f"the reply is not a JSON object with an action: {short(text)}", reply.text)
        try:
            action = read_action(found[0], lambda x, y: on_grid(x, y, 999, screen))
        except BadReply as error:
            raise BadReply(str(error), reply.text) from error
        possible(action, screen, reply.text)
        thought = " ".join(part for part in (thinking or reply.thinking, str(found[0].get("thought", ""))) if part)
        return Said(action, thought, describe(action.model_copy(update=_placeless(action))), len(found) - 1)

    def write(self, action: Action, screen: Screen, thought: str = "") -> str:
        value = said(action, lambda point: to_grid(point, 999))
        return json.dumps(({"thought": thought} if thought else {}) | value, ensure_ascii=False)

    def place(self, point: Point, screen: Screen) -> list[int]:
        return to_grid(point, 999)

    def pointing(self, what: str) -> tuple[str, Shape]:
        here = _object(
            {"found": {"const": True}, "target": text_schema(100), "coordinate": coordinate_schema(MOST)}
        )
        schema = {"anyOf": [here, _object({"found": {"const": False}})]}
        question = (
            f"Where on this picture is {what}? Answer with one JSON object: "
            '{"found": true, "target": what you see there, "coordinate": [x, y]} with its middle on a grid of '
            '0 to 999 both ways, or {"found": false} when it is not on the picture.'
        )
        return question, Shape(f"start: {lark_json(schema)}\n", schema)

    def pointed(self, reply: Reply, shown: Size) -> Point | None:
        _, text = loose.answer_part(reply.text)
        found = next((value for value in loose.objects(text) if "found" in value or "coordinate" in value), None)
        if found is None:
            raise BadReply(f"the reply is not a JSON object with a coordinate: {short(text)}", reply.text)
        if found.get("found") is False or "coordinate" not in found:
            return None
        return on_grid(*loose.pair(found["coordinate"]), 999, Screen(shown, shown, frozenset()))


def _placeless(action: Action) -> dict[str, Any]:
    """A remembered step says what was done to what; its coordinates are of a screen that is gone."""
    return {"point": None} if "point" in type(action).model_fields else {}


def _schema(name: str) -> dict[str, Any]:
    properties: dict[str, Any] = {"thought": text_schema(300), "action": {"const": name}}
    optional = {"thought"}
    for argument in ACTIONS[name][1]:
        properties[argument.rstrip("?")] = _type(argument.rstrip("?"))
        if argument.endswith("?"):
            optional.add(argument.rstrip("?"))
    return _object(properties, optional)


def _object(properties: dict[str, Any], optional: set[str] | None = None) -> dict[str, Any]:
    required = [name for name in properties if name not in (optional or set())]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _type(argument: str) -> dict[str, Any]:
    match argument:
        case "coordinate" | "start":
            return coordinate_schema(MOST)
        case "keys":
            return keys_schema()
        case "seconds":
            return {"type": "integer", "minimum": 1, "maximum": 30}
        case "notches" | "times":
            return {"type": "integer", "minimum": 1, "maximum": 30}
        case "direction":
            return {"enum": ["up", "down", "left", "right"]}
        case "button":
            return {"enum": ["back", "home", "recents", "menu", "enter", "power", "volume_up", "volume_down"]}
        case "success":
            return {"type": "boolean"}
        case "target" | "name":
            return {"type": "string", "minLength": 1, "maxLength": 100}
        case _:
            return text_schema()
