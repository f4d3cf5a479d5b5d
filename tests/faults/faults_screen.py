"""Screens that are resized, split, blanked, and clocks that jump."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from fault import Skipped, Trial, fault
from ground import Ground, agent, await_file, check_trace, cleared, until

from screenwright.tools.x11 import X11

TEXT = "Resized, Привет "
SCRIPT = 'Type "{{text}}", press Enter, type "{{text}}", press Enter, type "{{text}}"'
WHOLE = "\n".join([TEXT] * 3)
CLOCK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
#include <sys/time.h>
#include <stdlib.h>
#include <stdio.h>
/* The wall clock is off by the number in the file that JUMP names; the monotonic clock is as it is. */
static long off(void) {
    long seconds = 0;
    FILE *file = fopen(getenv("JUMP"), "r");
    if (file) { if (fscanf(file, "%ld", &seconds) != 1) seconds = 0; fclose(file); }
    return seconds;
}
int clock_gettime(clockid_t id, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(id, now);
    if (id == CLOCK_REALTIME) now->tv_sec += off();
    return result;
}
int gettimeofday(struct timeval *now, void *zone) {
    struct timespec exact;
    int result = clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec; now->tv_usec = exact.tv_nsec / 1000;
    return result;
}
time_t time(time_t *where) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (where) *where = exact.tv_sec;
    return exact.tv_sec;
}
"""


def _words(*more: str) -> list[str]:
    return ["run", SCRIPT, "--set", f"text={TEXT}", "--trace", "t", "--json", *more]


@fault(
    "screen-resized",
    "the screen is resized or its monitors are changed in mid-run, three times a run",
    promise="the run goes on with the new size and is done; all is typed exactly once",
)
def screen_resized(trial: Trial) -> None:
    xrandr = shutil.which("xrandr")
    if xrandr is None:
        raise Skipped("there is no program xrandr")
    with Ground(trial.folder, 1024, 768) as ground:
        for _ in trial.times(8):
            home = cleared(trial.folder / "home")
            ground.clear()
            run = agent(_words(), home, ground.environment)
            await_file(home / "t" / "steps.jsonl", run)
            for _ in range(3):
                time.sleep(trial.dice.uniform(0, 0.5))
                change = trial.dice.choice(
                    (["--size", "640x480"], ["--size", "1024x768"], ["--size", "800x600"], _split(), _unsplit())
                )
                subprocess.run([xrandr, *change], env=ground.environment, capture_output=True)
            ended = run.ended(30)
            trial.check(ended.code == 0 and ended.clear, f"ended so: {ended.said}")
            trial.check(ground.reads(WHOLE), f"in the field stands {ground.text!r}")
            check_trace(trial, home / "t", ended=True)
            trial.saw("done, typed once" if ended.code == 0 else f"ended with {ended.code}")
            for change in (_unsplit(), ["--size", "1024x768"]):
                subprocess.run([xrandr, *change], env=ground.environment, capture_output=True)


def _split() -> list[str]:
    return ["--setmonitor", "left", "320/100x480/100+0+0", "none"]


def _unsplit() -> list[str]:
    return ["--delmonitor", "left"]


@fault(
    "screen-black",
    "the screen goes black (locked, asleep), for a while or for good",
    promise="it is waited for 10 s, then the run ends and says so; what goes on is typed exactly once",
    seconds=240,
)
def screen_black(trial: Trial) -> None:
    with Ground(trial.folder) as ground:
        for number in trial.times(6):
            home = cleared(trial.folder / "home")
            ground.clear()
            run = agent(_words(), home, ground.environment)
            await_file(home / "t" / "steps.jsonl", run)
            time.sleep(trial.dice.uniform(0, 0.8))
            passes = number % 3 < 2
            with _darkness(ground):
                dark_s = trial.dice.uniform(1, 4) if passes else 25
                until(lambda run=run: not run.running(), dark_s)  # type: ignore[misc]
            ended = run.ended(25)
            trial.check(ended.code == (0 if passes else 1) and ended.clear, f"ended so: {ended.said}")
            trial.check(passes or "black" in ended.out, f"the darkness is not named: {ended.out}")
            trial.saw("done once it was light again" if passes else "ended, saying that it is black")
            whole = ground.reads(WHOLE) if passes else until(lambda: WHOLE.startswith(ground.text), 3)
            trial.check(whole, f"in the field stands {ground.text!r}")
            check_trace(trial, home / "t", ended=True)


@contextmanager
def _darkness(ground: Ground) -> Iterator[None]:
    """A black window over everything, which takes no focus."""
    with closing(X11(ground.environment["DISPLAY"])) as x11, x11.asking() as display:
        root = display.screen().root
        depth = display.screen().root_depth
        black = root.create_window(0, 0, 640, 400, 0, depth, background_pixel=0, override_redirect=True)
        black.map()
        display.sync()
        try:
            yield
        finally:
            black.destroy()
            display.sync()


@fault(
    "clock",
    "the wall clock jumps by up to ten years, forth and back, three times a run",
    promise="the run is done as ever: limits, waits and settling don't look at it; the trace is whole",
)
def clock(trial: Trial) -> None:
    gcc = shutil.which("gcc")
    if gcc is None:
        raise Skipped("there is no gcc to make the clock of")
    source, library = trial.folder / "clock.c", trial.folder / "clock.so"
    source.write_text(CLOCK)
    subprocess.run([gcc, "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"], check=True)
    jump = trial.folder / "jump"
    with Ground(trial.folder) as ground:
        for _ in trial.times(10):
            home = cleared(trial.folder / "home")
            ground.clear()
            _jump(jump, 0)
            environment = ground.environment | {"LD_PRELOAD": str(library), "JUMP": str(jump)}
            run = agent(_words("--limit-seconds", "60"), home, environment)
            await_file(home / "t" / "steps.jsonl", run)
            for _ in range(3):
                time.sleep(trial.dice.uniform(0, 0.5))
                _jump(jump, trial.dice.choice((-1, 1)) * trial.dice.choice((1, 3600, 86_400 * 3650)))
            ended = run.ended(30)
            trial.check(ended.code == 0 and ended.clear, f"ended so: {ended.said}")
            trial.check(ground.reads(WHOLE), f"in the field stands {ground.text!r}")
            check_trace(trial, home / "t", ended=True)
            trial.saw("done, typed once" if ended.code == 0 else f"ended with {ended.code}")


def _jump(file: Path, seconds: int) -> None:
    fresh = file.with_suffix(".new")
    fresh.write_text(str(seconds))
    os.replace(fresh, file)  # noqa: PTH105
