"""The doctor on real screens: what it measures, and that it names the fix for every "no"."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from screenwright.agent import doctor, machine
from screenwright.agent.testcard import TEXT, TestCard, click_errors, seen, typed_back
from screenwright.tools import Desktop
from screenwright.tools.display import VirtualDisplay

COMMAND = [sys.executable, "-m", "screenwright.agent.cli"]


@pytest.fixture(scope="module")
def screens() -> Iterator[VirtualDisplay]:
    """Two monitors, as the display that a person sits at."""
    with VirtualDisplay(1400, 600, monitors=2) as display:
        yield display


def examined(environment: dict[str, str], *options: str, cwd: Path | None = None) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [*COMMAND, "doctor", "--json", *options],
        env=environment,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "Traceback" not in done.stderr, done.stderr
    told = json.loads(done.stdout)
    for finding in told["findings"]:
        assert finding["fix"] or finding["state"] == "yes", finding
    return done.returncode, {finding["what"]: finding for finding in told["findings"]} | {"all": told}


def test_all_that_a_desktop_needs_on_two_monitors(screens: VirtualDisplay) -> None:
    code, told = examined(screens.environment, "--yes")
    assert code == 0 and told["all"]["healthy"]
    assert told["click"]["said"] == "10 targets on 2 monitors, off by 0.0 px at most"
    assert TEXT in told["type"]["said"]
    assert "Reading test 4217" in told["read"]["said"]
    assert "1400x600" in told["see"]["said"]


def test_a_real_screen_is_not_touched_without_a_yes(screens: VirtualDisplay) -> None:
    with Desktop(0, display=screens.display, environment=screens.environment) as desktop:
        before = desktop.observe().pixels.copy()
        code, told = examined(screens.environment)
        assert code == 7 and "--yes" in told["click and type"]["fix"] and "click" not in told
        assert (desktop.observe().pixels == before).all()


def test_quick_only_looks(screens: VirtualDisplay) -> None:
    code, told = examined(screens.environment, "--quick")
    assert code == 0 and "see" in told and "click" not in told


def test_without_a_display_a_virtual_one_is_used(screens: VirtualDisplay) -> None:
    environment = {key: value for key, value in screens.environment.items() if key != "DISPLAY"}
    code, told = examined(environment)
    assert code == 0 and "virtual" in told["session"]["said"] and told["click"]["state"] == "yes"


def test_a_display_that_is_gone_and_wayland(screens: VirtualDisplay, tmp_path: Path) -> None:
    code, told = examined({**screens.environment, "DISPLAY": ":9999"})
    assert code == 7 and told["screen"]["state"] == "no" and ":9999" in told["screen"]["said"]
    wayland = {"XDG_SESSION_TYPE": "wayland", "WAYLAND_DISPLAY": "wayland-0"}
    code, told = examined(screens.environment | wayland)
    assert code == 7 and "Xorg" in told["session"]["fix"]


def test_what_is_not_installed_is_named_with_its_command(
    screens: VirtualDisplay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {key: value for key, value in screens.environment.items() if key != "DISPLAY"}
    code, told = examined(environment | {"PATH": str(tmp_path)}, cwd=tmp_path)
    assert code == 7
    assert told["virtual screen"]["fix"] == "sudo apt-get install xvfb openbox dbus"
    assert told["clipboard"]["state"] == "optional"
    monkeypatch.setattr(machine, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert [f.fix for f in machine.beside() if f.what == "phone (adb)"] == ["pip install 'screenwright[phone]'"]
    assert [f.fix for f in machine.beside() if f.what == "reading engine"] == ["pip install rapidocr onnxruntime"]


def test_a_folder_that_cant_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    if Path("/proc/self").exists():
        monkeypatch.chdir("/proc/self")
        found = next(f for f in machine.beside() if f.what == "traces")
        assert found.state == "no" and "--trace" in found.fix


def test_a_click_that_lands_beside_is_measured(screens: VirtualDisplay) -> None:
    """Moves the frame's origin by three pixels, as a wrong scale or monitor offset would."""
    with (
        Desktop(0, display=screens.display, environment=screens.environment) as desktop,
        TestCard(screens.display) as card,
    ):
        errors = [error for _, error in click_errors(card, desktop)]
        assert errors == [0.0] * 10
        finding = doctor._click(card, desktop)
        assert finding.state == "yes"
        executor = desktop._executor
        move = executor.click
        executor.click = lambda spot, *rest: move((min(spot[0] + 3, 1399), spot[1]), *rest)  # type: ignore[method-assign]
        finding = doctor._click(card, desktop)
        assert finding.state == "no" and "3.0 px" in finding.said and finding.fix


def test_a_click_that_gets_lost_ends_the_test(screens: VirtualDisplay) -> None:
    with (
        Desktop(0, display=screens.display, environment=screens.environment) as desktop,
        TestCard(screens.display) as card,
    ):
        clicks = []
        desktop._executor.click = lambda *spot: clicks.append(spot)  # type: ignore[method-assign]
        finding = doctor._click(card, desktop)
        assert finding.state == "no" and "did not arrive" in finding.said and len(clicks) == 1


def test_the_card_gives_back_what_it_took(screens: VirtualDisplay) -> None:
    with Desktop(0, display=screens.display, environment=screens.environment) as desktop:
        desktop._executor.move((123, 45))
        before = desktop.observe().pixels.copy()
        with TestCard(screens.display) as card:
            card.target(40, 50)
            spot = seen(desktop)
            assert spot is not None and (spot.x, spot.y) == (40.5, 50.5)
            assert typed_back(card, desktop) == TEXT
        assert desktop._executor.position() == (123, 45)
        assert (desktop.observe().pixels == before).all()


def test_the_table_fits_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    findings = [machine.Finding("a", "yes", "fine"), machine.Finding("b", "no", "broken", "mend it")]
    doctor.show(findings)
    out = capsys.readouterr().out
    assert (
        "NO    b" in out and "fix: mend it" in out and "missing for a desktop run: 1" in out and "\x1b" not in out
    )
