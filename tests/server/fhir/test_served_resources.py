"""The FHIR service over the code systems and mappings of the build."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from begrepp.fhir.requests.fault_texts import FAULT_TEXTS
from server.http.i18n import messages

ECOG = "https://w3id.org/begrepp/id/cs/ecog"
TNM = "https://w3id.org/begrepp/id/cs/tnm-t"
KARNOFSKY = "https://w3id.org/begrepp/id/cs/karnofsky"
ICD = "urn:oid:1.2.752.116.1.1.1"


def get(client: FlaskClient, path: str, status: int = 200, **headers: str) -> Any:
    """The parsed answer to a GET request."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = client.get(path, headers=names)
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/fhir+json; charset=utf-8"
    return json.loads(answer.data)


def post(client: FlaskClient, path: str, parameters: list[dict[str, Any]], status: int = 200) -> Any:
    """The parsed answer to a POST of parameters."""
    body = json.dumps({"resourceType": "Parameters", "parameter": parameters})
    answer = client.post(path, data=body, content_type="application/fhir+json")
    assert answer.status_code == status, answer.text
    return json.loads(answer.data)


def value(parameters: Any, name: str) -> Any:
    """The value of the first parameter or part of a name."""
    items = parameters.get("parameter", []) if isinstance(parameters, dict) else parameters
    found: dict[str, Any] = next((each for each in items if each["name"] == name), {})
    return next((content for key, content in found.items() if key.startswith("value")), None)


def members(answer: Any) -> list[str]:
    """The codes of an expansion at all levels."""

    def walk(items: list[Any]) -> list[str]:
        return [code for each in items for code in (each["code"], *walk(each.get("contains", [])))]

    return walk(answer["expansion"].get("contains", []))


@pytest.mark.parametrize("base", ["r5", "r4"])
@pytest.mark.parametrize("system", [ICD, "http://hl7.org/fhir/sid/icd-10-se", "icd-10-se"])
def test_every_address_of_a_system_leads_to_it(client: FlaskClient, base: str, system: str) -> None:
    found = get(client, f"/fhir/{base}/CodeSystem/$lookup?system={system}&code=A00.0")
    assert (value(found, "system"), value(found, "code")) == (system, "A00.0")
    assert value(found, "display")


def test_the_display_is_in_the_language_that_is_asked_for(client: FlaskClient) -> None:
    path = f"/fhir/r5/CodeSystem/$lookup?system={ECOG}&code=5"
    swedish, english = (get(client, f"{path}&displayLanguage={each}") for each in ("sv-SE, en;q=0.5", "en"))
    assert (value(swedish, "display"), value(english, "display")) == ("avliden", "dead")
    assert value(get(client, path, Accept_Language="en"), "display") == "dead"
    assert value(get(client, path), "display") == "avliden"


def test_an_edition_is_chosen_by_version_or_day(client: FlaskClient) -> None:
    path = f"/fhir/r5/CodeSystem/$lookup?system={ICD}&code=A00.0"
    assert value(get(client, f"{path}&version=2021"), "version") == "2021"
    assert value(get(client, f"{path}&date=2021-06-01"), "version") == "2021"
    assert get(client, f"{path}&version=1899", 404)["issue"][0]["code"] == "not-found"
    assert get(client, f"{path}&date=2021-13-01", 400)["issue"][0]["code"] == "invalid"


def test_implicit_value_sets_are_expanded(client: FlaskClient) -> None:
    whole = get(client, f"/fhir/r5/ValueSet/$expand?url={TNM}?vs")
    assert whole["expansion"]["total"] == len(members(whole)) == len(set(members(whole))) > 15
    part = get(client, f"/fhir/r5/ValueSet/$expand?url={TNM}?fhir_vs=isa/T4&excludeNested=true")
    assert "T4" in members(part) and set(members(part)) < set(members(whole))
    page = get(client, f"/fhir/r4/ValueSet/$expand?url={TNM}?vs&count=3&offset=2")
    assert (len(members(page)), page["expansion"]["total"]) == (3, whole["expansion"]["total"])
    assert (
        get(client, f"/fhir/r5/ValueSet/$expand?url={TNM}?fhir_vs=other/1", 400)["resourceType"] == "OperationOutcome"
    )


def test_a_text_filter_finds_the_starts_of_words(client: FlaskClient) -> None:
    url = "https://w3id.org/begrepp/id/cs/lan?vs"
    assert members(get(client, f"/fhir/r5/ValueSet/$expand?url={url}&filter=östergötl")) == ["05"]
    assert members(get(client, f"/fhir/r5/ValueSet/$expand?url={url}&filter=qqq")) == []


