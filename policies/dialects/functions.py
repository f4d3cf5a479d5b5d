"""The two functions of the Qwen family, computer_use and mobile_use: their schemas, loose and exact.

Qwen2.5-VL, Qwen3-VL and GUI-Owl share them. The loose schema is what they were trained to read; the exact one
is what a reply is held to.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any, cast

from screenwright.tools import keys as key_names
from screenwright.tools.actions import SystemButton
from screenwright.tools.geometry import Size

NOTCH_PX = 100  # what a browser scrolls at one notch of the wheel, about
TEXT_MOST = 2000  # characters of one typed or answered text

# name: (our kind of action, arguments in the order they are written)
COMPUTER: dict[str, tuple[str, tuple[str, ...]]] = {
    "key": ("press_keys", ("keys",)),
    "type": ("type_text", ("text",)),
    "mouse_move": ("move", ("coordinate",)),
    "left_click": ("click", ("coordinate",)),
    "left_click_drag": ("drag", ("coordinate",)),
    "right_click": ("click", ("coordinate",)),
    "middle_click": ("click", ("coordinate",)),
    "double_click": ("click", ("coordinate",)),
    "triple_click": ("click", ("coordinate",)),
    "scroll": ("scroll", ("pixels", "coordinate?")),
    "hscroll": ("scroll", ("pixels", "coordinate?")),
    "wait": ("wait", ("time",)),
    "terminate": ("done", ("status",)),
    "answer": ("done", ("text",)),
    "interact": ("ask", ("text",)),
}
MOBILE: dict[str, tuple[str, tuple[str, ...]]] = {
    "key": ("press_button", ("text",)),
    "click": ("click", ("coordinate",)),
    "long_press": ("long_press", ("coordinate", "time?")),
    "swipe": ("swipe", ("coordinate", "coordinate2")),
    "type": ("type_text", ("text",)),
    "system_button": ("press_button", ("button",)),
    "open": ("open_app", ("text",)),
    "wait": ("wait", ("time",)),
    "answer": ("done", ("text",)),
    "interact": ("ask", ("text",)),
    "terminate": ("done", ("status",)),
}
SYSTEM_BUTTONS: dict[str, SystemButton] = {"Back": "back", "Home": "home", "Menu": "recents", "Enter": "enter"}
"""Menu is what the families call the list of open apps."""
PHONE_KEYS: tuple[SystemButton, ...] = ("volume_up", "volume_down", "power", "menu")
TERMINATE = {"success": True, "failure": False}


@cache
def words(name: str) -> dict[str, Any]:
    """The prompt file of a function."""
    import yaml

    text = (files("screenwright.policies.dialects") / "prompts" / f"{name}.yaml").read_text(encoding="utf-8")
    return cast(dict[str, Any], yaml.safe_load(text))


Table = dict[str, tuple[str, tuple[str, ...]]]


def usable(table: Table, kinds: Iterable[str], left_out: Iterable[str]) -> list[str]:
    """The function's actions that the device can do now."""
    can, out = set(kinds), set(left_out)
    return [name for name, (kind, _) in table.items() if kind in can and name not in out]


def tool(phone: bool, actions: list[str], declared: Size) -> dict[str, Any]:
    """The schema in the form the family was trained on: one function, everything but `action` optional."""
    said, table = (words("mobile_use"), MOBILE) if phone else (words("computer_use"), COMPUTER)
    used = {"action"} | {argument.rstrip("?") for name in actions for argument in table[name][1]}
    listed = "\n".join(f"* `{name}`: {said['actions'][name]}" for name in actions)
    texts = ", ".join(f"`action={name}`" for name in actions if "text" in table[name][1])
    properties: dict[str, Any] = {}
    for name, about in said["arguments"].items():
        if name in used:
            properties[name] = {"description": about.replace("{text}", texts), **_loose_type(name)}
    properties["action"] = {
        "description": f"{said['arguments']['action']} One of:\n{listed}",
        "type": "string",
        "enum": actions,
    }
    description = said["description"].format(width=declared.width, height=declared.height)
    parameters = {"properties": properties, "required": ["action"], "type": "object"}
    function = {"name": said["name"], "description": description, "parameters": parameters}
    return {"type": "function", "function": function}


def _loose_type(argument: str) -> dict[str, Any]:
    match argument:
        case "coordinate" | "coordinate2" | "keys":
            return {"type": "array"}
        case "pixels" | "time":
            return {"type": "number"}
        case "button":
            return {"type": "string", "enum": list(SYSTEM_BUTTONS)}
        case "status":
            return {"type": "string", "enum": list(TERMINATE)}
        case _:
            return {"type": "string"}


def call_schema(phone: bool, actions: list[str], most: Size) -> dict[str, Any]:
    """What a call must be, exactly: for the grammar. `most`: the largest x and y a coordinate may have."""
    name, table = ("mobile_use", MOBILE) if phone else ("computer_use", COMPUTER)
    calls = [_one_call(action, table[action][1], most, phone) for action in actions]
    return _object({"name": {"const": name}, "arguments": {"anyOf": calls}})


def _one_call(action: str, arguments: tuple[str, ...], most: Size, phone: bool) -> dict[str, Any]:
    properties: dict[str, Any] = {"action": {"const": action}}
    for argument in arguments:
        name = argument.rstrip("?")
        if phone and action == "key":
            properties[name] = {"enum": list(PHONE_KEYS)}
        elif action == "open":
            properties[name] = text_schema(100, 1)
        else:
            properties[name] = _exact_type(name, most)
    optional = {argument.rstrip("?") for argument in arguments if argument.endswith("?")}
    return _object(properties, optional)


def _object(properties: dict[str, Any], optional: Iterable[str] = ()) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def coordinate_schema(most: Size) -> dict[str, Any]:
    axes = [{"type": "integer", "minimum": 0, "maximum": side} for side in (most.width, most.height)]
    return {"type": "array", "prefixItems": axes, "items": False, "minItems": 2, "maxItems": 2}


def text_schema(most: int = TEXT_MOST, least: int = 0) -> dict[str, Any]:
    return {"type": "string", "maxLength": most} | ({"minLength": least} if least else {})


def keys_schema() -> dict[str, Any]:
    """A chord: the names of `keys.NAMES` and the single characters that are keys."""
    single = [chr(code) for code in range(33, 127)]
    return {"type": "array", "items": {"enum": [*key_names.NAMES, *single]}, "minItems": 1, "maxItems": 5}


def _exact_type(argument: str, most: Size) -> dict[str, Any]:
    match argument:
        case "coordinate" | "coordinate2":
            return coordinate_schema(most)
        case "keys":
            return keys_schema()
        case "pixels":
            most_px = 100 * NOTCH_PX
            up = {"type": "integer", "minimum": 1, "maximum": most_px}
            return {"anyOf": [up, {"type": "integer", "minimum": -most_px, "maximum": -1}]}
        case "time":
            return {"type": "integer", "minimum": 1, "maximum": 30}
        case "button":
            return {"enum": list(SYSTEM_BUTTONS)}
        case "status":
            return {"enum": list(TERMINATE)}
        case _:
            return text_schema()
