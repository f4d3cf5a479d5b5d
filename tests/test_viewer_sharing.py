"""What leaves the house: redacted pages, films, reports for a CI."""

from __future__ import annotations

import base64
import json
import re
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont, ImageSequence

from screenwright.agent.view import write_page
from screenwright.agent.view.film import GIF_STEPS, LONGEST_S, SHORTEST_S, film, write_film
from screenwright.agent.view.junit import case_of, junit
from screenwright.agent.view.redacting import blurred, redacted
from screenwright.agent.view.sketch import MARK
from screenwright.agent.view.told import told
from screenwright.tools import Observation, Point, Size, Task, TraceWriter
from screenwright.tools.actions import Action, Ask, Click, Done, Drag, OpenApp, PressKeys, Scroll, TypeText, Wait
from screenwright.tools.errors import BadScript
from screenwright.tools.geometry import Region, View
from screenwright.tools.steps import Decision, Effect, Outcome, Result, Step, Verdict

FRAME = Size(960, 600)
VALUES = (
    "Grace Hopper", "hunter2-Geheim", "4711", "Krankenkasse", "/home/ada/notes.txt", "https://bank.example/konto",
    "Überweisung", "李小龙",
)  # fmt: skip


def screen(text: str) -> Any:
    image = Image.new("RGB", (FRAME.width, FRAME.height), (250, 250, 250))
    pen = ImageDraw.Draw(image)
    for line in range(5):
        pen.text(
            (60, 30 + line * 110),
            f"{text} {VALUES[line % 3]}",
            (20, 20, 30),
            ImageFont.load_default(16 + line * 8),
        )
    return np.asarray(image)


def seen(text: str, serial: int) -> Observation:
    held = Observation(
        View(FRAME), pixels=screen(text), device="desktop Krankenkasse", serial=serial, taken_at=float(serial),
        title=lambda: "Überweisung - Krankenkasse", program=lambda: "Krankenkasse",
    )  # fmt: skip
    held.ask()
    return held


