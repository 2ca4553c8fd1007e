"""Namespaces that are nearly a known one: found in each syntax, with the right namespace and the line."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat

from begrepp.rdf.namespaces import prefixes
from begrepp.rdf.near_namespaces import near_namespaces, nearest_namespace, nearest_term
from tests.support.shell import Shell

NEAR = [
    ("http://www.w3.org/ns/dcat/", "dcat"),
    ("https://www.w3.org/ns/dcat#", "dcat"),
    ("http://w3.org/ns/dcat#", "dcat"),
    ("http://www.w3.org/ns/dact#", "dcat"),
    ("http://www.w3.org/ns/dcats#", "dcat"),
    ("http://www.w3.org/ns/DCAT#", "dcat"),
    ("http://purl.org/dc/terms", "dct"),
    ("http://purl.org/dc/term/", "dct"),
    ("http://purl.org/dc/terms#", "dct"),
    ("https://xmlns.com/foaf/0.1/", "foaf"),
    ("http://xmlns.com/foaf/0.2/", "foaf"),
    ("http://www.w3.org/2004/02/skos/core/", "skos"),
    ("http://www.w3.org/2008/05/skos#", "skos"),
    ("https://www.w3.org/TR/skos-reference/", "skos"),
    ("https://healthdcat-ap.github.io/", "health"),
    ("http://healthdataportal.eu/ns/health/", "health"),
    ("http://www.w3.org/2001/XMLSchema/", "xsd"),
    ("http://www.w3.org/2001/vcard-rdf/3.0#", "vcard"),
    ("https://schema.org#", "schema"),
]
FAR = [
    "http://purl.org/dc/elements/1.1/",
    "http://purl.org/dc/dcmitype/",
    "http://www.w3.org/ns/duv#",
    "http://www.w3.org/ns/org#",
    "http://www.w3.org/ns/locn#",
    "http://www.w3.org/ns/sosa/",
    "http://schema.org/",
    "http://www.w3.org/2001/XMLSchema",
    "http://www.w3.org/2001/XMLSchema-instance",
    "http://www.w3.org/2006/time#",
    "http://www.opengis.net/ont/geosparql#",
    "https://w3id.org/dpv/pd#",
    "http://purl.org/linked-data/cube#",
    "https://example.org/",
    "",
]
DATASET = "<https://example.org/d> a dcat:Dataset ; dct:title 'A' ; dcatap:applicableLegislation <urn:l> ."
PREFIXES = """# a comment
@prefix dct: <http://purl.org/dc/terms/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcatap: <http://data.europa.eu/r5r/> .
"""


@pytest.mark.parametrize(("namespace", "prefix"), NEAR)
def test_a_namespace_that_is_nearly_known_names_the_known_one(namespace: str, prefix: str) -> None:
    near = nearest_namespace(namespace)
    assert near and (near.prefix, near.expected) == (prefix, prefixes()[prefix])


@pytest.mark.parametrize("namespace", [*FAR, *prefixes().values()])
def test_known_and_other_namespaces_are_near_to_none(namespace: str) -> None:
    assert nearest_namespace(namespace) is None


def test_no_known_namespace_has_a_term_that_is_near() -> None:
    assert [name for name, namespace in prefixes().items() if nearest_term(f"{namespace}Thing")] == []
    assert nearest_term("https://www.dcat-ap.de/def/dcatde/contributorID") is None


def test_a_missing_separator_is_found_in_the_term() -> None:
    near = nearest_term("http://data.europa.eu/r5rapplicableLegislation")
    assert near and (near.found, near.expected) == ("http://data.europa.eu/r5r", "http://data.europa.eu/r5r/")


def found(path: Path, text: str, rdf_format: RdfFormat = RdfFormat.TURTLE) -> list[tuple[str, str, int]]:
    """The namespaces in a file that are nearly known, with prefix and line."""
    path.write_text(text, encoding="utf-8")
    return [(near.found, near.prefix, near.row) for near in near_namespaces(path, rdf_format)]


@pytest.mark.parametrize(
    ("right", "wrong", "prefix", "row"),
    [
        ("<http://data.europa.eu/r5r/>", "<http://data.europa.eu/r5r>", "dcatap", 4),
        ("<http://data.europa.eu/r5r/>", "<https://www.dcat-ap.de/>", "dcatap", 4),
        ("<http://data.europa.eu/r5r/>", "<https://example.org/our-own-terms#>", "dcatap", 4),
        ("<http://www.w3.org/ns/dcat#>", "<http://www.w3.org/ns/dcat/>", "dcat", 3),
        ("<http://purl.org/dc/terms/>", "<http://purl.org/dc/terms>", "dct", 2),
    ],
)
def test_a_declaration_in_turtle_is_named_with_its_line(
    tmp_path: Path, right: str, wrong: str, prefix: str, row: int
) -> None:
    text = PREFIXES.replace(right, wrong) + DATASET
    assert found(tmp_path / "a.ttl", text) == [(wrong[1:-1], prefix, row)]


def test_a_sound_file_has_no_remark_and_neither_has_a_namespace_that_only_instances_have(tmp_path: Path) -> None:
    assert found(tmp_path / "a.ttl", PREFIXES + DATASET) == []
    own = "@prefix cv: <https://example.org/cv/> .\n"
    assert found(tmp_path / "b.ttl", f"{PREFIXES}{own}cv:1 a dcat:Dataset ; dct:relation cv:2 .") == []
    assert found(tmp_path / "c.ttl", "no RDF at all") == []


def test_full_iris_datatypes_xml_and_json_are_read_too(tmp_path: Path) -> None:
    triple = "<urn:a> <http://purl.org/dc/terms#issued> '2024'^^<http://www.w3.org/2001/XMLSchema/gYear> ."
    assert found(tmp_path / "a.nt", triple.replace("'", '"'), RdfFormat.N_TRIPLES) == [
        ("http://purl.org/dc/terms#", "dct", 0),
        ("http://www.w3.org/2001/XMLSchema/", "xsd", 0),
    ]
    xml = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"\n'
        ' xmlns:foaf="https://xmlns.com/foaf/0.1/"><foaf:Agent rdf:about="urn:a"/></rdf:RDF>'
    )
    assert found(tmp_path / "a.rdf", xml, RdfFormat.RDF_XML) == [("https://xmlns.com/foaf/0.1/", "foaf", 2)]
    json_ld = '{"@context": {"dcat": "http://www.w3.org/ns/dcat/"}, "@id": "urn:a", "@type": "dcat:Dataset"}'
    assert found(tmp_path / "a.jsonld", json_ld, RdfFormat.JSON_LD) == [("http://www.w3.org/ns/dcat/", "dcat", 1)]


def test_validate_names_the_namespace_and_does_not_call_it_conforming(begrepp: Shell) -> None:
    wrong = PREFIXES.replace("ns/dcat#", "ns/dcat/") + DATASET
    agent = "<urn:o> a <http://xmlns.com/foaf/0.1/Agent> ; <http://xmlns.com/foaf/0.1/name> 'O' ."
    words = begrepp("validate", begrepp.file(wrong + agent, "a.ttl"), "-p", "dcat-ap", code=3)
    assert "a.ttl:3: <http://www.w3.org/ns/dcat/> → dcat: <http://www.w3.org/ns/dcat#>" in words
    assert "the data have no dcat:Catalog, dcat:Dataset" in words
    assert "Nothing was validated with DCAT-AP 3.0.1" in words and "Conforms" not in words
    swedish = begrepp("validate", str(begrepp.folder / "a.ttl"), "-p", "dcat-ap", "--lang", "sv", code=3)
    assert "Ingenting validerades med DCAT-AP 3.0.1" in swedish


def test_add_names_the_namespace_of_what_it_does_not_recognise(begrepp: Shell) -> None:
    text = PREFIXES.replace("http://data.europa.eu/r5r/", "https://www.dcat-ap.de/") + DATASET
    declaration = begrepp.file(
        'loader = "dcat"\n[source]\npublisher = "Påhitt"\npublisher_type = "regional"\n'
        'licence = "https://creativecommons.org/licenses/by/4.0/"\n',
        "source.toml",
    )
    words = begrepp("add", "kat", begrepp.file(text, "k.ttl"), declaration, "--edition", "2026")
    plain = " ".join(words.split())
    assert (
        "k.ttl row 4: the namespace <https://www.dcat-ap.de/> is not <http://data.europa.eu/r5r/> (dcatap:)." in plain
    )
