"""What `extract` is to give: named in five ways, told to the model, and checked after the grammar."""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from screenwright.policies.chat import Shape
from screenwright.policies.shapes import BadSchema, Json, json_shape, schema_of
from screenwright.tools.errors import BadReply
from screenwright.tools.inputs.kinds import package

CLASS = re.compile(r"(?P<home>.+?):(?P<name>[^\W\d]\w*(?:\.\w+)*)", re.DOTALL)
FENCED = re.compile(r"```[\w+-]*[ \t]*\n(.*?)(?:\n[ \t]*```|\Z)", re.DOTALL)
SHOWN = 200
NO_JSON = "it is no JSON"


@dataclass(frozen=True)
class Wanted:
    """A form to be filled in. `type_`: what pydantic makes of it; None where only a JSON schema is known."""

    name: str
    schema: Json
    shape: Shape
    type_: Any = None

    @property
    def told(self) -> str:
        return json.dumps(self.schema, ensure_ascii=False)

    def read(self, text: str) -> tuple[Any, str]:
        """The value, and its JSON, of a reply that may have a fence or words around. BadReply says what is
        wrong in words that a model can mend by."""
        fault: BadReply | None = None
        for candidate in _candidates(text):
            try:
                parsed = _parsed(candidate)
                return self._checked(candidate, parsed), candidate
            except BadReply as error:  # what is nearer to JSON has the better complaint
                fault = error if fault is None or str(fault).startswith(NO_JSON) else fault
        raise fault or BadReply("the reply is empty; give the JSON value", text)

    def plain(self, value: Any) -> Any:
        """The value as JSON has it: a date as text."""
        if self.type_ is None:
            return value
        from pydantic import TypeAdapter

        return TypeAdapter(self.type_).dump_python(value, mode="json", by_alias=True)

    def _checked(self, candidate: str, parsed: Any) -> Any:
        if self.type_ is None:
            _check_by_schema(self.schema, parsed)
            return parsed
        from pydantic import TypeAdapter, ValidationError

        try:
            return TypeAdapter(self.type_).validate_json(candidate)
        except ValidationError as error:
            told = [f"{_place(each['loc'])}: {each['msg']}" for each in error.errors(include_url=False)[:5]]
            raise BadReply("; ".join(told), candidate) from error


def wanted(source: Any) -> Wanted:
    """A form from a type, a JSON schema as a dict, a file of one, "module:Class" or "file.py:Class". BadSchema."""
    if isinstance(source, Wanted):
        return source
    if isinstance(source, str | Path):
        return _named(str(source))
    schema = schema_of(source)
    shape = json_shape(source)
    if isinstance(source, dict):
        _check_schema(schema)
        return Wanted(str(schema.get("title") or "the schema"), schema, shape)
    return Wanted(getattr(source, "__name__", str(source)), schema, shape, source)


def _named(said: str) -> Wanted:
    path = Path(said).expanduser()
    if path.is_file():
        try:
            schema = json.loads(path.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError) as error:
            raise BadSchema(f"the schema {said} can't be read as JSON: {error}") from error
        if not isinstance(schema, dict):
            raise BadSchema(f"the schema {said} holds no JSON object but {json.dumps(schema)[:SHOWN]}")
        return wanted(schema)
    split = CLASS.fullmatch(said)
    if split is None:
        raise BadSchema(
            f"there is no schema file {said} (looked in {Path.cwd()}); or name a class as module:Class"
        )
    found: Any = _module(split["home"])
    for name in split["name"].split("."):
        found = getattr(found, name, None)
        if found is None:
            raise BadSchema(f"{split['home']} has no {split['name']}; is the class spelt so?")
    return wanted(found)


def _module(home: str) -> Any:
    """A module by name, looked for in the present folder too, or a Python file."""
    try:
        if not home.endswith(".py"):
            sys.path.insert(0, str(Path.cwd()))
            try:
                return importlib.import_module(home)
            finally:
                sys.path.remove(str(Path.cwd()))
        path = Path(home).expanduser()
        if not path.is_file():
            raise BadSchema(f"there is no file {home} (looked in {Path.cwd()})")
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules.setdefault(path.stem, module)  # where pydantic looks up what a class refers to
        spec.loader.exec_module(module)
        return module
    except BadSchema:
        raise
    except Exception as error:
        raise BadSchema(f"{home} can't be imported: {type(error).__name__}: {error}") from error


def _check_schema(schema: Json) -> None:
    jsonschema = package("jsonschema", "jsonschema", "checking against a JSON schema")
    try:
        draft = jsonschema.validators.validator_for(schema, jsonschema.Draft202012Validator)
        # no formats: it would refuse \\p{L} in a pattern, which the grammar knows and Python does not
        draft.check_schema(schema, format_checker=jsonschema.FormatChecker(()))
    except jsonschema.SchemaError as error:
        raise BadSchema(f"{error.json_path} of the schema can't be used: {error.message}") from error


def _check_by_schema(schema: Json, value: Any) -> None:
    jsonschema = package("jsonschema", "jsonschema", "checking against a JSON schema")
    plain = jsonschema.validators.validator_for(schema, jsonschema.Draft202012Validator)
    rule = plain.VALIDATORS["pattern"]

    def pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[Any]:
        try:
            yield from rule(validator, pattern, instance, schema) or ()
        except re.error:
            return  # \p{L} and others, which the grammar knows and Python does not

    checker = jsonschema.validators.extend(plain, {"pattern": pattern})
    faults = list(checker(schema, format_checker=plain.FORMAT_CHECKER).iter_errors(value))
    if faults:
        best = [jsonschema.exceptions.best_match(faults), *faults]
        told = dict.fromkeys(f"{fault.json_path}: {fault.message[:SHOWN]}" for fault in best[:5])
        raise BadReply("; ".join(told), json.dumps(value, ensure_ascii=False))


def _parsed(text: str) -> Any:
    def no(constant: str) -> NoReturn:
        raise ValueError(f"{constant} is no number in JSON")

    try:
        value = json.loads(text, parse_constant=no)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError as error:
        raise BadReply("a text holds half a character (a lone surrogate); write it whole", text) from error
    except RecursionError as error:
        raise BadReply("it is nested too deeply", text) from error
    except ValueError as error:
        raise BadReply(f"{NO_JSON}: {error}", text) from error
    return value


def _candidates(text: str) -> list[str]:
    """Where the value may be: the whole, what stands in fences, from the first bracket to its last."""
    whole = text.strip()
    found = [whole] if whole else []
    found += [fenced[1].strip() for fenced in FENCED.finditer(text)]
    for opening, closing in ("{}", "[]"):
        first, last = whole.find(opening), whole.rfind(closing)
        if 0 <= first < last:
            found.append(whole[first : last + 1])
    return list(dict.fromkeys(found))


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(step) for step in location) or "the value"
