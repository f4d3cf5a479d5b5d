"""Texts and errors without the values of secrets: in their place stands what the task calls them.

No regular expression is made of a value: Python keeps those in a cache of its own.
"""

from __future__ import annotations

import html
import json
import re
import traceback
from collections.abc import Iterator
from typing import Any, TypeVar
from urllib.parse import quote, quote_plus

from screenwright.tools.errors import ScreenwrightError
from screenwright.tools.secrets.naming import mark

E = TypeVar("E", bound=BaseException)
SHORT = 4  # a value of fewer characters is known only where it stands alone or in quotation marks
LOOSE = 6  # one of as many is known with blanks and dashes in it too: 4000 1234 is written for 40001234
QUOTES = "'\"“”‘’«»„`"
BETWEEN = re.compile(r"[\s\u00a0-]")


class Cleaner:
    """Knows values, and puts marks in their places. Nothing of it is shown or stored."""

    def __init__(self) -> None:
        self._forms: list[tuple[str, str]] = []
        self._loose: list[tuple[str, str]] = []

    def __bool__(self) -> bool:
        return bool(self._forms)

    def __repr__(self) -> str:
        return f"<Cleaner of {len(self._forms)} forms>"

    def __reduce__(self) -> Any:
        raise TypeError("what knows the values of secrets is not copied or stored")

    def add(self, name: str, value: str) -> bool:
        """This value is to be hidden from now on, in all the ways in which it may be quoted. Is it a new one?"""
        if (value, mark(name)) in self._forms:
            return False
        parts = [value, *(part for part in re.split(r"[\n\t]", value) if len(part) >= SHORT)]
        for part in parts:
            forms = (part, repr(part)[1:-1], json.dumps(part)[1:-1], json.dumps(part, ensure_ascii=False)[1:-1],
                     html.escape(part), quote(part), quote_plus(part), quote(part, safe=""))  # fmt: skip
            self._forms += [
                (form, mark(name)) for form in dict.fromkeys(forms) if (form, mark(name)) not in self._forms
            ]
            squeezed = BETWEEN.sub("", part)
            if len(squeezed) >= LOOSE and (squeezed, mark(name)) not in self._loose:
                self._loose.append((squeezed, mark(name)))
        self._forms.sort(key=lambda form: -len(form[0]))
        return True

    def forget(self) -> None:
        self._forms.clear()
        self._loose.clear()

    def text(self, said: str) -> str:
        """The same text; what it holds of values stands as `{{name}}`. Each place is looked at once."""
        out, end = list[str](), 0
        for start, stop, name in self._spans(said):
            out += [said[end:start], name]
            end = stop
        return "".join([*out, said[end:]])

    def count(self, said: str) -> int:
        """How many values it holds."""
        return sum(1 for _ in self._spans(said))

    def _spans(self, said: str) -> Iterator[tuple[int, int, str]]:
        end = 0
        spans = {*self._plain(said), *self._spaced(said)}
        for start, stop, name in sorted(spans, key=lambda span: (span[0], -span[1])):
            if start >= end:
                yield start, stop, name
                end = stop

    def _plain(self, said: str) -> Iterator[tuple[int, int, str]]:
        for form, name in self._forms:
            start = said.find(form)
            while start >= 0:
                stop = start + len(form)
                if len(form) >= SHORT or _alone(said, start, stop):
                    yield start, stop, name
                start = said.find(form, start + 1)

    def _spaced(self, said: str) -> Iterator[tuple[int, int, str]]:
        if not self._loose:
            return
        places = [at for at, character in enumerate(said) if not BETWEEN.match(character)]
        squeezed = "".join(said[at] for at in places)
        for form, name in self._loose:
            start = squeezed.find(form)
            while start >= 0:
                yield places[start], places[start + len(form) - 1] + 1, name
                start = squeezed.find(form, start + 1)

    def error(self, error: E) -> E | ScreenwrightError | RuntimeError:
        """The error to raise in its place: itself, cleaned, or one that says the same where it can't be cleaned.

        What led to it is cleaned as well, and the variables of the frames it went through are let go.
        """
        for each in _chain(error):
            each.args = tuple(self._clean(argument) for argument in each.args)
            held: dict[str, Any] = getattr(each, "__dict__", {})
            held |= {name: self._clean(value) for name, value in held.items()}
            if each.__traceback__ is not None:
                traceback.clear_frames(each.__traceback__)
        told = "".join(traceback.format_exception(error))
        if self.text(told) == told:
            return error
        error.__cause__ = error.__context__ = None
        if self.text(str(error)) == str(error) or not isinstance(error, Exception):
            return error
        kind: Any = type(error) if isinstance(error, ScreenwrightError) else RuntimeError
        try:
            return kind(self.text(f"{'' if kind is not RuntimeError else type(error).__name__ + ': '}{error}"))  # type: ignore[no-any-return]
        except TypeError:
            return ScreenwrightError(self.text(str(error)))

    def _clean(self, held: Any) -> Any:
        if isinstance(held, str):
            return self.text(held)
        if isinstance(held, bytes):
            return self.text(held.decode(errors="replace")).encode()
        if isinstance(held, tuple | list):
            return type(held)(self._clean(each) for each in held)
        if isinstance(held, int | float | bool | BaseException | None) or self.text(repr(held)) == repr(held):
            return held
        return self.text(repr(held))


def _alone(said: str, start: int, stop: int) -> bool:
    """Is it all of the text, or all that stands between quotation marks?"""
    before, after = said[:start].rstrip(), said[stop:].lstrip()
    return (not before or said[start - 1] in QUOTES) and (not after or said[stop] in QUOTES)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, and all that led to it."""
    known: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is None or any(each is other for other in known):
            continue
        known.append(each)
        waiting += [each.__cause__, each.__context__, *getattr(each, "exceptions", ())]
        yield each
