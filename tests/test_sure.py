"""Sure checks where a policy points: agreement acts, contradiction looks again, opposites are never clicked."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from screenwright.agent import Agent, Limits
from screenwright.policies import Guard, Scripted
from screenwright.policies.oracle import Misses, Oracle
from screenwright.policies.sure import Pointing, Sure
from screenwright.policies.sure_look import icon_at
from screenwright.policies.sure_meanings import opposed
from screenwright.policies.sure_words import Wanted, harmful, reads_like
from screenwright.tools import Desktop, FakeDevice, Observation, Outcome, Point, Region, Size, Task, Trace
from screenwright.tools.actions import Action, Ask, Click, Drag, LongPress, Move, TypeText
from screenwright.tools.elements import Element
from screenwright.tools.errors import BadReply
from screenwright.tools.fake import Widget
from screenwright.tools.geometry import View
from screenwright.tools.patience import Patience
from screenwright.tools.reading import Reader, Scene
from screenwright.tools.steps import Decision, Step

FRAME = Size(800, 600)


class Tree(Reader):
    """Reads only what the device itself says is there: a fake device says it exactly."""

    reads = 0

    def read(self, observation: Observation, **_: Any) -> Scene:
        self.reads += 1
        return Scene(observation, tuple(observation.elements))


class Pointer:
    """Decides one thing, and answers second looks from a list."""

    name = "pointer"

    def __init__(self, decision: Decision | Action, *second: tuple[float, float] | None) -> None:
        self.decision = decision if isinstance(decision, Decision) else Decision(decision)
        self.second = list(second)
        self.asked: list[tuple[str, Region]] = []

    def begin(self, task: Task) -> None: ...

    def decide(self, task: Task, steps: Sequence[Step], observation: Observation) -> Decision:
        return self.decision

    def point_at(
        self, what: str, observation: Observation, region: Region
    ) -> tuple[Point | None, dict[str, float]]:
        self.asked.append((what, region))
        answer = self.second.pop(0)
        return (Point(*answer, observation.frame) if answer else None), {"prompt_tokens": 100, "wall_s": 0.5}


def screen(*elements: Element) -> Observation:
    """A grey frame; each element without words is drawn as an icon."""
    pixels = np.full((FRAME.height, FRAME.width, 3), 230, np.uint8)
    for e in elements:
        if not e.text:
            pixels[e.region.y : e.region.bottom, e.region.x : e.region.right] = 40
    named = [e for e in elements if e.text]
    return Observation(View(FRAME), pixels=pixels, elements=lambda: named)


def at(text: str, x: int, y: int, width: int = 80, height: int = 24, role: Any = "button", **more: Any) -> Element:
    return Element(text, Region(x, y, width, height), role, "atspi", **more)


def click(x: float, y: float, target: str | None = None, **more: Any) -> Click:
    return Click(point=Point(x, y, FRAME), target=target, **more)


def decide(pointer: Pointer, observation: Observation, **options: Any) -> Decision:
    sure = Sure(pointer, Tree(), **options)
    sure.begin(Task("x"))
    return sure.decide(Task("x"), [], observation)


SAVE, CANCEL = at("Save", 100, 100), at("Cancel", 200, 100)


def test_what_is_named_and_stands_there_is_clicked_as_it_is() -> None:
    reader = Tree()
    sure = Sure(Pointer(click(140, 112, "Save button", count=2)), reader)
    decision = sure.decide(Task("x"), [], screen(SAVE, CANCEL))
    assert decision.action == click(140, 112, "Save button", count=2)
    assert decision.confidence and decision.confidence > 0.9
    assert 'on "Save"' in decision.thought and "as named" in decision.thought
    assert decision.usage["zooms"] == 0 and decision.usage["sure_s"] > 0
    assert reader.reads == 0, "the tree has said it: nothing need be read"


def test_words_quoted_in_the_thought_are_compared_where_there_is_no_target() -> None:
    decision = decide(Pointer(Decision(click(140, 112), 'I press "Save" now.')), screen(SAVE, CANCEL))
    assert decision.thought.startswith('I press "Save" now. [on "Save"')
    with pytest.raises(BadReply, match="Cancel"):
        decide(Pointer(Decision(click(240, 112), 'I press "Save" now.')), screen(SAVE, CANCEL), zoom="never")


def test_of_several_quoted_words_none_is_held_against_a_point() -> None:
    thought = 'After "Save" comes "Cancel".'
    decision = decide(Pointer(Decision(click(300, 300), thought)), screen(SAVE, CANCEL), zoom="never")
    assert decision.action == click(300, 300)


@pytest.mark.parametrize(
    ("point", "inside"),
    [((140, 124.5), True), ((101, 112), True), ((140, 130), True), ((177, 99), True), ((120, 110), False)],
)
def test_a_point_at_the_edge_is_moved_in_and_never_far(point: tuple[float, float], inside: bool) -> None:
    decision = decide(Pointer(click(*point, "Save")), screen(SAVE))
    assert isinstance(decision.action, Click)
    new = decision.action.point
    assert SAVE.region.grown(-3).holds(new.x, new.y)
    assert abs(new.x - point[0]) <= 10 and abs(new.y - point[1]) <= 14
    assert ("moved in" in decision.thought) is inside


def test_a_wide_thing_is_not_clicked_in_its_middle() -> None:
    field = at("Address", 100, 100, 600, 24, "field")
    decision = decide(Pointer(click(103, 112, "Address field")), screen(field))
    assert isinstance(decision.action, Click) and decision.action.point.x < 115


def test_a_contradiction_is_looked_at_again_and_mended() -> None:
    pointer = Pointer(Decision(click(240, 112, "Save"), "save it", "RAW", {"prompt_tokens": 1}), (141, 111))
    decision = decide(pointer, screen(SAVE, CANCEL))
    assert decision.action == click(141, 111, "Save")
    assert decision.reply == "RAW"
    assert decision.usage | {"sure_s": 0} == {"prompt_tokens": 101, "wall_s": 0.5, "zooms": 1, "sure_s": 0}
    assert "a second look" in decision.thought
    what, region = pointer.asked[0]
    assert what == "Save" and region.holds(240, 112) and region.area < FRAME.area / 4


def test_where_the_words_are_far_away_it_looks_there_too() -> None:
    far = at("Save", 680, 520)
    pointer = Pointer(click(240, 112, "Save"), None, (720, 530))
    decision = decide(pointer, screen(far, CANCEL))
    assert decision.action == click(720, 530, "Save") and decision.usage["zooms"] == 2
    assert pointer.asked[1][1].shared(far.region) == far.region
    assert not pointer.asked[0][1].shared(far.region).area


def test_what_stays_contradicted_is_said_back_and_then_asked() -> None:
    pointer = Pointer(Decision(click(240, 112, "Save"), reply="RAW"), *[(240, 112)] * 4)
    sure = Sure(pointer, Tree())
    with pytest.raises(BadReply, match=r'"Cancel" at 80x24.200.100, and "Save" is at 80x24.100.100') as caught:
        sure.decide(Task("x"), [], screen(SAVE, CANCEL))
    assert caught.value.reply == "RAW" and "point at what you mean" in str(caught.value)
    decision = sure.decide(Task("x"), [], screen(SAVE, CANCEL))
    assert isinstance(decision.action, Ask) and "Cancel" in decision.action.question
    assert decision.usage["zooms"] == 4, "what the refused one has cost is in the next step"


@pytest.mark.parametrize(
    ("wanted", "stands"),
    [
        ("Save", "Don't save"),
        ("Yes", "No"),
        ("OK", "Cancel"),
        ("Ja", "Nein"),
        ("Speichern", "Nicht speichern"),
        ("Anmelden", "Abmelden"),
        ("OK", "Abbrechen"),
        ("保存", "不保存"),
        ("确定", "取消"),
        ("上一页", "下一页"),
        ("Save", "取消"),
        ("Enable sync", "Disable sync"),
        ("Subscribe", "Unsubscribe"),
        ("Order", "Cancel order"),
    ],
)
def test_the_opposite_is_never_clicked(wanted: str, stands: str) -> None:
    assert opposed(wanted, stands) and opposed(stands, wanted) and not reads_like(wanted, stands)
    for first, other in ((wanted, stands), (stands, wanted)):
        pointer = Pointer(click(140, 112, first), (140, 112), (140, 112))
        with pytest.raises(BadReply):
            decide(pointer, screen(at(other, 100, 100)))


@pytest.mark.parametrize(
    ("wanted", "stands"),
    [
        ("Save button", "Save"),
        ('the "Save" button at the top right', "Save"),
        ("OK button to confirm the dialog", "OK"),
        ("Save", "Speichern"),
        ("Schaltfläche Speichern", "Speichern"),
        ("Speichern-Knopf", "Speichern…"),
        ("保存按钮", "保存(S)"),
        ("“确定”按钮", "确定"),
        ("Don't save", "Don’t Save"),
        ("Add to cart", "Add to cart"),
        ("Sign in link", "Sign in"),
        ("Search", "搜索"),
        ("Submit form", "Submit"),
    ],
)
def test_words_a_model_uses_are_understood(wanted: str, stands: str) -> None:
    decision = decide(Pointer(click(140, 112, wanted)), screen(at(stands, 100, 100), at("Other", 300, 100)))
    assert decision.action == click(140, 112, wanted) and decision.confidence and decision.confidence > 0.8


@pytest.mark.parametrize(
    ("wanted", "line"),
    [
        ("Sign up link", "Don't have an account? Sign up"),
        ("Register", "Not a member yet?Register"),
        ("Anmelden", "Noch kein Konto? Hier anmelden"),
        ("注册", "无账号？注册"),
    ],
)
def test_a_negation_in_another_clause_is_none(wanted: str, line: str) -> None:
    text = at(line, 100, 100, 240, role="text")
    decision = decide(Pointer(click(320, 112, wanted)), screen(text))
    assert decision.action == click(320, 112, wanted) and decision.confidence and decision.confidence > 0.8


def test_of_two_quoted_words_the_one_at_the_point_agrees_a_little() -> None:
    decision = decide(Pointer(Decision(click(240, 112), 'Not "Save" but "Cancel".')), screen(SAVE, CANCEL))
    assert decision.confidence == 0.85


@pytest.mark.parametrize(
    ("wanted", "stands"), [("Save", "Save as"), ("No", "Notes"), ("Row 1", "Row 11"), ("Review", "View")]
)
def test_near_words_lose_to_the_words_themselves(wanted: str, stands: str) -> None:
    real = at(wanted, 300, 300)
    decision = decide(Pointer(click(140, 112, wanted), None, (340, 312)), screen(at(stands, 100, 100), real))
    assert isinstance(decision.action, Click) and real.region.holds(
        decision.action.point.x, decision.action.point.y
    )


def test_a_click_is_not_moved_to_harm_that_was_not_named() -> None:
    assert harmful("Save", "Save and delete draft") and not harmful("Delete draft", "Delete draft")
    harm = at("Save and delete draft", 100, 100, 160)
    pointer = Pointer(click(180, 128, "Save"), (180, 112))
    decision = decide(pointer, screen(harm), zoom="never")
    assert decision.action == click(180, 128, "Save"), "just outside, and yet not moved onto it"
    with pytest.raises(BadReply, match="delete draft"):
        decide(pointer, screen(harm), zoom="always")


def test_another_language_is_no_contradiction() -> None:
    decision = decide(Pointer(click(140, 112, "Printer options")), screen(at("打印机选项", 100, 100)))
    assert decision.action == click(140, 112, "Printer options")
    assert decision.confidence == 0.4 and decision.usage["zooms"] == 0


def test_an_icon_is_looked_at_again_where_it_is_small() -> None:
    small, large = at("", 300, 300, 16, 16), at("", 500, 300, 60, 60)
    pointer = Pointer(click(306, 306, "gear"), (308, 308))
    decision = decide(pointer, screen(small, large))
    assert decision.action == click(308, 308, "gear") and decision.usage["zooms"] == 1
    decision = decide(Pointer(click(530, 330, "gear")), screen(small, large))
    assert decision.usage["zooms"] == 0 and decision.confidence == 0.5
    with pytest.raises(BadReply, match="second look"):
        decide(Pointer(click(306, 306, "gear"), None), screen(small, large))
    decision = decide(Pointer(click(306, 306, "gear")), screen(small, large), zoom="never")
    assert decision.action == click(306, 306, "gear")


def test_bare_ground_is_looked_at_again() -> None:
    small = at("", 300, 300, 16, 16)
    pointer = Pointer(click(330, 330, "gear"), (308, 308), (308, 307))
    decision = decide(pointer, screen(small))
    assert decision.action == click(308, 307, "gear") and decision.usage["zooms"] == 2
    with pytest.raises(BadReply, match="third"):
        decide(Pointer(click(330, 330, "gear"), (308, 308), (360, 400)), screen(small))


def test_an_icon_with_an_accessible_name_agrees() -> None:
    icon = at("Settings", 300, 300, 16, 16, "image")
    decision = decide(Pointer(click(306, 306, "Settings icon")), screen(icon, at("Settings", 20, 500, 100)))
    assert decision.confidence and decision.confidence > 0.9 and decision.usage["zooms"] == 0


def test_only_a_small_drawing_is_an_icon() -> None:
    seen = screen(at("", 300, 300, 20, 20), at("", 500, 0, 300, 600), at("", 100, 400, 84, 30))
    assert icon_at(seen, Point(142, 415, FRAME)) is None
    assert icon_at(seen, Point(310, 310, FRAME))
    assert icon_at(seen, Point(650, 300, FRAME)) is None
    assert icon_at(seen, Point(100, 100, FRAME)) is None
    assert icon_at(seen, Point(0, 0, FRAME)) is None


def test_of_nested_things_the_smallest_with_words_counts() -> None:
    window, dialog = at("Editor", 0, 0, 800, 600, "window"), at("Save changes?", 60, 60, 300, 120, "other")
    seen = screen(window, dialog, SAVE, CANCEL)
    assert decide(Pointer(click(140, 112, "Save")), seen).confidence == 0.97
    decision = decide(Pointer(click(300, 170, "Save"), (140, 112)), seen)
    assert decision.action == click(140, 112, "Save"), "the dialog also says Save, and is not the button"


def test_a_field_is_known_by_its_label() -> None:
    label, field = at("City", 20, 100, 60, 24, "text"), at("", 100, 100, 200, 24, "field")
    field = Element(" ", field.region, "field", "atspi", value="")
    decision = decide(Pointer(click(200, 112, "City")), screen(label, field))
    assert decision.action == click(200, 112, "City") and decision.confidence and decision.confidence > 0.8


def test_of_many_that_are_called_the_same_the_point_says_which() -> None:
    rows = [at("Edit", 300, 100 + 40 * n) for n in range(3)]
    names = [at(name, 100, 100 + 40 * n, role="text") for n, name in enumerate(("Ada", "Bob", "Eve"))]
    seen = screen(*rows, *names)
    assert decide(Pointer(click(340, 152, "Edit")), seen).action == click(340, 152, "Edit")
    decision = decide(Pointer(click(340, 112, "Edit button in the row of Bob"), (340, 152)), seen)
    assert decision.action == click(340, 152, "Edit button in the row of Bob")
    decision = decide(Pointer(click(340, 112, "second Edit button"), (340, 152)), seen)
    assert decision.action == click(340, 152, "second Edit button")


def test_what_is_dragged_moved_to_and_held_is_checked_and_typing_is_not() -> None:
    seen = screen(SAVE, CANCEL)
    start, end = Point(101, 112, FRAME), Point(400, 400, FRAME)
    drag = decide(Pointer(Drag(start=start, end=end, target="Save")), seen).action
    assert isinstance(drag, Drag) and drag.start and drag.start.x > 103 and drag.end == end
    for action in (Move(point=start, target="Cancel"), LongPress(point=start, target="Cancel")):
        with pytest.raises(BadReply):
            decide(Pointer(action), seen, zoom="never")
    free: list[Action] = [TypeText(text="a", target="Save"), Drag(end=end, target="Save"), click(300, 400)]
    for action in free:
        assert decide(Pointer(action), seen, zoom="never").action == action


def test_a_point_of_another_frame_is_left_to_the_device() -> None:
    action = Click(point=Point(1, 1, Size(10, 10)), target="Save")
    assert decide(Pointer(action), screen(SAVE)).action == action


def test_a_policy_that_cannot_point_again_is_still_checked() -> None:
    sure = Sure(Scripted([click(240, 112, "Save")]), Tree())
    sure.begin(Task("x"))
    with pytest.raises(BadReply, match="Cancel"):
        sure.decide(Task("x"), [], screen(SAVE, CANCEL))


def test_an_answer_off_the_frame_or_of_another_is_none() -> None:
    pointer = Pointer(click(240, 112, "Save"), (900, 112), (-1, 3))
    with pytest.raises(BadReply):
        decide(pointer, screen(SAVE, CANCEL))


def test_wanted_words() -> None:
    assert Wanted.of(None, "nothing quoted") is None
    assert Wanted.of("  ", "") is None
    wanted = Wanted.of("gear icon", "")
    assert wanted and wanted.small and wanted.reads("gear")


def toolbar(sizes: Sequence[int] = (12, 16, 20, 28)) -> list[Widget]:
    """Four rows of six buttons each, from small to large; what was pressed is marked by a star."""
    words = ["Cut", "Paste", "Undo", "Bold", "Italic", "Link"]
    widgets = []
    for row, size in enumerate(sizes):
        for column, word in enumerate(words):
            widget = Widget(f"{word} {row}", "button", 20 + column * (size + 50), 20 + row * 60, size + 40, size)
            widget.on_click = lambda device, w=widget: setattr(w, "value", w.value + "*")
            widgets.append(widget)
    return widgets


def play(widgets: list[Widget], sure: bool, seed: int, folder: Path) -> tuple[Outcome, int, int]:
    """A run over every widget: its outcome, the widgets pressed exactly once, and the presses in all."""
    misses = Misses(sigma=6, wrong=0.15, missing=0.03)
    plan = [w.text for w in widgets]
    device = FakeDevice(widgets, size=FRAME)
    oracle = Oracle(plan, misses=misses, seed=seed)
    assert isinstance(oracle, Pointing)
    policy = Sure(oracle, Tree()) if sure else oracle
    agent = Agent(policy, device, guard=Guard([], "allow"), trace=folder, limits=Limits(bad_replies=9, stuck=99))
    agent.settler.patience = lambda action: Patience(first=0.001, quiet=0.001)
    outcome = agent.run("press each once")
    return outcome, sum(w.value == "*" for w in widgets), sum(len(w.value) for w in widgets)


def test_in_the_loop_the_wrong_clicks_of_an_oracle_are_caught(tmp_path: Path) -> None:
    right = wrong = right_without = wrong_without = 0
    for seed in range(3):
        outcome, hit, pressed = play(toolbar(), True, seed, tmp_path / f"sure{seed}")
        assert outcome.ok, outcome.message
        right, wrong = right + hit, wrong + pressed - hit
        _, hit, pressed = play(toolbar(), False, seed, tmp_path / f"plain{seed}")
        right_without, wrong_without = right_without + hit, wrong_without + pressed - hit
    assert (right, wrong) == (72, 0)
    assert right_without < 62 and wrong_without > 2
    steps = [step for seed in range(3) for step in Trace(tmp_path / f"sure{seed}").steps]
    assert any(s.decision and s.decision.usage.get("zooms") for s in steps)
    assert all(s.decision.source == "oracle" for s in steps if s.decision)


SMALL = """
import json, os, sys, tkinter
out, log = sys.argv[1:3]
root = tkinter.Tk(); root.title("Small"); root.geometry("460x300+300+200"); made = []
def press(name):
    open(log, "a", encoding="utf-8").write(name + "\\n"); said.config(text="pressed " + name)
