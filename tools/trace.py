"""What happened, as a folder: meta.json, a JSON line a step in steps.jsonl, and the frames.

Written step by step, pictures before the line that names them, so that a kill leaves a readable trace.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeVar

from screenwright.tools import stepcodec
from screenwright.tools.elements import Element
from screenwright.tools.errors import BadScript, Ending
from screenwright.tools.frames import Frame, FrameStore
from screenwright.tools.masking import Mask
from screenwright.tools.observation import Observation, Pixels
from screenwright.tools.plainfile import own_file
from screenwright.tools.steps import Outcome, Step, Task

VERSION = 1
AS_JSON = "backslashreplace"  # half of a surrogate pair, which UTF-8 has no place for, becomes its escape in JSON
T = TypeVar("T")


class TraceLost(Ending):
    """The trace can't be written any further; what was recorded before stays readable."""


class TraceWriter:
    """Writes one run folder. `begin` and `end` may be called again: the steps are appended.

    The values of a task's secret parameters (their names begin with `secret`) are written as `{{name}}`.

    Args:
        elements: also keep what the system told of each frame, as far as it was asked (elements.jsonl): a demo
            is compiled from it.
    """

    def __init__(
        self,
        folder: str | Path | None = None,
        *,
        root: str | Path = "runs",
        name: str = "run",
        elements: bool = False,
    ) -> None:
        self._wanted = Path(folder) if folder is not None else None
        self._root, self._name = Path(root), name
        self._store: FrameStore | None = None
        self._meta: dict[str, Any] = {}
        self._numbers: dict[tuple[str, int, float], int] = {}
        self._count = 0
        self._told: set[int] | None = set() if elements else None
        self._mask = Mask()

    @property
    def folder(self) -> Path:
        """The run folder, made when first asked for. BadScript where it can't be made or holds another run."""
        if self._store is None:
            self._store = FrameStore(self._make())
        return self._store.folder

    def begin(self, task: Task, about: dict[str, object]) -> None:
        folder = self.folder
        self._mask.add(task.parameters)
        if not self._meta:
            started = datetime.now(UTC).isoformat(timespec="milliseconds")
            told: dict[str, Any] = {"task": stepcodec.task_json(task), **about}
            self._meta = {"version": VERSION, "started": started, **self._mask.json(told)}
            with self._writing():
                self._write_meta()
                for name in ("frames.jsonl", "steps.jsonl"):
                    (folder / name).touch()

    def add(self, step: Step) -> None:
        """Store its frames, then its line. TraceLost, with the reason, when the disk won't have it."""
        assert self._store is not None, "begin comes first"
        with self._writing():
            frame = self._put(step.observation)
            after = self._put(step.after) if step.after is not None else None
            facts = self._mask.json(stepcodec.step_json(step, self._count, frame, after))
            line = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
            with (self._store.folder / "steps.jsonl").open("a", encoding="utf-8", errors=AS_JSON) as file:
                file.write(line + "\n")
        self._count += 1

    def end(self, outcome: Outcome) -> None:
        self._meta["outcome"] = self._mask.json(outcome.summary())
        self._meta["ended"] = datetime.now(UTC).isoformat(timespec="milliseconds")
        with self._writing():
            self._write_meta()

    def loader(self, observation: Observation) -> Callable[[], Pixels] | None:
        """What reads the stored frame back; None for one that was never stored."""
        number = self._numbers.get(_key(observation))
        return partial(self._store.pixels, number) if self._store and number is not None else None

    def _put(self, observation: Observation) -> int:
        assert self._store is not None
        key = _key(observation)
        if key not in self._numbers:
            self._numbers[key] = self._store.put(observation)
        number = self._numbers[key]
        if self._told is not None and number not in self._told and (told := stepcodec.elements_json(observation)):
            self._told.add(number)
            facts = {"frame": number, "elements": self._mask.json(told)}
            line = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
            with (self._store.folder / "elements.jsonl").open("a", encoding="utf-8", errors=AS_JSON) as file:
                file.write(line + "\n")
        return number

    def _make(self) -> Path:
        folder = self._wanted or _fresh(self._root, self._name)
        try:
            if (folder / "meta.json").exists():
                raise BadScript(f"{folder} already holds a run; name another folder, or delete it")
            folder.mkdir(0o700, parents=True, exist_ok=True)  # it shows what the person's screen showed
            (folder / "frames").mkdir(exist_ok=True)
        except OSError as error:
            raise BadScript(
                f"the trace can't be written to {folder}: {error.strerror}; choose another folder"
            ) from error
        return folder

    def _write_meta(self) -> None:
        path = self.folder / "meta.json"
        new = path.with_suffix(".new")
        new.write_text(json.dumps(self._meta, ensure_ascii=False, indent=1), encoding="utf-8", errors=AS_JSON)
        new.replace(path)

    def _writing(self) -> _Writing:
        return _Writing(self.folder)


