"""What has come between is put away, what is renamed or moved is found, and both become proposals for the demo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from test_replay_policy import NAME, SIGNUP, Tree, a_button, clicks, demo, play, said
from test_replay_rejoin import Asking, recorded

from screenwright.agent import Agent
from screenwright.policies import Cascade, Guard, Literal, Scripted
from screenwright.policies.replay.demo import Interruption
from screenwright.policies.replay.folder import DemoFolder
from screenwright.policies.replay.healing import Heal, accept, write_proposals
from screenwright.policies.replay.interruptions import words
from screenwright.policies.replay.policy import Replay
from screenwright.tools import FakeDevice, Task
from screenwright.tools.actions import Click
from screenwright.tools.errors import BadScript
from screenwright.tools.fake import Widget, form
from screenwright.tools.reading import Reader


class Covered(FakeDevice):
    """A form with a notice over it: while it is there, nothing else is shown."""

    def __init__(self, *buttons: str, title: str = "fake", text: str = "A new version is there") -> None:
        super().__init__()
        self.form = list(self.widgets)
        self.pressed: list[str] = []
        self.widgets[:] = [Widget(text, "text", 60, 100, 300)]
        self.name = title
        for number, button in enumerate(buttons):
            self.widgets.append(Widget(button, left=60 + 170 * number, top=160, on_click=self._away(button)))

    def _away(self, button: str) -> Any:
        def press(device: FakeDevice) -> None:
            self.pressed.append(button)
            self.name = "fake"
            self.widgets[:] = self.form

        return press

    def _chord(self, names: list[str], count: int) -> None:
        if names == ["escape"] and self.widgets != self.form:
            self._away("Escape")(self)
        super()._chord(names, count)


@pytest.mark.parametrize("language", ["Not now", "Später", "Plus tard", "Ahora no", "以后再说", "後で"])
def test_a_notice_is_put_off_in_several_languages(tmp_path: Path, language: str) -> None:
    device = Covered("Update", language)
    outcome, policy = play(demo(tmp_path / "d", *SIGNUP, parameters=NAME), device, tmp_path, patience_s=0.3)
    assert outcome.ok, outcome.message
    assert device.pressed == [language] and said(device) == "submitted Name=Ada, City=Ulm"
    assert [heal.what for heal in policy.heals] == ["interruption"]


@pytest.mark.parametrize(
    "buttons, text, pressed",
    [
        (("Delete", "Cancel"), "Delete all files?", ["Cancel"]),
        (("OK",), "The disk is nearly full", ["OK"]),
        (("OK",), "Send it to all?", ["Escape"]),
        (("Send", "Pay now"), "Do it", ["Escape"]),
    ],
)
def test_a_window_of_another_program_is_closed_with_the_safest_button(
    tmp_path: Path, buttons: tuple[str, ...], text: str, pressed: list[str]
) -> None:
    folder = recorded(tmp_path / "d", Asking(), 'type "Ulm" into City and click Submit')
    device = Covered(*buttons, title="Something else altogether", text=text)
    outcome, _ = play(folder, device, tmp_path, patience_s=0.3)
    assert device.pressed == pressed
    assert outcome.ok, outcome.message


def test_a_part_of_the_own_window_is_not_closed_by_a_word_that_may_mean_more(tmp_path: Path) -> None:
    device = Covered("Close", "OK", "Cancel")
    outcome, _ = play(demo(tmp_path / "d", *SIGNUP, parameters=NAME), device, tmp_path, patience_s=0.3)
    assert outcome.status == "gave_up" and device.pressed == []


def test_a_button_that_was_recorded_is_no_way_out(tmp_path: Path) -> None:
    def tour() -> list[Widget]:
        return [Widget("Start", top=20), Widget("Skip", top=80), Widget("Go", top=140)]

    folder = recorded(tmp_path / "d", Asking(tour()), "click Start and click Go")
    device = FakeDevice(tour()[1:2])
    outcome, _ = play(folder, device, tmp_path, patience_s=0.3)
    assert outcome.status == "gave_up" and clicks(device) == []


def test_the_rules_of_the_demo_come_first(tmp_path: Path) -> None:
    rule = {"when": "A new version is there", "do": ['click "Remember {{name}}"']}
    folder = demo(tmp_path / "d", *SIGNUP, parameters=NAME, interruptions=[rule])
    device = Covered("Later", "Remember Ada")
    outcome, _ = play(folder, device, tmp_path, patience_s=0.3)
    assert outcome.ok and device.pressed == ["Remember Ada"], outcome.message


def test_at_most_three_interruptions_in_a_row(tmp_path: Path) -> None:
    device = FakeDevice([Widget("0", "text", 60, 100, 300)])

    def again(device: FakeDevice) -> None:
        device.widgets[0].text = str(int(device.widgets[0].text) + 1)

    device.widgets.append(Widget("Later", left=60, top=160, on_click=again))
    outcome, _ = play(demo(tmp_path / "d", *SIGNUP, parameters=NAME), device, tmp_path, patience_s=0.3)
    assert outcome.status == "gave_up" and len(clicks(device)) == 3


def test_a_dialog_over_it_that_swallows_the_click_is_put_away_and_it_is_done_again(tmp_path: Path) -> None:
    device = Covered("Not now")
    device.widgets += device.form  # all is shown, and nothing of the form reacts
    submit = device.form[4]
    kept, submit.on_click = submit.on_click, None
    away = device.widgets[1].on_click
    assert away and kept

    def free(d: FakeDevice) -> None:
        away(d)
        submit.on_click = kept

    device.widgets[1].on_click, device._focus = free, submit
    device.widgets[0].top = device.widgets[1].top = 260
    folder = demo(tmp_path / "d", a_button("Submit", after={"change": True}))
    outcome, _ = play(folder, device, tmp_path, patience_s=0.4)
    assert outcome.ok, outcome.message
    assert clicks(device) == ["Submit", "Not now", "Submit"] and said(device).startswith("submitted")


def far() -> FakeDevice:
    """A form with two buttons far below it."""
    lines = [Widget(f"Line {n}", "text", 20, 240 + 40 * n) for n in range(16)]
    buttons = [Widget("Far", left=200, top=860), Widget("Near it", left=200, top=900)]
    return FakeDevice([*form("Name", "City"), *lines, *buttons])


def test_what_is_off_the_screen_is_scrolled_to(tmp_path: Path) -> None:
    folder = demo(tmp_path / "d", *SIGNUP[:2], a_button("Far"), a_button("Near it"), parameters=NAME)
    outcome, _ = play(folder, device := far(), tmp_path, patience_s=0.3)
    assert outcome.ok, outcome.message
    assert clicks(device)[-2:] == ["Far", "Near it"] and device.values["Name"] == "Ada"


def test_what_another_policy_did_is_gone_on_behind(tmp_path: Path) -> None:
    """The step's own words find nothing, the other policy acts on its own."""
    folder = demo(tmp_path / "d", *SIGNUP[:2], a_button("Absenden"), a_button("More"), parameters=NAME)
    device = FakeDevice([*form("Name", "City"), Widget("More", left=320, top=200)])
    submit = Click(point=device._region(device.widgets[4]).center(device.size), target="Submit")
    replay = Replay(folder, reader=Tree(), patience_s=0.3)
    policy = Cascade([replay, Scripted([submit])])
    outcome = Agent(policy, device, trace=tmp_path / "run").run(Task("", {"name": "Bo"}))
    assert outcome.ok, outcome.message
    assert clicks(device)[-2:] == ["Submit", "More"] and device.values["Name"] == "Bo"
    assert [(heal.step, heal.what) for heal in replay.heals] == [("s3", "other policy")]
    assert replay.place is None


