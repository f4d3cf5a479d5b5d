"""Qwen3-VL: the functions computer_use and mobile_use in `<tool_call>`, coordinates on a grid of 0..999."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, cast

from screenwright.policies.chat import Reply, Sampling, Shape
from screenwright.policies.dialects import calls, calls_written, functions, loose
from screenwright.policies.dialects.dialect import ANY, Said, Screen, listed, on_grid, to_grid
from screenwright.policies.dialects.saying import lark_json, last_line, named, possible, prompt, remembered
from screenwright.policies.dialects.values import placed
from screenwright.tools.actions import Action
from screenwright.tools.errors import BadReply
from screenwright.tools.geometry import Point, Size

LABEL = re.compile(r"^[ \t]*(?:Thought|Action|思考|动作|操作)[ \t]*[:：][ \t]*", re.MULTILINE)
TAGGED = re.compile(r"</?(?:thinking|conclusion|tool_call)>")


class QwenDialect:
    """What the Qwen families share. A family says its grid, and what screen size it is told."""

    name = ""
    factor = 32
    sampling = Sampling(temperature=0.7, top_p=0.8, top_k=20, presence_penalty=1.5)
    system_file = "qwen_system.txt"
    left_out: tuple[str, ...] = ()
    left_out_on_phones: tuple[str, ...] = ()

    def most(self, screen: Screen) -> Size:
        """The largest coordinates."""
        return Size(999, 999)

    def declared(self, screen: Screen) -> Size:
        """The screen size the model is told."""
        return Size(1000, 1000)

    def at(self, x: float, y: float, screen: Screen) -> Point:
        return on_grid(x, y, 999, screen)

    def place(self, point: Point, screen: Screen) -> list[int]:
        return to_grid(point, 999)

    def actions(self, screen: Screen) -> list[str]:
        """Of the family's actions those that can be done now."""
        table, out = self._table(screen)
        return functions.usable(table, screen.kinds, out)

    def _table(self, screen: Screen) -> tuple[functions.Table, tuple[str, ...]]:
        if screen.is_phone:
            return functions.MOBILE, self.left_out_on_phones
        return functions.COMPUTER, self.left_out

    def tools(self, screen: Screen) -> list[dict[str, Any]]:
        return [functions.tool(screen.is_phone, self.actions(screen), self.declared(screen))]

    def system(self, screen: Screen) -> str:
        return prompt(self.system_file)

    def opening(self, task: str, earlier: Sequence[str]) -> tuple[str, str]:
        return "", _instruction(task, earlier)

    def shape(self, screen: Screen) -> Shape:
        schema = functions.call_schema(screen.is_phone, self.actions(screen), self.most(screen))
        return Shape(
            'start: THOUGHT? ACTION <tool_call> "\\n" call "\\n" </tool_call>\n'
            "THOUGHT: /Thought: [^<\\n]{1,300}\\n/\n"
            "ACTION: /Action: [^<\\n]{1,200}\\n/\n"
            f"call: {lark_json(schema)}\n"
        )

    def read(self, reply: Reply, screen: Screen) -> Said:
        try:
            thinking, text = loose.answer_part(reply.text)
            said, conclusion, text = _parts(text)
            found = called(reply, text)
            action = calls.to_action(found[0], lambda x, y: self.at(x, y, screen), screen.is_phone)
            action = named(action, said or conclusion)
            possible(action, screen)
        except BadReply as error:
            raise BadReply(str(error), reply.text) from error
        thought = loose.clean(" ".join(part for part in (thinking or reply.thinking, said) if part))
        line = last_line(conclusion) or last_line(said) or remembered(action)
        return Said(action, thought, line, len(found) - 1)

    def write(self, action: Action, screen: Screen, thought: str = "") -> str:
        return f"Action: {in_a_line(thought or remembered(action), 200)}\n{self._call(action, screen)}"

    def _call(self, action: Action, screen: Screen) -> str:
        table, out = self._table(screen)
        actions = [name for name in table if name not in out]
        arguments = calls_written.from_action(
            action, lambda point: self.place(point, screen), screen.is_phone, actions
        )
        name = "mobile_use" if screen.is_phone else "computer_use"
        call = json.dumps({"name": name, "arguments": arguments}, ensure_ascii=False)
        return f"<tool_call>\n{call}\n</tool_call>"

    def pointing(self, what: str) -> tuple[str, Shape]:
        most = self.most(ANY)
        here = functions.call_schema(False, ["left_click"], most)
        absent = functions.call_schema(False, ["terminate"], most)
        question = (
            f"Where on this picture is {what}? Answer with one call of computer_use: left_click at its middle, "
            "or terminate with failure when it is not on the picture."
        )
        lark = f'start: <tool_call> "\\n" call "\\n" </tool_call>\ncall: {lark_json({"anyOf": [here, absent]})}\n'
        return question, Shape(lark)

    def pointed(self, reply: Reply, shown: Size) -> Point | None:
        try:
            _, text = loose.answer_part(reply.text)
            arguments = called(reply, text)[0]
            found = placed(arguments)
            if found is not None:
                return self.at(*found, Screen(shown, shown, frozenset()))
            if arguments.get("action") != "terminate":
                raise BadReply(f"{loose.short(arguments)} has no coordinate; say where, or terminate")
        except BadReply as error:
            raise BadReply(str(error), reply.text) from error
        return None


