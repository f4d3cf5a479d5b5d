"""Shows a run in the terminal while it happens: a person should see at a glance what is done and why.

On a terminal it has colours and fits the width; in a pipe it is plain text, one fact a line.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

from screenwright.agent.loop import Listener
from screenwright.agent.timing import readable, seconds_by_part
from screenwright.tools.actions import Done, describe
from screenwright.tools.masking import Mask
from screenwright.tools.steps import Outcome, Step, Task, Verdict

if TYPE_CHECKING:
    from rich.text import Text

THOUGHT_CHARACTERS = 240
STYLES = {
    "allow": "green",
    "ask": "yellow",
    "deny": "red",
    "near": "green",
    "elsewhere": "cyan",
    "nothing": "yellow",
    "unseen": "dim",
    "done": "bold green",
    "gave_up": "bold yellow",
    "limit": "bold yellow",
    "stuck": "bold yellow",
    "stopped": "bold yellow",
    "denied": "bold red",
    "error": "bold red",
}


class Console(Listener):
    """A listener for `Agent(..., listeners=[Console()])`.

    Args:
        file: where to write; by default standard output, as it is when the run begins.
        quiet: only the beginning and the end.
    """

    def __init__(self, file: IO[str] | None = None, *, quiet: bool = False) -> None:
        from rich.console import Console as Rich

        self._rich = Rich(file=file or sys.stdout, highlight=False, emoji=False, markup=False)
        self._quiet = quiet
        self._plain = not self._rich.is_terminal
        self._mask = Mask()

    def began(self, task: Task, folder: Path) -> None:
        self._mask.add(task.parameters)
        title = task.name or next((line.strip() for line in task.text.splitlines() if line.strip()), "a run")
        self._line(self._text((_shortened(title, 200), "bold"), ("  ", ""), (str(folder), "dim")))

    def says(self, words: str) -> None:
        """A line between the steps, such as who drives now; from any thread."""
        self._line(self._text((f" {words} ", "reverse")))  # to be seen on any background

    def stepped(self, step: Step) -> None:
        if self._quiet:
            return
        seconds = seconds_by_part(step)
        number = f"{step.index + 1:>3}"
        self._row(number, self._head(step), readable(sum(seconds.values())))
        for line in self._facts(step):
            self._row("", line)
        parts = "  ".join(f"{part} {readable(spent)}" for part, spent in seconds.items() if spent >= 0.0005)
        if parts:
            self._row("", self._text((parts, "dim")))

    def ended(self, outcome: Outcome) -> None:
        steps = f"{outcome.steps} step" + ("" if outcome.steps == 1 else "s")
        said = outcome.status.replace("_", " ")
        self._line(self._text((said, STYLES[outcome.status]), (f"  {steps}, {readable(outcome.seconds)}", "")))
        if outcome.message:
            self._line(self._text((outcome.message, "")))
        if outcome.answer and outcome.answer != outcome.message:
            self._line(self._text(("answer: ", "dim"), (outcome.answer, "bold")))
        if outcome.trace:
            self._line(self._text((f"look at it: screenwright view {_quoted(outcome.trace)}", "dim")))

    def _head(self, step: Step) -> Text:
        if step.decision is None:
            return self._text(("no decision", "bold red"))
        return self._text((describe(step.decision.action), "bold" if step.result.ok else "bold red"))

    def _facts(self, step: Step) -> list[Text]:
        """Thought, verdict, effect and what went wrong, each only when it says something."""
        decision, verdict, result = step.decision, step.verdict, step.result
        lines = []
        if decision and decision.thought:
            lines.append(self._text((_shortened(self._mask.text(decision.thought), THOUGHT_CHARACTERS), "italic")))
        if verdict and verdict.ruling != "allow":
            lines.append(self._text(("guard: " + spoken(verdict), STYLES["allow" if verdict.allowed else "deny"])))
        effect = result.effect
        if effect.where != "unseen":
            lines.append(self._text((str(effect), STYLES[effect.where])))
        action = describe(decision.action) if decision else ""
        done = decision is not None and isinstance(decision.action, Done)
        refused = verdict is not None and not verdict.allowed
        if result.message and not done and not refused and result.message != action:
            lines.append(self._text((result.message, "" if result.ok else "red")))
        return lines

    def _row(self, number: str, line: Text, time: str = "") -> None:
        if self._plain:
            self._line(self._text((f"{number:>3}  ", "")) + line + self._text((f"  {time}" if time else "", "")))
            return
        from rich.table import Table

        grid = Table.grid(padding=(0, 2, 0, 0), expand=True)
        grid.add_column(width=3, style="dim")
        grid.add_column(ratio=1, overflow="fold")
        if time:
            grid.add_column(justify="right", style="dim", no_wrap=True)
        grid.add_row(number, line, *([time] if time else []))
        self._rich.print(grid)

    def _text(self, *parts: tuple[str, str]) -> Text:
        from rich.text import Text

        return Text.assemble(*((printable(self._mask.text(said)), style) for said, style in parts))

    def _line(self, line: Text) -> None:
        self._rich.print(line, soft_wrap=self._plain)


def spoken(verdict: Verdict) -> str:
    """A verdict in words: 'asked (pays or buys): it says that money goes out, the person said yes'."""
    said = {"allow": "allowed", "ask": "asked", "deny": "denied"}[verdict.ruling]
    rule = f" ({verdict.rule})" if verdict.rule else ""
    reason = f": {verdict.reason}" if verdict.reason else ""
    yes = ", the person said yes" if verdict.ruling == "ask" and verdict.asked else ""
    return said + rule + reason + yes


def printable(text: str) -> str:
    """Text from a screen or a model, without what a terminal would obey (colours, bells, moving about)."""
    return "".join(c if c.isprintable() else (" " if c in "\n\t\r" else "\ufffd") for c in text)


def _shortened(text: str, characters: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= characters else text[: characters - 1] + "…"


def _quoted(path: str) -> str:
    import shlex

    return shlex.quote(path)
