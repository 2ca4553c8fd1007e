"""OpenAPI 3.1 description of the API, made from its operations and joined with that of validation."""

from __future__ import annotations

import json
from typing import Any

from begrepp.settings import Settings
from server.api.operations import OPERATIONS, Operation
from server.api.parameters import ApiParameter
from server.api.schemas import SCHEMAS, ProblemBody, component_ref
from server.served.batch_resolver import MAX_CODE_LENGTH, MAX_CODES, ResolvedBody
from server.validation.openapi import describe_validation_api

_PROBLEMS = {
    "300": "The code has different meanings in parts of the code system.",
    "400": "The request is not valid; see `detail`.",
    "404": "Not found.",
    "406": "The format is not available.",
    "410": "The resource was part of an earlier edition only.",
}


def describe_api(settings: Settings, server: str) -> dict[str, Any]:
    """Return the description; `server` is the path where the application is mounted."""
    validation_api = json.loads(describe_validation_api(settings))
    paths: dict[str, Any] = {each.path: {"get": _operation(each)} for each in OPERATIONS}
    paths |= {
        each.path: paths[each.path] | {"post": _operation_with_body(each)}
        for each in OPERATIONS
        if "POST" in each.methods
    }
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
        "paths": {**paths, **validation_api["paths"]},
        "components": {"schemas": {**validation_api["components"]["schemas"], **SCHEMAS}},
    }


def _operation(operation: Operation) -> dict[str, Any]:
    return {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [_parameter(parameter, operation) for parameter in operation.parameters],
        "responses": {"200": _json("The answer.", component_ref(operation.body)), **_problems()},
    }


def _operation_with_body(operation: Operation) -> dict[str, Any]:
    """Return the description of an operation whose parameters are sent as a JSON object."""
    schema = {
        "type": "object",
        "required": [each.name for each in operation.parameters if each.required],
        "properties": {each.name: each.schema for each in operation.parameters},
        "additionalProperties": False,
    }
    return {
        "operationId": f"{operation.name}-by-body",
        "summary": operation.summary,
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {"200": _json("The answer.", component_ref(operation.body)), **_problems()},
    }


def _parameter(parameter: ApiParameter, operation: Operation) -> dict[str, Any]:
    example = {"example": operation.example[parameter.name]} if parameter.name in operation.example else {}
    return {
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": parameter.description,
        "schema": parameter.schema,
        **({"example": int(example["example"]) if parameter.number else example["example"]} if example else {}),
    }


def _resolve_several() -> dict[str, Any]:
    text = {"type": "string", "maxLength": MAX_CODE_LENGTH}
    item = {
        "type": "object",
        "required": ["system", "code"],
        "additionalProperties": False,
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
            "content": {"application/json": {"schema": {"type": "array", "maxItems": MAX_CODES, "items": item}}},
        },
        "responses": {
            "200": _json("The results, in the same order.", {"type": "array", "items": component_ref(ResolvedBody)}),
            **_problems(),
        },
    }


def _json(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _problems() -> dict[str, Any]:
    too_long = {
        "414": {"description": "The URL is longer than the server accepts.", "content": {"text/html": {}}},
        "431": {"description": "The URL and the headers are longer than the server accepts."},
    }
    return too_long | {
        status: {
            "description": description,
            "content": {"application/problem+json": {"schema": component_ref(ProblemBody)}},
        }
        for status, description in _PROBLEMS.items()
    }
