"""What a client is offered: the tools, with their arguments and the words that a model reads of them.

Arguments are pydantic classes and their schemas are derived; the action of `act` is the union of tools/actions.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from screenwright.agent.mcp.shown import Format
from screenwright.tools.actions import Action
from screenwright.tools.elements import Relation, Role
from screenwright.tools.errors import BadAction

TEXT_CHARACTERS = 20_000
Word = Annotated[str, Field(max_length=200)]
Values = Annotated[dict[Word, Annotated[str, Field(max_length=TEXT_CHARACTERS)]], Field(max_length=100)]


class Arguments(BaseModel):
    """What a tool takes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Status(Arguments):
    rules: bool = Field(default=False, description="also list the rules of the guard")


class Observe(Arguments):
    picture: bool = Field(default=True, description="with a picture of the screen")
    elements: Literal["lines", "json", "none"] = Field(
        default="lines", description="what stands there, with its place: as lines of text, as JSON, or not at all"
    )
    max_width: int | None = Field(default=None, ge=64, le=16384, description="of the picture, in pixels")
    max_pixels: int | None = Field(default=None, ge=4096, le=100_000_000, description="of the picture, in all")
    format: Format = Field(default="auto", description="auto: PNG, or JPEG where the PNG would be over 500 kB")


class Find(Arguments):
    text: Word | None = Field(default=None, description="what it says, or the label beside a field; may be near")
    role: Role | None = None
    ordinal: int | None = Field(default=None, description="which of several in reading order; -1 is the last")
    relation: Relation | None = Field(default=None, description="how it stands to `anchor`")
    anchor: Word | None = Field(default=None, description="the text of the other thing")
    all: bool = Field(default=False, description="every place that fits, best first, instead of the one")


class Read(Arguments):
    pass


class Act(Arguments):
    action: Action
    seen: int | None = Field(
        default=None, description="the number of the observation that you decided on; if the place looks "
        "different by now, nothing is done",
    )  # fmt: skip
    thought: str = Field(
        default="", max_length=2000, description="why, in one sentence: for the person and the trace"
    )
    picture: bool = Field(
        default=False, description="with a picture of the screen afterwards, as large as the last"
    )


class RunTask(Arguments):
    task: str = Field(min_length=1, max_length=TEXT_CHARACTERS, description="steps in plain words, one a line")
    parameters: Values = Field(default_factory=dict, description="values of the {{names}} in the task")
    limit_steps: int = Field(default=100, ge=1, le=1000)
    limit_seconds: float = Field(default=300, gt=0, le=3600)


class Replay(Arguments):
    demo: Word = Field(min_length=1, description="its name, as `status` lists it")
    parameters: Values = Field(default_factory=dict)
    first: Word | None = Field(default=None, description="begin with this step: its id or number")
    limit_seconds: float = Field(default=900, gt=0, le=3600)


@dataclass(frozen=True, slots=True)
class Offer:
    """One tool. `reads`: it changes nothing on the screen. What a model reads of it is prompts/NAME.txt."""

    name: str
    takes: type[Arguments]
    reads: bool = False

    @property
    def about(self) -> str:
        return words(self.name)

    @property
    def schema(self) -> dict[str, Any]:
        return self.takes.model_json_schema()

    def arguments(self, given: object) -> Arguments:
        """BadAction with the first thing that is wrong, and what stood there."""
        try:
            return self.takes.model_validate(given or {})
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "the arguments"
            more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
            raise BadAction(f"{self.name}: {where}: {first['msg']}, not {quoted(first['input'])}{more}") from None


def words(name: str) -> str:
    return files("screenwright.agent.mcp").joinpath("prompts", f"{name}.txt").read_text(encoding="utf-8").strip()


def quoted(value: object, characters: int = 120) -> str:
    said = repr(value)
    return said if len(said) <= characters else said[: characters - 1] + "…"


ABOUT = words("about")
OFFERS = (
    Offer("status", Status, reads=True),
    Offer("observe", Observe, reads=True),
    Offer("find", Find, reads=True),
    Offer("read", Read, reads=True),
    Offer("act", Act),
    Offer("run_task", RunTask),
    Offer("replay", Replay),
)
BY_NAME = {offer.name: offer for offer in OFFERS}
