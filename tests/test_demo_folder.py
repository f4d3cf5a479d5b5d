"""The file of a demo: read with the line of what is wrong, written back with what a person wrote in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from screenwright.policies.replay.demo import Demo, DemoStep, Expect, Interruption, Parameter
from screenwright.policies.replay.folder import DemoFolder, read_demo, written
from screenwright.policies.replay.keeping import keep_old, save_picture
from screenwright.tools.errors import BadScript

TEXT = """\
# How the form is filled.
screenwright_demo: 1
name: signup
screen: [1280, 800]

# given from outside
parameters:
  name: {default: Ada, about: Name}
  secret_word: {secret: true}

steps:
  - id: type-name
    do: type_text
    on:
      role: field
      label: {text: Name, side: right_of}
      neighbours:
        - {text: Email, at: [-120, 40]}
      patches:
        - {file: name.png, aim: [1, 2], target: [1, 2, 3, 4]}
      place: {at: [1, 2], size: [400, 300]}
    text: '{{name}}'

  # the password
  - id: type-word
    do: type_text
    text: '{{secret_word}}'

  - id: save
    do: press_keys
    keys: [ctrl, s]   # saves
    after:
      see: [Saved]
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("do: press_keys", "do: press_keyz", "line 30: do: Input should be 'click'"),
        ("do: press_keys", "do: press_keyz", "(it is 'press_keyz')"),
        ("keys: [ctrl, s]", "kees: [ctrl, s]", "line 31: 'kees' is unknown; allowed here: id, do, on,"),
        ("about: Name", "abut: Name", "line 8: 'abut' is unknown; allowed here: default, secret, about"),
        ("side: right_of", "side: right", "line 16: side: Input should be 'right_of'"),
        ("id: save", "id: type-name", "line 29: two steps have the id 'type-name'; give one another"),
        ("'{{name}}'", "'{{nam}}'", "line 22: {{nam}} is used in a step, but not listed under parameters"),
        ("'{{name}}'", "{{name}}", 'line 22: what begins with { stands in quotes, such as "{{name}}"'),
        ("'{{name}}'", "4711", 'line 22: text: this is to be a text; write it in quotes: text: "4711"'),
        ("'{{name}}'", "2024-01-31", 'write it in quotes: text: "2024-01-31"'),
        ("screen: [1280, 800]", "name: other", "line 4: 'name' stands twice here"),
        (
            "screenwright_demo: 1",
            "screenwright_demo: 2",
            "line 2: written by a newer screenwright (demo format 2)",
        ),
        ("screenwright_demo: 1", "screenwright_demo: 2", "reads up to 1: upgrade it"),
        ("screenwright_demo: 1", "", "is no demo: it has to begin with `screenwright_demo: 1`"),
        ("screenwright_demo: 1", "screenwright_demo: old", "line 2: screenwright_demo: 'old' is no version"),
        ("file: name.png", "file: ../name.png", "line 20: file: '../name.png' leads out of pictures/"),
        ("file: name.png", "file: /etc/name.png", "'/etc/name.png' leads out of pictures/"),
        ("file: name.png", "file: 'C:\\x.png'", "leads out of pictures/"),
        ("[ctrl, s]", "[ctrl, sss]", "line 31: keys: there is no key 'sss'"),
        ("keys: [ctrl, s] ", "count: 50 ", "line 29: a press_keys step needs `keys`"),
        (
            "keys: [ctrl, s]",
            "keys: [s]\n    count: 500",
            "count: Input should be less than or equal to 100 (it is 500)",
        ),
        ("secret: true", "secret: false", "line 9: parameter 'secret_word': a name begins with `secret` exactly"),
        (
            "{secret: true}",
            "{secret: true, default: x}",
            "line 9: parameter 'secret_word': a secret has no default",
        ),
        ("  - id: save", "  - id: save it", "line 29: id: letters, digits, - and _ only (it is 'save it')"),
        ("keys: [ctrl, s]", "keys: [ctrl, s]\n    down: 3", "down means nothing to a press_keys step"),
        ("keys: [ctrl, s]", "keys: [ctrl, s", "this is no YAML"),
        ("  - id: save", "\t- id: save", "line 29: this is no YAML"),
        ("about: Name", "about: &a [*a]", "nested too deep, or refers to itself"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(old: str, new: str, said: str) -> None:
    assert old in TEXT
    with pytest.raises(BadScript) as met:
        read_demo(TEXT.replace(old, new, 1), "demo.yaml")
    assert said in str(met.value)
    assert str(met.value).startswith("demo.yaml")


def test_a_file_cut_off_anywhere_is_a_clear_error_or_a_shorter_demo() -> None:
    whole = read_demo(TEXT, "demo.yaml")
    for end in range(len(TEXT)):
        try:
            demo = read_demo(TEXT[:end], "demo.yaml")
        except BadScript as error:
            assert str(error).startswith("demo.yaml")
        else:
            assert len(demo.steps) <= len(whole.steps)


def test_on_and_yes_are_words() -> None:
    demo = read_demo(TEXT.replace("Saved", "yes").replace("'{{name}}'", "off"), "demo.yaml")
    assert demo.steps[0].on and demo.steps[0].text == "off"
    assert demo.steps[2].after == Expect(see=("yes",))


def test_what_is_the_same_keeps_its_lines() -> None:
    demo = read_demo(TEXT, "demo.yaml")
    assert written(demo, TEXT) == TEXT
    changed = demo.model_copy(
        update={
            "about": "Sign up",
            "steps": (demo.steps[0], demo.steps[1].model_copy(update={"optional": True}), demo.steps[2]),
        }
    )
    new = written(changed, TEXT)
    assert read_demo(new, "demo.yaml") == changed
    added = [line for line in new.splitlines() if line not in TEXT.splitlines()]
    assert added == ["about: Sign up", "    optional: true"]
    assert [line for line in TEXT.splitlines() if line not in new.splitlines()] == []


@pytest.mark.parametrize("outdent", [False, True])
def test_steps_take_their_comments_along(outdent: bool) -> None:
    old = TEXT.replace("\n  - id", "\n- id").replace("\n    ", "\n  ").replace("\n  # the", "\n# the")
    text = old if outdent else TEXT
    demo = read_demo(text, "demo.yaml")
    name, word, save = demo.steps
    extra = DemoStep(id="ready", do="wait", before=Expect(see=("Ready",)), seconds=60)
    moved = demo.model_copy(
        update={
            "steps": (save.model_copy(update={"keys": ("ctrl", "shift", "s")}), extra, word, name),
            "parameters": {**demo.parameters, "city": Parameter(default="Rome")},
            "interruptions": (Interruption(when="Update", do=('click "Later"',)),),
        }
    )
    new = written(moved, text)
    assert read_demo(new, "demo.yaml") == moved
    lines = [line.strip() for line in new.splitlines()]
    assert lines[lines.index("# the password") + 1] == "- id: type-word"
    assert lines[lines.index("# given from outside") + 1] == "parameters:"
    assert "keys: [ctrl, shift, s] # saves" in lines
    gone = demo.model_copy(update={"steps": (name, save)})
    assert "# the password" not in written(gone, text)


def test_a_step_removed_from_a_broken_file_is_written_anew() -> None:
    demo = read_demo(TEXT, "demo.yaml")
    assert read_demo(written(demo, "steps: [oh"), "demo.yaml") == demo


def test_any_text_survives(tmp_path: Path) -> None:
    texts = [
        "a\nb\n",
        "\n",
        " x",
        "{{name}}\n",
        "on",
        "4711",
        "- no",
        "a: b",
        "#",
        "'",
        '"',
        "张三",
        "a\tb",
        "\u2028",
        "é",
    ]
    steps = tuple(DemoStep(id=f"s{n}", do="type_text", text=text) for n, text in enumerate(texts))
    demo = Demo(name="texts", parameters={"name": Parameter(default="on")}, steps=steps)
    folder = DemoFolder(tmp_path / "texts", demo)
    folder.save()
    assert DemoFolder.open(tmp_path / "texts").demo == demo
    folder.save(demo.model_copy(update={"about": "x: y"}))
    assert [step.text for step in DemoFolder.open(tmp_path / "texts").demo.steps] == texts
    assert [file.name for file in (tmp_path / "texts").iterdir()] == ["demo.yaml"]


@pytest.fixture
def signup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("demos", "recorded", "signup")
    path.mkdir(parents=True)
    (path / "demo.yaml").write_text(TEXT, encoding="utf-8")
    return path


def test_a_demo_is_found_by_name_path_or_file(signup: Path) -> None:
    for name in ("signup", "recorded/signup", str(signup), signup.resolve(), str(signup / "demo.yaml")):
        assert DemoFolder.open(name).path.resolve() == signup.resolve()
    Path("demos", "programs").mkdir()
    Path("signup").mkdir()  # an empty folder of that name is not taken for it
    assert DemoFolder.open("signup").name == "signup"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("sinup", "there is no demo 'sinup' (looked in demos, demos/recorded); did you mean: signup?"),
        ("", "the name of the demo is empty"),
        ("demos", "demos holds no demo: there is neither demo.yaml nor a recording in trace/"),
    ],
)
def test_a_name_that_is_none(signup: Path, name: str, said: str) -> None:
    with pytest.raises(BadScript) as met:
        DemoFolder.open(name)
    assert said in str(met.value)


