"""Catalogues in the publishers' own whole files: nothing of their RDF is lost, and the broken ones tell why."""

from __future__ import annotations

from pathlib import Path

import pytest

from begrepp.errors import InputError
from begrepp.records import Dataset, Record, Statement, Variable
from tests.support.real_files import DATA, read, skipped

DCAT = """loader = "dcat"
[source]
title.en = "Catalogue"
publisher = "Somebody"
publisher_type = "standards"
licence = "https://creativecommons.org/licenses/by/4.0/"
"""
SE = "se-dcat-ap-se-examples/exempel"
FDP = "fdp-gdi-ttl"


def datasets(records: list[Record]) -> dict[str, Dataset]:
    return {r.iri: r for r in records if isinstance(r, Dataset)}


def said(records: list[Record]) -> set[tuple[str, str, str]]:
    return {(r.subject, r.predicate, r.object.value) for r in records if isinstance(r, Statement)}


@pytest.mark.parametrize(("name", "triples"), [("obligatoriskt", 23), ("rekommenderat", 67)])
def test_the_examples_of_dcat_ap_se_are_whole_in_both_syntaxes(tmp_path: Path, name: str, triples: int) -> None:
    turtle, xml = (
        read(tmp_path / ending, "katalog", "2020", f"{SE}/{name}.{ending}", declaration=DCAT)
        for ending in ("ttl", "rdf")
    )
    (dataset,) = datasets(turtle).values()
    (same,) = datasets(xml).values()
    assert (dataset.titles, dataset.keywords) == (same.titles, same.keywords)
    # The publisher's pair differs in one full stop.
    differ = {value.rstrip(".") for _, _, value in said(turtle) ^ said(xml)}
    assert differ <= {"Exampel organization"}
    # What the records say in their own words: titles, descriptions and keywords of the dataset.
    own = len(dataset.titles) + len(dataset.descriptions) + len(dataset.keywords)
    assert len(said(turtle)) + own == triples


def test_pages_of_fair_data_points_are_one_catalogue(tmp_path: Path) -> None:
    names = sorted(path.name for path in (DATA / FDP).glob("*.ttl")) if DATA.exists() else ["none"]
    records = read(tmp_path, "fdp", "2024", *(f"{FDP}/{name}" for name in names), declaration=DCAT)
    assert len(names) == 18
    found = datasets(records)
    assert len(found) == 8
    slovenian = found["https://fair.healthinformationportal.eu/dataset/898ca4b8-197b-4d40-bc81-d9cd88197670"]
    assert slovenian.titles[0].value.startswith("Slovenian income")
    example = found["https://health-ri.sandbox.semlab-leiden.nl/dataset/d7129d28-b72a-437f-8db0-4f0258dd3c25"]
    assert example.titles == (("Example", "en"),), "the only language that the description names"
    assert any("has no title" in reason for reason in skipped(records))
    assert any("listed, but not described here" in reason for reason in skipped(records))


def test_the_example_of_healthdcat_ap_brings_its_variables(tmp_path: Path) -> None:
    name = "../suites/healthdcat-ap/r8/examples/example-healthdcat-dataset.ttl"
    records = read(tmp_path, "health", "2026", name, declaration=DCAT)
    variables = [r for r in records if isinstance(r, Variable)]
    assert [v.name for v in variables] == [
        "patientId",
        "encounterDate",
        "primaryDiagnosisCode",
        "tumourStage",
        "vitalStatus",
    ]
    assert variables[1].datatype == "dateTime" and variables[4].datatype == "boolean"
    assert len(said(records)) > 200


def test_release_5_brings_its_variables_too(tmp_path: Path) -> None:
    name = "../suites/healthdcat-ap/ckanext-dcat/dataset_health.ttl"
    records = read(tmp_path, "health", "2024", name, declaration=DCAT)
    (variable,) = (r for r in records if isinstance(r, Variable))
    assert (variable.name, variable.titles[0].value) == ("CD_COD_COVID", "Patient death reason")


def test_an_unbound_prefix_is_told_with_its_line(tmp_path: Path) -> None:
    name = "gdi-metadata-shacl/Formulasation(shacl)/core/PiecesShape/Identifier.ttl"
    with pytest.raises(InputError, match=r"Identifier\.ttl row 46: .* prefix foaf: has not been declared"):
        read(tmp_path, "gdi", "2024", name, declaration=DCAT)
