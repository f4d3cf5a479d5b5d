"""What applications tell assistive technology about their windows: AT-SPI, over D-Bus.

Exact boxes, roles and states for a few milliseconds, where an application offers it: GTK and Qt do,
LibreOffice does with a GTK or Qt backend, Chromium with --force-renderer-accessibility; Tk does not. So it
is never the only source, and whatever goes wrong here gives an empty list and a reason.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from screenwright.tools.bus import Answer, Bus, Question
from screenwright.tools.elements import Element, Role
from screenwright.tools.geometry import Region, View

CAP_S = 0.5
SHY_S = 5.0
"""How long an application that did not answer is left alone."""
MOST_CHILDREN = 250
"""A spreadsheet says it has two thousand million cells; containers beyond this are not opened."""
MOST_NODES = 1500
DEEPEST = 40

ACCESSIBLE = "org.a11y.atspi.Accessible"
COMPONENT = "org.a11y.atspi.Component"
PROPERTIES = "org.freedesktop.DBus.Properties"
ROOT = ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")

ROLES: dict[int, Role] = {
    7: "checkbox", 8: "menu", 11: "combo", 16: "window", 23: "window", 26: "image", 27: "image", 28: "window",
    29: "text", 32: "item", 33: "menu", 35: "menu", 37: "tab", 40: "field", 43: "button", 44: "radio",
    45: "menu", 49: "scroll", 51: "slider", 52: "field", 55: "scroll", 56: "cell", 57: "cell", 58: "cell",
    60: "field", 61: "field", 62: "button", 64: "text", 65: "scroll", 66: "scroll", 69: "window",
    73: "text", 76: "field", 77: "field", 79: "field", 82: "scroll", 83: "text", 88: "link", 91: "item",
    116: "text",
}  # fmt: skip
"""AtspiRole numbers; the others (panels, fillers, tool bars) only hold what is listed."""
PASSWORD, LABEL, SPIN, TOGGLE = 40, 29, 52, 62
CHECKED, ENABLED, FOCUSED, PRESSED, SELECTED, SENSITIVE, SHOWING, DEFAULT = 4, 8, 12, 20, 23, 24, 25, 39
MANY = 31
"""MANAGES_DESCENDANTS: children are made as they are asked for, without end."""
LABELLED_BY = 2

Ref = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """A window on the screen, in input units; the topmost stands last in a list of them."""

    title: str
    region: Region


@dataclass(slots=True)
class Node:
    """One thing of the tree as its application describes it; `box` in input units."""

    ref: Ref
    role: int = 0
    name: str = ""
    states: int = 0
    box: Region = field(default_factory=lambda: Region(0, 0, 0, 0))
    value: str | None = None

    def has(self, state: int) -> bool:
        return bool(self.states >> state & 1)


def elements(
    environment: Mapping[str, str],
    view: View,
    active: str | None = None,
    windows: Sequence[Shown] = (),
) -> list[Element]:
    """What the applications on a screen show of themselves, in frame pixels; empty where none does.

    Args:
        environment: of the programs: where their session bus is.
        active: the title of the window that has the focus; it is asked first.
        windows: those on the screen, the topmost last, to leave out what another window covers.
    """
    return _tree(environment).elements(view, active, windows)


def availability(environment: Mapping[str, str] | None = None) -> str | None:
    """None when applications can be asked, else the reason, with its fix."""
    tree = _tree(environment if environment is not None else os.environ)
    tree.connect(time.monotonic() + CAP_S)
    return tree.reason


class Tree:
    """The accessibility tree of one session. Not for several threads at once."""

    def __init__(self, session: str) -> None:
        self.session = session
        self.reason: str | None = None
        self._bus: Bus | None = None
        self._silent: dict[str, float] = {}

    def elements(self, view: View, active: str | None, windows: Sequence[Shown]) -> list[Element]:
        until = time.monotonic() + CAP_S
        try:
            bus = self.connect(until)
            return self._read(bus, view, active, windows, until) if bus else []
        except Exception as error:  # jeepney's parser and other people's programs: never the run's end
            self.reason = f"the accessibility bus failed: {type(error).__name__}: {error}"
            self.close()
            return []

    def connect(self, until: float) -> Bus | None:
        """The accessibility bus; None, and why in `reason`, when there is none."""
        if self._bus:
            return self._bus
        try:
            address = _address(self.session, until)
            if not address:
                self.reason = "no program on this session has started accessibility (package at-spi2-core)"
                return None
            self._bus = Bus(address)
            self.reason = None
        except ImportError as error:
            self.reason = f"asking applications needs jeepney ({error}): pip install jeepney"
        except Exception as error:
            self.reason = f"the session bus {self.session or '(none set)'} can't be reached: {error}"
        return self._bus

    def close(self) -> None:
        if self._bus:
            self._bus.close()
        self._bus = None

    def _read(
        self, bus: Bus, view: View, active: str | None, windows: Sequence[Shown], until: float
    ) -> list[Element]:
        now = time.monotonic()
        applications = [ref for ref in _children(bus, [ROOT], until)[0] if self._silent.get(ref[0], 0.0) <= now]
        frames = [ref for found in _children(bus, applications, until) for ref in found]
        known = _describe(bus, frames, until)
        found: list[Element] = []
        for frame in sorted(known, key=lambda node: node.name != active):
            nodes = list(_walk(bus, frame, until))
            if time.monotonic() >= until:
                self._silent[frame.ref[0]] = time.monotonic() + SHY_S
            _fill(bus, nodes, until)
            found += [element for node in nodes if (element := _element(node, frame, view, windows))]
        return found


def _walk(bus: Bus, frame: Node, until: float) -> Iterator[Node]:
    """The frame and what it shows, level by level: one round of questions for each."""
    level, seen = [frame], {frame.ref}
    yield frame
    for _ in range(DEEPEST):
        if not level or len(seen) > MOST_NODES or time.monotonic() >= until:
            return
        parents = [node.ref for node in level if not node.has(MANY)]
        counts = bus.ask([_property(ref, "ChildCount") for ref in parents], until)
        open_ = [ref for ref, count in zip(parents, counts, strict=True) if 0 < _number(count) <= MOST_CHILDREN]
        refs = list(dict.fromkeys(ref for found in _children(bus, open_, until) for ref in found))
        level = _describe(bus, [ref for ref in refs if ref not in seen], until)
        seen.update(node.ref for node in level)
        yield from level


def _describe(bus: Bus, refs: Sequence[Ref], until: float) -> list[Node]:
    """Those that are showing, with role, name and box. What does not answer is left out."""
    states = bus.ask([Question(*ref, ACCESSIBLE, "GetState") for ref in refs], until)
    nodes = [Node(ref, states=_states(answer)) for ref, answer in zip(refs, states, strict=True) if answer]
    nodes = [node for node in nodes if node.has(SHOWING)]
    questions: list[Question] = []
    for node in nodes:
        questions += [
            Question(*node.ref, ACCESSIBLE, "GetRole"),
            _property(node.ref, "Name"),
            Question(*node.ref, COMPONENT, "GetExtents", "u", (0,)),
        ]
    answers = bus.ask(questions, until)
    for index, node in enumerate(nodes):
        role, name, box = answers[3 * index : 3 * index + 3]
        node.role = int(role[0]) if role else 0
        node.name = str(name[0][1]).strip() if name else ""
        node.box = Region(*(int(v) for v in box[0])) if box else node.box
    return nodes


def _fill(bus: Bus, nodes: Sequence[Node], until: float) -> None:
    """What fields and sliders hold, and what unnamed ones are labelled with."""
    names = {node.ref: node.name for node in nodes if node.name}
    asked = [node for node in nodes if ROLES.get(node.role) in ("field", "combo", "slider")]
    questions: list[Question] = []
    for node in asked:
        number = ROLES[node.role] == "slider"
        questions += [
            _property(node.ref, "CurrentValue", "org.a11y.atspi.Value")
            if number
            else Question(*node.ref, "org.a11y.atspi.Text", "GetText", "ii", (0, 2000)),
            Question(*node.ref, ACCESSIBLE, "GetRelationSet"),
        ]
    answers = bus.ask(questions, until)
    for index, node in enumerate(asked):
        value, relations = answers[2 * index : 2 * index + 2]
        if value and node.role != PASSWORD:
            node.value = f"{value[0][1]:g}" if ROLES[node.role] == "slider" else str(value[0])
        for kind, targets in relations[0] if relations and not node.name else ():
            if kind == LABELLED_BY:
                node.name = " ".join(names.get((str(t[0]), str(t[1])), "") for t in targets).strip()


def _element(node: Node, frame: Node, view: View, windows: Sequence[Shown]) -> Element | None:
    """None for what no one can see or name: mere containers, and what lies off the frame or under a window."""
    role = ROLES.get(node.role)
    if role is None or node.box.width < 2 or node.box.height < 2:
        return None
    if role in ("text", "image", "menu", "item", "cell", "window") and not node.name:
        return None
    box = view.region_from_input(node.box.x, node.box.y, node.box.width, node.box.height)
    seen = box.within(view.frame)
    if not seen.area or _covered(node, frame, windows):
        return None
    ticked = node.has(CHECKED) or node.has(PRESSED)
    return Element(
        text=node.name,
        region=seen,
        role=role,
        source="atspi",
        value=node.value if node.role != PASSWORD else None,
        checked=ticked if role in ("checkbox", "radio") or node.role in (8, 45, TOGGLE) else None,
        enabled=node.has(ENABLED) or node.has(SENSITIVE),
        focused=node.has(FOCUSED),
        secret=node.role == PASSWORD,
        default=node.has(DEFAULT),
    )


def _covered(node: Node, frame: Node, windows: Sequence[Shown]) -> bool:
    """Does a window above the node's own cover its middle?"""
    x, y = node.box.middle
    titles = [window.title for window in windows]
    if frame.name not in titles:
        return False
    own = len(titles) - 1 - titles[::-1].index(frame.name)
    return any(window.region.holds(x, y) for window in windows[own + 1 :])


