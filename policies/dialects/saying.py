"""What the dialects share in reading a reply and writing one down."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any

from screenwright.policies.chat import Reply
from screenwright.policies.dialects.dialect import Screen
from screenwright.policies.dialects.loose import clean
from screenwright.tools.actions import Action, describe
from screenwright.tools.errors import BadReply

COMPACT = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}
TARGET_MOST = 200
# What is done, before what it is done to: "Double-click on the Trash icon." is about the Trash icon.
DOING = re.compile(
    r"(?:(?:now|then|next|first|please|let me|let's|i(?:'ll| will| should| need to| am going to)?),?\s+)*"
    r"(?:(?:left|right|middle|double|triple|single|long)[- ]?)?"
    r"(?:click(?:ing)?|tap(?:ping)?|press(?:ing)?|hold|select|choose|hover|drag|point"
    r"|move the (?:mouse|cursor|pointer))"
    r"(?:\s+(?:on|at|over|in|into|to|inside|onto))?\s+(?=\S)"
    r"|(?:双击|右键(?:点击|单击)|单击|点击|轻触|长按|选择|按下)(?:一下)?(?=\S)",
    re.IGNORECASE,
)


def prompt(name: str) -> str:
    """A prompt file's text."""
    return (files("screenwright.policies.dialects") / "prompts" / name).read_text(encoding="utf-8")


def lark_json(schema: dict[str, Any]) -> str:
    """The `%json` of a Lark grammar, written as the models were trained to write it."""
    return "%json " + json.dumps({**schema, "x-guidance": COMPACT}, ensure_ascii=False)


def named(action: Action, said: str) -> Action:
    """The action with what the model said it points at, if it has no word for that itself."""
    line = last_line(said)
    if not line or getattr(action, "target", "") is not None:
        return action
    target = DOING.sub("", line, count=1) if DOING.match(line) else line
    return action.model_copy(update={"target": target.rstrip(".。 ")[:TARGET_MOST] or line[:TARGET_MOST]})


def last_line(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return clean(lines[-1], 300) if lines else ""


def remembered(action: Action) -> str:
    """One line without places: those are of a screen that will be gone."""
    fields = type(action).model_fields
    placeless: dict[str, Any] = {name: None for name in ("point", "start") if name in fields}
    line = describe(action.model_copy(update=placeless))
    # a name off the screen may hold line feeds, and what follows one would look like words of the prompt
    return clean(" ".join(re.sub(r" to \([\d.e+-]+, [\d.e+-]+\)$", "", line).split()), 300)


def possible(action: Action, screen: Screen) -> None:
    """BadReply for an action that this device can't do, before anyone tries."""
    if action.kind not in screen.kinds:
        can = ", ".join(sorted(screen.kinds))
        raise BadReply(f"{remembered(action)!r} can't be done here; what can be done: {can}")


def spoken(reply: Reply) -> str:
    """The reply as the model would have written it, where a server has taken its calls out of the words."""
    if not reply.calls:
        return reply.text
    calls = [
        f'<tool_call>\n{{"name": {json.dumps(name)}, "arguments": {said}}}\n</tool_call>'
        for name, said in reply.calls
    ]
    return "\n".join([*([reply.text.rstrip()] if reply.text.strip() else []), *calls])
