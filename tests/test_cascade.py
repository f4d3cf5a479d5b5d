"""The cheapest that is sure decides; one step is handed on and comes back; a refusal and a secret are not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from screenwright.agent import Agent, Limits
from screenwright.policies import Guard, Literal, Scripted
from screenwright.policies.cascade import Cascade
from screenwright.policies.errand import KeepsPlace, in_words, secrets_in
from screenwright.policies.oracle import Misses, Oracle
from screenwright.policies.policy import Policy
from screenwright.policies.sure import Sure
from screenwright.tools import Desktop, FakeDevice, Observation, Outcome, Point, Size, Task, Trace
from screenwright.tools.actions import Action, Click, Done, PressKeys, Scroll, TypeText, Wait
from screenwright.tools.errors import BadReply, BadScript, GaveUp, ModelLost, NotInstalled, ScreenwrightError
from screenwright.tools.fake import Widget, form
from screenwright.tools.patience import Patience
from screenwright.tools.reading import Reader, Scene
from screenwright.tools.steps import Decision, Step

FRAME = Size(480, 320)
PROGRAMS = Path(__file__).parent / "programs"
Answer = Decision | Action | ScreenwrightError


class Tree(Reader):
    """Reads only what the device itself says is there: a fake device says it exactly."""

    def read(self, observation: Observation, **_: Any) -> Scene:
        return Scene(observation, tuple(observation.elements))


class Model:
    """Answers from a list, and keeps what it was told and shown, as a model's prompt would."""

    def __init__(self, *answers: Answer, name: str = "model", begins: ScreenwrightError | None = None) -> None:
        self.name = name
        self.answers = list(answers)
        self.begins = begins
        self.tasks: list[Task] = []
        self.shown: list[Sequence[Step]] = []
        self.dropped = 0

    def begin(self, task: Task) -> None:
        if self.begins:
            raise self.begins
        self.tasks.append(task)

    def decide(self, task: Task, steps: Sequence[Step], observation: Observation) -> Decision:
        assert task == self.tasks[-1], "it is asked about what it was begun with"
        self.shown.append(tuple(steps))
        answer = self.answers.pop(0)
        if isinstance(answer, ScreenwrightError):
            raise answer
        return answer if isinstance(answer, Decision) else Decision(answer, "so I think", usage={"tokens": 7})

    def drop(self) -> None:
        self.dropped += 1


def literal(patience_s: float = 0.05) -> Literal:
    return Literal(reader=Tree(), patience_s=patience_s)


def click(x: float, y: float, target: str | None = None) -> Click:
    return Click(point=Point(x, y, FRAME), target=target)


def unsure(action: Action, confidence: float = 0.3) -> Decision:
    return Decision(action, "perhaps", confidence=confidence, source="small")


def run(
    policy: Policy, text: str, device: FakeDevice, folder: Path, guard: Guard | None = None, **more: Any
) -> tuple[Outcome, list[Step]]:
    limits = Limits(seconds=60, **more.pop("limits", {}))
    agent = Agent(policy, device, trace=folder / "run", limits=limits, guard=guard or Guard([], "allow"))
    agent.settler.patience = lambda action: Patience(first=0.001, quiet=0.001)
    outcome = agent.run(Task(text, more))
    return outcome, Trace(folder / "run").steps


def sources(steps: Sequence[Step]) -> list[str]:
    return [step.decision.source if step.decision else "-" for step in steps]


NAME, SUBMIT = click(200, 34, "Name"), click(200, 114, "Submit")


def test_the_literal_policy_does_alone_what_it_can(tmp_path: Path) -> None:
    model = Model()
    assert isinstance(literal(), KeepsPlace)
    outcome, steps = run(
        Cascade([literal(), model]), 'type "Ada" into Name and press Submit', FakeDevice(), tmp_path
    )
    assert outcome.ok, outcome.message
    assert set(sources(steps)) == {"literal"} and model.tasks == []
    assert all("asked_literal_s" in s.decision.usage for s in steps if s.decision)
    assert not any(s.decision.thought.startswith("[") for s in steps if s.decision)


