"""What a model says and what a program sends, spoilt a hundred thousand times."""

from __future__ import annotations

import json
import time
from typing import Any

import mutants
from fault import ROOT, Trial, fault
from pydantic import ValidationError

from screenwright.policies.chat import Reply
from screenwright.policies.dialects.dialect import HOMES, Dialect, Screen, dialect, smart_resize
from screenwright.tools import actions
from screenwright.tools.actions import Action
from screenwright.tools.errors import BadAction, BadReply
from screenwright.tools.fake import FakeDevice, form
from screenwright.tools.geometry import Point, Size, View

FULL_HD, TALL = Size(1920, 1080), Size(1080, 2400)
DESKTOP = frozenset(
    ("click", "drag", "scroll", "move", "type_text", "press_keys", "long_press", "swipe", "open_app")
) | {"wait", "done", "ask"}
PHONE = frozenset(("click", "long_press", "swipe", "type_text", "press_button", "open_app", "wait", "done", "ask"))
SLOW_S = 2.0
"""Of one reply of some ten kilobytes, on a busy machine."""


def points(action: Action) -> list[Point]:
    """Every place that an action names."""
    named = (getattr(action, name, None) for name in ("point", "start", "end"))
    return [point for point in named if point is not None]


def examples(frame: Size) -> list[Action]:
    """One of each kind and more."""
    spot = {"x": 40, "y": 50, "frame": {"width": frame.width, "height": frame.height}}
    end = spot | {"x": 300.5, "y": 220}
    told: list[dict[str, Any]] = [
        {"kind": "click", "point": spot, "target": "Save"},
        {"kind": "click", "point": end, "count": 2, "button": "right", "modifiers": ["ctrl", "shift"]},
        {"kind": "drag", "start": spot, "end": end, "seconds": 0.5},
        {"kind": "scroll", "point": spot, "down": 3, "right": -2},
        {"kind": "move", "point": end},
        {"kind": "type_text", "text": 'Grüße, "你好"\n', "target": "Name"},
        {"kind": "press_keys", "keys": ["ctrl", "s"], "count": 2},
        {"kind": "press_button", "button": "back"},
        {"kind": "long_press", "point": spot, "seconds": 1.5},
        {"kind": "swipe", "start": end, "end": spot},
        {"kind": "open_app", "name": "Files"},
        {"kind": "wait", "seconds": 2, "until_change": True},
        {"kind": "ask", "question": "Which one?"},
        {"kind": "done", "success": True, "answer": "42"},
    ]
    return [actions.parse(one) for one in told]


def real(name: str, screen: Screen) -> list[str]:
    """Replies as they are: those kept from models, and what the dialect writes for each action."""
    kept = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests" / "replies").glob("*.txt"))]
    for action in examples(screen.captured):
        if action.kind in screen.kinds:
            try:
                kept.append(dialect(name).write(action, screen, "I look at it first."))
            except BadReply:
                continue
    return kept


def unfit(action: Action, screen: Screen) -> str:
    """What is wrong with an action that was accepted, or nothing."""
    if action.kind not in screen.kinds:
        return f"{action.kind} can't be done on this screen"
    if any(point.frame != screen.captured or not point.inside for point in points(action)):
        return "a point is off the frame"
    return unstable(action)


def unstable(action: Action) -> str:
    """An action must be what it was after it has been through a trace."""
    try:
        line = json.dumps(action.model_dump(mode="json"), ensure_ascii=False, allow_nan=False)
        again = actions.parse(json.loads(line.encode("utf-8", "surrogatepass")))
    except (ValueError, ValidationError) as error:
        return f"it does not survive a trace: {type(error).__name__}"
    return "" if again == action else "it is another after a trace"


