"""The page of a long run: how soon it shows a step, beside the same pictures put into a page as they are."""

from __future__ import annotations

import base64
import statistics
import sys
import tempfile
import time
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from harness import ROOT, Row, row
from longrun import write_long_run

from screenwright.agent.view import write_page
from screenwright.tools import Trace

sys.path.insert(0, str(ROOT / "tests"))
from browser import Browser

STEPS = 1000
TIMES = 5
WATCH = """(() => { const look = () => {
    if (document.querySelector('#stage canvas, #only img[src]')) window.shownAt = performance.now();
    else setTimeout(look, 2); }; look(); })()"""
SHOWN = "new Promise(done => { const look = () => window.shownAt ? done(shownAt) : setTimeout(look, 2); look(); })"
FIRST = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? performance.now()"
STEP = """(async () => { const taken = [];
  for (let index = 7; index < 1000; index += 20) {
    const began = performance.now(), wanted = 'step ' + steps[index].number + ',';
    go(index);
    while (!document.querySelector('#stage canvas')?.getAttribute('aria-label').includes(wanted))
      await new Promise(requestAnimationFrame);
    taken.push(performance.now() - began);
  }
  return taken; })()"""


@cache
def measured() -> dict[str, Any]:
    """Medians over fresh loads of one page, of the other one, and of leaps within the first."""
    with tempfile.TemporaryDirectory() as folder:
        run = write_long_run(Path(folder, "run"), STEPS)
        began = time.perf_counter()
        ours = write_page(run, Path(folder, "page.html"))
        written_s = time.perf_counter() - began
        plain = _plain(Trace(run), Path(folder, "plain.html"))
        browser = Browser(Path(folder, "chromium"))
        try:
            shown, paints = _loads(browser, ours)
            plainly, _ = _loads(browser, plain)
            browser.open(ours)
            leaps: list[float] = browser.run(STEP)
        finally:
            browser.close()
        return {
            "shown_s": shown,
            "plain_s": plainly,
            "first_paint_s": paints,
            "leap_ms": statistics.median(leaps),
            "slowest_leap_ms": max(leaps),
            "written_s": written_s,
            "mb": ours.stat().st_size / 1e6,
            "plain_mb": plain.stat().st_size / 1e6,
        }


def _loads(browser: Browser, page: Path) -> tuple[float, float]:
    """Seconds from the beginning of the load to the picture of a step in the middle, and to the first paint."""
    shown, paints = list[float](), list[float]()
    browser.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
    for _ in range(TIMES):
        browser.open(page, f"#step-{STEPS // 2}")
        shown.append(browser.run(SHOWN) / 1000)
        paints.append(browser.run(FIRST) / 1000)
    return statistics.median(shown), statistics.median(paints)


def _plain(trace: Trace, path: Path) -> Path:
    """Every picture whole, as WebP without loss, in an img of its own: what the viewer did before."""
    from PIL import Image

    parts = ["<!doctype html><meta charset=utf-8><ol>"]
    for step in trace.steps:
        data = BytesIO()
        Image.fromarray(step.observation.pixels).save(data, "WEBP", lossless=True, method=1, quality=20)
        uri = base64.b64encode(data.getbuffer()).decode()
        parts.append(f'<li><img loading=lazy width=150 src="data:image/webp;base64,{uri}"></li>')
    parts.append(
        "</ol><div id=only></div><script>const all = document.querySelectorAll('li img'), img = new Image();"
        "img.src = all[499].src; img.decode().then(() => document.getElementById('only').append(img))</script>"
    )
    path.write_text("".join(parts))
    return path


@row("view_1000_steps_s", unit="s", wants="value <= 1", seconds=900)
def view_1000_steps_s() -> Row:
    """From opening the page of a run of 1,000 steps to the picture of step 500, in Chromium."""
    found = measured()
    extra = {key: value for key, value in found.items() if key not in ("shown_s", "plain_s")} | {"steps": STEPS}
    return Row(found["shown_s"], "every picture whole in the page", found["plain_s"], extra=extra)


@row("view_1000_steps_mb", unit="MB", wants="value <= 24", seconds=900)
def view_1000_steps_mb() -> Row:
    """The size of that page: its pictures are without loss, all texts are in it."""
    found = measured()
    return Row(found["mb"], "every picture whole in the page", found["plain_mb"], extra={"steps": STEPS})