def test_a_step_with_a_secret_is_handed_to_nobody(tmp_path: Path) -> None:
    step = {"do": "type_text", "on": {"role": "field", "name": "Pin"}, "text": "{{secret_pin}}"}
    folder = demo(tmp_path / "d", step, parameters={"secret_pin": {"secret": True}})
    policy = Cascade([Replay(folder, reader=Tree(), patience_s=0.3), Literal(reader=Tree(), patience_s=0.3)])
    outcome = Agent(policy, FakeDevice(), trace=tmp_path / "run").run(Task("", {"secret_pin": "hunter2"}))
    assert outcome.status == "gave_up" and "it types a secret" in outcome.message
    assert "hunter2" not in outcome.message


def renamed(tmp_path: Path, reader: Reader) -> tuple[DemoFolder, Replay]:
    """A recorded demo, replayed on a form whose button is called otherwise."""
    folder = recorded(tmp_path / "d", Asking(asked()), "click Submit", reader)
    outcome, policy = play(folder, device := FakeDevice(asked("Register")), tmp_path, reader=reader)
    assert outcome.ok, outcome.message
    assert said(device).startswith("submitted")
    return folder, policy


def asked(button: str = "Submit") -> list[Widget]:
    """Some texts, a button, and a line that says how often it was pressed."""
    said = Widget("nothing yet", "text", 20, 220, 300)

    def press(device: FakeDevice) -> None:
        said.text = "submitted"

    words = ("Shopping list", "Bread", "Milk")
    texts = [Widget(text, "text", 20, 20 + 40 * n, 8 * len(text), 24) for n, text in enumerate(words)]
    return [*texts, Widget(button, left=140, top=160, on_click=press), said]


