"""One server and model: what is known of it, and its failures in words."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from pathlib import Path

from screenwright.policies.chat import Turn
from screenwright.policies.served import address, facts, messages
from screenwright.policies.served.errors import (
    NoPictures,
    PictureTooLarge,
    TooManyPictures,
    UnknownModel,
    WrongKey,
)
from screenwright.policies.served.facts import Facts
from screenwright.policies.served.learned import Learned, Memory
from screenwright.policies.served.link import NOTHING_LISTENS, Failed, Link, Timeouts
from screenwright.policies.served.problems import Problem
from screenwright.policies.served.retry import Retries, Tries
from screenwright.tools.errors import ModelLost


class Server:
    """Args: as of `ServedModel`; `name`: "" until `only` has found it."""

    def __init__(
        self, base_url: str, name: str, api_key: str | None, timeouts: Timeouts, cache: Path | None
    ) -> None:
        self.base_url, self.name = address.base(base_url), name
        self._key = address.key_for(self.base_url, api_key)
        self.link = Link(self.base_url, self._key, timeouts)
        self._memory = Memory(cache)
        self._facts: Facts | None = None
        self.learned = Learned()

    @property
    def facts(self) -> Facts:
        return self._facts or Facts()

    def ask(self, retries: Retries, stop: Callable[[], bool] | None) -> Facts:
        """What the server says of itself; at the first call it is asked, and again where it was too busy."""
        if self._facts is not None and self._facts.listed != "late":
            return self._facts
        self._facts = None
        tries = Tries(retries, stop)
        while self._facts is None:
            try:
                self.ask_anew(stop)
            except Failed as failed:
                # Before anything ever answered, the likely cause is that no server was started.
                if failed.problem.said == NOTHING_LISTENS or not tries.again(failed.problem):
                    raise self.error(failed.problem) from None
        self.learned = self._memory.load(self._memory_key())
        return self.facts

    def ask_anew(self, stop: Callable[[], bool] | None) -> None:
        def get(url: str, post: bytes | None) -> tuple[int, str]:
            return self.link.get(url, stop, post)

        self._facts = facts.ask(self.base_url, self.name or None, get)

    def _memory_key(self) -> str:
        return "|".join((address.shown(self.base_url), self.name, self.facts.server, self.facts.version))

    def save(self) -> None:
        self._memory.save(self._memory_key(), self.learned)

    def only(self) -> str:
        """The name of the only model there is."""
        known = self.facts
        if len(known.models) == 1:
            return known.models[0]
        if known.listed == "key":
            raise self.error(Problem(WrongKey, "it lists its models only with the right key", "give api_key="))
        said = "it has several models" if known.models else "it does not say which models it has"
        raise self.error(Problem(UnknownModel, f"{said}, so one must be named", "give model="))

    def check(self, turns: Sequence[Turn]) -> None:
        """Refuse here what is known to be refused there."""
        sizes, known = messages.pictures(turns), self.facts
        most = self.learned.pictures or known.pictures
        largest = self.learned.picture_px or known.picture_px
        if sizes and known.sees is False:
            raise self.error(Problem(NoPictures, "this model takes no pictures", "use one that sees"))
        if most is not None and len(sizes) > most:
            said = f"{len(sizes)} pictures in one request, and it takes {most}"
            raise self.error(Problem(TooManyPictures, said, "keep fewer in the conversation"))
        for width, height in sizes:
            if largest is not None and width * height > largest:
                said = f"a picture of {width}x{height}, and it takes at most {largest} pixels"
                raise self.error(Problem(PictureTooLarge, said, "give smaller pictures"))

    def learn_limit(self, problem: Problem, turns: Sequence[Turn]) -> None:
        """For this run only: the same server started anew may have another limit, and does not say so."""
        sizes = messages.pictures(turns)
        if problem.error is TooManyPictures and sizes:
            self.learned.pictures = problem.limit or len(sizes) - 1 or None
        elif problem.error is PictureTooLarge and sizes:
            self.learned.picture_px = problem.limit or max(width * height for width, height in sizes) - 1

    def leave_out(self, name: str) -> bool:
        """The server won't have this field; whether that is news."""
        if name in ("tools", "tool_choice") and self.facts.server == "vllm" and not self.learned.plain_calls:
            # Started without --enable-auto-tool-choice; with "none" the tools still stand in the prompt.
            self.learned.plain_calls = True
        elif name in self.learned.refused:
            return False
        else:
            self.learned.refused.append(name)
        self.save()
        return True

    def error(self, problem: Problem) -> ModelLost:
        """The failure in words, without the key: which model where, what was said, what can be done."""
        known, fix = self.facts, problem.fix
        server = "" if known.server == "unknown" else f" ({known.server} {known.version}".rstrip() + ")"
        if problem.error is UnknownModel and known.models:
            near = difflib.get_close_matches(self.name, known.models, 1, 0.5)
            shown = ", ".join(known.models[:20]) + (", ..." if len(known.models) > 20 else "")
            asked = f"did you mean {near[0]}? " if near else ""
            fix = "; ".join(filter(None, (fix, f"{asked}there is: {shown}")))
        if problem.error is WrongKey and not self._key:
            fix = "it wants a key, and none was given: api_key="
        status = f"{problem.status} " if problem.status else ""
        about = f"model {self.name!r} at {address.shown(self.base_url)}{server}"
        said = f"{about}: {status}{problem.said or 'no reason given'}"
        return problem.error(address.without_key(f"{said}; {fix}" if fix else said, self._key))
