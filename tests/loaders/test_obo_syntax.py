r"""OBO as its specifications say: comments anywhere, escapes, trailing modifiers, synonyms of 1.0 and 1.2.

GO.format.obo-1_4, S.1.2 (comments), S.1.4 (escapes), S.2.2 (dbxref lists, trailing modifiers); GO.format.obo-1_2.
"""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

import loaders
from begrepp.build.loads.record_checks import check_records
from begrepp.errors import InputError
from begrepp.records import Concept, Mapping, Record, Skipped, Statement
from loaders.support.obo_identifiers import OBO
from tests.support.bad_files import edition

SOURCE = """loader = "obo"
{report}
[source]
publisher = "begrepp"
licence = "https://creativecommons.org/licenses/by/4.0/"
[scheme]
id = "obo"
title.en = "Invented"
"""


def load(folder: Path, text: str, report: str = "") -> list[Record]:
    """The records of an OBO document."""
    made = edition(folder, "x", {"x.obo": text, "source.toml": SOURCE.format(report=report)})
    return list(check_records(loaders.read_records(made)))


def term(folder: Path, clauses: str, header: str = "format-version: 1.4\n") -> Concept:
    """The concept of a document with one term."""
    records = load(folder, f"{header}\n[Term]\nid: X:1\n{clauses}\n")
    (concept,) = (record for record in records if isinstance(record, Concept))
    return concept


def test_comments_stand_anywhere(tmp_path: Path) -> None:
    text = (
        "! first line\nformat-version: 1.4 ! version\n! header\n\n[Term] ! a term\n! in a stanza\nid: X:1 ! one\n"
        "name: One ! trailing\n! between\n\n! and again\n[Term]\nid: X:2\nname: Two\nis_a: X:1!One\n! last line"
    )
    concepts = [record for record in load(tmp_path, text) if isinstance(record, Concept)]
    assert [(c.notation, c.pref_labels[0].value, c.broader) for c in concepts] == [
        ("X:1", "One", ()),
        ("X:2", "Two", ("http://purl.obolibrary.org/obo/X_1",)),
    ]
    assert [concept.origin.row for concept in concepts] == [7, 13]


@pytest.mark.parametrize(
    ("clause", "alternative", "hidden"),
    [
        ('synonym: "x" []', (), ("x",)),
        ('synonym: "x"', (), ("x",)),
        ('synonym: "x" EXACT []', ("x",), ()),
        ('synonym: "x" EXACT layperson [A:1 "d", B:2]', ("x",), ()),
        ('synonym: "x" EXACT [A:1] {source="PMID:1", note="a, b"} ! comment', ("x",), ()),
        ('exact_synonym: "x" []', ("x",), ()),
        ('broad_synonym: "x" [Y:1]', (), ("x",)),
        ('related_synonym: "x" []', (), ("x",)),
        (r'synonym: "a \"b\" \{c\}" EXACT []', ('a "b" {c}',), ()),
    ],
)
def test_synonyms_of_every_version(
    tmp_path: Path, clause: str, alternative: tuple[str, ...], hidden: tuple[str, ...]
) -> None:
    concept = term(tmp_path, f"name: One\n{clause}", "format-version: 1.2\n")
    assert tuple(text.value for text in concept.alt_labels) == alternative
    assert tuple(text.value for text in concept.hidden_labels) == hidden


@pytest.mark.parametrize(
    ("clause", "definition"),
    [
        ('def: "A mass." [X:me]', "A mass."),
        ('def: "A mass." [X:me {n="x"}]', "A mass."),
        ('def: "A mass." [X:me "me, myself", Y:2 {a="b", c="d"}] {x="y"} ! comment', "A mass."),
        (r'def: "A mass." [Adapted from URL:http\://ex.org/view.php?id=8]', "A mass."),
        (r'def: "Line one.\nLine \"two\"! Really." []', 'Line one.\nLine "two"! Really.'),
        ('def: "A long \\\ntext." []', "A long text."),
        ('def: "A {b} text." []', "A {b} text."),
    ],
)
def test_definitions_with_cross_references_modifiers_and_escapes(tmp_path: Path, clause: str, definition: str) -> None:
    assert term(tmp_path, f"name: One\n{clause}").definitions[0].value == definition


