"""What `screenwright read` does: a screen or a picture, as text or as elements."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from screenwright.agent.where import Where
from screenwright.tools.elements import Element, Target
from screenwright.tools.errors import BadScript
from screenwright.tools.geometry import Size, View
from screenwright.tools.observation import Observation
from screenwright.tools.reading import Reader, Scene

PIXELS = 100_000_000


@contextmanager
def observed(image: Path | None, where: Where) -> Iterator[Observation]:
    """One frame of the screen, or the picture; the screen stays open meanwhile, for its accessibility tree."""
    if image is not None:
        yield of_picture(image)
        return
    with where.open() as desktop:
        yield desktop.observe()


def of_picture(path: Path) -> Observation:
    """A picture file as an observation. BadScript where it is none."""
    import numpy as np
    from PIL import Image, UnidentifiedImageError

    try:
        # Pillow warns of a size, on stderr; it is told here.
        with warnings.catch_warnings(action="ignore"), Image.open(path) as picture:
            if picture.width * picture.height > PIXELS:
                raise BadScript(f"the picture {path} is {picture.width}x{picture.height}, which no screen is")
            pixels = np.asarray(picture.convert("RGB"))
    except UnidentifiedImageError as error:
        raise BadScript(f"{path} is no picture that can be read; PNG, JPEG and WebP can") from error
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        why = getattr(error, "strerror", None) or error
        raise BadScript(f"the picture {path} can't be read: {why}") from error
    return Observation(View(Size(pixels.shape[1], pixels.shape[0])), pixels=pixels, device=str(path))


def scene(observation: Observation) -> Scene:
    return Reader().read(observation)


def facts(element: Element) -> dict[str, Any]:
    """One element as JSON; `region` is [x, y, width, height] in pixels, `middle` where to click."""
    region = element.region
    told = {
        "text": element.text,
        "role": element.role,
        "region": [region.x, region.y, region.width, region.height],
        "middle": list(region.middle),
        "source": element.source,
        "confidence": round(element.confidence, 3),
        "value": element.value,
        "checked": element.checked,
        "focused": element.focused or None,
        "enabled": None if element.enabled else False,
    }
    return {key: value for key, value in told.items() if value is not None}


def matching(seen: Scene, text: str) -> list[Element]:
    """Where a text stands, best first."""
    return [match.element for match in seen.find_all(Target(text=text))]
