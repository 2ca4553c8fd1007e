"""Role groups of an RF2 release: from its files to expressions, where grouped and flat answers differ."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from begrepp.artefact.manifest import current_build
from begrepp.ecl.expression import concepts_of
from begrepp.ecl.terminology_substrate import TerminologySubstrate
from begrepp.settings import ROOT, Settings
from begrepp.terminology.terminology import Terminology
from server.app import create_app
from tests.support.agreement import Agreement
from tests.support.small import build_small, settings_in

ILLNESS, TWO_PLACES, EVERYWHERE = "100002002", "100011001", "100012002"
SITE, LOOK = "100363004", "100007007"
PART, OTHER_PART, SWOLLEN, SORE = "100003003", "100010000", "100008008", "100009009"
SWEDISH = "10011000052108"
IN_TWO_GROUPS = f"{SITE} = {PART}"


EDITION = ROOT / "tests/fixtures/snomed_rf2/2024-11-30"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    found = settings_in(tmp_path_factory.mktemp("snomed"))
    shutil.copytree(EDITION, found.raw / "snomed_rf2/2024-11-30")
    build_small(found)
    return found


@pytest.fixture(scope="module")
def terminology(settings: Settings) -> Terminology:
    return Terminology(current_build(settings))


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[FlaskClient]:
    application = create_app(settings)
    yield application.test_client()
    application.extensions["begrepp"].pool.close()


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # Without braces the two conditions may hold in different groups.
        (f"* : {SITE} = {PART}, {LOOK} = {SORE}", {TWO_PLACES, EVERYWHERE}),
        (f"* : {{ {SITE} = {PART}, {LOOK} = {SORE} }}", {EVERYWHERE}),
        (f"* : {{ {SITE} = {OTHER_PART}, {LOOK} = {SORE} }}", {TWO_PLACES}),
        # A relation in no group is a group of its own.
        (f"* : {{ {SITE} = {OTHER_PART} }}", {TWO_PLACES, EVERYWHERE}),
        (f"* : {{ {SITE} = {OTHER_PART}, {LOOK} = * }}", {TWO_PLACES}),
        (f"* : {{ [0..0] {LOOK} = *, {SITE} = * }}", {EVERYWHERE, ILLNESS}),
        # Groups are counted, and a relation once for each group that holds it.
        (f"* : [2..2] {{ {SITE} = * }}", {TWO_PLACES}),
        (f"* : [3..3] {{ {SITE} = * }}", {EVERYWHERE}),
        (f"* : [1..1] {{ {IN_TWO_GROUPS} }}", {ILLNESS, TWO_PLACES}),
        (f"* : [2..2] {IN_TWO_GROUPS}", {EVERYWHERE}),
        (f"* : [1..1] {IN_TWO_GROUPS}", {ILLNESS, TWO_PLACES}),
        # Concrete values are in groups too.
        (f"* : {{ {SITE} = #2.5, {SITE} = {PART} }}", {ILLNESS}),
        (f"* : {{ {SITE} > #2 }} AND {{ {LOOK} = * }}", set()),
        (f"(* : {{ {LOOK} = {SORE} }}) . {SITE}", {PART, OTHER_PART}),
        (f"* : R {SITE} = {TWO_PLACES}", {PART, OTHER_PART}),
        ('* {{ type = fsn, term = "disorder" }}', {ILLNESS, TWO_PLACES, EVERYWHERE}),
        ('< 138875005 {{ type = syn, term = "disorder" }}', set()),
        # The American preferred term is acceptable in British English, which has a preferred one of its own.
        ('* {{ term = wild:"invented illness", dialect = en-us (prefer) }}', {ILLNESS}),
        ('* {{ term = wild:"invented illness", dialect = en-gb (prefer) }}', set()),
        ('* {{ term = wild:"invented illness", dialect = en-gb (accept) }}', {ILLNESS}),
        ('* {{ term = "british", dialect = en-gb (prefer) }}', {ILLNESS}),
        ('* {{ term = "british", dialect = en-us }}', set()),
        ('* {{ term = "lone", dialect = en-us (accept) }}', {ILLNESS}),
        ('* {{ term = "lone", dialect = en-gb }}', set()),
        ('* {{ term = "morbus", dialect = en-gb (accept) }}', {ILLNESS}),
        ('* {{ term = "morbus", dialect = sv-se (prefer) }}', {ILLNESS}),
        ('* {{ type = fsn, dialect = en-us (prefer), term = "two" }}', {TWO_PLACES}),
        ('* {{ type = fsn, term = wild:"*(body structure)" }}', {PART, OTHER_PART}),
        # Definition status, module and day of the last change are of the row of the concept.
        ("* {{ C definitionStatus = defined }}", {ILLNESS, TWO_PLACES}),
        ("* {{ C definitionStatusId = 900000000000073002 }}", {ILLNESS, TWO_PLACES}),
        (f"(<< {ILLNESS} OR << {EVERYWHERE}) {{{{ C definitionStatus != defined }}}}", {EVERYWHERE, SWEDISH}),
        (f"(<< {ILLNESS} OR << {EVERYWHERE}) {{{{ C definitionStatus = primitive }}}}", {EVERYWHERE, SWEDISH}),
        ("* {{ C moduleId = 45991000052106 }}", {SWEDISH}),
        ("* {{ C moduleId != 900000000000207008 }}", {SWEDISH}),
        ("* {{ C moduleId = 900000000000207008, definitionStatus = defined }}", {ILLNESS, TWO_PLACES}),
        ('* {{ C effectiveTime > "20100101" }}', {SWEDISH}),
        ('* {{ C effectiveTime = "20030131" }}', {ILLNESS}),
        # They are no attributes.
        (f"{SWEDISH} : * = *", set()),
    ],
)
def test_groups_hold_what_the_release_puts_together(
    terminology: Terminology, expression: str, expected: set[str]
) -> None:
    system = terminology.scheme("snomed-ct")
    assert system is not None
    found = concepts_of(expression, system, TerminologySubstrate(terminology, system))
    assert {system.code(concept) for concept in found} == expected


def test_the_records_equal_the_graph(settings: Settings) -> None:
    agreement = Agreement(current_build(settings))
    faults = [
        fault
        for system, concepts in agreement.systems(50)
        for each in concepts
        for fault in agreement.faults(system, each)
    ]
    assert not faults


@pytest.mark.parametrize("base", ["r5", "r4"])
def test_lookup_gives_role_groups_with_subproperties_and_the_kind_of_name(client: FlaskClient, base: str) -> None:
    address = f"/fhir/{base}/CodeSystem/$lookup?system=http://snomed.info/sct&property=609096000&property=designation"
    answer = json.loads(client.get(f"{address}&code={TWO_PLACES}").data)
    parts = [each["part"] for each in answer["parameter"] if each["name"] == "property"]
    groups = [
        [[inner["valueCode"] for inner in each["part"]] for each in part if each["name"] == "subproperty"]
        for part in parts
        if part[0]["valueCode"] == "609096000"
    ]
    assert groups == [[[LOOK, SWOLLEN], [SITE, PART]], [[LOOK, SORE], [SITE, OTHER_PART]]]
    names = [each["part"] for each in answer["parameter"] if each["name"] == "designation"]
    uses = {part[-1]["valueString"]: part[1]["valueCoding"]["code"] for part in names if part[1]["name"] == "use"}
    assert uses["Illness in two places (disorder)"] == "900000000000003001"
    values = json.loads(client.get(f"{address}&code={ILLNESS}").data)
    assert {"name": "value", "valueDecimal": 2.5} in [
        inner
        for each in values["parameter"]
        for part in each.get("part", [])
        if part["name"] == "subproperty"
        for inner in part["part"]
    ]


def test_an_expansion_gives_role_groups_as_subproperties(client: FlaskClient) -> None:
    address = "ValueSet/$expand?url=http://snomed.info/sct?fhir_vs&property=609096000&count=1000"
    (two,) = _contained(client, "r5", address, TWO_PLACES)
    assert two["property"] == [
        {"code": "609096000", "valueInteger": 1, "subProperty": [_coded(LOOK, SWOLLEN), _coded(SITE, PART)]},
        {"code": "609096000", "valueInteger": 2, "subProperty": [_coded(LOOK, SORE), _coded(SITE, OTHER_PART)]},
    ]
    (old,) = _contained(client, "r4", address, TWO_PLACES)
    first = {each["url"]: each for each in old["extension"][0]["extension"]}
    assert (first["code"]["valueCode"], first["value"]["valueInteger"]) == ("609096000", 1)
    inner = [each["extension"] for each in old["extension"][0]["extension"] if each["url"] == "subProperty"]
    assert inner[0] == [{"url": "code", "valueCode": LOOK}, {"url": "value", "valueCode": SWOLLEN}]


def _coded(attribute: str, target: str) -> dict[str, str]:
    return {"code": attribute, "valueCode": target}


def _contained(client: FlaskClient, base: str, address: str, code: str) -> list[dict[str, Any]]:
    answer = json.loads(client.get(f"/fhir/{base}/{address}").data)
    return [each for each in answer["expansion"]["contains"] if each["code"] == code]


@pytest.mark.parametrize("base", ["r5", "r4"])
def test_lookup_gives_the_properties_that_fhir_defines_for_snomed_ct(client: FlaskClient, base: str) -> None:
    address = f"/fhir/{base}/CodeSystem/$lookup?system=http://snomed.info/sct&property=*"
    for code, expected in ((ILLNESS, [True, "900000000000207008", "2003-01-31"]), (SWEDISH, [False, "45991000052106"])):
        answer = json.loads(client.get(f"{address}&code={code}").data)
        parts = [each["part"] for each in answer["parameter"] if each["name"] == "property"]
        parts = [part for part in parts if part[1]["name"] == "value"]  # not those of role groups
        found = {part[0]["valueCode"]: next(v for k, v in part[1].items() if k.startswith("value")) for part in parts}
        names = ("sufficientlyDefined", "moduleId", "effectiveTime")
        assert [found[name] for name in names][: len(expected)] == expected
    system = json.loads(client.get(f"/fhir/{base}/CodeSystem?url=http://snomed.info/sct").data)["entry"][0]["resource"]
    assert {"sufficientlyDefined", "moduleId", "effectiveTime"} <= {each["code"] for each in system["property"]}


def test_the_page_of_a_concept_shows_its_groups_apart(client: FlaskClient) -> None:
    page = client.get(f"/resource?uri=http://snomed.info/id/{EVERYWHERE}", follow_redirects=True).text
    first, second = page.index("Rollgrupp 1"), page.index("Rollgrupp 2")
    assert "Swollen look" in page[first:second]
    assert f'title="http://snomed.info/id/{LOOK}">{LOOK}</span>' in page[first:second]
    assert "senast ändrad" in page and ">dct:modified <" not in page
    assert "Sore look" in page[second:]
    assert "Other invented body part" in page[:first]  # in no group


def test_a_retired_concept_keeps_its_groups_in_the_current_view(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    older, newer = settings.raw / "snomed_rf2/2024-11-30", settings.raw / "snomed_rf2/2025-05-31"
    shutil.copytree(EDITION, older)
    shutil.copytree(EDITION, newer)
    for path in newer.rglob("*.txt"):
        text = path.read_text(encoding="utf-8")
        kept = [line for line in text.splitlines(keepends=True) if TWO_PLACES not in line]
        path.write_text("".join(kept), encoding="utf-8")
        path.rename(path.with_name(path.name.replace("20241130", "20250531")))
    build_small(settings, accept_fewer=True)
    found = Terminology(current_build(settings)).scheme("snomed-ct")
    assert found is not None
    retired = found.lookup(TWO_PLACES)
    assert retired is not None and retired.status == "inactive"
    assert [(group.number, len(group.places)) for group in retired.role_groups] == [(1, 2), (2, 2)]


def test_the_page_as_of_a_day_has_the_groups(client: FlaskClient) -> None:
    address = f"/resource?uri=http://snomed.info/id/{EVERYWHERE}&asOf=2024-12-01"
    page = client.get(address, follow_redirects=True)
    assert page.status_code == 200
    assert "2024-12-01" in page.text and "Rollgrupp 2" in page.text
