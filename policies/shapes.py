"""From a JSON schema, or anything pydantic has a schema for, to the Shape that a reply is held to.

A grammar can't hold all that a JSON schema can say. What it can't (unique items, `if`, a pattern with
look-ahead, `oneOf`'s "not both") is left out of the grammar and named, so that whoever checks the reply
afterwards catches it; what means nothing here, or something else in another draft, is refused by name.
"""

from __future__ import annotations

import inspect
import json
import re
from dataclasses import dataclass, field
from typing import Any

from screenwright.policies.chat import Shape
from screenwright.tools.errors import BadScript

Json = dict[str, Any]

GUIDANCE = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}
"""How the reply is spaced: as json.dumps does, which is what models write unasked."""

FORMATS = frozenset(("date", "date-time", "time", "duration", "email", "hostname", "ipv4", "ipv6", "uri", "uuid"))
"""What llguidance knows of `format`; a schema may name any other, so those are left out, not refused."""

ONLY_CHECKED = frozenset(
    (
        *("uniqueItems", "contains", "minContains", "maxContains", "propertyNames", "dependentRequired"),
        *("dependentSchemas", "if", "then", "else", "not", "unevaluatedProperties", "unevaluatedItems"),
    )
)
REFUSED = {
    "$dynamicRef": "write a plain $ref",
    "$recursiveRef": "write a plain $ref",
    "$dynamicAnchor": "write $defs and a plain $ref",
    "dependencies": "it is of an older draft; write dependentRequired or dependentSchemas",
    "additionalItems": "it is of an older draft; write prefixItems and items",
    "nullable": 'it is OpenAPI\'s; write "type": ["string", "null"]',
}
HOLDING_ONE = ("items", "additionalProperties")
HOLDING_LIST = ("prefixItems", "anyOf", "oneOf", "allOf")
HOLDING_NAMED = ("properties", "patternProperties", "$defs", "definitions")
TYPES = frozenset(("string", "number", "integer", "boolean", "null", "object", "array"))
# Neither Rust's regular expressions nor any automaton can: look-around, and "the same again".
BEYOND_REGULAR = re.compile(r"\(\?<?[=!]|\(\?\(|\\[1-9]|\\k<|\\[ZbBG]")


class BadSchema(BadScript):
    """A schema can't be used; the message names the place and what to write."""


@dataclass(frozen=True, slots=True)
class Loosened:
    """A schema that a grammar can hold: no answer that is right by the whole schema and says no more than
    it names is kept out by it. `left_out`: JSON pointers of what it lost."""

    schema: Json
    left_out: tuple[str, ...]


def json_shape(schema: Any) -> Shape:
    """The shape of one JSON value.

    Args:
        schema: a JSON schema (2020-12) as a dict, or a type that pydantic knows: a model class, a dataclass,
            `list[Line]`.

    Objects that name their properties and don't say whether others may follow get no others. Raises
    BadSchema.
    """
    held = loosen(schema_of(schema)).schema
    guided = {**held, "x-guidance": GUIDANCE}
    return Shape("start: %json " + json.dumps(guided, ensure_ascii=False), held)


def schema_of(source: Any) -> Json:
    """The JSON schema of a dict or of a type."""
    if isinstance(source, dict):
        return source
    from pydantic import TypeAdapter
    from pydantic.errors import PydanticUserError

    if inspect.isroutine(source):  # pydantic would call it
        raise BadSchema(f"{source!r} has no JSON schema: it is a function")
    if isinstance(source, bool | int | float | str | bytes | list | None):
        raise BadSchema(f"{source!r} is no schema; give a JSON object, or a class that pydantic knows")
    try:
        return TypeAdapter(source).json_schema()
    except (PydanticUserError, TypeError, NameError) as error:
        raise BadSchema(f"{source!r} has no JSON schema: {str(error).splitlines()[0]}") from error


def loosen(schema: Json) -> Loosened:
    """What a grammar can hold of a schema. BadSchema where it means nothing here."""
    walk = _Walk(schema, closes=not _combines(schema))
    loosened = Loosened(walk.of(schema, ""), tuple(walk.left_out))
    if not _ends(schema, schema, ()):
        raise BadSchema("the schema refers to itself without an end; let it stop: an optional property, null")
    return loosened


