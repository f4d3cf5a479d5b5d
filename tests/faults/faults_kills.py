"""kill -9 of the agent, and of all that it leans on."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from contextlib import closing
from pathlib import Path

from fault import Trial, fault
from ground import HERE, Ground, Process, agent, await_file, check_trace, cleared, empty, unsound, until

from screenwright.tools.x11 import X11

TEXT = "The Quick brown fox, 12 µm; Привет, 你好! "
HOLDING = [
    {"kind": "drag", "start": {"x": 80, "y": 100}, "end": {"x": 400, "y": 250}, "seconds": 0.4},
    {"kind": "click", "point": {"x": 200, "y": 150}, "modifiers": ["shift", "ctrl"]},
    {"kind": "type_text", "text": TEXT},
    {"kind": "long_press", "point": {"x": 200, "y": 150}, "seconds": 0.4},
    {"kind": "press_keys", "keys": ["shift", "Right"], "count": 20},
]


@fault(
    "agent-typing",
    "kill -9 of the agent while it types",
    promise="what stands in the field is a beginning of the text, no key is held, the trace is whole",
)
def agent_typing(trial: Trial) -> None:
    text = TEXT * 8
    with Ground(trial.folder) as ground:
        for _ in trial.times(20):
            ground.clear()
            home = cleared(trial.folder / "home")
            run = agent(
                ["run", 'Type "{{text}}"', "--set", f"text={text}", "--trace", "t"], home, ground.environment
            )
            ground.await_typing(run)
            time.sleep(trial.dice.uniform(0, 0.8))
            run.signal(signal.SIGKILL)
            ended = run.ended()
            held = ground.let_go()
            trial.check(not held, f"held after the kill: {held}")
            trial.check(until(lambda: text.startswith(ground.text), 3), f"in the field stands {ground.text!r:.80}")
            check_trace(trial, home / "t", ended=False)
            trial.saw("killed in the middle" if ended.code == -9 else "was done already")
        _types_again(trial, ground)


@fault(
    "agent-holding",
    "kill -9 of the agent while a button or a modifier is down",
    promise="it is let go of within 5 s, borrowed keys are given back, the trace is whole",
)
def agent_holding(trial: Trial) -> None:
    with Ground(trial.folder) as ground:
        spare = _spare(ground)
        for _ in trial.times(30):
            home = cleared(trial.folder / "home")
            argv = [sys.executable, str(HERE / "acting.py"), "t", json.dumps(HOLDING)]
            run = Process(argv, home, ground.environment)
            await_file(home / "t" / "steps.jsonl", run)
            held = _stopped_holding(trial, run, ground)
            run.signal(signal.SIGKILL)
            run.ended()
            trial.saw("something was down" if held else "nothing was down")
            left = ground.let_go()
            trial.check(not left, f"held after the kill: {left}")
            until(lambda: _spare(ground) == spare, 3)
            trial.check(_spare(ground) == spare, "a borrowed key was not given back")
            check_trace(trial, home / "t", ended=False)
        ground.clear()
        _types_again(trial, ground)


def _stopped_holding(trial: Trial, run: Process, ground: Ground) -> str:
    """Stop it at a random moment at which something is down; what is, or nothing after twenty tries."""
    time.sleep(trial.dice.uniform(0, 1))
    for _ in range(20):
        time.sleep(trial.dice.uniform(0, 0.3))
        run.signal(signal.SIGSTOP)  # so that it can be asked before anybody lets go
        if held := ground.held():
            return held
        run.signal(signal.SIGCONT)
    return ""


def _types_again(trial: Trial, ground: Ground) -> None:
    """The next run on the same screen must find nothing in its way."""
    home = cleared(trial.folder / "home")
    ground.clear()
    ended = agent(["run", 'Type "{{text}}"', "--set", f"text={TEXT}", "--json"], home, ground.environment).ended()
    until(lambda: ground.text == TEXT, 3)
    trial.check(ended.code == 0 and ground.text == TEXT, f"the next run typed {ground.text!r}; {ended.said}")


def _spare(ground: Ground) -> int:
    """How many keycodes have no symbol."""
    with closing(X11(ground.environment["DISPLAY"])) as x11, x11.asking() as display:
        return sum(not any(row) for row in display.get_keyboard_mapping(8, 248))


@fault(
    "x-server",
    "kill -9 of the X server",
    promise="the run ends within 10 s, with a message that names the display, and a whole trace",
)
def x_server(trial: Trial) -> None:
    for _ in trial.times(12):
        home = cleared(trial.folder / "home")
        with Ground(home) as ground:
            run = agent(_endless("t"), home, ground.environment)
            ground.await_typing(run)
            time.sleep(trial.dice.uniform(0, 2))
            os.kill(_child("Xvfb", ground), signal.SIGKILL)
            ended = run.ended(10)
        trial.check(ended.code == 1 and ended.clear, f"ended so: {ended.said}")
        trial.check(ground.environment["DISPLAY"] in ended.out, f"the display is not named: {ended.out[-200:]}")
        check_trace(trial, home / "t", ended=True)
        trial.saw("ended with the display's name")


def _endless(trace: str) -> list[str]:
    """Types, and then looks for what never comes."""
    script = 'Type "{{text}}", wait for "Never" (60 s)'
    return ["run", script, "--set", f"text={TEXT * 3}", "--trace", trace, "--json"]


def _child(name: str, ground: Ground) -> int:
    """The pid of one of the screen's programs."""
    for process in ground.display._processes.running:  # pyright: ignore[reportPrivateUsage]
        if Path(str(process.args[0] if isinstance(process.args, list) else process.args)).name == name:
            return process.pid
    raise LookupError(name)