@pytest.mark.parametrize(
    ("one", "other", "outcome"),
    [
        ("T4", "T4a", "subsumes"),
        ("T4a", "T4", "subsumed-by"),
        ("T4", "T4", "equivalent"),
        ("T4a", "T4b", "not-subsumed"),
    ],
)
def test_subsumption_follows_the_hierarchy(client: FlaskClient, one: str, other: str, outcome: str) -> None:
    found = get(client, f"/fhir/r5/CodeSystem/$subsumes?system={TNM}&codeA={one}&codeB={other}")
    assert value(found, "outcome") == outcome
    assert get(client, f"/fhir/r5/CodeSystem/$subsumes?system={TNM}&codeA={one}&codeB=T99", 404)["issue"]


def test_mappings_are_translated_in_both_directions(client: FlaskClient) -> None:
    path = "/fhir/r5/ConceptMap/$translate"
    forward = get(client, f"{path}?sourceCode=0&sourceSystem={KARNOFSKY}&targetSystem={ECOG}")
    match = forward["parameter"][1]["part"]
    assert value(forward, "result") is True
    assert value(match, "relationship") == "equivalent" and value(match, "concept")["code"] == "5"
    back = get(client, f"{path}?targetCode=5&targetSystem={ECOG}&sourceSystem={KARNOFSKY}")
    assert value(back["parameter"][1]["part"], "source")["code"] == "0"
    old = get(client, f"/fhir/r4/ConceptMap/$translate?code=80&system={KARNOFSKY}&targetsystem={ECOG}")
    assert value(old["parameter"][1]["part"], "equivalence") == "wider"
    turned = get(client, f"/fhir/r4/ConceptMap/$translate?code=1&system={ECOG}&targetsystem={KARNOFSKY}&reverse=true")
    found = {
        value(each["part"], "concept")["code"]: value(each["part"], "equivalence") for each in turned["parameter"][1:]
    }
    assert found["80"] == "narrower"


def test_a_posted_code_system_does_not_change_one_that_the_server_has(client: FlaskClient) -> None:
    evil: dict[str, Any] = {"resourceType": "CodeSystem", "url": ECOG, "version": "2026.1", "content": "complete"}
    evil["concept"] = [{"code": "5", "display": "evil"}]
    asked: list[dict[str, Any]] = [
        {"name": "tx-resource", "resource": evil},
        {"name": "system", "valueUri": ECOG},
        {"name": "code", "valueCode": "5"},
    ]
    assert value(post(client, "/fhir/r5/CodeSystem/$lookup", asked), "display") == "avliden"


def test_a_posted_resource_is_gone_after_its_request(client: FlaskClient) -> None:
    url = "http://example.org/cs"
    posted = {
        "resourceType": "CodeSystem",
        "url": url,
        "status": "active",
        "content": "complete",
        "concept": [{"code": "a"}],
    }
    asked = [{"name": "system", "valueUri": url}, {"name": "code", "valueCode": "a"}]
    with_it = post(client, "/fhir/r5/CodeSystem/$lookup", [{"name": "tx-resource", "resource": posted}, *asked])
    assert value(with_it, "code") == "a"
    assert (
        post(client, "/fhir/r5/CodeSystem/$lookup", asked, 404)["issue"][0]["details"]["coding"][0]["code"]
        == "not-found"
    )


def expand_by_ecl(client: FlaskClient, expression: str, status: int = 200) -> Any:
    """The expansion of the implicit value set of an expression on ECOG."""
    path = "/fhir/r5/ValueSet/$expand?" + urlencode({"url": f"{ECOG}?fhir_vs=ecl/{expression}"})
    return get(client, path, status)


def test_a_value_set_may_be_defined_by_an_expression(client: FlaskClient) -> None:
    assert members(expand_by_ecl(client, "0 OR 5")) == ["0", "5"]
    assert members(expand_by_ecl(client, "* MINUS << 5")) == list("01234")
    found = expand_by_ecl(client, "<< (", 400)["issue"][0]
    assert found["expression"] == ["ValueSet.compose.include[0].filter[0]"]
    assert "Line 1, column 5" in found["details"]["text"]


