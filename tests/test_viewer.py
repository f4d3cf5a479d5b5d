"""The page of a run, in a real browser."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from browser import Browser

from screenwright.agent import Agent
from screenwright.agent.view import page as page_module
from screenwright.agent.view import write_page
from screenwright.policies import Scripted
from screenwright.tools import FakeDevice, Point, Size, Trace, TraceWriter
from screenwright.tools.actions import Action, Click, Drag, Move, PressKeys, Scroll, TypeText
from screenwright.tools.errors import BadScript
from screenwright.tools.fake import Widget
from screenwright.tools.steps import Decision, Result, Step, Task, Verdict

FRAME = Size(480, 320)
SCRIPT = "document.title='owned'"
EVIL = f'</script><script>{SCRIPT}</script><img src=x onerror="{SCRIPT}">\u2028\'"{{{{run}}}}{{{{script}}}}'


def at(x: float, y: float) -> Point:
    return Point(x, y, FRAME)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("view") / "run"
    used = {"prompt_tokens": 2441.0, "cached_tokens": 2300.0, "reply_tokens": 30.0}
    name = Click(point=at(200, 34), target="Name")
    decisions = [
        Decision(name, "the first thought", reply="raw words", usage=used, confidence=0.5, source="qwen3vl"),
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


@pytest.fixture
def shown(browser: Browser, run: Path) -> Browser:
    browser.said.clear()
    browser.open(run / "view.html")
    drawn(browser, 1)
    return browser


def drawn(browser: Browser, number: int) -> None:
    """Wait until the picture of a step stands there, or the word that there is none."""
    ready = f"""(() => {{
        const canvas = document.querySelector('#stage canvas'), gone = document.querySelector('#stage .gone');
        const said = canvas?.getAttribute('aria-label') ?? '';
        return steps[chosen].number === {number} && (gone || said.includes('step {number},'));
    }})()"""
    wait(browser, ready)


def wait(browser: Browser, condition: str) -> None:
    script = f"new Promise(r => {{ const f = () => {condition} ? r(true) : setTimeout(f, 5); f(); }})"
    assert browser.run(f"Promise.race([{script}, new Promise(r => setTimeout(r, 15000, false))])"), condition


def go(browser: Browser, number: int, mode: str = "before") -> None:
    browser.run(f"show({mode!r}); go({number - 1})")
    drawn(browser, number)
    wait(browser, f"document.querySelector('.pane')?.dataset.which === {'before' if mode == 'both' else mode!r}")


def test_it_shows_the_run_and_its_first_step(shown: Browser) -> None:
    assert shown.text("#status") == "denied"
    assert "7 steps" in shown.text("#facts") and "fake" in shown.text("#facts")
    assert shown.run("document.querySelectorAll('.row').length") == 7
    assert shown.text("#details h2") == "#1 click Name (200, 34)"
    said = shown.text("#details")
    assert "the first thought" in said and shown.text("pre.reply") == "raw words"
    assert "qwen3vl" in said and "confidence 0.50" in said
    assert "not allowed" in shown.text("#ending")
    assert "read 2,441, 141 of them new; said 30" in said
    assert "settle" in shown.text("#details .key") and "settle" in shown.text("#legend")
    colours = (
        "new Set(document.querySelector('#stage canvas').getContext('2d').getImageData(0,0,480,320).data).size"
    )
    assert shown.run(colours) > 5, "the frame is drawn"
    wait(
        shown,
        "(all => all.length && all.every(i => i.naturalWidth))([...document.querySelectorAll('#thumbs img')])",
    )
    assert shown.run("document.documentElement.scrollWidth <= innerWidth")
    assert shown.said == []


def test_the_run_as_a_whole(shown: Browser) -> None:
    shown.key("i")
    said = shown.text("#details")
    assert "second line" in said and "7 steps" in said and "denied" in said and "settle" in said
    shown.key("i")
    assert shown.text("#details h2").startswith("#1")


def test_it_needs_nothing_from_anywhere(run: Path) -> None:
    html = (run / "view.html").read_text(encoding="utf-8")
    assert not re.search(r"""(src|href)=["'](?!data:|#)""", html)
    assert "default-src 'none'" in html and "{{" not in html.partition('<script type="application/json"')[0]


