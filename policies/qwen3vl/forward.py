"""Runs the network: pictures to features, ids to logits, stoppable between any two layers."""

from __future__ import annotations

import inspect
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from screenwright.policies.qwen3vl.attention import applies, ours
from screenwright.policies.qwen3vl.cache import Session
from screenwright.policies.qwen3vl.loading import Checkpoint
from screenwright.policies.qwen3vl.memory import out_of_memory
from screenwright.policies.qwen3vl.prompt import Look, Prompt, positions
from screenwright.policies.qwen3vl.single import MOST, Single
from screenwright.tools.errors import Stopped

CHUNK = 4096  # ids of one pass, pictures not parted
FEATURES = 12  # pictures whose features are kept


class Network:
    """The weights, and what is remembered of pictures."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        import torch

        self._torch: Any = torch
        self._model = checkpoint.model
        self._merge = checkpoint.patching.merge
        self._patching = checkpoint.patching
        self._text = checkpoint.text_config
        self._layers: int = checkpoint.text_config.num_hidden_layers
        self.rows: int = checkpoint.text_config.vocab_size
        self.device = self._model.get_input_embeddings().weight.device
        names = inspect.signature(self._model.forward).parameters
        self._cache_name = "cache" if "cache" in names else "past_key_values"  # the older name, up to 5.23
        self._features: OrderedDict[str, tuple[Any, list[Any]]] = OrderedDict()
        self._kind_of_output: Any = None
        self._next_place = 0
        self._stop: Callable[[], bool] | None = None
        self.captured = self.device.type == "cuda"
        self.singly = self.captured and applies(self._text) and self._on_one_device()
        """Whether a reply's tokens are fed by `Single`, and whether that is one graph."""
        self._watch_layers()

    def session(self) -> Session:
        return Session.new(self._layers)

    def prefill(self, prompt: Prompt, session: Session, kept: int) -> Any:
        """Feed all after `kept` ids; the logits, (rows,), after the last one."""
        places = positions(prompt.ids, prompt.looks, self._merge)
        logits: Any = None
        for start, end in _chunks(prompt, kept):
            looks = [look for look in prompt.looks if start <= look.start < end]
            logits = self._pass(prompt.ids[start:end], places[:, start:end], looks, session)
            session.took(prompt.ids[start:end], looks)
        self._next_place = int(places.max()) + 1
        return logits

    def step(self, ids: Sequence[int], session: Session) -> Any:
        """Feed a reply's next ids; the logits after the last one, valid until the next step."""
        if self.singly and len(ids) <= MOST:
            logits = self._one_by_one(ids, session)
            if logits is not None:
                return logits
        place = np.arange(self._next_place, self._next_place + len(ids))
        logits = self._pass(list(ids), np.broadcast_to(place, (3, len(ids))), [], session)
        session.took(ids, [])
        self._next_place += len(ids)
        return logits

    def _one_by_one(self, ids: Sequence[int], session: Session) -> Any:
        """None: an ordinary pass must do it."""
        logits: Any = None
        for done, token in enumerate(ids):
            self._asked_to_stop()
            if session.single is None or not session.single.fits(session):
                session.single = self._single(session)
            if session.single is None:
                return self.step(ids[done:], session) if done else None
            logits = session.single.step(token, self._next_place, session)
            session.took([token], [])
            self._next_place += 1
        return logits

    def _single(self, session: Session) -> Single | None:
        if not session.has_room():
            return None  # the ordinary pass makes more
        stop, self._stop = self._stop, None  # an exception amid a capture is one too many
        try:
            return Single(self._model, self._cache_name, session, captured=self.captured)
        except RuntimeError as error:
            if out_of_memory(error):
                raise
            self.singly = False  # quantised weights and experts may ask the CPU amid a pass
            return None
        finally:
            self._stop = stop

    def mask(self, allowed: Any) -> Any:
        return self._torch.from_numpy(allowed).to(self.device)

    def features(self, look: Look) -> tuple[Any, list[Any]]:
        """(tokens, hidden) of a picture, and the same of each DeepStack layer."""
        known = self._features.get(look.key)
        if known is None:
            torch = self._torch
            pixels = self._patching.patches(look.frames).to(self.device)
            grid = torch.tensor([[1, look.rows, look.columns]], device=self.device)
            out = self._model.model.get_image_features(pixels, grid, return_dict=True)
            self._kind_of_output = type(out)
            deep = getattr(out, "deepstack_features", None) or []
            known = self._features[look.key] = out.pooler_output[0], [layer[0] for layer in deep]
        self._features.move_to_end(look.key)
        while len(self._features) > FEATURES:
            self._features.popitem(last=False)
        return known

    @property
    def feature_bytes(self) -> int:
        parts = [part for whole, deep in self._features.values() for part in (whole, *deep)]
        return sum(part.numel() * part.element_size() for part in parts)

    def forget(self) -> None:
        self._features.clear()
        if self.device.type == "cuda":
            self._torch.cuda.empty_cache()

    @contextmanager
    def working(self, stop: Callable[[], bool] | None) -> Iterator[None]:
        """All that touches caches is done within it, in whatever thread; `stop` is asked before every layer."""
        self._stop = stop
        try:
            with self._torch.inference_mode(), ours(self._text):
                yield
        finally:
            self._stop = None

    def _pass(self, ids: Sequence[int], places: Any, looks: Sequence[Look], session: Session) -> Any:
        torch = self._torch
        given: dict[str, Any] = {self._cache_name: session.cache}
        for kind, moving in (("image", False), ("video", True)):
            seen = [self.features(look) for look in looks if look.moving == moving]
            if seen:
                deep = [tuple(layers) for layers in zip(*(layers for _, layers in seen), strict=True)]
                whole = self._kind_of_output(pooler_output=tuple(f for f, _ in seen))
                if deep:
                    whole.deepstack_features = deep
                given.setdefault("mm_encoder_outputs", {})[kind] = whole
        out = self._model(
            input_ids=torch.tensor([list(ids)], device=self.device),
            position_ids=torch.from_numpy(np.ascontiguousarray(places)).to(self.device).unsqueeze(1),
            use_cache=True,
            logits_to_keep=1,
            **given,
        )
        return out.logits[0, -1]

    def _watch_layers(self) -> None:
        """A hook before every layer costs microseconds, and a pass of seconds becomes stoppable."""

        def look(*_: object) -> None:
            self._asked_to_stop()

        for name, module in self._model.named_modules():
            _, _, last = name.rpartition(".")
            if last.isdigit() or last in ("mlp", "self_attn", "attn", "merger"):
                module.register_forward_pre_hook(look)

    def _asked_to_stop(self) -> None:
        if self._stop is not None and self._stop():
            raise Stopped("stopped while the model was working")

    def _on_one_device(self) -> bool:
        return all(weights.device == self.device for weights in self._model.parameters())


def _chunks(prompt: Prompt, kept: int) -> Iterator[tuple[int, int]]:
    """Parts of the prompt from `kept` on; no picture is parted, since its features go in together."""
    start, total = kept, len(prompt.ids)
    while start < total:
        end = min(total, start + CHUNK)
        for look in prompt.looks:
            if look.start < end < look.end:
                end = look.start if look.start > start else look.end
                break
        yield start, end
        start = end
