"""Our catalogue out: what is fully described conforms to the official profiles, and nothing is made up for the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Store, parse

from begrepp.errors import NotFound, Origin, UsageError
from begrepp.exports.dcat_feeds import build_feed, feed_profiles, write_feed
from begrepp.graph.triple_writer import TripleWriter
from begrepp.rdf.iris import Iris
from begrepp.rdf.namespaces import expand
from begrepp.rdf.ntriples import ntriples_line
from begrepp.records import (
    Activity,
    Agent,
    Catalogue,
    Dataset,
    Distribution,
    Legislation,
    Record,
    Redistribution,
    Scheme,
    Table,
    Variable,
    links,
    texts,
)
from begrepp.settings import ROOT, Settings
from begrepp.store.disk import DiskStore
from begrepp.validation.outcome import InputFile, rule_set_from_profile
from begrepp.validation.profiles.profile import find_profile
from begrepp.validation.report import Severity
from begrepp.validation.validate_files import validate_files

EU = "http://publications.europa.eu/resource/authority/"
EHDS = Legislation(
    titles=texts("EHDS-förordningen", "EHDS Regulation"), url="http://data.europa.eu/eli/reg/2025/327/oj"
)
AGENT = Agent(
    id="ingen",
    names=texts("Ingen", "Nobody"),
    homepage="https://example.org/",
    type="http://purl.org/adms/publishertype/RegionalAuthority",
    email="ingen@example.org",
)
WHOLE = Dataset(
    id="helt",
    version="1",
    origin=Origin("x"),
    titles=texts("Helt register", "Whole register"),
    descriptions=texts("Ett påhittat register.", "An invented register."),
    publisher=AGENT,
    custodian=AGENT,
    catalogue_publisher=AGENT,
    licence="https://creativecommons.org/licenses/by/4.0/",
    tables=(Table(id="t", titles=texts("Tabell", "Table")),),
    valid_from=date(2026, 1, 1),
    keywords=texts("prov", "test"),
    themes=(f"{EU}data-theme/HEAL",),
    types=(f"{EU}dataset-type/STATISTICAL",),
    languages=(f"{EU}language/SWE",),
    contact_names=texts("Frågor", "Questions"),
    contact_email="fraga@example.org",
    access_rights=f"{EU}access-right/NON_PUBLIC",
    hdab=AGENT,
    legislation=(EHDS,),
    personal_data=("https://w3id.org/dpv/dpv-pd#HealthRecord",),
    temporal_from="2008",
    temporal_to="2024",
    spatial=f"{EU}country/SWE",
    health_categories=("MRMR",),
    health_themes=("https://hdeu-dcat.data.health.europa.eu/resource/authority/health-theme/CANCER",),
    min_age=18,
    max_age=99,
    individuals=120000,
    records=400000,
    conforms_to=("https://hdeu-dcat.data.health.europa.eu/resource/authority/standard/FHIR",),
    provenance=texts("Rapporterat av vården.", "Reported by health care."),
    generated_by=(Activity(titles=texts("Rapportering", "Reporting")),),
    distributions=(
        Distribution(
            id="uttag", titles=texts("Uttag", "Extract"), access_url="https://example.org/uttag", legislation=(EHDS,)
        ),
    ),
)
ATC = Scheme(
    id="atc",
    titles=texts("ATC"),
    ehds_coding_system="https://hdeu-dcat.data.health.europa.eu/resource/authority/coding-system/ATC",
)
DRUG = Variable(
    dataset="helt",
    table="t",
    name="atc",
    origin=Origin("x"),
    titles=texts("Läkemedel", "Drug"),
    descriptions=texts("Läkemedlets kod.", "The code of the drug."),
    datatype="string",
    measures=links("onkologi:cytostatika"),
    code_systems=("atc",),
)
HARVESTED = Catalogue(
    id="annat",
    version="1",
    origin=Origin("x"),
    titles=texts("Någon annans"),
    publisher=AGENT,
    licence="https://creativecommons.org/licenses/by/4.0/",
    valid_from=date(2026, 1, 1),
    redistribution=Redistribution.ALLOWED,
)
THEIRS = replace(WHOLE, id="annat-1", catalogue="annat", iri="https://example.org/1", publisher=None, custodian=None)


def fill_store(folder: Path, records: Iterable[Record]) -> DiskStore:
    """A store with records and our own catalogue."""
    filled = Store(str(folder))
    mint = TripleWriter(Iris(), load_iri="https://w3id.org/begrepp/id/load/x/1", file_iris=())
    lines = "".join(ntriples_line(t) for record in records for t in mint.triples(record))
    filled.load(input=lines.encode(), format=RdfFormat.N_TRIPLES)
    own = (ROOT / "ontology" / "catalog.ttl").read_bytes()
    filled.load(input=own, format=RdfFormat.TURTLE)
    filled.load(input=own, format=RdfFormat.TURTLE, to_graph=NamedNode(Iris().graph("catalog")))
    filled.flush()
    del filled
    return DiskStore(folder)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> DiskStore:
    return fill_store(tmp_path_factory.mktemp("feeds") / "store", (ATC, WHOLE, DRUG, HARVESTED, THEIRS))


@pytest.mark.parametrize(
    ("name", "profile"),
    [
        ("healthdcat-ap", "healthdcat-ap-non-public"),
        ("healthdcat-ap", "ehds-minimum"),
        ("healthdcat-ap", "dcat-ap"),
        ("dcat-ap-se", "dcat-ap"),
        ("dcat-ap-se", "dcat-ap-se"),
    ],
)
def test_what_is_fully_described_conforms_to_the_official_shapes(
    store: DiskStore, tmp_path: Path, name: str, profile: str
) -> None:
    path = tmp_path / f"{name}.ttl"
    assert write_feed(store, name, path) > 40
    report = validate_files(
        [InputFile(path=path)], rule_set_from_profile(find_profile(profile, Settings())), Settings()
    ).report
    violations = [r for r in report.results if r.severity is Severity.VIOLATION]
    assert not [(r.path, r.focus, r.value, r.messages.get("en")) for r in violations]


def test_a_feed_tells_columns_and_the_coding_systems_that_they_use(store: DiskStore) -> None:
    said = {(t.predicate.value, getattr(t.object, "value", "")) for t in build_feed(store, "healthdcat-ap")}
    assert (expand("csvw:name"), "atc") in said
    assert (expand("csvw:propertyUrl"), Iris().concept("onkologi", "cytostatika")) in said
    assert (expand("health:hasCodingSystem"), ATC.ehds_coding_system) in said
    assert not [name for name, _ in said if name.startswith(expand("begrepp:measures")[:-8])], "no word of our own"


def test_counts_keep_the_kind_of_number_that_the_profile_asks_for(store: DiskStore) -> None:
    counts = {
        t.object for t in build_feed(store, "healthdcat-ap") if t.predicate.value == expand("health:numberOfRecords")
    }
    assert counts == {Literal("400000", datatype=NamedNode(expand("xsd:nonNegativeInteger")))}


@pytest.mark.parametrize("profile", feed_profiles())
def test_what_others_publish_is_not_published_again(store: DiskStore, profile: str) -> None:
    subjects = {str(t.subject) for t in build_feed(store, profile)}
    assert f"<{Iris().dataset('helt')}>" in subjects
    assert not [s for s in subjects if "annat" in s]


@pytest.mark.parametrize("ending", [".ttl", ".rdf", ".jsonld", ".nt"])
def test_every_syntax_says_the_same(store: DiskStore, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"feed{ending}"
    count = write_feed(store, "dcat-ap-se", path)
    form = RdfFormat.from_extension(ending[1:])
    assert form and len(set(parse(path=path, format=form))) == count


def test_an_unknown_profile_or_ending_is_an_error(store: DiskStore, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no feed for the profile 'dcat-ap-xx'.*dcat-ap-se"):
        build_feed(store, "dcat-ap-xx")
    with pytest.raises(UsageError, match=r"does not have an extension of an RDF format"):
        write_feed(store, "dcat-ap-se", tmp_path / "feed.txt")