def test_a_renamed_button_is_proposed_and_accepted(tmp_path: Path, reader: Reader) -> None:
    folder, policy = renamed(tmp_path, reader)
    [heal] = policy.heals
    assert (heal.what, heal.was, heal.text) == ("renamed", "Submit", "Register")
    text = folder.file.read_text().replace("steps:", "# mine\nsteps:")
    folder.file.write_text(text)
    folder = DemoFolder.open(folder.path)
    path = write_proposals(folder, policy.heals, "run 1")
    assert path is not None and path.name == "run-1.yaml" and "Register" in path.read_text()
    lines = accept(folder)
    assert any('"Submit" is "Register" now' in line for line in lines), lines
    assert any("old" in line and "demo-1.yaml" in line for line in lines), lines
    assert (folder.path / "old" / "demo-1.yaml").read_text() == text
    assert "# mine" in folder.file.read_text()
    again = DemoFolder.open(folder.path)
    on = again.demo.steps[-1].on
    assert on is not None and "Register" in (on.name, on.text)
    assert again.picture(on.patches[0].file) is not None
    outcome, policy = play(again, FakeDevice(asked("Register")), tmp_path, reader=reader)
    assert outcome.ok and policy.heals == [], (outcome.message, policy.heals)
    with pytest.raises(BadScript, match="accepted already"):
        accept(again)


def test_only_some_are_accepted(tmp_path: Path, reader: Reader) -> None:
    folder, policy = renamed(tmp_path, reader)
    other = Heal("nothing", "other policy", "", "")
    write_proposals(folder, [*policy.heals, other], "run")
    with pytest.raises(BadScript, match="nothing is proposed for step 's9'"):
        accept(folder, only=["s9"])
    with pytest.raises(BadScript, match="no longer has"):
        accept(folder)
    assert not (folder.path / "old").exists()
    assert accept(folder, only=[policy.heals[0].step])


@pytest.mark.parametrize(
    "damage", ["heals: [", "screenwright_proposal: 1\ndemo: d\nheals: [{step: s1, what: x}]", ""]
)
def test_a_damaged_proposal_changes_nothing(tmp_path: Path, reader: Reader, damage: str) -> None:
    folder, policy = renamed(tmp_path, reader)
    path = write_proposals(folder, policy.heals, "run")
    assert path is not None
    before = folder.file.read_bytes()
    path.with_name("zz.yaml").write_text(damage)
    with pytest.raises(BadScript, match=r"zz\.yaml"):
        accept(folder)
    assert folder.file.read_bytes() == before
    next(path.parent.glob("*.png")).unlink()
    path.with_name("zz.yaml").unlink()
    with pytest.raises(BadScript, match="missing"):
        accept(folder)
    assert folder.file.read_bytes() == before


def test_interruptions_and_skips_become_rules_and_optional_steps(tmp_path: Path) -> None:
    folder = demo(tmp_path / "d", *SIGNUP, parameters=NAME)
    rule = Interruption(when="Update", do=('click "Later"',))
    heals = [Heal("s1", "interruption", now="x", rule=rule), Heal("s2", "skipped, was done")]
    write_proposals(folder, heals, "a")
    accept(folder)
    assert folder.demo.interruptions == (rule,) and not folder.demo.steps[1].optional
    write_proposals(folder, heals[1:], "b")
    accept(folder)
    assert DemoFolder.open(folder.path).demo.steps[1].optional
    assert write_proposals(folder, [], "c") is None


def test_the_shipped_words_never_say_yes_to_harm() -> None:
    guard, shipped = Guard.standard(), words()
    device = FakeDevice()
    observation = device.observe()
    for group in (*shipped.put_off, *shipped.close, *shipped.agree):
        for word in group:
            click = Click(point=_middle(observation), target=word)
            assert guard.judge(click, observation).ruling == "allow", word


def _middle(observation: Any) -> Any:
    from screenwright.tools import Point

    return Point(1, 1, observation.frame)
