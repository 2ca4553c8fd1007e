"""The API described for programs: OpenAPI 3.1, made from the operations themselves and joined with validation's."""

from __future__ import annotations

import json
from typing import Any

from begrepp.settings import Settings
from server.api.operations import OPERATIONS, Operation
from server.api.parameters import Parameter
from server.api.schemas import SCHEMAS, many, ref
from server.served.batch_resolve import LONGEST, MOST
from server.validation.openapi import openapi as validation

_PROBLEMS = {
    "300": "The code has different meanings in parts of the code system.",
    "400": "The request is not valid; see `detail`.",
    "404": "Not found.",
    "406": "The format is not available.",
    "410": "The resource was part of an earlier edition only.",
}


def openapi(settings: Settings, server: str) -> dict[str, Any]:
    """The description; `server` is where the application is mounted."""
    judged = json.loads(validation(settings))
    paths: dict[str, Any] = {each.path: {"get": _operation(each)} for each in OPERATIONS}
    paths["/api/v1/resolve"]["post"] = _resolve_several()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "begrepp",
            "version": "1.0.0",
            "description": "Health data concepts: look up, search, compare, map, validate. Fields in version 1 "
            "are not removed; fields may be added.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": server}],
        "paths": {**paths, **judged["paths"]},
        "components": {"schemas": {**judged["components"]["schemas"], **SCHEMAS}},
    }


def _operation(operation: Operation) -> dict[str, Any]:
    return {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [_parameter(parameter, operation) for parameter in operation.parameters],
        "responses": {"200": _json("The answer.", ref(operation.schema)), **_problems()},
    }


def _parameter(parameter: Parameter, operation: Operation) -> dict[str, Any]:
    example = {"example": operation.example[parameter.name]} if parameter.name in operation.example else {}
    return {
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": parameter.words,
        "schema": parameter.schema,
        **({"example": int(example["example"]) if parameter.number else example["example"]} if example else {}),
    }


def _resolve_several() -> dict[str, Any]:
    text = {"type": "string", "minLength": 1, "maxLength": LONGEST}
    item = {
        "type": "object",
        "required": ["system", "code"],
        "properties": {
            "system": text,
            "code": text,
            "asOf": {"anyOf": [{"type": "string", "format": "date"}, {"const": ""}]},
        },
    }
    return {
        "operationId": "resolve-several",
        "summary": "Resolve several codes in one request",
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "array", "maxItems": MOST, "items": item}}},
        },
        "responses": {
            "200": _json("The results, in the same order.", many(ref("Resolved"))),
            **_problems(),
        },
    }


def _json(words: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def _problems() -> dict[str, Any]:
    too_long = {"414": {"description": "The URL is longer than the server accepts.", "content": {"text/html": {}}}}
    return too_long | {
        status: {"description": words, "content": {"application/problem+json": {"schema": ref("Problem")}}}
        for status, words in _PROBLEMS.items()
    }
