"""GUI-Owl: a fine-tune of Qwen's models for screens. 1.5 points on a grid, the first generation in pixels."""

from __future__ import annotations

from collections.abc import Sequence

from screenwright.policies.chat import GREEDY, Shape
from screenwright.policies.dialects import functions
from screenwright.policies.dialects.dialect import Screen, listed
from screenwright.policies.dialects.qwen3vl import QwenDialect, in_a_line
from screenwright.policies.dialects.qwen25vl import Qwen25VLDialect
from screenwright.policies.dialects.saying import lark_json, remembered
from screenwright.tools.actions import Action


class GUIOwlDialect(QwenDialect):
    """GUI-Owl 1.5: Qwen3-VL's functions, both with `interact`, and the words before the picture."""

    name = "guiowl"

    def opening(self, task: str, earlier: Sequence[str]) -> tuple[str, str]:
        return super().opening(task, earlier)[1], ""


class GUIOwl1Dialect(Qwen25VLDialect):
    """GUI-Owl 7B and 32B: `<thinking>`, the call, and in `<conclusion>` what is remembered of the step."""

    name = "guiowl1"
    sampling = GREEDY
    system_file = "guiowl1_system.txt"
    left_out = ("triple_click", "hscroll")
    left_out_on_phones = ()

    def opening(self, task: str, earlier: Sequence[str]) -> tuple[str, str]:
        done = "\n".join(listed(earlier)) or "None"
        return f"The user query: {task}\nTask progress (what you have done so far):\n{done}\n", ""

    def shape(self, screen: Screen) -> Shape:
        schema = functions.call_schema(screen.is_phone, self.actions(screen), self.most(screen))
        return Shape(
            'start: THINKING <tool_call> "\\n" call "\\n" </tool_call> CONCLUSION\n'
            "THINKING: /<thinking>\\n[^<]{1,400}\\n<\\/thinking>\\n/\n"
            "CONCLUSION: /\\n<conclusion>\\n[^<\\n]{1,200}\\n<\\/conclusion>/\n"
            f"call: {lark_json(schema)}\n"
        )

    def write(self, action: Action, screen: Screen, thought: str = "") -> str:
        thinking = in_a_line(thought or remembered(action), 400)
        conclusion = in_a_line(remembered(action), 200)
        return (
            f"<thinking>\n{thinking}\n</thinking>\n{self._call(action, screen)}\n"
            f"<conclusion>\n{conclusion}\n</conclusion>"
        )
