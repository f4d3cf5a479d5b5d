"""Many runs of one demo: a CSV with a run a row, and the results beside it, from which a later run goes on.

What is wrong with the file or its header ends all before anything runs; what is wrong with one row is that
row's outcome.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from screenwright.policies.replay.demo import Parameter
from screenwright.tools.errors import BadScript, Ending
from screenwright.tools.masking import Mask, is_secret
from screenwright.tools.plainfile import bytes_of
from screenwright.tools.secrets.naming import names_in

SEPARATORS = (",", ";", "\t")
FACTS = ("outcome", "message", "seconds", "healed", "trace")
BAD_ROW = "bad_row"
CELL_CHARACTERS = 1_000_000
CSV_BYTES = 100_000_000
HOW_TO_SAVE = "save it as CSV in UTF-8"


class ResultsLost(Ending):
    """The results can't be written any further; the lines before stay."""


@dataclass(frozen=True, slots=True)
class Row:
    """One run to do. `number` counts from 1, `line` is where it stands; `problem`: why it can't be run."""

    number: int
    line: int
    values: dict[str, str] = field(default_factory=dict[str, str])
    problem: str | None = None


def read_rows(path: Path, parameters: Mapping[str, Parameter], given: Mapping[str, str]) -> list[Row]:
    """The rows of a CSV whose columns are parameters. `given`: values that are the same for all rows.

    The separator is a comma, a semicolon or a tab, whichever the header uses; the text is UTF-8 or UTF-16 with
    its mark. BadScript: the file can't be read, a column is unknown, named twice or missing, there is no row.
    """
    records = _records(path, _text(path), parameters)
    first = next(records, None)
    if first is None:
        raise BadScript(f"{path} is empty; its first line names the parameters: {', '.join(parameters) or 'none'}")
    columns = [cell.strip() for cell in first[1]]
    _check_header(path, columns, parameters, given)
    rows: list[Row] = []
    for line, cells in records:
        rows.append(_row(len(rows) + 1, line, columns, cells, given))
    if not rows:
        raise BadScript(f"{path} has a header and no row under it; write one run a line")
    return rows


def columns_of(path: Path, parameters: Mapping[str, Parameter]) -> list[str]:
    """What the first line names. BadScript where the file can't be read."""
    first = next(_records(path, _text(path), parameters), (0, []))
    return [cell.strip() for cell in first[1]]


def _text(path: Path) -> str:
    try:
        data = bytes_of(path, CSV_BYTES)
    except OSError as error:
        raise BadScript(f"{path} can't be read: {error.strerror or error}") from error
    marked = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    if b"\0" in data and not marked:
        raise BadScript(f"{path} is no text (it has NUL bytes; a spreadsheet file, or UTF-16): {HOW_TO_SAVE}")
    try:
        return data.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadScript(
            f"{path}, line {line}: byte 0x{data[error.start]:02x} is no {'UTF-16' if marked else 'UTF-8'}; "
            + HOW_TO_SAVE
        ) from error


def _records(path: Path, text: str, parameters: Mapping[str, Parameter]) -> Iterator[tuple[int, list[str]]]:
    """The lines that are not empty, each with the number of the line it begins on."""
    csv.field_size_limit(CELL_CHARACTERS)
    separator = _separator(text, parameters)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        began = lines.line_num + 1
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            why = "a quote is opened and never closed" if "unexpected end" in str(error) else str(error)
            raise BadScript(
                f'{path}, line {began}: {why}; a cell with quotes in it is written "...""..."'
            ) from error
        if any(cell.strip() for cell in cells):
            yield began, cells


def _separator(text: str, parameters: Mapping[str, Parameter]) -> str:
    """The one by which the header falls into known columns; else the one that cuts it the most."""
    header = next((line for line in text.splitlines() if line.strip()), "")

    def columns(separator: str) -> list[str]:
        try:
            return [cell.strip() for cell in next(csv.reader([header], delimiter=separator), [])]
        except csv.Error:  # told where the lines are read
            return []

    return max(SEPARATORS, key=lambda s: (all(c in parameters for c in columns(s)), len(columns(s))))


def _check_header(
    path: Path, columns: Sequence[str], parameters: Mapping[str, Parameter], given: Mapping[str, str]
) -> None:
    there_is = ", ".join(parameters) or "none"
    for column in columns:
        if not column:
            raise BadScript(
                f"{path}: column {list(columns).index(column) + 1} has no name; take it out, or name it"
            )
        if column not in parameters:
            raise BadScript(f"{path}: column {column!r} is no parameter of the demo; it has: {there_is}")
        if columns.count(column) > 1:
            raise BadScript(f"{path}: two columns are named {column!r}")
        if column in given:
            raise BadScript(f"{path}: {column!r} is a column, and is given with --set too; leave one of them")
    missing = [n for n, p in parameters.items() if n not in columns and n not in given and p.default is None]
    if missing:
        raise BadScript(
            f"{path} has no column {missing[0]!r}, and no default or --set gives it; columns: {there_is}"
        )


