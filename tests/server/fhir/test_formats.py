"""Formats of the FHIR service: XML and JSON by `_format`, `Accept` and `Content-Type`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from begrepp.fhir import xml_resources
from begrepp.fhir.xml_resources import from_xml, to_xml
from server.fhir.fhir_formats import accepted_format
from tests.server.fhir.suite import SUITE, cases, failure

ECOG = "https://w3id.org/begrepp/id/cs/ecog"
LOOKUP = f"CodeSystem/$lookup?system={ECOG}&code=5"
XML, JSON = "application/fhir+xml; charset=utf-8", "application/fhir+json; charset=utf-8"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
BASES = ("r5", "r4")
INVALID = "other/dual-filter"
"""A test of the suite whose value set has no status, which FHIR requires; it cannot be written as XML."""


def body(answer: Any, base: str) -> Any:
    """The resource of an answer in XML."""
    assert answer.content_type == XML, answer.text
    return from_xml(answer.data, base)


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize(
    "path",
    [
        *("metadata", "metadata?mode=terminology", "CodeSystem?_count=200", "ValueSet?_count=50", "ConceptMap"),
        *("NamingSystem", "CodeSystem?_count=0", f"ValueSet/$expand?url={ECOG}?vs&includeDesignations=true&property=*"),
        *(LOOKUP, f"CodeSystem/$lookup?system={ECOG}&code=nej"),
        f"ValueSet/$validate-code?url={ECOG}?vs&system={ECOG}&code=5&display=fel",
    ],
)
def test_an_answer_in_xml_says_what_json_says(client: FlaskClient, base: str, path: str) -> None:
    as_json = client.get(f"/fhir/{base}/{path}", headers={"Accept": "application/fhir+json"})
    as_xml = client.get(f"/fhir/{base}/{path}", headers={"Accept": "application/fhir+xml"})
    assert as_xml.status_code == as_json.status_code
    assert plain(body(as_xml, base)) == plain(json.loads(as_json.data))


def plain(item: Any, name: str = "") -> Any:
    """The resource without what differs from request to request, and with moments of time in one form."""
    if isinstance(item, dict):
        return {key: plain(each, key) for key, each in item.items() if key not in ("identifier", "timestamp", "id")}
    if isinstance(item, list):
        return [plain(each, name) for each in item]
    is_time = isinstance(item, str) and item[4:5] == "-" and "T" in item
    return item.replace("+00:00", "Z") if is_time else item


@pytest.mark.parametrize("base", BASES)
def test_every_code_system_is_read_in_xml(client: FlaskClient, base: str) -> None:
    found = json.loads(client.get(f"/fhir/{base}/CodeSystem?_count=200").data)["entry"]
    assert len(found) > 20
    for each in found:
        path = f"/fhir/{base}/CodeSystem/{each['resource']['id']}"
        answer = client.get(path, headers={"Accept": "application/fhir+xml"})
        assert plain(body(answer, base)) == plain(json.loads(client.get(path).data)), path


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("sent", ["application/fhir+xml", "application/xml", "text/xml; charset=utf-8"])
def test_a_request_is_read_in_xml(client: FlaskClient, base: str, sent: str) -> None:
    items = [{"name": "system", "valueUri": ECOG}, {"name": "code", "valueCode": "5"}]
    data = to_xml({"resourceType": "Parameters", "parameter": items}, base)
    answer = client.post(f"/fhir/{base}/CodeSystem/$lookup", data=data, content_type=sent)
    assert answer.content_type == JSON
    assert json.loads(answer.data) == json.loads(client.get(f"/fhir/{base}/{LOOKUP}").data)
    both = client.post(f"/fhir/{base}/CodeSystem/$lookup", data=data, content_type=sent, headers={"Accept": sent})
    assert body(both, base) == json.loads(answer.data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<Parameters", "line 1"),
        (b"<Parameters/>", "namespace"),
        (b'<Unknown xmlns="http://hl7.org/fhir"/>', "Unknown"),
        (b'<Parameters xmlns="http://hl7.org/fhir"><zz/></Parameters>', "zz"),
        (
            b'<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="a"/><valueBoolean value="ja"/>'
            b"</parameter></Parameters>",
            "valueBoolean",
        ),
        (
            b'<!DOCTYPE a [<!ENTITY x "y">]><Parameters xmlns="http://hl7.org/fhir"><parameter>'
            b'<name value="&x;"/></parameter></Parameters>',
            "DOCTYPE",
        ),
        (b"<Parameters>" * 2000, "line 1"),
        (b"", "empty"),
    ],
)
def test_a_fault_in_xml_is_told(client: FlaskClient, data: bytes, reason: str) -> None:
    answer = client.post("/fhir/r5/CodeSystem/$lookup", data=data, content_type="application/fhir+xml")
    assert answer.status_code == 400
    found = json.loads(answer.data)["issue"][0]
    assert found["code"] == "structure" and reason in found["details"]["text"]


@pytest.mark.parametrize(
    ("query", "accept", "expected"),
    [
        ("", "", JSON),
        ("", "*/*", JSON),
        ("", BROWSER, JSON),
        ("", "application/fhir+xml", XML),
        ("", "application/xml", XML),
        ("", "text/xml", XML),
        ("", "application/fhir+json;q=0.5, application/fhir+xml", XML),
        ("", "application/fhir+xml;q=1.0, application/fhir+json;q=1.0", JSON),
        ("", "application/fhir+json; fhirVersion=5.0", JSON),
        ("", "application/fhir+xml;fhirVersion=5.0", XML),
        ("", "application/fhir+json;charset=utf-8", JSON),
        ("_format=xml", "application/fhir+json", XML),
        ("_format=application/fhir%2Bxml", "", XML),
        ("_format=application/fhir+xml", "", XML),
        ("_format=application/fhir+json", "application/fhir+xml", JSON),
        ("_format=json", BROWSER, JSON),
    ],
)
def test_the_format_is_chosen_by_query_and_header(client: FlaskClient, query: str, accept: str, expected: str) -> None:
    answer = client.get(f"/fhir/r5/{LOOKUP}&{query}", headers={"Accept": accept} if accept else {})
    assert (answer.status_code, answer.content_type) == (200, expected)
    assert "Accept" in answer.headers["Vary"]


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ("_format=turtle", {}, 406),
        ("", {"Accept": "text/turtle"}, 406),
        ("", {"Accept": "application/fhir+json; fhirVersion=3.0"}, 406),
        ("", {"Content-Type": "text/turtle"}, 415),
    ],
)
def test_another_format_is_refused_with_the_one_to_use(
    client: FlaskClient, query: str, headers: dict[str, str], status: int
) -> None:
    method, data = ("POST", b"<Parameters/>") if status == 415 else ("GET", b"")
    answer = client.open(f"/fhir/r5/{LOOKUP}&{query}", method=method, data=data, headers=headers)
    assert (answer.status_code, answer.content_type) == (status, JSON)
    assert "application/fhir+json" in json.loads(answer.data)["issue"][0]["details"]["text"]


def test_without_the_package_the_service_speaks_json(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_resources, "is_available", lambda: False)
    accepted_format.cache_clear()
    path = f"/fhir/r5/{LOOKUP}&_now=1"  # not in the cache of answers
    answer = client.get(path, headers={"Accept": "application/fhir+xml"})
    assert (answer.status_code, answer.content_type) == (406, JSON)
    stated = json.loads(client.get("/fhir/r5/metadata?_elements=format").data)
    assert stated["format"] == ["application/fhir+json"]
    accepted_format.cache_clear()


@pytest.mark.slow
@pytest.mark.skipif(not SUITE.exists(), reason=f"HL7's terminology tests are not in {SUITE}")
@pytest.mark.parametrize("base", BASES)
def test_the_whole_suite_is_answered_in_xml(client: FlaskClient, base: str) -> None:
    tests = [case for case in cases() if case.name != INVALID]
    failures = [f"{case.name}: {found}" for case in tests if (found := failure(client, case, base, as_xml=True))]
    assert len(tests) == 596 and not failures, "\n".join(failures)
