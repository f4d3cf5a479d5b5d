"""Draws what the simulated phone shows, with PIL."""

from __future__ import annotations

from typing import Any

import numpy as np

from screenwright.tools.simphone.metrics import Metrics
from screenwright.tools.simphone.view import View


def draw(root: View, metrics: Metrics) -> Any:
    """(H, W, 3) uint8 RGB."""
    from PIL import Image

    image = Image.new("RGB", (metrics.screen.width, metrics.screen.height), (40, 60, 120))
    return np.asarray(image)
