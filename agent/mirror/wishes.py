"""What a page may ask for, and the actions that these wishes are. Whatever else comes in is refused here.

A page never sends pixels: it sends fractions of the picture that it shows, and that picture's number. What
they mean on the screen as it is now is worked out on this side.
"""

from __future__ import annotations

from typing import Annotated, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from screenwright.agent.person.orders import TEXT_CHARACTERS, Answer, Order
from screenwright.tools.actions import (
    Action,
    Click,
    Drag,
    LongPress,
    PressButton,
    PressKeys,
    Scroll,
    Swipe,
    SystemButton,
    TypeText,
)
from screenwright.tools.errors import BadAction
from screenwright.tools.geometry import Point, Size

Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class _Wish(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Aimed(_Wish):
    """`frame`: the number of the picture that was touched; `video`: it is that of a picture of the video."""

    frame: int
    video: bool = False
    x: Fraction
    y: Fraction


class Tap(_Aimed):
    do: Literal["tap"]
    count: int = Field(default=1, ge=1, le=3)
    button: Literal["left", "middle", "right"] = "left"


class Hold(_Aimed):
    do: Literal["hold"]
    seconds: float = Field(default=0.8, gt=0, le=10)


class Pull(_Aimed):
    """From x, y to to_x, to_y. `held`: the finger lay still before it moved, so something is carried."""

    do: Literal["pull"]
    to_x: Fraction
    to_y: Fraction
    seconds: float = Field(default=0.3, gt=0, le=30)
    held: bool = False


class Grab(_Aimed):
    """A pull begins there; `Carry` goes on with it, `Drop` ends it. `held` as of `Pull`."""

    do: Literal["grab"]
    held: bool = False


class _Placed(_Wish):
    """A place on the screen as it is now: what moves under a pointer is looked at while it moves."""

    x: Fraction
    y: Fraction


class Carry(_Placed):
    do: Literal["carry"]


class Drop(_Placed):
    do: Literal["drop"]


class Hover(_Placed):
    """The pointer is there, and nothing is pressed."""

    do: Literal["hover"]


class Turn(_Aimed):
    """The wheel, in notches."""

    do: Literal["turn"]
    down: int = Field(default=0, ge=-20, le=20)
    right: int = Field(default=0, ge=-20, le=20)


class Type(_Wish):
    do: Literal["type"]
    text: str = Field(min_length=1, max_length=TEXT_CHARACTERS)


class Keys(_Wish):
    do: Literal["keys"]
    keys: tuple[str, ...] = Field(min_length=1, max_length=5)
    count: int = Field(default=1, ge=1, le=50)


class Press(_Wish):
    do: Literal["press"]
    button: SystemButton


class Drawn(_Wish):
    """The page has drawn this picture, so that it may be sent another."""

    do: Literal["drawn"]
    frame: int
    video: bool = False


class Canvas(_Wish):
    """How wide the page shows the picture, in pixels of its screen."""

    do: Literal["canvas"]
    width: int = Field(ge=1, le=20_000)


class Near(_Wish):
    """The pointer is over the picture: an act may follow soon."""

    do: Literal["near"]


class Video(_Wish):
    """Whether the page can and wants to show the H.264 stream."""

    do: Literal["video"]
    on: bool


Act = Tap | Hold | Pull | Turn | Type | Keys | Press
Follow = Grab | Carry | Drop | Hover
"""What a device's pointer does along with a viewer's."""
Wish = Annotated[Act | Follow | Order | Answer | Drawn | Canvas | Near | Video, Field(discriminator="do")]

_adapter: TypeAdapter[Wish] = TypeAdapter(Wish)


def read(message: str) -> Wish:
    """One wish; pydantic.ValidationError for anything else."""
    return _adapter.validate_json(message)


def action_of(act: Act, size: Size, kinds: frozenset[str]) -> Action:
    """The action on a screen of that size, in pixels. BadAction where the device does not take such."""
    action = _action(act, size, kinds)
    if action.kind not in kinds:
        raise BadAction(
            f"this device takes no {action.kind.replace('_', ' ')}; it takes: {', '.join(sorted(kinds))}"
        )
    return action


def _action(act: Act, size: Size, kinds: frozenset[str]) -> Action:
    match act:
        case Tap():
            return Click(point=_point(act.x, act.y, size), count=act.count, button=act.button)
        case Hold():
            return LongPress(point=_point(act.x, act.y, size), seconds=act.seconds)
        case Pull():
            start, end = _point(act.x, act.y, size), _point(act.to_x, act.to_y, size)
            # a finger swipes, a mouse drags; a finger that lay still first carries something
            if "swipe" in kinds and ("drag" not in kinds or ("press_button" in kinds and not act.held)):
                return Swipe(start=start, end=end, seconds=act.seconds)
            return Drag(start=start, end=end, seconds=act.seconds)
        case Turn():
            return Scroll(point=_point(act.x, act.y, size), down=act.down, right=act.right)
        case Type():
            return TypeText(text=act.text)
        case Keys():
            return PressKeys(keys=act.keys, count=act.count)
        case Press():
            return PressButton(button=act.button)
        case _:
            assert_never(act)


def _point(x: float, y: float, size: Size) -> Point:
    return Point(round(x * size.width, 1), round(y * size.height, 1), size).clamped()
