"""What `uiautomator dump` prints, as Elements: the names, states and exact boxes of what an app shows.

An Android tree is deep, and most of its nodes are layouts that nobody could name; only what says something,
can be entered, ticked or scrolled becomes an Element. Boxes come in input coordinates, clipped to the frame.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from xml.etree import ElementTree

from screenwright.tools.elements import Element, Role
from screenwright.tools.geometry import View

BOUNDS = re.compile(r"\[(-?\d+),(-?\d+)\]\[(-?\d+),(-?\d+)\]")
FAILURES: tuple[tuple[str, str], ...] = (
    ("could not get idle state", "the screen does not come to rest (an animation, a video)"),
    ("null root node", "no window is ready to tell its tree"),
    ("already registered", "another program (uiautomator2, Appium) holds the phone's only tree reader: end it"),
)
ROLES: tuple[tuple[str, Role], ...] = (
    ("EditText", "field"),
    ("AutoCompleteTextView", "field"),
    ("RadioButton", "radio"),
    ("CheckBox", "checkbox"),
    ("Switch", "checkbox"),
    ("SwitchCompat", "checkbox"),
    ("ToggleButton", "checkbox"),
    ("CheckedTextView", "checkbox"),
    ("SeekBar", "slider"),
    ("Spinner", "combo"),
    ("Tab", "tab"),
    ("Button", "button"),
    ("ImageView", "image"),
    ("Image", "image"),
    ("TextView", "text"),
)
SECRET_HINT = re.compile(
    r"(?:[^\W\d_]+ ){0,3}(?:pin|password|passcode|passphrase|code|passwort|kennwort|密码|口令|验证码)",
    re.IGNORECASE,
)
ROW_HEIGHTS = 3  # what is higher than so many of its switch is no row, but a page
NAMED_BY_ROW = frozenset(("checkbox", "radio", "slider", "field", "combo"))


class NoTree(Exception):
    """The dump holds no tree; the message says why, in words for a person."""


@dataclass(frozen=True, slots=True)
class Node:
    """One node of the dump: its attributes, its box in input coordinates, and what is inside it."""

    marks: dict[str, str]
    box: tuple[int, int, int, int]
    children: tuple[Node, ...]

    def says(self, name: str) -> bool:
        return self.marks.get(name) == "true"

    @property
    def name(self) -> str:
        """What it says or is called, on one line."""
        return " ".join((self.marks.get("text") or self.marks.get("content-desc") or "").split())

    @property
    def height(self) -> int:
        return self.box[3] - self.box[1]

    @property
    def kind(self) -> str:
        """The last part of its class: 'EditText' of 'androidx.appcompat.widget.EditText'."""
        return re.split(r"[.$]", self.marks.get("class", ""))[-1]

    @property
    def role(self) -> Role:
        for ending, role in ROLES:
            if self.kind.endswith(ending):
                # Of pictures and texts that can be tapped the tree says no more than this.
                return "button" if role in ("image", "text") and self.says("clickable") else role
        if self.says("checkable"):
            return "checkbox"
        if self.says("scrollable"):
            return "scroll"
        return "button" if self.says("clickable") else "text"

    def below(self) -> Iterator[Node]:
        for child in self.children:
            yield child
            yield from child.below()


@dataclass(frozen=True, slots=True)
class Tree:
    """One dump: its top node, how the screen was turned (quarter turns), and the app whose window it is."""

    top: Node
    rotation: int | None

    @property
    def package(self) -> str | None:
        return next((node.marks["package"] for node in self.top.below() if node.marks.get("package")), None)

    def elements(self, view: View) -> list[Element]:
        """In frame pixels of `view`, in the order of the dump; what lies off the frame is left out."""
        return list(_elements(self.top, view, ()))

    def focused(self) -> Node | None:
        """The field that takes what is typed; None where no field has the focus or nothing tells."""
        held = [node for node in self.top.below() if node.says("focused")]
        fields = [node for node in held if node.role == "field"]
        return fields[-1] if fields else None


def parse(dump: str) -> Tree:
    """The tree in what uiautomator printed, words around it left out. Raises NoTree with the reason."""
    start, end = dump.find("<hierarchy"), dump.rfind("</hierarchy>")
    if start < 0 or end < 0:
        for text, reason in FAILURES:
            if text in dump:
                raise NoTree(reason)
        said = " ".join(dump.split())[:200]
        raise NoTree(f"uiautomator gave no tree: {said!r}" if said else "uiautomator printed nothing")
    try:
        top = ElementTree.fromstring(_legal(dump[start : end + len("</hierarchy>")]))
    except ElementTree.ParseError as error:
        raise NoTree(f"uiautomator's tree is cut or broken: {error}") from error
    turned = top.get("rotation", "")
    return Tree(_node(top), int(turned) if turned.isdigit() else None)


def _legal(xml: str) -> str:
    """Some builds write characters that XML forbids, from the private text of an icon font."""
    return re.sub(
        r"&#(?:[0-8]|1[124-9]|2\d|3[01]|x[0-8bBcCeEfF]|x1[0-9a-fA-F]);|[\x00-\x08\x0b\x0c\x0e-\x1f]", "", xml
    )


def _node(xml: ElementTree.Element) -> Node:
    found = BOUNDS.fullmatch(xml.get("bounds", "").strip())
    left, top, right, bottom = map(int, found.groups()) if found else (0, 0, 0, 0)
    return Node(dict(xml.attrib), (left, top, right, bottom), tuple(_node(child) for child in xml))


def _elements(node: Node, view: View, above: tuple[Node, ...]) -> Iterator[Element]:
    element, takes_children = _element(node, view, above)
    if element and element.region.area:
        yield element
    if not takes_children:
        for child in node.children:
            yield from _elements(child, view, (*above, node))


def _element(node: Node, view: View, above: Sequence[Node]) -> tuple[Element | None, bool]:
    """The element of a node that is worth one, and whether the texts inside it are its own name."""
    role, name, takes = node.role, node.name, False
    if not name and role == "button" and not any(_acts(inside) for inside in node.below()):
        # The button of Jetpack Compose has its words in a child; a card with several texts is no button.
        words = [inside.name for inside in node.below() if inside.name]
        if len(words) == 1 or node.kind.endswith("Button"):
            name, takes = " ".join(words), True
    if not name and role in NAMED_BY_ROW:
        name = _row_name(node, above)
    if not name and role not in NAMED_BY_ROW and role != "scroll":
        return None, False
    left, top, right, bottom = node.box
    region = view.region_from_input(left, top, right - left, bottom - top).within(view.frame)
    element = Element(
        name,
        region,
        role,
        source="uiautomator",
        checked=node.says("checked") if role in ("checkbox", "radio") else None,
        enabled=node.marks.get("enabled") != "false",
        focused=node.says("focused"),
        secret=node.says("password"),
    )
    return _entered(element, node, above) if role in ("field", "combo") else element, takes


def _entered(element: Element, node: Node, above: Sequence[Node]) -> Element:
    """A field's name is its label, not what it holds; a hint shown in an empty one is no value."""
    text, hint = node.marks.get("text", ""), node.marks.get("hint", "")
    name = " ".join((node.marks.get("content-desc") or hint or _row_name(node, above) or text).split())
    if element.secret:
        # Before Android 15 an empty field's hint comes as its text; what may be the password itself is never told.
        told = name if name != " ".join(text.split()) or SECRET_HINT.fullmatch(name) else ""
        return replace(element, text=told, value=None)
    return replace(element, text=name, value="" if hint and text == hint else text)


def _acts(node: Node) -> bool:
    return node.says("clickable") or node.says("checkable") or node.says("scrollable")


def _row_name(node: Node, above: Sequence[Node]) -> str:
    """A switch in a row of settings has no name: the row's first text is what a person calls it."""
    for row in reversed(above[-3:]):
        inside = list(row.below())
        if row.height > ROW_HEIGHTS * node.height or sum(one.role in NAMED_BY_ROW for one in inside) != 1:
            return ""
        if words := next((one.name for one in inside if one.name and one is not node), ""):
            return words
    return ""
