"""A model in this process: its cache kept between calls, its replies held to their shape."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from screenwright.policies.chat import GREEDY, Reply, Sampling, Shape, Turn
from screenwright.policies.qwen3vl.cache import Session
from screenwright.policies.qwen3vl.forward import Network
from screenwright.policies.qwen3vl.grammar import Grammars, Held
from screenwright.policies.qwen3vl.loading import Checkpoint
from screenwright.policies.qwen3vl.memory import out_of_memory
from screenwright.policies.qwen3vl.prompt import Prompt, Prompter
from screenwright.policies.qwen3vl.sampling import Picker
from screenwright.tools.errors import TooLong

OPENING = 16  # ids by which two prompts may differ where a reply begins
OVER_TOKENS = 200  # beyond its limit a held reply may still close


class Engine:
    """Answers conversations with a checkpoint that is loaded here. Safe to share between threads: one at a time.

    Args:
        checkpoint: from `open_checkpoint`.
        sessions: conversations whose caches are kept; the one used longest ago leaves first.
        cache_bytes: of all caches together at most; beyond it, others than the present one leave.
        fast_forward: tokens that the grammar makes certain are fed together, not asked for one by one.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        *,
        sessions: int = 2,
        cache_bytes: int | None = None,
        fast_forward: bool = True,
    ) -> None:
        self.name = checkpoint.name
        self.context = checkpoint.context
        self.checkpoint = checkpoint
        self.network = Network(checkpoint)
        self.prompter = Prompter(
            checkpoint.tokenizer, checkpoint.patching, checkpoint.image_token, checkpoint.video_token
        )
        self.fast_forward = fast_forward
        self._most_sessions, self._most_bytes = max(1, sessions), cache_bytes
        self._sessions: list[Session] = []
        self._grammars: Grammars | None = None
        self._lock = threading.Lock()

    def reply(
        self,
        turns: Sequence[Turn],
        *,
        tools: Sequence[dict[str, Any]] = (),
        shape: Shape | None = None,
        limit: int = 512,
        sampling: Sampling = GREEDY,
        stop: Callable[[], bool] | None = None,
        told: Callable[[str], None] | None = None,
    ) -> Reply:
        """See `Model.reply`. TooLong also when memory runs out: every cache is let go of then.

        `told` gets the text piece by piece while it is written.
        """
        with self._lock, self.network.working(stop):
            started = time.perf_counter()
            prompt, session, kept = self._prepared(turns, tools, limit)
            session.answered = len(prompt.ids)
            try:
                logits = self.network.prefill(prompt, session, kept)
                prefilled = time.perf_counter()
                writing = Writing(self, session, shape, sampling, told)
                ids, finish = writing.write(logits, limit)
            except (MemoryError, RuntimeError) as error:
                if not out_of_memory(error):
                    raise
                self.forget()
                raise TooLong(
                    f"memory ran out at {len(prompt.ids)} tokens: show fewer or smaller pictures, or free memory "
                    f"({error})"
                ) from error
            text = self.checkpoint.tokenizer.decode(ids, skip_special_tokens=False)
            if told is not None:
                told(text[writing.sent :])
            self.prompter.remember(text, ids)
            now = time.perf_counter()
            usage = {
                "prompt_tokens": len(prompt.ids),
                "cached_tokens": kept,
                "reply_tokens": len(ids),
                "prefill_s": prefilled - started,
                "decode_s": now - prefilled,
                "grammar_s": writing.grammar_s,
                "forced_tokens": writing.forced,
                "cache_bytes": self.cache_bytes,
            }
            return Reply(text, finish=finish, usage=usage)

    @property
    def cache_bytes(self) -> int:
        """Of all conversations' caches and of the pictures' features."""
        return sum(session.bytes for session in self._sessions) + self.network.feature_bytes

    def forget(self) -> None:
        """Let go of every cache."""
        self._sessions.clear()
        self.network.forget()

    def grammars(self) -> Grammars:
        if self._grammars is None:
            self._grammars = Grammars(self.checkpoint.tokenizer, self.network.rows, self.checkpoint.ends)
        return self._grammars

    def _prepared(
        self, turns: Sequence[Turn], tools: Sequence[dict[str, Any]], limit: int
    ) -> tuple[Prompt, Session, int]:
        newest = self._sessions[-1].ids if self._sessions else ()
        prompt = self.prompter.prompt(turns, tools, newest)
        if len(prompt.ids) + limit > self.context:
            raise TooLong(
                f"the conversation has {len(prompt.ids)} tokens and may be answered with {limit}; "
                f"the model's context is {self.context}"
            )
        session, kept = self._session(prompt)
        session.rewind(kept)  # also what a stopped pass left in some layers and not in others
        return prompt, session, kept

    def _session(self, prompt: Prompt) -> tuple[Session, int]:
        """The cache that this prompt goes on with, now the newest; else a new one, with what both begin with.

        Two agents that share a system prompt must not take each other's conversation away, and a conversation
        whose old pictures have left is a new one: so a cache is gone on with only from where it was answered.
        """
        held = [(session.common(prompt), session) for session in self._sessions]
        kept, session = max(held, key=lambda pair: pair[0], default=(0, None))
        if session is None:
            session = self.network.session()
        elif kept < session.answered - OPENING:
            if len(self._sessions) < self._most_sessions:
                session = self.network.session().begun(session, kept)
            elif self._sessions[0] is not session:
                session = self._sessions[0].begun(session, kept)
        return self._newest(session), kept

    def _newest(self, session: Session) -> Session:
        self._sessions = [*(known for known in self._sessions if known is not session), session]
        while len(self._sessions) > 1 and (
            len(self._sessions) > self._most_sessions
            or (self._most_bytes is not None and self.cache_bytes > self._most_bytes)
        ):
            self._sessions.pop(0)
        return session