def test_a_step_it_cannot_do_is_handed_on_and_it_goes_on_behind(tmp_path: Path) -> None:
    device = FakeDevice()
    model = Model(NAME, TypeText(text="Ada"), Done())
    script = '- type "Ada" into "Full name"\n- type "Köln" into City\n- click "Submit"'
    outcome, steps = run(Cascade([literal(), model]), script, device, tmp_path)
    assert outcome.ok, outcome.message
    assert device.values == {"Name": "Ada", "City": "Köln"}
    acting = [s for s in steps if s.decision and not isinstance(s.decision.action, Wait | Scroll)]
    assert sources(acting) == ["model", "model", "literal", "literal", "literal", "literal"]
    assert len(model.tasks) == 1
    said = model.tasks[0].text
    assert "only this one step of a longer task" in said and 'type "Ada" into "Full name"' in said
    assert '"Full name" field is not on the screen; nearest: "Name"' in said and "Köln" not in said
    thoughts = [s.decision.thought for s in acting if s.decision]
    assert thoughts[0].startswith("[literal: step 1 (line 1)") and "so I think" in thoughts[0]
    assert thoughts[1].startswith("[step 1 (line 1) for literal]")
    assert thoughts[2].startswith("[model has done step 1 (line 1)] step 2 (line 2)")
    usage = acting[0].decision.usage if acting[0].decision else {}
    assert usage["tokens"] == 7 and usage["asked_literal_s"] > 0 and usage["asked_model_s"] > 0
    assert [len(shown) for shown in model.shown] == [0, 1, 2], "of the steps it sees its own"


def test_prose_goes_to_the_model_whole(tmp_path: Path) -> None:
    model = Model(NAME, Done(answer="booked"))
    cascade = Cascade([literal(), model])
    outcome, steps = run(cascade, "Book me a flight to {{where}}", FakeDevice(), tmp_path, where="Oslo")
    assert outcome.ok and outcome.answer == "booked"
    assert [task.text for task in model.tasks] == ["Book me a flight to Oslo"]
    assert sources(steps) == ["model", "model"]


def test_where_nobody_understands_the_task_nothing_is_done() -> None:
    with pytest.raises(BadScript, match="not understood") as caught:
        Cascade([literal(), Model(begins=NotInstalled("no torch: pip install torch"))]).begin(
            Task("Book a flight")
        )
    assert "literal: " in str(caught.value) and "model: no torch" in str(caught.value)
    with pytest.raises(BadScript, match=r"^line 1"):
        Cascade([literal()]).begin(Task("- frobnicate it"))
    with pytest.raises(BadScript, match="at least one"):
        Cascade([])
    with pytest.raises(BadScript, match="2 values"):
        Cascade([literal()], sure=[0.1, 0.2])


def test_a_model_that_is_missing_is_only_missed_when_it_is_needed(tmp_path: Path) -> None:
    missing = Model(begins=NotInstalled("no torch: pip install torch"))
    outcome, _ = run(Cascade([literal(), missing]), "click Submit", FakeDevice(), tmp_path / "a")
    assert outcome.ok, outcome.message
    outcome, _ = run(Cascade([literal(), missing]), "click Nowhere", FakeDevice(), tmp_path / "b")
    assert outcome.status == "error" and "pip install torch" in outcome.message and "Nowhere" in outcome.message


def test_the_next_is_asked_only_when_one_is_not_sure(tmp_path: Path) -> None:
    small = Model(unsure(click(1, 1)), Decision(NAME, confidence=0.9), unsure(click(2, 2)), Done(), name="small")
    big = Model(SUBMIT, GaveUp("I see nothing"), name="big")
    outcome, steps = run(Cascade([small, big]), "anything", FakeDevice(), tmp_path)
    assert outcome.ok, outcome.message
    assert [s.decision.action for s in steps if s.decision] == [SUBMIT, NAME, click(2, 2), Done()]
    assert sources(steps) == ["big", "small", "small", "small"]
    thoughts = [s.decision.thought for s in steps if s.decision]
    assert thoughts[0] == "[small: not sure enough (0.30, not 0.60)] so I think"
    assert thoughts[1] == "" and "nobody is surer" in thoughts[2] and "I see nothing" in thoughts[2]
    assert small.dropped == 1, "only the first of its two guesses was not taken"


def test_the_last_is_taken_however_sure_it_is(tmp_path: Path) -> None:
    big = Model(unsure(NAME, 0.1), Done(), name="big")
    outcome, steps = run(Cascade([big]), "anything", FakeDevice(), tmp_path)
    assert outcome.ok and steps[0].decision and steps[0].decision.action == NAME


def test_who_fails_again_and_again_rests(tmp_path: Path) -> None:
    small = Model(*[GaveUp("too hard")] * 20, name="small")
    places = [click(10 + n, 300) for n in range(16)]
    big = Model(*places, Done(), name="big")
    outcome, steps = run(Cascade([small, big], patience=2), "x", FakeDevice(), tmp_path, limits={"stuck": 50})
    assert outcome.ok, outcome.message
    asked = [n for n, s in enumerate(steps) if s.decision and "asked_small_s" in s.decision.usage]
    assert asked == [0, 1, 4, 9]
    thought = steps[1].decision.thought if steps[1].decision else ""
    assert thought.startswith("[small: too hard; small rests for 2 steps]")