def _row(number: int, line: int, columns: Sequence[str], cells: Sequence[str], given: Mapping[str, str]) -> Row:
    values = dict(given) | dict(zip(columns, cells, strict=False))
    empty = [column for column in columns if not values.get(column)]
    problem = None
    strange = [column for column in columns if not is_secret(column) and names_in(values.get(column, ""))]
    if len(cells) != len(columns):
        many = "more than" if len(cells) > len(columns) else "fewer than"
        problem = f"line {line} has {len(cells)} cells, {many} the header's {len(columns)}"
        problem += "; a text with the separator in it stands in quotes" if len(cells) > len(columns) else ""
    elif strange:
        problem = f"line {line}: {strange[0]!r} names a secret; only a column whose name begins with secret may"
    elif empty:
        problem = f"line {line}: {empty[0]!r} is empty; write a value, or take the column out to use its default"
    return Row(number, line, values, problem)


class Results:
    """The results file: one line a run, on the disk as soon as the run has ended.

    Args:
        path: made where it is not there; one that is there is read, and what is done in it is not done again.
        names: the parameters, in order; BadScript where the file that is there has others.
    """

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        self.path, self._names = path, list(names)
        # a parameter may be called "message" too
        self._header = ["row", *(f"{{{{{n}}}}}" if n in ("row", *FACTS) else n for n in names), *FACTS]
        self._before = self._read()

    def done(self, row: Row) -> bool:
        """Was this row done before, with these values? Of a secret its name is kept, not its value."""
        held = self._before.get(row.number)
        return held is not None and held[0] == self._cells(row) and held[1] == "done"

    def write(self, row: Row, facts: dict[str, Any]) -> None:
        """`facts`: outcome, message, seconds, healed, trace. ResultsLost: the disk is full."""
        said = facts | {"message": " ".join(Mask(row.values).text(str(facts.get("message", ""))).split())}
        self._append([str(row.number), *self._cells(row), *(str(said.get(name, "")) for name in FACTS)])

    def _cells(self, row: Row) -> list[str]:
        mask = Mask(row.values)
        return [mask.text(row.values.get(name, "")) for name in self._names]

    def _append(self, cells: Sequence[str]) -> None:
        try:
            with self.path.open("a", encoding="utf-8", newline="") as file:
                file.write(_written(cells))
        except OSError as error:
            raise ResultsLost(f"the results can't be written to {self.path}: {error.strerror or error}") from error

    def _read(self) -> dict[int, tuple[list[str], str]]:
        try:
            text = self.path.read_bytes().decode() if self.path.exists() else ""
        except (OSError, UnicodeDecodeError) as error:
            raise BadScript(f"the results {self.path} can't be read: {error}; name another --results") from error
        records, whole = _whole_records(text)
        if (records and records[0] != self._header) or (
            not records and not _written(self._header).startswith(text)
        ):
            has = ", ".join(records[0] if records else [text[:60]])
            raise BadScript(
                f"{self.path} has the columns {has}, not {', '.join(self._header)}: it is of "
                "another demo or no results at all; name another file with --results"
            )
        try:
            if not records:
                self.path.write_text("", encoding="utf-8")
                self._append(self._header)
            elif not whole:  # a kill cut the last line off: it goes, so that the next one stands by itself
                self.path.write_text("", encoding="utf-8")
                for record in records:
                    self._append(record)
        except (OSError, ResultsLost) as error:
            why = getattr(error, "strerror", None) or error
            raise BadScript(
                f"the results can't be written to {self.path}: {why}; name another --results"
            ) from error
        names = len(self._names)
        return {int(r[0]): (r[1 : names + 1], r[names + 1]) for r in records[1:] if r[0].isdigit()}


def _written(cells: Sequence[str]) -> str:
    line = io.StringIO(newline="")
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _whole_records(text: str) -> tuple[list[list[str]], bool]:
    """The records that were written to their end, and whether all were."""
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    records: list[list[str]] = []
    try:
        records.extend(lines)
    except csv.Error:
        return _alike(records), False
    whole = not text or text.endswith("\n")
    return _alike(records if whole else records[:-1]), whole


def _alike(records: list[list[str]]) -> list[list[str]]:
    return [record for record in records if record and len(record) == len(records[0])]