def test_resources_are_read_and_searched(client: FlaskClient) -> None:
    found = get(client, f"/fhir/r5/CodeSystem?url={ECOG}")
    resource = found["entry"][0]["resource"]
    assert (found["total"], resource["url"], resource["content"]) == (1, ECOG, "not-present")
    whole = get(client, f"/fhir/r5/CodeSystem/{resource['id']}")
    assert whole["content"] == "complete" and [each["code"] for each in whole["concept"]] == list("012345")
    assert "entry" not in get(client, f"/fhir/r4/CodeSystem?url={ECOG}&_summary=count")
    assert get(client, "/fhir/r5/CodeSystem?url=http://example.org/none")["total"] == 0
    assert get(client, "/fhir/r5/CodeSystem?colour=red", 400)["issue"][0]["code"] == "not-supported"


def test_a_naming_system_has_the_names_of_a_code_system(client: FlaskClient) -> None:
    found = get(client, f"/fhir/r5/NamingSystem?value={ECOG}")
    resource = found["entry"][0]["resource"]
    assert (found["total"], resource["kind"], resource["status"]) == (1, "codesystem", "active")
    assert [each["value"] for each in resource["uniqueId"] if each["preferred"] and each["type"] == "uri"] == [ECOG]
    old = get(client, f"/fhir/r4/NamingSystem/{resource['id']}")
    assert old["uniqueId"] == resource["uniqueId"] and "date" in old and not {"url", "version"} & {*old}
    assert get(client, f"/fhir/r5/NamingSystem?url={resource['url']}&kind=codesystem".replace("#", "%23"))["total"] == 1


def test_a_naming_system_is_found_by_oid(client: FlaskClient) -> None:
    with_oid = get(client, "/fhir/r5/NamingSystem?id-type=oid")["entry"]
    oids = [each["value"] for each in with_oid[0]["resource"]["uniqueId"] if each["type"] == "oid"]
    for written in (oids[0], f"urn:oid:{oids[0]}"):
        assert get(client, f"/fhir/r4/NamingSystem?value={written}")["total"] == 1
    assert get(client, "/fhir/r5/NamingSystem?value=1.2.3.4.5")["total"] == 0
    assert get(client, "/fhir/r5/NamingSystem/nosuch", 404)["issue"][0]["code"] == "not-found"
    assert get(client, "/fhir/r5/NamingSystem?colour=red", 400)["issue"][0]["code"] == "not-supported"
    by_type = {each["type"]: each for each in get(client, "/fhir/r5/metadata")["rest"][0]["resource"]}
    assert {"name": "value", "type": "string"} in by_type["NamingSystem"]["searchParam"]


def test_an_unknown_code_of_a_fragment_may_be_valid(client: FlaskClient) -> None:
    systems = get(client, "/fhir/r5/metadata?mode=terminology")["codeSystem"]
    url = next(each["uri"] for each in systems if each["content"] == "fragment")
    found = get(client, f"/fhir/r5/CodeSystem/$validate-code?url={url}&code=no-such-code")
    assert value(found, "result") is True
    outcome = next(each["resource"] for each in found["parameter"] if each["name"] == "issues")
    assert [each["severity"] for each in outcome["issue"]] == ["warning"]


def test_the_capabilities_name_every_edition(client: FlaskClient) -> None:
    systems = get(client, "/fhir/r5/metadata?mode=terminology")["codeSystem"]
    by_uri = {each["uri"]: each for each in systems}
    assert {"code": "2026.1", "isDefault": True, "language": ["en", "sv"]} in by_uri[ECOG]["version"]
    assert {each["code"] for each in by_uri[ICD]["version"]} >= {"2021"}
    assert value(get(client, "/fhir/r4/$versions"), "default") == "4.0"