class Writing:
    """One reply while it is generated."""

    def __init__(
        self,
        engine: Engine,
        session: Session,
        shape: Shape | None,
        sampling: Sampling,
        told: Callable[[str], None] | None,
    ) -> None:
        self._engine, self._session = engine, session
        self._told, self.sent = told, 0
        self._held: Held | None = None
        self._ends = set(engine.checkpoint.ends)
        self._picker = Picker(sampling, engine.network.device)
        self.grammar_s = 0.0
        self.forced = 0
        self._closed = False
        if shape is not None:
            started = time.perf_counter()
            self._held = engine.grammars().begin(shape, engine.prompter.thinks)
            self.grammar_s = time.perf_counter() - started

    def write(self, logits: Any, limit: int) -> tuple[list[int], Any]:
        """(ids without the end mark, why it ended)."""
        feed = self._certain()
        ids = list(feed)
        if feed:
            logits = self._engine.network.step(feed, self._session)
        while True:
            self._tell(ids)
            token = self._pick(logits, ids, limit)
            going = token not in self._ends if self._held is None else self._held.take(token)
            if not going:
                return (ids if token in self._ends else [*ids, token]), "length" if self._closed else "stop"
            certain = self._certain()
            ids += [token, *certain]
            if len(ids) >= limit + (OVER_TOKENS if self._held else 0):
                return ids, "length"
            logits = self._engine.network.step([token, *certain], self._session)

    def _tell(self, ids: list[int]) -> None:
        """What is new; a character whose last bytes are still to come waits for them."""
        if self._told is None:
            return
        text = self._engine.checkpoint.tokenizer.decode(ids, skip_special_tokens=False)
        if len(text) > self.sent and not text.endswith("\ufffd"):
            self._told(text[self.sent :])
            self.sent = len(text)

    def _pick(self, logits: Any, ids: list[int], limit: int) -> int:
        if self._held is None:
            return self._picker.pick(logits, None, ids)
        started = time.perf_counter()
        allowed = self._held.allowed()
        if len(ids) >= limit:
            # What is closed is whole and may still be wrong: [244, 144] was closed as [244, 1]. So it is told.
            self._closed |= int(allowed.sum()) > 1
            allowed = self._held.closing(allowed)
        mask = self._engine.network.mask(allowed)
        self.grammar_s += time.perf_counter() - started
        return self._picker.pick(logits, mask, ids)

    def _certain(self) -> list[int]:
        if self._held is None or not self._engine.fast_forward:
            return []
        started = time.perf_counter()
        certain = self._held.certain()
        self.grammar_s += time.perf_counter() - started
        self.forced += len(certain)
        return certain
