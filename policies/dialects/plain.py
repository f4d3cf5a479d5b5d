"""For any model without a dialect of its own: one JSON object, which names its target before it points.

A small model points better when it has said what it points at, and the name can be checked against the
screen. What a model has not been trained on it must be told, so the system turn lists every action.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from screenwright.policies.chat import GREEDY, Reply, Shape
from screenwright.policies.dialects import loose
from screenwright.policies.dialects.dialect import Said, Screen, listed, on_grid, to_grid
from screenwright.policies.dialects.functions import coordinate_schema, keys_schema, text_schema
from screenwright.policies.dialects.plain_actions import ACTIONS, OF_A_MOUSE, read_action, said
from screenwright.policies.dialects.saying import lark_json, possible, prompt, remembered
from screenwright.policies.dialects.values import placed, truth
from screenwright.tools.actions import Action
from screenwright.tools.errors import BadReply
from screenwright.tools.geometry import Point, Size

MOST = Size(999, 999)


class PlainDialect:
    """One JSON object a reply, coordinates on a grid of 0..999."""

    name = "plain"
    factor = 32
    sampling = GREEDY

    def actions(self, screen: Screen) -> list[str]:
        out = OF_A_MOUSE if screen.is_phone else frozenset[str]()
        return [name for name, (kind, _) in ACTIONS.items() if kind in screen.kinds and name not in out]

    def tools(self, screen: Screen) -> list[dict[str, Any]]:
        return []

    def system(self, screen: Screen) -> str:
        head, _, rest = prompt("plain_system.txt").partition("ACTIONS\n")
        anywhere, _, on_a_phone = rest.partition("ON A PHONE\n")
        about: dict[str, str] = {}
        for line in (anywhere + (on_a_phone if screen.is_phone else "")).splitlines():
            name, _, words = line.partition(": ")
            about[name] = words
        return head.replace("{actions}", "\n".join(about[name] for name in self.actions(screen))).strip()

    def opening(self, task: str, earlier: Sequence[str]) -> tuple[str, str]:
        done = "".join(f"{line}\n" for line in listed(earlier, "{number}. {line}"))
        return f"Task: {task}\n" + (f"Done so far:\n{done}" if done else ""), ""

    def shape(self, screen: Screen) -> Shape:
        schema = {"anyOf": [_schema(name) for name in self.actions(screen)]}
        return Shape(f"start: {lark_json(schema)}\n", schema)

    def read(self, reply: Reply, screen: Screen) -> Said:
        try:
            thinking, text = loose.answer_part(reply.text)
            found = self._objects(reply, text, "action")
            action = read_action(found[0], lambda x, y: on_grid(x, y, 999, screen))
            possible(action, screen)
        except BadReply as error:
            raise BadReply(str(error), reply.text) from error
        said = found[0].get("thought")
        said = said if isinstance(said, str) else ""
        thought = loose.clean(" ".join(part for part in (thinking or reply.thinking, said) if part))
        return Said(action, thought, remembered(action), sum("action" in value for value in found[1:]))

    def _objects(self, reply: Reply, text: str, *names: str) -> list[dict[str, Any]]:
        """Those of the reply that have one of these names; a server may have taken them for calls."""
        sources = [text, *(arguments for _, arguments in reply.calls)]
        read = [loose.objects(source) for source in sources]
        found = [value for each in read for value in each.objects if any(name in value for name in names)]
        if not found and (broken := next((each.broken for each in read if each.broken), "")):
            raise BadReply(f"the reply is no JSON that can be read: {loose.short(broken)}")
        if not found:
            raise BadReply(f"the reply is not a JSON object with {' or '.join(names)}: {loose.short(text)}")
        return found

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
        try:
            _, text = loose.answer_part(reply.text)
            found = self._objects(reply, text, "found", "coordinate")[0]
            if not truth(found.get("found", True), "found"):
                return None
            place = placed(found)
            if place is None:
                raise BadReply(f"{loose.short(found)} has no coordinate; say where, or that it is not found")
            return on_grid(*place, 999, Screen(shown, shown, frozenset()))
        except BadReply as error:
            raise BadReply(str(error), reply.text) from error


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
