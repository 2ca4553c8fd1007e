"""The JSON API: its examples run, its answers are as described, and it says plainly what is wrong with a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.api.operations import OPERATIONS
from server.api.schemas import SCHEMAS

ROOT = "https://w3id.org/begrepp/id/cs/onkologi/"


def get(client: FlaskClient, name: str, **asked: str) -> Any:
    answer = client.get(f"/api/v1/{name}", query_string=asked)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def misfits(value: Any, schema: Mapping[str, Any], where: str = "$") -> list[str]:
    """Return the errors of a value against a JSON Schema; supports the keywords that the API's schemas use."""
    if "$ref" in schema:
        return misfits(value, SCHEMAS[schema["$ref"].rpartition("/")[2]], where)
    if "anyOf" in schema:
        fits = any(not misfits(value, each, where) for each in schema["anyOf"])
        return [] if fits else [f"{where} is {value!r}, none of {schema['anyOf']}"]
    kinds = {"string": str, "null": type(None), "integer": int, "number": (int, float), "boolean": bool,
             "array": list, "object": dict}  # fmt: skip
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if types and not any(isinstance(value, kinds[name]) for name in types):  # type: ignore[arg-type]
        return [f"{where} is {value!r}, no {types}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{where} is {value!r}"]
    found = [f"{where} has no {name}" for name in schema.get("required", []) if name not in value]
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        extra = schema.get("additionalProperties", {})
        for name, inner in value.items():
            if properties and name not in properties:
                found.append(f"{where}.{name} is not described")
            found += misfits(inner, properties.get(name, extra), f"{where}.{name}")
    if isinstance(value, list):
        for place, inner in enumerate(value):
            found += misfits(inner, schema.get("items", {}), f"{where}[{place}]")
    return found


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_example_runs_and_its_answer_is_as_described(client: FlaskClient, operation: Any) -> None:
    answer = client.get(operation.example_path)
    assert (answer.status_code, answer.mimetype) == (200, "application/json"), answer.text
    assert misfits(answer.get_json(), SCHEMAS[operation.schema]) == []
    assert "context.jsonld" in answer.headers["Link"] and answer.headers["ETag"]
    assert operation.example_path.replace("&", "&amp;") in client.get("/api", headers={"Accept": "text/html"}).text


def test_a_concept_is_found_by_iri_and_by_any_name_of_its_system(client: FlaskClient) -> None:
    by_iri = get(client, "lookup", iri=f"{ROOT}lungcancer", lang="en")
    assert by_iri == get(client, "lookup", system="onkologi", code="LUNGCANCER", lang="en")
    assert (by_iri["label"], by_iri["prefLabel"]["sv"], by_iri["status"]) == ("lung cancer", "lungcancer", "active")


def test_the_language_of_the_pages_does_not_change_that_of_the_api(client: FlaskClient) -> None:
    client.set_cookie("lang", "en")
    try:
        assert get(client, "lookup", system="onkologi", code="lungcancer")["label"] == "lungcancer"
    finally:
        client.delete_cookie("lang")


def test_the_tree_can_be_walked_down_up_and_compared(client: FlaskClient) -> None:
    below = get(client, "children", system="onkologi", code="cancer", limit="2")
    assert below["total"] > len(below["children"]) == 2
    more = get(client, "children", system="onkologi", code="cancer", limit="2", offset="2")
    assert below["children"] != more["children"]
    above = {each["iri"] for each in get(client, "ancestors", system="onkologi", code="lungcancer")["ancestors"]}
    assert f"{ROOT}cancer" in above
    for a, b, outcome in (
        ("cancer", "lungcancer", "subsumes"),
        ("lungcancer", "cancer", "subsumed-by"),
        ("cancer", "cancer", "equivalent"),
        ("lungcancer", "brostcancer", "not-subsumed"),
    ):
        assert get(client, "subsumes", system="onkologi", codeA=a, codeB=b)["outcome"] == outcome


