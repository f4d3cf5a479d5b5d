"""The secrets of one run: which may be typed, and the values that were given for it alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from screenwright.tools.errors import BadAction
from screenwright.tools.masking import Mask, is_secret
from screenwright.tools.observation import Observation
from screenwright.tools.secrets import store
from screenwright.tools.secrets.naming import PLACEHOLDER, check_written, mark, names_in
from screenwright.tools.steps import Task


class Vault:
    """Holds what must not be in a Task, and looks up the rest when it is typed.

    Args:
        only: no others can be typed, whatever a task says (`secret:bank`); None: those that the task names.
    """

    def __init__(self, only: Iterable[str] | None = None) -> None:
        self._only = None if only is None else frozenset(only)
        self._given: dict[str, str] = {}
        self._mask = Mask()
        self._asked: frozenset[str] = frozenset()

    def take(self, task: Task) -> Task:
        """The task without the values of its secret parameters: `{{name}}` stands in their place.

        The secrets that it names, in its text or as a parameter, may be typed from now on, and no others.
        NoSecret, NoKeyring where one of them has no value; BadScript where it is not written right.
        """
        check_written(task.text)
        values: dict[str, str] = {}
        for name, value in task.parameters.items():
            if is_secret(name) and value and not PLACEHOLDER.fullmatch(value):
                self._given[name] = value
                self._mask.add({name: value})
                value = mark(name)
            else:
                check_written(value)
            values[name] = value
        told = frozenset[str]().union(*(names_in(value) for value in values.values()))
        asked = names_in(task.text) | told
        if self._only is not None:
            asked &= self._only | self._given.keys()
        for name in sorted(asked - self._given.keys()):
            if ":" in name or name in told:
                store.kept(name)
        self._asked = asked
        return replace(task, parameters=values)

    def text(self, said: str) -> str:
        """A text of somebody who knows a given value all the same, with the name in its place."""
        return self._mask.text(said)

    def wanted(self, text: str) -> frozenset[str]:
        """The secrets to put into a text that is typed. BadAction: it holds one that the task does not name."""
        named = names_in(text)
        strange = sorted(n for n in named - self._asked if ":" in n or n in self._given)
        if strange:
            known = ", ".join(map(mark, sorted(self._asked))) or "none"
            raise BadAction(
                f"{mark(strange[0])} can only be typed where the task itself names it (it names: {known}); "
                "nothing was typed"
            )
        return named & self._asked

    def value(self, name: str) -> str:
        """NoSecret, NoKeyring."""
        return self._given[name] if name in self._given else store.value_of(name)

    def check_place(self, name: str, seen: Observation) -> None:
        """BadAction where a person has allowed it for other windows or programs only."""
        patterns = () if name in self._given else store.windows_of(name)
        here = [said for said in (seen.title, seen.program) if said]
        if patterns and not any(_fits(pattern, said) for pattern in patterns for said in here):
            raise BadAction(
                f"{mark(name)} may only be typed into: {', '.join(patterns)}; in front is "
                f"{' of '.join(map(repr, here)) or 'a window without a name'}; nothing was typed"
            )

    def forget(self) -> None:
        """Let go of the values."""
        self._given.clear()
        self._mask = Mask()
        self._asked = frozenset()

    def __repr__(self) -> str:
        return f"<Vault of {', '.join(sorted(self._asked)) or 'nothing'}>"

    def __reduce__(self) -> Any:
        raise TypeError("what holds the values of secrets is not copied or stored")


def _fits(pattern: str, said: str) -> bool:
    """A pattern with * and ?, or a part of the name, in any case."""
    pattern, said = pattern.casefold(), said.casefold()
    return fnmatchcase(said, pattern) if any(c in pattern for c in "*?") else pattern in said
