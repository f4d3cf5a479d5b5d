"""What `make faults` has found: odd policies, and files of strangers. Each of these was another error once."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from screenwright.agent import rows, running, seeing
from screenwright.agent.limits import Limits
from screenwright.agent.loop import Agent
from screenwright.policies.guard.rulebook import read_rules, rules_at
from screenwright.policies.replay.demo import Parameter
from screenwright.policies.replay.folder import DemoFolder, read_demo
from screenwright.policies.scripted import Scripted
from screenwright.tools.actions import Click, TypeText, Wait
from screenwright.tools.errors import BadScript
from screenwright.tools.fake import FakeDevice, form
from screenwright.tools.geometry import Point, Size
from screenwright.tools.observation import Observation
from screenwright.tools.steps import Decision, Outcome, Step, Task
from screenwright.tools.trace import Trace

SIZE = Size(320, 200)
SPOT = Point(200, 30, SIZE)
LAUGHS = "a0: &a0 [ha]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))


class Odd:
    name = "odd"

    def __init__(self, made: Any) -> None:
        self.made = made

    def begin(self, task: Task) -> None: ...

    def decide(self, task: Task, steps: Sequence[Step], observation: Observation) -> Decision:
        made: Decision = self.made
        return made


def odd(made: Any, folder: Path) -> Outcome:
    return Agent(Odd(made), FakeDevice(form("Name"), size=SIZE), trace=folder / "t").run("go")


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (None, "the policy odd returned None"),
        ("click Save", "returned the text 'click Save'"),
        (Click(point=SPOT), "has to return a Decision"),
        (Decision("click"), "decided the text 'click'"),  # type: ignore[arg-type]
        (Decision(Click.model_construct(point=Point(float("nan"), 5, SIZE))), "click.point.x"),
        (Decision(Click.model_construct(point=None)), "can't be done"),  # type: ignore[arg-type]
        (Decision(TypeText(text="x" * 2_000_000)), "2,000,000 characters"),
        (Decision(Wait(seconds=0), confidence=float("nan")), "nan as its confidence"),
        (Decision(Wait(seconds=0), usage={"tokens": "many"}), "'many' as its confidence or usage"),  # type: ignore[dict-item]
    ],
)
def test_what_is_no_decision_is_a_bad_reply(made: Any, says: str, tmp_path: Path) -> None:
    outcome = odd(made, tmp_path)
    assert outcome.status == "limit" and says in outcome.message
    trace = Trace(tmp_path / "t")
    assert trace.outcome == outcome and len(trace.steps) == 3 and not trace.damaged


def test_numbers_as_text_are_set_right(tmp_path: Path) -> None:
    made = Decision(Click.model_construct(point=Point("200", "30", SIZE)))  # type: ignore[arg-type]
    device = FakeDevice(form("Name"), size=SIZE)
    Agent(Odd(made), device, limits=Limits(steps=1), trace=tmp_path / "t").run("go")
    assert device.log == [Click(point=SPOT)]


def test_a_thought_without_end_is_cut(tmp_path: Path) -> None:
    script = Scripted([Decision(Wait(seconds=0), "x" * 3_000_000)])
    Agent(script, FakeDevice(form("Name"), size=SIZE), trace=tmp_path / "t").run("go")
    assert (tmp_path / "t" / "steps.jsonl").stat().st_size < 300_000


def test_half_of_a_surrogate_pair_is_written_down(tmp_path: Path) -> None:
    script = Scripted([Decision(Wait(seconds=0), "\ud800 of it", "\udfff")])
    outcome = Agent(script, FakeDevice(form("Name"), size=SIZE), trace=tmp_path / "t").run("go \udc80")
    assert outcome.ok
    trace = Trace(tmp_path / "t")
    decision = trace.steps[0].decision
    assert decision and (decision.thought, decision.reply) == ("\ud800 of it", "\udfff")
    assert trace.task.text == "go \udc80"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", [LAUGHS + "rules: *a11\n", "rules: &a [*a]\n", "rules: " + "[" * 20_000])
def test_yaml_that_stands_for_too_much_is_refused(text: str) -> None:
    for read in (lambda: read_rules(text, "r.yaml"), lambda: read_demo(text, "d.yaml")):
        with pytest.raises(BadScript, match=r"(r|d)\.yaml"):
            read()


def test_aliases_as_people_use_them_are_read() -> None:
    assert len(read_rules("rules:\n - &no {rule: deny, target: pay}\n - *no\n", "r.yaml").rules) == 2


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "read",
    [
        lambda path: rules_at(path),
        lambda path: rows.read_rows(path, {"a": Parameter()}, {}),
    ],
)
def test_a_file_without_end_is_refused(read: Callable[[Path], object], tmp_path: Path) -> None:
    path = tmp_path / "demo.yaml"
    path.symlink_to("/dev/zero")
    with pytest.raises(BadScript, match="nothing that long is read"):
        read(path)


def test_scripts_and_demos_of_megabytes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "task.md"
    path.write_text('- click "x"\n' * 200_000)
    with pytest.raises(BadScript, match="more than 1,000,000 bytes"):
        running.task_of(str(path), [])
    (tmp_path / "demo.yaml").write_text("# long\n" * 600_000)
    with pytest.raises(BadScript, match="more than 4,000,000 bytes"):
        DemoFolder.open(tmp_path)


def test_a_header_that_is_one_huge_cell_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("x" * 2_000_000 + "\n1\n")
    with pytest.raises(BadScript, match="line 1"):
        rows.read_rows(path, {"a": Parameter()}, {})


def test_a_picture_that_no_screen_is_is_refused(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("1", (20_000, 6_000)).save(tmp_path / "p.png")
    with pytest.raises(BadScript, match="20000x6000"):
        seeing.of_picture(tmp_path / "p.png")


def recorded(folder: Path) -> Path:
    script = Scripted([Click(point=SPOT), TypeText(text="Ada")])
    Agent(script, FakeDevice(form("Name"), size=SIZE), trace=folder).run("fill in")
    return folder


def first(line: dict[str, Any], place: int, value: object) -> None:
    line["parts"][0][place] = value


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "spoil",
    [
        lambda line: line.update(size=[1_000_000, 1_000_000]),
        lambda line: line.update(size=[-5, 0]),
        lambda line: line.update(base=line["id"]),
        lambda line: line.update(parts=line["parts"] * 10_000),
        lambda line: first(line, 1, 100_000),
        lambda line: first(line, 3, 7),
    ],
    ids=["huge", "no size", "on itself", "10,000 parts", "a part outside", "another size"],
)
def test_a_stored_picture_that_cant_be_is_an_os_error(spoil: Callable[[Any], None], tmp_path: Path) -> None:
    file = recorded(tmp_path / "t") / "frames.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    for line in lines:
        spoil(line)
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    for step in Trace(tmp_path / "t").steps:
        with pytest.raises(OSError):
            _ = step.observation.pixels


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", ["frames/00000-0.png", "frames.jsonl", "steps.jsonl", "meta.json"])
def test_a_link_out_of_a_trace_is_not_followed(name: str, tmp_path: Path) -> None:
    folder = recorded(tmp_path / "t")
    (folder / name).rename(tmp_path / "outside")
    (folder / name).symlink_to(tmp_path / "outside")
    if name == "meta.json":
        with pytest.raises(BadScript, match="no plain file"):
            Trace(folder)
        return
    trace = Trace(folder)
    if name.startswith("frames/"):
        with pytest.raises(OSError, match="no plain file"):
            _ = trace.steps[0].observation.pixels
    else:
        assert len(trace.steps) == 0 and any(f"{name} can't be read" in damage for damage in trace.damaged)


def test_a_trace_nested_without_end_is_damaged(tmp_path: Path) -> None:
    folder = recorded(tmp_path / "t")
    deep = '{"a":' * 100_000 + "1" + "}" * 100_000
    (folder / "steps.jsonl").write_text(deep + "\n")
    assert not Trace(folder).steps
    (folder / "meta.json").write_text('{"task":' + deep + "}")
    with pytest.raises(BadScript, match=r"meta\.json can't be read"):
        Trace(folder)
