"""What a policy returned, looked at before anything is done with it: a policy may be anybody's.

A model's reply is checked where it is read; this is for what comes out of `decide`. What can't be meant is a
BadReply, which the policy sees at its next step and the limits count, and never half an action.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import cast

from pydantic import BaseModel, ValidationError

from screenwright.tools import actions
from screenwright.tools.actions import TypeText
from screenwright.tools.errors import BadReply
from screenwright.tools.steps import Decision

TYPED = 1_000_000
"""Characters of one action: at a thousand a second, a quarter of an hour that no limit can end."""
KEPT = 200_000
"""Characters of a thought, and of a reply, that go into the trace."""


def sound(decision: object, policy: str) -> Decision:
    """As it is, or set right; thought and reply are cut where they have no end. BadReply: it is something else."""
    if not isinstance(decision, Decision):
        raise BadReply(f"the policy {policy} returned {_told(decision)}; it has to return a Decision")
    action = cast("object", decision.action)
    if not isinstance(action, BaseModel) or not isinstance(action, tuple(actions.KINDS.values())):
        raise BadReply(f"the policy {policy} decided {_told(action)}; it has to be one of tools/actions.py")
    try:
        again = actions.parse(action.model_dump(warnings=False))
    except (ValidationError, AttributeError, TypeError, RecursionError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else {"loc": (), "msg": str(error)}
        place = ".".join(map(str, first["loc"]))
        raise BadReply(f"the policy {policy} decided what can't be done: {place}: {first['msg']}") from error
    if again != action:  # "12" where a number belongs
        decision = replace(decision, action=again)
    if isinstance(again, TypeText) and len(again.text) > TYPED:
        raise BadReply(f"the text to be typed has {len(again.text):,} characters; {TYPED:,} are the most")
    numbers = [decision.confidence, *decision.usage.values()]
    for number in cast("list[object]", numbers):
        if number is not None and not (isinstance(number, int | float) and math.isfinite(number)):
            raise BadReply(f"the policy {policy} told {_told(number)} as its confidence or usage; write a number")
    if len(decision.thought) > KEPT or len(decision.reply) > KEPT:
        return replace(decision, thought=_cut(decision.thought), reply=_cut(decision.reply))
    return decision


def _cut(text: str) -> str:
    return text if len(text) <= KEPT else f"{text[:KEPT]}… ({len(text):,} characters)"


def _told(value: object) -> str:
    return f"{value!r:.80}" if not isinstance(value, str) else f"the text {value[:60]!r}"
