"""One step in plain language, understood: the vocabulary that scripts and the Python API share."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from screenwright.tools.elements import Target
from screenwright.tools.errors import GaveUp
from screenwright.tools.masking import is_secret
from screenwright.tools.secrets.naming import mark, names_in

Verb = Literal[
    "click", "double_click", "right_click", "middle_click", "hover", "drag", "type", "append", "clear", "press",
    "choose", "check", "uncheck", "scroll", "wait", "wait_for", "wait_gone", "expect", "expect_not", "open",
    "copy", "paste", "read", "answer", "give_up", "button", "long_press", "swipe",
]  # fmt: skip
Direction = Literal["down", "up", "left", "right"]
VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Instruction:
    """What to do on what.

    `target` is always what is acted on: the field of type, append and clear, the box of check, the
    drop-down of choose, the label of read; none: what has the focus. `value`: the text typed, the option
    chosen, the application or phone's button, the variable read into, the answer given. `to`: where a drag ends.
    `until`: what a scroll looks for; `count`: how often, or how many notches (0: to the end). `source` and
    `line`: the words and where they stand in the script.
    """

    verb: Verb
    target: Target | None = None
    value: str | None = None
    to: Target | None = None
    keys: tuple[str, ...] = ()
    count: int = 1
    seconds: float | None = None
    direction: Direction | None = None
    until: Target | None = None
    source: str = ""
    line: int = 0

    def filled(self, variables: dict[str, str]) -> Instruction:
        """With each `{{name}}` replaced by what was read into it. GaveUp for a name nothing was read into."""
        return replace(
            self,
            value=None if self.value is None else _text(self.value, variables, self.verb in ("type", "append")),
            target=_target(self.target, variables),
            to=_target(self.to, variables),
            until=_target(self.until, variables),
        )

    def __str__(self) -> str:
        words = [self.verb.replace("_", " ")]
        words += ["+".join(self.keys)] if self.keys else []
        words += [repr(self.value)] if self.value is not None else []
        words += [str(self.target)] if self.target else []
        words += [f"to {self.to}"] if self.to else []
        words += [self.direction] if self.direction else []
        words += [f"until {self.until}"] if self.until else []
        words += [f"{self.seconds:g} s"] if self.seconds is not None else []
        return " ".join(words)


def _target(held: Target | None, variables: dict[str, str]) -> Target | None:
    if held is None:
        return None
    text = None if held.text is None else _text(held.text, variables)
    return replace(held, text=text, anchor=_target(held.anchor, variables))


def _text(held: str, variables: dict[str, str], typed: bool = False) -> str:
    def value(match: re.Match[str]) -> str:
        if match[1] not in variables and is_secret(match[1]):
            return match[0]
        if match[1] not in variables:
            known = ", ".join(variables) or "none"
            raise GaveUp(f"nothing has been read into {{{{{match[1]}}}}} yet; known: {known}")
        if typed and (names := names_in(variables[match[1]])):
            raise GaveUp(f"{{{{{match[1]}}}}} was read off the screen and says {mark(min(names))}: not typed")
        return variables[match[1]]

    return VARIABLE.sub(value, held)