def test_mappings_say_why(client: FlaskClient) -> None:
    rows = get(client, "mappings", system="onkologi", code="lungcancer", scheme="icd-10-se")["mappings"]
    assert rows and {row["target"]["scheme"] for row in rows} == {"icd-10-se"}
    assert all(row["justification"].startswith("semapv:") for row in rows)


def test_search_and_completion_find_what_the_pages_find(client: FlaskClient) -> None:
    found = get(client, "search", q="lungcancer", kind="concept", limit="2")
    assert found["results"][0]["iri"] == f"{ROOT}lungcancer" and found["facets"]["scheme"]
    assert f"{ROOT}lungcancer" in {each["iri"] for each in get(client, "autocomplete", q="lungc")["results"]}


def test_a_concept_can_be_asked_for_as_of_a_day(client: FlaskClient) -> None:
    then = get(client, "as-of", system="icd-10-se", code="A00.9", asOf="2021-06-01")
    assert (then["release"], then["concept"]["label"]) == ("2021", "Påhittad åkomma UNS")
    assert get(client, "lookup", system="icd-10-se", code="A00.9")["label"] != then["concept"]["label"]


def test_an_unknown_code_is_an_answer_to_resolve_and_a_problem_to_lookup(client: FlaskClient) -> None:
    assert get(client, "resolve", system="icd-10-se", code="X99")["error"] == "unknown-code"
    assert client.get("/api/v1/lookup?system=icd-10-se&code=X99").status_code == 404
    several = client.post("/api/v1/resolve", json=[{"system": "icd-10-se", "code": "a009"}])
    assert misfits(several.get_json(), {"type": "array", "items": SCHEMAS["Resolved"]}) == []


def test_an_empty_item_is_an_answer_and_a_wrong_day_names_its_item(client: FlaskClient) -> None:
    known = {"system": "icd-10-se", "code": "A00.9"}
    items = [known, known | {"code": ""}, known | {"code": " "}, known | {"system": ""}, known]
    found = client.post("/api/v1/resolve", json=items).get_json()
    assert [each.get("error") for each in found] == [None, "unknown-code", "unknown-code", "unknown-system", None]
    assert [each["reason"] for each in found[1:4]] == ["The code is empty."] * 2 + ["The system is empty."]
    assert misfits(found, {"type": "array", "items": SCHEMAS["Resolved"]}) == []
    for wrong in ({"asOf": "x"}, {"asOf": 2020}, {"code": 5}, {"system": None}):
        answer = client.post("/api/v1/resolve", json=[known, known | wrong, known])
        assert answer.status_code == 400 and answer.get_json()["title"].startswith("Number 2")


@pytest.mark.parametrize(
    "asked",
    ["search", "search?q=", "search?q=x&limit=0", "search?q=x&limit=x", "search?q=x&kind=nope",
     "search?q=x&scheme=nope",
     "lookup", "lookup?iri=%3E%7D", "lookup?system=onkologi", "as-of?system=onkologi&code=cancer&asOf=yesterday",
     "subsumes?system=onkologi&codeA=cancer", "lookup?system=onkologi&code=cancer&lang=xx", "nope"],
)  # fmt: skip
def test_a_wrong_request_is_told_what_is_wrong(client: FlaskClient, asked: str) -> None:
    answer = client.get(f"/api/v1/{asked}", headers={"Accept": "text/html"})
    assert answer.status_code in (400, 404) and answer.mimetype == "application/problem+json"
    assert answer.get_json()["title"]


def test_the_description_is_complete(client: FlaskClient) -> None:
    said = client.get("/api/openapi.json").get_json()
    assert said["openapi"] == "3.1.0"
    assert {each.path for each in OPERATIONS} | {"/validation/{profile}"} <= {*said["paths"]}
    text = client.get("/api/openapi.json").text
    for name in {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in said["components"]["schemas"]
    assert not [name for name in said["components"]["schemas"] if name.endswith("Body")]
