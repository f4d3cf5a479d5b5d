"""docs/demos.md from its first command to its last, in one folder, as a newcomer would type it."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from typed import Typed, typing_in

from screenwright.policies.replay.demo import DemoStep
from screenwright.policies.yamltext import read

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "demos.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def typed(tmp_path: Path) -> Typed:
    """In a folder with the demo programs, where there is no display."""
    shutil.copytree(ROOT / "demos" / "programs", tmp_path / "demos" / "programs")
    kept = {key: value for key, value in os.environ.items() if key not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    return typing_in(tmp_path, kept)


@pytest.mark.timeout(600)
def test_from_the_first_recording_to_a_healed_run_over_a_csv(typed: Typed, tmp_path: Path) -> None:
    save, show, replay, check, changed, accept, many, forms = blocks("sh")
    typed(save)
    assert "name" in typed(show)
    assert "Grace Hopper" in typed(replay)
    assert "name" in typed(check)
    assert "healed" in typed(changed)
    assert "Register" in typed(accept)
    results = typed(many)
    assert results.count(",done,") == 3, results
    assert json.loads((tmp_path / "signup.json").read_text())["name"] == "Zoë Müller"
    assert '1. click the "Name" field' in typed(forms)
    (tmp_path / "example.py").write_text(blocks("python")[0], encoding="utf-8")
    assert "\ndone\n" in typed("python3 example.py")
    assert json.loads((tmp_path / "signup.json").read_text())["name"] == "Emmy Noether"
    assert "demo" in (tmp_path / "signup.py").read_text()


def test_what_can_be_written_by_hand_is_right() -> None:
    (shown,) = blocks("yaml")
    _, steps = read(shown, "demos.md")
    assert [DemoStep.model_validate(step).do for step in steps] == ["wait", "click"]
