"""A run as one HTML page that needs nothing else: it can be mailed, attached to a ticket, opened in ten years.

What a screen or a model said is data. It goes into the page as JSON that can't end its own element, is
shown through textContent only, and the page's policy lets no script run but the page's own.
"""

from __future__ import annotations

import base64
import hashlib
import json
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

from screenwright.agent.console import spoken
from screenwright.agent.timing import seconds_by_part
from screenwright.tools.actions import Action, Drag, Scroll, Swipe, TypeText, aim, describe
from screenwright.tools.geometry import Point, Region
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Step
from screenwright.tools.trace import Trace

Pictures = Literal["auto", "exact", "small"]
Json = dict[str, Any]

BUDGET_BYTES = 24_000_000
"""Above this, mail servers and browsers get slow; `auto` then makes the pictures smaller."""
SMALL_WIDTH_PX = 1280


def write_page(run: str | Path | Trace, out: str | Path | None = None, *, pictures: Pictures = "auto") -> Path:
    """Write the page of a run folder; default `view.html` inside it. Returns where it is.

    Args:
        pictures: "exact" embeds every distinct frame without loss; "small" scales to 1280 px of width and
            compresses with loss, and the page says so; "auto" is exact up to 24 MB.

    Raises BadScript where `run` holds no run, OSError where the page can't be written.
    """
    trace = run if isinstance(run, Trace) else Trace(run)
    path = Path(out) if out is not None else trace.folder / "view.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(trace, pictures), encoding="utf-8")
    return path


def page(trace: Trace, pictures: Pictures = "auto") -> str:
    """The HTML text of a run's page."""
    album = Album(exact=pictures != "small")
    facts = _facts(trace, album)
    if pictures == "auto" and album.bytes > BUDGET_BYTES:
        album = Album(exact=False)
        facts = _facts(trace, album)
    facts["exact"], facts["pictures"] = album.exact, album.pictures
    template = files("screenwright.agent").joinpath("viewer.html").read_text(encoding="utf-8")
    script = template.partition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return template.replace("{{script-digest}}", digest, 1).replace("{{run}}", _embedded(facts), 1)


class Album:
    """The distinct pictures of a page, as data URIs."""

    def __init__(self, exact: bool) -> None:
        self.exact = exact
        self.pictures: list[str] = []
        self.bytes = 0
        self._numbers: dict[object, int] = {}

    def put(self, observation: Observation) -> int | None:
        """The picture's number; None when it can't be read (a trace cut off or damaged)."""
        key = (observation.device, observation.serial, observation.taken_at)
        if key not in self._numbers:
            try:
                pixels = observation.pixels
            except (OSError, KeyError, ValueError):
                return None
            digest = hashlib.blake2b(pixels.tobytes(), digest_size=16).digest()
            if digest not in self._numbers:
                self._numbers[digest] = len(self.pictures)
                self.pictures.append(self._uri(pixels))
            self._numbers[key] = self._numbers[digest]
        return self._numbers[key]

    def _uri(self, pixels: Any) -> str:
        from PIL import Image

        picture, data = Image.fromarray(pixels), BytesIO()
        if self.exact:
            # Measured on 1280x800: 15 ms and 14 kB. Method 0 gives 16 times the size, PNG three times.
            picture.save(data, "WEBP", lossless=True, method=1, quality=20)
        else:
            picture.thumbnail((SMALL_WIDTH_PX, SMALL_WIDTH_PX * 4))
            picture.save(data, "WEBP", quality=60, method=2)
        self.bytes += data.tell()
        return "data:image/webp;base64," + base64.b64encode(data.getbuffer()).decode()


def _facts(trace: Trace, album: Album) -> Json:
    steps = list(trace.steps)
    first = next((step.started for step in steps if step.started), 0.0)
    outcome = trace.outcome
    about = {key: trace.meta[key] for key in ("device", "policy", "dry_run") if key in trace.meta}
    return {
        "name": trace.task.name,
        "task": trace.task.text,
        "parameters": trace.task.parameters,
        "started": trace.meta.get("started"),
        "folder": trace.folder.name,
        "about": about,
        "outcome": outcome.summary() if outcome else None,
        "damaged": trace.damaged,
        "steps": [_step(step, first, album) for step in steps],
    }


def _step(step: Step, first: float, album: Album) -> Json:
    decision, result = step.decision, step.result
    effect = result.effect
    return {
        "number": step.index + 1,
        "at_s": max(0.0, step.started - first) if step.started else None,
        "action": describe(decision.action) if decision else "no decision",
        "json": decision.action.model_dump(mode="json", exclude_none=True) if decision else None,
        "marks": _marks(decision.action) if decision else {},
        "thought": decision.thought if decision else "",
        "reply": decision.reply if decision else "",
        "source": decision.source if decision else "",
        "confidence": decision.confidence if decision else None,
        "usage": decision.usage if decision else {},
        "ruling": step.verdict.ruling if step.verdict else None,
        "allowed": step.verdict.allowed if step.verdict else None,
        "verdict": spoken(step.verdict) if step.verdict else "",
        "ok": result.ok,
        "message": result.message,
        "effect": str(effect),
        "where": effect.where,
        "regions": [_box(region) for region in effect.regions[:40]],
        "moving": [_box(region) for region in effect.moving[:40]],
        "parts": seconds_by_part(step),
        "size": [step.observation.frame.width, step.observation.frame.height],
        "size_after": [step.after.frame.width, step.after.frame.height] if step.after else None,
        "before": album.put(step.observation),
        "after": album.put(step.after) if step.after else None,
    }


def _marks(action: Action) -> Json:
    """What is drawn on the frame, in its pixels."""
    marks: Json = {"kind": action.kind}
    if point := aim(action):
        marks["at"] = _spot(point)
    match action:
        case Drag() | Swipe():
            marks["from"] = _spot(action.start) if action.start else None
        case Scroll():
            marks["turn"] = [action.right, action.down]
        case TypeText():
            marks["text"] = action.text
        case _:
            pass
    return marks


def _spot(point: Point) -> list[float]:
    return [point.x, point.y, point.frame.width, point.frame.height]


def _box(region: Region) -> list[int]:
    return [region.x, region.y, region.width, region.height]


def _embedded(facts: Json) -> str:
    """JSON that stays inside a script element whatever the texts in it say."""
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
