"""Pictures as the vision tower takes them, without torchvision.

The same tensor as transformers' Qwen2VLImageProcessor (tests compare them), several times sooner: pixels stay
bytes until they are in their place, and both halves of a patch's time axis are written from one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from screenwright.tools.errors import ModelLost
from screenwright.tools.geometry import Size
from screenwright.tools.observation import Pixels


@dataclass(frozen=True, slots=True)
class Patching:
    """How a checkpoint cuts pictures up: `side` pixels of a patch, `merge` patches a side of one token,
    `times` frames of one patch; the mean and spread that colours 0..1 are brought to, by channel."""

    side: int = 16
    merge: int = 2
    times: int = 2
    mean: tuple[float, ...] = (0.5, 0.5, 0.5)
    spread: tuple[float, ...] = (0.5, 0.5, 0.5)

    @classmethod
    def of(cls, settings: dict[str, Any]) -> Patching:
        """From preprocessor_config.json."""
        default = cls()
        return cls(
            settings.get("patch_size", default.side),
            settings.get("merge_size", default.merge),
            settings.get("temporal_patch_size", default.times),
            tuple(settings.get("image_mean", default.mean)),
            tuple(settings.get("image_std", default.spread)),
        )

    @property
    def factor(self) -> int:
        return self.side * self.merge

    def grid(self, size: Size) -> tuple[int, int]:
        """(rows, columns) of patches; ModelLost for a size that is no multiple of the factor."""
        if size.width % self.factor or size.height % self.factor:
            raise ModelLost(
                f"a picture of {size} can't be cut into squares of {self.factor} pixels; resize it first"
            )
        return size.height // self.side, size.width // self.side

    def tokens(self, size: Size) -> int:
        rows, columns = self.grid(size)
        return rows * columns // self.merge**2

    def patches(self, frames: Sequence[Pixels]) -> Any:
        """(rows * columns, 3 * times * side * side) float32 tensor of one picture, or of `times` frames."""
        import torch

        size = Size(frames[0].shape[1], frames[0].shape[0])
        rows, columns = self.grid(size)
        cuts = [self._cut(frame, rows, columns) for frame in frames[: self.times]]
        cuts += [cuts[-1]] * (self.times - len(cuts))
        boxes = np.stack(cuts, axis=2)  # still bytes: a quarter of the copying
        return torch.from_numpy(self._coloured(boxes).reshape(rows * columns, -1))

    def _coloured(self, boxes: Pixels) -> npt.NDArray[np.float32]:
        """(n, 3, times, side * side) bytes as colours; a table for 256 values is several times the arithmetic."""
        import cv2

        tables = [
            ((np.arange(256) / 255 - mean) / spread).astype(np.float32)
            for mean, spread in zip(self.mean, self.spread, strict=True)
        ]
        if len({table.tobytes() for table in tables}) == 1:
            return np.asarray(cv2.LUT(boxes.reshape(len(boxes), -1), tables[0]), np.float32)
        out = np.empty(boxes.shape, np.float32)
        for channel, table in enumerate(tables):
            flat = np.ascontiguousarray(boxes[:, channel]).reshape(len(boxes), -1)
            out[:, channel] = np.asarray(cv2.LUT(flat, table)).reshape(boxes[:, channel].shape)
        return out

    def _cut(self, pixels: Pixels, rows: int, columns: int) -> Pixels:
        """(rows * columns, 3, side * side) bytes, patches in the order of the tokens they merge into."""
        side, merge = self.side, self.merge
        boxes = pixels.reshape(rows // merge, merge, side, columns // merge, merge, side, 3)
        ordered = boxes.transpose(0, 3, 1, 4, 6, 2, 5)
        return cast(Pixels, np.ascontiguousarray(ordered).reshape(rows * columns, 3, side * side))