@pytest.mark.parametrize(
    ("clause", "label"),
    [
        (r"name: 5\:3 ratio \{open\} \[x\] \!", "5:3 ratio {open} [x] !"),
        ('name: alpha {source="X:1"}', "alpha"),
        ("name: !Kung language", ""),
        ("name: Wow! signal", "Wow! signal"),
        ('name: 5" gun', '5" gun'),
        ("name: set {1,2}", "set {1,2}"),
        ("name:no space", "no space"),
    ],
)
def test_names_with_escapes_and_modifiers(tmp_path: Path, clause: str, label: str) -> None:
    assert term(tmp_path, clause).pref_labels[0].value == label


def test_unusual_cross_references_are_literals(tmp_path: Path) -> None:
    records = load(tmp_path, '[Term]\nid: X:1\nname: a\nxref: KEGG COMPOUND:70-9 "CAS"\nxref_analog: MESH:D1 "d"\n')
    assert [r.object.value for r in records if isinstance(r, Statement)] == ["KEGG COMPOUND:70-9"]
    assert [r.object for r in records if isinstance(r, Mapping)] == ["https://identifiers.org/mesh:D1"]


def test_both_matches_of_one_target_are_kept(tmp_path: Path) -> None:
    text = (
        '[Term]\nid: X:1\nname: a\nproperty_value: skos:broadMatch "MESH:D2" xsd:string\n'
        'property_value: skos:exactMatch "MESH:D2" xsd:string\nxref: MESH:D2\n'
    )
    found = [record for record in load(tmp_path, text) if isinstance(record, Mapping)]
    assert [(each.predicate.rpartition("#")[2], each.origin.row) for each in found] == [
        ("broadMatch", 4),
        ("exactMatch", 5),
    ]


def test_every_clause_that_cannot_be_read_is_listed_or_left_out(tmp_path: Path) -> None:
    text = "[Term]\nid: X:1\nname: a\ndef: no quotes\nis_a: X:1 X:2\nis_obsolete: yes\nfine_tag: of another tool\n"
    with pytest.raises(InputError, match="3 rows cannot be used") as raised:
        load(tmp_path / "refused", text)
    assert all(f"x.obo row {row}:" in str(raised.value) for row in (4, 5, 6))
    records = load(tmp_path / "reported", text, 'report = ["unusable"]')
    assert [r.notation for r in records if isinstance(r, Concept)] == ["X:1"]
    assert [r.origin.row for r in records if isinstance(r, Skipped)] == [4, 5, 6, 0]


def test_a_clause_under_a_condition_or_with_a_limit_is_left_out_and_told(tmp_path: Path) -> None:
    text = """format-version: 1.4
ontology: x

[Term]
id: X:1
name: root

[Term]
id: X:2
name: child
is_a: X:1 {source="PMID:1"}
xref: UMLS:C1 "described" {source="me"}
relationship: part_of X:1 {gci_relation="part_of", gci_filler="X:3"}
relationship: part_of X:3 {cardinality="2"}
relationship: has_part X:3 {all_only="true", all_some="true"}
relationship: has_part X:4 {maxCardinality="1"} ! at most one
relationship: lacks X:3 {cardinality="0"}
relationship: has_part X:1 {all_only="true"}

[Term]
id: X:3
name: third
is_a: X:1 {gci_relation="part_of", gci_filler="X:2"}

[Term]
id: X:4
name: fourth
"""
    records = load(tmp_path, text)
    found = {each.notation: each.broader for each in records if isinstance(each, Concept)}
    assert found == {"X:1": (), "X:2": (f"{OBO}X_1",), "X:3": (), "X:4": ()}
    stated = [(each.predicate.removeprefix(OBO), each.object.value) for each in records if isinstance(each, Statement)]
    assert stated == [("part_of", f"{OBO}X_3"), ("has_part", f"{OBO}X_3")]
    told = [each.reason for each in records if isinstance(each, Skipped)]
    assert told == [
        "'is_a with gci_relation and gci_filler' is not imported (1).",
        "'relationship with all_only' is not imported (1).",
        "'relationship with cardinality' is not imported (1).",
        "'relationship with gci_relation and gci_filler' is not imported (1).",
        "'relationship with maxCardinality' is not imported (1).",
        "'the description of xref' is not imported (1).",
        "'the modifier source of is_a' is not imported (1).",
        "'the modifier source of xref' is not imported (1).",
    ]


