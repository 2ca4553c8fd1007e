"""OWL in every syntax, and punning: one IRI may be a class and a property (OWL 2 section 5.9.1)."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

import loaders
from begrepp.build.loads.record_checks import check_records
from begrepp.errors import InputError
from begrepp.records import Concept, LoadRemark
from tests.support.bad_files import edition

SOURCE = """loader = "obo_owl"
[source]
publisher = "begrepp"
licence = "https://creativecommons.org/licenses/by/4.0/"
[scheme]
id = "owl"
title.en = "Invented"
"""
ORDERS = list(permutations(("Class", "AnnotationProperty", "DatatypeProperty", "NamedIndividual")))
OBO = "http://purl.obolibrary.org/obo/"
RDF_XML = f"""<?xml version="1.0"?>
<!DOCTYPE rdf:RDF [ <!ENTITY obo '{OBO}'> ]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#"
 xmlns:owl="http://www.w3.org/2002/07/owl#" xml:lang="sv"><owl:Ontology rdf:about="http://ex.org/p"/>
%s</rdf:RDF>"""
TURTLE = f"""# a comment
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix obo: <{OBO}> .
<http://ex.org/t> a owl:Ontology .
obo:T_1 a owl:Class ; rdfs:label "thing"@en .
obo:T_2 a owl:Class ; rdfs:subClassOf obo:T_1 , [ a owl:Restriction ] ; rdfs:label "part"@en-GB, "del"@sv-SE .
"""
OWL_XML = """<?xml version="1.0"?>
<Ontology xmlns="http://www.w3.org/2002/07/owl#" xml:base="http://ex.org/x" ontologyIRI="http://ex.org/x">
<Prefix name="obo" IRI="http://purl.obolibrary.org/obo/"/>
<Declaration><Class IRI="http://purl.obolibrary.org/obo/T_1"/></Declaration>
<Declaration><Class abbreviatedIRI="obo:T_2"/></Declaration>
<Declaration><DataProperty abbreviatedIRI="obo:T_2"/></Declaration>
<SubClassOf><Class abbreviatedIRI="obo:T_2"/><Class IRI="http://purl.obolibrary.org/obo/T_1"/></SubClassOf>
<SubClassOf><Class abbreviatedIRI="obo:T_2"/><ObjectSomeValuesFrom><ObjectProperty IRI="#p"/><Class IRI="#c"/>
</ObjectSomeValuesFrom></SubClassOf>
<AnnotationAssertion><AnnotationProperty abbreviatedIRI="rdfs:label"/><AbbreviatedIRI>obo:T_1</AbbreviatedIRI>
<Literal xml:lang="en">thing</Literal></AnnotationAssertion>
<AnnotationAssertion><AnnotationProperty abbreviatedIRI="rdfs:label"/><IRI>http://purl.obolibrary.org/obo/T_2</IRI>
<Literal xml:lang="en-GB">part</Literal></AnnotationAssertion></Ontology>"""


def load(folder: Path, text: str, name: str = "x.owl") -> dict[str, Concept]:
    """The concepts of an ontology by notation."""
    made = edition(folder, "x", {name: text, "source.toml": SOURCE})
    return {r.notation: r for r in check_records(loaders.read_records(made)) if isinstance(r, Concept)}


@pytest.mark.parametrize(
    "kinds", list(permutations(("Class", "AnnotationProperty", "DatatypeProperty", "NamedIndividual")))
)
def test_a_class_may_be_a_property_in_any_order(tmp_path: Path, kinds: tuple[str, ...]) -> None:
    told = "".join(f'<owl:{kind} rdf:about="&obo;T_1"/>\n' for kind in kinds)
    label = '<rdf:Description rdf:about="&obo;T_1"><rdfs:label>sak</rdfs:label></rdf:Description>\n'
    concepts = load(tmp_path, RDF_XML % (told + label))
    assert list(concepts["T:1"].pref_labels) == [("sak", "sv")]


@pytest.mark.parametrize("name", ["x.owl", "x.ttl", "x.rdf"])
def test_turtle_is_recognised_under_any_name(tmp_path: Path, name: str) -> None:
    concepts = load(tmp_path, TURTLE, name)
    assert concepts["T:2"].broader == (f"{OBO}T_1",)
    assert {(text.value, text.lang.lower()) for text in concepts["T:2"].pref_labels} == {
        ("part", "en-gb"),
        ("del", "sv-se"),
    }


def test_owl_xml_with_prefixes_punning_and_restrictions(tmp_path: Path) -> None:
    concepts = load(tmp_path, OWL_XML)
    assert concepts.keys() == {"T:1", "T:2"}
    assert concepts["T:2"].broader == (f"{OBO}T_1",) and concepts["T:1"].pref_labels[0].value == "thing"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("# head\nPrefix(:=<http://ex.org/f#>)\nOntology(<http://ex.org/f>\nDeclaration(Class(:A))\n)", "functional"),
        ("Prefix: : <http://ex.org/f#>\nOntology: <http://ex.org/f>\nClass: A\n", "Manchester"),
        ("format-version: 1.2\n\n[Term]\nid: X:1\n", "OBO"),
        ("", "empty"),
        ("just words", "not well-formed"),
    ],
)
def test_other_syntaxes_are_told_by_name(tmp_path: Path, text: str, name: str) -> None:
    with pytest.raises(InputError, match=name):
        load(tmp_path, text)


def test_imports_in_turtle_are_read_from_the_edition(tmp_path: Path) -> None:
    imports = TURTLE + "<http://ex.org/t> owl:imports <http://ex.org/parts.ttl> .\n"
    with pytest.raises(InputError, match=r"imports <http://ex.org/parts\.ttl>"):
        load(tmp_path, imports)


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ('rdfs:label "a"@sv , "b"@sv', ["the class has a second label in one language, which is read as a synonym."]),
        ('rdfs:label ""', ["the class has no label; it is shown by its code."]),
        ('rdfs:label "" ; owl:deprecated true', []),
        ('rdfs:label "a"@sv , "b"@en', []),
    ],
)
def test_a_second_label_and_a_missing_one_are_told(tmp_path: Path, labels: str, told: list[str]) -> None:
    text = f"{TURTLE}obo:T_3 a owl:Class ; {labels} .\n"
    made = edition(tmp_path, "owl", {"a.ttl": text, "source.toml": SOURCE})
    records = list(check_records(loaders.read_records(made)))
    assert [each.text for each in records if isinstance(each, LoadRemark)] == told
