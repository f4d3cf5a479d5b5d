"""How long each part of a step took, told the same way by the console and the page."""

from __future__ import annotations

from screenwright.tools.steps import Step

PARTS = ("observe", "read", "decide", "guard", "perform", "settle", "record")


def seconds_by_part(step: Step) -> dict[str, float]:
    """Seconds of each part in `PARTS` that took any; reading is done while deciding and taken out of it."""
    seconds = dict(step.result.seconds)
    read = step.decision.usage.get("read", 0.0) if step.decision else 0.0
    if read:
        seconds["read"] = read
        seconds["decide"] = max(0.0, seconds.get("decide", 0.0) - read)
    return {part: seconds[part] for part in (*PARTS, *sorted(seconds.keys() - set(PARTS))) if part in seconds}


def readable(seconds: float) -> str:
    """'3 ms', '0.41 s', '12 s', '3 min 20 s'."""
    if seconds < 0.0995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 9.95:
        return f"{seconds:.2f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
