"""Hostile and faulty requests to FHIR, OpenRefine reconciliation, ECL and MCP: the right status, and no harm after."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from begrepp.settings import Settings
from server.app import create_app

Json = dict[str, Any]
_FHIR = "application/fhir+json"
_SYSTEM = "https://w3id.org/begrepp/id/cs/icd-10-se"
_LOOKUP = f"/fhir/r5/CodeSystem/$lookup?system={_SYSTEM}&code=A00.9"


def parameters(**values: Json) -> Json:
    """Return a Parameters resource; each value is `{"valueUri": …}` or `{"resource": …}`."""
    return {"resourceType": "Parameters", "parameter": [{"name": name, **value} for name, value in values.items()]}


def value_set(*include: Json, url: str = "urn:uuid:hostile") -> Json:
    return {"resourceType": "ValueSet", "url": url, "status": "active", "compose": {"include": [*include]}}


def expand(*include: Json, **more: Json) -> Json:
    return parameters(valueSet={"resource": value_set(*include)}, **more)


def filtered(property_: str, op: str, value: str) -> Json:
    return {"system": _SYSTEM, "filter": [{"property": property_, "op": op, "value": value}]}


def nested(depth: int) -> str:
    return '{"resourceType":"Parameters","parameter":' + '[{"name":"x","part":' * depth + "[]" + "}]" * depth + "}"


CIRCLE = [value_set({"valueSet": [f"urn:circle:{(n + 1) % 3}"]}, url=f"urn:circle:{n}") for n in range(3)]
MANY = [{"code": f"Q{n}"} for n in range(100_000)]

FHIR_POSTS: dict[str, tuple[str, Json | str, int, str]] = {
    "circular value sets": (
        "/fhir/r5/ValueSet/$expand",
        {
            "resourceType": "Parameters",
            "parameter": [
                {"name": "url", "valueUri": "urn:circle:0"},
                *({"name": "tx-resource", "resource": each} for each in CIRCLE),
            ],
        },
        *(422, "processing"),
    ),
    "regex bomb": (
        "/fhir/r5/ValueSet/$expand",
        expand(filtered("code", "regex", "((a+)+)+" * 20 + "$")),
        *(200, ""),
    ),
    "regex that is none": ("/fhir/r5/ValueSet/$expand", expand(filtered("code", "regex", "(((")), 400, "invalid"),
    "regex that grows": (
        "/fhir/r5/ValueSet/$expand",
        expand(filtered("code", "regex", "((((a{1,100}){1,100}){1,100}){1,100})")),
        *(400, "invalid"),
    ),
    "hostile ECL": (
        "/fhir/r5/ValueSet/$expand",
        expand(filtered("constraint", "=", "(" * 5000 + "*" + ")" * 5000)),
        *(400, ""),
    ),
    "unknown system": ("/fhir/r5/ValueSet/$expand", expand({"system": "urn:nothing"}), 422, "not-found"),
    "unknown value set": (
        "/fhir/r5/ValueSet/$expand",
        parameters(url={"valueUri": "urn:nothing"}),
        *(422, "not-found"),
    ),
    "unknown version": (
        "/fhir/r5/CodeSystem/$lookup",
        parameters(system={"valueUri": _SYSTEM}, version={"valueString": "1066"}, code={"valueCode": "A00.9"}),
        *(404, "not-found"),
    ),
    "deep nesting": ("/fhir/r5/CodeSystem/$lookup", nested(50_000), 400, ""),
    "no JSON": ("/fhir/r5/CodeSystem/$lookup", '{"resourceType": "Para', 400, "structure"),
    "another resource": ("/fhir/r5/CodeSystem/$lookup", {"resourceType": "Patient"}, 400, ""),
    "code and coding": (
        "/fhir/r5/CodeSystem/$lookup",
        parameters(
            system={"valueUri": _SYSTEM},
            code={"valueCode": "A00.9"},
            coding={"valueCoding": {"system": _SYSTEM, "code": "A00"}},
        ),
        *(400, ""),
    ),
    "form of another version": ("/fhir/r4/ValueSet/$expand", {"resourceType": "ActorDefinition"}, 400, ""),
}


@pytest.fixture(scope="module")
def client(built: Settings) -> Iterator[FlaskClient]:
    app: Flask = create_app(replace(built, query_workers=1))
    yield app.test_client()
    app.extensions["begrepp"].pool.close()


@pytest.fixture(autouse=True)
def server_goes_on(client: FlaskClient) -> Iterator[None]:
    before = client.get(_LOOKUP, headers={"Accept": _FHIR})
    assert before.status_code == 200
    yield
    assert client.get(_LOOKUP, headers={"Accept": _FHIR}).json == before.json


def post(client: FlaskClient, path: str, body: Json | str, language: str = "sv") -> Any:
    content = body if isinstance(body, str) else json.dumps(body)
    return client.post(
        path, data=content, headers={"Content-Type": _FHIR, "Accept": _FHIR, "Accept-Language": language}
    )


@pytest.mark.parametrize("name", FHIR_POSTS)
def test_a_faulty_fhir_request_is_told_so_in_an_operation_outcome(client: FlaskClient, name: str) -> None:
    path, body, status, code = FHIR_POSTS[name]
    reply = post(client, path, body)
    assert reply.status_code == status
    if status == 200:
        assert reply.json["expansion"].get("contains", []) == []
        return
    assert reply.json["resourceType"] == "OperationOutcome"
    issues = reply.json["issue"]
    assert all(each["severity"] == "error" and 0 < len(each["details"]["text"]) < 3000 for each in issues)
    assert not code or issues[0]["code"] == code


def test_a_fault_is_told_in_the_language_asked(client: FlaskClient) -> None:
    path, body, *_ = FHIR_POSTS["unknown value set"]
    told = [post(client, path, body, language).json["issue"][0]["details"]["text"] for language in ("sv", "en")]
    assert "finns inte" in told[0] and "finns inte" not in told[1]


def test_a_list_of_100_000_codes_is_checked_whole_or_refused(client: FlaskClient) -> None:
    reply = post(client, "/fhir/r5/ValueSet/$expand", expand({"system": _SYSTEM, "concept": MANY}))
    assert reply.status_code in (200, 413, 422)
    if reply.status_code == 200:
        assert reply.json["expansion"]["total"] == 0


def test_a_posted_resource_of_four_megabytes_is_used_or_refused(client: FlaskClient) -> None:
    concepts = [{"code": f"c{n}", "display": "x" * 80} for n in range(36_000)]
    system = {"resourceType": "CodeSystem", "url": "urn:big", "status": "active", "content": "complete"}
    asked = parameters(
        **{"tx-resource": {"resource": {**system, "concept": concepts}}},
        system={"valueUri": "urn:big"},
        code={"valueCode": "c35999"},
    )
    assert len(json.dumps(asked)) > 4_000_000
    reply = post(client, "/fhir/r5/CodeSystem/$lookup", asked)
    assert reply.status_code in (200, 413)
    gone = parameters(system={"valueUri": "urn:big"}, code={"valueCode": "c35999"})
    assert post(client, "/fhir/r5/CodeSystem/$lookup", gone).status_code == 404, "a posted resource is of one request"


_BIG = "(" * 5000 + "*" + ")" * 5000
_RECONCILE = "/reconcile/icd-10-se"
REQUESTS: dict[str, tuple[str, str, dict[str, Any], int]] = {
    "ECL with many brackets": ("GET", "/api/v1/ecl", {"query_string": {"scheme": "icd-10-se", "ecl": _BIG}}, 400),
    "ECL of many parts": (
        *("GET", "/api/v1/ecl"),
        {"query_string": {"scheme": "icd-10-se", "ecl": " OR ".join(["<< A00"] * 1500)}},
        200,
    ),
    "ECL with a pattern": (
        *("GET", "/api/v1/ecl"),
        {"query_string": {"scheme": "icd-10-se", "ecl": '* {{ term = wild:"' + "*a" * 200 + '" }}'}},
        200,
    ),
    "queries that are no JSON": ("POST", _RECONCILE, {"data": {"queries": "{"}}, 400),
    "queries that are deep": ("POST", _RECONCILE, {"data": {"queries": "[" * 50_000}}, 400),
    "queries that are a list": ("POST", _RECONCILE, {"data": {"queries": "[]"}}, 400),
    "too many queries": (
        *("POST", _RECONCILE),
        {"data": {"queries": json.dumps({f"q{n}": {"query": "x"} for n in range(5000)})}},
        400,
    ),
    "extension of nothing": ("POST", _RECONCILE, {"data": {"extend": '{"ids": 5, "properties": "x"}'}}, 400),
    "a service of nothing": ("GET", "/reconcile/nothing", {}, 404),
    "a service of a wrong day": ("GET", f"{_RECONCILE}?asOf=2019-02-30", {}, 400),
    "MCP that is no JSON": (
        *("POST", "/mcp"),
        {"data": "{", "headers": {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}},
        400,
    ),
    "MCP from another site": (
        *("POST", "/mcp"),
        {"json": {"jsonrpc": "2.0", "id": 1, "method": "ping"}, "headers": {"Origin": "https://evil.example"}},
        403,
    ),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_faulty_request_has_its_status(client: FlaskClient, name: str) -> None:
    method, path, more, status = REQUESTS[name]
    reply = client.open(path, method=method, **more)
    assert reply.status_code == status
    assert "Traceback" not in reply.text
