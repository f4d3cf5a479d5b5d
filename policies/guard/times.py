"""A time of day in a rules file: "22:00-06:30"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

FORM = re.compile(r"\s*(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)\s*")
EXAMPLE = "write it like '08:00-18:30'"


@dataclass(frozen=True, slots=True)
class Span:
    """From one time of day up to another, over midnight where the second is earlier."""

    first: time
    last: time

    def holds(self, now: time) -> bool:
        if self.first <= self.last:
            return self.first <= now < self.last
        return now >= self.first or now < self.last

    def __str__(self) -> str:
        return f"{self.first:%H:%M}-{self.last:%H:%M}"


def _span(said: Any) -> Span:
    if isinstance(said, Span):
        return said
    found = FORM.fullmatch(said) if isinstance(said, str) else None
    if found is None:
        raise ValueError(f"{said!r} is no time of day; {EXAMPLE}")
    hour, minute, till_hour, till_minute = (int(n) for n in found.groups())
    try:
        span = Span(time(hour, minute), time(till_hour % 24 if till_hour == 24 else till_hour, till_minute))
    except ValueError as error:
        raise ValueError(f"{said!r}: {error}; {EXAMPLE}") from None
    if span.first == span.last:
        raise ValueError(f"{said!r} leaves nothing; {EXAMPLE}")
    return span


SCHEMA = {"type": "string", "pattern": r"^\s*\d{1,2}:\d\d\s*-\s*\d{1,2}:\d\d\s*$"}
Hours = Annotated[Span, BeforeValidator(_span), WithJsonSchema(SCHEMA)]
