"""A model behind any server that speaks OpenAI's /v1/chat/completions, as a `Model`.

What servers differ in is asked for once and learned from what they refuse; see docs/served.md.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from screenwright.policies.chat import GREEDY, Reply, Sampling, Shape, Turn
from screenwright.policies.served import address, holding, messages, request
from screenwright.policies.served.answers import Collected
from screenwright.policies.served.facts import Facts
from screenwright.policies.served.learned import cache_file
from screenwright.policies.served.link import Failed, Timeouts
from screenwright.policies.served.problems import Problem
from screenwright.policies.served.request import Ask
from screenwright.policies.served.retry import Retries, Tries
from screenwright.policies.served.server import Server
from screenwright.policies.served.spent import Prices, Spent
from screenwright.tools.errors import Stopped, TooLong

CUTS_SILENTLY = ("ollama", "lmstudio")
"""These drop what does not fit from the middle of a conversation and answer as if nothing were amiss."""

Stop = Callable[[], bool] | None


@dataclass(frozen=True, slots=True)
class Sent:
    """A conversation as it went out: how many bytes, their digest, and the tokens of it and its reply.

    Kept only for servers that cut silently.
    """

    length: int
    digest: bytes
    tokens: float = 0.0


class ServedModel:
    """A `Model` on a server.

    Args:
        base_url: `http://127.0.0.1:11434/v1`; a bare host gets `/v1`.
        model: its name there. None: the only one there is, for which the server is asked at once.
        api_key: None reads OPENAI_API_KEY (DASHSCOPE_API_KEY) from the environment, for that vendor's own
            host alone.
        prices: money for a million tokens, for `spent.money`.
        extra: further fields of each request, `{"chat_template_kwargs": {"enable_thinking": False}}`.
        cache: the file where what was learned is kept; "user" is the one in the user's cache folder, None
            keeps nothing.

    `spent` counts tokens and money. Close it, or use it as a context manager, to close its connections.
    """

    def __init__(
        self,
        base_url: str,
        model: str | None = None,
        *,
        api_key: str | None = None,
        timeouts: Timeouts | None = None,
        retries: Retries | None = None,
        prices: Prices | None = None,
        extra: Mapping[str, Any] | None = None,
        cache: Path | Literal["user"] | None = "user",
    ) -> None:
        path = cache_file() if cache == "user" else cache
        self._server = Server(base_url, model or "", api_key, timeouts or Timeouts(), path)
        self._retries = retries or Retries()
        self._extra = dict(extra or {})
        self._encoder = messages.Encoder()
        self._unfit: set[tuple[str, str]] = set()
        self._undecided: set[str] = set()
        self._last: Sent | None = None
        self.spent = Spent(prices)
        self.name = model or ""
        if model is None:
            try:
                self.facts()
                self.name = self._server.name = self._server.only()
            except BaseException:
                self.close()
                raise

    def __repr__(self) -> str:
        return f"ServedModel({address.shown(self._server.base_url)!r}, {self.name!r})"

    def __enter__(self) -> ServedModel:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self._server.link.close()

    def facts(self, stop: Stop = None) -> Facts:
        """Which server it is and what it says of itself, asked for at the first call."""
        return self._server.ask(self._retries, stop)

    def described(self) -> dict[str, Any]:
        """All that is known of the server, for a person or as JSON."""
        about = {"url": address.shown(self._server.base_url), "model": self.name}
        return {**about, **asdict(self.facts()), "learned": asdict(self._server.learned)}

    def reply(
        self,
        turns: Sequence[Turn],
        *,
        tools: Sequence[dict[str, Any]] = (),
        shape: Shape | None = None,
        limit: int = 512,
        sampling: Sampling = GREEDY,
        stop: Stop = None,
    ) -> Reply:
        """As `Model.reply`. What ends it is a ModelLost of `served.errors`, named after its cause."""
        if stop is not None and stop():
            raise Stopped("stopped before the model's server was asked")
        began = time.perf_counter()
        self.facts(stop)
        self._server.check(turns)
        self._encoder.prepare(turns, stop)
        way = self._way(shape, stop) if shape is not None else ""
        ask = Ask(self.name, tools, shape, way, limit, sampling, self._extra)
        collected, ask, sent = self._send(turns, ask, stop)
        reply = collected.reply(time.perf_counter() - began)
        self.spent.add(reply.usage)
        if sent is not None:
            used = reply.usage.get("prompt_tokens", 0.0) + reply.usage.get("reply_tokens", 0.0)
            self._last = replace(sent, tokens=used)
        self._look_back(reply, collected, ask, stop)
        return reply

    def _send(self, turns: Sequence[Turn], ask: Ask, stop: Stop) -> tuple[Collected, Ask, Sent | None]:
        """Until there is a reply: what the server won't have is left out, what may pass is tried again."""
        tries, server = Tries(self._retries, stop), self._server
        while True:
            body, fields, sent = self._body(turns, ask)
            try:
                collected = server.link.chat(body, fields, stop)
            except Failed as failed:
                problem = failed.problem
                if problem.field and self._leave_out(problem.field, ask):
                    way = self._way(ask.shape, stop) if ask.shape is not None and ask.way else ""
                    ask = replace(ask, way=way)
                elif tries.again(problem):
                    pass
                elif "stop" in fields and (problem.status or 0) >= 500 and server.leave_out("stop"):
                    # `transformers serve` fails at `stop` where the model sees, and does not say why.
                    tries = Tries(self._retries, stop)
                else:
                    server.learn_limit(problem, turns)
                    raise server.error(problem) from None
                continue
            if not collected.eaten or server.learned.plain_calls:
                return collected, ask, sent
            server.learned.plain_calls = True
            server.save()

    def _body(self, turns: Sequence[Turn], ask: Ask) -> tuple[bytes, frozenset[str], Sent | None]:
        known, learned = self._server.facts, self._server.learned
        made = self._encoder.messages(turns, merged="roles" in learned.refused)
        if request.in_words(ask, known, learned):
            made = request.with_words(made, ask.tools)
        optional = request.optional(ask, known, learned, seen=bool(messages.pictures(turns)))
        whole = messages.as_bytes(made)
        self._fits(whole, known)
        cuts = known.server in CUTS_SILENTLY
        sent = Sent(len(whole) - 1, _digest(whole[:-1])) if cuts else None
        return request.body(ask.model, whole, optional), frozenset(optional), sent

    def _fits(self, whole: bytes, known: Facts) -> None:
        """TooLong where the server would cut the conversation and not say so, by its own earlier count."""
        last = self._last
        if last is None or known.context is None:
            return
        if last.tokens >= known.context and _digest(whole[: last.length]) == last.digest:
            said = f"the conversation has {last.tokens:.0f} tokens or more, and it runs with {known.context}"
            fix = "Ollama: OLLAMA_CONTEXT_LENGTH=32768 ollama serve; LM Studio: load it with a longer context"
            raise self._server.error(Problem(TooLong, said, fix))

    def _leave_out(self, name: str, ask: Ask) -> bool:
        if name == ask.way and ask.shape is not None and self._server.learned.holds.get(name):
            self._unfit.add((name, ask.shape.key))  # it holds others: this one is beyond it
            return True
        return self._server.leave_out(name)

    def _way(self, shape: Shape, stop: Stop) -> str:
        """How this reply is held to its shape; "" where this server can't."""
        learned = self._server.learned
        for way in holding.ways(self._server.facts, shape, learned.refused):
            if (way, shape.key) in self._unfit:
                continue
            if way not in learned.holds and way not in self._undecided:
                self._prove(way, stop)
            if learned.holds.get(way, True):
                return way
        return ""

    def _prove(self, way: str, stop: Stop) -> None:
        """One small request, answered right only by a server that holds replies to a shape."""
        ask = Ask(self.name, shape=holding.PROOF, way=way, limit=32, extra=self._extra)
        body, fields, _ = self._body([Turn.of("user", holding.QUESTION)], ask)
        try:
            said = self._server.link.chat(body, fields, stop)
        except Failed as failed:
            if failed.problem.status not in (400, 422, 500, 501):
                return  # not about the shape; the request itself will tell
            held: bool | None = False
        else:
            self.spent.add(said.usage)
            held = holding.proven(way, said.text, said.thinking, said.finish)
        if held is None:
            self._undecided.add(way)  # a model that thinks first: each reply is looked at instead
        else:
            self._server.learned.holds[way] = held
            self._server.save()

    def _look_back(self, reply: Reply, collected: Collected, ask: Ask, stop: Stop) -> None:
        """What the reply tells of the server."""
        learned, server = self._server.learned, self._server
        schema = ask.shape.schema if ask.shape is not None and ask.way in holding.BY_SCHEMA else None
        ended = reply.finish == "stop" and not reply.calls
        broken = schema is not None and ended and not holding.fits(schema, reply.text)
        if broken:
            learned.holds[ask.way] = False
        if broken or collected.reasoning not in ("", learned.reasoning):
            learned.reasoning = collected.reasoning or learned.reasoning
            server.save()
        if server.facts.server == "ollama" and server.facts.context is None and self.spent.replies <= 2:
            try:
                server.ask_anew(stop)  # only now that it is loaded does it tell its context
            except Failed as failed:
                raise server.error(failed.problem) from None


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()
