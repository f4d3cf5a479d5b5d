"""What a person says to an agent that runs, from wherever he says it: a page, the terminal, a hotkey."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

TEXT_CHARACTERS = 20_000


class Order(BaseModel):
    """To the agent. `about`: the number of the question that is answered."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    do: Literal["pause", "resume", "step", "take", "back", "approve", "deny", "stop"]
    about: int | None = None


class Answer(BaseModel):
    """To a question of the policy."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    do: Literal["answer"]
    about: int
    text: str = Field(max_length=TEXT_CHARACTERS)
