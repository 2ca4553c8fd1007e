"""Every identifier of a code system that public Swedish code uses leads to the same concept.

The table follows what was read in public sources; of the systems that have no loader (ICF, NPL, HSA and others)
nothing is held, so nothing is to be found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

import loaders
from begrepp.build.loads.parallel_loader import EditionJob
from begrepp.build.pipeline import build
from begrepp.settings import ROOT, Settings
from begrepp.sources.editions import find_editions
from server.app import create_app
from tests import golden
from tests.support.small import Quiet

FIXTURES = ("atc-csv", "icd10_se-csv", "icd10_who", "icd_o", "ksh97p", "kva-texts", "loinc", "npu", "snomed_rf2")
SE = "urn:oid:1.2.752."
SPELLINGS = {
    "/cs/icd-10-se/A00.0": {
        "A00.0": [
            f"{SE}116.1.1.1",
            "1.2.752.116.1.1.1",
            f"{SE}116.1.1.1.1.3",
            f"{SE}116.1.1.1.1.8",
            "https://www.icd10.se/",
            "http://hl7.org/fhir/sid/icd-10-se",
            "http://hl7.org/fhir/sid/icd-10-se|2021",
            "https://terminologitjansten.inera.se/inera-kodverksforvaltning/kodverk/icd-10-se",
            "icd-10-se",
        ],
        "A000": [f"{SE}116.1.1.1", "URN:OID:1.2.752.116.1.1.1"],
    },
    "/cs/icd-10/C61": {
        "C61": [
            "urn:oid:2.16.840.1.113883.6.3",
            "http://hl7.org/fhir/sid/icd-10",
            "http://id.who.int/icd/release/10",
        ]
    },
    "/cs/kka/AAA00": {
        "AAA00": [
            f"{SE}116.1.3.2.3.4",
            f"{SE}116.1.3.2.3.6",
            f"{SE}116.1.3.2.1.4",
            "http://electronichealth.se/id/kva",
            "http://klassifikationer.socialstyrelsen.se/kva",
        ]
    },
    "/cs/kma/AA001": {"AA001": [f"{SE}116.1.3.2.3.4", f"{SE}116.1.3.2.3.5"]},
    "/cs/ksh97-p/C50-": {"C50-": [f"{SE}116.1.3.1.1.2"]},
    "/cs/snomed-ct/138875005": {
        "138875005": [
            "http://snomed.info/sct",
            "http://snomed.info/sct/45991000052106",
            "http://snomed.info/sct|http://snomed.info/sct/45991000052106/version/20240531",
            "urn:oid:2.16.840.1.113883.6.96",
            f"{SE}116.2.1.1",
        ]
    },
    "/cs/atc/L01XE35": {
        "L01XE35": [f"{SE}129.2.2.3.1.1", "urn:oid:2.16.840.1.113883.6.73", "http://www.whocc.no/atc"],
        "l01xe35": ["http://www.whocc.no/atc"],
    },
    "/cs/npu/NPU90001": {"NPU90001": [f"{SE}108.1", "http://npu-terminology.org"]},
    "/cs/icd-o-3/8500%2F3": {
        "8500/3": ["urn:oid:2.16.840.1.113883.6.43.1", "http://terminology.hl7.org/CodeSystem/icd-o-3"],
        "85003": ["urn:oid:2.16.840.1.113883.6.43.1"],
    },
    "/cs/loinc/99901-1": {"99901-1": ["http://loinc.org", "urn:oid:2.16.840.1.113883.6.1"]},
    "/cs/hgnc/1101": {
        code: ["http://www.genenames.org/geneId", "https://identifiers.org/hgnc"] for code in ("1101", "HGNC:1101")
    },
}
ASKED = [(path, system, code) for path, codes in SPELLINGS.items() for code, all_ in codes.items() for system in all_]


@pytest.fixture(scope="module")
def app_with_systems(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    settings = Settings(data=tmp_path_factory.mktemp("systems") / "data", query_workers=1)
    found = [fixture.edition for fixture in golden.fixtures() if fixture.name in FIXTURES]
    found += [edition for edition in find_editions(Path(ROOT / "starter")) if edition.source == "hgnc-demo"]
    assert len(found) == len(FIXTURES) + 1
    build([EditionJob(edition, loaders.loader_of(edition)) for edition in found], settings, Quiet(), accept_fewer=True)
    application = create_app(settings)
    yield application
    application.extensions["begrepp"].pool.close()


@pytest.fixture
def web(app_with_systems: Flask) -> FlaskClient:
    return app_with_systems.test_client()


@pytest.mark.parametrize(("path", "system", "code"), ASKED)
def test_each_spelling_of_a_system_leads_to_its_concept(web: FlaskClient, path: str, system: str, code: str) -> None:
    answer = web.get("/resolve", query_string={"system": system, "code": code}, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers.get("Location")) == (303, path)


def test_all_of_them_are_answered_in_one_request_in_order(web: FlaskClient) -> None:
    answers = web.post("/resolve", json=[{"system": system, "code": code} for _, system, code in ASKED]).get_json()
    assert [answer["code"] for answer in answers] == [code for _, _, code in ASKED]
    same: dict[str, set[str]] = {}
    for (path, _, _), answer in zip(ASKED, answers, strict=True):
        assert "error" not in answer, answer
        same.setdefault(path, set()).add(answer["iri"])
    assert all(len(iris) == 1 for iris in same.values())


HTML = {"Accept": "text/html"}


def _near(page: str) -> list[str]:
    found = re.findall(r'href="(/cs/icd-10-se/[^"]+)"', page)
    assert found
    return found


def test_a_code_that_never_was_is_told_with_near_misses(web: FlaskClient) -> None:
    page = web.get(
        "/resolve", query_string={"system": f"{SE}116.1.1.1", "code": "A00.7"}, headers={"Accept": "text/html"}
    )
    assert page.status_code == 404 and 'href="/cs/icd-10-se/A00.0"' in page.text
    assert all(
        path.startswith("/cs/icd-10-se/A00") for path in _near(web.get("/cs/icd-10-se/A00.77", headers=HTML).text)
    )
    (answer,) = web.post("/resolve", json=[{"system": "icd-10-se", "code": "A00.7"}]).get_json()
    assert answer["error"] == "unknown-code" and "A00.0" in {near["notation"] for near in answer["near"]}
