"""What docs/secrets.md tells a person to type is typed here, word for word, with a real keyring."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from keyrings import keyring
from test_docs import DOCS, blocks
from typed import typing_in

from screenwright.agent import Screen
from screenwright.tools import Desktop


@pytest.fixture
def session(tmp_path: Path) -> Iterator[dict[str, str]]:
    with keyring(tmp_path / "keyring") as environment:
        yield environment


def test_every_command_of_the_page_works(session: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "demos").symlink_to(DOCS.parent / "demos")
    typing = typing_in(tmp_path, session)
    said = [typing(block) for block in blocks("secrets.md", "sh")]
    assert said[0] == "mail-login  for Sign up\nmail-login: there, in the keyring, for Sign up only\n"
    assert said[1] == "mail-login: there, in the environment variable SCREENWRIGHT_SECRET_MAIL_LOGIN\n"
    assert json.loads((tmp_path / "signup.json").read_text())["email"] == "ada@example.org"
    assert said[3] == said[4] == ""


def test_the_python_shown_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCREENWRIGHT_SECRET_MAIL_LOGIN", "ada@example.org")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "demos").symlink_to(DOCS.parent / "demos")
    (block,) = blocks("secrets.md", "python")
    exec(compile(block, "secrets.md", "exec"), {"Desktop": Desktop, "Screen": Screen})
