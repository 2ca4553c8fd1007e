"""Elements of concepts in FHIR that only the publisher's resource states: uses of designations, and extensions.

hearts: mi (en Myocardial infarction, sv Hjärtinfarkt), with consumer names; a supplement adds an abbreviation
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from begrepp.fhir.xml_resources import from_xml
from begrepp.settings import Settings
from tests.server.fhir.test_loaded_resources import built_from, built_from_package, one, settings_in
from tests.server.fhir.test_served_resources import get, value

BASE = "https://registry.example/fhir"
HEARTS = f"{BASE}/CodeSystem/hearts"
SHORT = f"{BASE}/CodeSystem/short"
CONSUMER = {"system": f"{BASE}/CodeSystem/uses", "code": "consumer", "display": "Consumer name"}
ABBREVIATION = {"system": f"{BASE}/CodeSystem/uses", "code": "abbreviation"}
FULL = {"system": "http://snomed.info/sct", "code": "900000000000003001", "display": "Fully specified name"}
SYNONYM = {"system": "http://snomed.info/sct", "code": "900000000000013009", "display": "Synonym"}
PREFERRED = {
    "system": "http://terminology.hl7.org/CodeSystem/hl7TermMaintInfra",
    "code": "preferredForLanguage",
    "display": "Preferred For Language",
}
DISPLAY = {"system": "http://terminology.hl7.org/CodeSystem/designation-usage", "code": "display"}
DESIGNATIONS: list[dict[str, Any]] = [
    {"language": "en", "use": CONSUMER, "value": "Heart attack"},
    {"language": "en", "use": CONSUMER, "value": "Myocardial infarction"},
    {"language": "en", "use": FULL, "value": "Myocardial infarction (disorder)"},
    {"language": "en", "use": SYNONYM, "value": "Cardiac infarction"},
    {"use": CONSUMER, "value": "Coronary"},
    {"language": "sv", "use": CONSUMER, "value": "Hjärtattack"},
    {"language": "sv", "use": PREFERRED, "value": "Hjärtinfarkt"},
    {"language": "fi", "use": CONSUMER, "value": "Sydänkohtaus"},
    {"language": "nb", "use": DISPLAY, "value": "Hjerteinfarkt"},
]
CORE = "http://hl7.org/fhir/StructureDefinition"
PARTS = {
    "url": f"{BASE}/parts",
    "extension": [{"url": "left", "valueInteger": 1}, {"url": "right", "valueString": "two"}],
}
EXTENSIONS: list[dict[str, Any]] = [
    {"url": f"{CORE}/codesystem-label", "valueString": "1a"},
    {"url": f"{CORE}/codesystem-conceptOrder", "valueInteger": 7},
    {"url": f"{CORE}/itemWeight", "valueDecimal": 2.5},
    {"url": f"{CORE}/rendering-style", "valueString": "color: red"},
    {"url": f"{CORE}/structuredefinition-standards-status", "valueCode": "deprecated"},
    PARTS,
]
MORE = {"url": f"{CORE}/rendering-xhtml", "valueString": "<b>x</b>"}
ADDED = {"language": "en", "use": ABBREVIATION, "value": "MI"}


def resources() -> list[dict[str, Any]]:
    about = {"resourceType": "CodeSystem", "status": "active", "language": "en"}
    concept = {"code": "mi", "display": "Myocardial infarction", "designation": DESIGNATIONS, "extension": EXTENSIONS}
    hearts = about | {"id": "hearts", "url": HEARTS, "title": "Hearts", "content": "complete", "concept": [concept]}
    added = {"id": "short", "url": SHORT, "version": "2", "title": "Short", "content": "supplement"}
    return [
        hearts,
        about
        | added
        | {"supplements": HEARTS, "concept": [{"code": "mi", "designation": [ADDED], "extension": [MORE]}]},
    ]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_in(tmp_path_factory.mktemp("elements"))


@pytest.fixture(scope="module")
def first(loaded: Settings) -> Iterator[FlaskClient]:
    yield from built_from(loaded, {f"{each['id']}.json": json.dumps(each).encode() for each in resources()})


@pytest.fixture(scope="module", params=["", "r5", "r4"])
def client(
    request: pytest.FixtureRequest, first: FlaskClient, loaded: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlaskClient]:
    """A client of a build of the resources, or of the package of that build."""
    if request.param:
        yield from built_from_package(loaded, request.param, tmp_path_factory.mktemp("again"))
    else:
        yield first


def ordered(items: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(each, sort_keys=True) for each in items)


@pytest.mark.parametrize("base", ["r5", "r4"])
def test_a_code_system_has_the_uses_of_its_designations(client: FlaskClient, base: str) -> None:
    (concept,) = one(client, "CodeSystem", HEARTS, base)["concept"]
    assert concept["display"] == "Myocardial infarction"
    assert ordered(concept["designation"]) == ordered([*DESIGNATIONS, ADDED])


@pytest.mark.parametrize("base", ["r5", "r4"])
def test_lookup_gives_the_uses(client: FlaskClient, base: str) -> None:
    answer = get(client, f"/fhir/{base}/CodeSystem/$lookup?system={HEARTS}&code=mi")
    found = [
        {name: value(each["part"], name) for name in ("language", "use", "value") if value(each["part"], name)}
        for each in answer["parameter"]
        if each["name"] == "designation"
    ]
    assert ordered([each for each in found if each["use"] != PREFERRED or each["language"] != "en"]) == ordered(
        [*DESIGNATIONS, ADDED]
    )


@pytest.mark.parametrize("base", ["r5", "r4"])
def test_expand_gives_the_uses_and_selects_by_them(client: FlaskClient, base: str) -> None:
    path = f"/fhir/{base}/ValueSet/$expand?url={HEARTS}?vs&includeDesignations=true"
    (found,) = get(client, path)["expansion"]["contains"]
    assert ordered(found["designation"]) == ordered([*DESIGNATIONS, ADDED])
    (found,) = get(client, f"{path}&designation={CONSUMER['system']}|consumer")["expansion"]["contains"]
    assert {each["value"] for each in found["designation"]} == {
        each["value"] for each in DESIGNATIONS if each["use"] == CONSUMER
    }


@pytest.mark.parametrize(
    ("language", "display"),
    [("sv", "Hjärtinfarkt"), ("nb", "Hjerteinfarkt"), ("fi", "Myocardial infarction"), ("en", "Myocardial infarction")],
)
def test_a_name_for_another_use_is_no_display(client: FlaskClient, language: str, display: str) -> None:
    answer = get(client, f"/fhir/r5/CodeSystem/$lookup?system={HEARTS}&code=mi&displayLanguage={language}")
    assert value(answer, "display") == display


@pytest.mark.parametrize("base", ["r5", "r4"])
def test_a_code_system_has_the_extensions_of_its_concepts(client: FlaskClient, base: str) -> None:
    (concept,) = one(client, "CodeSystem", HEARTS, base)["concept"]
    assert ordered(concept["extension"]) == ordered([*EXTENSIONS, MORE])
    assert all(each["code"] == "status" for each in concept.get("property", ()))


def test_expand_gives_the_extensions_as_properties_and_extensions(client: FlaskClient) -> None:
    for designations in ("true", "false"):
        path = f"/fhir/r5/ValueSet/$expand?url={HEARTS}?vs&includeDesignations={designations}"
        expansion = get(client, path)["expansion"]
        (found,) = expansion["contains"]
        assert {each["code"]: each.get("valueDecimal", each.get("valueString")) for each in found["property"]} == {
            "label": "1a",
            "order": 7,
            "weight": 2.5,
            "status": None,
        }
        shown = [each for each in (*EXTENSIONS, MORE) if each["url"].partition("rendering-")[2]]
        assert ordered(found["extension"]) == ordered(shown)


@pytest.mark.parametrize("base", ["r5", "r4"])
def test_the_resource_can_be_written_as_xml(client: FlaskClient, base: str) -> None:
    found = one(client, "CodeSystem", HEARTS, base)
    path = f"/fhir/{base}/CodeSystem/{found['id']}"
    assert from_xml(client.get(path, headers={"Accept": "application/fhir+xml"}).data, base) == found


@pytest.mark.parametrize("base", ["r5", "r4"])
@pytest.mark.parametrize("asked", [SHORT, f"{SHORT}|2"])
def test_a_loaded_supplement_is_used_by_its_address(client: FlaskClient, base: str, asked: str) -> None:
    fhir, used = f"/fhir/{base}", f"useSupplement={quote(asked)}"
    answer = get(client, f"{fhir}/CodeSystem/$lookup?system={HEARTS}&code=mi&{used}")
    assert value(answer["parameter"], "used-supplement") == f"{SHORT}|2"
    expanded = get(client, f"{fhir}/ValueSet/$expand?url={HEARTS}?vs&includeDesignations=true&{used}")["expansion"]
    assert value(expanded["parameter"], "used-supplement") == f"{SHORT}|2"
    assert ADDED in expanded["contains"][0]["designation"]
    for path in (f"CodeSystem/$validate-code?url={HEARTS}", f"ValueSet/$validate-code?url={HEARTS}?vs&system={HEARTS}"):
        valid = get(client, f"{fhir}/{path}&code=mi&display=MI&displayLanguage=en&{used}")
        assert value(valid["parameter"], "result") is True
    extension = {"url": f"{CORE}/valueset-supplement", "valueCanonical": asked}
    set_: dict[str, Any] = {"resourceType": "ValueSet", "status": "active", "extension": [extension]}
    set_ |= {"compose": {"include": [{"system": HEARTS}]}}
    assert client.post(f"{fhir}/ValueSet/$expand", json=set_).status_code == 200


def test_only_a_supplement_that_was_loaded_is_used(client: FlaskClient) -> None:
    plain = get(client, f"/fhir/r5/CodeSystem/$lookup?system={HEARTS}&code=mi")["parameter"]
    assert value(plain, "used-supplement") is None
    for asked in (f"{BASE}/CodeSystem/other", f"{SHORT}|3"):
        answer = client.get(f"/fhir/r5/CodeSystem/$lookup?system={HEARTS}&code=mi&useSupplement={quote(asked)}")
        assert answer.status_code in (404, 422) and "Required supplement not found" in answer.text


@pytest.mark.parametrize("base", ["r5", "r4"])
def test_a_loaded_supplement_has_an_address_of_its_own(client: FlaskClient, base: str) -> None:
    found = one(client, "CodeSystem", SHORT, base)
    stated: dict[str, Any] = {"url": SHORT, "version": "2", "title": "Short"}
    stated |= {"content": "supplement", "supplements": HEARTS, "count": 1}
    assert {name: found.get(name) for name in stated} == stated
    assert "concept" not in found  # they are part of the code system
    wrong = get(client, f"/fhir/{base}/ValueSet/$validate-code?url={HEARTS}?vs&system={SHORT}&code=mi")
    assert value(wrong["parameter"], "result") is False and "is a supplement" in json.dumps(wrong)
