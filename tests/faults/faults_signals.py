"""Signals at random moments, from the first import to the last line."""

from __future__ import annotations

import signal
import time

from fault import Trial, fault
from ground import Ground, Nursery, Run, agent, check_trace, cleared, until

TEXT = "Once upon A Time, Привет "
WORDS = ["run", 'Type "{{text}}", press Enter, type "end"', "--set", f"text={TEXT}", "--trace", "t", "--json"]
ALL = TEXT + "\nend"
USUAL_S = 2.6
"""About how long such a run takes once it has been imported."""


@fault(
    "signals",
    "SIGINT, SIGTERM or SIGHUP at a random moment of a run, one in ten of them from its very start",
    promise="it ends within 10 s with 130 or done, in one JSON object; no key held, the trace whole with its end",
    seconds=600,
)
def signals(trial: Trial) -> None:
    with Ground(trial.folder) as ground, Nursery() as nursery:
        for number in trial.times(200):
            home = cleared(trial.folder / "home")
            ground.clear()
            fresh = number % 10 == 0
            start = agent if fresh else nursery.start
            run: Run = start(WORDS, home, ground.environment)
            time.sleep(trial.dice.uniform(0, USUAL_S + 2 * fresh))
            sent = trial.dice.choice((signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
            if run.running():
                run.signal(sent)
            ended = run.ended(10)
            how = "from the start" if fresh else "in mid-run"
            trial.check(ended.code is not None, f"{sent.name} {how}: it hung")
            begun = (home / "t" / "meta.json").exists()
            early = fresh or not ended.err or "Aborted" in ended.err
            silent = ended.code == -sent or (ended.code in (1, 130) and early)
            if not begun and silent:
                # before main() is reached, Python and the system end it: nothing was opened yet
                trial.saw("ended before it had begun")
            else:
                # a signal that comes when all is told and Python takes itself down ends it in its own way
                trial.check(ended.code in (0, 130, -sent) and ended.clear, f"{sent.name} {how}: {ended.said}")
                trial.check("a person" not in ended.out, f"its own keys were taken for a person's: {ended.said}")
                trial.saw("stopped" if ended.code == 130 else "done before")
            if begun:
                check_trace(trial, home / "t", ended=True, when=f"{sent.name} {how}: ")
            held = ground.let_go()
            trial.check(not held, f"{sent.name} {how}: held: {held}")
            _once(trial, ground, done=ended.code == 0, what=f"{sent.name} {how}")


def _once(trial: Trial, ground: Ground, *, done: bool, what: str) -> None:
    """What was typed is a beginning of what was to be typed: nothing twice, nothing else."""
    good = until(lambda: ground.text == ALL if done else ALL.startswith(ground.text), 3)
    trial.check(good, f"{what}: in the field stands {ground.text!r}")


@fault(
    "stopped",
    "SIGSTOP for up to 3 s and SIGCONT (a lid closed and opened), at random moments of a run",
    promise="the run goes on and is done; everything is typed exactly once, no key repeats itself",
    seconds=300,
)
def stopped(trial: Trial) -> None:
    with Ground(trial.folder) as ground, Nursery() as nursery:
        for _ in trial.times(24):
            home = cleared(trial.folder / "home")
            ground.clear()
            run = nursery.start(WORDS, home, ground.environment)
            time.sleep(trial.dice.uniform(0.3, USUAL_S - 0.4))
            if run.running():
                run.signal(signal.SIGSTOP)
                time.sleep(trial.dice.choice((0.1, 1.0, 3.0)))
                run.signal(signal.SIGCONT)
            ended = run.ended(20)
            trial.check(ended.code == 0 and ended.clear, f"ended so: {ended.said}")
            _once(trial, ground, done=True, what="after SIGCONT")
            trial.check(not ground.held(), f"held: {ground.held()}")
            check_trace(trial, home / "t", ended=True)
            trial.saw("done, typed once" if ended.code == 0 else f"ended with {ended.code}")
