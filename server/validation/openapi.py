"""OpenAPI 3.1 description of the validation API, generated from the profiles and report formats."""

from __future__ import annotations

import json
from typing import Any

from begrepp.settings import LANGUAGES, Settings
from begrepp.validation.profiles.profile import list_profiles
from begrepp.validation.rdf_input.syntax import SYNTAX_NAMES
from begrepp.validation.reports.formats import FORMATS
from begrepp.validation.reports.i18n import choose_text

_PROBLEMS = {
    "400": "The request has no data or no rules.",
    "404": "The profile does not exist.",
    "406": "The report format is not available.",
    "413": "The request is too large.",
    "415": "The media type is not a supported RDF syntax.",
    "422": "The data or the shapes cannot be used; see `detail`.",
    "429": "Too many requests from this address.",
    "503": "The validation exceeded its time or memory limit, or all workers are busy.",
}


def describe_validation_api(settings: Settings) -> str:
    """Return the description as JSON."""
    description = {
        "openapi": "3.1.0",
        "info": {
            "title": "begrepp: validation",
            "version": "1.0.0",
            "description": "Validates RDF against a profile or your own shapes. Data that are sent are not stored.",
        },
        "paths": {
            "/validation/{profile}": {
                "post": _operation(settings),
                "get": _get_operation(settings, "profile", "What a profile asks, for people", "A page", "text/html"),
            },
            "/validation/{profile}.ttl": {
                "get": _get_operation(settings, "shapes", "The shapes of a profile", "SHACL", "text/turtle"),
            },
        },
        "components": {"schemas": {"Problem": _problem_schema(), "Report": _report_schema()}},
    }
    return json.dumps(description, ensure_ascii=False, indent=2) + "\n"


def _operation(settings: Settings) -> dict[str, Any]:
    text_schema = {"schema": {"type": "string"}}
    media_types = sorted({syntax.media_type for syntax in SYNTAX_NAMES.values()})
    return {
        "operationId": "validate",
        "summary": "Validate RDF against a profile",
        "description": f"At most {settings.validation_mb} MB, {settings.validation_seconds:g} seconds, "
        f"{settings.validation_memory_mb} MB of memory, and {settings.validation_rate} requests a minute.",
        "parameters": [
            _profile_parameter(settings, allow_own=True),
            _query_parameter("syntax", "The syntax, if not given by Content-Type.", list(SYNTAX_NAMES)),
            _query_parameter("format", "The format of the report, instead of Accept.", list(FORMATS)),
            _query_parameter("lang", "The language of messages.", list(LANGUAGES)),
            _query_parameter("imports", "Skip owl:imports that have no local copy.", ["skip"]),
        ],
        "requestBody": {
            "required": True,
            "content": {
                **dict.fromkeys(media_types, text_schema),
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "properties": {
                            "data": {"type": "array", "items": {"type": "string", "format": "binary"}},
                            "shapes": {"type": "array", "items": {"type": "string", "format": "binary"}},
                            "text": {"type": "string", "description": "RDF, instead of a file"},
                            "shapes_text": {"type": "string", "description": "SHACL, instead of a file"},
                            "graph": {"type": "string", "format": "uri", "description": "A graph of the build"},
                            "url": {"type": "string", "format": "uri", "description": "If the operator allows it"},
                        },
                    }
                },
            },
        },
        "responses": {
            "200": {
                "description": "The report, which states whether the data conform.",
                "content": {
                    each.media_type: (
                        {"schema": {"$ref": "#/components/schemas/Report"}} if each.name == "json" else text_schema
                    )
                    for each in FORMATS.values()
                },
            },
            **{status: _problem_response(status) for status in _PROBLEMS if status != "404"},
            "404": _not_found(),
        },
    }


def _get_operation(settings: Settings, name: str, summary: str, description: str, media_type: str) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [_profile_parameter(settings, allow_own=False)],
        "responses": {
            "200": {"description": description, "content": {media_type: {}}},
            "404": _not_found(),
        },
    }


def _not_found() -> dict[str, Any]:
    """Return the 404 response, which is a page for browsers, as for any unknown address."""
    response = _problem_response("404")
    return {**response, "content": {**response["content"], "text/html": {}}}


def _problem_response(status: str) -> dict[str, Any]:
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {"description": _PROBLEMS[status], "content": {"application/problem+json": problem}}


def _profile_parameter(settings: Settings, *, allow_own: bool) -> dict[str, Any]:
    all_profiles = list_profiles(settings)
    names = [each.name for each in all_profiles] + (["own"] if allow_own else [])
    description = "; ".join(f"{each.name}: {choose_text(each.title, 'en')}" for each in all_profiles)
    if allow_own:
        description += "; own: only the shapes in the request"
    return {
        "name": "profile",
        "in": "path",
        "required": True,
        "description": description,
        "schema": {"type": "string", "enum": names},
    }


def _query_parameter(name: str, description: str, values: list[str]) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": {"type": "string", "enum": values}}


def _problem_schema() -> dict[str, Any]:
    return {
        "type": "object",
        "description": "RFC 9457",
        "properties": {key: {"type": "string"} for key in ("type", "title", "detail", "instance")}
        | {"status": {"type": "integer"}},
    }


def _report_schema() -> dict[str, Any]:
    text, count = {"type": "string"}, {"type": "integer"}
    cause = dict.fromkeys(
        ("severity", "severityName", "shape", "label", "component", "path", "message", "hint", "documentation"), text
    )
    result = dict.fromkeys(("severity", "severityIri", "shape", "sourceShape", "component", "focus"), text)
    return {
        "type": "object",
        "required": ["conforms", "counts", "causes", "results"],
        "properties": {
            "conforms": {"type": "boolean", "description": "Whether there are no results, as sh:conforms says"},
            "verdict": {
                "enum": ["conforms", "passes", "fails", "unjudged"],
                "description": "passes: no violation, but other results; unjudged: no rule applies to the data",
            },
            "profile": {"type": "object", "properties": dict.fromkeys(("name", "title", "version", "source"), text)},
            "files": {"type": "array", "items": text},
            "engine": text,
            "seconds": {"type": "number"},
            "counts": {"type": "object", "properties": dict.fromkeys(("violations", "warnings", "infos"), count)},
            "causes": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {**cause, "count": count, "examples": {"type": "array", "items": text}},
                },
            },
            "results": {
                "type": "array",
                "description": "The first results of each shape; causes has all counts",
                "items": {
                    "type": "object",
                    "properties": {
                        **result,
                        "path": {"type": ["string", "null"]},
                        "value": {"type": ["string", "null"]},
                        "messages": {"type": "object", "additionalProperties": text},
                    },
                },
            },
            "things": {"type": "array", "items": {"type": "object"}},
            "notes": {"type": "array", "items": {"type": "object"}},
        },
    }
