"""A demo as a person reads and edits it: `demo.yaml`, one entry a step, every way its target is known by.

A demo is a folder: `demo.yaml`; `pictures/`, patches of the targets; `trace/`, the recording it was compiled
from (not needed to play it, but a screen that has moved on is told by it); `proposals/`, what replays have
healed; `old/`, former versions.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from screenwright.tools import keys
from screenwright.tools.actions import KINDS, Action, Button, Modifier, SystemButton, parse
from screenwright.tools.elements import Relation, Role
from screenwright.tools.geometry import Point, Size
from screenwright.tools.masking import is_secret

VERSION = 1
Kind = Literal[
    "click", "drag", "scroll", "move", "type_text", "press_keys", "press_button", "long_press", "swipe",
    "open_app", "wait",
]  # fmt: skip
AIMED = frozenset(("click", "move", "long_press"))
TRAVELS = frozenset(("drag", "swipe"))
NAME = r"^\w+$"

Pixel = tuple[int, int]
Box = tuple[int, int, int, int]


class _Held(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Label(_Held):
    """A text that the target stands by: `side` says how the target stands to it."""

    text: str
    side: Relation


class Neighbour(_Held):
    """A text around the target, and where its middle was from the point acted on, in recorded pixels."""

    text: str
    at: Pixel


class Patch(_Held):
    """A picture of the target and what is around it.

    `file`: in `pictures/`; `aim`: the point acted on, in pixels of the picture; `target`: x, y, width, height of
    the target itself in it; `alike`: how many other places of the recorded screen looked like the target alone;
    `scale`: frame pixels in one input unit.
    """

    file: str
    aim: Pixel
    target: Box
    alike: int = 0
    scale: float = 1.0

    @field_validator("file")
    @classmethod
    def _inside(cls, file: str) -> str:
        parts = file.split("/")
        if not file or "\\" in file or ":" in file or not all(part and part.strip(".") for part in parts):
            raise ValueError(f"{file!r} leads out of pictures/; it is the name of a file in there")
        return file


class Place(_Held):
    """Where the point acted on was: `at` from the corner of its window, `size` of that window; recorded pixels."""

    at: Pixel
    size: Pixel


class Looks(_Held):
    """Every way in which a target is known. At least one is needed; texts may hold `{{parameters}}`.

    `name`: what the accessibility tree calls it; `text`: what stands on it (or is it) on the screen; `window`,
    `program`: the title and the program of the window it was in.
    """

    role: Role | None = None
    name: str | None = None
    text: str | None = None
    label: Label | None = None
    ordinal: int | None = None
    neighbours: tuple[Neighbour, ...] = ()
    patches: tuple[Patch, ...] = ()
    place: Place | None = None
    window: str | None = None
    program: str | None = None

    @model_validator(mode="after")
    def _known_somehow(self) -> Looks:
        if not (self.name or self.text or self.label or self.neighbours or self.patches):
            raise ValueError("a target needs a name, a text, a label, neighbours or patches to be found by")
        return self

    @property
    def said(self) -> str:
        """For a person: 'button "Save"', 'field labelled "Name"'."""
        words = self.name or self.text
        role = self.role if self.role and self.role != "text" else ""
        if words:
            return f'{role} "{words}"'.strip()
        if self.label:
            return f'{role or "place"} {self.label.side.replace("_", " ")} "{self.label.text}"'
        return f"{role or 'place'} in a picture"


class Expect(_Held):
    """What must be so: texts that are seen, texts that are gone, a part of the window's title, any change."""

    see: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    window: str | None = None
    change: bool | None = None
    seconds: float | None = Field(default=None, gt=0, le=3600)


