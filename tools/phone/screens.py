"""What Android says of its screen, read out of `wm size` and `dumpsys`: size, rotation, power, windows, keyboard.

Pure: text in, facts out. What a text does not tell is None, never a guess; the texts differ between
versions and makers, so each fact is looked for in every form that is known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from screenwright.tools.geometry import Region, Size

VIEWPORT = re.compile(r"DisplayViewport\{([^{}]*?logicalFrame=Rect\([^)]*\)[^{}]*)\}")
TURNS = ("0", "1", "2", "3")
RECT = re.compile(r"logicalFrame=Rect\((-?\d+), (-?\d+) - (-?\d+), (-?\d+)\)")
WINDOW = r"Window\{[0-9a-f]+ (?:u\d+ )?(?:[A-Z]+ )?([^\s}]+(?: [^\s}/]+)*)\}"


@dataclass(frozen=True, slots=True)
class Glass:
    """The screen that input goes to. `logical` is the space of `input`, turned as the phone is now.

    `rotation` counts quarter turns, 0 to 3; `physical_id` is what `screencap -d` takes; `lit`: is it on?
    """

    logical: Size
    rotation: int
    physical_id: str | None = None
    lit: bool | None = None


def glass(text: str) -> Glass | None:
    """Of the output of `wm size; dumpsys display`; None when it tells no size."""
    port = next((found for found in _viewports(text) if found["displayId"] == "0"), None)
    rotation = (int(port["orientation"]) if port else _rotation(text)) or 0
    logical, natural = _logical(port), size(text)
    if logical is None and natural:
        logical = Size(natural.height, natural.width) if rotation % 2 else natural
    return Glass(logical, rotation, _physical(port), _lit(text)) if logical and logical.area else None


def size(text: str) -> Size | None:
    """Of `wm size`, in natural orientation; what a person overrode wins."""
    for name in ("Override", "Physical"):
        if found := re.search(rf"{name} size:\s*(\d+)x(\d+)", text):
            return Size(int(found[1]), int(found[2]))
    return None


def _viewports(text: str) -> list[dict[str, str]]:
    """Every viewport that is valid, the active ones first: a foldable lists both of its screens."""
    found: list[dict[str, str]] = []
    for body in VIEWPORT.findall(text):
        facts = dict(re.findall(r"(\w+)=([^,\s]+)", body)) | {"text": body}
        if facts.get("valid", "true") == "true" and "displayId" in facts and facts.get("orientation", "") in TURNS:
            found.append(facts)
    return sorted(found, key=lambda facts: facts.get("isActive") != "true")


def _logical(port: dict[str, str] | None) -> Size | None:
    found = RECT.search(port["text"]) if port else None
    if not found:
        return None
    left, top, right, bottom = map(int, found.groups())
    return Size(right - left, bottom - top) if right > left and bottom > top else None


def _rotation(text: str) -> int | None:
    for form in (
        r"mCurrentOrientation=(\d)",
        r"SurfaceOrientation:\s*(\d)",
        r"m(?:Current)?Rotation=(?:ROTATION_)?(\d+)",
    ):
        if found := re.search(form, text):
            turned = int(found[1])
            return turned // 90 if turned > 3 else turned
    return None


def _physical(port: dict[str, str] | None) -> str | None:
    found = re.search(r"uniqueId='local:(\d+)'", port["text"]) if port else None
    return found[1] if found else None


def _lit(text: str) -> bool | None:
    """Dozing, with a clock on the dark screen, is off: nothing can be tapped."""
    found: list[str] = re.findall(
        r"(?:mScreenState|mGlobalDisplayState|Display State|Display Power: state)=(\w+)", text
    )
    # A closed foldable has one screen that is off.
    return any(state in ("ON", "VR") for state in found) if found else None


def awake(text: str) -> bool | None:
    """Of `dumpsys power`: is the screen on?"""
    if found := re.search(r"mWakefulness=(\w+)", text):
        return found[1] in ("Awake", "Dreaming")
    if found := re.search(r"Display Power: state=(\w+)", text):
        return found[1] == "ON"
    found = re.search(r"mScreenOn=(true|false)", text)
    return found[1] == "true" if found else None


def locked(text: str) -> bool | None:
    """Of `dumpsys window`: is the lock screen shown?"""
    marks = "mDreamingLockscreen|mShowingLockscreen|isStatusBarKeyguard|(?:m|is)?[Kk]eyguardShowing"
    said = re.findall(rf"\b(?:{marks}|KeyguardServiceDelegate\s+showing)=(true|false)", text)
    return "true" in said if said else None


@dataclass(frozen=True, slots=True)
class Front:
    """The window that has the focus: its app, its activity (or the window's own name), what is known of it."""

    package: str | None
    activity: str | None
    frame: Region | None = None
    secure: bool = False


def front(text: str) -> Front | None:
    """Of `dumpsys window`; None while no window has the focus, as in the middle of a change."""
    found = re.search(rf"mCurrentFocus={WINDOW}", text) or re.search(
        r"(?:mFocusedApp|mResumedActivity|topResumedActivity)=.*?ActivityRecord\{[0-9a-f]+ (?:u\d+ )?([^\s}]+)",
        text,
    )
    if not found:
        return None
    name = found[1]
    package, _, activity = name.partition("/")
    block = _block(text, name)
    if not activity:  # the notification shade and the like are windows without an app
        return Front(None, package, _frame(block), _secure(block))
    activity = package + activity if activity.startswith(".") else activity
    return Front(package, activity, _frame(block), _secure(block))


def keyboard(text: str) -> Region | None:
    """Of `dumpsys window`: where the on-screen keyboard stands; None while it is not shown."""
    block = _block(text, "InputMethod")
    shown = re.search(r"isOnScreen=true|isVisible=true|mHasSurface=true", block) and "isVisible=false" not in block
    if not shown:
        return None
    if touched := re.search(r"touchable region=SkRegion\(\((\d+),(\d+),(\d+),(\d+)\)\)", block):
        left, top, right, bottom = map(int, touched.groups())
        return Region(left, top, right - left, bottom - top)
    frame = _frame(block)
    inset = re.search(r"mGivenContentInsets=\[\d+,(\d+)\]", block)
    if frame and inset:
        return Region(frame.x, frame.y + int(inset[1]), frame.width, frame.height - int(inset[1]))
    # The keyboard's window is often as high as the screen, and most of it lets touches through.
    return frame if frame and frame.y * 4 > frame.bottom else None


def typing(text: str) -> bool | None:
    """Of `dumpsys input_method`: is the keyboard shown, so that somebody listens?"""
    found = re.search(r"mInputShown=(true|false)", text)
    return found[1] == "true" if found else None


def _block(text: str, name: str) -> str:
    """The lines of one window in `dumpsys window windows`."""
    opening = re.compile(rf"^\s*Window #\d+ Window\{{[^}}]*\b{re.escape(name)}\}}:?", re.MULTILINE)
    found = opening.search(text)
    if not found:
        return ""
    following = re.search(r"^\s*Window #\d+ Window\{|^\s*mCurrentFocus=|^\S", text[found.end() :], re.MULTILINE)
    return text[found.end() : found.end() + following.start()] if following else text[found.end() :]


def _frame(block: str) -> Region | None:
    found = re.search(r"\bm?[Ff]rame=\[(-?\d+),(-?\d+)\]\[(-?\d+),(-?\d+)\]", block)
    if not found:
        return None
    left, top, right, bottom = map(int, found.groups())
    return Region(left, top, right - left, bottom - top) if right > left and bottom > top else None


def _secure(block: str) -> bool:
    """FLAG_SECURE: by name on newer Androids, as bit 0x2000 of the flags on older ones."""
    found = re.search(r"\bfl=([^}\n]*)", block)
    if not found:
        return "mSecure=true" in block
    number = re.search(r"#([0-9a-f]+)", found[1])
    return "SECURE" in found[1].split() or bool(number and int(number[1], 16) & 0x2000) or "mSecure=true" in block