def test_without_any_demo_the_way_to_one_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadScript, match="there is none yet: screenwright record NAME"):
        DemoFolder.open("signup")


def test_pictures(signup: Path) -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (20, 30, 3), np.uint8)
    save_picture(signup, "many.png", pixels)
    flat = np.full((40, 40, 3), 200, np.uint8)
    flat[10:20, 10:20] = (3, 200, 77)
    save_picture(signup, "few.png", flat)
    (signup / "pictures" / "torn.png").write_bytes((signup / "pictures" / "many.png").read_bytes()[:300])
    folder = DemoFolder.open("signup")
    many, few = folder.picture("many.png"), folder.picture("few.png")
    assert many is not None and few is not None
    assert np.array_equal(many, pixels) and np.array_equal(few, flat)
    assert (signup / "pictures" / "few.png").stat().st_size < 250
    assert folder.picture("many.png") is many
    assert folder.picture("torn.png") is None and folder.picture("none.png") is None
    (signup / "out.png").write_bytes((signup / "pictures" / "few.png").read_bytes())
    (signup / "pictures" / "link.png").symlink_to("../out.png")
    assert folder.picture("../out.png") is None and folder.picture("link.png") is None


def test_a_missing_or_damaged_recording_is_none(signup: Path) -> None:
    assert DemoFolder.open("signup").trace is None
    (signup / "trace").mkdir()
    (signup / "trace" / "meta.json").write_text("{", encoding="utf-8")
    assert DemoFolder.open("signup").trace is None
    (signup / "demo.yaml").write_text(TEXT[:300], encoding="utf-8")
    with pytest.raises(BadScript, match="its recording is there: make it anew with: screenwright demo compile"):
        DemoFolder.open("signup")


def test_a_file_that_cannot_be_written_stays_as_it_was(signup: Path) -> None:
    folder = DemoFolder.open("signup")
    (signup / "demo.yaml.new").mkdir()
    with pytest.raises(BadScript, match=r"demo\.yaml can't be written"):
        folder.save(folder.demo.model_copy(update={"about": "new"}))
    assert (signup / "demo.yaml").read_text(encoding="utf-8") == TEXT
    assert folder.demo.about == ""


def test_former_files_are_numbered(signup: Path) -> None:
    kept = [keep_old(signup) for _ in range(2)]
    assert [path.name for path in kept if path] == ["demo-1.yaml", "demo-2.yaml"]
    (signup / "demo.yaml").unlink()
    assert keep_old(signup) is None
