"""Secrets are typed by the device alone: what the task names and nothing else; no other part knows the value."""

from __future__ import annotations

import gc
import pickle
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from screenwright.agent import Agent, Screen
from screenwright.agent.screen import StepFailed
from screenwright.policies import Guard, Literal, Scripted
from screenwright.tools import FakeDevice, Trace
from screenwright.tools.actions import Action, Click, OpenApp, TypeText
from screenwright.tools.contract import check_device
from screenwright.tools.errors import BadAction, BadScript, Mendable, OutcomeUnknown, ScreenwrightError
from screenwright.tools.fake import Widget, form
from screenwright.tools.geometry import Point, Size
from screenwright.tools.observation import Observation
from screenwright.tools.reading import Reader, Scene
from screenwright.tools.secrets import store
from screenwright.tools.secrets.cleaning import Cleaner
from screenwright.tools.secrets.naming import names_in, variable, without_secrets
from screenwright.tools.secrets.sealed import Sealed, seal_of, sealed
from screenwright.tools.secrets.vault import Vault
from screenwright.tools.steps import Decision, Step, Task

BANK = "correct horse 77"
FRAME = Size(480, 320)
NAME = Click(point=Point(200, 34, FRAME))
NASTY = [
    "it's \"so\" \\ said", "Größe ß", "密码很长的", "naïve 🔑 key", "  blanks around  ", "a{{b}}c",
    r"^(a+)+$ [x-z]\d", "%41&x=1;<b>", "{{name}} text",
]  # fmt: skip
WORDS = ["Save", "click", "type_text", "7", "Submit", "\\n", "Name"]


class Tree(Reader):
    """Reads only what the device itself says is there: a fake device says it exactly."""

    def read(self, observation: Observation, **_: Any) -> Scene:
        return Scene(observation, tuple(observation.elements))


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SCREENWRIGHT_SECRET_BANK", BANK)
    return BANK


def run(
    task: str | Task, device: Any, folder: Path, policy: Any = None, **settings: Any
) -> tuple[Any, list[Step]]:
    agent = Agent(policy or Literal(reader=Tree(), patience_s=1), device, trace=folder, **settings)
    return agent.run(task), list(Trace(folder).steps)


def held(folder: Path, value: str) -> list[str]:
    return [str(p) for p in folder.rglob("*") if p.is_file() and value.encode() in p.read_bytes()]


def test_it_is_typed_and_in_nothing_that_is_kept(bank: str, tmp_path: Path) -> None:
    device, seen = FakeDevice(), []

    class Told(Guard):
        def check(self, decision: Decision, observation: Observation, *more: Any) -> Any:
            seen.append(repr(decision))
            return super().check(decision, observation, *more)

    script = (
        '- type "{{secret:bank}}" into Name\n- type "Linz" into City\n- click Submit\n- read "submitted" into it'
    )
    outcome, steps = run(script, device, tmp_path / "run", guard=Told(Guard.standard().rules))
    assert outcome.ok and device.values == {"Name": bank, "City": "Linz"}
    assert outcome.variables == {"it": "Name={{secret:bank}}, City=Linz"}
    typed = steps[1]
    assert typed.result.message == "type '{{secret:bank}}' into Name" and typed.result.effect.where == "near"
    assert held(tmp_path, "horse") == [] and "horse" not in repr(outcome) + repr(steps) + "".join(seen)


def test_the_field_is_grey_and_so_is_the_text_elsewhere(bank: str, tmp_path: Path, reader: Any) -> None:
    script = 'type "{{secret:bank}}" into Name, click Submit, wait for "submitted"'
    _, steps = run(script, FakeDevice(), tmp_path / "run")
    after = steps[1].after
    assert after is not None
    field = after.pixels[24:44, 144:356].reshape(-1, 3)
    assert len({tuple(pixel) for pixel in field}) == 1, "the whole field, whatever the length"
    read = " ".join(reader.read(step.after or step.observation).text() for step in steps)
    assert "horse" not in read and "submitted" in read and "Submit" in read


