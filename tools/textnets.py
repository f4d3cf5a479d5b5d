"""The two networks that see text and spell it, and nothing else: pixels in, boxes and strings out.

PP-OCRv6 small, as the rapidocr wheel carries it, run by onnxruntime itself: rapidocr's own pipeline pads
every crop to 320 px, reads three menu titles as one line, and takes seven times as long to load. Before
and after the networks stands what PaddleOCR does: Differentiable Binarization (Liao et al. 2020,
arXiv:1911.08947) finds text, CTC (Graves et al. 2006) spells it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from screenwright.tools.errors import NotInstalled
from screenwright.tools.observation import Pixels
from screenwright.tools.textlines import Box, boxes_of

Floats = npt.NDArray[np.float32]

INSTALL = "pip install 'rapidocr>=3.10' onnxruntime"


@dataclass(frozen=True, slots=True)
class Spelled:
    """What a crop says; `ends` as shares of its width."""

    text: str
    confidence: float
    ends: tuple[float, ...]


class Networks:
    """The detector and the recogniser, each usable alone. Raises NotInstalled; loads in about 0.2 s."""

    def __init__(self, threads: int | None = None) -> None:
        # Without it, importing onnxruntime 1.32 numbers this machine (~/.cache/Microsoft) and sends events to its
        # maker, and disable_telemetry_events() comes too late.
        os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
        try:
            import onnxruntime
        except ImportError as error:
            raise NotInstalled(f"reading the screen needs onnxruntime ({error}): {INSTALL}") from error
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        options.enable_cpu_mem_arena = False  # every crop has another shape; the arena never gives back
        options.intra_op_num_threads = threads or _cores()
        make = onnxruntime.InferenceSession
        cpu = ["CPUExecutionProvider"]
        self._detect: Any = make(str(_model("det")), options, providers=cpu)
        self._spell: Any = make(str(_model("rec")), options, providers=cpu)
        keys = self._spell.get_modelmeta().custom_metadata_map["character"].splitlines()
        self._characters: list[str] = ["", *keys, " "]

    def detect(self, pixels: Pixels) -> list[Box]:
        """Boxes around lines of text in (h, w, 3) RGB, in pixels of it, in no order."""
        import cv2

        height, width = pixels.shape[:2]
        size = max(32, round(width / 32) * 32), max(32, round(height / 32) * 32)
        scaled = np.asarray(cv2.resize(pixels, size), np.uint8) if size != (width, height) else pixels
        (likely,) = self._detect.run(None, {"x": _normal(scaled)[None]})
        return boxes_of(likely[0, 0], width / size[0], height / size[1])

    def spell(self, crops: Sequence[Pixels]) -> list[Spelled]:
        """What each (h, w, 3) RGB crop of one line says, whatever other crops it comes with."""
        prepared = [_prepare(crop) for crop in crops]
        found: dict[int, Spelled] = {}
        by_width: dict[int, list[int]] = {}
        for index, (ready, _) in enumerate(prepared):
            by_width.setdefault(ready.shape[2], []).append(index)
        for indices in by_width.values():
            for start in range(0, len(indices), 16):
                batch = indices[start : start + 16]
                (scores,) = self._spell.run(None, {"x": np.stack([prepared[i][0] for i in batch])})
                for index, score in zip(batch, scores, strict=True):
                    found[index] = self._decode(score, prepared[index][1])
        return [found[index] for index in range(len(crops))]

    def _decode(self, scores: Floats, filled: float) -> Spelled:
        """CTC, best path: of equal neighbours one stays, blanks go."""
        best = scores.argmax(1)
        fresh = np.flatnonzero((best != 0) & np.r_[True, best[1:] != best[:-1]])
        if not len(fresh):
            return Spelled("", 0.0, ())
        sure = scores[fresh, best[fresh]]
        middles = (fresh + 0.5) / len(best) / filled
        ends = (*((middles[1:] + middles[:-1]) / 2), 1.0)
        text = "".join(self._characters[i] for i in best[fresh])
        return Spelled(text, round(float(sure.mean()), 3), tuple(min(1.0, float(end)) for end in ends))


@lru_cache(maxsize=1)
def networks() -> Networks:
    """The one pair of this process."""
    return Networks()


def _prepare(crop: Pixels) -> tuple[Floats, float]:
    """(3, 48, w) for the recogniser and the share of w that is the crop; w goes in steps of 32.

    The step is a function of the crop alone: were crops padded to the widest of their batch, the same
    crop could read otherwise in other company, and nothing could be remembered by content.
    """
    import cv2

    height, width = crop.shape[:2]
    wide = max(16, round(width * 48 / height))
    padded = -(-(wide + 8) // 32) * 32
    ready = np.zeros((3, 48, padded), np.float32)
    ready[:, :, :wide] = _normal(np.asarray(cv2.resize(crop, (wide, 48)), np.uint8))
    return ready, wide / padded


def _normal(pixels: Pixels) -> Floats:
    """(3, h, w) in -1 to 1, blue first, as the networks were trained."""
    return np.ascontiguousarray(pixels[..., ::-1].transpose(2, 0, 1), dtype=np.float32) / np.float32(127.5) - 1


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _model(task: str) -> Path:
    """The file of a network in the rapidocr wheel, found without importing the package."""
    spec = find_spec("rapidocr")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    for folder in folders:
        for path in sorted(Path(folder, "models").glob(f"PP-OCR*_{task}_*.onnx"), reverse=True):
            return path
    where = f"rapidocr in {folders[0]} carries no {task} model" if folders else "rapidocr is not installed"
    raise NotInstalled(f"reading the screen needs its text models, but {where}: {INSTALL}")