def test_what_the_screen_or_a_model_said_is_never_run(shown: Browser) -> None:
    for number in range(1, 8):
        go(shown, number)
        shown.run("pick('run'); pick('step')")
    assert "owned'" in shown.run("document.title") and shown.run("document.title") != "owned"
    assert shown.run("document.querySelectorAll('script:not([type])').length") == 1
    assert shown.run("document.querySelectorAll('[onerror]').length") == 0
    go(shown, 2)
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
        const r = document.querySelector('.plane').getBoundingClientRect(), k = 480 / r.width;
        return [(m.x + m.width / 2 - r.x) * k, (m.y + m.height / 2 - r.y) * k];
    }})()"""
    x, y = browser.run(script)
    return x, y


def test_actions_are_drawn_where_they_were_done(shown: Browser) -> None:
    assert mark(shown, ".aim") == pytest.approx((200, 34), abs=1)
    go(shown, 2)
    assert "Ada" in shown.text("svg.overlay .caption")
    go(shown, 3)
    assert mark(shown, "line.arrow") == pytest.approx((160, 110), abs=2)
    go(shown, 4)
    assert shown.run("document.querySelector('line.arrow').y2.baseVal.value") > 100
    go(shown, 6)
    assert "ctrl+a" in shown.text("svg.overlay .caption")
    go(shown, 1)
    shown.run("zoom(3)")
    assert mark(shown, ".aim") == pytest.approx((200, 34), abs=1), "zoomed, it lies where it lay"
    shown.key("m")
    wait(shown, "document.querySelectorAll('svg.overlay .aim').length === 0")
    shown.key("m")


PIXEL = "[...document.querySelector('{} canvas').getContext('2d').getImageData({}, {}, 1, 1).data]"


def test_before_after_and_what_changed(shown: Browser, run: Path) -> None:
    step = Trace(run).steps[0]
    region = step.result.effect.regions[0]
    assert step.after is not None
    differs = np.argwhere((step.observation.pixels != step.after.pixels).any(axis=2))[0]
    y, x = (int(place) for place in differs)
    for mode, seen in (("before", step.observation), ("after", step.after)):
        go(shown, 1, mode)
        assert shown.run(PIXEL.format("#stage", x, y))[:3] == seen.pixels[y, x].tolist(), "to the pixel"
    assert shown.run("document.querySelectorAll('svg .change').length") >= 1
    assert mark(shown, ".change") == pytest.approx(region.middle, abs=3)
    shown.key("c")
    wait(shown, "document.querySelectorAll('svg .change').length === 0")
    shown.key("c")
    go(shown, 1, "both")
    assert shown.run("document.querySelectorAll('#stage figure').length") == 2
    go(shown, 1, "difference")
    assert shown.run("document.querySelectorAll('.plane.difference canvas').length") == 2
    go(shown, 7, "after")
    assert "No picture was taken" in shown.text("#stage")


def test_the_slider_is_dragged_and_moved_by_keys(shown: Browser) -> None:
    go(shown, 1, "slider")
    clip = "document.querySelector('canvas[data-which=after]').style.clipPath"
    assert "50%" in shown.run(clip)
    x, y, width = shown.run(
        "(b => [b.x, b.y + b.height / 2, b.width])(document.querySelector('.plane').getBoundingClientRect())"
    )
    for kind, place in (("mousePressed", 0.5), ("mouseMoved", 0.3), ("mouseReleased", 0.3)):
        shown.call(
            "Input.dispatchMouseEvent", type=kind, x=x + width * place, y=y, button="left", buttons=1, clickCount=1
        )
    assert "30%" in shown.run(clip).replace("30.0", "30")
    shown.run("document.querySelector('.divider').focus()")
    shown.key("ArrowRight")
    assert shown.run("view.divide") == pytest.approx(0.32, abs=0.005)
    assert shown.run("document.querySelector('.divider').getAttribute('aria-valuenow')") == "32"
    assert shown.run("chosen") == 0, "the arrow moved the slider, not the step"
    shown.key("]")
    assert shown.run("view.divide") == pytest.approx(0.37, abs=0.005)
    shown.run("divide(.5)")


def test_zoom_and_pan(shown: Browser) -> None:
    go(shown, 1)
    fit = shown.run("document.querySelector('.plane').getBoundingClientRect().width")
    shown.key("+")
    larger = shown.run("document.querySelector('.plane').getBoundingClientRect().width")
    assert larger == pytest.approx(fit * 1.3, rel=0.01)
    shown.run("zoom(3)")
    x, y = shown.run(
        "(b => [b.x + b.width / 2, b.y + b.height / 2])(document.querySelector('.port').getBoundingClientRect())"
    )
    left = shown.run("view.x")
    for kind, by in (("mousePressed", 0), ("mouseMoved", -60), ("mouseReleased", -60)):
        shown.call("Input.dispatchMouseEvent", type=kind, x=x + by, y=y, button="left", buttons=1, clickCount=1)
    assert shown.run("view.x") == pytest.approx(left - 60, abs=1)
    shown.key("1")
    assert shown.run("document.querySelector('.plane').getBoundingClientRect().width") == pytest.approx(480, abs=1)
    shown.key("0")
    assert shown.run("document.querySelector('.plane').getBoundingClientRect().width") == pytest.approx(fit, abs=1)


def test_two_fingers_zoom(shown: Browser) -> None:
    go(shown, 1)
    box = "(b => [b.x + b.width / 2, b.y + b.height / 2])(document.querySelector('.port').getBoundingClientRect())"
    x, y = shown.run(box)
    fit = shown.run("document.querySelector('.plane').getBoundingClientRect().width")
    for kind, apart in (("touchStart", 40), ("touchMove", 60), ("touchMove", 80)):
        points = [{"x": x - apart, "y": y, "id": 0}, {"x": x + apart, "y": y, "id": 1}]
        shown.call("Input.dispatchTouchEvent", type=kind, touchPoints=points)
    shown.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
    width = shown.run("document.querySelector('.plane').getBoundingClientRect().width")
    assert width == pytest.approx(fit * 2, rel=0.1)
    shown.key("0")


def test_keys_links_and_search(browser: Browser, run: Path) -> None:
    browser.open(run / "view.html", "#step-3")
    assert browser.text("#details h2").startswith("#3 drag")
    browser.key("j")
    assert browser.text("#details h2").startswith("#4 scroll") and browser.run("location.hash") == "#step-4"
    for key, chosen in (("ArrowRight", 4), ("k", 3), ("Home", 0), ("ArrowLeft", 0), ("End", 6), ("Home", 0)):
        browser.key(key)
        assert browser.run("chosen") == chosen, key
    browser.key("e")
    assert browser.run("chosen") == 6, "the next step with something to look at: denied"
    browser.key("/")
    assert browser.run("document.activeElement.id") == "search"
    browser.run("document.getElementById('search').value = 'scroll 2'; search()")
    assert browser.run("shown") == [3] and browser.text("#details h2").startswith("#4 ")
    assert browser.text("#hits") == "1 of 1"
    assert browser.run("[...document.querySelectorAll('#details h2 mark')].map(m => m.textContent)") == [
        "scroll",
        "2",
    ]
    browser.run("document.getElementById('search').value = '(10'; search()")
    assert browser.run("shown") == [3, 4] and browser.run("chosen") == 3
    browser.key("Enter")
    assert browser.run("chosen") == 4
    browser.key("Enter")
    assert browser.run("chosen") == 3, "behind the last match comes the first"
    assert browser.run("document.querySelectorAll('#list .row').length") == 2
    browser.key("Escape")
    assert len(browser.run("shown")) == 7 and browser.run("document.querySelectorAll('mark').length") == 0
    browser.key("?")
    assert browser.run("document.getElementById('help').open")
    browser.open(run / "view.html", "#step-99")
    assert browser.text("#details h2").startswith("#1 ")
    browser.open(run / "view.html", "#step=5")
    assert browser.run("chosen") == 4, "links of former pages lead there too"


def test_the_film_strip_leads_to_a_step_and_marks_what_to_look_at(shown: Browser) -> None:
    x, y, width = shown.run(
        "(b => [b.x, b.y + 10, b.width])(document.getElementById('film').getBoundingClientRect())"
    )
    middle = shown.run("(s => (s[0] + s[1]) / 2)(strip.spans[3])")
    shown.call("Input.dispatchMouseEvent", type="mouseMoved", x=x + width * middle, y=y)
    assert "4. scroll" in shown.text("#preview") and not shown.run("document.getElementById('preview').hidden")
    for kind in ("mousePressed", "mouseReleased"):
        shown.call("Input.dispatchMouseEvent", type=kind, x=x + width * middle, y=y, button="left", clickCount=1)
    assert shown.run("chosen") == 3
    assert shown.run("document.querySelector('#scrub').getAttribute('aria-valuetext')").startswith("step 4 of 7")
    assert shown.text("[data-flag=denied]") == "1 denied"
    shown.run("document.querySelector('[data-flag=denied]').click()")
    assert shown.run("chosen") == 6 and "not allowed by the guard" in shown.text("#details .chips")
    before = shown.run("strip.spans[0][1]")
    shown.key("t")
    assert shown.run("strip.spans[0][1]") == pytest.approx(1 / 7) and before != pytest.approx(1 / 7)
    shown.key("t")


def test_light_dark_and_narrow(shown: Browser) -> None:
    colours = {}
    for scheme in ("light", "dark"):
        shown.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        colours[scheme] = shown.run("getComputedStyle(document.body).backgroundColor")
    assert colours["light"] != colours["dark"]
    shown.run("theme('light')")
    assert shown.run("getComputedStyle(document.body).backgroundColor") == colours["light"], "the button wins"
    shown.run("theme('auto')")
    metrics = {"height": 800, "deviceScaleFactor": 1, "mobile": True}
    shown.call("Emulation.setDeviceMetricsOverride", width=390, **metrics)
    assert shown.run("document.documentElement.scrollWidth") <= 390
    wait(shown, "document.querySelector('.plane').getBoundingClientRect().width <= 390")
    shown.call("Emulation.clearDeviceMetricsOverride")
    shown.call("Emulation.setEmulatedMedia", features=[])


def facts(html: str) -> dict[str, Any]:
    raw = html.partition('id="run">')[2].partition("</script>")[0]
    return dict(json.loads(raw))


def test_of_frames_that_differ_little_only_the_difference_is_embedded(run: Path) -> None:
    html = (run / "view.html").read_text(encoding="utf-8")
    told = facts(html)
    used = {number for step in told["steps"] for number in (step["before"], step["after"]) if number is not None}
    assert used == set(range(len(told["frames"]))), "equal frames are there once"
    assert sum("base" in frame for frame in told["frames"]) >= len(told["frames"]) - 2
    pieces = re.findall(r'id="piece-\d+">(.*?)</script>', html)
    assert (
        len(set(pieces))
        == len(pieces)
        == 1
        + max(
            number
            for frame in told["frames"]
            for number in (frame["thumb"], *(part[0] for part in frame["parts"]))
        )
    )


def noisy(folder: Path, steps: int = 1) -> None:
    noise = np.random.default_rng(1)
    size = Size(1600, 300)
    device = FakeDevice([Widget("x", "text", 0, 0, 10, 10)], size=size)
    device._draw = lambda shown: noise.integers(0, 255, (300, 1600, 3), np.uint8)  # type: ignore[method-assign]
    Agent(Scripted([Move(point=Point(800, 150, size))] * steps), device, trace=folder).run("look")


def test_a_long_run_is_made_smaller_and_says_so(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noisy(tmp_path / "run")
    monkeypatch.setattr(page_module, "BUDGET_BYTES", 1_000_000)
    written = write_page(tmp_path / "run", tmp_path / "page.html")
    exact = len(page_module.page(Trace(tmp_path / "run"), "exact"))
    assert written.stat().st_size < exact / 4
    browser.open(written)
    drawn(browser, 1)
    assert "compressed" in browser.text("#small")
    assert browser.run(
        "[document.querySelector('#stage canvas').width, document.querySelector('.plane').style.width]"
    ) == [1280, "1600px"]


def test_of_a_thousand_steps_only_those_in_sight_are_in_the_page(browser: Browser, tmp_path: Path) -> None:
    writer, device = TraceWriter(tmp_path / "run"), FakeDevice()
    writer.begin(Task("go on"), {})
    seen = device.observe()
    for index in range(1000):
        action: Action = TypeText(text=f"word {index}")
        failed = index == 700
        writer.add(
            Step(index, seen, Decision(action), Verdict("allow"), Result(not failed, "x"), 1.0 + index, seen)
        )
    browser.open(write_page(tmp_path / "run"), "#step-500")
    drawn(browser, 500)
    assert browser.run("document.querySelectorAll('.row').length") < 40
    assert browser.run("document.querySelector('#row-499').getAttribute('aria-posinset')") == "500"
    browser.key("e")
    drawn(browser, 701)
    rows = browser.run("(l => [l.scrollTop, l.clientHeight])(document.getElementById('list'))")
    assert rows[0] <= 700 * 46 <= rows[0] + rows[1], "the chosen one is in sight"
    browser.run("document.getElementById('list').scrollTop = 0")
    wait(browser, "document.querySelector('#row-0')")
    assert browser.run("document.querySelectorAll('.row').length") < 40
    browser.run("document.getElementById('search').value = 'word 999'; search()")
    assert browser.run("shown") == [998, 999], "the number of a step counts as well"


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
    (cut / "frames" / "00000-0.png").unlink()
    browser.said.clear()
    browser.open(write_page(cut))
    assert browser.text("#status") == "still going" and "had not ended" in browser.text("#unended")
    assert "line 4 is not whole" in browser.text("#damaged")
    assert browser.run("document.querySelectorAll('.row').length") == 3
    wait(browser, "document.querySelector('#stage .gone')")
    assert "missing or damaged" in browser.text("#stage")
    old = (cut / "meta.json").stat().st_mtime - 3600
    for name in ("meta.json", "steps.jsonl"):
        os.utime(cut / name, (old, old))
    browser.open(write_page(cut))
    assert browser.text("#status") == "cut off" and "60 min" in browser.text("#unended")
    assert browser.said == []


def test_a_run_without_steps(browser: Browser, tmp_path: Path) -> None:
    writer = TraceWriter(tmp_path / "none")
    writer.begin(Task("nothing yet"), {})
    browser.said.clear()
    browser.open(write_page(tmp_path / "none", tmp_path / "deep" / "page.html"))
    assert "No step was recorded" in browser.text("#details") and "nothing yet" in browser.text("#details")
    for key in "jkesbad2 p+-01tinl?":
        browser.key(key)
    assert browser.said == []


def test_who_was_asked_and_what_a_replay_had_to_look_for(browser: Browser, tmp_path: Path) -> None:
    decisions = [
        Decision(Click(point=at(200, 114), target="Delete all"), "why"),
        Decision(Click(point=at(200, 34)), "step 3 save (waited): text, a label: it is read", source="replay"),
    ]
    writer, seen = TraceWriter(tmp_path / "run"), FakeDevice().observe()
    writer.begin(Task("x"), {})
    verdicts = [Verdict("ask", "deletes for good", "it deletes", asked=True), Verdict("allow", "ordinary")]
    for index, (decision, verdict) in enumerate(zip(decisions, verdicts, strict=True)):
        writer.add(Step(index, seen, decision, verdict, Result(True), 1.0, seen))
    browser.open(write_page(tmp_path / "run"))
    said = browser.text("#details")
    assert "the person said yes" in said and "rule: deletes for good" in said and "reason: it deletes" in said
    assert browser.text("[data-flag=asked]") == "1 asked" and browser.text("[data-flag=mended]") == "1 mended"
    browser.key("j")
    assert "replay, by text" in browser.text("#details")


def test_what_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(BadScript, match="holds no run"):
        write_page(tmp_path)


def test_a_redacted_page_works_like_any_other(browser: Browser, run: Path, tmp_path: Path) -> None:
    browser.said.clear()
    browser.open(write_page(run, tmp_path / "shared.html", redact=True))
    drawn(browser, 1)
    assert "Redacted for sharing" in browser.text("#redacted") and browser.text("#title") == "a run, redacted"
    assert browser.run("document.querySelector('#stage canvas').width") <= 32
    assert mark(browser, ".aim") == pytest.approx((200, 34), abs=1)
    for number in range(1, 8):
        go(browser, number)
        browser.run("pick('run'); pick('step')")
    assert "onerror" not in browser.run("document.body.innerText") and browser.said == []


def test_everything_has_a_name_for_those_who_can_not_see_it(shown: Browser) -> None:
    go(shown, 1, "slider")
    kinds = "button, input, [role]:not([role=status]), canvas:not([aria-hidden])"
    nameless = f"""[...document.querySelectorAll('{kinds}')].filter(node =>
        !(node.getAttribute('aria-label') || node.textContent.trim() || node.getAttribute('aria-labelledby')))
        .map(node => node.outerHTML.slice(0, 90))"""
    assert shown.run(nameless) == []
    tree = shown.call("Accessibility.getFullAXTree")["nodes"]
    names = {(n["role"]["value"], n.get("name", {}).get("value", "")) for n in tree if not n["ignored"]}
    roles = {role for role, _ in names}
    assert {"listbox", "option", "slider", "tab", "tabpanel", "image"} <= roles
    assert any(role == "image" and "before step 1, click Name" in name for role, name in names)
    shown.run("show('before')")
