"""From raw events to what was meant: clicks, drags, chords, typed text. Pure: no screen, no clock of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from screenwright.tools.actions import (
    Action,
    Button,
    Click,
    Drag,
    LongPress,
    Modifier,
    PressKeys,
    Scroll,
    TypeText,
)
from screenwright.tools.geometry import Point, View
from screenwright.tools.keys import MODIFIERS
from screenwright.tools.recording.events import ALT, CTRL, SUPER, WHEEL, Raw, held

AGAIN_S, AGAIN_PX = 0.4, 5
HOLD_S = 0.8
NOTCHES_S, NOTCHES_PX = 1.0, 40
MOST_NOTCHES = 100
IDLE_S = 5.0  # after that a text that is being typed is told, though it may go on
TAP_S = 1.0
BUTTONS: dict[int, Button] = {1: "left", 2: "middle", 3: "right"}
TAPPED = frozenset(("alt", "super"))
Spot = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Gesture:
    """One act. `began`, `ended`: seconds of its first and last event; `serial`: of its first event.

    `spot`, `end`: input units. `inexact`: what of it no action can say, for a person.
    """

    kind: Literal["click", "drag", "long_press", "scroll", "type", "keys"]
    began: float
    ended: float
    serial: int
    spot: Spot = (0, 0)
    end: Spot = (0, 0)
    button: Button = "left"
    count: int = 1
    modifiers: tuple[str, ...] = ()
    down: int = 0
    right: int = 0
    keys: tuple[str, ...] = ()
    text: str = ""
    secret: bool = False
    inexact: str = ""

    def action(self, view: View) -> Action:
        """As an action on a frame; a place off the frame stays off it (`Point.inside`)."""

        def at(spot: Spot) -> Point:
            return view.from_input(*spot)

        seconds = round(max(0.05, self.ended - self.began), 2)
        match self.kind:
            case "click":
                modifiers: Sequence[Modifier] = [m for m in self.modifiers if m != "altgr"]  # type: ignore[misc]
                return Click(point=at(self.spot), button=self.button, count=self.count, modifiers=tuple(modifiers))
            case "drag":
                return Drag(start=at(self.spot), end=at(self.end), button=self.button, seconds=min(seconds, 30.0))
            case "long_press":
                return LongPress(point=at(self.spot), seconds=min(seconds, 30.0))
            case "scroll":
                return Scroll(point=at(self.spot), down=self.down, right=self.right)
            case "type":
                return TypeText(text=self.text)
            case "keys":
                return PressKeys(keys=self.keys, count=self.count)


@dataclass(slots=True)
class _Pressed:
    """A mouse button that is down."""

    raw: Raw
    last: Raw
    far: bool = False


@dataclass
class Gestures:
    """Feed it events in their order; what is finished comes out, in the order in which it began.

    `secret`: what is typed from now on is marked so.
    """

    secret: bool = False
    _open: Gesture | None = None
    _pressed: dict[int, _Pressed] = field(default_factory=dict[int, _Pressed])
    _alone: Raw | None = None

    @property
    def began(self) -> tuple[float, int] | None:
        """When, and with which event, the earliest act began that is not finished."""
        begun = [(p.raw.at, p.raw.serial) for p in self._pressed.values()]
        begun += [(self._open.began, self._open.serial)] if self._open else []
        return min(begun, default=None)

    @property
    def typing(self) -> bool:
        return self._open is not None and self._open.kind == "type"

    def feed(self, raw: Raw) -> list[Gesture]:
        match raw.kind:
            case "key_down":
                return self._key_down(raw)
            case "key_up":
                return self._key_up(raw)
            case "button_down":
                return self._button_down(raw)
            case "button_up":
                return self._button_up(raw)
            case "move":
                for pressed in self._pressed.values():
                    self._moved(pressed, raw)
                return []

    def tick(self, now: float) -> list[Gesture]:
        """What has become finished by mere time."""
        last = self._open
        if last is None or self._pressed:
            return []
        patience = {"click": AGAIN_S, "scroll": NOTCHES_S, "keys": AGAIN_S}.get(last.kind, IDLE_S)
        return self._flush() if now - last.ended > patience else []

    def close(self, now: float) -> list[Gesture]:
        """The end of it all: what is still held counts as let go of now."""
        done: list[Gesture] = []
        for pressed in list(self._pressed.values()):
            done += self._button_up(replace(pressed.last, kind="button_up", at=max(now, pressed.last.at)))
        return done + self._flush()

    def interrupt(self) -> list[Gesture]:
        """A hotkey came between: what is held means nothing more."""
        self._alone = None
        self._pressed.clear()
        return self._flush()

    # mouse

    def _button_down(self, raw: Raw) -> list[Gesture]:
        self._alone = None
        if raw.code in WHEEL:
            return self._notch(raw)
        if raw.code not in BUTTONS:
            return []
        done = [] if self._again(raw) else self._flush()
        self._pressed[raw.code] = _Pressed(raw, raw)
        return done

    def _button_up(self, raw: Raw) -> list[Gesture]:
        pressed = self._pressed.pop(raw.code, None)
        if pressed is None:
            return []  # a wheel, or one that was pressed before it all began
        self._moved(pressed, raw)
        first, button = pressed.raw, BUTTONS[raw.code]
        modifiers = held(first.state)
        if self._again(first) and not pressed.far and self._open:
            self._open = replace(self._open, count=self._open.count + 1, ended=raw.at)
            return self._flush() if self._open.count == 3 else []
        done = self._flush()
        gesture = Gesture(
            "click",
            first.at,
            raw.at,
            first.serial,
            (first.x, first.y),
            (raw.x, raw.y),
            button,
            modifiers=modifiers,
        )
        if pressed.far:
            note = f"{'+'.join(modifiers)} was held" if modifiers else ""
            return [*done, replace(gesture, kind="drag", modifiers=(), inexact=note)]
        if button == "left" and raw.at - first.at >= HOLD_S and not modifiers:
            return [*done, replace(gesture, kind="long_press")]
        self._open = gesture
        return done

    def _again(self, raw: Raw) -> bool:
        """Is this press one more of the click before?"""
        last = self._open
        return bool(
            last
            and last.kind == "click"
            and last.button == BUTTONS.get(raw.code)
            and last.modifiers == held(raw.state)
            and raw.at - last.ended <= AGAIN_S
            and _near(last.spot, raw, AGAIN_PX)
        )

    def _moved(self, pressed: _Pressed, raw: Raw) -> None:
        pressed.last = replace(raw, code=pressed.raw.code)
        pressed.far |= not _near((pressed.raw.x, pressed.raw.y), raw, AGAIN_PX)

    def _notch(self, raw: Raw) -> list[Gesture]:
        down, right = WHEEL[raw.code]
        last = self._open
        if (
            last
            and last.kind == "scroll"
            and bool(last.down) == bool(down)
            and raw.at - last.ended <= NOTCHES_S
            and _near(last.spot, raw, NOTCHES_PX)
            and last.down * down >= 0
            and last.right * right >= 0
            and abs(last.down + last.right) < MOST_NOTCHES
        ):
            self._open = replace(last, down=last.down + down, right=last.right + right, ended=raw.at)
            return []
        done = self._flush()
        modifiers = held(raw.state)
        note = f"{'+'.join(modifiers)} was held" if modifiers else ""
        self._open = Gesture(
            "scroll", raw.at, raw.at, raw.serial, (raw.x, raw.y), down=down, right=right, inexact=note
        )
        return done

    # keyboard

    def _key_down(self, raw: Raw) -> list[Gesture]:
        if raw.key in MODIFIERS and not raw.text:
            self._alone = raw if raw.key in TAPPED and not held(raw.state) else None
            return []
        self._alone = None
        if raw.text and not raw.state & (CTRL | ALT | SUPER):
            return self._character(raw)
        if not raw.key:
            return []  # an accent that waits for its letter, a key without a name
        if raw.key == "backspace" and not held(raw.state) and self._rub_out(raw):
            return []
        return self._chord(raw, (*held(raw.state), raw.key))

    def _key_up(self, raw: Raw) -> list[Gesture]:
        alone, self._alone = self._alone, None
        if alone and alone.code == raw.code and raw.at - alone.at < TAP_S:
            return self._chord(alone, (alone.key,), raw.at)
        if alone and alone.code != raw.code:
            self._alone = alone
        return []

    def _character(self, raw: Raw) -> list[Gesture]:
        last = self._open
        if last and last.kind == "type" and last.secret == self.secret:
            self._open = replace(last, text=last.text + raw.text, ended=raw.at)
            return []
        done = self._flush()
        self._open = Gesture("type", raw.at, raw.at, raw.serial, text=raw.text, secret=self.secret)
        return done

    def _rub_out(self, raw: Raw) -> bool:
        """Take the last character back, if one is there that was not told yet."""
        last = self._open
        if not (last and last.kind == "type"):
            return False
        text = last.text[:-1]
        self._open = replace(last, text=text, ended=raw.at) if text else None
        return True

    def _chord(self, raw: Raw, keys: tuple[str, ...], ended: float | None = None) -> list[Gesture]:
        last, ended = self._open, ended or raw.at
        if last and last.kind == "keys" and last.keys == keys and last.count < 100:
            self._open = replace(last, count=last.count + 1, ended=ended)
            return []
        done = self._flush()
        self._open = Gesture("keys", raw.at, ended, raw.serial, keys=keys)
        return done

    def _flush(self) -> list[Gesture]:
        last, self._open = self._open, None
        if last and last.kind == "type" and not last.secret and set(last.text) == {" "}:
            # alone it presses a button more often than it is a text
            last = replace(last, kind="keys", keys=("space",), count=min(100, len(last.text)), text="")
        return [last] if last else []


def _near(spot: Spot, raw: Raw, pixels: int) -> bool:
    return abs(spot[0] - raw.x) <= pixels and abs(spot[1] - raw.y) <= pixels