@fault(
    "program",
    "kill -9 of the program that is typed into",
    promise="the run ends within its limits and says what it looked for; nothing is held",
)
def program(trial: Trial) -> None:
    with Ground(trial.folder) as ground:
        for _ in trial.times(8):
            home = cleared(trial.folder / "home")
            words = ["run", 'Type "{{text}}", wait for "Never" (1 s)', "--set", f"text={TEXT * 8}"]
            run = agent([*words, "--trace", "t", "--json"], home, ground.environment)
            ground.await_typing(run)
            time.sleep(trial.dice.uniform(0, 0.5))
            ground.field.kill()
            ground.field.wait()
            ended = run.ended(20)
            trial.check(ended.code == 3 and "Never" in ended.out and ended.clear, f"ended so: {ended.said}")
            held = ground.let_go()
            trial.check(not held, f"held: {held}")
            check_trace(trial, home / "t", ended=True)
            trial.saw('gave up, looking for "Never"')
            ground.open_field()


@fault(
    "companions",
    "kill -9 of the window manager or of the D-Bus session",
    promise="the run goes on or ends with a message; nothing hangs, nothing is held",
)
def companions(trial: Trial) -> None:
    for number in trial.times(8):
        home = cleared(trial.folder / "home")
        victim = ("dbus-daemon", "openbox")[number % 2]
        with Ground(home) as ground:
            script = 'Type "abc", press Enter, type "def", wait for "Never" (1 s)'
            run = agent(["run", script, "--trace", "t", "--json"], home, ground.environment)
            ground.await_typing(run)
            time.sleep(trial.dice.uniform(0, 1))
            os.kill(_child(victim, ground), signal.SIGKILL)
            ended = run.ended(20)
            held = ground.let_go()
        trial.check(ended.code in (0, 1, 3) and ended.clear, f"{victim}: ended so: {ended.said}")
        trial.check(not held, f"{victim}: held: {held}")
        wrong = unsound(home / "t", ended=True)
        trial.check(not wrong, f"{victim}: the trace: {wrong}")
        trial.saw(f"without {victim}: {_word(ended.out)}")


def _word(out: str) -> str:
    try:
        return f"ended with {json.loads(out)['status']}"
    except (ValueError, KeyError):
        return "ended without a word"


@fault(
    "own-screen",
    "kill -9 of a run that has its own virtual screen",
    promise="the X server, its programs and its folder are gone within 10 s; the trace is whole",
)
def own_screen(trial: Trial) -> None:
    field, spool = f"{sys.executable} {HERE / 'field.py'} field.txt", Path(os.environ["TMPDIR"])
    for _ in trial.times(8):
        home = cleared(trial.folder / "home")
        run = agent([*_endless("t"), "--virtual", "--open", field], home, dict(os.environ))
        if trial.dice.random() < 0.6:
            await_file(home / "t" / "steps.jsonl", run)
        else:  # while it starts
            while run.running() and empty(spool, 0):
                time.sleep(0.01)
        time.sleep(trial.dice.uniform(0, 0.7))
        run.signal(signal.SIGKILL)
        run.ended()
        if (home / "t" / "meta.json").exists():
            check_trace(trial, home / "t", ended=False)
        trial.saw("killed")
        trial.check(empty(spool), "its folder is still there")
