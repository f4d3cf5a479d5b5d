"""Reads a command line as Android's sh does: quoting, `;`, `&&`, `||`, `|`, redirections, `$?` and `$NAME`.

Text that a program forgot to quote must go wrong here as it does on a phone. What this sh lacks: patterns,
`$(...)`, here-documents, functions, loops and conditions; `(` is refused anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

OPERATOR = re.compile(r"&&|\|\||>>|>&|[;&|><()\n]")
PLAIN = re.compile(r"""[^ \t\r\n'"\\`$;&|<>()]*""")
ENDS = frozenset((";", "&", "&&", "||", "|", "\n"))
NO_END = "no closing quote"
NAME = re.compile(r"\$(\?|\$|\{?[A-Za-z_]\w*\}?)")


class SyntaxFault(ValueError):
    """The shell can't read this line; the message is what it prints after its own name."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a word, or an operator. `open` parts have their `$` filled in when the command runs."""

    text: str
    open: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a command line; quotes are off it."""

    pieces: tuple[Piece, ...]

    def filled(self, names: Mapping[str, str]) -> str:
        """The word with `$?` and `$NAME` in their place; an unknown name gives nothing."""
        return "".join(_filled(piece.text, names) if piece.open else piece.text for piece in self.pieces)


@dataclass(slots=True)
class Redirection:
    """Where output or input goes: stream 0, 1 or 2; to or from a file, or `copy` of another stream."""

    stream: int
    operator: str
    target: Word


@dataclass(slots=True)
class Simple:
    """One command with its words; `then` is the operator after it."""

    words: list[Word] = field(default_factory=list[Word])
    redirections: list[Redirection] = field(default_factory=list[Redirection])
    then: str = ";"


def parse(line: str) -> list[Simple]:
    """The commands of a line, in order. Raises SyntaxFault."""
    commands: list[Simple] = []
    now = Simple()
    tokens = _tokens(line)
    place = 0
    while place < len(tokens):
        token = tokens[place]
        place += 1
        if isinstance(token, Word):
            now.words.append(token)
        elif token in ENDS:
            if not now.words and not now.redirections:
                if token == "\n":
                    continue
                raise SyntaxFault(f"syntax error: unexpected '{token}'")
            now.then = ";" if token == "\n" else token
            commands.append(now)
            now = Simple()
        elif token[-1] in "><&" and token[0] in "012><":
            if place >= len(tokens) or not isinstance(target := tokens[place], Word):
                after = str(tokens[place]) if place < len(tokens) else "newline"
                raise SyntaxFault(f"syntax error: unexpected '{after.replace(chr(10), 'newline')}'")
            place += 1
            stream = int(token[0]) if token[0].isdigit() else (0 if token == "<" else 1)
            now.redirections.append(Redirection(stream, token.lstrip("012"), target))
        else:
            raise SyntaxFault(f"syntax error: unexpected '{token}'")
    if now.words or now.redirections:
        commands.append(now)
    elif commands and commands[-1].then in ("&&", "||", "|"):
        raise SyntaxFault("syntax error: unexpected 'newline'")
    return commands


def unfinished(line: str) -> bool:
    """Whether a quote is still open at its end: the command goes on in the next line."""
    try:
        _tokens(line)
    except SyntaxFault as fault:
        return str(fault) == NO_END
    return False


def _tokens(line: str) -> list[Word | str]:
    tokens: list[Word | str] = []
    pieces: list[Piece] | None = None
    place = 0
    while place < len(line):
        mark = line[place]
        if line.startswith("\\\n", place):  # it joins two lines
            place += 2
            continue
        found = OPERATOR.match(line, place)
        operator = found[0] if found else ""
        if operator or mark in " \t\r":
            number = _number(pieces) if operator in (">", ">>", ">&", "<") else ""
            if pieces is not None and not number:
                tokens.append(Word(tuple(pieces)))
            pieces = None
            if operator:
                tokens.append(number + operator)
            place += len(operator or mark)
            continue
        if mark == "#" and pieces is None:
            place = (line + "\n").index("\n", place)
            continue
        pieces = pieces if pieces is not None else []
        piece, place = _piece(line, place)
        pieces += piece
    if pieces is not None:
        tokens.append(Word(tuple(pieces)))
    return tokens


def _number(pieces: list[Piece] | None) -> str:
    """The stream's number where the word just read is one: `2` of `2>&1`."""
    if pieces and len(pieces) == 1 and pieces[0].open and pieces[0].text in ("0", "1", "2"):
        return pieces[0].text
    return ""


def _piece(line: str, place: int) -> tuple[list[Piece], int]:
    mark = line[place]
    if mark == "'":
        end = line.find("'", place + 1)
        if end < 0:
            raise SyntaxFault(NO_END)
        return [Piece(line[place + 1 : end])], end + 1
    if mark == '"':
        return _double(line, place + 1)
    if mark == "\\":
        if place + 1 == len(line):
            return [Piece("\\")], place + 1
        return [Piece(line[place + 1])], place + 2
    if mark == "`" or line.startswith("$(", place):
        raise SyntaxFault("syntax error: command substitution is not in this simulated sh")
    end = PLAIN.match(line, place + 1).end()  # type: ignore[union-attr]  # it matches nothing as well
    return [Piece(line[place:end], open=True)], end


def _double(line: str, place: int) -> tuple[list[Piece], int]:
    pieces = [Piece("")]
    while place < len(line):
        mark = line[place]
        if mark == '"':
            return pieces, place + 1
        if mark == "\\" and place + 1 < len(line) and line[place + 1] in '"\\$`\n':
            pieces.append(Piece("" if line[place + 1] == "\n" else line[place + 1]))
            place += 2
            continue
        if mark == "`" or line.startswith("$(", place):
            raise SyntaxFault("syntax error: command substitution is not in this simulated sh")
        end = place + 1
        while end < len(line) and line[end] not in '"\\`$':
            end += 1
        pieces.append(Piece(line[place:end], open=True))
        place = end
    raise SyntaxFault(NO_END)


def _filled(text: str, names: Mapping[str, str]) -> str:
    return NAME.sub(lambda found: names.get(found[1].strip("{}"), ""), text)
