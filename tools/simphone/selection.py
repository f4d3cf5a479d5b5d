"""Finds views of the simulated phone by uiautomator2's selectors, and tells what they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from screenwright.tools.simphone.android import Android
from screenwright.tools.simphone.hierarchy import attributes
from screenwright.tools.simphone.view import View
from screenwright.tools.simphone.windows import lock_screen


class NotThere(LookupError):
    """No view is as the selector says."""


def told(view: View, marks: Mapping[str, str]) -> dict[str, Any]:
    region = view.seen
    box = {"left": region.x, "top": region.y, "right": region.right, "bottom": region.bottom}
    flags = ("checkable", "checked", "clickable", "enabled", "focusable", "focused", "scrollable", "selected")
    return {
        "bounds": box,
        "visibleBounds": box,
        "text": marks["text"],
        "className": marks["class"],
        "packageName": marks["package"],
        "resourceName": marks["resource-id"],
        "contentDescription": marks["content-desc"],
        "childCount": len(view.children),
        "longClickable": marks["long-clickable"] == "true",
        **{name: marks[name] == "true" for name in flags},
    }


def one(phone: Android, selector: Mapping[str, Any]) -> tuple[View, dict[str, str]]:
    views = found(phone, selector)
    place = int(selector.get("instance", 0))
    if place >= len(views):
        shown = {name: value for name, value in selector.items() if value not in (0, [])}
        raise NotThere(f"UiSelector{shown}")
    return views[place]


def found(phone: Android, selector: Mapping[str, Any]) -> list[tuple[View, dict[str, str]]]:
    if selector.get("childOrSibling"):
        raise ValueError("selectors of children and siblings are not in this simulated phone")
    with phone.changed:
        root = lock_screen(phone) if phone.locked else phone.front.page(phone.metrics)
        views = [(view, attributes(view, 0, phone.front.package, phone.sdk)) for view in root.walk()]
    wanted = [(TESTS[name], value) for name, value in selector.items() if name in TESTS]
    return [each for each in views if all(test(each[1], value) for test, value in wanted)]


def _same(mark: str) -> Callable[[Mapping[str, str], Any], bool]:
    return lambda marks, value: marks[mark] == (str(value).lower() if isinstance(value, bool) else value)


def _matching(mark: str, pattern: Callable[[str], str]) -> Callable[[Mapping[str, str], Any], bool]:
    return lambda marks, value: re.fullmatch(pattern(value), marks[mark], re.DOTALL) is not None


TESTS: dict[str, Callable[[Mapping[str, str], Any], bool]] = {
    "className": _same("class"),
    "packageName": _same("package"),
    "resourceId": _same("resource-id"),
    "longClickable": _same("long-clickable"),
    "resourceIdMatches": _matching("resource-id", str),
    "classNameMatches": _matching("class", str),
    **{name: _same(name) for name in ("checkable", "checked", "clickable", "scrollable", "enabled", "focused")},
}
for _name, _mark in (("text", "text"), ("description", "content-desc")):
    TESTS[_name] = _same(_mark)
    TESTS[f"{_name}Contains"] = _matching(_mark, lambda value: f".*{re.escape(value)}.*")
    TESTS[f"{_name}StartsWith"] = _matching(_mark, lambda value: f"{re.escape(value)}.*")
    TESTS[f"{_name}Matches"] = _matching(_mark, str)