def test_a_bad_reply_goes_to_the_next_and_to_the_loop_where_there_is_none(tmp_path: Path) -> None:
    small = Model(BadReply("no JSON", "blah"), BadReply("no JSON", "blah"), Done(), name="small")
    big = Model(NAME, BadReply("no call", "bluh"), name="big")
    outcome, steps = run(Cascade([small, big]), "x", FakeDevice(), tmp_path)
    assert outcome.ok, outcome.message
    assert sources(steps) == ["big", "-", "small"]
    assert "small: no JSON" in steps[1].result.message and "big: no call" in steps[1].result.message


def test_a_model_that_is_gone_is_not_asked_again(tmp_path: Path) -> None:
    small = Model(NAME, ModelLost("the server is gone"), name="small")
    big = Model(SUBMIT, NAME, Done(), name="big")
    outcome, steps = run(Cascade([small, big]), "x", FakeDevice(), tmp_path)
    assert outcome.ok and sources(steps) == ["small", "big", "big", "big"]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([Done()], "has done nothing"),
        ([GaveUp("I see no such thing")], "I see no such thing"),
        ([Done(success=False, answer="not to be found")], "not to be found"),
        ([SUBMIT] * 9, "not done after 4 steps"),
        ([ModelLost("gone")], "gone"),
    ],
)
def test_a_step_that_nobody_can_do_ends_the_run_with_all_reasons(
    answers: list[Answer], said: str, tmp_path: Path
) -> None:
    cascade = Cascade([literal(), Model(*answers)], errand_steps=4)
    outcome, _ = run(cascade, "- click Nowhere\n- click Submit", FakeDevice(), tmp_path, limits={"stuck": 50})
    assert outcome.status in ("gave_up", "error")
    assert '"Nowhere" is not on the screen' in outcome.message and f"model: {said}" in outcome.message.replace(
        "model: says that it is done, and", "model:"
    )


def test_a_bad_reply_within_a_step_can_be_mended(tmp_path: Path) -> None:
    model = Model(BadReply("no JSON"), SUBMIT, Done())
    outcome, _ = run(Cascade([literal(), model]), "click Nowhere", FakeDevice(), tmp_path)
    assert outcome.ok, outcome.message
    assert [s.result.message for s in model.shown[1]] == ["no JSON"]
    assert len(model.tasks) == 1


def test_an_unsure_click_of_the_literal_policy_is_first_asked_about_then_done(tmp_path: Path) -> None:
    save = Widget("Save draft", top=20)
    pressed: list[str] = []
    save.on_click = lambda device: pressed.append("save")
    device = FakeDevice([save, Widget("Other", top=100)])
    model = Model(GaveUp("no idea"))
    outcome, steps = run(Cascade([literal(), model], sure=0.8), 'click "Save drafft"', device, tmp_path)
    assert outcome.ok, outcome.message
    assert pressed == ["save"], "decided once, not done, decided again, done"
    assert steps[0].decision and steps[0].decision.source == "literal"
    assert "nobody is surer" in steps[0].decision.thought and "no idea" in steps[0].decision.thought
    pressed.clear()
    model = Model(click(100, 114), Done())
    outcome, steps = run(Cascade([literal(), model], sure=0.8), 'click "Save drafft"', device, tmp_path / "b")
    assert outcome.ok and pressed == [] and sources(steps) == ["model", "literal"]


@pytest.mark.parametrize("step", ['expect "Nowhere"', 'give up "not today"'])
def test_what_the_script_itself_states_is_not_handed_on(step: str, tmp_path: Path) -> None:
    model = Model()
    outcome, _ = run(Cascade([literal(), model]), f"- {step}", FakeDevice(), tmp_path)
    assert outcome.status == "gave_up" and model.tasks == []
    assert "not handed on" in outcome.message or outcome.message == "not today"


def test_what_is_read_by_another_is_its_answer(tmp_path: Path) -> None:
    script = '- read "Grand total" into total\n- answer "{{total}}"'
    outcome, _ = run(Cascade([literal(), Model(Done(answer="42 €"))]), script, FakeDevice(), tmp_path / "a")
    assert outcome.ok and outcome.answer == "42 €" and outcome.variables == {"total": "42 €"}
    outcome, _ = run(Cascade([literal(), Model(Done())]), script, FakeDevice(), tmp_path / "b")
    assert outcome.status == "gave_up" and "not what is read" in outcome.message