def test_typing_anew_is_seen_and_clearing_shows_the_field_again(bank: str, tmp_path: Path) -> None:
    script = '- type "{{secret:bank}}" into Name\n- type "{{secret_pin}}" into Name\n- clear Name'
    outcome, steps = run(Task(script, {"secret_pin": "another 1"}), FakeDevice(), tmp_path / "run")
    acts = [s for s in steps if s.decision and s.decision.action.kind in ("type_text", "press_keys")]
    assert outcome.ok and [s.result.effect.where for s in acts] == ["near"] * 3
    assert acts[-1].after is not None
    assert (acts[-1].after.pixels[28:40, 150:350] == 255).all()


@pytest.mark.parametrize("values", [NASTY, WORDS])
def test_nasty_values_come_out_whole_and_break_nothing(values: list[str], tmp_path: Path) -> None:
    names = [f"Field {number}" for number in range(len(values))]
    page = [*form(*names), Widget("Save", "button", 370, 20, 80)]
    device = FakeDevice(page, size=Size(480, 520))
    secrets = {f"secret_{number}": value for number, value in enumerate(values)}
    steps = [f'- type "x{{{{secret_{n}}}}}y" into "Field {n}"' for n in range(len(values))]
    script = "\n".join([*steps, "- click Save", "- click Submit"])
    outcome, done = run(Task(script, secrets), device, tmp_path / "run")
    assert outcome.ok, outcome
    assert list(device.values.values()) == [f"x{value}y" for value in values]
    assert [s.decision.action.kind for s in done if s.decision][-3:] == ["click", "click", "done"]
    assert [v for v in values if v in NASTY and held(tmp_path, v)] == []


