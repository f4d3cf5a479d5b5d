"""Plays a demo: a policy like any other. It finds each target anew, heals what has changed, and never guesses."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from screenwright.policies.errand import Errand
from screenwright.policies.literal.moment import Moment, Undone
from screenwright.policies.replay.acting import Acting
from screenwright.policies.replay.demo import PLACEHOLDER, filled
from screenwright.policies.replay.folder import DemoFolder
from screenwright.policies.replay.found import Finder, TwoAlike
from screenwright.policies.replay.healing import Heal, picture_of_both
from screenwright.policies.replay.interruptions import Interruptions
from screenwright.policies.replay.plainly import in_words
from screenwright.policies.replay.playing import Hitch, Playing
from screenwright.policies.replay.recorded import Recorded
from screenwright.policies.replay.rejoin import Rejoin
from screenwright.policies.replay.values import first_step, values_for
from screenwright.policies.replay.watching import Watching
from screenwright.tools.actions import Done
from screenwright.tools.errors import BadScript, GaveUp
from screenwright.tools.masking import Mask, is_secret
from screenwright.tools.observation import Observation
from screenwright.tools.reading import Reader
from screenwright.tools.secrets.naming import names_in
from screenwright.tools.steps import Decision, Step, Task

if TYPE_CHECKING:
    from screenwright.policies.replay.ladder import Pointer


class Replay:
    """Plays the demo in a folder; the task's parameters are its values.

    Args:
        reader: reads the screen; one that is shared remembers what it has read.
        finder: finds recorded targets; the `Ladder` by default.
        pointer: a model for the Ladder's last rung.
        first: the id or the number of the step to begin with.
        patience_s: how long a target may take to appear before healing is given up.
    """

    name = "replay"

    def __init__(
        self,
        folder: DemoFolder,
        *,
        reader: Reader | None = None,
        finder: Finder | None = None,
        pointer: Pointer | None = None,
        first: str | None = None,
        patience_s: float = 10.0,
    ) -> None:
        self.folder = folder
        self.reader = reader or Reader()
        self.patience_s = patience_s
        self._finder = finder
        self._pointer = pointer
        self._first = first
        self._place = 0
        self._doing: Generator[Decision, Moment, int] | None = None
        self._undone = Undone()
        self._returned = False
        self._playing: Playing | None = None

    @property
    def heals(self) -> list[Heal]:
        """What had to be mended so far."""
        return self._playing.heals if self._playing else []

    @property
    def place(self) -> str | None:
        """The id of the step to go on with (`--from`); None when every step is done."""
        steps = self.folder.demo.steps
        return steps[self._place].id if self._place < len(steps) else None

    def begin(self, task: Task) -> None:
        """Check the values and the first step. BadScript names what is wrong, and the fix; nothing was done."""
        demo = self.folder.demo
        if not demo.steps:
            raise BadScript(f"the demo {demo.name!r} has no steps; record it, or write some in its demo.yaml")
        values = values_for(demo, task.parameters)
        self._place = first_step(demo, self._first)
        recorded = Recorded(self.folder)
        playing = self._playing = Playing(
            demo,
            values,
            self._finder or self._ladder(values),
            self.reader,
            recorded,
            self.patience_s,
            Mask(values),
        )
        interruptions, rejoin = Interruptions(playing), Rejoin(playing)
        watching = Watching(playing, interruptions, rejoin.onward)
        self._acting = Acting(playing, watching, interruptions, rejoin)
        self._rejoin = rejoin
        self._doing, self._undone, self._returned = None, Undone(), False

    def _ladder(self, values: dict[str, str]) -> Finder:
        from screenwright.policies.replay.ladder import Ladder

        targets = [looks for step in self.folder.demo.steps for looks in (step.on, step.to) if looks]
        known = {filled(text, values) for looks in targets for text in (looks.name, looks.text) if text}
        return Ladder(self.folder.picture, self.reader, self._pointer, known=known)

    def decide(self, task: Task, steps: Sequence[Step], observation: Observation) -> Decision:
        """The next act of the present step. GaveUp names the step, and what was tried to find its target."""
        playing = self._ready()
        started = time.perf_counter()
        moment = Moment(observation, steps[-1] if steps else None, self.reader)
        playing.seconds.clear()
        self._mind(moment)
        decision = self._next(moment)
        usage = {"decide_s": time.perf_counter() - started, **playing.seconds}
        if moment.read_s:
            usage["read"] = moment.read_s
        return replace(decision, usage=usage, source=self.name)

    def errand(self) -> Errand:
        """The present step in words, for another policy. GaveUp: it types a secret, or all are done."""
        playing = self._ready()
        if self.place is None:
            raise GaveUp("every step is done")
        step = playing.step(self._place)
        text = in_words(step)
        names = {match[1] for match in PLACEHOLDER.finditer(text)}
        if names_in(text) or any(is_secret(name) for name in names):
            raise GaveUp("it types a secret")
        if playing.mask.text(text) != text:
            raise GaveUp("its words hold a secret")
        values = {name: playing.values[name] for name in sorted(names)}
        return Errand(text, playing.place(self._place), values, acts=step.do != "wait")

    def drop(self) -> None:
        """What was decided last was not done: the present step begins anew."""
        if self._doing is not None:
            self._doing.close()
        self._doing, self._undone = None, Undone()

    def skip(self, answer: str | None = None) -> None:
        """Another has done the present step; whether it has done more is looked at before the next."""
        playing = self._ready()
        self.drop()
        step = playing.step(self._place)
        playing.heals.append(Heal(step.id, "other policy", playing.mask.text(step.said), "another policy did it"))
        self._place += 1
        self._returned = True

    def _ready(self) -> Playing:
        assert self._playing is not None, "begin comes first"
        return self._playing

    def _mind(self, moment: Moment) -> None:
        """What was decided and not done is decided anew on the new frame, once; nothing goes on as if it were."""
        last = moment.last
        if self._doing is None or last is None or moment.was_done():
            return
        self._doing.close()
        self._doing = None
        if not self._undone.again(last):
            raise self._gave_up(last.result.message, moment)

    def _next(self, moment: Moment) -> Decision:
        playing = self._ready()
        while self._place < len(playing.demo.steps):
            try:
                if self._doing is None:
                    if self._returned and (later := self._rejoin.later(self._place, moment)):
                        playing.notes.append(f"{playing.step(self._place).id} is done already")
                        self._place, self._returned = later, False
                        continue
                    self._returned = False
                    self._doing = self._acting.step(self._place, moment)
                    return next(self._doing)
                return self._doing.send(moment)
            except StopIteration as finished:
                self._doing, self._undone = None, Undone()
                self._place = int(finished.value)
            except Hitch as hitch:
                self._doing = None
                raise self._gave_up(self._why(hitch), moment) from hitch
        return Decision(Done(), self._ending(playing))

    def _ending(self, playing: Playing) -> str:
        count = len(playing.heals)
        heals = f"; {count} thing{'s' if count > 1 else ''} mended" if count else ""
        notes = f" ({'; '.join(playing.notes)})" if playing.notes else ""
        playing.notes.clear()
        return playing.mask.text(f"every step is done{heals}{notes}")

    def _why(self, hitch: Hitch) -> str:
        if not isinstance(hitch.cause, TwoAlike):
            return str(hitch)
        step = self.folder.demo.steps[self._place].id
        picture = picture_of_both(self.folder, step, hitch.cause, hitch.now.observation)
        return f"{hitch}; a picture of them: {picture}" if picture else str(hitch)

    def _gave_up(self, why: str, moment: Moment) -> GaveUp:
        """Which step, what was the matter, and how to go on once it is put right."""
        playing = self._ready()
        step = playing.step(self._place)
        notes = f" [{'; '.join(playing.notes)}]" if playing.notes else ""
        said = f"{playing.place(self._place)}, {step.said}: {why}{notes}; go on with --from {step.id}"
        return GaveUp(playing.mask.text(said))
