"""What must not be told: wherever the value of a secret parameter would be written or shown, its name stands."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

SECRET = "secret"
"""What the name of a parameter begins with whose value must not be told."""
NAMED = re.compile(r"\{\{\s*secret[^{}]*\}\}")
FORM = frozenset(
    ("kind", "role", "source", "device", "monitor", "ruling", "where", "button", "modifiers", "keys", "status")
)
"""Fields of a trace that hold a word out of a list, never what was typed: a secret "click" must not break them."""


def is_secret(name: str) -> bool:
    return name.startswith(SECRET)


class Mask:
    """Puts `{{name}}` where the value of a parameter stands whose name begins with `secret`."""

    def __init__(self, parameters: Mapping[str, str] | None = None) -> None:
        self._forms: list[tuple[str, str]] = []
        self.add(parameters or {})

    def add(self, parameters: Mapping[str, str]) -> None:
        """These are secret from now on, beside what was before."""
        for name, value in parameters.items():
            # one that names a secret of the keyring tells nothing
            if is_secret(name) and value and not NAMED.fullmatch(value):
                # Words about an act quote what is typed, so the quoted forms are looked for as well.
                quoted = (repr(value)[1:-1], json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1])
                self._forms += [(form, f"{{{{{name}}}}}") for form in dict.fromkeys((value, *quoted))]
        # of two secrets, one within the other, the longer goes first
        self._forms.sort(key=lambda form: -len(form[0]))

    def __bool__(self) -> bool:
        return bool(self._forms)

    def text(self, said: str) -> str:
        for value, name in self._forms:
            said = said.replace(value, name)
        return said

    def json(self, facts: Any) -> Any:
        """The same facts, masked; what holds a word out of a list, and names of fields, stay."""
        if not self._forms:
            return facts
        if isinstance(facts, str):
            return self.text(facts)
        if isinstance(facts, Mapping):
            held: Mapping[str, Any] = facts
            return {key: value if key in FORM else self.json(value) for key, value in held.items()}
        if isinstance(facts, list | tuple):
            items: list[Any] = list(facts)
            return [self.json(item) for item in items]
        return facts