def test_every_fault_is_an_operation_outcome(client: FlaskClient) -> None:
    for method, path, status in (
        ("GET", "/fhir/r5/Patient/1", 404),
        ("GET", "/fhir/r5/CodeSystem/$guess", 404),
        ("DELETE", "/fhir/r5/CodeSystem/ecog", 405),
        ("POST", "/fhir/r4/CodeSystem", 405),
        ("POST", "/fhir/r5/Patient", 405),
        ("GET", "/fhir/r5/metadata?_format=turtle", 406),
        ("GET", "/fhir/r9/metadata", 404),
        ("GET", f"/fhir/r5/ValueSet/$expand?url={ECOG}?vs&count=-1", 400),
        ("GET", f"/fhir/r5/ValueSet/$expand?url={ECOG}?vs&count=1&count=2", 400),
        ("GET", f"/fhir/r5/CodeSystem/$lookup?system={ECOG}", 400),
        ("GET", f"/fhir/r5/CodeSystem/$lookup?system={ECOG}&code=0&date=9999999999", 400),
    ):
        answer = client.open(path, method=method)
        body = json.loads(answer.data)
        assert (answer.status_code, body["resourceType"]) == (status, "OperationOutcome"), path
        assert body["issue"][0]["severity"] == "error" and body["issue"][0]["details"]["text"], path


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("", "Unknown code '9' in the CodeSystem"),
        ("de, en;q=0.5", "Unknown code '9' in the CodeSystem"),
        ("*", "Unknown code '9' in the CodeSystem"),
        ("en, sv;q=0.5", "Unknown code '9' in the CodeSystem"),
        ("sv-SE, en;q=0.5", "Koden ”9” finns inte i kodverket"),
        ("en-GB, sv;q=0.5", "Unknown code '9' in the CodeSystem"),
        ("sv;q=0", "Unknown code '9' in the CodeSystem"),
    ],
)
def test_a_fault_is_swedish_where_that_is_preferred(client: FlaskClient, language: str, text: str) -> None:
    headers = {"Accept-Language": language} if language else {}
    fault = get(client, f"/fhir/r5/CodeSystem/$lookup?system={ECOG}&code=9", 404, **headers)
    assert fault["issue"][0]["details"]["text"].startswith(text)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b"[" * 100_000, b'{"resourceType":"Patient"}'])
