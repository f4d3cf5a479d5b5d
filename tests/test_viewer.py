"""The page of a run, in a real browser."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from browser import Browser

from screenwright.agent import Agent
from screenwright.agent import viewer as viewer_module
from screenwright.agent.viewer import page, write_page
from screenwright.policies import Scripted
from screenwright.tools import FakeDevice, Point, Size, Trace, TraceWriter
from screenwright.tools.actions import Click, Drag, Move, PressKeys, Scroll, TypeText
from screenwright.tools.errors import BadScript
from screenwright.tools.fake import Widget
from screenwright.tools.steps import Decision, Task

FRAME = Size(480, 320)
SCRIPT = "document.title='owned'"
EVIL = f'</script><script>{SCRIPT}</script><img src=x onerror="{SCRIPT}">\u2028\'"{{{{run}}}}'


def at(x: float, y: float) -> Point:
    return Point(x, y, FRAME)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("view") / "run"
    used = {"prompt_tokens": 2441.0, "cached_tokens": 2300.0, "reply_tokens": 30.0}
    name = Click(point=at(200, 34), target="Name")
    decisions = [
        Decision(name, "the first thought", reply="raw words", usage=used, confidence=0.5),
        Decision(TypeText(text="Ada " + EVIL), EVIL, reply=EVIL),
        Decision(Drag(start=at(20, 20), end=at(300, 200))),
        Decision(Scroll(point=at(100, 100), down=2)),
        Decision(Move(point=at(10, 10))),
        Decision(PressKeys(keys=("ctrl", "a"))),
        Decision(Click(point=at(200, 114), target="Delete " + EVIL)),
    ]
    device = FakeDevice(name="fake " + EVIL)
    Agent(Scripted(decisions), device, trace=folder).run(Task("Fill in " + EVIL + "\nsecond line", {}, ""))
    write_page(folder)
    return folder


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    chromium = Browser(tmp_path_factory.mktemp("chromium"))
    yield chromium
    chromium.close()


@pytest.fixture
def shown(browser: Browser, run: Path) -> Browser:
    browser.said.clear()
    browser.open(run / "view.html")
    return browser


def test_it_shows_the_run_and_its_first_step(shown: Browser) -> None:
    assert shown.text("#status") == "denied"
    assert "7 steps" in shown.text("#facts") and "fake" in shown.text("#facts")
    assert shown.run("document.querySelectorAll('#strip li').length") == 7
    assert shown.text("#details h2") == "1. click Name (200, 34)"
    assert "the first thought" in shown.text("#details") and shown.text("pre.reply") == "raw words"
    assert "not allowed" in shown.text("#ending")
    assert shown.run("[...document.querySelectorAll('img')].every(i => i.complete && i.naturalWidth > 0)")
    assert shown.run("document.documentElement.scrollWidth <= innerWidth")
    assert "settle" in shown.text("#details .key")
    assert "read 2,441, 141 of them new; said 30" in shown.text("#details")
    assert shown.said == []


def test_it_needs_nothing_from_anywhere(run: Path) -> None:
    html = (run / "view.html").read_text(encoding="utf-8")
    assert not re.search(r"""(src|href)=["'](?!data:)""", html)
    assert "default-src 'none'" in html and "{{" not in html.partition('<script type="application/json"')[0]


def test_what_the_screen_or_a_model_said_is_never_run(shown: Browser) -> None:
    for number in range(1, 8):
        shown.run(f"location.hash = 'step={number}'")
    assert "owned'" in shown.run("document.title") and shown.run("document.title") != "owned"
    assert shown.run("document.querySelectorAll('script').length") == 2
    assert shown.run("document.querySelectorAll('[onerror]').length") == 0
    shown.run("location.hash = 'step=2'")
    shown.run("new Promise(done => setTimeout(done, 50))")
    assert shown.text("pre.reply") == EVIL
    assert shown.said == []


def test_even_a_script_that_got_in_would_not_run(browser: Browser, run: Path, tmp_path: Path) -> None:
    html = (run / "view.html").read_text(encoding="utf-8")
    bad = tmp_path / "bad.html"
    bad.write_text(html.replace("</body>", "<script>document.title = 'owned'</script></body>"), encoding="utf-8")
    browser.said.clear()
    browser.open(bad)
    assert browser.run("document.title") != "owned"
    assert browser.said and "Content Security Policy" in browser.said[0]


def mark(browser: Browser, selector: str) -> tuple[float, float]:
    """The middle of a mark, in pixels of the frame."""
    script = f"""(() => {{
        const m = document.querySelector('svg.overlay {selector}').getBoundingClientRect();
        const i = document.querySelector('.canvas img'), r = i.getBoundingClientRect();
        const k = i.naturalWidth / r.width;
        return [(m.x + m.width / 2 - r.x) * k, (m.y + m.height / 2 - r.y) * k];
    }})()"""
    x, y = browser.run(script)
    return x, y


def go(browser: Browser, number: int) -> None:
    browser.run(f"go({number - 1})")
    browser.run("Promise.all([...document.querySelectorAll('.canvas img')].map(i => i.decode()))")