@fault(
    "replies",
    "mutated replies of models, each in one of the seven dialects in turn",
    promise="an action that lies on the screen and survives the trace, or BadReply; no other error, none slow",
    seconds=400,
)
def replies(trial: Trial) -> None:
    dialects = {name: dialect(name) for name in HOMES}
    screens = [
        (name, Screen(size, smart_resize(size, dialects[name].factor, 2560), kinds))
        for size, kinds in ((FULL_HD, DESKTOP), (TALL, PHONE))
        for name in HOMES
    ]
    texts = {(name, screen): real(name, screen) for name, screen in screens}
    pool = [text for some in texts.values() for text in some]
    worst = 0.0
    for number in trial.times(100_000):
        name, screen = screens[number % len(screens)]
        reply = mutants.text(trial.dice, trial.dice.choice(texts[name, screen]), pool)
        began = time.process_time()
        wrong, outcome = _read(dialects[name], reply, screen)
        took = time.process_time() - began
        worst = max(worst, took)
        trial.saw(outcome)
        trial.check(not wrong, f"{name}: {wrong}: {reply[:150]!r}" if wrong else "")
        trial.check(took < SLOW_S, f"{name}: {took:.1f} s for {len(reply)} letters: {reply[:80]!r}")
    for name, screen in screens:
        for deep in (100, 1000, 10_000, 100_000):
            wrong, outcome = _read(dialects[name], mutants.nested(deep), screen)
            trial.injected += 1
            trial.saw(outcome)
            trial.check(not wrong, f"{name}: nested {deep} deep: {wrong}")
    trial.note = f"the slowest took {worst * 1000:.0f} ms"


def _read(spoken: Dialect, reply: str, screen: Screen) -> tuple[str, str]:
    try:
        said = spoken.read(Reply(reply), screen)
    except BadReply as error:
        return ("" if str(error) else "a BadReply without words"), "BadReply"
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:120], "another error"
    return unfit(said.action, screen), "an action"


@fault(
    "actions",
    "mutated action JSON, as text and as data",
    promise="an action that survives the trace, or ValidationError; a device does it or says BadAction",
    seconds=300,
)
def acts(trial: Trial) -> None:
    frame = Size(640, 400)
    good = [json.loads(action.model_dump_json()) for action in examples(frame)]
    texts = [mutants.as_json(one) for one in good]
    view = View(frame)
    for number in trial.times(100_000):
        if number % 2:
            given: Any = mutants.data(trial.dice, trial.dice.choice(good))
        else:
            given = mutants.text(trial.dice, trial.dice.choice(texts), texts)
        wrong, outcome = _parsed(given, view)
        trial.saw(outcome)
        trial.check(not wrong, f"{wrong}: {str(given)[:150]!r}" if wrong else "")
    for deep in (1000, 10_000, 100_000):
        for given in (mutants.nested(deep), "[" * deep, '{"kind":' * deep):
            trial.injected += 1
            wrong, outcome = _parsed(given, view)
            trial.saw(outcome)
            trial.check(not wrong, f"nested {deep} deep: {wrong}")


def _parsed(given: Any, view: View) -> tuple[str, str]:
    try:
        action = actions.parse(given)
    except ValidationError:
        return "", "ValidationError"
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:120], "another error"
    if wrong := unstable(action):
        return wrong, "an action"
    for point in points(action):
        try:
            x, y = view.to_input(point)
        except BadAction:
            return "", "an action that no screen takes"
        if not (0 <= x < view.frame.width and 0 <= y < view.frame.height):
            return f"the mouse would go to {x}, {y}", "an action"
    return _done(action)


def _done(action: Action) -> tuple[str, str]:
    """On a device in memory, which does all that a desktop does."""
    if action.kind in ("wait", "drag", "swipe", "long_press", "type_text"):
        return "", "an action"  # they take their time, or any amount of text
    try:
        FakeDevice(form("Name"), size=Size(640, 400)).perform(action)
    except BadAction:
        return "", "an action that the device refused"
    except Exception as error:
        return f"the device: {type(error).__name__}: {error}"[:120], "another error"
    return "", "an action"