def test_a_value_that_looks_like_a_name_is_typed_as_it_is(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("SCREENWRIGHT_SECRET_ODD", "{{secret:other}} {{name}}")
    device = FakeDevice()
    assert run('type "{{secret:odd}}" into Name', device, tmp_path / "run")[0].ok
    assert device.values["Name"] == "{{secret:other}} {{name}}"


def test_what_a_page_says_is_no_order(bank: str, tmp_path: Path) -> None:
    page = [*form("Name"), Widget("Note", "text", 20, 200, 60), Widget("{{secret:bank}}", "text", 140, 200, 200)]
    device = FakeDevice(page)
    outcome, _ = run('read Note into note, type "{{note}}" into Name', device, tmp_path / "a")
    assert outcome.status == "gave_up" and "was read off the screen and says {{secret:bank}}" in outcome.message
    acts: list[Action] = [NAME, TypeText(text="{{secret:bank}}")]
    _, steps = run("tell me what it says", device, tmp_path / "b", Scripted(acts))
    assert "can only be typed where the task itself names it" in steps[1].result.message
    _, steps = run("type {{secret:bank}}", device, tmp_path / "c", Scripted([OpenApp(name="{{secret:bank}}")]))
    assert "can only be typed" in steps[0].result.message
    with (
        Screen(device, trace=tmp_path / "d", reader=Tree(), patience_s=0.3) as screen,
        pytest.raises(BadScript, match="on the screen"),
    ):
        screen.type(screen.read("Note"), into="Name")
    assert device.values == {"Name": ""}


def test_the_python_api(bank: str, tmp_path: Path) -> None:
    device = FakeDevice()
    with Screen(device, trace=tmp_path / "run", reader=Tree(), patience_s=0.3) as screen:
        screen.type("{{secret:bank}}", into="Name")
        screen.run('type "{{secret_pin}}" into City', secret_pin="4711-0815")
        assert screen.read("Name") == "{{secret:bank}}" and "horse" not in repr(screen.scene())
        with pytest.raises(ScreenwrightError, match="SCREENWRIGHT_SECRET_NONE"):
            screen.type("{{secret:none}}", into="Name")
        screen.click("Submit")
        with pytest.raises(StepFailed) as failed:
            screen.click("submitted Name of City")
        assert "City={{secret_pin}}" in str(failed.value) and "4711-" not in str(failed.value)
    assert device.values == {"Name": BANK, "City": "4711-0815"}
    assert held(tmp_path, "horse") == held(tmp_path, "4711") == []


def test_a_second_agent_on_the_same_device_hides_it_too(bank: str, tmp_path: Path) -> None:
    device = FakeDevice()
    run('type "{{secret:bank}}" into Name', device, tmp_path / "a")
    outcome, _ = run("read Name into it", device, tmp_path / "b")
    assert outcome.variables == {"it": "{{secret:bank}}"} and held(tmp_path, "horse") == []


def test_parameters_may_name_secrets(bank: str, tmp_path: Path) -> None:
    device = FakeDevice()
    outcome, _ = run(
        Task(
            'type "{{who}}/{{secret_pin}}" into Name',
            {"who": "{{secret:bank}}", "secret_pin": "{{ secret : bank }}"},
        ),
        device,
        tmp_path / "run",
    )
    assert outcome.ok and device.values["Name"] == f"{BANK}/{BANK}"
    with pytest.raises(BadScript, match=r"'\{\{secret:my bank\}\}' is no secret"):
        run('type "{{secret:my bank}}" into Name', device, tmp_path / "b")


def test_it_is_typed_only_into_the_windows_it_is_for(bank: str, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("SCREENWRIGHT_FOR_BANK", "My Bank*; keys")
    for name, status in {"Other - my bank": "gave_up", "my bank - log in": "done", "Monkeys": "done"}.items():
        device = FakeDevice(name=name)
        outcome, _ = run('type "{{secret:bank}}" into Name', device, tmp_path / name.replace(" ", ""))
        assert outcome.status == status and device.values["Name"] == (BANK if outcome.ok else "")
        assert (
            outcome.ok
            or "may only be typed into: My Bank*, keys; in front is 'Other - my bank'" in outcome.message
        )


def test_only_those_that_a_person_lists(bank: str, tmp_path: Path) -> None:
    device = Sealed(FakeDevice(), Vault(only=["secret:other"]))
    _, steps = run("type {{secret:bank}}", device, tmp_path / "a", Scripted([TypeText(text="{{secret:bank}}")]))
    assert "can only be typed where" in steps[0].result.message


class Leaky(FakeDevice):
    """Says in its errors what it was to type, in as many ways as a library might."""

    def __init__(self, fail: Callable[[str], BaseException]) -> None:
        super().__init__()
        self.fail = fail

    def perform(self, action: Action) -> str:
        if isinstance(action, TypeText) and action.text:
            text = action.text
            try:
                raise KeyError(text)
            except KeyError as error:
                raise self.fail(text) from error
        return super().perform(action)


class Odd(Exception):
    def __init__(self, text: str, number: int) -> None:
        self.text = text
        super().__init__(number)

    def __str__(self) -> str:
        return f"odd {''.join(list(self.text))}"


def noted(text: str) -> Exception:
    error = ValueError(text, [text], {"typed": text}, text.encode())
    error.add_note(f"while typing {text}")
    return error


@pytest.mark.parametrize(
    "fail",
    [BadAction, noted, lambda text: Odd(text, 3), lambda text: ExceptionGroup(f"at {text}", [OSError(text)])],
)
def test_errors_come_out_clean(fail: Any, bank: str) -> None:
    device = Sealed(Leaky(fail))
    device.vault.take(Task("{{secret:bank}}"))
    with pytest.raises(Exception) as failed:
        device.perform(TypeText(text="{{secret:bank}}"))
    error: BaseException | None = failed.value
    told = "".join(traceback.format_exception(failed.value))
    assert "horse" not in told and "horse" not in repr(failed.value) + repr(vars(failed.value))
    assert isinstance(failed.value, Mendable) == (fail is BadAction)
    while error is not None:
        walked = [frame.f_locals for frame, _ in traceback.walk_tb(error.__traceback__)]
        ours = [f for f in walked if "text" in f or "action" in f or "values" in f]
        assert "horse" not in repr(ours)
        error = error.__cause__ or error.__context__


def test_a_part_that_was_typed_is_told(bank: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCREENWRIGHT_SECRET_PIN", "odd")

    class Half(FakeDevice):
        def perform(self, action: Action) -> str:
            if action == TypeText(text="odd"):
                raise BadAction(f"no keys for {action.text!r}")
            return super().perform(action)

    device = Sealed(Half())
    device.vault.take(Task("{{secret:bank}} {{secret:pin}}"))
    device.perform(NAME)
    with pytest.raises(OutcomeUnknown, match=r"in part only: no keys for '\{\{secret:pin\}\}'"):
        device.perform(TypeText(text="{{secret:bank}}\t{{secret:pin}}\n"))


def test_texts_are_cleaned_in_one_go() -> None:
    cleaner = Cleaner()
    cleaner.add("secret:a", "horse")
    cleaner.add("secret:b", "horse battery")
    cleaner.add("secret:c", "{{se")
    cleaner.add("secret:d", "7")
    cleaner.add("secret:e", "40001234")
    cleaner.add("secret:f", "ü & <x>")
    for said, clean in {
        "horse battery, horse": "{{secret:b}}, {{secret:a}}",
        "{{secret}} horse": "{{secret:c}}cret}} {{secret:a}}",
        "7 of 17": "7 of 17",
        "typed '7'": "typed '{{secret:d}}'",
        " 7 ": " {{secret:d}} ",
        "4000 1234/4000-1234/40001234": "{{secret:e}}/{{secret:e}}/{{secret:e}}",
        "?q=%C3%BC%20%26%20%3Cx%3E ü &amp; &lt;x&gt; \\u00fc & <x>": "?q={{secret:f}} {{secret:f}} {{secret:f}}",
    }.items():
        assert cleaner.text(said) == clean
    assert "horse" not in repr(cleaner)
    with pytest.raises(TypeError, match="not copied or stored"):
        pickle.dumps(cleaner)


def test_a_sealed_device_keeps_what_a_device_promises() -> None:
    check_device(Sealed(FakeDevice()))
    device = FakeDevice()
    assert seal_of(sealed(device)) is sealed(device) and sealed(sealed(device)) is sealed(device)


def test_what_is_given_is_let_go_with_the_device(tmp_path: Path) -> None:
    value = "".join(["cor", "rect-", "zebra-", str(len("12345"))])
    device = FakeDevice()
    with Sealed(device) as seal:
        agent = Agent(Literal(reader=Tree(), patience_s=1), seal, trace=tmp_path / "run")
        assert agent.run(Task('type "{{secret_pin}}" into Name', {"secret_pin": value})).ok
        assert "zebra" not in repr(seal) + repr(seal.vault)
        with pytest.raises(TypeError, match="not copied or stored"):
            pickle.dumps(seal.vault)
    device.widgets.clear()
    device.log.clear()
    device._focus = None
    gc.collect()
    ours = [o for o in gc.get_objects() if str(type(o).__module__).startswith("screenwright")]
    assert not [o for o in ours if value in repr(getattr(o, "__dict__", ""))]


def test_programs_do_not_get_them() -> None:
    environment = {
        "SCREENWRIGHT_SECRET_BANK": "x",
        "SCREENWRIGHT_MODEL": "m",
        "HOME": "h",
        "SCREENWRIGHT_SECRET": "y",
    }
    assert without_secrets(environment) == {"SCREENWRIGHT_MODEL": "m", "HOME": "h"}


def test_names() -> None:
    assert names_in("{{secret:a-b.c}} {{ secret : d }} {{secret_pin}} {{name}} {{secret: }} {{secret:a b}}") == {
        "secret:a-b.c", "secret:d", "secret_pin",
    }  # fmt: skip
    assert (
        variable("secret:a-b.c") == "SCREENWRIGHT_SECRET_A_B_C"
        and variable("secret_pin") == "SCREENWRIGHT_SECRET_PIN"
    )
    assert "screenwright secret set pin" in store.how_to_give("secret_pin")
    assert "secret set" not in store.how_to_give("secret")
