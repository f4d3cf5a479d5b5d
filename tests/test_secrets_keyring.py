"""`screenwright secret` with a real keyring, and secrets that come out of it only to be typed."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from keyrings import keyring
from leaks import leaks
from replays import COMMAND, SIGNUP, Tool

from screenwright.tools import Desktop

VALUE = 'hünter "zwei" 中文 {{secret:other}}'


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with keyring(tmp_path_factory.mktemp("keyring")) as environment:
        yield environment


@pytest.fixture
def tool(session: dict[str, str], tmp_path: Path) -> Tool:
    return Tool(tmp_path, session)


def keep(tool: Tool, name: str, value: str, *options: str, code: int = 0) -> str:
    """What `secret set` says when the value comes through a pipe."""
    words = [*COMMAND, "secret", "set", name, *options]
    done = subprocess.run(
        words, cwd=tool.folder, env=tool.environment, input=value, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == code and done.stdout == "", done
    return done.stderr


def test_it_is_kept_listed_checked_and_deleted(tool: Tool) -> None:
    assert tool("secret", "list") == ""
    assert "write {{secret:bank}} where it is to be typed" in keep(tool, "bank", VALUE + "\n", "--for", "My Bank*")
    keep(tool, "a.pin", "4711")
    assert tool("secret", "list") == "a.pin\nbank  for My Bank*\n"
    assert tool("secret", "check", "bank") == "bank: there, in the keyring, for My Bank* only\n"
    said = tool("secret", "check", "bank", SCREENWRIGHT_SECRET_BANK="other")
    assert said == "bank: there, in the environment variable SCREENWRIGHT_SECRET_BANK\n"
    tool("secret", "delete", "a.pin")
    assert "it has: bank" in tool.fails("secret", "delete", "a.pin")
    assert "screenwright secret set a.pin" in tool.fails("secret", "check", "a.pin")
    tool("secret", "delete", "bank")
    assert tool("secret", "list") == ""


def test_what_can_not_be_kept(tool: Tool) -> None:
    assert "can't be called 'my bank'" in keep(tool, "my bank", "x", code=2)
    assert "is empty; nothing was kept" in keep(tool, "bank", "\n", code=2)
    assert tool("secret", "list") == ""


def test_a_person_types_it_twice_and_sees_nothing(tool: Tool) -> None:
    for second, code in (("hunter2", 0), ("hunter3", 2)):
        ours, theirs = pty.openpty()
        words = [*COMMAND, "secret", "set", "typed"]
        process = subprocess.Popen(
            words, stdin=theirs, stdout=theirs, stderr=theirs, env=tool.environment, start_new_session=True,
            preexec_fn=lambda end=theirs: os.login_tty(os.dup(end)),
        )  # fmt: skip
        os.close(theirs)
        shown, answers = b"", [(b"typed: ", b"hunter2\n"), (b"once more: ", second.encode() + b"\n")]
        while True:
            try:
                shown += os.read(ours, 4096)
            except OSError:
                break
            if answers and shown.endswith(answers[0][0]):
                os.write(ours, answers.pop(0)[1])
        os.close(ours)
        assert process.wait(30) == code, shown
        assert b"hunter" not in shown
    tool("secret", "delete", "typed")


def test_it_is_typed_and_kept_nowhere_else(tool: Tool) -> None:
    keep(tool, "mail", VALUE, "--for", "Sign up")
    (tool.folder / "form.md").write_text('- type "{{who}}" into Name\n- type "Linz" into City\n- click Submit\n')
    screen = ("--virtual", "--size", "640x480", "--open", f"python3 {SIGNUP} out.json", "--trace", "run")
    said = tool("run", "form.md", "--set", "who={{secret:mail}}", *screen) + tool.errors
    assert tool.submitted()["name"] == VALUE
    (tool.folder / "out.json").unlink()
    (tool.folder / "said.txt").write_text(said)
    assert leaks(tool.folder, VALUE) == [] and "type '{{secret:mail}}' into Name" in said
    tool("secret", "delete", "mail")
    lost = tool.fails("run", "form.md", "--set", "who={{secret:mail}}", "--virtual")
    assert "{{secret:mail}} has no value" in lost


def test_a_virtual_screen_has_no_keyring_that_asks_nobody(desktop: Desktop) -> None:
    words = ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/"]
    start = "org.freedesktop.DBus.StartServiceByName"
    for name, there in (("org.freedesktop.secrets", False), ("org.a11y.Bus", True)):
        done = subprocess.run(
            [*words, start, f"string:{name}", "uint32:0"], env=desktop.environment, capture_output=True
        )
        assert (done.returncode == 0) is there, done.stderr


def test_no_keyring_and_a_locked_one_say_what_to_do(tmp_path: Path, session: dict[str, str]) -> None:
    none = Tool(tmp_path, session | {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/none"})
    said = none.fails("secret", "check", "bank", code=7)
    assert (
        "there is no system keyring here" in said
        and "set the environment variable SCREENWRIGHT_SECRET_BANK" in said
    )
    assert "there is no system keyring here" in none.fails("secret", "list", code=7)
    assert "in the environment" in none("secret", "check", "bank", SCREENWRIGHT_SECRET_BANK="x")
    with keyring(tmp_path / "new", None) as environment:
        said = Tool(tmp_path, environment).fails("secret", "check", "bank", code=7)
    assert "there is no keyring yet, or it was not unlocked" in said
    shutil.copytree(Path(session["XDG_DATA_HOME"]) / "keyrings", tmp_path / "locked" / "data" / "keyrings")
    with keyring(tmp_path / "locked", None) as environment:
        said = Tool(tmp_path, environment).fails("secret", "check", "bank", code=7)
    assert "the keyring is locked: unlock it" in said
    without = Tool(tmp_path, session | {"PYTHONPATH": str(tmp_path / "empty")})
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "keyring.py").write_text("raise ImportError('not here')\n")
    assert "pip install 'screenwright[secrets]'" in without.fails("secret", "check", "bank", code=7)