words = ["Save", "Don't save", "Cancel", "Export", "Print", "Undo", "Redo", "Rename", "Speichern", "Suchen", "保存", "打开"]
for n, word in enumerate(words):
    b = tkinter.Button(root, text=word, font=("DejaVu Sans", 7), padx=2, pady=0, command=lambda word=word: press(word))
    b.place(x=20 + n % 4 * 105, y=20 + n // 4 * 60); made.append((b, word))
said = tkinter.Label(root, text="nothing pressed"); said.place(x=20, y=250)
root.update()
def tell():
    json.dump({t: [w.winfo_rootx(), w.winfo_rooty(), w.winfo_width(), w.winfo_height()] for w, t in made}, open(out + "~", "w"))
    os.replace(out + "~", out)
root.after(300, tell); root.mainloop()
"""  # noqa: E501


def test_small_buttons_of_a_real_window_are_hit(
    desktop: Desktop, reader: Reader, tmp_path: Path, eventually: Callable[..., Any]
) -> None:
    """Twelve buttons 14 px high, English, German and Chinese, and an oracle whose misses are twice as large."""
    out, log = tmp_path / "truth.json", tmp_path / "log"
    desktop.start([sys.executable, "-c", SMALL, str(out), str(log)])
    eventually(out.exists)
    places = {name: Region(*box) for name, box in json.loads(out.read_text()).items()}
    misses = Misses(sigma=10, wrong=0.2, missing=0.05)
    oracle = Oracle(list(places), places=lambda seen: places, misses=misses, seed=5)
    agent = Agent(
        Sure(oracle, reader),
        desktop,
        guard=Guard([], "allow"),
        trace=tmp_path / "run",
        limits=Limits(bad_replies=9),
    )
    outcome = agent.run("press each once, in order")
    assert outcome.ok, outcome.message
    assert log.read_text(encoding="utf-8").splitlines() == list(places)
    steps = Trace(tmp_path / "run").steps
    raw = [s.decision.reply for s in steps if s.decision and s.decision.reply]
    points = [tuple(map(float, point.strip("()").split(", "))) for point in raw]
    missed = sum(not places[name].holds(*point) for name, point in zip(places, points, strict=True))
    assert missed >= 3, "unchecked, they would have been wrong"


def test_the_same_seed_misses_the_same_way() -> None:
    def points(seed: int) -> list[Point]:
        oracle = Oracle(["Save"] * 5, misses=Misses(sigma=5), seed=seed)
        oracle.begin(Task("x"))
        seen = screen(SAVE)
        return [a.point for _ in range(5) if isinstance(a := oracle.decide(Task("x"), [], seen).action, Click)]

    assert points(1) == points(1) != points(2)
    assert len(set(points(1))) == 5


def test_an_oracle_errs_less_on_a_crop_and_sees_nothing_outside_of_it() -> None:
    seen, oracle = screen(SAVE), Oracle([], misses=Misses(sigma=10))
    crop = Region(50, 50, 200, 150)

    def spread(region: Region) -> float:
        points = [oracle.point_at("Save", seen, region)[0] for _ in range(200)]
        return float(np.std([p.x for p in points if p]))

    assert 3 < spread(Region(0, 0, 800, 600)) / spread(crop) < 5
    assert oracle.point_at("Save", seen, Region(400, 300, 200, 150))[0] is None
    misses = Oracle([], misses=Misses(missing=1.0))
    assert misses.point_at("Save", seen, crop)[0] is None
