"""A CSV of runs: what is wrong with it is told before anything runs, and results say where to go on."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from screenwright.agent.rows import FACTS, Results, Row, read_rows
from screenwright.policies.replay.demo import Parameter
from screenwright.tools.errors import BadScript

ALL = {"name": Parameter(), "city": Parameter(default="Linz"), "secret_pin": Parameter(secret=True)}
TWO = {name: ALL[name] for name in ("name", "city")}


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "people.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    "text",
    [
        "name,city\nAda,Linz\nBob,Graz\n",
        "\ufeffname,city\r\nAda,Linz\r\n\r\nBob,Graz",
        "name;city\nAda;Linz\nBob;Graz\n",
        ' name\tcity \nAda\t"Linz"\nBob\tGraz\n',
        "city,name\nLinz,Ada\nGraz,Bob\n".encode("utf-16"),
    ],
)
def test_rows(tmp_path: Path, text: str | bytes) -> None:
    rows = read_rows(written(tmp_path, text), TWO, {})
    assert [(row.number, row.values, row.problem) for row in rows] == [
        (1, {"name": "Ada", "city": "Linz"}, None),
        (2, {"name": "Bob", "city": "Graz"}, None),
    ]


def test_cells_keep_what_stands_in_them(tmp_path: Path) -> None:
    rows = read_rows(written(tmp_path, 'name\n" Ada; ""the"", first\nof all"\nBob\n'), TWO, {"city": "Wien"})
    assert rows[0].values == {"name": ' Ada; "the", first\nof all', "city": "Wien"}
    assert rows[1].line == 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty; its first line names the parameters: name, city"),
        ("name,city\n\n", "has a header and no row"),
        ("name,town\nA,B\n", "column 'town' is no parameter of the demo; it has: name, city"),
        ("name;town\nA;B\n", "column 'town' is no parameter"),
        ("name,name\nA,B\n", "two columns are named 'name'"),
        ("name,,city\nA,,B\n", "column 2 has no name"),
        ("city\nLinz\n", "has no column 'name', and no default or --set gives it"),
        ('name,city\nAda,"Linz\nBob,Graz\n', "line 2: a quote is opened and never closed"),
        (b"name\nAda\nB\xe9a\n", "line 3: byte 0xe9 is no UTF-8; save it as CSV in UTF-8"),
        ("name\nAda\n".encode("utf-16-le"), "it has NUL bytes"),
        (b"\xff\xfen\x00a", "is no UTF-16|column"),
        (b"PK\x03\x04\x00\x00", "it has NUL bytes; a spreadsheet file"),
    ],
)
def test_a_bad_file_is_told(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(BadScript, match=said):
        read_rows(written(tmp_path, text), TWO, {})


def test_a_file_that_is_not_there_or_a_folder(tmp_path: Path) -> None:
    with pytest.raises(BadScript, match="No such file"):
        read_rows(tmp_path / "none.csv", TWO, {})
    with pytest.raises(BadScript, match="Is a directory"):
        read_rows(tmp_path, TWO, {})


def test_a_column_that_is_given_too(tmp_path: Path) -> None:
    with pytest.raises(BadScript, match="'city' is a column, and is given with --set too"):
        read_rows(written(tmp_path, "name,city\nA,B\n"), TWO, {"city": "Wien"})


def test_a_bad_row_is_its_own_problem(tmp_path: Path) -> None:
    rows = read_rows(written(tmp_path, "name,city\nAda\nBob,,\nCy,\nDan,Graz\n"), TWO, {})
    assert [row.problem and row.problem.split(";")[0] for row in rows] == [
        "line 2 has 1 cells, fewer than the header's 2",
        "line 3 has 3 cells, more than the header's 2",
        "line 4: 'city' is empty",
        None,
    ]


ADA = Row(1, 2, {"name": "Ada", "city": "Linz", "secret_pin": "4711"})
BOB = Row(2, 3, {"name": "Bob, the\n2nd", "city": "Graz", "secret_pin": "0815"})
DONE = {"outcome": "done", "message": "all\nof it, 4711", "seconds": 1.5, "healed": 2, "trace": "runs/x"}


def test_results_say_what_is_done_and_no_secret(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    results = Results(path, list(ALL))
    results.write(ADA, DONE)
    results.write(BOB, DONE | {"outcome": "gave_up", "message": "no"})
    with path.open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert list(lines[0]) == ["row", *ALL, *FACTS]
    assert lines[0]["secret_pin"] == "{{secret_pin}}" and lines[0]["message"] == "all of it, {{secret_pin}}"
    assert "4711" not in path.read_text() and lines[1]["name"] == "Bob, the\n2nd"
    again = Results(path, list(ALL))
    assert again.done(ADA) and not again.done(BOB)
    assert not again.done(Row(1, 2, ADA.values | {"city": "Wien"})) and not again.done(Row(3, 4, ADA.values))
    again.write(BOB, DONE)
    assert Results(path, list(ALL)).done(BOB)


def test_a_row_names_its_secret_and_another_name_is_noticed(tmp_path: Path) -> None:
    text = "name,secret_pin\nAda,{{secret:ada}}\n{{secret:ada}},4711\n"
    named, stolen = read_rows(written(tmp_path, text), ALL, {})
    assert named.problem is None and named.values["secret_pin"] == "{{secret:ada}}"
    assert stolen.problem == "line 3: 'name' names a secret; only a column whose name begins with secret may"
    results = Results(tmp_path / "out.csv", list(ALL))
    results.write(named, DONE)
    assert "{{secret:ada}}" in (tmp_path / "out.csv").read_text()
    again = Results(tmp_path / "out.csv", list(ALL))
    assert again.done(named) and not again.done(Row(1, 2, named.values | {"secret_pin": "{{secret:bob}}"}))


def test_a_later_line_of_a_row_counts(tmp_path: Path) -> None:
    results = Results(tmp_path / "out.csv", list(ALL))
    results.write(ADA, DONE)
    results.write(ADA, DONE | {"outcome": "error"})
    assert not Results(tmp_path / "out.csv", list(ALL)).done(ADA)


@pytest.mark.parametrize("cut", range(1, 60, 4))
def test_a_line_that_was_cut_off_is_not_done_and_harms_no_other(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "out.csv"
    results = Results(path, list(ALL))
    results.write(ADA, DONE)
    whole = path.read_bytes()
    results.write(BOB, DONE)
    assert len(path.read_bytes()) - len(whole) > 60
    path.write_bytes(path.read_bytes()[:-cut])
    again = Results(path, list(ALL))
    assert again.done(ADA) and not again.done(BOB)
    again.write(BOB, DONE)
    last = Results(path, list(ALL))
    assert last.done(ADA) and last.done(BOB)


def test_a_parameter_named_like_a_fact(tmp_path: Path) -> None:
    results = Results(tmp_path / "out.csv", ["message"])
    row = Row(1, 2, {"message": "hello"})
    results.write(row, DONE)
    assert (tmp_path / "out.csv").read_text().startswith("row,{{message}},outcome,message")
    assert Results(tmp_path / "out.csv", ["message"]).done(row)


@pytest.mark.parametrize(
    "text", ["name,city\nAda,Linz\n", "hello", "row,name,outcome,message,seconds,healed,trace\n"]
)
def test_a_file_of_something_else_is_not_written_over(tmp_path: Path, text: str) -> None:
    path = tmp_path / "out.csv"
    path.write_text(text)
    with pytest.raises(BadScript, match="name another file with --results"):
        Results(path, list(ALL))
    assert path.read_text() == text


def test_results_that_cant_be_written(tmp_path: Path) -> None:
    with pytest.raises(BadScript, match="name another --results"):
        Results(tmp_path, list(ALL))
    with pytest.raises(BadScript, match="can't be written"):
        Results(tmp_path / "none" / "out.csv", list(ALL))
