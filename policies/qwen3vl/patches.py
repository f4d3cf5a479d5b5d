"""Pictures as the vision tower takes them, without torchvision.

The same tensor as transformers' Qwen2VLImageProcessor (tests compare them), several times sooner: pixels stay
bytes until they are in their place, and both halves of a patch's time axis are written from one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

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
        out = torch.empty((rows * columns, 3, self.times, self.side * self.side), dtype=torch.float32)
        scale = torch.tensor([1 / (255 * spread) for spread in self.spread]).view(3, 1)
        shift = torch.tensor([-mean / spread for mean, spread in zip(self.mean, self.spread, strict=True)]).view(
            3, 1
        )
        for time in range(self.times):
            if time and time >= len(frames):
                out[:, :, time] = out[:, :, time - 1]
                continue
            flat = torch.from_numpy(self._cut(frames[time], rows, columns))
            torch.mul(flat, scale, out=out[:, :, time]).add_(shift)
        return out.view(rows * columns, -1)

    def _cut(self, pixels: Pixels, rows: int, columns: int) -> Pixels:
        """(rows * columns, 3, side * side) bytes, patches in the order of the tokens they merge into."""
        side, merge = self.side, self.merge
        boxes = pixels.reshape(rows // merge, merge, side, columns // merge, merge, side, 3)
        ordered = boxes.transpose(0, 3, 1, 4, 6, 2, 5)
        return cast(Pixels, np.ascontiguousarray(ordered).reshape(rows * columns, 3, side * side))
