"""Pictures made to fit a number of tokens, the way the vision encoder counts them."""

from __future__ import annotations

import math

import numpy as np

from screenwright.tools.geometry import Size
from screenwright.tools.inputs.kinds import BadInput
from screenwright.tools.observation import Pixels

FACTOR = 32
"""Pixels a side of what becomes one token: two patches of 16."""
LEAST_TOKENS = 4
RATIO_MOST = 200


def fitted_size(size: Size, tokens: int, name: str = "the picture") -> Size:
    """The nearest size of about the same proportions whose sides are multiples of 32, at most `tokens` of area.

    BadInput where one side is over 200 times the other: the encoder was not trained on such.
    """
    width, height = size.width, size.height
    if min(width, height) < 1 or max(width, height) > RATIO_MOST * min(width, height):
        raise BadInput(f"{name} is {size}, longer than {RATIO_MOST} times its other side: cut it into parts")
    least, most = LEAST_TOKENS * FACTOR**2, max(tokens, LEAST_TOKENS) * FACTOR**2
    fit_w, fit_h = (max(FACTOR, round(side / FACTOR) * FACTOR) for side in (width, height))
    if fit_w * fit_h > most:
        shrink = math.sqrt(width * height / most)
        fit_w, fit_h = (max(FACTOR, int(side / shrink / FACTOR) * FACTOR) for side in (width, height))
        if fit_w * fit_h > most:  # a thin one: the short side can't go below one token
            fit_w, fit_h = (min(side, most // FACTOR) for side in (fit_w, fit_h))
    elif fit_w * fit_h < least:
        grow = math.sqrt(least / (width * height))
        fit_w, fit_h = (math.ceil(side * grow / FACTOR) * FACTOR for side in (width, height))
    return Size(fit_w, fit_h)


def fitted(pixels: Pixels, tokens: int, name: str = "the picture") -> Pixels:
    """(H, W, 3) RGB at its fitted size."""
    from PIL import Image

    height, width = pixels.shape[:2]
    wanted = fitted_size(Size(width, height), tokens, name)
    if wanted == Size(width, height):
        return pixels
    resized = Image.fromarray(pixels).resize((wanted.width, wanted.height), Image.Resampling.BICUBIC)
    return np.asarray(resized)


def token_count(size: Size) -> int:
    """Of a fitted picture, with the marks before and after it."""
    return size.area // FACTOR**2 + 2
