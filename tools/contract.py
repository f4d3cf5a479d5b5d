"""What every device promises, as a check that anybody can run over a device of their own."""

from __future__ import annotations

import contextlib

import numpy as np

from screenwright.tools.actions import KINDS, Action, Ask, Click, Done, PressButton, PressKeys, TypeText, Wait
from screenwright.tools.device import Device
from screenwright.tools.errors import BadAction, DeviceLost
from screenwright.tools.geometry import Point, Size
from screenwright.tools.observation import Observation

LOOP_KINDS = frozenset(("wait", "done", "ask"))
EXAMPLES: dict[str, Action] = {
    "wait": Wait(seconds=0),
    "done": Done(),
    "ask": Ask(question="?"),
    "press_button": PressButton(button="back"),
}


def check_device(device: Device) -> None:
    """Observe, try what must be refused, and close it. AssertionError says which promise is broken.

    Nothing is clicked or typed; the device is closed afterwards.
    """
    assert device.name, "a device has a name for a person"
    assert device.kinds <= set(KINDS), f"unknown kinds of action: {sorted(device.kinds - set(KINDS))}"
    assert not device.kinds & LOOP_KINDS, f"{sorted(device.kinds & LOOP_KINDS)} are the loop's, not a device's"
    first, second = device.observe(), device.observe()
    assert second.serial > first.serial, "serial counts the frames of a device"
    for seen in (first, second):
        _check_frame(seen)
    _check_refusals(device, second)
    device.idle(0.001)
    device.release()
    device.close()
    device.close()
    try:
        device.observe()
    except DeviceLost:
        return
    raise AssertionError("a closed device must raise DeviceLost")


def _check_frame(seen: Observation) -> None:
    frame = seen.frame
    assert seen.pixels.shape == (frame.height, frame.width, 3), f"pixels {seen.pixels.shape} are not {frame}"
    assert seen.pixels.dtype == np.uint8 and seen.pixels.flags.c_contiguous, "pixels are contiguous uint8"
    assert seen.words.shape == (frame.height, frame.width), "one word a pixel"
    assert seen.words.dtype == np.uint32, "words are uint32"
    red = (seen.words >> np.uint32(16)) & np.uint32(0xFF)
    assert np.array_equal(red, seen.pixels[..., 0]), "words hold B, G, R, x; pixels R, G, B"
    assert seen.device and seen.taken_at > 0, "a frame says where and when it was taken"
    for element in seen.elements:
        assert element.region.within(frame).area or not element.region.area, f"{element} is off the frame"


def _check_refusals(device: Device, seen: Observation) -> None:
    frame = seen.frame
    old = Size(frame.width + 1, frame.height)
    if "click" in device.kinds:
        _refused(device, Click(point=Point(1, 1, old)), "a point measured on another frame")
        _refused(device, Click(point=Point(frame.width, 0, frame)), "a point off the screen")
        _refused(device, Click(point=Point(0, -1, frame)), "a point off the screen")
    if "press_keys" in device.kinds:
        _refused(device, PressKeys(keys=("ctrl", "nosuchkey")), "an unknown key")
    for kind in sorted(LOOP_KINDS | (set(KINDS) - device.kinds)):
        if kind in EXAMPLES:
            _refused(device, EXAMPLES[kind], f"the kind {kind!r}, which it does not list")
    if "type_text" in device.kinds:
        with contextlib.suppress(BadAction):  # a recording takes only what was recorded
            assert isinstance(device.perform(TypeText(text="")), str), "perform says what was done"


def _refused(device: Device, action: Action, what: str) -> None:
    try:
        device.perform(action)
    except BadAction:
        return
    raise AssertionError(f"{what} must be refused with BadAction: {action!r}")
