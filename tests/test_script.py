"""Task scripts: which lines are steps, how parameters get in, and how a mistake is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenwright.policies.literal.script import read_script
from screenwright.tools.elements import Target
from screenwright.tools.errors import BadScript

ROOT = Path(__file__).resolve().parents[1]


def test_of_a_document_only_the_list_is_run() -> None:
    text = """# Title
Some prose that explains: click nothing.

Parameters: `name`
<!-- - click "Hidden" -->
- click "New"
* type "{{name}}" into Name
1. press Enter
2) wait for "Done"
- [ ] click "Save" and click "Close"
> a quote
"""
    steps = read_script(text, {"name": "Ada"})
    assert [step.verb for step in steps] == ["click", "type", "press", "wait_for", "click", "click"]
    assert [step.line for step in steps] == [6, 7, 8, 9, 10, 10]
    assert steps[1].value == "Ada"


def test_without_a_list_every_line_is_a_step() -> None:
    steps = read_script('# note\nclick "A"\n\n点击“B”\n', {})
    assert [(step.verb, step.line) for step in steps] == [("click", 2), ("click", 4)]


@pytest.mark.parametrize(
    "value", ['a "b" and click "c"', "{{other}}", "x\ty", "“引号”，点击", "", "- click Save", "\\1"]
)
def test_a_value_is_never_taken_for_words(value: str) -> None:
    steps = read_script('type "{{v}}" into Name', {"v": value})
    assert [(step.verb, step.value) for step in steps] == [("type", value)]


@given(st.text(max_size=40))
def test_any_value_arrives_as_it_is(value: str) -> None:
    assert read_script("type {{v}} into Name", {"v": value})[0].value == value


def test_defaults_targets_and_what_is_read() -> None:
    steps = read_script(
        '- click "{{who|Ada}}" in the row of "{{row}}"\n- read Total into sum\n- answer "{{sum}}"', {"row": "7"}
    )
    assert steps[0].target == Target("Ada", None, None, "in_row_of", Target("7"))
    assert steps[2].value == "{{sum}}"
    assert steps[2].filled({"sum": "42"}).value == "42"


@pytest.mark.parametrize(
    ("text", "given", "said"),
    [
        ("", {}, "the script has no steps; write one step a line"),
        ("# only a title\n", {}, "no steps"),
        (
            "- click A\n- type {{name}} into B",
            {"nam": "x"},
            r"line 2: \{\{name\}\} has no value \(given: nam\); add --set",
        ),
        ("- click A", {"name": "x"}, r"the script has no \{\{name\}\}; it uses: no parameters"),
        ("- click A\n\n- clck B", {}, "line 3: 'clck B' is not understood"),
        ("- answer {{sum}}\n- read Total into sum", {}, r"line 1: \{\{sum\}\} has no value"),
    ],
)
def test_a_mistake_is_told_before_anything_is_done(text: str, given: dict[str, str], said: str) -> None:
    with pytest.raises(BadScript, match=said):
        read_script(text, given)


@pytest.mark.parametrize("path", sorted((ROOT / "demos" / "tasks").glob("*.md")), ids=lambda path: path.name)
def test_the_shipped_scripts_are_understood(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    read = set(re.findall(r"into (\w+)", text))
    names = set(re.findall(r"\{\{(\w+)\}\}", text)) - read
    assert len(read_script(text, dict.fromkeys(names, "x"))) >= 4


def test_the_examples_of_the_documentation_are_understood() -> None:
    text = (ROOT / "docs" / "scripts.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    phrases = [phrase for line in rows for phrase in re.findall(r"`([^`]+)`", line)]
    assert len(phrases) >= 60
    for phrase in phrases:
        names = dict.fromkeys(re.findall(r"\{\{(\w+)\}\}", phrase), "x")
        read_script(phrase, names)
    for block in re.findall(r"```markdown\n(.*?)```", text, re.DOTALL):
        names = set(re.findall(r"\{\{(\w+)\}\}", block)) - set(re.findall(r"into (\w+)", block))
        read_script(block, dict.fromkeys(names, "x"))