DENY = {"rule": "deny", "target": "Submit|^$", "reason": "not that"}


def test_what_was_refused_is_not_handed_on(tmp_path: Path) -> None:
    model = Model(click(200, 115), Done())
    guard = Guard([DENY], "allow")
    limits = {"denials": 9}
    outcome, steps = run(Cascade([literal(), model]), "click Submit", FakeDevice(), tmp_path, guard, limits=limits)
    assert outcome.status == "gave_up" and "not that" in outcome.message
    assert model.tasks == [] and sources(steps) == ["literal", "-"]


def test_after_a_refusal_nobody_tries_the_same_in_another_way(tmp_path: Path) -> None:
    small = Model(SUBMIT, GaveUp("then not"), name="small")
    big = Model(click(201, 113, "the big one"), name="big")
    guard = Guard([DENY], "allow")
    outcome, _ = run(Cascade([small, big]), "x", FakeDevice(), tmp_path / "a", guard, limits={"denials": 9})
    assert outcome.status == "gave_up" and outcome.message == "then not" and big.tasks == []
    small = Model(unsure(NAME), unsure(click(201, 113, "the button")), name="small")
    big = Model(SUBMIT, name="big")
    outcome, _ = run(Cascade([small, big]), "x", FakeDevice(), tmp_path / "b", guard, limits={"denials": 9})
    assert outcome.status == "gave_up" and "refused" in outcome.message


def test_after_a_refusal_one_goes_on_alone(tmp_path: Path) -> None:
    small = Model(SUBMIT, unsure(NAME), Done(success=False, answer="then not"), name="small")
    big = Model(name="big")
    guard = Guard([DENY], "allow")
    outcome, steps = run(Cascade([small, big]), "x", FakeDevice(), tmp_path, guard, limits={"denials": 9})
    assert outcome.status == "gave_up" and outcome.message == "then not" and big.tasks == []
    assert sources(steps) == ["small", "small", "small"]


def test_a_step_may_be_handed_on_twice(tmp_path: Path) -> None:
    """A second policy that keeps its place does what it can of the step, and hands on the rest of it."""
    second, model = literal(), Model(SUBMIT, Done())
    second.name = "second"
    script = '- type "Ada" into Name\n- click Nowhere\n- type "Oslo" into City'
    device = FakeDevice()
    outcome, steps = run(Cascade([literal(), second, model]), script, device, tmp_path)
    assert outcome.ok, outcome.message
    assert device.values == {"Name": "Ada", "City": "Oslo"}
    thoughts = " ".join(s.decision.thought for s in steps if s.decision)
    assert "model has done step 1 (line 1); second has done step 2 (line 2)" in thoughts


SECRET = "hunter2-Ω"
TYPE_SECRET = '- type "{{secret_pin}}" into "Code word"\n- click "Submit"'


def everything(model: Model) -> str:
    """All that the model was told and shown, as text."""
    seen = [(s.decision, s.result) for steps in model.shown for s in steps]
    return repr((model.tasks, seen))


def test_a_secret_is_typed_and_never_told(tmp_path: Path) -> None:
    device = FakeDevice(form("Password", "City"))
    model = Model(NAME, TypeText(text="{{secret_pin}}"), Done())
    outcome, steps = run(Cascade([literal(), model]), TYPE_SECRET, device, tmp_path, secret_pin=SECRET)
    assert outcome.ok, outcome.message
    assert device.values["Password"] == SECRET
    assert len(model.shown[2]) == 2 and "{{secret_pin}}" in everything(model) and SECRET not in everything(model)
    assert not any(SECRET in s.decision.thought for s in steps if s.decision)


def test_a_secret_in_prose_is_not_told_either(tmp_path: Path) -> None:
    device = FakeDevice(form("Password", "City"))
    model = Model(NAME, TypeText(text="{{ secret_pin }}!"), Done())
    text = "Please log me in with {{secret_pin}} as {{who}}"
    outcome, _ = run(Cascade([literal(), model]), text, device, tmp_path, secret_pin=SECRET, who="Ada")
    assert outcome.ok and device.values["Password"] == SECRET + "!"
    assert "as Ada" in model.tasks[0].text and SECRET not in everything(model)


