"""The part of the doctor that looks at a phone: adb, its server, the device, what it shows. Nothing is touched."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress

from screenwright.agent.machine import Finding, State
from screenwright.agent.where import phone_at
from screenwright.tools.adb.client import Adb
from screenwright.tools.errors import ScreenwrightError
from screenwright.tools.phone.device import Phone

PICTURES = 4  # both forms, each twice


def examine_phone(serial: str | None = None, *, adb: Adb | None = None) -> list[Finding]:
    """What a run on a phone needs here. The findings with "no" keep it from running."""
    return list(_findings(serial, adb or Adb()))


def _findings(serial: str | None, adb: Adb) -> Iterator[Finding]:
    if serial and ":" in serial:
        with suppress(ScreenwrightError):  # told below
            adb.connect(serial)
    found = adb.facts()
    for fact in found:
        # where one is named, what is wrong with the others is no hindrance
        wrong: State = "optional" if serial is not None and fact.what == "phone" else "no"
        yield Finding(fact.what, "yes" if fact.ok else wrong, fact.said, fact.fix)
    if serial is None and not all(fact.ok for fact in found):
        return
    try:
        with phone_at(serial, adb) as phone:
            yield Finding("connection", "yes", f"{phone.name}, {_answer_ms(phone):.1f} ms a command")
            yield from _looked(phone)
    except ScreenwrightError as error:
        said, _, fix = str(error).partition("; ")
        yield Finding("connection", "no", said, fix)


def _answer_ms(phone: Phone) -> float:
    began = time.perf_counter()
    phone.link.read("true")
    return (time.perf_counter() - began) * 1000


def _looked(phone: Phone) -> Iterator[Finding]:
    problems = phone.problems()
    for problem in problems:
        said, _, fix = problem.partition(": ")
        yield Finding("beware", "optional", said, fix)
    try:
        observation = phone.observe()
        for _ in range(PICTURES - 1):
            observation = phone.observe()
    except ScreenwrightError as error:
        yield Finding("see", "no", str(error), "wake and unlock the phone, and try again")
        return
    camera = phone.eyes.camera
    tried = ", ".join(f"{form} {seconds * 1000:.0f} ms" for form, seconds in sorted(camera.seconds.items()))
    yield Finding("see", "yes", f"{observation.frame}, a picture takes: {tried}; {camera.form} is taken")
    named = sum(bool(element.text) for element in observation.elements)
    if named:
        yield Finding("read", "yes", f"its tree names {named} things on the screen")
    else:
        yield Finding("read", "optional", "its tree names nothing on this screen: reading is by OCR")
    if way := phone.writing.way():
        yield Finding("type", "yes", f"any letter, by {way.name}; your own is given back")
    yield Finding("apps", "yes", f"{len(phone.apps())} can be opened by name")
