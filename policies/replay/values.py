"""What a replay is told before it begins: the values of the parameters, and the step to begin with."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from screenwright.policies.replay.demo import Demo
from screenwright.tools.errors import BadScript


def values_for(demo: Demo, given: Mapping[str, str]) -> dict[str, str]:
    """A value for each parameter, defaults filled in. BadScript: one is missing, or unknown."""
    if unknown := sorted(given.keys() - demo.parameters.keys()):
        known = ", ".join(demo.parameters) or "it has none"
        near = difflib.get_close_matches(unknown[0], demo.parameters, n=1)
        hint = f"; did you mean --set {near[0]}=VALUE?" if near else ""
        raise BadScript(f"the demo {demo.name!r} has no parameter {unknown[0]!r} (parameters: {known}){hint}")
    values: dict[str, str] = {}
    for name, parameter in demo.parameters.items():
        value = given.get(name, parameter.default)
        if parameter.secret and not value:
            about = f" ({parameter.about})" if parameter.about else ""
            raise BadScript(
                f"the secret {name}{about} is not set; it stands in no file: add --set {name}=VALUE at each replay"
            )
        if value is None:
            about = f" ({parameter.about})" if parameter.about else ""
            raise BadScript(f"{{{{{name}}}}}{about} has no value; add --set {name}=VALUE")
        values[name] = value
    return values


def first_step(demo: Demo, first: str | None) -> int:
    """The place of the step with this id or number; 0 where none is said. BadScript lists those that come near."""
    if first is None:
        return 0
    ids = [step.id for step in demo.steps]
    if first in ids:
        return ids.index(first)
    if first.isdecimal() and 1 <= int(first) <= len(ids):
        return int(first) - 1
    near = difflib.get_close_matches(first, ids, n=3, cutoff=0.4) or ids[:5]
    raise BadScript(f"the demo {demo.name!r} has no step {first!r} (1 to {len(ids)}); near: {', '.join(near)}")
