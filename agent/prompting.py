"""The prompts of `ask`, `extract` and `--as`: files, with $names to be filled in."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from string import Template


def prompt(name: str, **values: str) -> str:
    """The words of prompts/NAME.txt; a value may hold any text, dollars too."""
    return _template(name).substitute(values).strip()


@cache
def _template(name: str) -> Template:
    return Template(files("screenwright.agent").joinpath("prompts", f"{name}.txt").read_text(encoding="utf-8"))
