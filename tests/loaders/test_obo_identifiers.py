"""Identifiers in OBO: declared spaces, values of properties, and what a term states twice or beside its texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from begrepp.rdf.namespaces import expand
from begrepp.records import Concept, LoadRemark, Mapping, Skipped, Statement
from loaders.support.obo_identifiers import OBO
from tests.loaders.test_obo_syntax import load

HEADER = 'format-version: 1.4\nidspace: SNOMEDCT http://snomed.info/id/ "x"\nidspace: X http://ex.org/x#\n'


@pytest.mark.parametrize(
    ("value", "target"),
    [
        ("SNOMEDCT:123 ", "http://snomed.info/id/123"),
        ("http://ex.org/1", "http://ex.org/1"),
        ("HP:0000118", f"{OBO}HP_0000118"),
        ("OTHER:1", f"{OBO}OTHER_1"),
        ('"SNOMEDCT:123" xsd:string', "http://snomed.info/id/123"),
    ],
)
def test_the_value_of_a_match_is_a_code(tmp_path: Path, value: str, target: str) -> None:
    records = load(tmp_path, f"{HEADER}\n[Term]\nid: X:1\nname: n\nproperty_value: skos:exactMatch {value}\n")
    [mapping] = [each for each in records if isinstance(each, Mapping)]
    assert (mapping.subject, mapping.predicate) == ("http://ex.org/x#1", expand("skos:exactMatch"))
    assert mapping.object == target


def test_a_match_with_a_text_is_counted_and_no_statement(tmp_path: Path) -> None:
    records = load(tmp_path, f'{HEADER}\n[Term]\nid: X:1\nname: n\nproperty_value: skos:exactMatch "a b" xsd:string\n')
    assert not [each for each in records if isinstance(each, Mapping | Statement)]
    assert any("skos:exactMatch with a text" in each.reason for each in records if isinstance(each, Skipped))


@pytest.mark.parametrize(
    ("value", "kind", "object_"),
    [
        ("IAO:0000125", "iri", f"{OBO}IAO_0000125"),
        ("X:2", "iri", "http://ex.org/x#2"),
        ('"IAO:0000125" xsd:string', "literal", "IAO:0000125"),
        ("2020-01-01 xsd:date", "literal", "2020-01-01"),
        ("true", "literal", "true"),
    ],
)
def test_a_value_without_quotation_marks_is_an_identifier(tmp_path: Path, value: str, kind: str, object_: str) -> None:
    records = load(tmp_path, f"{HEADER}\n[Term]\nid: X:1\nname: n\nproperty_value: IAO:0000114 {value}\n")
    [statement] = [each for each in records if isinstance(each, Statement)]
    assert (statement.predicate, statement.object.kind, statement.object.value) == (f"{OBO}IAO_0000114", kind, object_)


def test_a_declared_space_holds_for_terms_parents_relations_and_references(tmp_path: Path) -> None:
    clauses = "is_a: X:2\nrelationship: part_of X:2\nxref: SNOMEDCT:9\n"
    records = load(tmp_path, f"{HEADER}\n[Term]\nid: X:1\nname: n\n{clauses}\n[Term]\nid: X:2\nname: m\n")
    concepts = {each.notation: each for each in records if isinstance(each, Concept)}
    assert concepts["X:1"].iri == "http://ex.org/x#1" and concepts["X:1"].broader == ("http://ex.org/x#2",)
    assert [each.object.value for each in records if isinstance(each, Statement)] == ["http://ex.org/x#2"]
    assert [each.object for each in records if isinstance(each, Mapping)] == ["http://snomed.info/id/9"]


def test_a_second_name_is_a_synonym_with_a_remark(tmp_path: Path) -> None:
    records = load(tmp_path, f"{HEADER}\n[Term]\nid: X:1\nname: one\nname: uno\nname: one\n")
    [concept] = [each for each in records if isinstance(each, Concept)]
    assert [text.value for text in (*concept.pref_labels, *concept.alt_labels)] == ["one", "uno"]
    assert any("second name, 'uno'" in each.text for each in records if isinstance(each, LoadRemark))


def test_types_and_references_of_texts_are_counted(tmp_path: Path) -> None:
    clauses = 'def: "d" [PMID:1]\nsynonym: "s" EXACT layperson [PMID:2]\nsynonym: "t" EXACT []\n'
    records = load(tmp_path, f"{HEADER}\n[Term]\nid: X:1\nname: n\n{clauses}")
    assert {each.reason for each in records if isinstance(each, Skipped)} == {
        "'the references of a definition' is not imported (1).",
        "'the references of a synonym' is not imported (1).",
        "'the synonym type layperson' is not imported (1).",
    }


@pytest.mark.parametrize(
    ("value", "datatype"),
    [
        ('"42" xsd:integer', "xsd:integer"),
        ("42 xsd:integer", "xsd:integer"),
        ('"2025-01-02" xsd:date', "xsd:date"),
        ('"a text" xsd:string', ""),
        ('"a text"', ""),
    ],
)
def test_the_datatype_of_a_property_is_kept(tmp_path: Path, value: str, datatype: str) -> None:
    records = load(tmp_path, f"{HEADER}\n[Term]\nid: X:1\nname: n\nproperty_value: IAO:0000114 {value}\n")
    (stated,) = [each.object for each in records if isinstance(each, Statement)]
    assert (stated.kind, stated.datatype) == ("literal", expand(datatype) if datatype else "")


def test_a_successor_of_a_term_in_use_is_told(tmp_path: Path) -> None:
    records = load(tmp_path, f"{HEADER}\n[Term]\nid: X:1\nname: n\nreplaced_by: X:2\n\n[Term]\nid: X:2\nname: m\n")
    assert [each.replaced_by for each in records if isinstance(each, Concept)] == [(), ()]
    (remark,) = [each.text for each in records if isinstance(each, LoadRemark)]
    assert "'X:1' is in use, but has replaced_by" in remark
