"""What a demo keeps: small pictures of its targets, and its file as it was before a change."""

from __future__ import annotations

import shutil
from pathlib import Path

from screenwright.policies.replay.folder import FILE, PICTURES
from screenwright.tools.observation import Pixels

OLD = "old"


def save_picture(folder: Path, file: str, pixels: Pixels) -> None:
    """(H, W, 3) RGB as a PNG in pictures/, without loss; with a palette where its colours fit into one."""
    from PIL import Image

    path = folder / PICTURES / file
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(pixels)
    colours = image.getcolors(256)
    if colours is not None:
        image = image.quantize(len(colours), method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    image.save(path, optimize=True)


def keep_old(folder: Path) -> Path | None:
    """Copy the demo's file to old/ under the next free number; None where there is no file."""
    file = folder / FILE
    if not file.exists():
        return None
    (folder / OLD).mkdir(exist_ok=True)
    numbers = [
        int(held.stem.split("-")[-1]) for held in (folder / OLD).glob("demo-*.yaml") if held.stem[5:].isdigit()
    ]
    kept = folder / OLD / f"demo-{max(numbers, default=0) + 1}.yaml"
    shutil.copy2(file, kept)
    return kept
