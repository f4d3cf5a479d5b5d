"""Schemas as grammars: what the grammar accepts and refuses, byte by byte, with the library that holds models."""

from __future__ import annotations

import datetime
import decimal
import enum
import json
import uuid
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pytest
from llguidance import LLMatcher, LLTokenizer
from pydantic import BaseModel, Field, HttpUrl

from screenwright.policies.chat import Shape
from screenwright.policies.shapes import BadSchema, json_shape, loosen, schema_of

TOKENS = LLTokenizer("byte")


def accepts(shape: Shape, text: str) -> bool:
    matcher = LLMatcher(TOKENS, shape.lark)
    assert not matcher.is_error(), matcher.get_error()
    said = list(text.encode())
    return matcher.try_consume_tokens(said) == len(said) and bool(matcher.is_accepting())


class Kind(enum.Enum):
    food = "食物"
    drink = "مشروب"


class Line(BaseModel):
    what: str = Field(min_length=1, max_length=40)
    amount: float = Field(ge=0, le=1_000_000)


class Node(BaseModel):
    name: str
    children: list[Node] = []


class Card(BaseModel):
    kind: Literal["card"]
    last4: str = Field(pattern=r"^\d{4}$")


class Cash(BaseModel):
    kind: Literal["cash"]


class Receipt(BaseModel):
    shop: str
    day: datetime.date
    at: datetime.time | None = None
    lines: list[Line] = Field(min_length=1, max_length=3)
    total: decimal.Decimal
    sort: Kind
    paid: Annotated[Card | Cash, Field(discriminator="kind")]
    tags: set[str] = set()
    place: tuple[float, float] | None = None
    notes: dict[str, int | str | None] = {}
    tree: Node | None = None
    number: uuid.UUID | None = None
    page: HttpUrl | None = None
    count: int = Field(1, gt=0, lt=100, multiple_of=5)


@dataclass
class Point:
    x: int
    y: int


GOOD: dict[str, Any] = {
    "shop": "鼎泰豐 🥟",
    "day": "2026-02-28",
    "lines": [{"what": "小籠包", "amount": 220.5}],
    "total": "220.50",
    "sort": "食物",
    "paid": {"kind": "card", "last4": "0042"},
}


def test_a_receipt_and_what_is_not_one() -> None:
    shape = json_shape(Receipt)
    assert accepts(shape, json.dumps(GOOD, ensure_ascii=False))
    wrong = [
        {**GOOD, "day": "28.2.2026"},
        {**GOOD, "lines": []},
        {**GOOD, "lines": GOOD["lines"] * 4},
        {**GOOD, "lines": [{"what": "", "amount": 1}]},
        {**GOOD, "lines": [{"what": "x", "amount": -1}]},
        {**GOOD, "sort": "food"},
        {**GOOD, "paid": {"kind": "card", "last4": "42"}},
        {**GOOD, "paid": {"kind": "cheque"}},
        {**GOOD, "more": 1},
        {key: value for key, value in GOOD.items() if key != "total"},
    ]
    for each in wrong:
        assert not accepts(shape, json.dumps(each, ensure_ascii=False)), each


@pytest.mark.parametrize(
    "text",
    [
        "你好，世界",
        "مرحبا بالعالم",
        "สวัสดีชาวโลก",
        "👩‍👩‍👧‍👦🏳️‍🌈",
        "Ελληνικά",
        "עברית",
        "हिन्दी",
        "한국어",
        'a"b\\c\n\t',
        "𝒳",
    ],
)
def test_strings_are_in_any_language(text: str) -> None:
    assert accepts(json_shape(list[str]), json.dumps([text], ensure_ascii=False))
    assert accepts(json_shape({"enum": [text]}), json.dumps(text, ensure_ascii=False))
    named = {"type": "object", "properties": {text: {"type": "integer"}}, "required": [text]}
    assert accepts(json_shape(named), json.dumps({text: 1}, ensure_ascii=False))


def test_the_json_is_spaced_as_python_writes_it_and_on_one_line() -> None:
    shape = json_shape(Point)
    assert accepts(shape, '{"x": 1, "y": 2}')
    for loose in ('{"x":1, "y": 2}', '{"x": 1,"y": 2}', '{ "x": 1, "y": 2}', '{"x": 1, "y": 2}\n'):
        assert not accepts(shape, loose)


