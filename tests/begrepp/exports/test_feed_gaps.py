"""Gaps of a feed are told for each dataset, in words, by the rules for its access rights."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from begrepp.exports.dcat_feeds import write_feed
from begrepp.exports.feed_gaps import DatasetGaps, find_gaps, write_gaps
from begrepp.rdf.iris import Iris
from begrepp.rdf.namespaces import expand
from begrepp.records import Record
from begrepp.settings import Settings
from tests.begrepp.exports.test_dcat_feeds import AGENT, ATC, DRUG, EHDS, EU, WHOLE, fill_store

CATALOGUE = "https://w3id.org/begrepp/"
WITHOUT = replace(WHOLE, id="utan", hdab=None, contact_email="", legislation=(), distributions=())
OPEN = replace(WITHOUT, id="oppet", access_rights=f"{EU}access-right/PUBLIC", contact_email="fraga@example.org")


def gaps(folder: Path, profile: str, *records: Record, suffix: str = ".ttl") -> dict[str, DatasetGaps]:
    """The gaps of the feed of some records, by the last part of the IRI."""
    store = fill_store(folder / "store", (ATC, *records))
    feed = folder / f"feed{suffix}"
    write_feed(store, profile, feed)
    return {each.iri.rpartition("/")[2]: each for each in find_gaps(feed, profile, Settings())}


def test_a_complete_description_has_no_gap_and_gives_the_catalogue_its_law(tmp_path: Path) -> None:
    found = gaps(tmp_path, "healthdcat-ap", WHOLE, DRUG)
    assert {name: each.gaps for name, each in found.items()} == {"": (), "helt": ()}
    law = Quad(NamedNode(CATALOGUE), NamedNode(expand("dcatap:applicableLegislation")), NamedNode(EHDS.url))
    assert law in {*parse(path=tmp_path / "feed.ttl", format=RdfFormat.TURTLE)}


@pytest.mark.parametrize("suffix", [".ttl", ".rdf"])
def test_gaps_belong_to_their_dataset(tmp_path: Path, suffix: str) -> None:
    found = gaps(tmp_path, "healthdcat-ap", WHOLE, DRUG, WITHOUT, suffix=suffix)
    assert found["helt"].gaps == ()
    paths = {gap.path for gap in found["utan"].gaps}
    assert {expand("health:hdab"), expand("dcatap:applicableLegislation"), expand("dcat:distribution")} <= paths
    assert {gap.path for gap in found[""].gaps} == {expand("dcatap:applicableLegislation")}, "no law in common"
    hdab = next(gap for gap in found["utan"].gaps if gap.path == expand("health:hdab"))
    assert hdab.describe("sv", found["utan"].iri).startswith("organ för tillgång till hälsodata: ")
    assert expand("health:hdab") not in {gap.path for gap in found["utan"].conditional}


def test_the_gap_of_a_contact_point_names_the_contact_point(tmp_path: Path) -> None:
    (gap,) = gaps(tmp_path, "dcat-ap-se", WITHOUT)["utan"].gaps
    iri = Iris().dataset("utan")
    assert (gap.path, gap.node) == (expand("vcard:hasEmail"), f"{iri}/contact")
    assert gap.describe("en", iri) == f"vcard:hasEmail: Email is missing; it is mandatory. ({iri}/contact)"


def test_a_public_dataset_is_validated_by_the_rules_for_public_data(tmp_path: Path) -> None:
    found = gaps(tmp_path, "healthdcat-ap", WHOLE, OPEN)
    for each in (found["helt"], found["oppet"]):
        assert expand("dct:accessRights") not in {gap.path for gap in each.gaps}


def test_the_catalogue_and_its_publisher_are_in_the_health_feed(tmp_path: Path) -> None:
    found = gaps(tmp_path, "healthdcat-ap", replace(WHOLE, publisher=AGENT))
    assert set(found) == {"", "helt"} and found[""].iri == CATALOGUE
    feed = (tmp_path / "feed.ttl").read_text(encoding="utf-8")
    assert "<https://w3id.org/begrepp/id/agent/begrepp> dct:type" in feed and "dcat:themeTaxonomy" in feed


def test_the_gaps_of_a_build_are_written_as_json(data_folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "dcat-ap-se.gaps.json"
    write_gaps(data_folder / "current", target)
    written = {each["iri"]: each["gaps"] for each in json.loads(target.read_bytes())}
    assert [gap["path"] for gap in written[Iris().dataset("nkbc")]] == [expand("vcard:hasEmail")]
    assert written[Iris().dataset("scapis")] == []
    assert [*tmp_path.iterdir()] == [target]


def test_the_page_tells_what_each_holder_has_to_state(client: FlaskClient) -> None:
    assert b'href="/catalog/healthdcat-ap/missing"' in client.get("/dataset", headers={"Accept": "text/html"}).data
    for language, words in (("sv", "organ för tillgång till hälsodata"), ("en", "health data access body")):
        headers = {"Accept": "text/html", "Accept-Language": language}
        page = client.get("/catalog/healthdcat-ap/missing", headers=headers)
        assert page.status_code == 200 and words in page.text and 'href="/dataset/nkbc"' in page.text
    told = client.get("/catalog/dcat-ap-se/missing", headers={"Accept": "application/json"})
    assert told.mimetype == "application/json" and any(each["gaps"] for each in told.get_json())
    assert client.get("/catalog/none/missing").status_code == 404