class _Writing:
    """Turns a full disk or a folder taken away into TraceLost with the numbers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            try:
                free = f"{shutil.disk_usage(self._folder).free} bytes free there"
            except OSError:
                free = "the folder is gone"
            raise TraceLost(
                f"the trace in {self._folder} can't be written: {error.strerror or error} ({free}); "
                "make room, or give another folder"
            ) from error


class Trace:
    """A run folder, read. `path` may also be a folder of runs: then the newest. BadScript where it is none."""

    def __init__(self, path: str | Path) -> None:
        self.folder = _run_folder(Path(path))
        try:
            text = own_file(self.folder / "meta.json").read_text(encoding="utf-8")
            meta: Any = json.loads(text)
        except (OSError, ValueError, RecursionError) as error:
            raise BadScript(f"{self.folder} is no run: meta.json can't be read ({error})") from error
        self.meta: dict[str, Any] = meta if isinstance(meta, dict) else {}
        version = self.meta.get("version")
        if not isinstance(version, int) or version > VERSION:
            raise BadScript(
                f"{self.folder} was written in trace format {version}; this screenwright reads up to {VERSION}: "
                "upgrade it"
            )
        try:
            self.task = stepcodec.read_as(Task)(self.meta["task"])
            ended = self.meta.get("outcome")
            self.outcome = stepcodec.read_as(Outcome)(ended) if ended else None
            """None for a run that was cut off."""
        except (KeyError, ValueError) as error:
            raise BadScript(f"{self.folder} is no run: its meta.json lacks what it did ({error})") from error
        self.damaged: list[str] = []
        self._numbers: dict[tuple[str, int, float], int] = {}
        self.store = FrameStore(self.folder, self._each("frames.jsonl", Frame.read))
        """Where its pictures are."""

    @cached_property
    def steps(self) -> Sequence[Step]:
        """All steps; the pixels of a step are read when they are asked for."""
        return list(self._each("steps.jsonl", self._step))

    def number(self, observation: Observation) -> int | None:
        """Under which number the picture of a step's observation is in `store`."""
        return self._numbers.get(_key(observation))

    def _step(self, facts: dict[str, Any]) -> Step:
        frame = self.store.frames[facts["frame"]]
        step = stepcodec.step(facts, frame.size, self.store.pixels, self._elements)
        self._numbers[_key(step.observation)] = facts["frame"]
        if step.after is not None:
            self._numbers[_key(step.after)] = facts["after"]
        return step

    def _each(self, name: str, read: Callable[[dict[str, Any]], T]) -> Iterator[T]:
        """What each line of a file holds; one that is whole and holds something else is noted in `damaged`."""
        for facts in self._lines(name):
            try:
                yield read(facts)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                self.damaged.append(f"{name} holds a line that is none of it ({type(error).__name__}: {error})")

    @cached_property
    def _told(self) -> dict[int, tuple[Element, ...]]:
        told: dict[int, tuple[Element, ...]] = {}
        if (self.folder / "elements.jsonl").exists():
            for facts in self._lines("elements.jsonl"):
                try:
                    told[facts["frame"]] = stepcodec.elements(facts["elements"])
                except (KeyError, TypeError, AttributeError):
                    self.damaged.append("elements.jsonl holds a line that is none of it")
        return told

    def _elements(self, number: int) -> Sequence[Element]:
        return self._told.get(number, ())

    def _lines(self, name: str) -> Iterator[dict[str, Any]]:
        """A half-written line, which a kill leaves at the end, is passed over and noted in `damaged`."""
        path = self.folder / name
        try:
            text = own_file(path).read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            self.damaged.append(f"{name} is missing" if not path.exists() else f"{name} can't be read: {error}")
            return
        # Not splitlines(): it also cuts at U+2028 and others that may stand in what a screen says.
        for number, line in enumerate(text.split("\n"), 1):
            if not line:
                continue
            try:
                yield json.loads(line)
            except (ValueError, RecursionError):
                self.damaged.append(f"{name}, line {number} is not whole")


def _run_folder(path: Path) -> Path:
    if (path / "meta.json").exists():
        return path
    runs = [meta.parent for meta in path.glob("*/meta.json")] if path.is_dir() else []
    if not runs:
        raise BadScript(f"{path} holds no run (there is no meta.json)")
    return max(runs, key=lambda run: (run / "meta.json").stat().st_mtime)


def _fresh(root: Path, name: str) -> Path:
    """A folder name that no run has: the time, and a slug of the name."""
    slug = re.sub(r"[^\w]+", "-", name).strip("-")[:40] or "run"
    stem = time.strftime("%Y%m%d-%H%M%S", time.gmtime()) + "-" + slug
    number, folder = 1, root / stem
    while folder.exists():
        number += 1
        folder = root / f"{stem}-{number}"
    return folder


def _key(observation: Observation) -> tuple[str, int, float]:
    return observation.device, observation.serial, observation.taken_at