CASES: list[tuple[Any, list[str], list[str]]] = [
    (Point, ['{"x": -1, "y": 2}'], ['{"x": 1}', '{"x": 1.5, "y": 2}']),
    (Node, ['{"name": "a", "children": [{"name": "b"}]}', '{"name": "a"}'], ['{"name": "a", "children": [{}]}']),
    (list[int], ["[]", "[1, 2]"], ["{}", '["a"]']),
    (int | None, ["3", "null"], ['"3"']),
    (dict[str, int], ["{}", '{"ก": 1}'], ['{"ก": "x"}']),
    (bool, ["true"], ["True", "1"]),
    (Literal["a", 1, None], ['"a"', "1", "null"], ['"b"', "2"]),
    ({"type": "integer", "minimum": 3, "exclusiveMaximum": 5}, ["3", "4"], ["2", "5", "3.5"]),
    ({"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2}, ['["a", "b"]'], ['["a"]']),
    ({"type": "array", "prefixItems": [{"type": "integer"}], "items": False}, ["[1]"], ["[1, 2]", '["a"]']),
    ({"type": "string", "format": "time"}, ['"12:30:00Z"'], ['"noon"']),
    ({"type": "string", "pattern": "^\\p{Han}+$"}, ['"你好"'], ['"abc"']),
    ({"const": {"a": [1, None]}}, ['{"a": [1, null]}'], ['{"a": [1]}']),
    ({"oneOf": [{"type": "integer"}, {"type": "string"}]}, ["1", '"a"'], ["null"]),
    ({"allOf": [{"properties": {"a": {"type": "integer"}}, "required": ["a"], "type": "object"},
                {"properties": {"b": {"type": "integer"}}, "required": ["b"], "type": "object"}]},
     ['{"a": 1, "b": 2}'], ['{"a": 1}']),
    ({"type": "object", "properties": {"a": {"type": "integer"}}}, ['{"a": 1}', "{}"], ['{"b": 1}']),
    ({"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": True},
     ['{"a": 1, "b": 1}'], ['{"a": "x"}']),
    ({"type": "object", "properties": {"a": {}}, "required": ["a", "b"]}, ['{"a": 1, "b": 1}'], ['{"a": 1}']),
    ({"type": "object", "properties": {"not": {"type": "string"}, "$ref": {"type": "integer"},
                                       "pattern": {"type": "string"}}}, ['{"not": "x", "$ref": 1}'], ["[]"]),
    ({}, ["1", "{}", "[[1]]"], ["x"]),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "right", "wrong"), CASES, ids=[str(case[0])[:60] for case in CASES])
def test_each_schema_takes_what_is_right_and_nothing_else(schema: Any, right: list[str], wrong: list[str]) -> None:
    shape = json_shape(schema)
    assert LLMatcher.validate_grammar(shape.lark) == ""
    assert [text for text in right if not accepts(shape, text)] == []
    assert [text for text in wrong if accepts(shape, text)] == []


LOOSE: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"type": "array", "items": {"type": "string"}, "uniqueItems": True}, ("/uniqueItems",)),
    ({"type": "array", "contains": {"type": "integer"}, "minContains": 2}, ("/contains", "/minContains")),
    ({"type": "string", "pattern": "(?=a)b"}, ("/pattern",)),
    ({"type": "string", "pattern": "(a)\\1"}, ("/pattern",)),
    ({"type": "string", "pattern": "^a\\Z"}, ("/pattern",)),
    ({"type": "string", "pattern": "^[a-z"}, ("/pattern",)),
    ({"type": "string", "format": "iri"}, ("/format",)),
    ({"properties": {"a/b": {"not": {"type": "null"}}}}, ("/properties/a~1b/not",)),
    ({"if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": {}}, ("/if", "/then", "/else")),
    ({"oneOf": [{"type": "integer"}, {"type": "number"}]}, ("/oneOf",)),
    ({"oneOf": [{"type": "integer"}], "anyOf": [{"type": "integer"}, {"type": "null"}]}, ("/oneOf",)),
    ({"$defs": {"x": {"propertyNames": {"maxLength": 3}}}, "$ref": "#/$defs/x"}, ("/$defs/x/propertyNames",)),
    ({"dependentRequired": {"a": ["b"]}, "type": "object"}, ("/dependentRequired",)),
    ({"type": "object", "unevaluatedProperties": False}, ("/unevaluatedProperties",)),
]


