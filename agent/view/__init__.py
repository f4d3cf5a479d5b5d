"""Runs looked at: as a page, as a film, as a list, beside each other, for a CI.

`from screenwright.agent.view import write_page` is the way for scripts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from screenwright.agent.view.page import write_page

__all__ = ["write_page"]


def __getattr__(name: str) -> object:
    """Loaded when asked for: the command line imports this package for the names of its commands."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from screenwright.agent.view.page import write_page

    return write_page
