"""A conversation as token ids, with the places its pictures take.

What was said earlier must come out as the very ids that are in the cache: a reply's own ids are kept, since
text that is tokenized again may be cut up otherwise, and then all after it would be computed anew.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from screenwright.policies.chat import Clip, Picture, Turn
from screenwright.policies.qwen3vl.patches import Patching
from screenwright.tools.errors import ModelLost
from screenwright.tools.observation import Pixels

KEPT_WORDS = 4096  # segments whose ids are remembered


@dataclass(frozen=True, slots=True)
class Look:
    """One picture, or one pair of a clip's frames, at ids `start` to `end`. `key` names its pixels."""

    start: int
    end: int
    key: str
    rows: int
    columns: int
    frames: tuple[Pixels, ...] = field(repr=False, compare=False)
    moving: bool = False


@dataclass(frozen=True, slots=True)
class Prompt:
    ids: list[int]
    looks: list[Look]


class Prompter:
    """Writes conversations with a checkpoint's own template and tokenizer."""

    def __init__(self, tokenizer: Any, patching: Patching, image: int, video: int | None) -> None:
        self.tokenizer = tokenizer
        self.patching = patching
        self.image, self.video = image, video
        self._image_word, self._video_word = tokenizer.convert_ids_to_tokens([image, video or image])
        specials = {str(t) for t in tokenizer.all_special_tokens} | {
            str(t) for t in tokenizer.get_added_vocab() if str(t).startswith("<|")
        }
        self._special = re.compile("(" + "|".join(map(re.escape, sorted(specials, key=len, reverse=True))) + ")")
        self._ids: OrderedDict[str, list[int]] = OrderedDict()
        self._replies: OrderedDict[str, list[list[int]]] = OrderedDict()
        self.opening = self._opening()

    @property
    def thinks(self) -> bool:
        """Whether the template opens the thinking itself, as that of a Thinking checkpoint does."""
        return self.opening.rstrip().endswith("<think>")

    def remember(self, text: str, ids: list[int]) -> None:
        """The ids of a reply as it was generated."""
        known = self._replies.setdefault(text, [])
        if ids not in known:
            known.append(list(ids))
        self._replies.move_to_end(text)
        while len(self._replies) > KEPT_WORDS:
            self._replies.popitem(last=False)

    def prompt(self, turns: Sequence[Turn], tools: Sequence[dict[str, Any]], cached: Sequence[int] = ()) -> Prompt:
        """The ids up to where the reply begins. `cached`: ids that are wanted again where there is a choice."""
        media = [part for turn in turns for part in self._parts(turn) if not isinstance(part, str)]
        text = self._render([self._message(turn) for turn in turns], tools, opened=True)
        return self._encoded(text, iter(media), cached)

    def _parts(self, turn: Turn) -> Iterator[str | Picture | Clip]:
        for part in turn.parts:
            if isinstance(part, Clip) and self.video is None:
                yield from (Picture(frame) for frame in part.frames)
            else:
                yield part

    def _message(self, turn: Turn) -> dict[str, Any]:
        if turn.role == "assistant":
            return {"role": turn.role, "content": turn.text}
        if all(isinstance(part, str) for part in turn.parts):  # templates of text models take no lists
            return {"role": turn.role, "content": self._harmless(turn.text)}
        content: list[dict[str, str]] = []
        for part in self._parts(turn):
            if isinstance(part, Picture):
                content.append({"type": "image"})
            elif isinstance(part, Clip):
                content.append({"type": "video"})
            else:
                content.append({"type": "text", "text": self._harmless(part)})
        return {"role": turn.role, "content": content}

    def _harmless(self, text: str) -> str:
        """What a screen or a person says can't end its own turn: `<|im_end|>` in a text stays text."""
        return self._special.sub(lambda m: m[0].replace("<|", "< |"), text)

    def _render(self, messages: list[dict[str, Any]], tools: Sequence[dict[str, Any]], *, opened: bool) -> str:
        from jinja2 import TemplateError

        try:
            text = self.tokenizer.apply_chat_template(
                messages, tools=list(tools) or None, tokenize=False, add_generation_prompt=opened
            )
        except (TemplateError, ValueError, TypeError, KeyError) as error:
            raise ModelLost(f"the checkpoint's chat template can't write this conversation: {error}") from error
        return str(text)

    def _opening(self) -> str:
        turns = [{"role": "user", "content": "x"}]
        closed, opened = (self._render(turns, (), opened=on) for on in (False, True))
        return opened[len(closed) :] if opened.startswith(closed) else ""

    def _encoded(self, text: str, media: Iterator[Picture | Clip], cached: Sequence[int]) -> Prompt:
        if self.video is not None:
            text, media = self._spread(text, list(media))
        ids: list[int] = []
        looks: list[Look] = []
        header = self.opening.partition("\n")[0].rpartition("|>")[2] + "\n"
        for segment in self._special.split(text):
            if segment in (self._image_word, self._video_word):
                looks.append(self._look(next(media), len(ids), segment == self._video_word != self._image_word))
                pad = self.video if looks[-1].moving else self.image
                ids += [pad or self.image] * (looks[-1].end - looks[-1].start)
            elif len(header) > 1 and segment.startswith(header) and segment[len(header) :] in self._replies:
                ids += self._words(header)
                ids += self._reply(segment[len(header) :], cached[len(ids) :])
            elif segment:
                ids += self._words(segment)
        return Prompt(ids, looks)

    def _reply(self, text: str, cached: Sequence[int]) -> list[int]:
        known = self._replies[text]
        return next((ids for ids in known if list(cached[: len(ids)]) == ids), known[-1])

    def _words(self, segment: str) -> list[int]:
        """Special tokens part the text before it is cut up, so each segment's ids are its own."""
        ids = self._ids.get(segment)
        if ids is None:
            ids = self._ids[segment] = list(self.tokenizer(segment, add_special_tokens=False)["input_ids"])
        self._ids.move_to_end(segment)
        while len(self._ids) > KEPT_WORDS:
            self._ids.popitem(last=False)
        return ids

    def _spread(self, text: str, media: list[Picture | Clip]) -> tuple[str, Iterator[Picture | Clip]]:
        """A clip's one mark becomes one for each patch of time, after the second it was seen at."""
        clips = iter(part for part in media if isinstance(part, Clip))
        pairs: list[Picture | Clip] = []
        for part in media:
            pairs += self._pairs(part) if isinstance(part, Clip) else [part]
        mark = f"<|vision_start|>{self._video_word}<|vision_end|>"

        def marks(_: re.Match[str]) -> str:
            halves = self._pairs(next(clips))
            return "".join(f"<{sum(half.seconds) / len(half.seconds):.1f} seconds>{mark}" for half in halves)

        return re.sub(re.escape(mark), marks, text), iter(pairs)

    def _pairs(self, clip: Clip) -> list[Clip]:
        times = self.patching.times
        return [
            Clip(clip.frames[at : at + times], clip.seconds[at : at + times])
            for at in range(0, len(clip.frames), times)
        ]

    def _look(self, part: Picture | Clip, start: int, moving: bool) -> Look:
        rows, columns = self.patching.grid(part.size)
        frames = part.frames if isinstance(part, Clip) else (part.pixels,)
        end = start + rows * columns // self.patching.merge**2
        return Look(start, end, part.key, rows, columns, frames, moving)


def positions(ids: Sequence[int], looks: Sequence[Look], merge: int) -> npt.NDArray[np.int64]:
    """(3, length) places in time, height and width: interleaved MRoPE as the family counts them.

    Text counts on all three axes alike. A picture stands at one moment and takes its rows and columns; what
    follows begins after the larger of the two, so a picture of 2,040 tokens moves the count on by 60.
    """
    out = np.empty((3, len(ids)), np.int64)
    at = place = 0
    for look in looks:
        text = np.arange(look.start - at) + place
        out[:, at : look.start] = text
        place += look.start - at
        rows, columns = look.rows // merge, look.columns // merge
        down, across = np.divmod(np.arange(rows * columns), columns)
        out[0, look.start : look.end] = place
        out[1, look.start : look.end] = place + down
        out[2, look.start : look.end] = place + across
        place += max(rows, columns)
        at = look.end
    out[:, at:] = np.arange(len(ids) - at) + place
    return out
