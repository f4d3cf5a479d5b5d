"""How a secret is named where its value must not stand: `{{secret:bank}}`, or as a parameter `{{secret_pin}}`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from screenwright.tools.errors import BadScript
from screenwright.tools.masking import SECRET

STORED = r"[A-Za-z0-9][A-Za-z0-9_.-]*"
"""The name of a value in the keyring."""
PLACEHOLDER = re.compile(rf"\{{\{{\s*(?P<name>secret\s*:\s*{STORED}|secret\w*)\s*\}}\}}")
MEANT = re.compile(r"\{\{\s*secret\s*:[^{}]*\}?\}?")
VARIABLES = "SCREENWRIGHT_SECRET"
"""What the names of all environment variables begin with that hold a secret."""


def names_in(text: str) -> frozenset[str]:
    """The secrets that a text asks for: `secret:bank`, `secret_pin`."""
    return frozenset(_name(match) for match in PLACEHOLDER.finditer(text))


def mark(name: str) -> str:
    """What stands for the value of this secret."""
    return f"{{{{{name}}}}}"


def put(text: str, values: Mapping[str, str]) -> str:
    """The text with the values that are given; in what they hold, nothing is looked for."""
    return PLACEHOLDER.sub(lambda match: values.get(_name(match), match[0]), text)


def stored_name(name: str) -> str:
    """Its name in the keyring: `secret:bank` -> bank, `secret_pin` -> pin; "" for plain `secret`."""
    return re.sub(rf"^{SECRET}[:_]?", "", name)


def variable(name: str) -> str:
    """The environment variable of a secret: secret:my-bank -> SCREENWRIGHT_SECRET_MY_BANK."""
    return "SCREENWRIGHT_" + re.sub(r"\W", "_", name).upper()


def check_name(name: str) -> None:
    """BadScript where no secret can be called so."""
    if not re.fullmatch(STORED, name):
        raise BadScript(f"a secret can't be called {name!r}: letters, digits, and - _ . inside, such as: my-bank")


def check_written(text: str) -> None:
    """BadScript for what is meant as a secret and is none: `{{secret:my bank}}` would be typed as it stands."""
    for match in MEANT.finditer(text):
        if not PLACEHOLDER.fullmatch(match[0]):
            raise BadScript(
                f"{match[0]!r} is no secret: write {{{{secret:NAME}}}}, NAME in letters, digits, - _ ."
            )


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """What programs get that are started: the environment without the values of secrets."""
    return {name: value for name, value in environment.items() if not name.startswith(VARIABLES)}


def _name(match: re.Match[str]) -> str:
    return re.sub(r"\s", "", match["name"])
