"""The mirror over a real screen, and what a person did on it as steps."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from browser import Browser
from conftest import Echo, until
from mirror_pages import Client, Page, until_same

from screenwright.agent.mirror.account import Account
from screenwright.agent.mirror.mirror import Mirror
from screenwright.agent.mirror.pictures import HEADER, Pictures
from screenwright.agent.person.watched import Watched
from screenwright.tools.actions import Click, Drag, Scroll, TypeText
from screenwright.tools.contract import check_device
from screenwright.tools.desktop import Desktop
from screenwright.tools.errors import OutcomeUnknown
from screenwright.tools.fake import FakeDevice
from screenwright.tools.geometry import Size, View
from screenwright.tools.observation import Observation
from screenwright.tools.patience import Patience
from screenwright.tools.settle import Settler
from screenwright.tools.steps import Step

pytest_plugins = ["mirror_pages"]

if TYPE_CHECKING:
    from screenwright.tools.actions import Action


def test_a_desktop_is_clicked_dragged_and_typed_on(browser: Browser, desktop: Desktop, echo: Echo) -> None:
    with Mirror(desktop) as mirror:
        page = Page(browser, mirror)
        page.tap(300 / 1280, 300 / 800)
        until(lambda: echo.events("ButtonRelease"))
        pressed = echo.events("ButtonPress")[0]
        assert (pressed["x"], pressed["y"]) == (pytest.approx(300, abs=2), pytest.approx(300, abs=2))
        page.browser.call("Input.insertText", text="Grüße ")
        page.compose("zhong", "中文")
        until_same(lambda: echo.text, "Grüße 中文")
        page.key("Backspace")
        until_same(lambda: echo.text, "Grüße 中")
        page.pull(250 / 1280, 250 / 800, 500 / 1280, 400 / 800)
        until(lambda: len(echo.events("ButtonRelease")) == 2)
        released = echo.events("ButtonRelease")[1]
        assert (released["x"], released["y"]) == (pytest.approx(500, abs=2), pytest.approx(400, abs=2))
        page.up_to_date()
        assert mirror.pictures.newest and mirror.pictures.newest.size == Size(1280, 800)
        browser.call("Page.navigate", url="about:blank")
        assert browser.said == []


def test_what_viewers_are_shown_is_the_screen(desktop: Desktop, echo: Echo) -> None:
    with Mirror(desktop) as mirror:
        client = Client(mirror)
        until(lambda: client.frames)
        client.send(do="canvas", width=1280)
        client.send(do="tap", frame=client.frames[-1], x=0.3, y=0.4)
        for word in ("some ", "words ", "on ", "it"):
            client.send(do="type", text=word)
        until_same(lambda: echo.text, "some words on it")
        until(lambda: mirror.pictures.newest and client.frames[-1] == mirror.pictures.newest.number)
        seen = desktop.observe().pixels[..., ::-1].astype(int)
        assert client.picture is not None and client.picture.shape == seen.shape
        assert np.abs(client.picture - seen).mean() < 2.0, "patches on patches are still the screen"
        client.close()


def test_the_device_that_an_agent_is_given_keeps_every_promise() -> None:
    seen: list[Observation] = []
    asked: list[Action | None] = []
    check_device(Watched(FakeDevice(), seen.append, asked.append))
    assert len(seen) == 2 and None in asked
    patient = FakeDevice()
    patient.patience = lambda action: Patience(7.0, 7.0)  # type: ignore[attr-defined]
    assert Settler(Watched(patient, seen.append, asked.append)).patience(TypeText(text="x")).quiet == 7.0


def test_what_a_person_did_is_told_as_steps() -> None:
    device, steps = FakeDevice(), list[Step]()
    with Mirror(device, acted=steps.append) as mirror:
        client = Client(mirror)
        until(lambda: client.frames)
        client.send(do="tap", frame=client.frames[-1], x=200 / 480, y=34 / 320)
        for letter in "Ada":
            client.send(do="type", text=letter)
        client.send(do="tap", frame=client.frames[-1], x=200 / 480, y=114 / 320)
        until(lambda: len(steps) == 3)
        client.send(do="turn", frame=client.frames[-1], x=0.5, y=0.5, down=1)
        client.send(do="turn", frame=client.frames[-1], x=0.5, y=0.5, down=2)
        client.send(do="pull", frame=client.frames[-1], x=0.1, y=0.9, to_x=0.2, to_y=0.9)
        client.close()
        until(lambda: len(steps) == 5)
    name, typed, submit, turned, pulled = (step.decision.action for step in steps if step.decision)
    assert isinstance(name, Click) and isinstance(submit, Click) and isinstance(pulled, Drag)
    assert isinstance(typed, TypeText) and typed.text == "Ada", "letters are one text"
    assert isinstance(turned, Scroll) and turned.down == 3, "turns of the wheel are one"
    assert [step.index for step in steps] == [0, 1, 2, 3, 4]
    assert all(step.result.ok and step.verdict and step.verdict.allowed for step in steps)
    assert [step.result.effect.where for step in steps] == ["near", "near", "near", "nothing", "nothing"]
    assert steps[2].after and steps[2].observation.serial < steps[2].after.serial
    fields = {element.text: element.value for element in steps[1].observation.elements}
    assert fields["Name"] == "" or fields["Name"] is None, "what the system knew before the act"
    assert steps[1].result.effect.first_s is not None


def test_two_quick_taps_are_one_double_click_and_an_unknown_outcome_is_told() -> None:
    device, steps = FakeDevice(), list[Step]()
    account = Account(steps.append)
    seen = device.observe()
    click = Click.model_validate({"point": {"x": 5, "y": 5, "frame": {"width": 480, "height": 320}}})
    for _ in range(2):
        account.begin(click, seen)
        account.did("clicked")
    account.begin(TypeText(text="x"), seen)
    account.undone()
    account.begin(TypeText(text="y"), seen)
    account.did("gone in the middle", ok=False)
    account.begin(TypeText(text="z"), seen)
    account.did("typed")
    account.close()
    first, unknown, last = steps
    assert first.decision and isinstance(first.decision.action, Click) and first.decision.action.count == 2
    assert not unknown.result.ok and unknown.result.message == "gone in the middle"
    assert last.decision and last.decision.action == TypeText(text="z"), "what is unknown is joined with nothing"


class Breaking(FakeDevice):
    """Breaks off in the middle of each act."""

    def perform(self, action: Action) -> str:
        raise OutcomeUnknown("the connection broke in the middle: whether it was done is not known")


def test_an_unknown_outcome_is_said_and_nothing_is_sent_again() -> None:
    steps = list[Step]()
    with Mirror(Breaking(), acted=steps.append) as mirror:
        client = Client(mirror)
        until(lambda: client.frames)
        client.send(do="type", text="x")
        until(lambda: client.refusals())
        assert "whether it was done is not known" in client.refusals()[0]
        until(lambda: steps)
        assert not steps[0].result.ok
        client.close()


def picture(number: int, size: Size = Size(640, 400)) -> Observation:  # noqa: B008 - frozen
    pixels = np.full((size.height, size.width, 3), 40, np.uint8)
    pixels[100:116, number * 40 : number * 40 + 16] = 250
    return Observation(View(size), pixels=pixels, device="x", taken_at=time.time(), serial=number)


def test_patches_are_small_and_memory_stays_flat() -> None:
    pictures = Pictures()
    whole = patch = b""
    for number in range(1, 12):
        assert pictures.show(picture(number)) and not pictures.show(picture(number))
        made = pictures.message(number - 1, 640)
        assert made and made[0] == number
        whole, patch = (made[1], patch) if number == 1 else (whole, made[1])
    assert len(patch) < len(whole) / 2
    assert pictures.message(11, 640) is None
    missed = pictures.message(5, 640)
    assert missed
    *_, left, _, width, _ = HEADER.unpack_from(missed[1])
    assert left <= 5 * 40 and left + width >= 11 * 40 + 16, "what came and went in pictures that he missed as well"
    assert pictures.newest and len(pictures._encoded) <= 8 and pictures._scaled is None
    assert pictures.objection(11, 0.5, 0.5) is None
    assert pictures.objection(10, 11 * 40 / 640, 108 / 400) is not None
    pictures.show(picture(12, Size(400, 640)))
    assert "turned" in (pictures.objection(11, 0.5, 0.5) or "")


def test_the_command_says_where_it_is_and_ends_with_a_signal(tmp_path: Path) -> None:
    import re
    import signal
    import subprocess
    import sys

    code = "import typer; from screenwright.agent.mirror.mirror_cli import mirror; typer.run(mirror)"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "--virtual", "--size", "320x240", "--task", 'click "nothing here"',
         "--policy", "literal", "--ahead", "0", "--trace", str(tmp_path / "run")],
        stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stderr
        said = process.stderr.readline()
        found = re.search(r"desktop :\d+ at http://127\.0\.0\.1:(\d+)/([\w-]{32})/$", said)
        assert found, said
        until(lambda: (tmp_path / "run" / "meta.json").exists())
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 130
    finally:
        process.send_signal(signal.SIGINT)  # killed, it would leave its virtual screen behind
        process.communicate(timeout=30)