def test_actions_are_drawn_where_they_were_done(shown: Browser) -> None:
    go(shown, 1)
    assert mark(shown, ".aim") == pytest.approx((200, 34), abs=1)
    go(shown, 2)
    assert "Ada" in shown.text("svg.overlay .caption")
    go(shown, 3)
    assert mark(shown, "line.arrow") == pytest.approx((160, 110), abs=2)
    go(shown, 4)
    arrow = "document.querySelector('line.arrow').y2.baseVal.value"
    assert shown.run(arrow) > 100
    go(shown, 6)
    assert "ctrl+a" in shown.text("svg.overlay .caption")


def test_before_after_and_what_changed(shown: Browser) -> None:
    go(shown, 1)
    first = shown.run("document.querySelector('.canvas img').src")
    shown.key(" ")
    assert shown.run("document.querySelector('.canvas img').src") != first
    assert shown.run("document.querySelectorAll('svg .change').length") >= 1
    shown.key("b")
    assert shown.run("document.querySelectorAll('#frames figure').length") == 2
    shown.key("m")
    assert shown.run("document.querySelectorAll('svg.overlay').length") == 0
    shown.key("m")
    shown.key("b")
    go(shown, 7)
    shown.run("document.getElementById('after').click()")
    assert "No picture" in shown.text("#frames")
    shown.run("document.getElementById('before').click()")


def test_keys_links_and_search(browser: Browser, run: Path) -> None:
    browser.open(run / "view.html", "#step=3")
    assert browser.text("#details h2").startswith("3. drag")
    browser.key("ArrowRight")
    assert browser.text("#details h2").startswith("4. scroll") and browser.run("location.hash") == "#step=4"
    browser.key("Home")
    browser.key("ArrowLeft")
    assert browser.text("#details h2").startswith("1. ")
    browser.key("/")
    assert browser.run("document.activeElement.id") == "search"
    browser.run("document.getElementById('search').value = 'scroll 2'; search()")
    assert browser.run("shown") == [3] and browser.text("#details h2").startswith("4. ")
    browser.key("Escape")
    assert len(browser.run("shown")) == 7
    browser.open(run / "view.html", "#step=99")
    assert browser.text("#details h2").startswith("1. ")


def test_dark_light_and_narrow(shown: Browser) -> None:
    colours = {}
    for scheme in ("light", "dark"):
        shown.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        colours[scheme] = shown.run("getComputedStyle(document.body).backgroundColor")
    assert colours["light"] != colours["dark"]
    metrics = {"height": 800, "deviceScaleFactor": 1, "mobile": True}
    shown.call("Emulation.setDeviceMetricsOverride", width=390, **metrics)
    assert shown.run("document.documentElement.scrollWidth") <= 390
    shown.call("Emulation.clearDeviceMetricsOverride")
    shown.call("Emulation.setEmulatedMedia", features=[])


def facts(html: str) -> dict[str, Any]:
    raw = html.partition('id="run">')[2].partition("</script>")[0]
    return dict(json.loads(raw))


def test_equal_frames_are_embedded_once(run: Path) -> None:
    told = facts((run / "view.html").read_text(encoding="utf-8"))
    used = {number for step in told["steps"] for number in (step["before"], step["after"]) if number is not None}
    assert used == set(range(len(told["pictures"]))) and len(set(told["pictures"])) == len(told["pictures"])
    assert len(told["pictures"]) < 2 * len(told["steps"]) - 2


def test_a_long_run_is_made_smaller_and_says_so(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noise = np.random.default_rng(1)
    label = Widget("x", "text", 0, 0, 10, 10)
    device = FakeDevice([label], size=Size(1600, 900))
    device._draw = lambda shown: noise.integers(0, 255, (900, 1600, 3), np.uint8)  # type: ignore[method-assign]
    Agent(Scripted([Move(point=Point(800, 450, Size(1600, 900)))]), device, trace=tmp_path / "run").run("look")
    monkeypatch.setattr(viewer_module, "BUDGET_BYTES", 1_000_000)
    written = write_page(tmp_path / "run", tmp_path / "page.html")
    exact = len(page(Trace(tmp_path / "run"), "exact"))
    assert written.stat().st_size < exact / 4
    browser.open(written)
    assert "compressed" in browser.text("#notice")
    browser.run("Promise.all([...document.querySelectorAll('.canvas img')].map(i => i.decode()))")
    assert browser.run("document.querySelector('.canvas img').naturalWidth") == 1280


def test_a_run_that_was_cut_off_or_is_damaged_still_has_a_page(
    browser: Browser, run: Path, tmp_path: Path
) -> None:
    cut = tmp_path / "cut"
    shutil.copytree(run, cut)
    meta = json.loads((cut / "meta.json").read_text())
    del meta["outcome"]
    (cut / "meta.json").write_text(json.dumps(meta))
    lines = (cut / "steps.jsonl").read_bytes().splitlines(True)
    (cut / "steps.jsonl").write_bytes(b"".join(lines[:3]) + lines[3][:40])
    next((cut / "frames").iterdir()).unlink()
    browser.open(write_page(cut))
    assert browser.text("#status") == "cut off" and "no ending" in browser.text("#notice")
    assert browser.run("document.querySelectorAll('#strip li').length") == 3
    assert "can't be read" in browser.text("#frames")


def test_a_run_without_steps(browser: Browser, tmp_path: Path) -> None:
    writer = TraceWriter(tmp_path / "none")
    writer.begin(Task("nothing yet"), {})
    browser.open(write_page(tmp_path / "none", tmp_path / "deep" / "page.html"))
    assert "No step was recorded" in browser.text("#details")


def test_what_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(BadScript, match="holds no run"):
        write_page(tmp_path)