class DemoStep(_Held):
    """One act: `do` is a kind of action, its own fields stand beside it as in `screenwright actions`.

    `on`: its target (`to`: where a drag ends). A typing step with `on` gives that field the focus first;
    `replace`: what it holds is replaced. A `wait` step waits for its `before`. `optional`: left out where its
    target is not there. `recorded`: the step of the trace it was compiled from.
    """

    id: str = Field(pattern=r"^[\w-]+$")
    do: Kind
    on: Looks | None = None
    to: Looks | None = None
    button: Button | None = None
    count: int | None = Field(default=None, ge=1, le=100)
    modifiers: tuple[Modifier, ...] | None = None
    text: str | None = None
    replace: bool = False
    keys: tuple[str, ...] | None = None
    press: SystemButton | None = None
    down: int | None = None
    right: int | None = None
    seconds: float | None = None
    app: str | None = None
    before: Expect | None = None
    after: Expect | None = None
    optional: bool = False
    note: str = ""
    recorded: int | None = None

    @field_validator("keys")
    @classmethod
    def _known_keys(cls, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for name in names or ():
            if keys.known(name) is None:
                raise ValueError(f"there is no key {name!r}")
        return names

    @model_validator(mode="after")
    def _whole(self) -> DemoStep:
        missing = {
            "click": self.on, "move": self.on, "long_press": self.on, "type_text": self.text,
            "press_keys": self.keys, "press_button": self.press, "open_app": self.app,
            "wait": self.before or self.seconds,
        }.get(self.do, True)  # fmt: skip
        if missing is None:
            needs = {"type_text": "text", "press_keys": "keys", "press_button": "press", "open_app": "app"}
            need = needs.get(self.do, "before or seconds" if self.do == "wait" else "on")
            raise ValueError(f"a {self.do} step needs `{need}`")
        if self.do in TRAVELS and not (self.on and self.to):
            raise ValueError(f"a {self.do} step needs `on` and `to`")
        if self.do != "wait":
            try:
                self.action({}, *(_SOMEWHERE,) * 2)
            except ValidationError as error:
                first = error.errors()[0]
                raise ValueError(f"{first['loc'][-1]}: {first['msg']} (it is {first['input']!r:.80})") from error
        return self

    def action(self, values: dict[str, str], point: Point | None, end: Point | None = None) -> Action:
        """The action that it stands for, with the parameters' values filled in. A wait step has none."""
        own: dict[str, Any] = {
            "button": self.press or self.button, "count": self.count, "modifiers": self.modifiers,
            "down": self.down, "right": self.right, "seconds": self.seconds, "keys": self.keys,
            "text": None if self.text is None else filled(self.text, values),
            "name": None if self.app is None else filled(self.app, values),
        }  # fmt: skip
        if self.on and self.do in (*AIMED, *TRAVELS, "type_text", "scroll"):
            own["target"] = filled(self.on.name or self.on.text or self.on.said, values)
        if self.do in TRAVELS:
            own |= {"start": point, "end": end}
        elif self.do in AIMED or (self.do == "scroll" and self.on):
            own["point"] = point
        given = {key: value for key, value in own.items() if value is not None}
        unknown = sorted(given.keys() - KINDS[self.do].model_fields.keys())
        if unknown:
            raise ValueError(f"{', '.join(unknown)} means nothing to a {self.do} step")
        return parse({"kind": self.do, **given})

    @property
    def said(self) -> str:
        """For a person: 'click button "Save"'."""
        verb = self.do.replace("_", " ")
        if self.do == "click":
            verb = {1: "", 2: "double-", 3: "triple-"}.get(self.count or 1, "") + (
                "click" if self.button in (None, "left") else f"{self.button}-click"
            )
        words = ["+".join((*(self.modifiers or ()), verb))]
        words += ["+".join(self.keys) + (f" x{self.count}" if (self.count or 1) > 1 else "")] if self.keys else []
        words += [repr(self.text)] if self.text is not None else []
        words += [word for word in (self.app, self.press) if word]
        words += [f"into {self.on.said}" if self.do == "type_text" else self.on.said] if self.on else []
        words += [f"to {self.to.said}"] if self.to else []
        if self.do == "wait" and self.before:
            words += ["for " + ", ".join(f'"{t}"' for t in self.before.see)] if self.before.see else []
            words += ["until gone: " + ", ".join(f'"{t}"' for t in self.before.gone)] if self.before.gone else []
            words += [f'for the window "{self.before.window}"'] if self.before.window else []
        words += [f"{self.seconds:g} s"] if self.seconds is not None and self.do == "wait" else []
        return " ".join(words)


class Parameter(_Held):
    """A value given from outside. `default`: what was recorded; a secret has none, and its name begins so."""

    default: str | None = None
    secret: bool = False
    about: str = ""


class Interruption(_Held):
    """A rule for what may come between: `when` this text or window title is seen, `do` these plain steps."""

    when: str = Field(min_length=1)
    do: tuple[str, ...] = Field(min_length=1)


class Demo(_Held):
    """The whole file."""

    screenwright_demo: Literal[1] = 1
    name: str = Field(pattern=r"^[\w.-]+$")
    about: str = ""
    screen: Pixel | None = None
    parameters: dict[Annotated[str, Field(pattern=NAME)], Parameter] = Field(default_factory=dict[str, Parameter])
    interruptions: tuple[Interruption, ...] = ()
    steps: tuple[DemoStep, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Demo:
        ids = [step.id for step in self.steps]
        if twice := [name for name in ids if ids.count(name) > 1]:
            raise ValueError(f"two steps have the id {twice[0]!r}; give one another")
        for name, parameter in self.parameters.items():
            if parameter.secret != is_secret(name):
                raise ValueError(f"parameter {name!r}: a name begins with `secret` exactly where it is secret")
            if parameter.secret and parameter.default is not None:
                raise ValueError(f"parameter {name!r}: a secret has no default, so that it stands in no file")
        if unknown := sorted(self.asked - self.parameters.keys()):
            raise ValueError(f"{{{{{unknown[0]}}}}} is used in a step, but not listed under parameters")
        return self

    @property
    def asked(self) -> frozenset[str]:
        """The parameters that the steps use."""
        return frozenset(PLACEHOLDER.findall(self.model_dump_json(include={"steps"})))


PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_SOMEWHERE = Point(0, 0, Size(1, 1))


def filled(text: str, values: dict[str, str]) -> str:
    """With the values of its parameters; one that has none stays as it stands."""
    return PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)
