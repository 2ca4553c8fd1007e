"""Conditions of matches: rules of a Snomed CT map and `dependsOn` of FHIR concept maps, served and chosen by.

Rows of the map of the concept 100010000 to ICD-10, by group and priority:
1.1 female → C61    1.2 age < 28 days → C62    1.3 otherwise → C62.0    2.1 28 days ≤ age < 18 years → C62.01
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from begrepp.artefact.manifest import current_build
from begrepp.exports.downloads import write_download
from begrepp.fhir.map_conditions import read_rule
from begrepp.fhir.xml_resources import from_xml
from begrepp.rdf.namespaces import expand
from begrepp.settings import ROOT, Settings
from server.app import create_app
from tests.server.fhir.test_loaded_resources import built_from, one
from tests.server.fhir.test_served_resources import get, post, value
from tests.support.small import build_small, settings_in

Json = dict[str, Any]
FIXTURES = ROOT / "tests/fixtures"
SNOMED, ICD, PART = "http://snomed.info/sct", "http://hl7.org/fhir/sid/icd-10", "100010000"
FEMALE, MALE, ONSET = "248152002", "248153007", "445518008"
AGE = "Age at onset of clinical finding (observable entity)"
RULES = [
    (1, 1, f"IFA {FEMALE} | Female (finding) |", "IF FEMALE CHOOSE C61", "C61"),
    (1, 2, f"IFA {ONSET} | {AGE} | < 28.0 days", "IF < 28 DAYS CHOOSE C62", "C62"),
    (1, 3, "OTHERWISE TRUE", "ALWAYS C62.0", "C62.0"),
    (2, 1, f"IFA {ONSET} | {AGE} | >= 28.0 days AND IFA {ONSET} | {AGE} | < 18.0 years", "", "C62.01"),
]
CO_OCCURRING, ONSET_IRI = expand("begrepp:coOccurring"), f"http://snomed.info/id/{ONSET}"
SEX = {"system": SNOMED, "code": FEMALE, "display": "Female (finding)"}


def days(number: str, comparator: str, unit: str = "days", code: str = "d") -> Json:
    return {
        "value": float(number),
        "comparator": comparator,
        "unit": unit,
        "system": "http://unitsofmeasure.org",
        "code": code,
    }


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (RULES[0][2], [{"attribute": "coOccurring", "valueCoding": SEX}]),
        (RULES[1][2], [{"attribute": ONSET, "valueQuantity": days("28", "<")}]),
        (
            RULES[3][2],
            [
                {"attribute": ONSET, "valueQuantity": days("28", ">=")},
                {"attribute": ONSET, "valueQuantity": days("18", "<", "years", "a")},
            ],
        ),
        ("TRUE", None),
        ("OTHERWISE TRUE", None),
        (f"IFA {FEMALE} | Female | OR IFA {MALE} | Male |", None),
        (f"IFA {ONSET} | {AGE} | < 28.0 moons", None),
        (f"IFA {ONSET} | {AGE} | < 28.0", None),
        ("Only if site = 1", None),
    ],
)
def test_a_rule_is_read_exactly_or_not_at_all(rule: str, expected: list[Json] | None) -> None:
    found = read_rule(rule)
    assert found == expected


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    settings = settings_in(tmp_path_factory.mktemp("conditions"))
    shutil.copytree(FIXTURES / "icd10_who/2019", settings.raw / "icd10_who/2019")
    folder = settings.raw / "snomed_rf2/2024-11-30"
    shutil.copytree(FIXTURES / "snomed_rf2/2024-11-30", folder)
    path = next(folder.rglob("der2_iisssccRefset_ExtendedMapSnapshot_INT*"))
    rows = [
        f"00000000-0000-4000-8000-00000000010{number}\t20240701\t1\t900000000000207008\t447562003\t{PART}"
        f"\t{group}\t{priority}\t{rule}\t{advice}\t{target}\t447561005\t447637006\r\n"
        for number, (group, priority, rule, advice, target) in enumerate(RULES)
    ]
    path.write_bytes(path.read_bytes() + "".join(rows).encode())
    concepts = next(folder.rglob("sct2_Concept_Snapshot_INT*"))
    added = (f"{each}\t20020131\t1\t900000000000207008\t900000000000074008\r\n" for each in (FEMALE, MALE))
    concepts.write_bytes(concepts.read_bytes() + "".join(added).encode())
    build_small(settings)
    application = create_app(settings)
    yield application.test_client()
    application.extensions["begrepp"].pool.close()


def sex(code: str, base: str) -> Json:
    coding = {"system": SNOMED, "code": code}
    return (
        {"name": "dependency", "part": [_uri("attribute", CO_OCCURRING), {"name": "value", "valueCoding": coding}]}
        if base == "r5"
        else {
            "name": "dependency",
            "part": [_uri("element", CO_OCCURRING), {"name": "concept", "valueCodeableConcept": {"coding": [coding]}}],
        }
    )


def age(number: float, code: str) -> Json:
    quantity = {"value": number, "system": "http://unitsofmeasure.org", "code": code}
    return {"name": "dependency", "part": [_uri("attribute", ONSET_IRI), {"name": "value", "valueQuantity": quantity}]}


def _uri(name: str, uri: str) -> Json:
    return {"name": name, "valueUri": uri}


def matches(client: FlaskClient, base: str, *dependencies: Json) -> dict[str, list[Json]]:
    """The parts of the matches of the concept, by code."""
    name = "sourceCode" if base == "r5" else "code"
    items: list[Json] = [{"name": name, "valueCode": PART}, {"name": "system", "valueUri": SNOMED}]
    answer = post(client, f"/fhir/{base}/ConceptMap/$translate", [*items, *dependencies])
    found = [each["part"] for each in answer["parameter"] if each["name"] == "match"]
    return {value(each, "concept")["code"]: each for each in found}


def depends_on(match: list[Json]) -> list[list[Json]]:
    return [each["part"] for each in match if each["name"] == "dependsOn"]


def test_the_conditions_of_rows_are_part_of_the_matches(client: FlaskClient) -> None:
    found = matches(client, "r5")
    assert found.keys() == {"C61", "C62", "C62.0", "C62.01"}
    assert depends_on(found["C61"]) == [[_uri("attribute", CO_OCCURRING), {"name": "value", "valueCoding": SEX}]]
    assert depends_on(found["C62"]) == [
        [_uri("attribute", ONSET_IRI), {"name": "value", "valueQuantity": days("28", "<")}]
    ]
    assert depends_on(found["C62.0"]) == [] and len(depends_on(found["C62.01"])) == 2


def test_r4_has_property_system_and_value(client: FlaskClient) -> None:
    found = matches(client, "r4")
    assert depends_on(found["C61"]) == [
        [
            _uri("property", CO_OCCURRING),
            _uri("system", SNOMED),
            {"name": "value", "valueString": FEMALE},
            {"name": "display", "valueString": "Female (finding)"},
        ]
    ]
    assert depends_on(found["C62"]) == [[_uri("property", ONSET_IRI), {"name": "value", "valueString": "< 28.0 days"}]]


@pytest.mark.parametrize(
    ("dependencies", "codes"),
    [
        ([sex(FEMALE, "r5")], {"C61", "C62.01"}),
        ([sex(MALE, "r5")], {"C62", "C62.0", "C62.01"}),
        ([sex(MALE, "r5"), age(10, "d")], {"C62"}),
        ([sex(MALE, "r5"), age(3, "wk")], {"C62"}),
        ([sex(MALE, "r5"), age(4, "wk")], {"C62.0", "C62.01"}),
        ([sex(MALE, "r5"), age(18, "a")], {"C62.0"}),
        ([sex(MALE, "r5"), age(18, "kg")], {"C62.0"}),
        ([sex(FEMALE, "r5"), age(10, "d")], {"C61"}),
        ([age(10, "d")], {"C61", "C62"}),
    ],
)
def test_values_that_are_given_choose_the_row_of_each_group(
    client: FlaskClient, dependencies: list[Json], codes: set[str]
) -> None:
    assert matches(client, "r5", *dependencies).keys() == codes


def test_values_that_are_given_in_r4_choose_the_row(client: FlaskClient) -> None:
    assert matches(client, "r4", sex(FEMALE, "r4")).keys() == {"C61", "C62.01"}
    assert matches(client, "r4", sex(MALE, "r4")).keys() == {"C62", "C62.0", "C62.01"}


def test_a_dependency_without_a_value_is_a_fault(client: FlaskClient) -> None:
    items: list[Json] = [{"name": "sourceCode", "valueCode": PART}, {"name": "system", "valueUri": SNOMED}]
    part = {"name": "dependency", "part": [_uri("attribute", CO_OCCURRING)]}
    post(client, "/fhir/r5/ConceptMap/$translate", [*items, part], 400)


@pytest.mark.parametrize("base", ["r5", "r4"])
def test_the_map_has_the_conditions(client: FlaskClient, base: str) -> None:
    listed = [each["resource"]["id"] for each in get(client, f"/fhir/{base}/ConceptMap")["entry"]]
    (name,) = [each for each in listed if each == "snomed-ct-icd-10"]
    resource = get(client, f"/fhir/{base}/ConceptMap/{name}")
    targets = {
        each["code"]: each.get("dependsOn")
        for group in resource["group"]
        for element in group["element"]
        for each in element["target"]
        if element["code"] == PART
    }
    if base == "r5":
        assert targets["C61"] == [{"attribute": "coOccurring", "valueCoding": SEX}]
        declared = {each["code"]: (each["uri"], each["type"]) for each in resource["additionalAttribute"]}
        assert declared == {"coOccurring": (CO_OCCURRING, "Coding"), ONSET: (ONSET_IRI, "Quantity")}
    else:
        coded = {"system": SNOMED, "value": FEMALE, "display": "Female (finding)"}
        assert targets["C61"] == [{"property": CO_OCCURRING, **coded}]
        assert targets["C62"] == [{"property": ONSET_IRI, "value": "< 28.0 days"}]
        assert "additionalAttribute" not in resource


@pytest.mark.parametrize("base", ["r5", "r4"])
def test_the_map_with_its_conditions_can_be_written_as_xml(client: FlaskClient, base: str) -> None:
    path = f"/fhir/{base}/ConceptMap/snomed-ct-icd-10"
    assert from_xml(client.get(path, headers={"Accept": "application/fhir+xml"}).data, base) == get(client, path)


BASE = "https://registry.example/fhir"
A, B, MAP = f"{BASE}/CodeSystem/a", f"{BASE}/CodeSystem/b", f"{BASE}/ConceptMap/a-to-b"
SIDE = f"{BASE}/side"
LEFT, RIGHT = ({"system": B, "code": each} for each in ("left", "right"))
TARGETS: dict[str, list[Json]] = {
    "r5": [
        {"code": "left", "dependsOn": [{"attribute": "side", "valueCoding": LEFT}], "comment": "of the left"},
        {
            "code": "right",
            "dependsOn": [{"attribute": "side", "valueCoding": RIGHT}, {"attribute": "sure", "valueBoolean": True}],
        },
        {"code": "both", "product": [{"attribute": "dose", "valueQuantity": {"value": 1.5, "unit": "mg"}}]},
    ],
    "r4": [
        {"code": "left", "dependsOn": [{"property": SIDE, "system": B, "value": "left", "display": "L"}]},
        {"code": "right", "dependsOn": [{"property": SIDE, "value": "right", "display": "R"}], "comment": "k"},
        {"code": "both", "product": [{"property": f"{BASE}/note", "value": "free text"}]},
    ],
}
ATTRIBUTES = [
    {"code": "side", "uri": SIDE, "type": "Coding"},
    {"code": "sure", "type": "boolean"},
    {"code": "dose", "uri": f"{BASE}/dose", "type": "Quantity"},
]


def loaded_resources(base: str) -> list[Json]:
    kept: Json = {"status": "active", "content": "complete", "language": "en"}
    systems = [
        {"resourceType": "CodeSystem", "id": url[-1], "url": url, "title": url[-1], **kept}
        | {"concept": [{"code": code, "display": code} for code in codes]}
        for url, codes in ((A, ["1"]), (B, ["left", "right", "both"]))
    ]
    relation = {"relationship": "equivalent"} if base == "r5" else {"equivalence": "equivalent"}
    element = {"code": "1", "target": [each | relation for each in TARGETS[base]]}
    map_: Json = {"resourceType": "ConceptMap", "id": "a-to-b", "url": MAP, "title": "A to B", "status": "active"}
    map_ |= {"group": [{"source": A, "target": B, "element": [element]}]}
    return [*systems, map_ | ({"additionalAttribute": ATTRIBUTES} if base == "r5" else {})]


@pytest.fixture(scope="module", params=["r5", "r4"])
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, FlaskClient]]:
    """A client of a build of the package of a build of concept maps, both in one version of FHIR."""
    base = request.param
    settings = Settings(data=tmp_path_factory.mktemp("maps") / "data", query_seconds=10, query_workers=1)
    files = {f"{each['id']}.json": json.dumps(each).encode() for each in loaded_resources(base)}
    for first in built_from(settings, files):
        assert _targets(first, base) == _expected(base)
        package = Path(settings.data).parent / f"begrepp.fhir-{base}.tgz"
        write_download(current_build(settings), package.name, package)
        again = Settings(data=settings.data.parent / "again", query_seconds=10, query_workers=1)
        for client in built_from(again, {package.name: package.read_bytes()}):
            yield base, client


def _targets(client: FlaskClient, base: str) -> dict[str, Json]:
    (group,) = one(client, "ConceptMap", MAP, base)["group"]
    names = ("dependsOn", "product", "comment")
    return {
        each["code"]: {name: each[name] for name in names if name in each}
        for element in group["element"]
        for each in element["target"]
    }


def _expected(base: str) -> dict[str, Json]:
    return {each["code"]: {name: one for name, one in each.items() if name != "code"} for each in TARGETS[base]}


def test_attributes_of_a_loaded_map_are_served_and_read_back(kept: tuple[str, FlaskClient]) -> None:
    base, client = kept
    assert _targets(client, base) == _expected(base)
    if base == "r5":
        assert one(client, "ConceptMap", MAP)["additionalAttribute"] == ATTRIBUTES


def test_attributes_of_a_loaded_map_choose_its_targets(kept: tuple[str, FlaskClient]) -> None:
    _, client = kept
    for system, code in ((B, "left"), (B, "right")):
        coding = {"system": system, "code": code}
        part = [_uri("attribute", SIDE), {"name": "value", "valueCoding": coding}]
        items = [{"name": "sourceCode", "valueCode": "1"}, {"name": "system", "valueUri": A}]
        answer = post(client, "/fhir/r5/ConceptMap/$translate", [*items, {"name": "dependency", "part": part}])
        found = [value(each["part"], "concept")["code"] for each in answer["parameter"] if each["name"] == "match"]
        assert sorted(found) == ["both", code]
