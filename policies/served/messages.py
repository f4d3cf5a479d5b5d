"""Turns as the messages of a request, the same bytes each time.

A server's prefix cache works on what it is sent: one byte changed in an old message and all after it is
computed again. So a picture is encoded once, fields stand in one order, and a message depends on nothing
but its own turn.
"""

from __future__ import annotations

import base64
import json
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from screenwright.policies.chat import Clip, Part, Picture, Turn
from screenwright.tools.errors import Stopped
from screenwright.tools.observation import Pixels

KEPT_BYTES = 256 << 20


class Encoder:
    """Makes messages; keeps the PNGs it made, the oldest going first, up to `kept_bytes` of them."""

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self._kept_bytes = kept_bytes
        self._urls: OrderedDict[str, str] = OrderedDict()
        self._held = 0
        self.encoded = 0
        """Pictures encoded so far."""

    def messages(self, turns: Sequence[Turn], *, merged: bool = False) -> list[dict[str, Any]]:
        """One message a turn. `merged`: neighbours of one role in one, for servers that want them to alternate."""
        made = [self._message(turn) for turn in turns]
        return _merged(made) if merged else made

    def prepare(self, turns: Sequence[Turn], stop: Callable[[], bool] | None) -> None:
        """Encode what is new, a picture at a time: a long film takes seconds. `Stopped`."""
        for turn in turns:
            for key, pixels in _frames(turn):
                if stop is not None and stop():
                    raise Stopped("stopped while pictures were made ready for the model's server")
                self._image(key, pixels)

    def _message(self, turn: Turn) -> dict[str, Any]:
        if turn.role == "tool":
            # A `tool` message must answer a call by its id, and may hold no picture: most servers refuse it
            # otherwise. This is what Qwen's chat template makes of one; others read it as a user's words.
            parts: tuple[Part, ...] = ("<tool_response>\n", *turn.parts, "\n</tool_response>")
            return {"role": "user", "content": self._content(parts)}
        return {"role": turn.role, "content": self._content(turn.parts)}

    def _content(self, parts: Sequence[Part]) -> str | list[dict[str, Any]]:
        if all(isinstance(part, str) for part in parts):
            return clean("".join(str(part) for part in parts))
        made: list[dict[str, Any]] = []
        for part in parts:
            match part:
                case str():
                    made.append({"type": "text", "text": clean(part)})
                case Picture():
                    made.append(self._image(part.key, part.pixels))
                case Clip():
                    for second, (key, frame) in zip(part.seconds, _clip_frames(part), strict=True):
                        made.append({"type": "text", "text": f"<{second:.1f} seconds>"})
                        made.append(self._image(key, frame))
        return made

    def _image(self, key: str, pixels: Pixels) -> dict[str, Any]:
        url = self._urls.get(key)
        if url is None:
            url = "data:image/png;base64," + base64.b64encode(png(pixels)).decode("ascii")
            self.encoded += 1
            self._urls[key] = url
            self._held += len(url)
            while self._held > self._kept_bytes and len(self._urls) > 1:
                self._held -= len(self._urls.popitem(last=False)[1])
        else:
            self._urls.move_to_end(key)
        return {"type": "image_url", "image_url": {"url": url}}


def png(pixels: Pixels) -> bytes:
    """(H, W, 3) uint8 RGB as a PNG file; the same pixels give the same bytes."""
    import cv2

    # A page at 1920x1080: 76 ms and 190 kB; the library's own setting 33 ms and 410 kB, level 6 109 ms and 160 kB.
    # All pictures kept are sent anew at each step, so that bytes cost more than the one encoding.
    good, file = cv2.imencode(".png", np.ascontiguousarray(pixels[:, :, ::-1]), [cv2.IMWRITE_PNG_COMPRESSION, 1])
    assert good, f"no PNG of pixels of shape {pixels.shape}"
    return bytes(file.tobytes())


def clean(text: str) -> str:
    """Halves of a surrogate pair, which a cut reply can hold, are in no JSON that a server takes."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def as_bytes(messages: list[dict[str, Any]]) -> bytes:
    """The array of messages as JSON; less its bracket it is the beginning of any longer conversation's."""
    return json.dumps(messages, ensure_ascii=False, separators=(",", ":")).encode()


def _frames(turn: Turn) -> Iterator[tuple[str, Pixels]]:
    for part in turn.parts:
        if isinstance(part, Picture):
            yield part.key, part.pixels
        elif isinstance(part, Clip):
            yield from _clip_frames(part)


def _clip_frames(clip: Clip) -> Iterator[tuple[str, Pixels]]:
    for place, frame in enumerate(clip.frames):
        yield f"{clip.key}/{place}", frame


def pictures(turns: Sequence[Turn]) -> list[tuple[int, int]]:
    """Width and height of every picture that a request will hold; a clip holds one a frame."""
    sizes: list[tuple[int, int]] = []
    for turn in turns:
        for part in turn.parts:
            if isinstance(part, Picture):
                sizes.append((part.size.width, part.size.height))
            elif isinstance(part, Clip):
                sizes += [(part.size.width, part.size.height)] * len(part.frames)
    return sizes


def _merged(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    merged: list[dict[str, Any]] = []
    for message in messages:
        if merged and merged[-1]["role"] == message["role"]:
            before, after = _listed(merged[-1]["content"]), _listed(message["content"])
            merged[-1] = {"role": message["role"], "content": [*before, {"type": "text", "text": "\n\n"}, *after]}
        else:
            merged.append(message)
    return merged


def _listed(content: str | list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content
