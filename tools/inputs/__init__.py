"""What a person can show a model: pictures, films, documents, texts, from files, addresses, the screen, a run.

What something is, its first bytes say, never its name. Names are imported when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from screenwright.tools.inputs.kinds import BadInput, Bounds, Document, Film, Input, Page, Still, Words
    from screenwright.tools.inputs.opening import open_input, open_inputs

_KINDS = ("BadInput", "Bounds", "Document", "Film", "Input", "Page", "Still", "Words")
_HOMES = dict.fromkeys(_KINDS, "screenwright.tools.inputs.kinds") | dict.fromkeys(
    ("open_input", "open_inputs"), "screenwright.tools.inputs.opening"
)

__all__ = [
    "BadInput",
    "Bounds",
    "Document",
    "Film",
    "Input",
    "Page",
    "Still",
    "Words",
    "open_input",
    "open_inputs",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
