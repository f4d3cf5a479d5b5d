"""The values of a demo's parameters: from the command line, the environment, its defaults, or the person."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Collection, Mapping, Sequence

from screenwright.policies.replay.demo import Demo
from screenwright.tools.errors import BadScript
from screenwright.tools.masking import is_secret
from screenwright.tools.secrets.naming import mark, variable

LEFT_OUT = ("--from", "--trace")  # of the command that goes on: a trace's folder is taken by then


def values_of(
    demo: Demo,
    settings: Sequence[str],
    environment: Mapping[str, str],
    ask: Callable[[str], str] | None = None,
    *,
    columns: Collection[str] = (),
) -> dict[str, str]:
    """The value of every parameter, but for those in `columns`: given, or by default.

    Secrets are also taken from SCREENWRIGHT_SECRET_... in the environment, and from `ask`, which is told the name.
    BadScript names all that are missing, each with what it is and how to give it.
    """
    held = given(demo, settings)
    if twice := sorted(held.keys() & set(columns)):
        raise BadScript(f"{twice[0]!r} is a column of the CSV, and is given with --set too; leave one of them")
    missing: list[str] = []
    or_column = " or a column of that name" if columns else ""
    for name, parameter in demo.parameters.items():
        if name in held or name in columns:
            continue
        if parameter.secret and environment.get(variable(name)):
            held[name] = mark(name)  # looked up when it is typed
        elif parameter.default is not None:
            held[name] = parameter.default
        elif not parameter.secret or ask is None:
            about = f" ({parameter.about})" if parameter.about else ""
            missing.append(f"{name}{about}, with {how_to_give(name)}{or_column}")
    if missing:
        raise BadScript(f"the demo {demo.name!r} needs a value for {'; and for '.join(missing)}")
    for name in demo.parameters:
        if ask and name not in held and name not in columns:
            held[name] = ask(name)
            if not held[name]:
                raise BadScript(f"{name} is empty; give it with {how_to_give(name)}")
    return held


def given(demo: Demo, settings: Sequence[str]) -> dict[str, str]:
    """What `--set` gives. BadScript: it is not NAME=VALUE, or the demo has no such parameter."""
    held: dict[str, str] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        name = name.strip()
        if not equals or not name:
            said = setting if not is_secret(name) else name
            raise BadScript(f"--set {said!r} is not NAME=VALUE, such as: --set name=Ada")
        if name not in demo.parameters:
            there_is = ", ".join(demo.parameters) or "none"
            raise BadScript(f"--set {name}: the demo {demo.name!r} has no parameter {name!r}; it has: {there_is}")
        held[name] = value
        if demo.parameters[name].secret:
            others_see = f"others on this machine can see it in the list of processes; {variable(name)} hides it"
            print(f"screenwright: warning: --set {name}=...: {others_see}", file=sys.stderr)
    return held


def how_to_give(name: str) -> str:
    return f"the environment variable {variable(name)}" if is_secret(name) else f"--set {name}=VALUE"


def go_on_command(argv: Sequence[str], step: str) -> str:
    """The same command from that step on, without what must not stand in it: values of secrets, a taken folder."""
    words, rest = [], iter(argv)
    for word in rest:
        option, equals, value = word.partition("=")
        if option in LEFT_OUT or option == "--set":
            value = value if equals else next(rest, "")
            if option == "--set" and not is_secret(value.strip()):
                words += ["--set", value]
        else:
            words.append(word)
    return shlex.join(["screenwright", *words, "--from", step])