class Qwen3VLDialect(QwenDialect):
    """Qwen3-VL, Instruct and Thinking."""

    name = "qwen3vl"
    left_out = ("interact",)
    left_out_on_phones = ("interact",)

    def declared(self, screen: Screen) -> Size:
        return Size(999, 999) if screen.is_phone else Size(1000, 1000)


def _instruction(task: str, earlier: Sequence[str]) -> str:
    done = "\n".join(listed(earlier)) or "None"
    return (
        "Decide the next move from the screenshot, the instruction and the steps so far.\n\n"
        f"Instruction: {task}\n\nPrevious actions:\n{done}"
    )


def _parts(text: str) -> tuple[str, str, str]:
    """(what is said before the call, the conclusion after it, the text without a leading `<thinking>`)."""
    thinking = ""
    if text.startswith("<thinking>"):
        thinking, mark, rest = text.partition("</thinking>")
        if not mark:
            raise BadReply("the reply ends within its <thinking>; think less, then answer")
        text = rest.strip()
    before = re.split(r"<tool_call>|[{｛]|```", text, maxsplit=1)[0]
    said = "\n".join(TAGGED.sub("", part).strip() for part in (thinking, LABEL.sub("", before)))
    conclusion = text.rpartition("<conclusion>")[2] if "<conclusion>" in text else ""
    return said.strip(), TAGGED.sub("", conclusion).strip(), text


def called(reply: Reply, text: str) -> list[dict[str, Any]]:
    """The arguments of every call in a reply, in order: taken out by a server, in tags, or bare. BadReply."""
    found = loose.call_objects(text)
    if reply.calls:
        found = loose.Found([{"name": name, "arguments": said} for name, said in reply.calls])
        text = " ".join(said for _, said in reply.calls)
    arguments = [said for call in found.objects if (said := _arguments(call)) is not None]
    if not arguments or arguments[0] is BROKEN:
        if found.broken or arguments:
            raise BadReply(f"the call is no JSON that can be read: {loose.short(found.broken or text)}")
        raise BadReply(f"the reply has no tool call: {loose.short(text)}")
    if reply.finish == "length" and "</think>" not in reply.text and _goes_on(found.rest):
        raise BadReply("a call, and then more that was cut: it may be a part of the thinking; answer briefly")
    return arguments


BROKEN: dict[str, Any] = {}


def _arguments(call: dict[str, Any], again: bool = True) -> dict[str, Any] | None:
    """None: it is no call. BROKEN: it is one that can't be read."""
    given = call.get("arguments", call.get("parameters"))
    if isinstance(given, str):
        given = next(iter(loose.objects(given).objects), BROKEN)
    if not isinstance(given, dict):
        return call if "action" in call else None
    said = cast(dict[str, Any], given)
    if said is BROKEN or "action" in said:
        return said
    if again and "arguments" in said:  # the whole call, once more
        return _arguments(said, again=False)
    name = call.get("action", call.get("name"))
    return {"action": name, **said} if calls.is_action(name) else said


def _goes_on(rest: str) -> bool:
    rest = TAGGED.sub("", rest).strip("}] \n`")
    return bool(rest) and not rest.startswith(("{", "<"))


def in_a_line(text: str, most: int) -> str:
    """Words as the grammar allows them: one line, no tags."""
    return " ".join(text.replace("<", "").split())[:most] or "-"