def _children(bus: Bus, refs: Sequence[Ref], until: float) -> list[list[Ref]]:
    answers = bus.ask([Question(*ref, ACCESSIBLE, "GetChildren") for ref in refs], until)
    return [[(str(name), str(path)) for name, path in answer[0]] if answer else [] for answer in answers]


def _property(ref: Ref, name: str, interface: str = ACCESSIBLE) -> Question:
    return Question(*ref, PROPERTIES, "Get", "ss", (interface, name))


def _number(answer: Answer) -> int:
    return int(answer[0][1]) if answer else 0


def _states(answer: Answer) -> int:
    low, high = answer[0] if answer else (0, 0)
    return int(low) | int(high) << 32


def _address(session: str, until: float) -> str:
    """Where the accessibility bus of a session is; empty when nothing has started it."""
    bus = Bus(session)
    try:
        question = Question("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress")
        (answer,) = bus.ask([question], until)
        return str(answer[0]) if answer else ""
    finally:
        bus.close()


_TREES: dict[str, Tree] = {}


def _tree(environment: Mapping[str, str]) -> Tree:
    """The tree of the session that these variables name; connections are kept."""
    address = environment.get("DBUS_SESSION_BUS_ADDRESS", "")
    runtime = environment.get("XDG_RUNTIME_DIR", "")
    if not address and runtime and os.path.exists(f"{runtime}/bus"):  # noqa: PTH110
        address = f"unix:path={runtime}/bus"
    return _TREES.setdefault(address, Tree(address))
