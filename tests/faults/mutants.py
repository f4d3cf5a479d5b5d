"""Spoils texts, JSON and bytes as transmission, models and enemies do; the same dice, the same mutants."""

from __future__ import annotations

import json
import random
from typing import Any

PIECES = (
    *("{", "}", "[", "]", '"', "'", ":", ",", "\\", "(", ")", "<", ">", "`", "\n", " ", "\0", "\ufeff", "\u202e"),
    *("null", "true", "NaN", "-Infinity", "1e999", "-1", "0", "9" * 400, "-" + "9" * 30, "0x7f", "1_0", "½", "٣"),
    *(
        "\ud800",
        "\\ud800",
        "\U0001f600",
        "{“a”：1}",
        "<tool_call>",
        "</tool_call>",
        "<think>",
        "</think>",
        "```json",
    ),
    *(
        '"action"',
        '"kind"',
        '"coordinate"',
        '"arguments"',
        '"point"',
        "Action: ",
        "click(",
        "start_box='",
        "<|im_end|>",
    ),
)
VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1e308,
        float("nan"),
        float("-inf"),
        10**40,
        -(10**400),
        "",
        "a" * 3000,
        "\ud800",
        "\0",
    ),
    *([], {}, [[]], {"x": 1}, "click", "1", "12, 5", [1, 2, 3], {"width": 1e9, "height": 0}),
)


def text(dice: random.Random, given: str, others: list[str]) -> str:
    """One to four spoilings, one after the other."""
    for _ in range(dice.choice((1, 1, 2, 4))):
        given = _spoilt(dice, given, others)
    return given


def _spoilt(dice: random.Random, given: str, others: list[str]) -> str:
    at = dice.randint(0, len(given))
    to = min(len(given), at + dice.randint(0, 40))
    match dice.randrange(16):
        case 0:
            return given[:at]
        case 1:
            return given[to:]
        case 2:
            return given[:at] + given[to:]
        case 3:
            return given[:to] + given[at:]
        case 4:
            return given[:at] + dice.choice(PIECES) + given[to:]
        case 5:
            return given[:at] + "".join(dice.choice(PIECES) for _ in range(dice.randint(1, 6))) + given[at:]
        case 6:
            other = dice.choice(others)
            return given[:at] + other[dice.randint(0, len(other)) :]
        case 7:
            letters = list(given)
            dice.shuffle(letters)
            return "".join(letters[: dice.randint(0, 200)])
        case 8:
            return "".join(
                chr(ord(letter) ^ 1 << dice.randrange(8)) if dice.random() < 0.02 else letter for letter in given
            )
        case 9:
            return given[:at] + dice.choice("{[(\"'<") * dice.choice((50, 2000, 10_000)) + given[at:]
        case _:
            return _digits(dice, given)


def _digits(dice: random.Random, given: str) -> str:
    """Other numbers in the places of numbers."""
    put = lambda: dice.choice(("0", "-5", "999", "1000", "1e5", "NaN", "99999999999999999999", "3.7", "1919.6"))  # noqa: E731
    return "".join(put() if letter.isdigit() and dice.random() < 0.3 else letter for letter in given)


def data(dice: random.Random, given: Any, depth: int = 0) -> Any:
    """JSON data with something taken out, put in, doubled or of another kind."""
    if dice.random() < (0.15 if depth else 0.02):
        return dice.choice(VALUES)
    if isinstance(given, dict):
        made = {
            key: data(dice, value, depth + 1) if dice.random() < 0.5 else value for key, value in given.items()
        }
        chance = dice.random()
        if chance < 0.1 and made:
            made.pop(dice.choice(list(made)))
        elif chance < 0.2:
            made[dice.choice(("extra", "kind", "point", "", "\ud800", "frame"))] = dice.choice(VALUES)
        return made
    if isinstance(given, list):
        made_list = [data(dice, value, depth + 1) for value in given]
        return made_list * dice.choice((1, 1, 1, 2, 50))
    if isinstance(given, float | int) and not isinstance(given, bool):
        return dice.choice((given, -given, given * 1e6, given + 0.5, str(given), -1, 0, 2**63))
    if isinstance(given, str) and dice.random() < 0.3:
        return text(dice, given, [given, "click"])
    return given


def nested(deep: int) -> str:
    """JSON that is nothing but nesting."""
    return '{"a":' * deep + "1" + "}" * deep


def as_json(given: Any) -> str:
    """With NaN and halves of surrogate pairs, as Python writes them."""
    return json.dumps(given, ensure_ascii=False)
