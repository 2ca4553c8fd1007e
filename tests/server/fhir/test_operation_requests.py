"""Requests of FHIR's operations and interactions, right and wrong, as their specification pages define them.

https://hl7.org/fhir/codesystem-operations.html, valueset-operations.html, conceptmap-operations.html, http.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.server.fhir.test_served_resources import ECOG, ICD, KARNOFSKY, members, value

Json = dict[str, Any]
A00 = f"{ICD}?fhir_vs=isa/A00"
ONKOLOGI = "https://w3id.org/begrepp/id/cs/onkologi"
FORM = "application/x-www-form-urlencoded"


def ask(
    client: FlaskClient, base: str, path: str, body: Any = None, method: str = "", kind: str = "application/fhir+json"
) -> tuple[int, Json]:
    """Status and answer; a body is sent by POST."""
    data = body if isinstance(body, str | None) else json.dumps(body)
    method = method or ("GET" if body is None else "POST")
    answer = client.open(f"/fhir/{base}/{path}", method=method, data=data, content_type=kind if data else None)
    return answer.status_code, json.loads(answer.data)


def parameters(*items: Json) -> Json:
    return {"resourceType": "Parameters", "parameter": list(items)}


def coding(name: str, code: str, system: str = ICD) -> Json:
    return {"name": name, "valueCoding": {"system": system, "code": code}}


def posted_set(*includes: Json, **more: Any) -> Json:
    own = {"resourceType": "ValueSet", "url": "http://x.example/vs", "status": "active"}
    return {"name": "valueSet", "resource": own | {"compose": {"include": list(includes)} | more}}


SYSTEM = {"name": "system", "valueUri": ICD}
LISTED = {"system": ICD, "concept": [{"code": "A00.9"}]}
BELOW = {"system": ICD, "filter": [{"property": "concept", "op": "is-a", "value": "A00"}]}
CONCEPT = {"name": "codeableConcept", "valueCodeableConcept": {"coding": [{"system": ICD, "code": "A00.9"}]}}

FAULTS: dict[str, tuple[str, Any]] = {
    "lookup without a system": ("CodeSystem/$lookup?code=A00", None),
    "lookup without a code": (f"CodeSystem/$lookup?system={ICD}", None),
    "lookup of an unknown code": (f"CodeSystem/$lookup?system={ICD}&code=ZZZ", None),
    "lookup on a day that is none": (f"CodeSystem/$lookup?system={ICD}&code=A00&date=yesterday", None),
    "lookup by code and another coding": (
        "CodeSystem/$lookup",
        parameters(
            coding("coding", "A00"), {"name": "system", "valueUri": ICD}, {"name": "code", "valueCode": "A00.9"}
        ),
    ),
    "lookup with a value set as body": ("CodeSystem/$lookup", {"resourceType": "ValueSet"}),
    "lookup with a list as body": ("CodeSystem/$lookup", [1, 2]),
    "lookup with half a body": ("CodeSystem/$lookup", "{"),
    "validation without a code": (f"CodeSystem/$validate-code?url={ICD}", None),
    "subsumption with one code": (f"CodeSystem/$subsumes?system={ICD}&codeA=A00", None),
    "subsumption without a system": ("CodeSystem/$subsumes?codeA=A00&codeB=A00.9", None),
    "subsumption of an unknown code": (f"CodeSystem/$subsumes?system={ICD}&codeA=A00&codeB=QQQ", None),
    "subsumption in two systems": (
        "CodeSystem/$subsumes",
        parameters(coding("codingA", "A00"), coding("codingB", "0", ECOG)),
    ),
    "expansion of nothing": ("ValueSet/$expand", None),
    "expansion of an unknown set": ("ValueSet/$expand?url=http://nowhere.example/vs", None),
    "expansion by context": ("ValueSet/$expand?context=http://hl7.org/fhir/StructureDefinition/Patient", None),
    "expansion with a negative count": (f"ValueSet/$expand?url={A00}&count=-1", None),
    "expansion with a count that is none": (f"ValueSet/$expand?url={A00}&count=x", None),
    "expansion with a truth value that is none": (f"ValueSet/$expand?url={A00}&activeOnly=maybe", None),
    "expansion before all editions": (f"ValueSet/$expand?url={A00}&date=1850-01-01", None),
    "expansion of an unknown version": (f"ValueSet/$expand?url={A00}&force-system-version={ICD}|1899", None),
    "expansion by an unknown operator": (
        "ValueSet/$expand",
        parameters(posted_set({"system": ICD, "filter": [{"property": "concept", "op": "nearly", "value": "A00"}]})),
    ),
    "expansion of codes without a system": (
        "ValueSet/$expand",
        parameters(posted_set({"concept": [{"code": "A00"}]})),
    ),
    "membership of nothing": (f"ValueSet/$validate-code?url={A00}", None),
    "translation of nothing": ("ConceptMap/$translate?targetSystem=http://x.example", None),
    "an unknown resource": ("CodeSystem/nope", None),
    "an unknown type": ("Patient/1", None),
    "a version of a resource": ("CodeSystem/ecog/_history/1", None),
    "a history": ("CodeSystem/ecog/_history", None),
    "a creation": ("CodeSystem", {"resourceType": "CodeSystem"}),
    "a transaction": ("", {"resourceType": "Bundle", "type": "transaction", "entry": []}),
}


@pytest.mark.parametrize("base", ["r5", "r4"])
@pytest.mark.parametrize(("path", "body"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_an_outcome_with_a_text(client: FlaskClient, base: str, path: str, body: Any) -> None:
    status, answer = ask(client, base, path, body)
    assert 400 <= status < 500 or status == 501
    assert answer["resourceType"] == "OperationOutcome"
    assert answer["issue"][0]["severity"] == "error"
    assert all(each["details"]["text"] for each in answer["issue"])


@pytest.mark.parametrize("base", ["r5", "r4"])
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_nothing_can_be_changed(client: FlaskClient, base: str, method: str) -> None:
    status, answer = ask(client, base, "CodeSystem/ecog", {"resourceType": "CodeSystem"}, method)
    assert (status, answer["issue"][0]["code"]) == (405, "not-supported")


def total(answer: Json) -> Any:
    return answer["expansion"]["total"]


def no_definition(answer: Json) -> bool:
    return "compose" not in answer


RIGHT: dict[str, tuple[str, Any, Callable[[Json], Any], Any]] = {
    "lookup by coding": (
        "CodeSystem/$lookup",
        parameters(coding("coding", "A00.9")),
        lambda a: value(a, "code"),
        "A00.9",
    ),
    "validation in an instance": (
        "CodeSystem/icd-10-se/$validate-code?code=A00.9",
        None,
        lambda a: value(a, "result"),
        True,
    ),
    "validation of an unknown code": (
        "CodeSystem/icd-10-se/$validate-code?code=QQ",
        None,
        lambda a: (value(a, "result"), bool(value(a, "message"))),
        (False, True),
    ),
    "validation of a wrong display": (
        f"CodeSystem/$validate-code?url={ECOG}&code=5&display=fel",
        None,
        lambda a: (value(a, "result"), value(a, "display")),
        (False, "avliden"),
    ),
    "validation of a display in capitals": (
        f"CodeSystem/$validate-code?url={ECOG}&code=5&display=AVLIDEN",
        None,
        lambda a: value(a, "result"),
        True,
    ),
    "validation of a concept": (
        "CodeSystem/$validate-code",
        parameters({"name": "url", "valueUri": ICD}, CONCEPT),
        lambda a: (value(a, "result"), value(a, "code")),
        (True, "A00.9"),
    ),
    "subsumption upwards": (
        f"CodeSystem/$subsumes?system={ICD}&codeA=A00.9&codeB=A00",
        None,
        lambda a: value(a, "outcome"),
        "subsumed-by",
    ),
    "subsumption in an instance": (
        "CodeSystem/icd-10-se/$subsumes?codeA=A00&codeB=A00.9",
        None,
        lambda a: value(a, "outcome"),
        "subsumes",
    ),
    "the number of members": (f"ValueSet/$expand?url={A00}&count=0", None, lambda a: (total(a), members(a)), (3, [])),
    "a page after the last": (
        f"ValueSet/$expand?url={A00}&offset=99&count=3",
        None,
        lambda a: (a["expansion"]["offset"], members(a)),
        (99, []),
    ),
    "only codes in force": (
        f"ValueSet/$expand?url={A00}&activeOnly=true",
        None,
        lambda a: sorted(members(a)),
        ["A00", "A00.9"],
    ),
    "an expansion without its definition": ("ValueSet/$expand", parameters(posted_set(LISTED)), no_definition, True),
    "an expansion with its definition": (
        "ValueSet/$expand",
        parameters(posted_set(LISTED), {"name": "includeDefinition", "valueBoolean": True}),
        no_definition,
        False,
    ),
    "an excluded code": (
        "ValueSet/$expand",
        parameters(posted_set(BELOW, exclude=[LISTED])),
        lambda a: sorted(members(a)),
        ["A00", "A00.0"],
    ),
    "an excluded system": (
        "ValueSet/$expand",
        parameters(
            posted_set(LISTED, {"system": ECOG, "concept": [{"code": "5"}]}),
            {"name": "exclude-system", "valueCanonical": ICD},
        ),
        members,
        ["5"],
    ),
    "two filters": (
        "ValueSet/$expand",
        parameters(
            posted_set(BELOW | {"filter": [*BELOW["filter"], {"property": "code", "op": "regex", "value": r"A00\.9"}]})
        ),
        members,
        ["A00.9"],
    ),
    "a listed code that does not exist": (
        "ValueSet/$expand",
        parameters(posted_set({"system": ICD, "concept": [{"code": "A00.9"}, {"code": "QQQ"}]})),
        members,
        ["A00.9"],
    ),
    "designations of one language": (
        f"ValueSet/$expand?url={ECOG}?vs&includeDesignations=true&designation=urn:ietf:bcp:47|en",
        None,
        lambda a: {d["language"] for each in a["expansion"]["contains"] for d in each["designation"]},
        {"en"},
    ),
    "membership": (
        f"ValueSet/$validate-code?url={A00}&system={ICD}&code=A00.9",
        None,
        lambda a: value(a, "result"),
        True,
    ),
    "no membership": (
        f"ValueSet/$validate-code?url={A00}&system={ICD}&code=C34",
        None,
        lambda a: (value(a, "result"), bool(value(a, "message"))),
        (False, True),
    ),
    "membership with a system that is inferred": (
        f"ValueSet/$validate-code?url={A00}&code=A00.9&inferSystem=true",
        None,
        lambda a: (value(a, "result"), value(a, "system")),
        (True, ICD),
    ),
    "membership in a version": (
        f"ValueSet/$validate-code?url={A00}&system={ICD}&code=A00.9&systemVersion=2021",
        None,
        lambda a: value(a, "version"),
        "2021",
    ),
    "membership of one of two codings": (
        "ValueSet/$validate-code",
        parameters(
            {"name": "url", "valueUri": A00},
            {
                "name": "codeableConcept",
                "valueCodeableConcept": {
                    "coding": [{"system": KARNOFSKY, "code": "100"}, {"system": ICD, "code": "A00.9"}]
                },
            },
        ),
        lambda a: value(a, "result"),
        True,
    ),
    "the code system of a search by POST": (
        "CodeSystem/_search",
        f"url={ECOG}",
        lambda a: a["total"],
        1,
    ),
}


@pytest.mark.parametrize("base", ["r5", "r4"])
@pytest.mark.parametrize(("path", "body", "read", "expected"), RIGHT.values(), ids=RIGHT)
def test_an_answer_is_as_specified(
    client: FlaskClient, base: str, path: str, body: Any, read: Callable[[Json], Any], expected: Any
) -> None:
    kind = FORM if path.endswith("_search") else "application/fhir+json"
    status, answer = ask(client, base, path, body, kind=kind)
    assert (status, read(answer)) == (200, expected)


TRANSLATIONS = (
    ("r5", f"sourceSystem={ONKOLOGI}&sourceCode=lungcancer&targetSystem={ICD}"),
    ("r4", f"system={ONKOLOGI}&code=lungcancer&targetsystem={ICD}"),
    ("r4", f"system={ICD}&code=C34&reverse=true&targetsystem={ONKOLOGI}"),
    ("r5", f"targetSystem={ICD}&targetCode=C34&sourceSystem={ONKOLOGI}"),
)


@pytest.mark.parametrize(("base", "query"), TRANSLATIONS)
def test_a_code_is_translated_in_both_directions(client: FlaskClient, base: str, query: str) -> None:
    status, answer = ask(client, base, f"ConceptMap/$translate?{query}")
    assert (status, value(answer, "result")) == (200, True)
    assert any(each["name"] == "match" for each in answer["parameter"])


LOOKED_UP = f"CodeSystem/$lookup?system={ICD}&code=A00"


@pytest.mark.parametrize("name", ["asOf", "Date", "day", "dates"])
def test_a_misspelt_day_is_refused_with_the_right_name(client: FlaskClient, name: str) -> None:
    fault = f"The parameter {name} is not known. Did you mean date?"
    posted = parameters(SYSTEM, {"name": "code", "valueCode": "A00"}, {"name": name, "valueDateTime": "2021-01-01"})
    batch: Json = {"resourceType": "Bundle", "type": "batch"}
    batch |= {"entry": [{"request": {"method": "GET", "url": f"{LOOKED_UP}&{name}=2021"}}]}
    for path, body in ((f"{LOOKED_UP}&{name}=2021", None), ("CodeSystem/$lookup", posted)):
        status, answer = ask(client, "r5", path, body)
        assert (status, answer["issue"][0]["details"]["text"]) == (400, fault)
    entry = ask(client, "r5", "", batch)[1]["entry"][0]
    assert entry["response"]["status"] == "400" and entry["resource"]["issue"][0]["details"]["text"] == fault


@pytest.mark.parametrize(
    ("prefer", "in_query", "in_body"), [("", 400, 200), ("handling=strict", 400, 400), ("handling=lenient", 200, 200)]
)
def test_the_client_chooses_what_becomes_of_unknown_parameters(
    client: FlaskClient, prefer: str, in_query: int, in_body: int
) -> None:
    headers = {"Prefer": prefer} if prefer else {}
    posted = parameters(SYSTEM, {"name": "code", "valueCode": "A00"}, {"name": "uuid", "valueString": "1"})
    for base in ("r5", "r4"):
        asked = client.get(f"/fhir/{base}/{LOOKED_UP}&uuid=1", headers=headers)
        sent = client.post(f"/fhir/{base}/CodeSystem/$lookup", json=posted, headers=headers)
        assert (asked.status_code, sent.status_code) == (in_query, in_body)
        assert asked.headers.get("Preference-Applied", "") == sent.headers.get("Preference-Applied", "") == prefer
        assert client.get(f"/fhir/{base}/{LOOKED_UP}").status_code == 200  # no answer of another preference


def test_reads_take_no_parameters_but_those_of_form(client: FlaskClient) -> None:
    for path in ("CodeSystem/icd-10-se", "metadata", "$versions"):
        assert ask(client, "r5", f"{path}?_format=json&_pretty=true")[0] == 200
        assert ask(client, "r5", f"{path}?date=2021-01-01")[0] == 400


@pytest.mark.parametrize("base", ["r5", "r4"])
@pytest.mark.parametrize(
    ("path", "parameters", "name"),
    [
        ("CodeSystem/$lookup", {"system": [ECOG], "code": ["1", "2"]}, "code"),
        ("CodeSystem/$lookup", {"system": [ECOG], "code": ["1"], "date": ["2026-12-01", "2019-01-01"]}, "date"),
        ("ValueSet/$expand", {"url": [f"{ECOG}?vs", "urn:other"]}, "url"),
        ("ValueSet/$expand", {"url": [f"{ECOG}?vs"], "count": ["2", "5"]}, "count"),
    ],
)
def test_a_parameter_with_several_values_is_refused(
    client: FlaskClient, base: str, path: str, parameters: dict[str, list[str]], name: str
) -> None:
    text = f"The parameter {name} has several values."
    pairs = [(each, value) for each, values in parameters.items() for value in values]
    items = [{"name": each, "valueString": value} for each, value in pairs]
    body = {"resourceType": "Parameters", "parameter": items}
    address = f"/fhir/{base}/{path}"
    for answer in (client.get(address, query_string=pairs), client.post(address, json=body)):
        assert answer.status_code == 400 and text in answer.text
    kept = [one for one in items if one["name"] != name or one["valueString"] == parameters[name][0]]
    same = {"resourceType": "Parameters", "parameter": [*kept, *kept]}
    assert client.post(address, json=same).status_code == 200


def test_an_implicit_value_set_below_an_unknown_code_does_not_exist(client: FlaskClient) -> None:
    for operation in ("$expand?", f"$validate-code?system={ECOG}&code=1&"):
        answer = client.get(f"/fhir/r5/ValueSet/{operation}url={ECOG}?fhir_vs=isa/nope")
        assert "could not be found" in answer.text and "isa/nope" in answer.text
    assert client.get(f"/fhir/r5/ValueSet/$expand?url={ECOG}?fhir_vs=isa/1").status_code == 200
