"""Reference sets of an RF2 release: from its files to expressions and to the value sets of FHIR."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from begrepp.settings import ROOT
from server.app import create_app
from tests.support.small import build_small, settings_in

EDITION = ROOT / "tests/fixtures/snomed_rf2/2024-11-30"
ILLNESS, TWO_PLACES, RETIRED = "100002002", "100011001", "100004004"
SET, OTHER_SET, PART = "100003003", "900000000000999", "100010000"
"""A set whose concept is in the release, and one whose concept is not."""
ICD_10, CTV3, ICD_O, SAME_AS, POSSIBLY = (
    "447562003",
    "900000000000497000",
    "446608001",
    *(
        "900000000000527005",
        "900000000000523009",
    ),
)
"""An extended map, simple maps to a code system that is not known and to one that is, and association sets."""
CONCEPTS = (ICD_10, CTV3, ICD_O, SAME_AS, POSSIBLY)
UNCLEAR, DOUBTFUL, FINDING = "100006006", "100005005", "100001001"
CORE, PRIMITIVE, ROW = "900000000000207008", "900000000000074008", "00000000-0000-4000-8000-000000000"
OTHER_NAME = f"snomed-ct-{OTHER_SET}"
MEMBERS = [
    (1, SET, ILLNESS),
    (1, SET, TWO_PLACES),
    (1, SET, RETIRED),
    (0, SET, PART),
    (1, SET, "999999999"),
    (1, OTHER_SET, ILLNESS),
]


def add_reference_sets(folder: Path) -> None:
    """Add a file of simple reference sets to the international package of a release."""
    terminology = next(folder.rglob("sct2_Concept_Snapshot_INT*")).parent
    lines = ["id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId"]
    for number, (active, refset, member) in enumerate(MEMBERS):
        id_ = f"00000000-0000-4000-8000-{number:012}"
        lines.append(f"{id_}\t20240101\t{active}\t900000000000207008\t{refset}\t{member}")
    write_rows(terminology / "der2_Refset_SimpleSnapshot_INT_20240701.txt", lines)
    append_rows(folder, "sct2_Concept_Snapshot_INT", [f"{each}\t20020131\t1\t{CORE}\t{PRIMITIVE}" for each in CONCEPTS])
    append_rows(
        folder,
        "der2_cRefset_AssociationSnapshot_INT",
        [f"{ROW}900\t20240701\t0\t{CORE}\t{SAME_AS}\t{RETIRED}\t{ILLNESS}"],
    )
    append_rows(
        folder,
        "der2_iisssccRefset_ExtendedMapSnapshot_INT",
        [
            f"{ROW}90{number}\t20240701\t0\t{CORE}\t{ICD_10}\t{member}\t1\t1\tTRUE\tALWAYS {target}\t{target}"
            "\t447561005\t447637006"
            for number, (member, target) in enumerate([(SET, "X09"), (ILLNESS, "Z99")], 1)
        ],
    )
    append_rows(
        folder,
        "der2_sRefset_SimpleMapSnapshot_INT",
        [f"{ROW}910\t20240701\t0\t{CORE}\t{CTV3}\t{PART}\tXb0"],
    )


def append_rows(folder: Path, name: str, lines: list[str]) -> None:
    """Append rows to the file of a release whose name begins so."""
    path = next(folder.rglob(f"{name}*"))
    write_rows(path, [*path.read_text(encoding="utf-8").splitlines(), *lines])


def write_rows(path: Path, lines: list[str]) -> None:
    path.write_text("".join(f"{line}\r\n" for line in lines), encoding="utf-8", newline="")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    settings = settings_in(tmp_path_factory.mktemp("refsets"))
    copied = settings.raw / "snomed_rf2/2024-11-30"
    shutil.copytree(EDITION, copied)
    add_reference_sets(copied)
    build_small(settings)
    application = create_app(settings)
    yield application.test_client()
    application.extensions["begrepp"].pool.close()


def answer(client: FlaskClient, path: str) -> Any:
    return json.loads(client.get(path).data)


@pytest.mark.parametrize(
    ("expression", "codes"),
    [
        (f"^ {SET}", {ILLNESS, TWO_PLACES, RETIRED}),
        (f"^ {SET} {{{{ C active = 1 }}}}", {ILLNESS, TWO_PLACES}),
        (f"^ snomed-ct-{OTHER_SET}", {ILLNESS}),
        (f"^ ({SET} OR snomed-ct-{OTHER_SET})", {ILLNESS, TWO_PLACES, RETIRED}),
        (f"^R {TWO_PLACES}", {SET}),
        (f"^ {SET} {{{{ M active = 0 }}}}", {PART}),
        (f"^ {SET} {{{{ M active = true }}}}", {ILLNESS, TWO_PLACES, RETIRED}),
        (f"^ {ICD_10}", {ILLNESS, FINDING}),
        (f"^ {ICD_10} {{{{ M active = 1 }}}}", {ILLNESS, FINDING}),
        (f"^ {ICD_10} {{{{ M active = false }}}}", {SET, ILLNESS}),
        (f'^ {ICD_10} {{{{ M mapTarget = "X00.1" }}}}', {ILLNESS}),
        (f"^ {ICD_10} {{{{ M mapGroup = #2, mapPriority = #1 }}}}", {ILLNESS}),
        (f'^ {ICD_10} {{{{ M mapTarget = "Z99" }}}}', set()),
        (f"^ {CTV3}", {ILLNESS}),
        (f"^ {CTV3} {{{{ M active = 0 }}}}", {PART}),
        (f"^ {ICD_O}", {SET}),
        (f'^ {ICD_O} {{{{ M mapTarget = "C99.9" }}}}', {SET}),
        (f"^ {SAME_AS}", {UNCLEAR}),
        (f"^ [targetComponentId] {SAME_AS}", {DOUBTFUL}),
        (f"^ [targetComponentId] {SAME_AS} {{{{ M referencedComponentId = {UNCLEAR} }}}}", {DOUBTFUL}),
        (f"^ {POSSIBLY} {{{{ M targetComponentId = {SET} }}}}", {DOUBTFUL}),
        (f"^ {SAME_AS} {{{{ M active = 0 }}}}", {RETIRED}),
        (f"^ ({SAME_AS} OR {POSSIBLY})", {UNCLEAR, DOUBTFUL}),
        (f"^R {UNCLEAR}", {SAME_AS}),
        (f"^R {FINDING}", {ICD_10}),
        (f"^R {ILLNESS}", {SET, ICD_10, CTV3, OTHER_NAME}),
        (f"{TWO_PLACES} AND ^ {SET}", {TWO_PLACES}),
    ],
)
def test_the_members_of_a_reference_set_are_found_by_its_concept(
    client: FlaskClient, expression: str, codes: set[str]
) -> None:
    found = answer(client, f"/api/v1/ecl?scheme=snomed-ct&ecl={quote(expression)}")
    assert {each["notation"] for each in found["concepts"]} == codes


def test_a_condition_on_what_the_rows_of_a_set_do_not_state_is_an_error(client: FlaskClient) -> None:
    expression = quote(f'^ {SET} {{{{ M effectiveTime > "20200101" }}}}')
    found = answer(client, f"/api/v1/ecl?scheme=snomed-ct&ecl={expression}")
    assert found["status"] == 400 and "The rows of the set state no effectiveTime." in found["title"]


def test_the_fields_of_inactive_rows_are_not_known(client: FlaskClient) -> None:
    expression = quote(f'^ {ICD_10} {{{{ M active = 0, mapTarget = "Z99" }}}}')
    found = answer(client, f"/api/v1/ecl?scheme=snomed-ct&ecl={expression}")
    assert found["status"] == 400 and "The set has no field 'mapTarget'." in found["title"]


def test_a_reference_set_is_a_value_set_of_fhir(client: FlaskClient) -> None:
    found = answer(client, f"/fhir/r4/ValueSet/$expand?url=http://snomed.info/sct?fhir_vs=refset/{SET}")
    assert {each["code"] for each in found["expansion"]["contains"]} == {ILLNESS, TWO_PLACES, RETIRED}
    found = answer(client, f"/fhir/r4/ValueSet/$expand?url=http://snomed.info/sct?fhir_vs=refset/{ICD_10}")
    assert {each["code"] for each in found["expansion"]["contains"]} == {ILLNESS, FINDING}


def test_all_reference_sets_are_a_value_set_of_fhir(client: FlaskClient) -> None:
    found = answer(client, "/fhir/r4/ValueSet/$expand?url=http://snomed.info/sct?fhir_vs=refset")
    assert {each["code"] for each in found["expansion"]["contains"]} == {SET, *CONCEPTS}


def test_the_filter_in_of_snomed_ct_is_that_of_reference_sets(client: FlaskClient) -> None:
    rule = {"property": "concept", "op": "in", "value": ICD_10}
    compose = {"include": [{"system": "http://snomed.info/sct", "filter": [rule]}]}
    value_set = {"resourceType": "ValueSet", "status": "active", "compose": compose}
    body = {"resourceType": "Parameters", "parameter": [{"name": "valueSet", "resource": value_set}]}
    found = json.loads(client.post("/fhir/r5/ValueSet/$expand", json=body).data)
    assert {each["code"] for each in found["expansion"]["contains"]} == {ILLNESS, FINDING}
