"""UI-TARS: `Thought: ...` and `Action: click(start_box='<|box_start|>(x,y)<|box_end|>')`.

1.5 points in pixels of the picture as it was shown; the first generation, and the one that is served as Doubao,
on a grid of 0..1000. The family has its whole prompt in the first user turn; here all but the task stands in the
system turn, since only there is known what the device can do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from screenwright.policies.chat import GREEDY, Reply, Shape
from screenwright.policies.dialects import loose, uitars_actions, uitars_calls
from screenwright.policies.dialects.dialect import (
    ANY,
    Said,
    Screen,
    in_pixels,
    listed,
    on_grid,
    to_grid,
    to_pixels,
)
from screenwright.policies.dialects.qwen3vl import in_a_line
from screenwright.policies.dialects.saying import last_line, named, possible, prompt, remembered
from screenwright.policies.dialects.uitars_grammar import grammar, pointing_grammar
from screenwright.policies.dialects.values import placed
from screenwright.tools.actions import Action
from screenwright.tools.errors import BadReply
from screenwright.tools.geometry import Point, Size

ASKS = "You need the person's help or an answer; `content` is the question."
GIVES_UP = "The task can't be done; `content` says why."


class UITarsDialect:
    """UI-TARS 1.5."""

    name = "uitars"
    factor = 28
    sampling = GREEDY

    def most(self, screen: Screen) -> Size:
        """The largest coordinates."""
        return Size(screen.shown.width - 1, screen.shown.height - 1)

    def at(self, x: float, y: float, screen: Screen) -> Point:
        return in_pixels(x, y, screen)

    def place(self, point: Point, screen: Screen) -> list[int]:
        return to_pixels(point, screen)

    def actions(self, screen: Screen) -> list[str]:
        """Of the family's actions those that can be done now."""
        table = uitars_actions.MOBILE if screen.is_phone else uitars_actions.COMPUTER
        return [name for name, kinds in table.items() if screen.kinds.intersection(kinds)]

    def tools(self, screen: Screen) -> list[dict[str, Any]]:
        return []

    def system(self, screen: Screen) -> str:
        head, _, rest = prompt(f"uitars_{'mobile' if screen.is_phone else 'computer'}.txt").partition("ACTIONS\n")
        about = {name: words for name, _, words in (line.partition(": ") for line in rest.splitlines())}
        listed = "\n".join(about[name] for name in self.actions(screen))
        listed = listed.replace("{call_user}", ASKS if "ask" in screen.kinds else GIVES_UP)
        return head.replace("{actions}", listed).strip()

    def opening(self, task: str, earlier: Sequence[str]) -> tuple[str, str]:
        done = "".join(f"{line}\n" for line in listed(earlier))
        return (f"## Action History\n{done}\n" if done else "") + f"## User Instruction\n{task}\n", ""

    def shape(self, screen: Screen) -> Shape:
        return Shape(grammar(self.actions(screen), self.most(screen)), closers=("\n", "'", ")"))

    def read(self, reply: Reply, screen: Screen) -> Said:
        try:
            thinking, text = loose.answer_part(reply.text, uitars_calls.spans)
            found = _called(reply, text)
            said = _thought(text, found[0])
            action = uitars_actions.to_action(found[0], lambda x, y: self.at(x, y, screen), screen, said)
            action = named(action, said)
            possible(action, screen)
        except BadReply as error:
            raise BadReply(str(error), reply.text) from error
        thought = loose.clean(" ".join(part for part in (thinking or reply.thinking, said) if part))
        return Said(action, thought, last_line(said) or remembered(action), len(found) - 1)

    def write(self, action: Action, screen: Screen, thought: str = "") -> str:
        call = uitars_actions.said(action, lambda point: self.place(point, screen), screen)
        return f"Thought: {in_a_line(thought or remembered(action), 400)}\nAction: {call}"

    def pointing(self, what: str) -> tuple[str, Shape]:
        question = (
            f"Where on this picture is {what}? Answer with one line: "
            "Action: click(start_box='<|box_start|>(x,y)<|box_end|>') at its middle, "
            "or Action: finished(content='absent') when it is not on the picture."
        )
        return question, Shape(pointing_grammar(self.most(ANY)))

    def pointed(self, reply: Reply, shown: Size) -> Point | None:
        try:
            _, text = loose.answer_part(reply.text, uitars_calls.spans)
            call = _called(reply, text)[0]
            found = placed(call.arguments, uitars_actions.START)
            if found is not None:
                return self.at(*found, Screen(shown, shown, frozenset()))
            if call.name != "finished":
                raise BadReply(f"{call.name} has no start_box; say where, or that it is absent")
        except BadReply as error:
            raise BadReply(str(error), reply.text) from error
        return None


class UITars1Dialect(UITarsDialect):
    """UI-TARS of the first generation (2B, 7B, 72B; SFT and DPO)."""

    name = "uitars1"

    def most(self, screen: Screen) -> Size:
        return Size(1000, 1000)

    def at(self, x: float, y: float, screen: Screen) -> Point:
        return on_grid(x, y, 1000, screen)

    def place(self, point: Point, screen: Screen) -> list[int]:
        return to_grid(point, 1000)


def _called(reply: Reply, text: str) -> list[uitars_calls.Called]:
    found = uitars_calls.calls(text)
    if not found:
        raise BadReply(f"the reply has no action such as Action: click(start_box='(x,y)'): {loose.short(text)}")
    if reply.finish == "length" and not found[0].closed:
        raise BadReply(f"{found[0].name} has no end")
    return found


def _thought(text: str, call: uitars_calls.Called) -> str:
    before = uitars_calls.ACTION.sub("", text[: call.start])
    return uitars_calls.THOUGHT.sub("", before).strip(" \t\r\n`").strip()