def test_properties_of_skos_are_names_or_left_out_and_told(tmp_path: Path) -> None:
    skos = "http://www.w3.org/2004/02/skos/core#"
    clauses = (
        f'name: root\nproperty_value: {skos}prefLabel "first" xsd:string\n'
        'property_value: skos:altLabel "other" xsd:string\n'
        f'property_value: skos:hiddenLabel "hidden" xsd:string\nproperty_value: skos:notation "R1" xsd:string\n'
        f'property_value: skos:definition "What it is." xsd:string\nproperty_value: {skos}exactMatch UMLS:C1\n'
        f"property_value: skos:broader X:9\n"
    )
    records = load(tmp_path, f"format-version: 1.4\n\n[Term]\nid: X:1\n{clauses}")
    (found,) = (each for each in records if isinstance(each, Concept))
    labels = [
        tuple(text.value for text in texts) for texts in (found.pref_labels, found.alt_labels, found.hidden_labels)
    ]
    assert labels == [("root",), ("first", "other"), ("hidden",)]
    assert [text.value for text in found.definitions] == ["What it is."]
    assert [each.predicate for each in records if isinstance(each, Mapping)] == [f"{skos}exactMatch"]
    assert not [each for each in records if isinstance(each, Statement)]
    assert [each.reason for each in records if isinstance(each, Skipped)] == [
        "'property_value: skos:broader' is not imported (1).",
        "'property_value: skos:notation' is not imported (1).",
    ]


@pytest.mark.parametrize(
    "text",
    [
        '<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
        '<!-- OWL/XML -->\n<Ontology xmlns="http://www.w3.org/2002/07/owl#"/>',
        "# Turtle\n@prefix owl: <http://www.w3.org/2002/07/owl#> .\n",
        "PREFIX : <https://example.org/>\n",
        "<https://example.org/a> <https://example.org/b> <https://example.org/c> .\n",
        "Prefix(:=<https://example.org/>)\nOntology(<https://example.org/>)\n",
    ],
)
def test_an_ontology_in_owl_is_sent_to_its_loader(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="an ontology in OWL") as raised:
        load(tmp_path, text)
    assert 'loader = "obo_owl"' in raised.value.next_step


def test_what_is_packed_is_to_be_unpacked(tmp_path: Path) -> None:
    made = edition(
        tmp_path, "x", {"x.obo": gzip.compress(b"format-version: 1.4"), "source.toml": SOURCE.format(report="")}
    )
    with pytest.raises(InputError, match="a gzip archive") as raised:
        list(loaders.read_records(made))
    assert raised.value.next_step == "Unpack it, and add the file that it holds."


def test_the_class_of_a_defining_intersection_is_a_parent(tmp_path: Path) -> None:
    """OBO 1.4, S.5: intersection_of states an equivalent class, which is below each of its members."""
    text = (
        "[Term]\nid: X:1\nname: one\n\n[Term]\nid: X:2\nname: two\n\n[Term]\nid: X:3\nname: three\n"
        "intersection_of: X:1 ! genus\nintersection_of: part_of X:2\n"
    )
    records = load(tmp_path, text)
    assert {c.notation: c.broader for c in records if isinstance(c, Concept)}["X:3"] == (f"{OBO}X_1",)
    assert [record.reason for record in records if isinstance(record, Skipped)] == [
        "'intersection_of with a relation' is not imported (1)."
    ]


def test_stanzas_with_one_id_are_one_term(tmp_path: Path) -> None:
    text = (
        '[Term]\nid: X:1\nname: one\ndef: "first" []\n\n[Term]\nid: X:2\nname: two\n\n'
        '[Term]\nid: X:1\nname: one\nsynonym: "uno" EXACT []\nis_a: X:2\n'
    )
    one, two = (record for record in load(tmp_path, text) if isinstance(record, Concept))
    assert [label.value for label in (*one.pref_labels, *one.alt_labels)] == ["one", "uno"]
    assert one.broader == (f"{OBO}X_2",) and two.notation == "X:2"


def test_a_later_stanza_that_contradicts_is_left_out_whole_where_that_is_reported(tmp_path: Path) -> None:
    text = '[Term]\nid: X:1\nname: one\n\n[Term]\nid: X:1\nname: two\nsynonym: "deux" EXACT []\n'
    with pytest.raises(InputError, match=r"'X:1' has another name in its stanza in x\.obo row 2"):
        load(tmp_path / "a", text)
    (concept,) = (
        record for record in load(tmp_path / "b", text, 'report = ["repeated"]') if isinstance(record, Concept)
    )
    assert [label.value for label in (*concept.pref_labels, *concept.alt_labels)] == ["one"]
