"""What a reply of UI-TARS must look like, as a Lark grammar without JSON."""

from __future__ import annotations

from screenwright.tools import keys as key_names
from screenwright.tools.geometry import Size

TEXT_MOST = 2000
# Without the two that are written in another way within quotation marks.
SINGLE = "".join(chr(code) for code in range(33, 127) if chr(code) not in "'\\" and not chr(code).isupper())

BOX = '<|box_start|> "(" X "," Y ")" <|box_end|>'
CALLS = {
    "click": f'"click(start_box=\'" {BOX} "\')"',
    "left_double": f'"left_double(start_box=\'" {BOX} "\')"',
    "right_single": f'"right_single(start_box=\'" {BOX} "\')"',
    "long_press": f'"long_press(start_box=\'" {BOX} "\')"',
    "drag": f'"drag(start_box=\'" {BOX} "\', end_box=\'" {BOX} "\')"',
    "scroll": f'"scroll(start_box=\'" {BOX} "\', direction=\'" ("down" | "up" | "right" | "left") "\')"',
    "hotkey": '"hotkey(key=\'" KEY (" " KEY){0,4} "\')"',
    "type": '"type(content=\'" TEXT "\')"',
    "open_app": '"open_app(app_name=\'" NAME "\')"',
    "press_home": '"press_home()"',
    "press_back": '"press_back()"',
    "wait": '"wait()"',
    "finished": '"finished(content=\'" TEXT "\')"',
    "call_user": '"call_user()" | "call_user(content=\'" TEXT "\')"',
}


def grammar(actions: list[str], most: Size) -> str:
    """`most`: the largest x and y."""
    used = " ".join(CALLS[name] for name in actions)
    lines = [
        'start: THOUGHT "Action: " call',
        "THOUGHT: /Thought: [^\\n<]{1,400}\\n/",
        "call: " + "\n    | ".join(CALLS[name] for name in actions),
        *_terminals(used, most),
    ]
    return "\n".join(lines) + "\n"


def pointing_grammar(most: Size) -> str:
    lines = [f'start: "Action: " ({CALLS["click"]} | "finished(content=\'absent\')")']
    return "\n".join([*lines, *_terminals(CALLS["click"], most)]) + "\n"


def _terminals(used: str, most: Size) -> list[str]:
    lines: list[str] = []
    if " X " in used:
        lines += [f"X: /{up_to(most.width)}/", f"Y: /{up_to(most.height)}/"]
    if " KEY " in used:
        named = "|".join(key_names.NAMES)
        single = "".join("\\" + char if char in "[]^-&~/" else char for char in SINGLE)
        lines += [f"KEY: /{named}|[{single}]|\\\\['\\\\]/"]
    if " TEXT " in used:
        lines += [f"TEXT: /{_text(0, TEXT_MOST)}/"]
    if " NAME " in used:
        lines += [f"NAME: /[^'\\\\\\n\\s]{_text(0, 100)}/"]
    return lines


def _text(least: int, most: int) -> str:
    """Any characters but the closing mark and the line feed, which are escaped."""
    return f"([^'\\\\\\n\\r]|\\\\['\"\\\\nt]){{{least},{most}}}"


def up_to(most: int) -> str:
    """A regular expression of the whole numbers 0 to `most`, without leading zeros."""
    digits = str(most)
    found = [] if len(digits) == 1 else ["[0-9]"]
    found += [f"[1-9][0-9]{{{length - 1}}}" for length in range(2, len(digits))]
    for place, digit in enumerate(digits):
        least = "1" if place == 0 and len(digits) > 1 else "0"
        last = place == len(digits) - 1
        highest = digit if last else chr(ord(digit) - 1)
        if highest >= least:
            rest = len(digits) - place - 1
            found.append(digits[:place] + f"[{least}-{highest}]" + (f"[0-9]{{{rest}}}" if rest else ""))
    return "(" + "|".join(found) + ")"
