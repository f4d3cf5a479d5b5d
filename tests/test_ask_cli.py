"""`screenwright ask` and `extract` as typed, against a real server of chat completions on this machine."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent))

from pdfs import pdf_of
from servers.strict import MODEL, Call, Strict, words

from screenwright.agent import asking_cli

app = typer.Typer()
app.command()(asking_cli.ask)
app.command()(asking_cli.extract)


@app.callback()
def _options(debug: bool = False) -> None: ...


PROBED = '{"mark": "kx7q"}'
SCHEMA = {"type": "object", "properties": {"total": {"type": "number"}}, "required": ["total"]}
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg"><text>总额</text></svg>'


class Typed:
    """A command line with a server behind it, which answers `says` in order, the last for ever after."""

    def __init__(self, server: Strict, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.says: list[str] = ["ok"]
        server.says[:] = [self._say]

    def _say(self, call: Call) -> None:
        if "kx7q" in json.dumps(call.body):  # the client finds out whether grammars are held
            words(PROBED)(call)
            return
        words(self.says.pop(0) if len(self.says) > 1 else self.says[0], usage={"prompt_tokens": 9})(call)

    def run(self, *argv: str | Path, code: int = 0) -> Any:
        done = CliRunner().invoke(app, [*map(str, argv), "--url", self.server.url, "--model", MODEL])
        assert done.exit_code == code, (done.output, done.exception)
        return done


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Typed]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    Image.new("RGB", (320, 200), "white").save(tmp_path / "receipt.png")
    (tmp_path / "receipt.json").write_text(json.dumps(SCHEMA))
    with Strict() as server:
        yield Typed(server, tmp_path)
        # Words are sampled as the family is run; a server that has no top_k says so, once.
        assert set(server.complaints) <= {"Unrecognized request argument supplied: top_k"}


def test_a_question_about_a_picture(typed: Typed) -> None:
    typed.says = ["99.50 元 ขอบคุณ 🧾"]
    assert typed.run("ask", "总额是多少？", "receipt.png").stdout == "99.50 元 ขอบคุณ 🧾\n"
    sent = json.loads(typed.server.bodies[-1])
    assert "总额是多少" in json.dumps(sent["messages"][-1], ensure_ascii=False)
    assert "image_url" in json.dumps(sent["messages"][-1])


def test_json_has_what_was_read(typed: Typed) -> None:
    (typed.folder / "doc.pdf").write_bytes(pdf_of(["a", "b", "c"]))
    typed.says = ["b (page 2)"]
    told = json.loads(typed.run("ask", "?", "doc.pdf#2-3", "--json", "--out", "answer.txt").stdout)
    assert told["text"] == "b (page 2)"
    assert told["read"] == ["doc.pdf: pages 2-3 of 3"]
    assert told["asked"] == 1
    assert (typed.folder / "answer.txt").read_text(encoding="utf-8") == "b (page 2)\n"


def test_a_long_document_tells_what_it_reads(typed: Typed) -> None:
    (typed.folder / "doc.pdf").write_bytes(pdf_of([f"page {n}" for n in range(1, 31)]))
    done = typed.run("ask", "?", "doc.pdf", "--budget", "100", "--context", "2048", "--limit", "100")
    assert "screenwright: reading doc.pdf, pages 1-" in done.stderr
    assert "read part by part: doc.pdf: pages 1-30 of 30" in done.stderr
    assert done.stdout == "ok\n"


def test_extract_prints_the_value_alone(typed: Typed) -> None:
    typed.says = ['{"total": 99.5}']
    assert json.loads(typed.run("extract", "--schema", "receipt.json", "receipt.png").stdout) == {"total": 99.5}
    told = json.loads(typed.run("extract", "--schema", "receipt.json", "receipt.png", "--json").stdout)
    assert told["value"] == {"total": 99.5}
    assert told["read"] == ["receipt.png"]


def test_extract_by_a_class(typed: Typed) -> None:
    (typed.folder / "bills.py").write_text(
        "import datetime\nfrom pydantic import BaseModel\nclass Bill(BaseModel):\n    day: datetime.date\n"
    )
    typed.says = ['{"day": "2026-02-28"}']
    told = typed.run("extract", "receipt.png", "--schema", "bills.py:Bill").stdout
    assert json.loads(told) == {"day": "2026-02-28"}


def test_a_reply_that_never_fits_is_kept(typed: Typed) -> None:
    typed.says = ["no idea"]
    done = typed.run("extract", "--schema", "receipt.json", "receipt.png", code=1)
    assert "asked 3 times for the schema and gave none" in done.stderr
    assert "its last reply is in extract.reply.txt" in done.stderr
    assert (typed.folder / "extract.reply.txt").read_text() == "no idea"


def test_a_picture_becomes_a_file(typed: Typed) -> None:
    typed.says = [f"```svg\n{DRAWING}\n```"]
    assert typed.run("ask", "--as", "svg", "receipt.png").stdout == "rebuilt.svg\n"
    assert (typed.folder / "rebuilt.svg").read_text(encoding="utf-8") == DRAWING + "\n"
    told = json.loads(
        typed.run("ask", "no frame", "receipt.png", "--as", "svg", "--out", "b.svg", "--json").stdout
    )
    assert told["file"] == "b.svg"
    typed.says = ["I can't"]
    done = typed.run("ask", "--as", "html", "receipt.png", "--out", "c.html", code=1)
    assert "does not open: there is no html code" in done.stderr
    assert (typed.folder / "c.html.reply.txt").read_text() == "I can't"
    assert not (typed.folder / "c.html").exists()


def test_what_cant_be_used_is_said_before_a_model_is_asked(typed: Typed) -> None:
    cases: list[tuple[list[str], str]] = [
        (["ask", "?", "none.png"], "there is no file none.png"),
        (["ask", "?", f"{typed.server.url}/models"], "--allow-private"),
        (["ask", " ", "receipt.png"], "the question is empty"),
        (["ask", "--as", "svg", "receipt.png", "receipt.png"], "needs one picture"),
        (["extract", "receipt.png"], "--schema is missing"),
        (["extract", "receipt.png", "--schema", "no.json"], "there is no schema file"),
        (["extract", "--schema", "receipt.json"], "nothing to extract from"),
    ]
    for argv, said in cases:
        assert said in typed.run(*argv, code=2).stderr
    assert typed.server.bodies == []
    told = json.loads(typed.run("ask", "?", "none.png", "--json", code=2).stdout)
    assert told["exit_code"] == 2


def test_an_address_on_this_machine_where_it_is_allowed(typed: Typed) -> None:
    done = typed.run("ask", "?", typed.server.url + "/models", "--allow-private")
    assert done.stdout == "ok\n"
    assert MODEL in json.dumps(json.loads(typed.server.bodies[-1]))


def test_the_page_tells_every_option_and_no_other() -> None:
    from typer.main import get_command

    page = (Path(__file__).resolve().parents[1] / "docs" / "ask.md").read_text(encoding="utf-8")
    commands = get_command(app).commands  # type: ignore[attr-defined]
    options = {
        name
        for command in (commands["ask"], commands["extract"])
        for option in command.params
        for name in option.opts
        if name.startswith("--")
    }
    assert set(re.findall(r"--[a-z][a-z-]+", page)) == options
