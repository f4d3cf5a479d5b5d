"""The values of a call: numbers, places, texts, keys. What is not clearly meant is a BadReply that quotes it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from pydantic import ValidationError

from screenwright.policies.dialects.loose import short
from screenwright.tools import keys as key_names
from screenwright.tools.actions import KINDS
from screenwright.tools.errors import BadAction, BadReply

NUMBER = re.compile(r"\s*([+-]?\d{1,7}(?:\.\d{1,15})?)\s*")
MARK = re.compile(r"<\|?/?[a-z_]{1,20}\|?>")
PLACE = re.compile(r"[\s\[(（［【]*([+-]?[\d.]+)((?:(?:\s*[,，;]\s*|\s+)[+-]?[\d.]+){1,3})[\s\])）］】]*")
PLACES = ("coordinate", "coordinates", "point", "point_2d", "bbox_2d", "bbox", "position")
KEY_WORDS = {
    "ctrl_r": "ctrl", "control_r": "ctrl", "ctrlright": "ctrl", "shift_r": "shift", "shiftright": "shift",
    "alt_r": "altgr", "super_r": "super", "win_l": "super", "winright": "super", "optionleft": "alt",
    "optionright": "alt", "iso_level3_shift": "altgr", "iso_left_tab": "tab", "prtscr": "print_screen",
    "prntscrn": "print_screen", "page_dn": "page_down", "break": "pause", "kp_add": "+", "kp_subtract": "-",
    "kp_multiply": "*", "kp_divide": "/", "kp_decimal": ".", "add": "+", "subtract": "-", "multiply": "*",
    "divide": "/", "decimal": ".", "hyphen": "-", "dot": ".", "colon": ":", "semicolon": ";", "question": "?",
    "underscore": "_", "bracketleft": "[", "bracketright": "]", "equal": "=", "star": "*", "asterisk": "*",
    **{f"kp_{n}": f"numpad_{n}" for n in range(10)}, **{f"num{n}": f"numpad_{n}" for n in range(10)},
}  # fmt: skip
TRUE = ("true", "yes", "success", "succeeded", "1")
FALSE = ("false", "no", "failure", "failed", "0")


@contextmanager
def readable(name: str) -> Iterator[None]:
    """What pydantic or the keys refuse becomes a BadReply in one short sentence."""
    try:
        yield
    except ValidationError as error:
        raise BadReply(f"{name} can't be done so: {why(error)}") from error
    except BadAction as error:
        raise BadReply(f"{name} can't be done so: {error}") from error


def why(error: ValidationError) -> str:
    """The first thing that is wrong, in words for a model: no address, no name of ours."""
    first = error.errors(include_url=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"] if part not in KINDS) or "it"
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "missing":
        return f"it has no {where}"
    return f"{where} is {short(first['input'])}; {message[:1].lower()}{message[1:]}"


def number(value: object, name: str) -> float:
    """A finite number, also as text ("512"); BadReply for all else, true and 1e999 included."""
    if isinstance(value, str) and (match := NUMBER.fullmatch(value)):
        value = float(match[1])
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e7 < value < 1e7:
        raise BadReply(f"{name} is {short(value)}; it must be a number")
    return float(value)


def whole(value: object, name: str) -> int:
    found = number(value, name)
    if found != int(found):
        raise BadReply(f"{name} is {short(value)}; it must be a whole number")
    return int(found)


def pair(value: object, name: str = "coordinate") -> tuple[float, float]:
    """Two numbers: [x, y], {"x": x, "y": y}, or text that is exactly that; a box of four means its middle."""
    wrong = BadReply(f"{name} is {short(value)}; it must be [x, y]")
    if isinstance(value, str):
        place = PLACE.fullmatch(MARK.sub(" ", value)) if len(value) <= 200 else None
        value = [place[1], *re.findall(r"[+-]?[\d.]+", place[2])] if place else value
    if isinstance(value, Mapping):
        given = cast(Mapping[str, object], value)
        if set(given) != {"x", "y"}:
            raise wrong
        value = [given["x"], given["y"]]
    if not isinstance(value, list | tuple):
        raise wrong
    items = cast("list[object]", list(value))
    if len(items) == 1 and isinstance(items[0], list) and len(cast("list[object]", items[0])) in (2, 4):
        items = cast("list[object]", items[0])
    if len(items) not in (2, 4):
        raise wrong
    numbers = [number(item, name) for item in items]
    if len(numbers) == 2:
        return numbers[0], numbers[1]
    left, top, right, bottom = numbers
    if left > right or top > bottom:
        raise BadReply(f"{name} is {short(value)}; a box must be [left, top, right, bottom]")
    return (left + right) / 2, (top + bottom) / 2


def placed(arguments: Mapping[str, Any], names: tuple[str, ...] = PLACES) -> tuple[float, float] | None:
    """The place that a call names, under the names that models give it; None: it names none."""
    for name in names:
        if arguments.get(name) is not None:
            return pair(arguments[name], name)
    if names is PLACES and arguments.get("x") is not None and arguments.get("y") is not None:
        return pair([arguments["x"], arguments["y"]])
    return None


def words(arguments: Mapping[str, Any], action: str, *names: str) -> str:
    """The text of a call; a whole number is taken as its digits."""
    for name in names:
        value = arguments.get(name)
        if isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if value is not None:
            raise BadReply(f"{name} is {short(value)}; it must be a text")
    raise BadReply(f"{action} has no {names[0]}")


def answer(value: object) -> str | None:
    """An answer may be any JSON value."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def truth(value: object, name: str) -> bool:
    folded = value.strip().lower() if isinstance(value, str) else value
    if isinstance(value, bool) or folded in TRUE or folded in FALSE:
        return value if isinstance(value, bool) else folded in TRUE
    raise BadReply(f"{name} is {short(value)}; it must be true or false")


def key(name: str) -> str | None:
    """The canonical name of one key in any family's words, or None."""
    return key_names.known(name) or KEY_WORDS.get(name.strip().lower().replace(" ", "_"))


def keys(value: object) -> tuple[str, ...]:
    """The keys of a chord: ["ctrl", "s"], "ctrl+s", "ctrl s", and spoilt lists: ["keys=['ctrl'", "'c']"]."""
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list) or not given:
        raise BadReply(f"keys is {short(value)}; it must be a list such as ['ctrl', 's']")
    found: list[str] = []
    for item in cast("list[object]", given)[:20]:
        if isinstance(item, int) and not isinstance(item, bool) and 0 <= item <= 9:
            item = str(item)
        if not isinstance(item, str) or not item or len(item) > 60:
            raise BadReply(f"keys holds {short(item)}, which is no name of a key")
        found += _chord(item)
    return tuple(found)


def _chord(item: str) -> list[str]:
    bare = item.strip().removeprefix("keys=").strip("[]'\" ") or item
    for text in dict.fromkeys((item, bare)):
        for parts in (text.split(), _joined(text, "+"), _joined(text, "-"), [text]):
            named = [key(part) for part in parts]
            if named and all(named):
                return cast("list[str]", named)
    with readable("the chord"):
        return [key_names.canonical(part) for part in (_joined(bare, "+") if "+" in bare else [bare])]


def _joined(item: str, sign: str) -> list[str]:
    """'ctrl+s' as its keys; in 'ctrl++' the last one is the sign itself."""
    item = re.sub(rf"\s*{re.escape(sign)}\s*", sign, item.strip())
    if item.endswith(sign * 2):
        return [*item[:-2].split(sign), sign]
    return item.split(sign)
