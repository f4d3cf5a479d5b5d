"""A run folder as a film: its screens in order, with what was done at each as the caption."""

from __future__ import annotations

from pathlib import Path

from screenwright.tools.actions import describe
from screenwright.tools.inputs.fitting import fitted
from screenwright.tools.inputs.kinds import BadInput, Bounds, Film
from screenwright.tools.observation import Observation, Pixels
from screenwright.tools.trace import Trace


def film_of_run(folder: Path, bounds: Bounds) -> Film:
    """One frame a step and the last one, at most `bounds.frames_most` of them. BadInput for a run of no step."""
    trace = Trace(folder)
    steps = trace.steps
    if not steps:
        raise BadInput(f"the run {folder} has no step that can be read; name another")
    screens: list[Observation] = [step.observation for step in steps]
    if steps[-1].after is not None:
        screens.append(steps[-1].after)
    most = max(2, bounds.frames_most)
    count = min(most, len(screens))
    numbers = sorted({round(n * (len(screens) - 1) / max(1, count - 1)) for n in range(count)})
    begin = screens[0].taken_at
    frames: list[Pixels] = []
    seconds: list[float] = []
    for number in numbers:
        pixels = fitted(screens[number].pixels, bounds.tokens, str(folder))
        if frames and pixels.shape != frames[0].shape:
            pixels = _resized(pixels, frames[0])
        frames.append(pixels)
        seconds.append(max(screens[number].taken_at - begin, seconds[-1] if seconds else 0.0))
    lines = [f"Task: {trace.task.text.strip()}"]
    for step in steps:
        done = describe(step.decision.action) if step.decision else "nothing decided"
        lines.append(
            f"{step.index + 1}. at {step.observation.taken_at - begin:.1f} s: {done}: {step.result.message}"
        )
    notes = [f"the run {folder} is damaged: {why}" for why in trace.damaged]
    if len(numbers) < len(screens):
        notes.append(f"of the {len(screens)} screens of {folder}, {len(numbers)} are shown")
    return Film(folder.name, tuple(frames), tuple(seconds), seconds[-1], "\n".join(lines), tuple(notes))


def _resized(pixels: Pixels, like: Pixels) -> Pixels:
    import numpy as np
    from PIL import Image

    height, width = like.shape[:2]
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.BICUBIC))
