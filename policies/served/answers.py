"""Reads what a server streams: bytes in, a `Reply` out. Pure; nothing here talks to anybody."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from screenwright.policies.chat import Reply

END_MARKS = ("<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|end|>", "<end_of_turn>", "</s>")
REASONING = ("reasoning_content", "reasoning")
"""DashScope, llama.cpp, SGLang and older vLLM say the first; vLLM since 0.12, Ollama and LM Studio the second."""


@dataclass(slots=True)
class Collected:
    """What of a reply has come so far. Feed it bytes, then say `end`.

    `begun`: a word, a thought or a call has come. `done`: the server said that the reply is whole. `error`:
    what it sent in place of the rest. `reasoning`: the field that thoughts came in.
    """

    text: str = ""
    thinking: str = ""
    calls: dict[int, list[str]] = field(default_factory=dict[int, list[str]])
    finish: str = ""
    usage: dict[str, float] = field(default_factory=dict[str, float])
    reasoning: str = ""
    model: str = ""
    begun: bool = False
    done: bool = False
    choices: int = 0
    error: dict[str, Any] | None = None
    raw: bytes = b""
    """The body's beginning, for a message about what is no reply at all."""
    events: int = 0
    first_token_s: float | None = None
    _rest: bytes = b""
    _marks: dict[int, str] = field(default_factory=dict[int, str])

    def feed(self, data: bytes) -> None:
        # Cut at \n alone: str.splitlines also cuts at U+2028, which JSON may hold as it is.
        if len(self.raw) < 4096 or not self.events:
            self.raw += data
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._line(line.strip())

    def end(self) -> None:
        """The body has ended: the last line, or the whole where the server did not stream."""
        self._line(self._rest.strip())
        self._rest = b""
        if not self.events:
            whole = parsed(self.raw)
            if isinstance(whole, dict):
                self.events = int("choices" in whole)
                self._event(cast(dict[str, Any], whole))
                self.done = self.done or self.choices > 0

    def _line(self, line: bytes) -> None:
        if not line.startswith(b"data:"):
            return
        data = line[5:].strip()
        if data == b"[DONE]":
            self.done = True
            return
        event = parsed(data)
        if isinstance(event, dict):
            self.events += 1
            self._event(cast(dict[str, Any], event))
        elif data.startswith(b"{"):
            # `transformers serve` puts its message between quotes without escaping it.
            self.error = self.error or {"message": data.decode(errors="replace")}

    def _event(self, event: dict[str, Any]) -> None:
        if event.get("error"):
            error = event["error"]
            self.error = cast(dict[str, Any], error) if isinstance(error, dict) else {"message": str(error)}
            return
        self.model = str(event.get("model") or self.model)
        self.usage |= counted(event)
        choices = event.get("choices")
        if not isinstance(choices, list) or not choices:
            return
        choice = cast(dict[str, Any], choices[0])
        self.choices += 1
        self._message(cast(dict[str, Any], choice.get("delta") or choice.get("message") or {}))
        if choice.get("finish_reason"):
            self.finish = str(choice["finish_reason"])
            self.done = True

    def _message(self, message: dict[str, Any]) -> None:
        text, thought = split_content(message.get("content"))
        self.text += text
        self.thinking += thought
        for name in REASONING:
            if isinstance(message.get(name), str) and message[name]:
                self.thinking += message[name]
                self.reasoning = name
                break
        for place, call in enumerate(cast(list[dict[str, Any]], message.get("tool_calls") or [])):
            index = call.get("index")
            self._call(index if isinstance(index, int) else place, str(call.get("id") or ""), call)
        self.begun = self.begun or bool(self.text or self.thinking or self.calls)

    def _call(self, index: int, mark: str, call: dict[str, Any]) -> None:
        function: dict[str, Any] = call.get("function") or {}
        arguments = function.get("arguments")
        if arguments is not None and not isinstance(arguments, str):
            arguments = json.dumps(arguments, ensure_ascii=False)
        if index in self.calls and mark and self._marks.get(index) not in ("", mark):
            # Ollama has sent all calls of a reply under index 0, each whole and with an id of its own.
            known = [at for at, had in self._marks.items() if had == mark]
            index = known[0] if known else max(self.calls) + 1
        self._marks.setdefault(index, mark)
        entry = self.calls.setdefault(index, ["", ""])
        entry[0] = entry[0] or str(function.get("name") or "")
        entry[1] += arguments or ""

    @property
    def eaten(self) -> bool:
        """The server says that there are tool calls, and gives neither them nor the text: its parser failed."""
        return self.finish == "tool_calls" and not self.calls and not self.text.strip()

    def reply(self, wall_s: float) -> Reply:
        """`wall_s`: from the asking to now, failed requests included; `first_token_s` is of the last one."""
        seconds = {"wall_s": wall_s}
        if self.first_token_s is not None:
            seconds["first_token_s"] = self.first_token_s
        finish: Literal["stop", "length"] = "length" if self.finish in ("length", "max_tokens") else "stop"
        calls = tuple((name, arguments or "{}") for _, (name, arguments) in sorted(self.calls.items()))
        return Reply(without_end_mark(self.text), self.thinking, calls, finish, {**self.usage, **seconds})


def parsed(data: bytes) -> Any:
    """The JSON value, or None where it is none."""
    try:
        return json.loads(data)
    except ValueError:
        return None


def split_content(content: Any) -> tuple[str, str]:
    """The text and the thoughts of a message's content, which may be a string or a list of parts."""
    if isinstance(content, str):
        return content, ""
    text, thought = "", ""
    for part in content if isinstance(content, list) else []:
        if isinstance(part, str):
            text += part
        elif isinstance(part, dict):
            if part.get("type") in ("thinking", "reasoning"):
                inner = part.get("thinking") or part.get("text") or ""
                thought += inner if isinstance(inner, str) else split_content(inner)[0]
            else:
                text += str(part.get("text") or "")
    return text, thought


def without_end_mark(text: str) -> str:
    """The text less the end marks that a server left behind it."""
    pattern = "(?:" + "|".join(re.escape(mark) for mark in END_MARKS) + r")\s*"
    return re.sub(rf"(?:{pattern})+\Z", "", text)


def counted(event: Mapping[str, Any]) -> dict[str, float]:
    """Tokens and seconds of a chunk, under the names of `Reply.usage`; what was not told is left out."""
    told: dict[str, float] = {}
    usage: dict[str, Any] = event.get("usage") or {}
    timings: dict[str, Any] = event.get("timings") or {}  # llama.cpp
    details: dict[str, Any] = usage.get("prompt_tokens_details") or {}
    named = {
        "prompt_tokens": usage.get("prompt_tokens"),
        "cached_tokens": details.get("cached_tokens", timings.get("cache_n")),
        "reply_tokens": usage.get("completion_tokens"),
        "prefill_s": _seconds(timings.get("prompt_ms")),
        "decode_s": _seconds(timings.get("predicted_ms")),
    }
    for name, value in named.items():
        if isinstance(value, int | float):
            told[name] = float(value)
    return told


def _seconds(milliseconds: Any) -> float | None:
    return milliseconds / 1000 if isinstance(milliseconds, int | float) else None
