"""What may be done: rules, what they look at, and who is asked."""

from screenwright.policies.guard.guard import Approve, Guard
from screenwright.policies.guard.timely import NoAnswer

__all__ = ["Approve", "Guard", "NoAnswer"]
