"""The pass over one token on a GPU, launched as one CUDA graph.

Such a pass is a thousand small kernels, and to start them one by one takes several times as long as they run. A
graph holds the addresses that it was captured with: it serves one session until its buffers move.
"""

from __future__ import annotations

from typing import Any

from screenwright.policies.qwen3vl.cache import Session

MOST = 4
"""Ids of a reply that are fed one by one; beyond it one ordinary pass over all of them is quicker."""


class Single:
    """One token after what a session holds; its logits. Used under inference mode, as the buffers were made.

    Args:
        model: all of it on one device.
        cache_name: what its forward calls the cache.
        session: with something in it. It is not held here, so that its buffers go when it goes.
        captured: as a graph; else the same computation as it comes, for a device that has none.

    Raises RuntimeError where a pass can't be captured, or gives other logits than it should.
    """

    def __init__(self, model: Any, cache_name: str, session: Session, *, captured: bool) -> None:
        import torch

        self._model, self._cache_name = model, cache_name
        keys = session.layers[0].keys
        self._buffers, self._room = _buffers(session), keys.shape[-2]
        self._token = torch.zeros(1, 1, dtype=torch.long, device=keys.device)
        self._position = torch.zeros(3, 1, 1, dtype=torch.long, device=keys.device)
        self._index = torch.full((1,), len(session.ids), device=keys.device)
        self._places = torch.arange(self._room, device=keys.device)
        self._graph: Any = None
        self._logits: Any = None
        if captured:
            self._capture(session)

    def fits(self, session: Session) -> bool:
        """Whether the session's buffers are where they were, with room for one more."""
        return len(session.ids) < self._room and _buffers(session) == self._buffers

    def step(self, token: int, position: int, session: Session) -> Any:
        """The logits, (rows,), valid until the next step."""
        self._token.fill_(token)
        self._position.fill_(position)
        self._index.fill_(len(session.ids))
        if self._graph is None:
            self._logits = self._pass(session)
        else:
            self._graph.replay()
        for layer in session.layers:
            layer.length += 1
        return self._logits

    def _capture(self, session: Session) -> None:
        import torch

        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):  # what a library sets up at its first call can't be captured
            expected = self._pass(session).clone()
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            self._logits = self._pass(session)
        graph.replay()
        if not torch.allclose(self._logits, expected, rtol=1e-2, atol=1e-2):
            raise RuntimeError("a captured pass gives other logits than the same pass as it comes")
        self._graph = graph

    def _pass(self, session: Session) -> Any:
        import torch

        seen = torch.where(self._places <= self._index, 0.0, float("-inf")).to(session.layers[0].keys.dtype)
        for layer in session.layers:
            layer.index = self._index
        try:
            out = self._model(
                input_ids=self._token,
                position_ids=self._position,
                attention_mask=seen.view(1, 1, 1, self._room),
                use_cache=True,
                logits_to_keep=1,
                **{self._cache_name: session.cache},
            )
        finally:
            for layer in session.layers:
                layer.index = None
        return out.logits[0, -1]


def _buffers(session: Session) -> list[int]:
    return [part.data_ptr() for layer in session.layers for part in (layer.keys, layer.values)]