def test_a_body_that_is_no_parameters_is_refused(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/fhir/r5/ValueSet/$expand", data=body, content_type="application/fhir+json")
    assert answer.status_code == 400 and json.loads(answer.data)["resourceType"] == "OperationOutcome"


def test_the_issues_of_a_validation_are_swedish_where_that_is_preferred(client: FlaskClient) -> None:
    path = f"/fhir/r5/CodeSystem/$validate-code?url={ECOG}&code=5&display=x;%20y"
    english, swedish = get(client, path), get(client, path, Accept_Language="sv")
    for answer, word in ((english, "Wrong Display Name"), (swedish, "Fel")):
        outcome = next(each["resource"] for each in answer["parameter"] if each["name"] == "issues")
        text = outcome["issue"][0]["details"]["text"]
        assert text.startswith(word) and "x; y" in text and value(answer, "message") == text


@pytest.mark.parametrize("text", sorted(FAULT_TEXTS.values()))
def test_every_text_of_an_issue_has_a_swedish_translation(text: str) -> None:
    pattern = re.sub(r"\{\d\}", "{}", text)
    translated = messages("sv")[pattern]
    assert len(re.findall(r"\{[\d!]?\}", translated)) == pattern.count("{}")


def test_a_batch_answers_each_entry_by_itself(client: FlaskClient) -> None:
    urls = [f"CodeSystem/$lookup?system={ECOG}&code=5", f"CodeSystem/$lookup?system={ECOG}&code=9", "../etc/passwd"]
    bundle = {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [{"request": {"method": "GET", "url": url}} for url in urls],
    }
    answer = client.post("/fhir/r5", data=json.dumps(bundle), content_type="application/fhir+json")
    statuses = [each["response"]["status"] for each in json.loads(answer.data)["entry"]]
    assert statuses[:2] == ["200", "404"] and statuses[2].startswith("4")


@pytest.mark.parametrize(
    "path",
    [
        f"CodeSystem/$lookup?system={ICD}&code=A00",
        f"ValueSet/$expand?url={ICD}?vs",
        f"ValueSet/$validate-code?url={ICD}?vs&system={ICD}&code=A00",
    ],
)
def test_a_day_before_all_editions_is_told(client: FlaskClient, path: str) -> None:
    answer = json.loads(client.get(f"/fhir/r5/{path}&date=1950-01-01").data)
    assert [each["severity"] for each in answer["issue"]] == ["error", "information"]
    text = answer["issue"][1]["details"]["text"]
    assert ICD in text and "1950-01-01" in text and "2021" in text
    unknown = json.loads(client.get("/fhir/r5/CodeSystem/$lookup?system=urn:none&code=1&date=1950-01-01").data)
    assert len(unknown["issue"]) == 1


@pytest.mark.parametrize("base", ["r5", "r4"])
@pytest.mark.parametrize(
    "address", [ICD, "http://hl7.org/fhir/sid/icd-10-se", "https://w3id.org/begrepp/id/cs/icd-10-se"]
)
def test_a_code_system_is_found_by_every_address(client: FlaskClient, base: str, address: str) -> None:
    """HAPI uses a code system only if a search for its address finds it."""
    entries = get(client, f"/fhir/{base}/CodeSystem?{urlencode({'url': address})}")["entry"]
    assert {each["resource"]["url"] for each in entries} == {address}
    read_again = get(client, entries[0]["fullUrl"].removeprefix("http://localhost"))
    assert read_again["id"] == entries[0]["resource"]["id"]


@pytest.mark.parametrize("base", ["r5", "r4"])
@pytest.mark.parametrize(
    ("url", "number"),
    [(f"{ECOG}?vs", 1), (f"{ICD}?fhir_vs=isa/A00", 1), ("urn:none?vs", 0), (f"{ECOG}?fhir_vs=guess/1", 0), (ECOG, 0)],
)
def test_an_implicit_value_set_is_found_by_its_address(client: FlaskClient, base: str, url: str, number: int) -> None:
    found = get(client, f"/fhir/{base}/ValueSet?{urlencode({'url': url})}")
    assert (found["total"], [each["resource"]["url"] for each in found.get("entry", ())]) == (number, [url] * number)


def hapi(client: FlaskClient, operation: str, **parameters: str) -> Any:
    """The answer to a POST with the headers and types of values of HAPI's client."""
    kinds = {"url": "valueUri", "system": "valueUri"}
    items = [{"name": name, kinds.get(name, "valueString"): text} for name, text in parameters.items()]
    headers = {
        "Accept": "application/fhir+xml;q=1.0, application/fhir+json;q=1.0, application/json+fhir;q=0.9",
        "Content-Type": "application/fhir+json; charset=UTF-8; fhirVersion=4.0",
    }
    body = json.dumps({"resourceType": "Parameters", "parameter": items})
    answer = client.post(f"/fhir/r4/{operation}", data=body, headers=headers)
    assert (answer.status_code, answer.content_type) == (200, "application/fhir+json; charset=utf-8"), answer.text
    return json.loads(answer.data)


def test_the_calls_of_hapi_are_answered(client: FlaskClient) -> None:
    check = "CodeSystem/$validate-code"
    assert value(hapi(client, check, url=ECOG, code="5", display="avliden"), "result") is True
    wrong = hapi(client, check, url=ECOG, code="9")
    assert value(wrong, "result") is False and value(wrong, "message")
    assert value(hapi(client, "ValueSet/$validate-code", url=f"{ECOG}?vs", code="5", system=ECOG), "result") is True
    assert value(hapi(client, "CodeSystem/$lookup", system=ECOG, code="5", displayLanguage="en"), "display") == "dead"


def test_the_calls_of_the_validator_are_answered(client: FlaskClient) -> None:
    """A coding with an inline value set, and the parameters that HL7's validator always sends."""
    include = {"system": ECOG, "filter": [{"property": "concept", "op": "=", "value": "5"}]}
    value_set = {
        "resourceType": "ValueSet",
        "url": "http://x.org/vs",
        "status": "draft",
        "compose": {"include": [include]},
    }
    usual: list[dict[str, Any]] = [
        {"name": "valueSet", "resource": value_set},
        {"name": "cache-id", "valueId": "9a1c"},
        {"name": "displayLanguage", "valueCode": "en-US"},
        {"name": "defaultDisplayLanguage", "valueCode": "en"},
        {"name": "default-to-latest-version", "valueBoolean": True},
        {"name": "default-valueset-version", "valueUri": "http://x.org/vs|1"},
        {"name": "lenient-display-validation", "valueBoolean": True},
        {"name": "diagnostics", "valueBoolean": False},
        {"name": "profile", "resource": {"resourceType": "Parameters", "parameter": []}},
    ]
    operation = "/fhir/r4/ValueSet/$validate-code"
    for code, expected in (("5", True), ("4", False)):
        coding = {"system": ECOG, "code": code, "display": "wrong"}
        items: list[dict[str, Any]] = [
            {"name": "coding", "valueCoding": coding},
            {"name": "codeableConcept", "valueCodeableConcept": {"coding": [coding], "text": "x"}},
        ]
        for item in items:
            found = post(client, operation, [item, *usual])
            assert value(found, "result") is expected, (item, found)
            assert "issues" in [each["name"] for each in found["parameter"]]
    inferred = post(
        client, operation, [{"name": "code", "valueCode": "5"}, {"name": "inferSystem", "valueBoolean": True}, *usual]
    )
    assert (value(inferred, "result"), value(inferred, "system")) == (True, ECOG)