@pytest.mark.parametrize(("schema", "left_out"), LOOSE)
def test_what_a_grammar_cant_hold_is_left_out_and_named(schema: dict[str, Any], left_out: tuple[str, ...]) -> None:
    before = json.dumps(schema)
    assert loosen(schema).left_out == left_out
    assert LLMatcher.validate_grammar(json_shape(schema).lark) == ""
    assert json.dumps(schema) == before


REFUSED: list[tuple[Any, str]] = [
    ({"$ref": "https://example.com/x.json"}, "copy that schema into"),
    ({"properties": {"a": {"$ref": "#/$defs/zz"}}}, r"/properties/a/\$ref .*not there"),
    ({"$ref": "#here"}, "anchor"),
    ({"$dynamicRef": "#x"}, r"/\$dynamicRef"),
    ({"type": "strin"}, "'strin'; there are: array"),
    ({"type": ["string", "text"]}, "'text'"),
    ({"items": [{"type": "integer"}]}, "prefixItems"),
    ({"type": "string", "nullable": True}, "OpenAPI"),
    ({"minimum": 1, "exclusiveMinimum": True}, "write the number"),
    ({"enum": []}, "no answer could be right"),
    ({"anyOf": []}, "not empty"),
    ({"properties": [1]}, "must be an object"),
    ({"properties": {"a": "string"}}, "/properties/a of the schema is 'string'"),
    ({"dependencies": {}}, "dependentRequired"),
    ({"$ref": "#"}, "without an end"),
    ({"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}, "without an end"),
    ({"type": "array", "items": {"$ref": "#"}, "minItems": 1}, "without an end"),
    ({"anyOf": [{"$ref": "#"}]}, "without an end"),
    (True, "no schema"),
    (None, "no schema"),
    (print, "has no JSON schema"),
]


@pytest.mark.parametrize(("schema", "said"), REFUSED, ids=[str(case[0])[:50] for case in REFUSED])
def test_what_means_nothing_here_is_refused_by_name(schema: Any, said: str) -> None:
    with pytest.raises(BadSchema, match=said):
        json_shape(schema)


def test_a_schema_that_refers_to_itself_may_where_an_answer_can_stop() -> None:
    endless_but_for_null = {
        "type": "object",
        "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}},
        "required": ["next"],
    }
    shape = json_shape(endless_but_for_null)
    assert accepts(shape, '{"next": {"next": null}}')


def test_what_pydantic_writes_for_a_set_and_a_union_is_left_out_and_named() -> None:
    assert loosen(schema_of(Receipt)).left_out == ("/properties/paid/oneOf", "/properties/tags/uniqueItems")


def test_walks_through_the_grammar_end_in_what_the_schema_calls_right() -> None:
    """A model that says anything that the mask allows: its lines are lines."""
    import random

    import numpy as np
    from pydantic import TypeAdapter

    chance = random.Random(3)
    ended = 0
    for _ in range(30):
        matcher = LLMatcher(TOKENS, json_shape(list[Line]).lark)
        said = bytearray()
        mask = np.zeros((1, (TOKENS.vocab_size + 31) // 32), np.int32)
        while not matcher.is_stopped() and len(said) < 4000:
            matcher.unsafe_compute_mask_ptr(mask.ctypes.data, mask.nbytes)
            allowed = np.flatnonzero(np.unpackbits(mask.view(np.uint8)[0], bitorder="little"))
            ends = [int(t) for t in allowed if t in (0x22, 0x2C, 0x5D, 0x7D, TOKENS.eos_token)]
            token = chance.choice(ends if ends and chance.random() < 0.3 else [int(t) for t in allowed])
            matcher.consume_token(token)
            if token != TOKENS.eos_token:
                said.append(token)
        if matcher.is_accepting() or matcher.is_stopped():
            TypeAdapter(list[Line]).validate_json(bytes(said))
            ended += 1
    assert ended >= 20