ACTIONS: tuple[Action, ...] = (
    Click(point=Point(300, 200, FRAME), target="Überweisung"),
    TypeText(text="hunter2-Geheim", target="Krankenkasse"),
    PressKeys(keys=("4", "7")),
    PressKeys(keys=("numpad_4", "numpad_7")),
    PressKeys(keys=("ctrl", "s")),
    OpenApp(name="Krankenkasse"),
    Ask(question="Is 4711 right, Grace Hopper?"),
    Drag(start=Point(100, 100, FRAME), end=Point(500, 400, FRAME)),
    Scroll(point=Point(640, 400, FRAME), down=3),
    Wait(seconds=60),
    Done(answer="Grace Hopper has 4711"),
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shared") / "run-Krankenkasse"
    writer = TraceWriter(folder)
    task = Task(
        "Send 4711 to Grace Hopper at https://bank.example/konto", {"李小龙": "hunter2-Geheim"}, "Überweisung"
    )
    writer.begin(task, {"device": "desktop Krankenkasse", "policy": "literal with 4711"})
    for index, action in enumerate(ACTIONS):
        decision = Decision(
            action, "Grace Hopper is at /home/ada/notes.txt", '{"text": "hunter2-Geheim"}',
            {"prompt_tokens": 9.0, "asked_4711_s": 1.0}, 0.7, "literal 4711",
        )  # fmt: skip
        ok = index != 7
        verdict = Verdict("ask", "pays Krankenkasse", "Überweisung of 4711", asked=True)
        effect = Effect("near", 0.1, (Region(60, 40, 300, 30),), 0.1, 0.2)
        result = Result(
            ok, "" if ok else "Krankenkasse is gone", effect, {"decide": 0.5, "settle": 0.4, "4711": 0.1}
        )
        before, after = seen("Ada Lovelace", 2 * index), seen(f"Grace Hopper {index}", 2 * index + 1)
        writer.add(Step(index, before, decision, verdict, result, 1_795_000_000.0 + index, after))
    writer.end(
        Outcome(
            "done",
            "Überweisung of 4711 is done",
            "Grace Hopper has 4711",
            len(ACTIONS),
            9.0,
            str(folder),
            {"李小龙": "4711"},
        )
    )
    with (folder / "steps.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"Krankenkasse": 4711\n')
    return folder


def decoded(html: str) -> list[bytes]:
    return [base64.b64decode(data) for data in re.findall(r"base64,([A-Za-z0-9+/=]+)", html)]


def grepped(text: str) -> list[str]:
    """Which of the values stand in a page or file, pictures left out."""
    text = re.sub(r"base64,[A-Za-z0-9+/=]+", "", text).lower()
    words = (*VALUES, "Grace", "Geheim", "secret")
    return [
        w for w in words if any(form.lower() in text for form in (w, json.dumps(w)[1:-1], quote(w), escape(w)))
    ]


def test_a_redacted_page_holds_no_text_of_the_run(run: Path) -> None:
    whole = write_page(run, run / "whole.html").read_text(encoding="utf-8")
    assert len(grepped(whole)) >= len(VALUES), "the values are found where they are"
    page = write_page(run, redact=True)
    assert page == run / "shared.html"
    html = page.read_text(encoding="utf-8")
    assert grepped(html) == []
    assert grepped("".join(data.decode("latin-1") for data in decoded(html))) == []
    facts = json.loads(html.partition('id="run">')[2].partition("</script>")[0])
    actions = [step["action"] for step in facts["steps"]]
    assert (
        actions[0] == "click (300, 200)" and actions[4] == "press ctrl+s" and actions[2] == actions[3] == "press …"
    )
    assert facts["about"] == {"device": "desktop", "policy": "literal"} and facts["steps"][7]["ok"] is False
    assert facts["steps"][0]["usage"] == {"prompt_tokens": 9.0} and facts["steps"][0]["where"] == "near"


def test_the_pictures_of_a_redacted_page_are_blocks_that_nobody_reads(run: Path, reader: Any) -> None:
    html = write_page(run, redact=True).read_text(encoding="utf-8")
    pictures = [np.asarray(Image.open(BytesIO(data)).convert("RGB")) for data in decoded(html)]
    assert len(pictures) > 3
    exact = read(reader, screen("Grace Hopper"))
    assert "Grace Hopper" in exact and "hunter2" in exact, "the screen itself can be read"
    for picture in pictures:
        assert max(picture.shape[:2]) <= 32
    largest = Image.fromarray(pictures[0])
    smooth = largest.resize((FRAME.width, FRAME.height), Image.Resampling.BICUBIC)
    text = read(reader, np.asarray(smooth)).lower()
    assert not re.search("ada|love|grace|hopp|4711|hunter|geheim", text), text


def read(reader: Any, pixels: Any) -> str:
    return str(reader.read(Observation(View(Size(pixels.shape[1], pixels.shape[0])), pixels=pixels)).text())


def test_blocks_are_large_on_every_screen() -> None:
    for width, height in ((1280, 800), (320, 200), (3840, 2160), (1080, 2400), (10, 10)):
        blocks = blurred(np.zeros((height, width, 3), np.uint8))
        side = max(width / blocks.shape[1], height / blocks.shape[0])
        assert side >= min(16, width) and max(blocks.shape[:2]) <= 32


def test_without_pictures_there_are_none(run: Path, tmp_path: Path) -> None:
    html = write_page(run, tmp_path / "page.html", pictures="none", redact=True).read_text(encoding="utf-8")
    assert decoded(html) == [] and 'id="piece' not in html


@pytest.mark.parametrize("kind", ["gif", "mp4"])
def test_a_film_shows_each_step_with_its_action(run: Path, tmp_path: Path, kind: Any) -> None:
    path = write_film(told(run), tmp_path / f"film.{kind}", kind)
    assert list(tmp_path.iterdir()) == [path], "nothing half written is left"
    if kind == "gif":
        with Image.open(path) as image:
            pictures = [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(image)]
            milliseconds = [frame.info["duration"] for frame in ImageSequence.Iterator(image)]
        seconds = sum(milliseconds) / 1000
        assert len(pictures) == 2 * len(ACTIONS)
        first = pictures[0]
    else:
        import av

        with av.open(str(path)) as container:
            frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
        seconds, first = len(frames) / 10, frames[0]
    steps = len(ACTIONS)
    assert steps * SHORTEST_S <= seconds <= steps * LONGEST_S + 3
    scale = first.shape[1] / FRAME.width
    x, y = round(300 * scale), round(200 * scale)
    near = first[y - 20 : y + 20, x - 20 : x + 20].reshape(-1, 3).astype(int)
    assert (abs(near - MARK).max(axis=1) < 60).sum() > 20, "the click is drawn where it was done"


def test_a_redacted_film_shows_blocks_and_says_no_word(run: Path, reader: Any) -> None:
    scene = list(film(redacted(told(run)), 960))[2]
    text = read(reader, scene.pixels)
    assert grepped(text) == [] and "type" in text
    plain = next(film(told(run), 960)).pixels
    assert "berweisung" in read(reader, plain[-36:])


def test_a_turned_phone_and_a_missing_picture_stay_in_the_film(tmp_path: Path) -> None:
    writer = TraceWriter(tmp_path / "run")
    writer.begin(Task("turn"), {})
    for index, (height, width) in enumerate(((600, 300), (300, 600), (600, 300))):
        pixels = np.full((height, width, 3), 40 + index * 60, np.uint8)
        shown = Observation(View(Size(width, height)), pixels=pixels, serial=index, taken_at=float(index))
        writer.add(Step(index, shown, Decision(Wait(seconds=1)), None, Result(True), float(index)))
    (tmp_path / "run" / "frames" / "00001-0.png").unlink()
    scenes = list(film(told(tmp_path / "run"), 960))
    assert len(scenes) == 2 and len({scene.pixels.shape for scene in scenes}) == 1


def test_what_no_film_can_be_made_of_is_said(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = TraceWriter(tmp_path / "none")
    writer.begin(Task("nothing"), {})
    with pytest.raises(BadScript, match="no picture"):
        write_film(told(tmp_path / "none"), tmp_path / "a.gif", "gif")
    monkeypatch.setattr("screenwright.agent.view.film.GIF_STEPS", 3)
    with pytest.raises(BadScript, match="--mp4"):
        write_film(told(run), tmp_path / "a.gif", "gif")
    assert GIF_STEPS > 100 and not (tmp_path / "a.gif").exists()


def test_junit_says_at_which_step_a_run_failed(run: Path, tmp_path: Path) -> None:
    writer = TraceWriter(tmp_path / "run")
    writer.begin(Task("pay", name="pay \x07 <now>"), {})
    shown = seen("x", 1)
    for index, ok in enumerate((True, False)):
        decision = Decision(Click(point=Point(9, 9, FRAME), target=f"button {index} <&\x00>"))
        writer.add(Step(index, shown, decision, Verdict("allow"), Result(ok, "" if ok else "it is gone"), 1.0))
    writer.end(Outcome("gave_up", "the button is gone", None, 2, 3.5))
    root = ElementTree.fromstring(junit("suite", [case_of(told(run)), case_of(told(tmp_path / "run"))]))
    suite = root[0]
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "2", "failures": "1", "errors": "0", "skipped": "0",
    }  # fmt: skip
    good, bad = suite.findall("testcase")
    assert good.find("failure") is None and good.get("name") == "Überweisung"
    failure = bad.find("failure")
    assert failure is not None and failure.get("type") == "gave_up" and bad.get("time") == "3.500"
    assert (failure.get("message") or "").startswith("step 2, click button 1 <&\ufffd>")
    out = bad.findtext("system-out") or ""
    assert "  1  click button 0" in out and "[failed]  it is gone" in out
