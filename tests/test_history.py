"""The conversation only grows at its end, leaves in blocks, stays bounded, and tells what became of each step."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screens import DESKTOP, NAMES

from screenwright.policies.chat import Picture, Reply, Turn
from screenwright.policies.dialects.dialect import FIRST, LAST, Screen, dialect
from screenwright.policies.history import EXCHANGES, OTHERS, History
from screenwright.tools.actions import Action, Ask, Click, Done, TypeText
from screenwright.tools.errors import BadReply
from screenwright.tools.geometry import Point, Size, View
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Decision, Effect, Result, Step

SIZE = Size(320, 240)
CHANGED = Effect("near", 0.1)


def frame(shade: int, size: Size = SIZE, patch: tuple[int, int] | None = None) -> Observation:
    """One shade all over, with a white patch of 20 pixels at a place."""
    pixels = np.full((size.height, size.width, 3), shade % 251, np.uint8)
    pixels[0, 0] = shade // 251
    if patch:
        pixels[patch[1] : patch[1] + 20, patch[0] : patch[0] + 20] = 255
    return Observation(View(size), pixels=pixels)


class Telling:
    """A run as a policy lives it: it looks, it answers, and something becomes of it."""

    def __init__(self, name: str = "plain", **settings: Any) -> None:
        self.dialect = dialect(name)
        self.history = History(self.dialect, budget=128, **settings)
        self.history.begin("Save the file")
        self.steps: list[Step] = []
        self.turns: list[Turn] = []

    def look(self, observation: Observation) -> list[Turn]:
        self.seen = observation
        shown = self.history.fit(observation.frame)
        self.screen = Screen(observation.frame, shown, DESKTOP)
        self.turns = self.history.turns(self.steps, observation, self.screen)
        return self.turns

    def answer(
        self, what: str = "Save", result: Result | None = None, action: Action | None = None, more: int = 0
    ) -> str:
        action = action or Click(point=Point(10, 10, self.seen.frame), target=what)
        reply = self.dialect.write(action, self.screen, f"Click {what}.")
        said = self.dialect.read(Reply(reply), self.screen)
        self.history.said(reply, said.line, more)
        self.became(Decision(said.action, reply=reply), result)
        return reply

    def became(self, decision: Decision | None, result: Result | None = None) -> None:
        result = result or Result(True, "", CHANGED)
        self.steps.append(Step(len(self.steps), self.seen, decision, None, result))

    @property
    def pictures(self) -> list[Picture]:
        return [part for turn in self.turns for part in turn.parts if isinstance(part, Picture)]

    @property
    def newest(self) -> str:
        return self.turns[-1].text


def begins_like(turns: list[Turn], earlier: list[Turn]) -> bool:
    """Whether an earlier conversation and the reply to it are the beginning of this one."""
    return turns[: len(earlier)] == earlier


@pytest.mark.parametrize("crops", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_between_two_cuts_a_conversation_only_grows(name: str, crops: bool) -> None:
    run = Telling(name, grow=5, keep=2, crops=crops)
    before: list[Turn] = []
    cuts = 0
    for number in range(24):
        patch = (32 * (number % 7), 40) if number % 3 else None
        turns = list(run.look(frame(9 * (number // 2), patch=patch)))
        if before and not begins_like(turns, before):
            cuts += 1
            assert len(turns) < len(before)
        reply = run.answer(f"button {number}")
        before = [*turns, Turn.of("assistant", reply)]
        assert turns[0].role == "system"
        assert [turn.role for turn in turns[1:]] == ["user", "assistant"] * (len(turns) // 2 - 1) + ["user"]
        assert 1 <= len(run.pictures) <= 5
        assert run.history.written(run.screen) == before
    assert 3 <= cuts <= 12


def test_a_cut_takes_a_block_and_what_left_stays_in_lines() -> None:
    run = Telling(grow=4, keep=2)
    for number in range(4):
        run.look(frame(number))
        run.answer(f"button {number}")
    assert len(run.pictures) == 4
    run.look(frame(4))
    assert len(run.pictures) == 2
    assert [turn.role for turn in run.turns] == ["system", "user", "assistant", "user"]
    assert "Done so far:\n1. click button 0\n2. click button 1\n3. click button 2\n" in run.turns[1].text
    assert "button 3" in run.turns[2].text


def test_what_became_of_a_step_is_remembered_after_its_picture_left() -> None:
    run = Telling(grow=1, keep=1)
    for number, result in enumerate(
        [
            Result(False, "not allowed: it deletes"),
            Result(True, "", Effect("nothing")),
            Result(True, "", CHANGED),
        ]
    ):
        run.look(frame(number))
        run.answer(f"button {number}", result)
    run.look(frame(7))
    told = run.turns[1].text
    assert "1. click button 0 (not done: not allowed: it deletes)" in told
    assert "2. click button 1 (nothing changed)" in told
    assert "3. click button 2\n" in told


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (Result(False, "nobody is here"), "That was not done: nobody is here\n"),
        (Result(True, "", Effect("nothing")), "Nothing changed.\n"),
        (
            Result(True, "; the same changed nothing 2 times", Effect("nothing")),
            "Nothing changed; the same changed",
        ),
        (Result(True, "", CHANGED), ""),
        (Result(False, "x" * 5000), "That was not done: " + "x" * 397 + "...\n"),
    ],
)
def test_what_the_next_picture_does_not_show_is_said(result: Result, words: str) -> None:
    run = Telling()
    run.look(frame(1))
    run.answer("Save", result)
    run.look(frame(2))
    assert run.newest.startswith(words)
    assert bool(run.newest) == bool(words)


def test_what_was_not_done_is_still_said_when_only_the_newest_picture_stays() -> None:
    run = Telling()
    run.look(frame(1))
    run.answer("Delete", Result(False, "not allowed: it deletes"))
    run.look(frame(2))
    assert run.history.shorten()
    turns = run.history.written(run.screen)
    assert [turn.role for turn in turns] == ["system", "user"]
    assert "That was not done: not allowed: it deletes" in turns[1].text
    assert isinstance(turns[1].parts[-1], Picture)
    assert not run.history.shorten()


def test_an_unchanged_screen_adds_a_line_and_no_picture() -> None:
    run = Telling()
    run.look(frame(1))
    run.answer("Save", Result(True, "", Effect("unseen")))
    run.look(frame(1))
    assert run.turns[-1].parts == ("The screen has not changed.\n",)
    run.answer("Save", Result(True, "", Effect("nothing")))
    run.look(frame(1))
    assert run.turns[-1].parts == ("Nothing changed.\n",)
    assert len(run.pictures) == 1


def test_a_screen_that_never_changes_does_not_grow_the_conversation_without_end() -> None:
    run = Telling(grow=4, keep=2)
    most, kept = 0, 0
    for number in range(200):
        before = run.turns
        run.look(frame(5))
        kept += begins_like(run.turns, before)
        run.answer(f"button {number}", Result(True, "", Effect("nothing")))
        most = max(most, len(run.turns))
        assert len(run.pictures) == 1
        assert isinstance(run.turns[1].parts[-1], Picture)
    assert most <= 2 * EXCHANGES + 1
    assert kept > 180


def test_a_reply_that_could_not_be_used_is_forgotten_and_why_is_said() -> None:
    run = Telling()
    first = list(run.look(frame(1)))
    run.history.said("read, and refused by whoever asked", "a line")
    run.became(None, Result(False, "the reply is not a JSON object"))
    run.look(frame(1))
    assert len(run.turns) == 2
    assert run.turns[:-1] == first[:-1]
    assert run.turns[-1].parts[: len(first[-1].parts)] == first[-1].parts
    assert run.newest.count("Your last reply could not be used: the reply is not a JSON object\n") == 1
    assert "not changed" not in run.newest
    assert len(run.pictures) == 1
    run.became(None, Result(False, "again"))
    run.look(frame(2))
    assert "could not be used: again\n" in run.newest
    run.answer()
    run.look(frame(3))
    assert [turn.role for turn in run.turns] == ["system", "user", "assistant", "user"]


def test_a_decision_that_was_not_taken_is_no_part_of_the_conversation() -> None:
    run = Telling()
    run.look(frame(1))
    run.history.said("a reply", "a line")
    run.history.forget()
    run.became(Decision(Click(point=Point(5, 5, SIZE), target="Cancel")))
    run.look(frame(2))
    assert "a reply" not in "".join(turn.text for turn in run.turns)
    assert "Done meanwhile: click Cancel.\n" in run.newest


def test_another_policys_steps_are_told_in_this_models_words() -> None:
    run = Telling("qwen3vl")
    run.look(frame(1))
    run.became(Decision(Click(point=Point(160, 120, SIZE))))
    run.became(Decision(TypeText(text="Bonn")), Result(False, "the field is gone"))
    run.look(frame(2))
    assert "Done meanwhile: click at [500, 500].\n" in run.newest
    assert "Done meanwhile: type 'Bonn' (not done: the field is gone).\n" in run.newest
    assert len(run.pictures) == 2


def test_many_steps_of_another_policy_are_told_in_part_and_stay_in_the_lines() -> None:
    run = Telling()
    run.look(frame(1))
    for number in range(40):
        run.became(Decision(Click(point=Point(5, 5, SIZE), target=f"row {number}")))
    run.look(frame(2))
    assert f"Done meanwhile: {40 - OTHERS} steps, and then these.\n" in run.newest
    assert run.newest.count("Done meanwhile") == OTHERS + 1
    assert "row 39" in run.newest
    run.answer("Save")
    run.look(frame(3))
    run.history.shorten()
    told = run.history.written(run.screen)[1].text
    assert "1. click row 0\n" in told
    assert "40. click row 39\n41. click Save\n" in told


def test_the_persons_answer_is_told_and_remembered() -> None:
    run = Telling(grow=1, keep=1)
    run.look(frame(1))
    run.answer(action=Ask(question="Which one?"), result=Result(True, "the second"))
    run.look(frame(2))
    assert "The person answers: the second\n" in run.newest
    run.answer()
    run.look(frame(3))
    assert "1. ask 'Which one?' (answered: the second)\n" in run.turns[1].text


def test_of_several_actions_in_a_reply_only_the_first_is_said_to_be_done() -> None:
    run = Telling()
    run.look(frame(1))
    run.answer(more=2)
    run.look(frame(2))
    assert run.newest == "Only the first of your 3 actions was done.\n"
    run.answer(more=1, result=Result(False, "no"))
    run.look(frame(3))
    assert run.newest == "That was not done: no\n"


@pytest.mark.parametrize(("name", "corners"), [("plain", "[100, 125] to [200, 250]"), ("qwen25vl", None)])
def test_a_small_change_adds_only_the_part_that_changed(name: str, corners: str | None) -> None:
    run = Telling(name, crops=True)
    run.look(frame(1))
    whole = run.pictures[0].size
    run.answer()
    run.look(frame(1, patch=(36, 36)))
    part = run.pictures[-1]
    factor = run.dialect.factor
    assert part.size.area < whole.area / 4
    assert part.size.width % factor == part.size.height % factor == 0
    assert run.newest.startswith("Only the part from [")
    if corners:
        assert corners in run.newest
    run.answer()
    run.look(frame(90))
    assert run.pictures[-1].size == whole


def test_what_is_kept_after_a_cut_begins_with_a_whole_picture() -> None:
    run = Telling(grow=3, keep=2, crops=True)
    for number in range(8):
        run.look(frame(1, patch=(32 * number, 64)))
        first = next(part for part in run.turns[1].parts if isinstance(part, Picture))
        assert first.size == run.screen.shown
        assert "Only the part" not in run.turns[1].text
        run.answer()


def test_a_screen_that_turns_is_shown_whole_at_its_new_size() -> None:
    run = Telling("qwen25vl", crops=True, grow=3, keep=2)
    for number in range(10):
        size = SIZE if number % 4 < 2 else Size(240, 320)
        run.look(frame(number, size))
        assert run.pictures[-1].size == run.history.fit(size) or "Only the part" in run.newest
        assert (run.pictures[-1].size.width > run.pictures[-1].size.height) == (size is SIZE)
        run.answer()


@pytest.mark.parametrize("name", NAMES)
def test_a_long_run_stays_bounded(name: str) -> None:
    run = Telling(name, grow=6, keep=3)
    words, kept, before = 0, 0, list[Turn]()
    for number in range(200):
        run.look(frame(number))
        kept += begins_like(run.turns, before)
        before = [*run.turns, Turn.of("assistant", run.answer(f"button {number}"))]
        words = max(words, sum(len(turn.text) for turn in run.turns[1:]))
        assert len(run.pictures) <= 6
    assert words < 12_000
    assert kept == 200 - 49  # a cut at every fourth step
    opening = run.turns[1].text
    assert "button 0" in opening
    assert f"({200 - len(run.turns) // 2 - FIRST - LAST} steps are left out here)" in opening


def test_the_oldest_pictures_are_let_go() -> None:
    run = Telling(grow=3, keep=1)
    for number in range(12):
        run.look(frame(number))
        run.answer()
    held = [part for exchange in run.history._exchanges for part in exchange.parts if isinstance(part, Picture)]
    assert len(held) <= 3


@pytest.mark.parametrize(("grow", "keep"), [(1, 1), (2, 2), (3, 3), (8, 1)])
def test_pictures_never_exceed_what_was_set(grow: int, keep: int) -> None:
    run = Telling(grow=grow, keep=keep)
    for number in range(30):
        run.look(frame(number // 2))
        assert len(run.pictures) <= grow
        run.answer()


@pytest.mark.parametrize(("grow", "keep"), [(4, 0), (4, 5), (0, 0)])
def test_what_can_not_be_kept_is_refused(grow: int, keep: int) -> None:
    with pytest.raises(ValueError, match=f"keep={keep} must be 1 to grow={grow}"):
        Telling(grow=grow, keep=keep)


EVENTS = st.sampled_from(["click", "same", "bad", "other", "denied", "ask", "shorten", "turn", "dropped"])


@settings(deadline=None, max_examples=60)
@given(st.lists(EVENTS, max_size=40), st.integers(1, 5), st.integers(1, 5), st.booleans())
def test_whatever_happens_the_conversation_is_one(events: list[str], one: int, two: int, crops: bool) -> None:
    run = Telling(grow=max(one, two), keep=min(one, two), crops=crops)
    size, shade = SIZE, 0
    does: dict[str, Callable[[], object]] = {
        "click": run.answer,
        "same": lambda: run.answer(result=Result(True, "", Effect("nothing"))),
        "bad": lambda: run.became(None, Result(False, "no JSON")),
        "other": lambda: run.became(Decision(Done())),
        "denied": lambda: run.answer(result=Result(False, "not allowed")),
        "ask": lambda: run.answer(action=Ask(question="Which?"), result=Result(True, "this")),
        "shorten": lambda: (run.history.shorten(), run.answer()),
        "turn": run.answer,
        "dropped": lambda: (run.history.said("x", "x"), run.history.forget(), run.became(Decision(Done()))),
    }
    for event in events:
        shade += event not in ("same", "bad")
        size = Size(size.height, size.width) if event == "turn" else size
        turns = run.look(frame(shade, size))
        assert [turn.role for turn in turns] == ["system", *["user", "assistant"] * (len(turns) // 2 - 1), "user"]
        assert all(turn.parts for turn in turns)
        assert 1 <= len(run.pictures) <= max(one, two)
        assert isinstance(next(part for part in turns[1].parts if not isinstance(part, str)), Picture)
        does[event]()


def test_the_words_of_the_conversation_can_be_written_to_a_file() -> None:
    run = Telling()
    run.look(frame(1))
    run.answer("Save", Result(False, "half a pair: \ud800"))
    run.look(frame(2))
    json.dumps([turn.text for turn in run.turns], ensure_ascii=False).encode("utf-8")


def test_a_family_without_words_for_an_action_does_not_stop_another_policys_step_from_being_told() -> None:
    run = Telling("qwen3vl")
    run.look(frame(1))
    action = Ask(question="Which?")
    with pytest.raises(BadReply):
        run.dialect.write(action, run.screen)
    run.became(Decision(action), Result(True, "this one"))
    run.look(frame(2))
    assert "Done meanwhile: ask 'Which?' (answered: this one).\n" in run.newest
