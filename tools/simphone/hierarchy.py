"""The accessibility tree as `uiautomator` writes it, and that program."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from screenwright.tools.simphone.android import Android
from screenwright.tools.simphone.call import Call
from screenwright.tools.simphone.view import View
from screenwright.tools.simphone.windows import lock_screen

FILE = "/sdcard/window_dump.xml"
TAKEN = (
    "java.lang.IllegalStateException: UiAutomationService "
    "android.accessibilityservice.IAccessibilityServiceClient$Stub$Proxy@5deffd5already registered!\n"
    "\tat android.app.UiAutomation.connect(UiAutomation.java:239)\n"
)
HINTS_SINCE = 35
PACKAGE_OF_LOCK = "com.android.systemui"


def uiautomator(call: Call) -> int:
    """`uiautomator dump [--compressed] [FILE]`. Its failures are on standard output, with exit code 0."""
    if call.args[:1] != ["dump"]:
        call.complain("Usage: uiautomator <subcommand> [options]")
        return 1
    phone = call.phone
    if phone.automated:
        call.err(TAKEN.encode())
        return 1
    if phone.faults.idle_state_error or phone.front.restless:
        call.say("ERROR: could not get idle state.")
        return 0
    if not phone.awake:
        call.say("ERROR: null root node returned by UiTestAutomationBridge.")
        return 0
    files = [arg for arg in call.args[1:] if not arg.startswith("-")]
    path = files[0] if files else FILE
    tree = dump(phone)
    if path == "/dev/tty":
        call.out(tree.encode())
    else:
        try:
            phone.files.write(path, tree.encode())
        except OSError as error:
            call.complain(f"java.io.FileNotFoundException: {path}: open failed: {error}")
            return 1
    call.say(f"UI hierchary dumped to: {path}")
    return 0


def dump(phone: Android) -> str:
    """The tree of the window in front."""
    with phone.changed:
        root = lock_screen(phone) if phone.locked else phone.front.page(phone.metrics)
        package = PACKAGE_OF_LOCK if phone.locked else phone.front.package
        inside = node(root, 0, package, phone.sdk)
        return (
            "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>"
            f'<hierarchy rotation="{phone.rotation}">{inside}</hierarchy>'
        )


def node(view: View, index: int, package: str, sdk: int) -> str:
    """One view with all that is in it; hidden views are left out."""
    inside = "".join(
        node(child, place, package, sdk)
        for place, child in enumerate(view.children)
        if not child.hidden and child.seen.area
    )
    written = " ".join(
        f"{name}={quoteattr(value)}" for name, value in attributes(view, index, package, sdk).items()
    )
    return f"<node {written}>{inside}</node>" if inside else f"<node {written} />"


def attributes(view: View, index: int, package: str, sdk: int) -> dict[str, str]:
    """As they are written, in that order. An empty field's text is its hint: only newer ones say so besides."""
    region = view.seen
    typed = view.edits is not None
    found = {
        "index": str(index),
        "text": legal("" if view.kind.endswith("ImageView") else view.text),
        "resource-id": view.resource,
        "class": view.kind,
        "package": package,
        "content-desc": legal(view.description),
        "checkable": flag(view.checked is not None),
        "checked": flag(bool(view.checked)),
        "clickable": flag(view.tap is not None),
        "enabled": flag(view.enabled),
        "focusable": flag(view.tap is not None or typed),
        "focused": flag(view.focused),
        "scrollable": flag(bool(view.scroller and view.scroller.furthest)),
        "long-clickable": flag(view.long_tap is not None or typed),
        "password": flag(bool(view.edits and view.edits.password)),
        "selected": "false",
        "bounds": f"[{region.x},{region.y}][{region.right},{region.bottom}]",
    }
    if sdk >= HINTS_SINCE:
        found["hint"] = view.edits.hint if view.edits else ""
    return found


def flag(on: bool) -> str:
    return "true" if on else "false"


def legal(text: str) -> str:
    """uiautomator takes each half of a character beyond the first 65,536 for illegal, and writes a dot."""
    return "".join(".." if ord(letter) > 0xFFFF else letter for letter in text)
