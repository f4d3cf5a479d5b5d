"""What will fit of a model, worked out without loading it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tiny.build import tiny
from typer.testing import CliRunner

from screenwright.agent.cli import app
from screenwright.policies.qwen3vl.fetching import DEFAULT
from screenwright.policies.qwen3vl.sizes import needs
from screenwright.tools.errors import ModelLost
from screenwright.tools.geometry import Size


def test_the_default_model_before_its_download() -> None:
    """The notes' figures: 147 KB a token, 2,040 tokens a screenshot of 1920x1080 and 2 marks."""
    four = needs(DEFAULT)
    assert four.token == 147_456 and four.screenshot == 2042 and four.shown == Size(1920, 1088)
    assert 8.8e9 < four.weights < 8.9e9 and four.context == 262_144
    less = needs(DEFAULT, weights="int4")
    assert 2.5e9 < less.weights < 3.2e9  # the vision tower keeps its bits
    assert four.steps(int(8e9)) == 0 and 40 < four.steps(int(24e9)) < 60
    assert needs(DEFAULT, frame=Size(3840, 2160)).screenshot < 2562
    assert four.steps(10**15) * (four.screenshot + 120) <= 262_144


def test_a_folder_is_measured_by_its_own_files(tmp_path: Path) -> None:
    folder = tiny(tmp_path / "tiny")
    found = needs(str(folder))
    stored = (folder / "model.safetensors").stat().st_size
    assert stored - 20_000 < found.weights < stored
    assert found.token == 2 * 2 * 2 * 16 * 2
    with pytest.raises(ModelLost, match="its size is not known"):
        needs("nobody/never")


def test_the_command_says_it_and_its_exit_code_too(tmp_path: Path) -> None:
    folder = str(tiny(tmp_path / "tiny"))
    done = CliRunner().invoke(app, ["doctor", "--model", folder])
    assert done.exit_code == 0 and "all that this model needs is here" in done.stdout
    assert "screenshots fit" in done.stdout and "1920x1080 is shown as 1920x1088" in done.stdout
    broken = CliRunner().invoke(app, ["doctor", "--model", str(tmp_path / "nothing"), "--json"])
    assert broken.exit_code == 7 and not json.loads(broken.stdout)["healthy"]
