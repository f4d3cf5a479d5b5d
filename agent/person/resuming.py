"""What becomes of an action that a person broke off in the middle, once the agent has its device back."""

from __future__ import annotations

from dataclasses import replace

from screenwright.policies.errand import KeepsPlace
from screenwright.policies.policy import Policy
from screenwright.policies.scripted import Scripted
from screenwright.tools.actions import Drag, Swipe, TypeText, describe
from screenwright.tools.errors import GaveUp, Interrupted
from screenwright.tools.steps import Decision


def is_blind(policy: Policy) -> bool:
    """Does it decide the same again, whatever became of what was broken off? A model reads what did."""
    return isinstance(policy, KeepsPlace | Scripted)


def resumed(policy: Policy, decision: Decision, before: Decision, broken: Interrupted, meddled: bool) -> Decision:
    """`decision` as it is to be done after `before` was broken off: of a text, what had not been typed.

    Raises GaveUp where doing it again would do it twice, and the policy can't know.

    Args:
        meddled: the person did more than move the mouse, so the focus may be elsewhere.
    """
    if not broken.part or decision.action != before.action:
        return decision
    match decision.action:
        case TypeText(text=text) if not meddled and "{{" not in text:
            left = text.replace("\r\n", "\n")[broken.typed :]
            thought = f"the rest, {len(left)} characters, of what a person broke off. {decision.thought}".rstrip()
            return replace(decision, action=decision.action.model_copy(update={"text": left}), thought=thought)
        case TypeText() | Drag() | Swipe() if is_blind(policy):
            raise GaveUp(
                f"{describe(decision.action)}: {broken}. Doing it again might do it twice: finish it by hand and "
                "go on with the next step"
            )
        case _:
            return decision
