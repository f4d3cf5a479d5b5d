"""What docs/ tells a person to type is typed here, word for word."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from typed import typing_in

from screenwright.agent.running import EXITS
from screenwright.policies import Guard

DOCS = Path(__file__).resolve().parents[1] / "docs"
LETTER = '- Wait for "Untitled"\n- Type "Dear {{name}}"\n- Press Ctrl+A\n'


def blocks(page: str, language: str) -> list[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def commands() -> list[tuple[str, str]]:
    return [(page, block) for page in ("cli.md", "guard.md", "viewer.md") for block in blocks(page, "sh")]


@pytest.mark.parametrize(("page", "block"), commands())
def test_every_command_of_the_pages_works(page: str, block: str, tmp_path: Path) -> None:
    (tmp_path / "letter.md").write_text(LETTER, encoding="utf-8")
    kept = {key: value for key, value in os.environ.items() if key not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    said = typing_in(tmp_path, kept)(block)
    if "check rules.yaml --action" in block:
        assert "asked (dangerous commands)" in said


def test_the_rules_shown_are_rules(tmp_path: Path) -> None:
    shown = blocks("guard.md", "yaml")
    assert shown
    for text in shown:
        (tmp_path / "rules.yaml").write_text(text, encoding="utf-8")
        assert Guard.load(tmp_path / "rules.yaml").rules


def test_the_exit_codes_are_those_of_the_program() -> None:
    table = re.findall(r"^\| (\d+) \| ?`?(\w*)`? \| (.+) \|$", (DOCS / "cli.md").read_text(encoding="utf-8"), re.M)
    assert {int(code): said for code, _, said in table} == dict(EXITS.values())
    named = {code: name for name, (code, _) in EXITS.items()}
    assert all(name in ("", named[int(code)]) for code, name, _ in table)


def test_every_option_of_run_is_told() -> None:
    from typer.main import get_command

    from screenwright.agent.cli import app

    run = get_command(app).commands["run"]  # type: ignore[attr-defined]
    options = {name for option in run.params for name in option.opts if name.startswith("--")}
    page = (DOCS / "cli.md").read_text(encoding="utf-8")
    assert {name for name in options if f"`{name}" not in page and f" {name}" not in page} == set()


def test_every_condition_of_a_rule_is_told() -> None:
    from screenwright.policies.guard.rulebook import RuleBook
    from screenwright.policies.guard.rules import Rule

    page = (DOCS / "guard.md").read_text(encoding="utf-8")
    assert {name for name in (*Rule.model_fields, *RuleBook.model_fields) if f"`{name}`" not in page} == set()


def test_what_models_md_shows_in_python_runs() -> None:
    for block in blocks("models.md", "python"):
        exec(compile(block, "models.md", "exec"), {})


@pytest.mark.parametrize(
    "page", ["models.md", "models-sure.md", "served.md", "cli.md", "ask.md", "demos.md", "phone.md", "takeover.md"]
)
def test_every_option_that_a_page_types_is_one(page: str) -> None:
    from typer.main import get_command

    from screenwright.agent.cli import app

    known = get_command(app).commands  # type: ignore[attr-defined]
    typed = re.findall(r"^screenwright (\w+) (.*)$", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE)
    for command, rest in typed:
        if command in ("guard", "demo", "secret"):
            continue
        options = {name for each in known[command].params for name in each.opts}
        without_quoted = re.sub(r"'[^']*'|\"[^\"]*\"|#.*", "", rest)
        said = set(re.findall(r"(?<= )--[a-z-]+", " " + without_quoted))
        assert said <= options, f"{page}: screenwright {command} {rest}"


def test_every_dialect_is_told() -> None:
    from screenwright.policies.dialects.dialect import HOMES

    page = (DOCS / "models.md").read_text(encoding="utf-8")
    assert {name for name in HOMES if f"`{name}`" not in page} == set()
