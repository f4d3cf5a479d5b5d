"""Disks that are full, read-only or gone, and too little memory."""

from __future__ import annotations

import resource
import shutil
import subprocess
import time
from functools import partial
from pathlib import Path

from fault import Skipped, Trial, fault
from ground import COMMAND, Ground, Process, agent, await_file, check_trace, cleared, unsound, until

SCRIPT = 'Type "{{text}}", press Enter, type "{{text}}", press Enter, type "{{text}}", wait for "Never" (1 s)'
TEXT = "Full Disk, Привет "
WHOLE = "\n".join([TEXT] * 3)
INSIDE = """
mount -t tmpfs -o size=$1k tmpfs disk || exit 99
$2
shift 2
"$@"
code=$?
cp -r disk copy
exit $code
"""


def on_a_disk(ground: Ground, home: Path, kilobytes: int, before: str = ":") -> Process:
    """A run whose trace goes to a disk of its own, of which `copy` is made when it has ended."""
    (home / "disk").mkdir()
    words = [*COMMAND, "run", SCRIPT, "--set", f"text={TEXT}", "--trace", "disk/t", "--json"]
    return Process(
        ["unshare", "-rm", "sh", "-c", INSIDE, "sh", f"{kilobytes}", before, *words], home, ground.environment
    )


def may_mount() -> None:
    """Skipped: no disk of its own can be had."""
    if not shutil.which("unshare"):
        raise Skipped("there is no program unshare")
    done = subprocess.run(
        ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, text=True
    )
    if done.returncode:
        raise Skipped(f"no file system can be mounted here: {done.stderr.strip()}")


@fault(
    "disk-full",
    "a disk that is full after 8 to 120 kB of the trace",
    promise="the run ends, says which folder is full and nothing is held; the trace is whole up to the last step",
    seconds=240,
)
def disk_full(trial: Trial) -> None:
    may_mount()
    with Ground(trial.folder) as ground:
        for _ in trial.times(16):
            home = cleared(trial.folder / "home")
            ground.clear()
            ended = on_a_disk(ground, home, trial.dice.choice((8, 12, 16, 24, 32, 48, 64, 120))).ended(30)
            full = "No space left" in ended.out
            trial.check(ended.code in (1, 2, 3) and ended.clear, f"ended so: {ended.said}")
            trial.check(full or ended.code == 3, f"not told that the disk is full: {ended.said}")
            trial.check(not ground.let_go(), f"held: {ground.held()}")
            if (home / "copy" / "t" / "meta.json").exists():
                check_trace(trial, home / "copy" / "t", ended=False)
            trial.saw("said that the disk is full" if full else "had room enough")


@fault(
    "disk-readonly",
    "a folder for the trace that can't be written to",
    promise="told before anything is done, with exit code 2; nothing is typed",
)
def disk_readonly(trial: Trial) -> None:
    may_mount()
    with Ground(trial.folder) as ground:
        for _ in trial.times(3):
            home = cleared(trial.folder / "home")
            ground.clear()
            ended = on_a_disk(ground, home, 1000, "mount -o remount,ro disk").ended(30)
            trial.check(ended.code == 2 and ended.clear and "Read-only" in ended.out, f"ended so: {ended.said}")
            trial.check(not ground.text, f"typed was {ground.text!r}")
            trial.saw("refused before anything was done")


@fault(
    "disk-removed",
    "the folder of the run is removed while it runs",
    promise="the run ends with a message that names the folder; no key is held, nothing is typed twice",
)
def disk_removed(trial: Trial) -> None:
    with Ground(trial.folder) as ground:
        for _ in trial.times(10):
            home = cleared(trial.folder / "home")
            ground.clear()
            run = agent(
                ["run", SCRIPT, "--set", f"text={TEXT}", "--trace", "t", "--json"], home, ground.environment
            )
            await_file(home / "t" / "steps.jsonl", run)
            time.sleep(trial.dice.uniform(0, 1.5))
            shutil.rmtree(home / "t", ignore_errors=True)
            ended = run.ended(20)
            trial.check(ended.code in (1, 3) and ended.clear, f"ended so: {ended.said}")
            trial.check(
                ended.code != 1 or "can't be written" in ended.out, f"the folder is not named: {ended.said}"
            )
            trial.check(not ground.let_go(), f"held: {ground.held()}")

            trial.check(until(lambda: WHOLE.startswith(ground.text), 3), f"in the field stands {ground.text!r}")
            trial.saw("told that the folder is gone" if ended.code == 1 else "was done already")


def _limit(megabytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))


@fault(
    "memory",
    "a limit on memory that a run does not fit in (200 MB to 1.4 GB of address space)",
    promise="the run ends by itself with a word on what it lacks; no key is held; what trace there is can be read",
)
def memory(trial: Trial) -> None:
    words = ["run", 'Click "Nowhere to be read", type "abc"', "--trace", "t", "--json"]
    with Ground(trial.folder) as ground:
        for number in trial.times(12):
            home = cleared(trial.folder / "home")
            megabytes = 200 + 100 * number + trial.dice.randrange(100)
            ended = agent(words, home, ground.environment, partial(_limit, megabytes)).ended(30)
            trial.check(ended.code is not None, f"{megabytes} MB: it hung")
            trial.check(ended.out or ended.err, f"{megabytes} MB: ended with {ended.code} without a word")
            trial.check(not ground.let_go(), f"held: {ground.held()}")
            if (home / "t" / "meta.json").exists():
                wrong = unsound(home / "t", ended=False)
                trial.check(not wrong, f"{megabytes} MB: the trace: {wrong}")
            trial.saw("ended with one JSON object" if ended.clear else f"ended with {_last(ended.err)}")


def _last(err: str) -> str:
    """What kind of error the last line tells."""
    lines = [line for line in err.strip().splitlines() if line.strip()]
    return (lines[-1].partition(":")[0] if lines else "nothing")[:40]
