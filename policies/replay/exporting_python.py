"""A demo as a Python script: calls of `Screen` for what has words, a replay of the one step for what has not."""

from __future__ import annotations

import json
from collections.abc import Iterator

from screenwright.policies.literal.instruction import Instruction
from screenwright.policies.replay.demo import PLACEHOLDER, Demo
from screenwright.policies.replay.folder import DemoFolder
from screenwright.policies.replay.instructing import Wordless, instructions
from screenwright.tools.elements import Target
from screenwright.tools.secrets.naming import mark
from screenwright.tools.secrets.store import how_to_give

HEAD = '''"""{title}

Made from the demo {name} by `screenwright demo export`. Run: python THIS_FILE{usage}
"""
'''
REPLAYED = '''
DEMO = DemoFolder.open({path})


def replay(screen: Screen, step_id: str) -> None:
    """One step as it was recorded, found by all that is known of its target."""
    one = DEMO.only(step_id)
    agent = Agent(Replay(one, reader=screen.reader), screen.device)
    outcome = agent.run(Task(step_id, {{name: value[name] for name in one.demo.asked}}))
    if not outcome.ok:
        raise StepFailed(outcome)

'''


def python_script(folder: DemoFolder) -> str:
    """The text of the script; it needs the demo's folder only for steps that have no words."""
    demo = folder.demo
    body, replays = list[str](), False
    for step in demo.steps:
        try:
            calls = [_call(made) for made in instructions(step)]
        except Wordless as wordless:
            replays = True
            calls = [f"replay(screen, {_text(step.id)})  # {_remark(wordless)}"]
        body += [f"# {' '.join(step.note.split())}"] if step.note else []
        body += calls
    targets = any("Target(" in line for line in body)
    head = HEAD.format(title=_title(demo), name=demo.name, usage="".join(_usage(demo)))
    lines = [head, *_imports(demo, replays, targets), "", *_values(demo)]
    if replays:
        lines.append(REPLAYED.format(path=_text(str(folder.path.resolve()))))
    lines += ["with Desktop() as desktop, Screen(desktop) as screen:", *(f"    {line}" for line in body)]
    return "\n".join(lines) + "\n"


def _imports(demo: Demo, replays: bool, targets: bool) -> Iterator[str]:
    yield from ["import sys"] if demo.parameters else []
    yield from [""] if demo.parameters else []
    yield "from screenwright.agent import Agent, Screen" if replays else "from screenwright.agent import Screen"
    if replays:
        yield "from screenwright.agent.screen import StepFailed"
        yield "from screenwright.policies.replay.folder import DemoFolder"
        yield "from screenwright.policies.replay.policy import Replay"
    names = ["Desktop", *(["Target"] if targets else []), *(["Task"] if replays else [])]
    yield f"from screenwright.tools import {', '.join(names)}"


def _values(demo: Demo) -> Iterator[str]:
    if not demo.parameters:
        return
    yield "value = {"
    for name, parameter in demo.parameters.items():
        if not parameter.secret:
            yield f"    {_text(name)}: {_text(parameter.default or '')},"
    yield "}"
    yield 'value |= dict(setting.split("=", 1) for setting in sys.argv[1:])'
    for name, parameter in demo.parameters.items():
        if parameter.secret:
            yield f"value[{json.dumps(name)}] = {json.dumps(mark(name))}  # {how_to_give(name)}"
    yield ""


def _call(made: Instruction) -> str:
    target = _aim(made.target) if made.target else ""
    seconds = f", seconds={made.seconds:g}" if made.seconds is not None else ""
    match made.verb:
        case "click" | "double_click" | "right_click" | "hover" | "wait_for" | "wait_gone" | "expect":
            return f"screen.{made.verb}({target}{seconds})"
        case "drag" if made.to:
            return f"screen.drag({target}, to={_aim(made.to)})"
        case "type":
            return f"screen.type({_text(made.value or '')}" + (f", into={target})" if target else ")")
        case "append":
            return f"screen.append({_text(made.value or '')}, to={target})"
        case "press":
            times = f", times={made.count}" if made.count > 1 else ""
            return f"screen.press({', '.join(map(_text, made.keys))}{times})"
        case "scroll":
            count = made.count if made.direction in ("down", "right") else -made.count
            return f"screen.scroll({'down' if made.direction in ('down', 'up') else 'right'}={count})"
        case "button":
            return f"screen.press_button({made.value!r})"
        case "long_press":
            return f"screen.long_press({target})"
        case "open":
            return f"screen.open({_text(made.value or '')})"
        case "wait":
            return f"screen.device.idle({made.seconds:g})"
        case _:
            raise Wordless(f"there is no call for {made.verb}")


def _aim(target: Target) -> str:
    if target == Target(target.text) and target.text is not None:
        return _text(target.text)
    said = [_text(target.text)] if target.text is not None else []
    said += [f"role={_text(target.role)}"] if target.role else []
    said += [f"ordinal={target.ordinal}"] if target.ordinal is not None else []
    said += [f"relation={_text(target.relation)}"] if target.relation else []
    said += [f"anchor=Target({_text(target.anchor.text or '')})"] if target.anchor else []
    return f"Target({', '.join(said)})"


def _text(text: str) -> str:
    """A Python literal; with parameters in it, what puts their values there."""
    if not PLACEHOLDER.search(text):
        return json.dumps(text, ensure_ascii=False)
    if whole := PLACEHOLDER.fullmatch(text):
        return f'value["{whole[1]}"]'
    pieces = PLACEHOLDER.split(text)
    said = [json.dumps(piece, ensure_ascii=False)[1:-1].replace("{", "{{").replace("}", "}}") for piece in pieces]
    made = "".join(piece if n % 2 == 0 else f"{{value['{pieces[n]}']}}" for n, piece in enumerate(said))
    return f'f"{made}"'


def _title(demo: Demo) -> str:
    return " ".join((demo.about or f"Does what was shown in the demo {demo.name}").split()).replace('"""', "'''")


def _usage(demo: Demo) -> Iterator[str]:
    for name, parameter in demo.parameters.items():
        if not parameter.secret:
            yield f" {name}=VALUE"


def _remark(wordless: Wordless) -> str:
    return " ".join(str(wordless).split())
