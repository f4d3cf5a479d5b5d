"""What stays of a window's title: not the document in it, no counters, no mark of unsaved work."""

from __future__ import annotations

import re

PARTED = re.compile(r"\s+[-–—|]\s+")
BROWSERS = re.compile(r"chrom|firefox|edge|brave|opera|vivaldi|safari|epiphany|web$", re.IGNORECASE)
COUNTED = re.compile(r"\s*\([^)]*\)|^\W+|\d[\d.,:/]*")


def stable_title(title: str | None, program: str | None = None) -> str | None:
    """The part that another run will show too: "Mousepad" of "*Untitled 1 - Mousepad". None: there is none.

    Most programs name the document first and themselves last; in a browser the page is what counts.
    """
    parts = [part for part in PARTED.split(title or "") if part.strip()]
    if not parts:
        return None
    if len(parts) == 1:
        return _constant(parts[0])
    browser = BROWSERS.search(parts[-1]) or (program and BROWSERS.search(program) and len(parts) > 1)
    return _constant(parts[0]) if browser else _constant(parts[-1]) or _constant(parts[0])


def _constant(part: str) -> str | None:
    """The longest piece of it without numbers, counters and signs."""
    pieces = [piece.strip(" *•:") for piece in COUNTED.split(part)]
    longest = max(pieces, key=len, default="")
    return longest if sum(c.isalpha() for c in longest) >= 2 else None
