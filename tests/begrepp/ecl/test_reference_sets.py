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
    text = "".join(f"{line}\r\n" for line in lines)
    (terminology / "der2_Refset_SimpleSnapshot_INT_20240701.txt").write_text(text, encoding="utf-8", newline="")


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


def test_a_reference_set_is_a_value_set_of_fhir(client: FlaskClient) -> None:
    found = answer(client, f"/fhir/r4/ValueSet/$expand?url=http://snomed.info/sct?fhir_vs=refset/{SET}")
    assert {each["code"] for each in found["expansion"]["contains"]} == {ILLNESS, TWO_PLACES, RETIRED}