@pytest.mark.parametrize(
    "action", [TypeText(text="{{secret_other}}"), Done(answer="{{secret_pin}}"), click(9, 9, "{{secret_pin}}")]
)
def test_a_secret_goes_nowhere_but_where_the_task_says(action: Action, tmp_path: Path) -> None:
    model = Model(action, NAME, Done())
    script = '- type "{{secret_other}}" into City\n- type "{{secret_pin}}" into "Code word"'
    device = FakeDevice()
    outcome, steps = run(
        Cascade([literal(), model]), script, device, tmp_path, secret_pin=SECRET, secret_other="o!"
    )
    assert outcome.ok, outcome.message
    refused = [s for s in steps if not s.result.ok]
    assert len(refused) == 1 and "can only be typed" in refused[0].result.message
    assert SECRET not in repr(device.log)


def test_instructions_that_need_a_secret_for_more_than_typing_are_refused(tmp_path: Path) -> None:
    script = 'check "{{secret_pin}}" and "News"'
    with pytest.raises(BadScript, match=r"\{\{secret_pin\}\} can only be typed"):
        run(Cascade([literal()]), script, FakeDevice(), tmp_path, secret_pin=SECRET)


def test_placeholders_in_words() -> None:
    values = {"secret": "s3", "name": "Ada"}
    assert in_words("{{name}} {{ city | Oslo }} {{unknown}}", values) == "Ada Oslo {{unknown}}"
    assert in_words("{{secret}}", values).startswith("{{secret}}\n(Where {{secret}} is to be typed")
    assert secrets_in("{{name}} {{secret}}", values) == {"secret"} and not secrets_in("", values)
    assert secrets_in("{{a}} {{secret:b}}", {"a": "{{secret:c}}"}) == {"secret:b", "secret:c"}


def test_two_policies_of_one_name_are_told_apart(tmp_path: Path) -> None:
    pair = [Model(GaveUp("no")), Model(NAME, Done())]
    pair[0].answers *= 2
    _, steps = run(Cascade(pair), "x", FakeDevice(), tmp_path)
    usage = steps[0].decision.usage if steps[0].decision else {}
    assert {"asked_model_1_s", "asked_model_2_s"} <= usage.keys()


def test_a_sure_oracle_behind_the_literal_policy(tmp_path: Path) -> None:
    """What carries no text the literal policy can use is clicked by the oracle, in the midst of a script."""
    device = FakeDevice([*form("Name", "City"), Widget("Send it", left=300, top=200, width=60, height=16)])
    oracle = Oracle(["Send it"], misses=Misses(sigma=4, wrong=0.3), seed=4)
    script = '- type "Ada" into Name\n- click the paper plane\n- click "Submit"'
    outcome, steps = run(Cascade([literal(), Sure(oracle, Tree())]), script, device, tmp_path)
    assert outcome.ok, outcome.message
    assert "oracle" in sources(steps) and sources(steps)[-1] == "literal"
    assert any(w.text.startswith("submitted Name=Ada") for w in device.widgets)


def test_on_a_real_window(
    desktop: Desktop, reader: Reader, tmp_path: Path, eventually: Callable[..., Any]
) -> None:
    """The second step names what is written nowhere: the model's click does it, and the script goes on."""
    gone = tmp_path / "gone"
    desktop.start([sys.executable, str(PROGRAMS / "buttons.py"), str(gone)])
    seen = eventually(lambda: (o := desktop.observe()) and o.title == "Buttons" and o)
    greet = next(e for e in eventually(lambda: reader.read(desktop.observe()).elements) if e.text == "Greet")
    point = greet.region.center(seen.frame)
    model = Model(Click(point=point, target="Greet"), Done())
    script = '- wait for "Nothing yet"\n- click the welcome button\n- expect "Hello"\n- read "Number:" into number'
    cascade = Cascade([Literal(reader=reader, patience_s=1), Sure(model, reader)])
    outcome = Agent(cascade, desktop, trace=tmp_path / "run", guard=Guard([], "allow")).run(script)
    assert outcome.ok, outcome.message
    assert outcome.variables == {"number": "4217"}
    steps = Trace(tmp_path / "run").steps
    assert sources([s for s in steps if s.decision and s.decision.action.kind == "click"]) == ["sure model"]
    clicked = next(s.decision for s in steps if s.decision and isinstance(s.decision.action, Click))
    assert 'on "Greet"' in clicked.thought and clicked.confidence and clicked.confidence > 0.9


def test_a_scripted_policy_in_front(tmp_path: Path) -> None:
    keys = PressKeys(keys=("tab",))
    outcome, steps = run(Cascade([Scripted([keys]), Model()]), "x", FakeDevice(), tmp_path)
    assert outcome.ok and sources(steps) == ["scripted", "scripted"]
