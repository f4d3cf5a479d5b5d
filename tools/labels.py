"""Which field, tick box or slider a label belongs to, by the tree where it says so, else by where it stands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from screenwright.tools.elements import Element, Match, Role
from screenwright.tools.geometry import Region
from screenwright.tools.wording import PART, Likeness, likeness

if TYPE_CHECKING:
    from screenwright.tools.reading import Scene

UNLABELLED: frozenset[Role] = frozenset(("field", "combo", "checkbox", "radio", "slider", "scroll"))
"""Roles of things that carry no text of their own and are found from the label beside them."""

LOOKS: dict[Role, tuple[Role, ...]] = {
    "field": ("field", "combo"),
    "combo": ("combo", "field"),
    "checkbox": ("checkbox", "radio"),
    "radio": ("radio", "checkbox"),
    "slider": ("slider",),
    "scroll": ("scroll", "field"),
}
REACH_PX = 600


def labelled(scene: Scene, text: str, role: Role) -> list[Match]:
    """Things of that role that are called so: named by the tree, or standing where a label's thing stands."""
    found: list[Match] = []
    for element in scene.elements:
        named = likeness(text, element.text) if element.role in LOOKS[role] else None
        if named:
            found.append(Match(element, named.score * (1.0 if element.role == role else 0.97)))
    if found and max(m.score for m in found) > 0.9:
        return found
    widgets = _widgets(scene, role)
    for label in scene.elements:
        said = likeness(text, label.text)
        if not said or label.role in UNLABELLED:
            continue
        inside = holding(scene, label)
        if inside and inside.region.width < label.region.width + 2 * label.region.height:
            # a label's own plate, of another grey than the window, looks like a field that holds it
            others = [widget for widget in widgets if widget != inside]
            inside = None if _belonging(scene, label, others, role) else inside
            widgets = widgets if inside else others
        near = inside if inside in widgets else _belonging(scene, said_part(scene, label, said), widgets, role)
        if near:
            score = said.score * (0.8 if inside else 0.99) * (1.0 if near.role == role else 0.97)
            found.append(Match(replace(near, text=near.text or label.text), score, label))
    return found


def said_part(scene: Scene, element: Element, like: Likeness) -> Element:
    """Of a longer line of text, the place of the words that were meant; else the element itself."""
    ends = scene.ends.get(element)
    if like.kind != PART or not ends or len(ends) != len(element.text):
        return element
    left = ends[like.first - 1] if like.first else element.region.x
    box = Region.between(left, element.region.y, ends[like.last - 1], element.region.bottom)
    return replace(element, region=box, text=element.text[like.first : like.last])


def holding(scene: Scene, element: Element) -> Element | None:
    """The field that the text stands in, if it stands in one."""
    if element.source != "ocr":
        return None
    x, y = element.region.middle
    for one in (*(e for e in scene.elements if e.role in ("field", "combo")), *scene.widgets.of("field")):
        if one != element and one.region.holds(x, y) and one.region.height < 3 * element.region.height:
            return one
    return None


def _widgets(scene: Scene, role: Role) -> list[Element]:
    """Of the tree first; of the pixels those that the tree does not know."""
    found: list[Element] = []
    for look in LOOKS[role]:
        found += [e for e in scene.elements if e.role == look and e not in found]
    for look in LOOKS[role]:
        found += [
            w
            for w in scene.widgets.of(look)
            if not any(w.region.shared(e.region).area * 2 > min(w.region.area, e.region.area) for e in found)
        ]
    return found


def _belonging(scene: Scene, label: Element, widgets: list[Element], role: Role) -> Element | None:
    """The widget that stands where a label's widget stands, unless it is nearer to another label."""
    best: tuple[float, Element] | None = None
    for widget in widgets:
        cost = cost_px(label.region, widget.region, role)
        if cost is None or _parted(scene, label.region, widget.region):
            continue
        rival = min(
            (
                other_cost
                for other in scene.elements
                if other.text
                and other.region != label.region
                and not widget.region.holds(*other.region.middle)
                and (other_cost := cost_px(other.region, widget.region, role)) is not None
                and not _parted(scene, other.region, widget.region)
            ),
            default=None,
        )
        if rival is not None and rival < cost:
            cost += 60
        if best is None or cost < best[0]:
            best = cost, widget
    return best[1] if best else None


def cost_px(label: Region, widget: Region, role: Role) -> float | None:
    """How ill a widget stands to be that label's; None when it can't be.

    Fields stand right of their label, else below it, rarely above; a tick box left of it, else right.
    """
    height = label.height
    shared = (min(label.bottom, widget.bottom) - max(label.y, widget.y)) / max(1, min(height, widget.height))
    level = abs(label.middle[1] - min(widget.middle[1], widget.y + 1.2 * height))
    if shared > 0.4:
        right, left = widget.x - label.right, label.x - widget.right
        if role in ("checkbox", "radio"):
            if -0.6 * height <= left <= 2.5 * height:
                return abs(left) + level
            return 30 + right + level if -0.4 * height <= right <= 8 * height else None
        if -6 <= right <= REACH_PX:
            return 0.12 * max(0, right) + 0.5 * level
        return None
    if role in ("checkbox", "radio"):
        return None
    if not _in_line(label, widget):
        return None
    skew = 0.3 * abs(label.x - widget.x)
    if 0 <= widget.y - label.bottom + 6 <= (6 if role == "slider" else 3) * height:
        return float(max(0, widget.y - label.bottom) + skew + 16)
    if 0 <= label.y - widget.bottom + 6 <= height:
        return float(max(0, label.y - widget.bottom) + skew + 36)
    return None


def _in_line(label: Region, widget: Region) -> bool:
    """Does one of them begin, end or have its middle where the other does? Else a wide thing above is no field."""
    if min(label.right, widget.right) <= max(label.x, widget.x):
        return False
    near = 3 * label.height
    ends = (label.x - widget.x, label.right - widget.right, label.middle[0] - widget.middle[0])
    return any(abs(apart) <= near for apart in ends)


def _parted(scene: Scene, label: Region, widget: Region) -> bool:
    """Does another text stand between them?"""
    if widget.shared(label).area:
        return False
    between = Region.between(
        min(label.right, widget.right),
        max(label.y, widget.y),
        max(label.x, widget.x),
        min(label.bottom, widget.bottom),
    )
    if between.width < 4 or between.height < 2:
        return False
    return any(e.text and between.holds(*e.region.middle) for e in scene.elements)
