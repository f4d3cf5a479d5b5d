"""Holds a reply to its shape: at every token, what can't lead to a valid reply has no chance.

llguidance does the parsing. Three things are ours: the thinking of a Thinking checkpoint goes before the
shape; a reply that nears its limit is closed instead of cut; and tokens that are certain are not asked for.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import Any

import numpy as np
import numpy.typing as npt

from screenwright.policies.chat import Shape
from screenwright.tools.errors import BadScript, NotInstalled

KEPT = 16  # compiled grammars
THOUGHT_CHARACTERS = 12_000
SPECIAL = re.compile(r"</?(?:tool_call|think|tool_response)>|<\|[a-z_]+\|>")

Allowed = npt.NDArray[np.bool_]


class Grammars:
    """The grammars of one vocabulary.

    Args:
        tokenizer: as transformers loads it. rows: of the model's output, which may be more than its tokens.
        ends: ids that end a reply.
    """

    def __init__(self, tokenizer: Any, rows: int, ends: list[int]) -> None:
        try:
            import llguidance
            import llguidance.hf
        except ImportError as error:
            raise NotInstalled(
                "holding replies to a grammar needs llguidance: pip install 'screenwright[qwen]'; "
                "or switch it off with grammar=False"
            ) from error
        self._library: Any = llguidance
        self._tokens = llguidance.hf.from_tokenizer(tokenizer, n_vocab=rows, eos_token=ends[0])
        self._whole = {token for token in tokenizer.get_vocab() if SPECIAL.fullmatch(token)}
        self._compiled: OrderedDict[tuple[str, bool], Any] = OrderedDict()
        self.rows = rows
        self.ends = ends
        self._tokenizer = tokenizer

    def begin(self, shape: Shape, thinks: bool) -> Held:
        """A reply that is yet to come, held to `shape`."""
        key = (shape.key, thinks)
        if key not in self._compiled:
            self._compiled[key] = self._compile(shape.lark, thinks)
        self._compiled.move_to_end(key)
        while len(self._compiled) > KEPT:
            self._compiled.popitem(last=False)
        return Held(self._compiled[key].deep_copy(), self.rows, self.ends, self._closing(shape.closers))

    def _compile(self, lark: str, thinks: bool) -> Any:
        lark = self._spelled(with_thinking(lark) if thinks else lark)
        wrong = self._library.LLMatcher.validate_grammar(lark, self._tokens)
        if wrong:
            raise BadScript(f"the shape of the reply is no grammar: {wrong}\n{lark[:2000]}")
        return self._library.LLMatcher(self._tokens, lark)

    def _spelled(self, lark: str) -> str:
        """A special token that this vocabulary does not have is written as plain text.

        One that it has must stay bare: as text the model would have to spell it in pieces it has never seen.
        """
        rules, json_at, rest = lark.partition("%json")
        spelled = SPECIAL.sub(lambda m: m[0] if m[0] in self._whole else f'"{m[0]}"', rules)
        return spelled + json_at + rest

    def _closing(self, closers: tuple[str, ...]) -> list[int]:
        """Ids that end what is open: a reply, a thought, and what the shape names."""
        found: list[int] = list(self.ends)
        if "</think>" in self._whole:
            found.append(self._tokenizer.convert_tokens_to_ids("</think>"))
        for text in closers:
            ids = self._tokenizer(text, add_special_tokens=False)["input_ids"]
            if len(ids) == 1:
                found.append(ids[0])
        return found


def with_thinking(lark: str) -> str:
    """The same shape after a thought of bounded length; the template has opened the thought."""
    inner = re.sub(r"(?m)^start:", "shaped:", lark)
    return f'start: THINK </think> "\\n\\n" shaped\nTHINK: /(.|\\n){{0,{THOUGHT_CHARACTERS}}}/\n{inner}'


class Held:
    """One reply while it is written."""

    def __init__(self, matcher: Any, rows: int, ends: list[int], closers: list[int]) -> None:
        self._matcher = matcher
        self._bits = np.zeros((rows + 31) // 32, np.int32)
        self._rows, self._ends, self._closers = rows, ends, closers

    def allowed(self) -> Allowed:
        """(rows,) which tokens may come next."""
        self._matcher.unsafe_compute_mask_ptr(self._bits.ctypes.data, self._bits.nbytes)
        bits = np.unpackbits(self._bits.view(np.uint8), bitorder="little", count=self._rows)
        return bits.view(np.bool_)

    def closing(self, allowed: Allowed) -> Allowed:
        """Of these, what ends the reply soonest; the same where nothing can be ended yet."""
        for token in self._closers:
            if allowed[token]:
                only = np.zeros_like(allowed)
                only[token] = True
                return only
        return allowed

    def take(self, token: int) -> bool:
        """The token that was chosen; False when it ends the reply."""
        if token in self._ends and self._matcher.is_accepting():
            return False
        if not self._matcher.consume_token(token):
            raise AssertionError(f"token {token} was not allowed: {self._matcher.get_error()}")
        return not self._matcher.is_stopped()

    def certain(self) -> list[int]:
        """The tokens that must come now, whatever the model would say; they are taken already."""
        tokens: list[int] = []
        for token in self._matcher.compute_ff_tokens():
            if token in self._ends or not self._matcher.consume_token(token):
                break
            tokens.append(int(token))
        return tokens

    @property
    def complete(self) -> bool:
        return bool(self._matcher.is_stopped() or self._matcher.is_accepting())
