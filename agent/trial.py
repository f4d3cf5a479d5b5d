"""What a rules file would say to an action that nobody has decided: for `screenwright guard check --action`."""

from __future__ import annotations

import numpy as np
from pydantic import ValidationError

from screenwright.agent.console import spoken
from screenwright.policies.guard import Guard
from screenwright.tools import actions
from screenwright.tools.actions import aim, describe
from screenwright.tools.errors import BadScript
from screenwright.tools.geometry import Size, View
from screenwright.tools.observation import Observation


def trial(guard: Guard, action_json: str, window: str = "") -> str:
    """One line: the action, and the verdict on it in a window of that title. BadScript for a bad action."""
    try:
        action = actions.parse(action_json)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadScript(
            f"--action {action_json!r}: {where}: {first['msg']} (see `screenwright actions`)"
        ) from error
    point = aim(action)
    frame = point.frame if point else Size(1, 1)
    blank = Observation(View(frame), load=lambda: np.zeros((1, 1, 3), np.uint8), title=lambda: window)
    return f"{describe(action)}: {spoken(guard.judge(action, blank))}"
