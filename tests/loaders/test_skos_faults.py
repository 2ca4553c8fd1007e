"""SKOS: texts in the place of concepts, related concepts in a transitive hierarchy, directions, repeated notations."""

from __future__ import annotations

from pathlib import Path

import pytest

import loaders
from begrepp.build.loads.edition_loader import load_edition
from begrepp.errors import InputError, ValidationError
from begrepp.rdf.iris import Iris
from begrepp.records import LoadRemark, Record, Skipped, Statement
from begrepp.sources.meter import Meter
from tests.loaders.test_format_edges import SOURCE, code_system, load
from tests.support.bad_files import edition

HEAD = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix : <https://ex.org/> .
:s a skos:ConceptScheme ; skos:prefLabel "S"@sv .
:a a skos:Concept ; skos:inScheme :s ; skos:notation "A" ; skos:prefLabel "a"@sv .
:b a skos:Concept ; skos:inScheme :s ; skos:notation "B" ; skos:prefLabel "b"@sv .
"""


def read(folder: Path, text: str) -> list[Record]:
    return load(folder, "skos", {"v.ttl": HEAD + text})


@pytest.mark.parametrize("name", ["broadMatch", "exactMatch", "broader", "related", "broaderTransitive"])
def test_a_text_is_no_concept_and_is_reported(tmp_path: Path, name: str) -> None:
    records = read(tmp_path, f':a skos:{name} "x" .')
    assert not [each for each in records if isinstance(each, Statement) and each.object.value == "x"]
    reasons = [each.reason for each in records if isinstance(each, Skipped)]
    assert reasons == [f'<https://ex.org/a> has the skos:{name} "x", which is a text and no concept.']


def test_a_base_direction_is_told(tmp_path: Path) -> None:
    records = read(tmp_path, ':a skos:altLabel "abc"@ar--rtl .')
    assert [each.text for each in records if isinstance(each, LoadRemark)] == [
        'the base direction of "abc"@ar--rtl (RDF 1.2) is left out.'
    ]


@pytest.mark.parametrize("hierarchy", [":b skos:broaderTransitive :a .", ":a skos:narrowerTransitive :b ."])
def test_related_concepts_are_in_no_transitive_hierarchy(tmp_path: Path, hierarchy: str) -> None:
    files: dict[str, bytes | str] = {
        "v.ttl": f"{HEAD}{hierarchy} :b skos:related :a .",
        "source.toml": f'loader = "skos"\n{SOURCE}',
    }
    made = edition(tmp_path, "x", files)
    (tmp_path / "out").mkdir()
    with pytest.raises(ValidationError, match="S04-related"):
        load_edition(made, loaders.loader_of(made), tmp_path / "out", Iris().base, Meter())


def test_a_repeated_notation_names_both_concepts(tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        read(tmp_path, ':c a skos:Concept ; skos:inScheme :s ; skos:notation "A" ; skos:prefLabel "c"@sv .')
    reason = "the code 'A' (<https://ex.org/c>) already occurs in v.ttl (<https://ex.org/a>)."
    assert raised.value.reason == reason and "Remove one of the concepts" in raised.value.next_step


def test_a_repeated_code_in_json_names_both_labels(tmp_path: Path) -> None:
    concepts = [{"code": "A", "display": "one"}, {"code": "A", "display": "two"}]
    with pytest.raises(InputError, match=r"the code 'A' \('two'\) already occurs in .* \('one'\)"):
        load(tmp_path, "fhir", {"a.json": code_system(concept=concepts)})
