"""Checks requests, responses and events against openapi.json and openapi_v2.json.

Strict: a field that Stripe does not declare is an error.

Every function returns a list of errors; an empty one means that the traffic conforms.
"""

from __future__ import annotations

import copy
import json
import re
import urllib.parse
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

Schema = dict[str, Any]
Problem = tuple[str, ...]
"""Where in the traffic, and what is wrong there."""

HERE = Path(__file__).parent
DOCUMENT: Schema = json.loads((HERE / "openapi.json").read_text())
# The calls of `/v2`, which the file above lacks.
_V2: Schema = json.loads((HERE / "openapi_v2.json").read_text())
DOCUMENT["paths"] |= _V2["paths"]
DOCUMENT["components"]["schemas"] |= _V2["components"]["schemas"]
SAMPLES: dict[str, Any] = json.loads((HERE / "samples.json").read_text())


def find_operation(method: str, path: str) -> tuple[str | None, Schema | None]:
    """The template and the operation of a call; (None, None) if Stripe has none."""
    found = [
        (template, operations[method.lower()])
        for template, operations in DOCUMENT["paths"].items()
        if method.lower() in operations and re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path)
    ]
    return min(found, key=lambda pair: pair[0].count("{")) if found else (None, None)


def request_errors(method: str, target: str, body: str = "") -> list[Problem]:
    """What is wrong with a request. `target` is the path with its query, `body` a form."""
    path, _, query_text = target.partition("?")
    operation = find_operation(method, path)[1]
    if operation is None:
        return [("url", "", f"Unrecognized request URL ({method}: {path}).")]
    query, form = _request_schemas(operation)
    problems: list[Problem] = []
    for where, text, schema in (("query", query_text, query), ("body", body, form)):
        try:
            value = decode_form(text, schema)
        except ValueError as error:
            problems.append((where, "", str(error)))
            continue
        problems += [(where, *one) for one in _problems(schema, value)]
    return problems


def response_errors(method: str, target: str, status: int, answer: object) -> list[Problem]:
    """What is wrong with a response's body."""
    operation = find_operation(method, target.partition("?")[0])[1]
    if operation is None:
        return [("", "no such operation")]
    schema = operation["responses"]["200" if status == 200 else "default"]["content"]["application/json"][
        "schema"
    ]
    return _problems(_strict(copy.deepcopy(schema)), answer)


def object_errors(name: str, value: object) -> list[Problem]:
    """What is wrong with an object of the schema `name`, such as "charge"."""
    return _problems({"$ref": f"#/components/schemas/{name}"}, value)


def event_errors(event: dict[str, Any]) -> list[Problem]:
    """What is wrong with an event and the object in it."""
    problems = object_errors("event", event)
    name = DOCUMENT["x-event-resource"].get(event.get("type"))
    if name:
        found = object_errors(name, event["data"]["object"])
        problems += [(f"data/object/{where}", said) for where, said in found]
    return problems


def decode_form(text: str, schema: Schema) -> Any:
    """A form's nested, typed value. Lists and types come from the schema, so that metadata[0]=x stays a map."""
    return _shaped(_nested(urllib.parse.parse_qsl(text, keep_blank_values=True)), schema)


def _request_schemas(operation: Schema) -> tuple[Schema, Schema]:
    declared = {one["name"]: one["schema"] for one in operation.get("parameters", []) if one["in"] == "query"}
    query = {"type": "object", "additionalProperties": False, "properties": declared}
    body = operation.get("requestBody")
    if body is None:
        return query, {"type": "object", "properties": {}, "additionalProperties": False}
    return query, body["content"]["application/x-www-form-urlencoded"]["schema"]


def _strict(node: Any) -> Any:
    """Forbid undeclared properties, in place."""
    if isinstance(node, dict):
        if "properties" in node and "object" in _types(node):
            node.setdefault("additionalProperties", False)
        for value in node.values():
            _strict(value)
    elif isinstance(node, list):
        for value in node:
            _strict(value)
    return node


@cache
def _components() -> Schema:
    return {"schemas": _strict(copy.deepcopy(DOCUMENT["components"]["schemas"]))}


def _validator(schema: Schema) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": _components()})


def _problems(schema: Schema, value: object) -> list[Problem]:
    return [one for error in _validator(schema).iter_errors(value) for one in _flat(error)]


def _flat(error: ValidationError) -> Iterable[Problem]:
    """The error, or the errors of the alternative that fits best."""
    if not error.context:
        return [("/".join(map(str, error.absolute_path)), error.message[:200])]
    branches: dict[object, list[ValidationError]] = {}
    for inner in error.context:
        branches.setdefault(inner.schema_path[0], []).append(inner)
    depth = len(error.absolute_path)

    def misfit(inner: list[ValidationError]) -> int:
        is_other_type = any(one.validator == "type" and len(one.absolute_path) == depth for one in inner)
        return len(inner) + 50 * is_other_type

    return [one for inner in min(branches.values(), key=misfit) for one in _flat(inner)]


def _types(schema: Schema) -> list[str]:
    kind = schema.get("type")
    return kind if isinstance(kind, list) else [kind] if kind else []


def _shaped(value: Any, schema: Schema) -> Any:
    if "anyOf" in schema:
        shaped = ((option, _shaped(value, option)) for option in schema["anyOf"])
        fits = next((one for option, one in shaped if _validator(option).is_valid(one)), None)
        return _shaped(value, schema["anyOf"][0]) if fits is None else fits
    if isinstance(value, str):
        return _scalar(value, _types(schema))
    if "array" in _types(schema):
        order = sorted(value, key=lambda key: (not key.isdigit(), int(key) if key.isdigit() else 0))
        return [_shaped(value[key], schema.get("items", {})) for key in order]
    declared, extra = schema.get("properties", {}), schema.get("additionalProperties")
    others = extra if isinstance(extra, dict) else {}
    return {key: _shaped(inner, declared.get(key, others)) for key, inner in value.items()}


def _scalar(text: str, types: list[str]) -> Any:
    if "integer" in types and re.fullmatch(r"-?\d+", text):
        return int(text)
    if "boolean" in types and text in ("true", "false"):
        return text == "true"
    if "number" in types and re.fullmatch(r"-?\d+(\.\d+)?", text):
        return float(text)
    return [] if "array" in types and text == "" else text


def _nested(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Stripe's form encoding: a[b][0]=x; a[]=x appends. ValueError for a name that is malformed."""
    root: dict[str, Any] = {}
    for name, value in pairs:
        match = re.fullmatch(r"([^\[\]]+)((?:\[[^\[\]]*\])*)", name)
        if match is None:
            raise ValueError(f"Invalid parameter name: {name}")
        *parents, last = (match[1], *re.findall(r"\[([^\[\]]*)\]", match[2]))
        node = root
        for part in parents:
            node = node.setdefault(part or _next_in(node), {})
            if not isinstance(node, dict):
                raise ValueError(f"Invalid parameter: {name}")
        node[last or _next_in(node)] = value
    return root


def _next_in(node: dict[str, Any]) -> str:
    return str(sum(key.isdigit() for key in node))
