"""The FHIR operations on resources that a request carries: versions, languages, filters, faults, hostile forms."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.server.fhir.test_served_resources import members, value

CS = "http://example.org/colours"
VS = "http://example.org/warm"
Json = dict[str, Any]


def colours(version: str = "1.0.0", **changes: object) -> Json:
    """A code system with a hierarchy, designations, properties, a retired and an abstract concept."""
    warm = {
        "code": "warm",
        "display": "Warm colours",
        "property": [{"code": "notSelectable", "valueBoolean": True}],
        "concept": [
            {"code": "red", "display": "Red", "designation": [{"language": "sv", "value": "Röd"}]},
            {"code": "orange", "display": "Orange", "property": [{"code": "status", "valueCode": "retired"}]},
        ],
    }
    blue = {"code": "blue", "display": "Blue", "property": [{"code": "hue", "valueInteger": 240}]}
    properties = [
        {"code": "notSelectable", "uri": "http://hl7.org/fhir/concept-properties#notSelectable", "type": "boolean"},
        {"code": "status", "uri": "http://hl7.org/fhir/concept-properties#status", "type": "code"},
        {"code": "hue", "type": "integer"},
    ]
    return {
        "resourceType": "CodeSystem",
        "url": CS,
        "version": version,
        "status": "active",
        "language": "en",
        "content": "complete",
        "caseSensitive": True,
        "hierarchyMeaning": "is-a",
        "property": properties,
        "concept": [warm, blue],
        **changes,
    }


def value_set(*includes: Json, url: str = VS, **compose: object) -> Json:
    """A value set of includes."""
    return {"resourceType": "ValueSet", "url": url, "status": "active", "compose": {"include": [*includes], **compose}}


def filtered(property_: str, operator: str, wanted: str) -> Json:
    """An include with a filter."""
    return {"system": CS, "filter": [{"property": property_, "op": operator, "value": wanted}]}


def ask(client: FlaskClient, operation: str, *resources: Json, status: int = 200, **values: object) -> Any:
    """The answer to an operation with posted resources."""
    kinds: dict[type, str] = {bool: "valueBoolean", int: "valueInteger", str: "valueString"}
    items: list[Json] = [{"name": "tx-resource", "resource": each} for each in resources]
    for name, one in values.items():
        key = name.strip("_").replace("__", "-")
        items.append({"name": key, "resource": one} if isinstance(one, dict) else {"name": key, kinds[type(one)]: one})
    body = json.dumps({"resourceType": "Parameters", "parameter": items})
    answer = client.post(f"/fhir/r5/{operation}", data=body, content_type="application/fhir+json")
    assert answer.status_code == status, answer.text[:500]
    return json.loads(answer.data)


@pytest.mark.parametrize(
    ("include", "expected"),
    [
        ({"system": CS}, ["warm", "red", "orange", "blue"]),
        ({"system": CS, "concept": [{"code": "blue"}, {"code": "red"}]}, ["blue", "red"]),
        (filtered("concept", "is-a", "warm"), ["warm", "red", "orange"]),
        (filtered("concept", "descendent-of", "warm"), ["red", "orange"]),
        (filtered("concept", "child-of", "warm"), ["red", "orange"]),
        (filtered("concept", "is-not-a", "warm"), ["blue"]),
        (filtered("concept", "generalizes", "red"), ["warm", "red"]),
        (filtered("concept", "in", "red, blue"), ["red", "blue"]),
        (filtered("concept", "not-in", "red,blue,orange"), ["warm"]),
        (filtered("code", "regex", "r.*|b..e"), ["red", "blue"]),
        (filtered("hue", "=", "240"), ["blue"]),
        (filtered("hue", "exists", "true"), ["blue"]),
        (filtered("hue", "exists", "false"), ["warm", "red", "orange"]),
        (filtered("status", "=", "retired"), ["orange"]),
        (filtered("display", "regex", "R.*"), ["red"]),
    ],
)
def test_includes_select_concepts(client: FlaskClient, include: Json, expected: list[str]) -> None:
    assert members(ask(client, "ValueSet/$expand", colours(), value_set(include), url=VS)) == expected


def test_excludes_and_imported_value_sets(client: FlaskClient) -> None:
    all_of_them = value_set({"system": CS}, url="http://example.org/all")
    own = value_set({"valueSet": ["http://example.org/all"]}, exclude=[{"system": CS, "concept": [{"code": "red"}]}])
    assert members(ask(client, "ValueSet/$expand", colours(), all_of_them, own, url=VS)) == ["warm", "orange", "blue"]
    fault = ask(client, "ValueSet/$expand", colours(), own, url=VS, status=422)
    assert "http://example.org/all" in fault["issue"][0]["details"]["text"]


def test_pages_activity_and_text(client: FlaskClient) -> None:
    every = value_set({"system": CS})
    page = ask(client, "ValueSet/$expand", colours(), every, url=VS, count=2, offset=1)
    assert (page["expansion"]["total"], page["expansion"]["offset"], members(page)) == (4, 1, ["red", "orange"])
    assert "orange" not in members(ask(client, "ValueSet/$expand", colours(), every, url=VS, activeOnly=True))
    assert members(ask(client, "ValueSet/$expand", colours(), every, url=VS, filter="bl")) == ["blue"]
    assert "contains" not in ask(client, "ValueSet/$expand", colours(), every, url=VS, count=0)["expansion"]


@pytest.mark.parametrize(
    ("asked", "found"), [("1.0.0", "1.0.0"), ("1.x", "1.2.0"), ("1.0.x", "1.0.0"), ("*", "2.0.0"), ("", "2.0.0")]
)
def test_a_version_may_have_wildcards(client: FlaskClient, asked: str, found: str) -> None:
    systems = [colours(each) for each in ("1.0.0", "1.2.0", "2.0.0")]
    values: Json = {"version": asked} if asked else {}
    answer = ask(client, "CodeSystem/$lookup", *systems, system=CS, code="red", **values)
    assert value(answer, "version") == found


def test_a_version_that_is_not_there_is_named_with_those_that_are(client: FlaskClient) -> None:
    answer = ask(client, "CodeSystem/$validate-code", colours(), url=CS, code="red", version="3.0.0")
    assert value(answer, "result") is False
    assert "3.0.0" in value(answer, "message") and "1.0.0" in value(answer, "message")


@pytest.mark.parametrize(
    ("language", "display", "result"),
    [("en", "Red", True), ("sv", "Röd", True), ("sv", "Grön", False), ("en", "Redd", False)],
)
def test_a_display_is_checked_in_its_language(client: FlaskClient, language: str, display: str, result: bool) -> None:
    asked: Json = {"url": CS, "code": "red", "display": display, "displayLanguage": language}
    answer = ask(client, "CodeSystem/$validate-code", colours(), **asked)
    assert value(answer, "result") is result
    assert value(answer, "display") == ("Röd" if language == "sv" else "Red")


def test_abstract_inactive_and_unknown_codes(client: FlaskClient) -> None:
    every = value_set({"system": CS})

    def validated(code: str, **more: Any) -> Any:
        return ask(client, "ValueSet/$validate-code", colours(), every, url=VS, system=CS, code=code, **more)

    assert value(validated("warm"), "result") is True
    assert value(validated("warm", abstract=False), "result") is False
    assert value(validated("orange"), "inactive") is True
    assert value(validated("orange", activeOnly=True), "result") is False
    unknown = validated("green")
    assert value(unknown, "result") is False
    kinds = {each["details"]["coding"][0]["code"] for each in _issues(unknown)}
    assert kinds == {"not-in-vs", "invalid-code"}


def _issues(answer: Any) -> list[Json]:
    found: list[Json] = next(each["resource"]["issue"] for each in answer["parameter"] if each["name"] == "issues")
    return found


def test_a_code_without_system_is_inferred(client: FlaskClient) -> None:
    every = value_set({"system": CS})
    answer = ask(client, "ValueSet/$validate-code", colours(), every, url=VS, code="red", inferSystem=True)
    assert (value(answer, "result"), value(answer, "system")) == (True, CS)


def test_a_property_without_a_value_is_left_out_of_a_lookup(client: FlaskClient) -> None:
    system = colours(concept=[{"code": "red", "property": [{"code": "hue"}, {"code": "status", "valueCode": "draft"}]}])
    found = ask(client, "CodeSystem/$lookup", system, system=CS, code="red", property="*")
    parts = [each["part"] for each in found["parameter"] if each["name"] == "property"]
    assert {part[0]["valueCode"] for part in parts} == {"inactive", "status"}


def test_a_supplement_adds_designations(client: FlaskClient) -> None:
    supplement = {
        "resourceType": "CodeSystem",
        "url": "http://example.org/fi",
        "status": "active",
        "content": "supplement",
        "supplements": CS,
        "concept": [{"code": "red", "designation": [{"language": "fi", "value": "Punainen"}]}],
    }
    asked: Json = {"system": CS, "code": "red", "displayLanguage": "fi"}
    found = ask(client, "CodeSystem/$lookup", colours(), supplement, **asked, useSupplement="http://example.org/fi")
    assert value(found, "display") == "Punainen"


def test_a_posted_map_translates_in_both_directions(client: FlaskClient) -> None:
    target = {"code": "rouge", "relationship": "equivalent"}
    group = {"source": CS, "target": "http://example.org/fr", "element": [{"code": "red", "target": [target]}]}
    map_ = {"resourceType": "ConceptMap", "url": "http://example.org/map", "status": "active", "group": [group]}
    found = ask(client, "ConceptMap/$translate", map_, url=map_["url"], system=CS, sourceCode="red")
    assert value(found, "result") is True
    assert "rouge" in json.dumps(found)
    back: Json = {"targetSystem": "http://example.org/fr", "targetCode": "rouge", "system": CS}
    assert '"red"' in json.dumps(ask(client, "ConceptMap/$translate", map_, url=map_["url"], **back))


def test_value_sets_that_import_each_other_are_refused(client: FlaskClient) -> None:
    one, other = "http://example.org/one", "http://example.org/other"
    sets = [value_set({"valueSet": [other]}, url=one), value_set({"valueSet": [one]}, url=other)]
    assert "Cyclic" in ask(client, "ValueSet/$expand", *sets, url=one, status=422)["issue"][0]["details"]["text"]


@pytest.mark.parametrize("pattern", ["(a+)+$", "(x|x)*y", "a{1,999}{1,999}{1,999}", "(", "a" * 5000])
def test_no_pattern_holds_the_server(client: FlaskClient, pattern: str) -> None:
    long = colours(concept=[{"code": "a" * 5000 + "!", "display": "x" * 5000}])
    started = time.monotonic()
    body = {"resource": value_set(filtered("code", "regex", pattern))}
    items = [{"name": "tx-resource", "resource": long}, {"name": "valueSet", **body}]
    data = json.dumps({"resourceType": "Parameters", "parameter": items})
    answer = client.post("/fhir/r5/ValueSet/$expand", data=data, content_type="application/fhir+json")
    assert answer.status_code in (200, 400)
    assert time.monotonic() - started < 5


def test_large_and_deep_resources_are_answered(client: FlaskClient) -> None:
    codes = [{"code": f"c{n}"} for n in range(100_000)]
    many = ask(
        client, "ValueSet/$validate-code", valueSet=value_set({"system": CS, "concept": codes}), code="c7", system=CS
    )
    assert value(many, "result") is False  # the code system is not known
    deep: Json = {"code": "0"}
    for n in range(1, 90):
        deep = {"code": str(n), "concept": [deep]}
    found = ask(client, "CodeSystem/$subsumes", colours(concept=[deep]), system=CS, codeA="89", codeB="0")
    assert value(found, "outcome") == "subsumes"
    for n in range(90, 400):
        deep = {"code": str(n), "concept": [deep]}
    asked: Json = {"system": CS, "codeA": "399", "codeB": "0"}
    fault = ask(client, "CodeSystem/$subsumes", colours(concept=[deep]), status=422, **asked)
    assert fault["issue"][0]["code"] == "too-costly"


@pytest.mark.parametrize(
    "changes",
    [{"concept": "red"}, {"concept": [{"display": "no code"}]}, {"url": None}, {"concept": [{"code": ["red"]}]}],
)
def test_a_resource_of_a_wrong_form_is_a_fault_of_the_client(client: FlaskClient, changes: Json) -> None:
    items = [
        {"name": "tx-resource", "resource": colours(**changes)},
        {"name": "system", "valueUri": CS},
        {"name": "code", "valueCode": "red"},
    ]
    data = json.dumps({"resourceType": "Parameters", "parameter": items})
    answer = client.post("/fhir/r5/CodeSystem/$lookup", data=data, content_type="application/fhir+json")
    assert 400 <= answer.status_code < 500
    assert json.loads(answer.data)["resourceType"] == "OperationOutcome"


def test_a_value_set_with_an_expansion_alone_has_its_members(client: FlaskClient) -> None:
    contains = [
        {"system": CS, "code": "warm", "abstract": True, "contains": [{"system": CS, "code": "red", "display": "RED"}]},
        {"display": "a heading", "contains": [{"system": CS, "code": "blue"}]},
    ]
    own: Json = {"resourceType": "ValueSet", "url": VS, "status": "active", "expansion": {"contains": contains}}
    found = ask(client, "ValueSet/$expand", colours(), own, url=VS)
    assert [(each["code"], each["display"]) for each in found["expansion"]["contains"]] == [
        ("red", "RED"),
        ("blue", "Blue"),
    ]

    def is_member(code: str, resource: Json) -> Any:
        return ask(client, "ValueSet/$validate-code", colours(), resource, url=VS, system=CS, code=code)

    assert [value(is_member(code, own), "result") for code in ("red", "blue", "orange", "warm")] == [
        *(True, True),
        *(False, False),
    ]
    importing = value_set({"valueSet": [VS]}, url="http://example.org/importing")
    assert members(ask(client, "ValueSet/$expand", colours(), own, importing, url=importing["url"])) == ["red", "blue"]
    defined = own | {"compose": {"include": [{"system": CS, "concept": [{"code": "orange"}]}]}}
    assert members(ask(client, "ValueSet/$expand", colours(), defined, url=VS)) == ["orange"]


@pytest.mark.parametrize(
    ("expansion", "status", "text"),
    [
        ({"total": 9, "contains": [{"system": CS, "code": "red"}]}, 422, "1 of 9 members"),
        ({"contains": [{"code": "red"}]}, 400, "without system or code"),
        ({"contains": "red"}, 400, "not a list of objects"),
    ],
)
def test_an_expansion_that_cannot_be_used_is_refused(
    client: FlaskClient, expansion: Json, status: int, text: str
) -> None:
    own = {"resourceType": "ValueSet", "url": VS, "status": "active", "expansion": expansion}
    fault = ask(client, "ValueSet/$expand", colours(), own, url=VS, status=status)
    assert text in fault["issue"][0]["details"]["text"]


@pytest.mark.parametrize(
    ("meaning", "outcome", "kinds"),
    [
        ("is-a", "subsumes", ["warm", "red", "orange"]),
        (None, "subsumes", ["warm", "red", "orange"]),
        ("classified-with", "subsumes", ["warm", "red", "orange"]),
        ("part-of", "not-subsumed", ["warm"]),
        ("grouped-by", "not-subsumed", ["warm"]),
    ],
)
def test_the_parts_of_a_whole_are_no_kinds_of_it(
    client: FlaskClient, meaning: str | None, outcome: str, kinds: list[str]
) -> None:
    system = colours(hierarchyMeaning=meaning)
    found = ask(client, "CodeSystem/$subsumes", system, system=CS, codeA="warm", codeB="red")
    assert value(found, "outcome") == outcome
    found = ask(client, "CodeSystem/$subsumes", system, system=CS, codeA="red", codeB="red")
    assert value(found, "outcome") == "equivalent"

    def selected(operator: str, code: str) -> list[str]:
        own = value_set(filtered("concept", operator, code))
        return members(ask(client, "ValueSet/$expand", system, own, url=VS))

    assert selected("is-a", "warm") == kinds
    assert selected("descendent-of", "warm") == kinds[1:]
    assert selected("child-of", "warm") == ["red", "orange"]  # it asks for the hierarchy, whatever it means
    assert selected("is-not-a", "warm") == [each for each in ("warm", "red", "orange", "blue") if each not in kinds]
    assert selected("generalizes", "red") == ([*kinds[:1], "red"] if len(kinds) > 1 else ["red"])
    checked = ask(client, "CodeSystem/$lookup", system, system=CS, code="red", property="parent")
    assert '"warm"' in json.dumps(checked)


@pytest.mark.parametrize("base", ["r5", "r4"])
@pytest.mark.parametrize("written", ["1.50", "10.0", "0.10", "-2.000", "12345678901234.5678"])
def test_decimals_of_posted_resources_keep_their_zeros(client: FlaskClient, base: str, written: str) -> None:
    size = {"code": "size", "type": "decimal"}
    own = colours(property=[size], concept=[{"code": "red", "property": [{"code": "size", "valueDecimal": "@"}]}])
    named = [{"name": "system", "valueUri": CS}, {"name": "code", "valueCode": "red"}]
    parameters = [{"name": "tx-resource", "resource": own}, *named, {"name": "property", "valueCode": "size"}]
    body = json.dumps({"resourceType": "Parameters", "parameter": parameters}).replace('"@"', written)
    answer = client.post(f"/fhir/{base}/CodeSystem/$lookup", data=body, content_type="application/fhir+json")
    assert f'"valueDecimal":{written}}}' in answer.text


@pytest.mark.parametrize(("wanted", "found"), [("1.5", ["red"]), ("1.50", ["red"]), ("1.500", ["red"]), ("15", [])])
def test_a_filter_compares_decimals_by_their_value(client: FlaskClient, wanted: str, found: list[str]) -> None:
    size = {"code": "size", "type": "decimal"}
    system = colours(property=[size], concept=[{"code": "red", "property": [{"code": "size", "valueDecimal": 1.5}]}])
    own = value_set(filtered("size", "=", wanted))
    assert members(ask(client, "ValueSet/$expand", system, own, url=VS)) == found


@pytest.mark.parametrize("url", [VS, ""])
@pytest.mark.parametrize("base", ["r4", "r5"])
def test_a_locked_value_set_is_refused_rather_than_expanded_by_the_editions_of_today(
    client: FlaskClient, base: str, url: str
) -> None:
    locked = value_set({"system": CS}, url=url, lockedDate="2022-06-01")
    if not url:
        del locked["url"]
    sent = {"resourceType": "Parameters", "parameter": [{"name": "valueSet", "resource": locked}]}
    sent["parameter"].append({"name": "tx-resource", "resource": colours()})  # type: ignore[attr-defined]
    data = json.dumps(sent)
    answer = client.post(f"/fhir/{base}/ValueSet/$expand", data=data, content_type="application/fhir+json")
    assert answer.status_code == 422 and "lockedDate" in answer.text
