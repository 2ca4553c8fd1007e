"""SKOS: what stands beside the concepts of a vocabulary neither refuses it nor is dropped without a word."""

from __future__ import annotations

from pathlib import Path

import pytest

import loaders
from begrepp.artefact.load_report import LoadReport
from begrepp.build.loads.edition_loader import load_edition
from begrepp.rdf.iris import Iris
from begrepp.records import Concept, LoadRemark
from begrepp.sources.meter import Meter
from tests.loaders.test_format_edges import SOURCE, load
from tests.loaders.test_skos_faults import HEAD
from tests.support.bad_files import edition

PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix xkos: <http://rdf-vocabulary.ddialliance.org/xkos#> .
@prefix sssom: <https://w3id.org/sssom/> . @prefix csvw: <http://www.w3.org/ns/csvw#> .
"""


def loaded(folder: Path, text: str) -> tuple[LoadReport, str]:
    """The report of a load that follows the shapes, and its triples."""
    files: dict[str, bytes | str] = {
        "v.ttl": PREFIXES + HEAD + text,
        "source.toml": f'loader = "skos"\n{SOURCE}',
    }
    made = edition(folder, "x", files)
    (folder / "out").mkdir()
    report = load_edition(made, loaders.loader_of(made), folder / "out", Iris().base, Meter())
    return report, "".join(path.read_text(encoding="utf-8") for path in (folder / "out").glob("*.nt"))


@pytest.mark.parametrize("node", ["<https://ex.org/d>", ":s"])
def test_a_dataset_without_a_language_gets_that_of_the_vocabulary(tmp_path: Path, node: str) -> None:
    _, triples = loaded(tmp_path, f'{node} a dcat:Dataset ; dct:title "Lista" ; dct:description "x"@en , "y" .')
    assert '<http://purl.org/dc/terms/title> "Lista"@und' in triples
    assert '"x"@en' in triples and '"y"@und' in triples and "<http://www.w3.org/ns/dcat#Dataset>" in triples


def test_a_dataset_without_a_title_is_no_dataset_and_reported(tmp_path: Path) -> None:
    report, triples = loaded(tmp_path, ':d a dcat:Dataset ; skos:inScheme :s ; skos:prefLabel "d"@sv .')
    assert "<http://www.w3.org/ns/dcat#Dataset>" not in triples and '"d"@sv' in triples
    assert any("<https://ex.org/d> is a dcat:Dataset without a dct:title" in reason for _, reason in report.skips)


@pytest.mark.parametrize(
    ("node", "class_"),
    [
        ("a xkos:ConceptAssociation ; xkos:sourceConcept :a ; xkos:targetConcept :b", "xkos:ConceptAssociation"),
        (
            "a owl:Axiom ; owl:annotatedSource :a ; owl:annotatedProperty skos:prefLabel ; "
            'owl:annotatedTarget "a"@sv ; dct:source "x"',
            "owl:Axiom",
        ),
        ("a sssom:Mapping", "sssom:Mapping"),
        ('a csvw:Table ; csvw:url "t.csv"', "csvw:Table"),
    ],
)
def test_classes_of_other_loaders_are_left_out_and_reported(tmp_path: Path, node: str, class_: str) -> None:
    report, triples = loaded(tmp_path, f":n {node} .")
    assert "<https://ex.org/n> " not in triples
    ((_, reason),) = report.skips
    assert f"<https://ex.org/n> is of the class {class_}" in reason


def test_the_top_of_a_scheme_is_a_concept_without_a_type_and_told_if_it_is_not_described(tmp_path: Path) -> None:
    records = load(
        tmp_path, "skos", {"v.ttl": HEAD + ':s skos:hasTopConcept :t , :gone . :t skos:prefLabel "topp"@sv .'}
    )
    assert {each.notation for each in records if isinstance(each, Concept)} == {"A", "B", "t"}
    assert [each.text for each in records if isinstance(each, LoadRemark)] == [
        "the scheme <https://ex.org/s> has the top concept <https://ex.org/gone>, which is not described."
    ]


@pytest.mark.parametrize("relation", [":a skos:broader :t .", ":a skos:narrower :t ."])
def test_a_labelled_end_of_a_hierarchy_is_a_concept(tmp_path: Path, relation: str) -> None:
    records = load(tmp_path, "skos", {"v.ttl": HEAD + relation + ' :t skos:prefLabel "t"@sv .'})
    assert {each.notation for each in records if isinstance(each, Concept)} == {"A", "B", "t"}
