"""RDF/XML and SPARQL results XML can be read by any XML parser, and hold the same graph or result as other formats."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, QueryResultsFormat, RdfFormat, Store, Triple, serialize
from rdflib.compare import isomorphic

from begrepp.errors import UnsuitableFormat
from begrepp.rdf.serialiser import graph_bytes, write_graph
from begrepp.rdf.xml_output import can_be_property, write_results, write_triples

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
TYPE = NamedNode(f"{RDF}type")
S, P = NamedNode("http://x/s"), NamedNode("http://x/p")
LITERALS = ("a\r\nb", "\r", "\rb\n", "a\tb", "</p> & <x:> > :>", "", "  ", "\x85\u2028\ufffd", "<b>\r</b>")


def xml(*triples: Triple, prefixes: dict[str, str] | None = None) -> bytes:
    """The graph in RDF/XML."""
    out = BytesIO()
    write_triples(triples, out, RdfFormat.RDF_XML, prefixes)
    return out.getvalue()


def is_same(document: bytes, *triples: Triple) -> bool:
    """Whether an independent reader finds the triples in RDF/XML."""
    expected = rdflib.Graph().parse(data=serialize(triples, format=RdfFormat.N_TRIPLES), format="nt")
    return isomorphic(rdflib.Graph().parse(data=document, format="xml"), expected)


@pytest.mark.parametrize("text", LITERALS)
def test_a_text_is_read_as_it_is(text: str) -> None:
    triples = (Triple(S, P, Literal(text)), Triple(S, P, Literal(text, language="sv")))
    assert is_same(xml(*triples), *triples)
    assert is_same(graph_bytes(triples, RdfFormat.RDF_XML), *triples)


@pytest.mark.parametrize("text", LITERALS)
def test_a_result_is_read_as_it_is(text: str) -> None:
    out = BytesIO()
    results = Store().query(f"SELECT ({Literal(text)} AS ?x) {{}}")
    write_results(results, out, QueryResultsFormat.XML)  # type: ignore[arg-type]
    assert [each.text or "" for each in ElementTree.fromstring(out.getvalue()).iter() if "literal" in each.tag] == [
        text
    ]


def test_a_file_holds_carriage_returns_as_they_are(tmp_path: Path) -> None:
    triple = Triple(S, P, Literal("rad1\r\nrad2"))
    lines, target = tmp_path / "lines.nt", tmp_path / "feed.rdf"
    lines.write_text(f"{triple} .\n")
    write_graph(lines, target, RdfFormat.RDF_XML)
    assert b"rad1&#xD;\nrad2" in target.read_bytes() and is_same(target.read_bytes(), triple)


@pytest.mark.parametrize(
    "iri",
    [
        "http://snomed.info/id/116676008", "http://x/", "http://x/a%20", "http://x/(1)", "http://x/ab:",
        "urn:oid:1.2.3", "http://x/a-1?", f"{RDF}li", f"{RDF}Description", "http://www.w3.org/2000/xmlns/a",
    ],
)  # fmt: skip
def test_a_property_without_a_name_is_refused(iri: str) -> None:
    assert not can_be_property(iri)
    with pytest.raises(UnsuitableFormat, match=re.escape(f"property {iri}:")) as caught:
        xml(Triple(S, P, Literal("a")), Triple(S, NamedNode(iri), Literal("a")))
    assert caught.value.others[0] == "text/turtle" and "Turtle" in caught.value.next_step
    xml(Triple(NamedNode(iri), P, NamedNode(iri)))


@pytest.mark.parametrize(
    "iri",
    [
        "http://x/a", "http://x/1a", "http://x/-a.b-1", "http://x/Ä", "http://x/a:b", "http://x/a%20b", "urn:x:y1",
        "http://x/a#_1", f"{RDF}_1", "http://x/a?b=c",
    ],
)  # fmt: skip
@pytest.mark.parametrize("prefixes", [{}, {"x": "http://x/"}, None])
def test_a_property_with_a_name_is_written(iri: str, prefixes: dict[str, str] | None) -> None:
    triple = Triple(S, NamedNode(iri), Literal("a"))
    assert can_be_property(iri) and is_same(xml(triple, prefixes=prefixes), triple)


@pytest.mark.parametrize("prefixes", [{}, {"x": "http://x/", "snomed": "http://snomed.info/id/404684003"}])
def test_a_type_without_a_name_is_written(prefixes: dict[str, str]) -> None:
    types = [
        NamedNode(iri) for iri in ("http://snomed.info/id/404684003", "http://x/", "urn:oid:1.2", "http://x/a&b=1")
    ]
    triples = [
        *(Triple(NamedNode(f"http://x/s{n}"), TYPE, each) for n, each in enumerate(types)),
        *(Triple(BlankNode(f"b{n}"), TYPE, each) for n, each in enumerate(types)),
        *(Triple(NamedNode(f"http://x/s{n}"), P, BlankNode(f"b{n}")) for n in range(len(types))),
        *(Triple(S, TYPE, each) for each in types),
        Triple(NamedNode("http://x/last"), TYPE, NamedNode("http://x/Named")),
    ]
    assert is_same(xml(*triples, prefixes=prefixes), *triples)


@pytest.mark.parametrize("character", ["\x00", "\x01", "\x0b", "\x0c", "\x1f", "\ufffe", "\uffff"])
def test_a_character_that_is_not_in_xml_is_refused(character: str) -> None:
    name = f"U\\+{ord(character):04X}"
    with pytest.raises(UnsuitableFormat, match=name):
        xml(Triple(S, P, Literal(f"a{character}b")))
    results = Store().query(f'SELECT ("a\\u{ord(character):04X}b" AS ?x) {{}}')
    with pytest.raises(UnsuitableFormat, match=name) as caught:
        write_results(results, BytesIO(), QueryResultsFormat.XML)  # type: ignore[arg-type]
    assert caught.value.others[0] == "application/sparql-results+json"


def test_a_large_graph_arrives_whole_in_any_pieces() -> None:
    triples = [
        Triple(NamedNode(f"http://x/s{n}"), NamedNode(f"http://x/p{n % 7}"), Literal("ö\r\ufffd>" * (n % 90)))
        for n in range(3000)
    ]
    triples += [Triple(NamedNode(f"http://x/s{n}"), TYPE, NamedNode(f"http://x/{n}")) for n in range(3000, 4000)]
    assert is_same(xml(*triples), *triples)


def test_other_formats_hold_what_xml_cannot() -> None:
    triple = Triple(S, NamedNode("http://snomed.info/id/116676008"), Literal("a\x0b\r"))
    for rdf_format in (RdfFormat.TURTLE, RdfFormat.N_TRIPLES):
        written = rdflib.Graph().parse(data=graph_bytes([triple], rdf_format), format="turtle")
        assert str(next(iter(written))[2]) == "a\x0b\r"
