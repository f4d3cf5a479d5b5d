"""Qwen3-VL: the functions computer_use and mobile_use in `<tool_call>`, coordinates on a grid of 0..999."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from importlib.resources import files
from typing import Any, cast

from screenwright.policies.chat import Reply, Sampling, Shape
from screenwright.policies.dialects import calls, functions, loose
from screenwright.policies.dialects.dialect import Said, Screen, on_grid, to_grid
from screenwright.tools.actions import Action, describe
from screenwright.tools.errors import BadReply
from screenwright.tools.geometry import Point, Size

COMPACT = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}
TOOL_CALL = re.compile(r"<tool_call>(.*?)(?:</tool_call>|(?=<tool_call>)|\Z)", re.DOTALL)
LABEL = re.compile(r"^\s*(?:Thought|Action|思考|动作)\s*[:：]\s*", re.MULTILINE)


def lark_json(schema: dict[str, Any]) -> str:
    """The `%json` of a Lark grammar, written as the models were trained to write it."""
    return "%json " + json.dumps({**schema, "x-guidance": COMPACT}, ensure_ascii=False)


class QwenDialect:
    """What the Qwen families share. A family says its grid, and what screen size it is told."""

    name = ""
    factor = 32
    sampling = Sampling(temperature=0.7, top_p=0.8, top_k=20, presence_penalty=1.5)
    left_out: tuple[str, ...] = ()
    order = "image first"

    def most(self, screen: Screen) -> Size:
        """The largest coordinates."""
        return Size(999, 999)

    def declared(self, screen: Screen) -> Size:
        """The screen size the model is told."""
        return Size(999, 999) if screen.is_phone else Size(1000, 1000)

    def at(self, x: float, y: float, screen: Screen) -> Point:
        return on_grid(x, y, 999, screen)

    def place(self, point: Point, screen: Screen) -> list[int]:
        return to_grid(point, 999)

    def actions(self, screen: Screen) -> list[str]:
        table = functions.MOBILE if screen.is_phone else functions.COMPUTER
        return functions.usable(table, screen.kinds, self.left_out)

    def tools(self, screen: Screen) -> list[dict[str, Any]]:
        return [functions.tool(screen.is_phone, self.actions(screen), self.declared(screen))]

    def system(self, screen: Screen) -> str:
        return (files("screenwright.policies.dialects") / "prompts/qwen_system.txt").read_text(encoding="utf-8")

    def opening(self, task: str, earlier: Sequence[str]) -> tuple[str, str]:
        done = "\n".join(f"Step {number}: {line}" for number, line in enumerate(earlier, 1)) or "None"
        return "", (
            "Decide the next move from the screenshot, the instruction and the steps so far.\n\n"
            f"Instruction: {task}\n\nPrevious actions:\n{done}"
        )

    def shape(self, screen: Screen) -> Shape:
        schema = functions.call_schema(screen.is_phone, self.actions(screen), self.most(screen))
        return Shape(
            'start: THOUGHT? ACTION <tool_call> "\\n" call "\\n" </tool_call>\n'
            "THOUGHT: /Thought: [^<\\n]{1,300}\\n/\n"
            "ACTION: /Action: [^<\\n]{1,200}\\n/\n"
            f"call: {lark_json(schema)}\n"
        )

    def read(self, reply: Reply, screen: Screen) -> Said:
        thinking, text = loose.answer_part(reply.text)
        found = called(reply, text)
        if not found:
            raise BadReply(f"the reply has no tool call: {short(text)}", reply.text)
        said = LABEL.sub("", text.split("<tool_call>", 1)[0].split("{", 1)[0]).strip()
        try:
            action = calls.to_action(found[0], lambda x, y: self.at(x, y, screen), screen.is_phone)
        except BadReply as error:
            raise BadReply(str(error), reply.text) from error
        action = named(action, said)
        possible(action, screen, reply.text)
        thought = " ".join(part for part in (thinking or reply.thinking, said) if part)
        return Said(action, thought, said.splitlines()[-1] if said else describe(action), len(found) - 1)

    def write(self, action: Action, screen: Screen, thought: str = "") -> str:
        arguments = calls.from_action(action, lambda point: self.place(point, screen), screen.is_phone)
        name = "mobile_use" if screen.is_phone else "computer_use"
        line = " ".join((thought or describe(action)).replace("<", "").split())[:200]
        call = json.dumps({"name": name, "arguments": arguments}, ensure_ascii=False)
        return f"Action: {line}\n<tool_call>\n{call}\n</tool_call>"

    def pointing(self, what: str) -> tuple[str, Shape]:
        schema = functions.call_schema(False, ["left_click"], Size(999, 999))
        absent = functions.call_schema(False, ["terminate"], Size(999, 999))
        either = {"anyOf": [schema, absent]}
        question = (
            f"Where on this picture is {what}? Answer with one call of computer_use: left_click at its middle, "
            "or terminate with failure when it is not on the picture."
        )
        return question, Shape(
            f'start: <tool_call> "\\n" call "\\n" </tool_call>\ncall: {lark_json(either)}\n',
        )

    def pointed(self, reply: Reply, shown: Size) -> Point | None:
        _, text = loose.answer_part(reply.text)
        found = called(reply, text)
        if not found:
            raise BadReply(f"the reply has no tool call: {short(text)}", reply.text)
        if "coordinate" not in found[0]:
            return None
        screen = Screen(shown, shown, frozenset())
        return self.at(*loose.pair(found[0]["coordinate"]), screen)


class Qwen3VLDialect(QwenDialect):
    """Qwen3-VL, Instruct and Thinking."""

    name = "qwen3vl"
    left_out = ("interact",)


def called(reply: Reply, text: str) -> list[dict[str, Any]]:
    """The arguments of every call in a reply, in order: taken out by a server, in tags, or bare."""
    if reply.calls:
        found = [{"name": name, "arguments": arguments} for name, arguments in reply.calls]
    else:
        blocks = [block for block in TOOL_CALL.findall(text) if "{" in block]
        found = [call for block in blocks or [text] for call in loose.objects(block)]
        if not found and blocks:
            found = loose.objects(text)
    return [arguments for call in found if (arguments := _arguments(call)) is not None]


def _arguments(call: dict[str, Any]) -> dict[str, Any] | None:
    given = call.get("arguments", call.get("parameters"))
    if isinstance(given, str):
        given = next(iter(loose.objects(given)), None)
    if isinstance(given, dict) and "action" in given:
        return cast(dict[str, Any], given)
    return call if "action" in call else None


def named(action: Action, said: str) -> Action:
    """The action with what the model said it points at, if it has none: what it did to what, in its words."""
    if not said or getattr(action, "target", "") is not None:
        return action
    return action.model_copy(update={"target": said.splitlines()[-1].strip()[:200]})


def possible(action: Action, screen: Screen, reply: str) -> None:
    """BadReply for an action that this device can't do, before anyone tries."""
    if action.kind not in screen.kinds:
        can = ", ".join(sorted(screen.kinds))
        raise BadReply(f"{describe(action)!r} can't be done here; what can be done: {can}", reply)


def short(text: str, most: int = 200) -> str:
    text = " ".join(text.split())
    return repr(text if len(text) <= most else text[: most - 3] + "...")