@dataclass
class _Walk:
    """`closes`: may objects be closed to properties that they don't name?"""

    root: Json
    closes: bool
    left_out: list[str] = field(default_factory=list[str])

    def of(self, schema: Any, at: str) -> Any:
        if isinstance(schema, bool):
            return schema
        if not isinstance(schema, dict):
            raise BadSchema(f"{at or '/'} of the schema is {schema!r}; a schema is an object, true or false")
        kept: Json = {}
        for key, value in schema.items():
            place = f"{at}/{_escaped(key)}"
            if key in REFUSED:
                raise BadSchema(f"{place} of the schema can't be used: {REFUSED[key]}")
            if self._only_checked(key, value):
                self.left_out.append(place)
            elif key in HOLDING_NAMED:
                self._object(value, place)
                kept[key] = {name: self.of(part, f"{place}/{_escaped(name)}") for name, part in value.items()}
            elif key in HOLDING_LIST:
                if not isinstance(value, list) or not value:
                    raise BadSchema(f"{place} of the schema is {value!r}; it must be a list of schemas, not empty")
                parts = [self.of(part, f"{place}/{number}") for number, part in enumerate(value)]
                if key != "oneOf":
                    kept[key] = parts
                elif "anyOf" in schema:
                    self.left_out.append(place)
                else:  # which of them may then be several
                    self.left_out += [place] * (len(parts) > 1)
                    kept["anyOf"] = parts
            elif key in HOLDING_ONE:
                if isinstance(value, list):
                    raise BadSchema(f"{place} of the schema is a list, as in an older draft; write prefixItems")
                kept[key] = self.of(value, place)
            else:
                self._check(key, value, place)
                kept[key] = value
        if self._closed(kept):
            kept["additionalProperties"] = False
        return kept

    def _only_checked(self, key: str, value: Any) -> bool:
        if key == "format":
            return value not in FORMATS
        if key == "pattern":
            return not _regular(value)
        return key in ONLY_CHECKED

    def _closed(self, kept: Json) -> bool:
        named = kept.get("properties")
        if not self.closes or not named or not set(kept.get("required", ())) <= set(named):
            return False
        return not {"additionalProperties", "patternProperties"} & set(kept)

    def _check(self, key: str, value: Any, place: str) -> None:
        if key == "$ref":
            self._find(value, place)
        elif key == "type":
            unknown = [kind for kind in (value if isinstance(value, list) else [value]) if kind not in TYPES]
            if unknown:
                raise BadSchema(f"{place} of the schema is {unknown[0]!r}; there are: {', '.join(sorted(TYPES))}")
        elif key == "enum" and not value:
            raise BadSchema(f"{place} of the schema is empty, so that no answer could be right")
        elif key in ("exclusiveMinimum", "exclusiveMaximum") and isinstance(value, bool):
            raise BadSchema(f"{place} of the schema is {value}, as in an older draft; write the number there")

    def _find(self, reference: Any, place: str) -> None:
        """A reference must lead to somewhere in the schema itself: nothing is fetched."""
        if not isinstance(reference, str) or not reference.startswith("#"):
            raise BadSchema(f"{place} of the schema leads to {reference!r}; copy that schema into $defs")
        if not reference.startswith("#/") and reference != "#":
            raise BadSchema(f"{place} of the schema leads to the anchor {reference!r}; write #/$defs/NAME")
        if not isinstance(_led_to(reference, self.root), dict | bool):
            raise BadSchema(f"{place} of the schema leads to {reference!r}, which is not there")

    def _object(self, value: Any, place: str) -> None:
        if not isinstance(value, dict):
            raise BadSchema(f"{place} of the schema is {value!r}; it must be an object")


def _combines(node: Any) -> bool:
    """Are objects put together from parts anywhere? A closed part would then shut out the others' properties."""
    if isinstance(node, list):
        return any(_combines(part) for part in node)
    if not isinstance(node, dict):
        return False
    several = len(node.get("allOf", ())) > 1
    parts = {"allOf", "anyOf", "oneOf", "$ref", "if", "dependentSchemas"} & set(node)
    return several or bool(parts and "properties" in node) or any(_combines(part) for part in node.values())


def _ends(node: Any, root: Json, within: tuple[str, ...]) -> bool:
    """Is there an answer that is not endless? `within`: the references that are being followed."""
    if not isinstance(node, dict):
        return True
    if (reference := node.get("$ref")) is not None and (
        reference in within or not _ends(_led_to(reference, root), root, (*within, reference))
    ):
        return False
    named, rows = node.get("properties", {}), node.get("prefixItems", [])
    needed = [named[name] for name in node.get("required", ()) if name in named]
    if node.get("type") == "array" and (least := node.get("minItems", 0)):
        needed += [*rows, *[node.get("items", True)] * (least > len(rows))][:least]
    either = [any(_ends(part, root, within) for part in node.get(key, [True])) for key in ("anyOf", "oneOf")]
    return all(either) and all(_ends(part, root, within) for part in [*needed, *node.get("allOf", [])])


def _led_to(reference: str, root: Json) -> Any:
    """What a reference within the schema leads to; None where there is nothing."""
    found: Any = root
    for step in reference.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _regular(pattern: Any) -> bool:
    if not isinstance(pattern, str):
        return False
    try:
        re.compile(pattern)
    except re.error:
        # \p{L} is good there, and unknown to re
        return "\\p" in pattern and not BEYOND_REGULAR.search(pattern)
    return not BEYOND_REGULAR.search(pattern)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
