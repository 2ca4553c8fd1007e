"""Anonymous classes and axioms in OWL: restrictions as statements, intersections as parents, the rest counted."""

from __future__ import annotations

from pathlib import Path

import loaders
from begrepp.build.loads.record_checks import check_records
from begrepp.records import Concept, Record, Skipped, Statement
from tests.support.bad_files import edition

SOURCE = """loader = "obo_owl"
[source]
publisher = "begrepp"
licence = "https://creativecommons.org/licenses/by/4.0/"
[scheme]
id = "o"
title.en = "Invented"
"""
HEAD = """@prefix : <http://ex.org/o#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


def load(folder: Path, text: str) -> list[Record]:
    made = edition(folder, "o", {"o.ttl": HEAD + text, "source.toml": SOURCE})
    return list(check_records(loaders.read_records(made)))


def statements(records: list[Record]) -> set[tuple[str, ...]]:
    found = (each for each in records if isinstance(each, Statement))
    return {
        tuple(part.rpartition("#")[2] for part in (each.subject, each.predicate, each.object.value)) for each in found
    }


def counted(records: list[Record]) -> set[str]:
    return {each.reason.removesuffix(".") for each in records if isinstance(each, Skipped)}


def test_an_existential_restriction_is_a_statement_as_a_relationship_in_obo_is(tmp_path: Path) -> None:
    records = load(
        tmp_path,
        """:A a owl:Class . :B a owl:Class .
        :C rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :part ; owl:someValuesFrom :A ] .
        :D a owl:Class ; rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :part ; owl:allValuesFrom :A ] ,
            [ a owl:Restriction ; owl:onProperty [ owl:inverseOf :part ] ; owl:someValuesFrom :A ] .
        :E owl:equivalentClass [ owl:intersectionOf ( :B [ owl:onProperty :part ; owl:someValuesFrom :A ] ) ] .
        :E a owl:Class .""",
    )
    assert statements(records) == {("C", "part", "A")}
    assert counted(records) == {
        "'subClassOf with an expression' is not imported (2)",
        "'intersectionOf with a relation' is not imported (1)",
    }
    broader = {each.notation: each.broader for each in records if isinstance(each, Concept) and each.broader}
    assert broader == {"E": ("http://ex.org/o#B",)}


def test_what_is_not_read_of_classes_is_counted(tmp_path: Path) -> None:
    records = load(
        tmp_path,
        """:A a owl:Class ; owl:disjointWith :B ; :editor "x" . :B a owl:Class ; owl:equivalentClass :A .
        :U a owl:Class ; owl:equivalentClass [ owl:unionOf ( :A :B ) ] . :i a owl:NamedIndividual , :A .
        :part a owl:ObjectProperty .
        [] a owl:Axiom ; owl:annotatedSource :A ; owl:annotatedProperty rdfs:label ; owl:annotatedTarget "a" .""",
    )
    assert not statements(records)
    assert counted(records) == {
        f"'{words}' is not imported (1)"
        for words in (
            "disjointWith",
            "editor",
            "equivalentClass",
            "unionOf",
            "NamedIndividual",
            "ObjectProperty",
            "Axiom",
        )
    }
