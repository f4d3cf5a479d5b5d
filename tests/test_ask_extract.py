"""A form filled in from a picture: held by a grammar where the model can be, checked in any case."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel, Field

from screenwright.agent.asking import NotHeld, extract, extracted
from screenwright.agent.longread import Manner
from screenwright.agent.schemas import wanted
from screenwright.policies.chat import Reply
from screenwright.policies.scripted_model import ScriptedModel
from screenwright.policies.shapes import BadSchema, json_shape
from screenwright.tools.errors import BadReply
from screenwright.tools.inputs import Still, Words

PICTURE = Still("receipt.png", np.full((480, 640, 3), 220, np.uint8))


class Line(BaseModel):
    what: str
    amount: Decimal = Field(ge=0)


class Receipt(BaseModel):
    shop: str
    day: datetime.date
    lines: list[Line] = Field(min_length=1)


@dataclass
class Pair:
    a: int
    b: set[str]


GOOD = '{"shop": "鼎泰豐 🥟", "day": "2026-02-28", "lines": [{"what": "ชาเย็น", "amount": "220.50"}]}'
SCHEMA: dict[str, Any] = {
    "title": "a bill",
    "type": "object",
    "properties": {"total": {"type": "number", "minimum": 0}, "currency": {"enum": ["元", "฿", "د.إ"]}},
    "required": ["total"],
}


def test_a_class_gives_an_object_of_it() -> None:
    model = ScriptedModel([GOOD])
    receipt = extract(model, Receipt, [PICTURE])
    assert isinstance(receipt, Receipt)
    assert receipt.lines[0].amount == Decimal("220.50")
    assert receipt.day == datetime.date(2026, 2, 28)
    request = model.requests[0]
    assert request.shape is not None
    assert request.shape.lark == json_shape(Receipt).lark
    assert '"shop"' in request.text


def test_a_schema_gives_what_json_has() -> None:
    got = extracted(ScriptedModel(['{"total": 5, "currency": "د.إ"}']), SCHEMA, [PICTURE])
    assert got.value == {"total": 5, "currency": "د.إ"}
    assert got.answer.read == ("receipt.png",)
    assert got.answer.text == '{"total": 5, "currency": "د.إ"}'


def test_other_types_that_pydantic_knows() -> None:
    assert extract(ScriptedModel(["[1, 2]"]), list[int], [PICTURE]) == [1, 2]
    assert extract(ScriptedModel(['{"a": 1, "b": ["x"]}']), Pair, [PICTURE]) == Pair(1, {"x"})
    assert extract(ScriptedModel(["null"]), int | None, [PICTURE]) is None


@pytest.mark.parametrize(
    "said",
    [
        GOOD,
        f"```json\n{GOOD}\n```",
        f"Here it is:\n```\n{GOOD}",
        f"Sure! {GOOD} I hope it helps.",
        f"<think>{{}} hm</think>\n{GOOD}",
    ],
)
def test_what_stands_around_the_json_does_no_harm(said: str) -> None:
    assert extract(ScriptedModel([said]), Receipt, [PICTURE]).shop == "鼎泰豐 🥟"


def test_a_model_that_ignores_the_grammar_is_told_what_is_wrong() -> None:
    model = ScriptedModel(["It costs 220.50.", GOOD.replace("2026-02-28", "28.2.26"), GOOD])
    got = extracted(model, Receipt, [PICTURE])
    assert got.value.shop == "鼎泰豐 🥟"
    assert got.answer.asked == 3
    second, third = model.requests[1:]
    assert [turn.role for turn in third.turns] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert second.turns[2].text == "It costs 220.50."
    assert "it is no JSON" in second.turns[-1].text
    assert "day: Input should be a valid date" in third.turns[-1].text


def test_after_three_wrong_replies_the_last_is_kept() -> None:
    model = ScriptedModel(['{"total": -1}', '{"total": -2}', '{"total": -3}', '{"total": 4}'])
    with pytest.raises(NotHeld, match=r"asked 3 times for a bill and gave none: \$.total: -3 is less") as told:
        extract(model, SCHEMA, [PICTURE])
    assert told.value.reply == '{"total": -3}'
    assert len(model.requests) == 3


def test_json_that_was_cut_off_is_not_asked_for_again() -> None:
    model = ScriptedModel([Reply('{"total": 4, "curr', finish="length")])
    with pytest.raises(NotHeld, match="the JSON was cut off at 9 tokens; allow more with --limit"):
        extract(model, SCHEMA, [PICTURE], Manner(limit=9))
    assert len(model.requests) == 1


def test_a_long_text_is_noted_first_and_the_form_filled_from_the_notes() -> None:
    text = "\n".join(f"line {n} of no use" for n in range(3000)) + "\nTotal: 77 ฿"

    def reply(turns: Any) -> str:
        said = turns[-1].text
        if "Answer from these notes" not in said:
            return "Total: 77 ฿" if "Total: 77" in said else "nothing"
        return '{"total": 77, "currency": "฿"}' if "Total: 77" in said else "{}"

    model = ScriptedModel([reply] * 99, context=4096)
    assert extract(model, SCHEMA, [Words("a.txt", text)]) == {"total": 77, "currency": "฿"}
    assert [request.shape is not None for request in model.requests][-2:] == [False, True]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "the reply is empty"),
        ('{"total": NaN}', "NaN is no number in JSON"),
        ('{"total": 1e999}', "it is no JSON"),
        ('{"total": 1, "currency": "\\ud800"}', "half a character"),
        ("[" * 100_000 + "]" * 100_000, "nested too deeply|it is no JSON"),
        ('{"currency": "元"}', "'total' is a required property"),
        ('{"total": true}', "not of type 'number'"),
        ('{"total": 1, "currency": "USD"}', "is not one of"),
    ],
)
def test_what_is_wrong_is_said_so_that_a_model_can_mend_it(text: str, fault: str) -> None:
    with pytest.raises(BadReply, match=fault):
        wanted(SCHEMA).read(text)


def test_what_the_grammar_left_out_is_checked() -> None:
    form = wanted({"type": "array", "items": {"type": "string", "format": "date"}, "uniqueItems": True})
    assert form.read('["2026-01-01"]')[0] == ["2026-01-01"]
    with pytest.raises(BadReply, match="non-unique"):
        form.read('["2026-01-01", "2026-01-01"]')
    with pytest.raises(BadReply, match="is not a 'date'"):
        form.read('["2026-13-01"]')
    han = wanted({"type": "string", "pattern": "^\\p{Han}+$"})  # Python's re knows no \p
    assert han.read('"你好"')[0] == "你好"


def test_a_schema_by_file_by_module_and_by_python_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "表.json").write_text(json.dumps(SCHEMA, ensure_ascii=False), encoding="utf-8")
    assert wanted(tmp_path / "表.json").name == "a bill"
    (tmp_path / "swforms.py").write_text(
        "from __future__ import annotations\nfrom pydantic import BaseModel\n"
        "class Inner(BaseModel):\n    x: int\n"
        "class Bill(BaseModel):\n    total: float\n    inner: Inner | None = None\n"
    )
    monkeypatch.chdir(tmp_path)
    for said in ("swforms:Bill", f"{tmp_path}/swforms.py:Bill", "swforms.py:Bill"):
        value, _ = wanted(said).read('{"total": 1.5, "inner": {"x": 3}}')
        assert value.inner.x == 3
    (tmp_path / "broken.py").write_text("import nothing_of_that_name")
    (tmp_path / "list.json").write_text("[1]")
    (tmp_path / "bad.json").write_text("{")
    for said, why in (
        ("none.json", "there is no schema file none.json"),
        ("nowhere_at_all:X", "nowhere_at_all can't be imported: ModuleNotFoundError"),
        ("swforms:None_such", "swforms has no None_such; is the class spelt so"),
        ("none.py:X", "there is no file none.py"),
        ("broken.py:X", "broken.py can't be imported: .*nothing_of_that_name"),
        ("list.json", "holds no JSON object"),
        ("bad.json", "can't be read as JSON"),
        ("json:dumps", "has no JSON schema"),
    ):
        with pytest.raises(BadSchema, match=why):
            wanted(said)
    with pytest.raises(BadSchema, match=r"minimum of the schema can't be used: 'x' is not of type"):
        wanted({"type": "number", "minimum": "x"})
