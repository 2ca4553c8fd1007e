"""Two sources that claim one id: the files, graphs and links of the later are at an address of its own, for good."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from begrepp.artefact.manifest import Manifest, current_build, read_manifest
from begrepp.build.load_failures import BuildFailed
from begrepp.settings import Settings
from tests.support.small import build_small, put, select, settings_in

BASE = "https://w3id.org/begrepp/id/"
OPEN = "https://creativecommons.org/licenses/by/4.0/"


def _source(settings: Settings, source: str, loader: str, edition: str = "2026", more: str = "") -> None:
    text = f'loader = "{loader}"\n[source]\npublisher = "Region {source}"\npublisher_type = "regional"\n'
    put(settings, f'{text}licence = "{OPEN}"\n{more}', source=source, edition=edition, name="source.toml")


def _fhir(settings: Settings, source: str, *resources: dict[str, object], edition: str = "2026") -> None:
    _source(settings, source, "fhir", edition)
    for number, resource in enumerate(resources):
        put(settings, json.dumps(resource), source=source, edition=edition, name=f"r{number}.json")


def _code_system(host: str, id_: str = "status", **codes: str) -> dict[str, object]:
    concepts = [{"code": code.removeprefix("c"), "display": display} for code, display in codes.items()]
    return {
        "resourceType": "CodeSystem",
        "id": id_,
        "url": f"https://{host}/CodeSystem/{id_}",
        "content": "complete",
        "title": host,
        "concept": concepts,
    }


def _value_set(host: str, version: str = "1") -> dict[str, object]:
    return {
        "resourceType": "ValueSet",
        "id": "urval",
        "url": f"https://{host}/ValueSet/urval",
        "version": version,
        "compose": {"include": [{"system": f"https://{host}/CodeSystem/status", "concept": [{"code": "1"}]}]},
    }


def _concept_map(host: str) -> dict[str, object]:
    system = f"https://{host}/CodeSystem/status"
    element = {"code": "1", "target": [{"code": "2", "equivalence": "wider"}]}
    return {
        "resourceType": "ConceptMap",
        "id": "karta",
        "url": f"https://{host}/ConceptMap/karta",
        "group": [{"source": system, "target": system, "element": [element]}],
    }


def _ids(manifest: Manifest) -> list[tuple[str, str, str]]:
    return sorted((graph.kind, graph.id, graph.source) for graph in manifest.graphs if graph.current)


def test_resources_of_two_regions_with_one_id_stay_apart(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    for host, first, second in (("norr.ex", "öppen", "stängd"), ("syd.ex", "avliden", "flyttad")):
        resources = (_code_system(host, c1=first, c2=second), _value_set(host), _concept_map(host))
        _fhir(settings, host.partition(".")[0], *resources)
    manifest = build_small(settings)
    assert _ids(manifest) == [
        ("mapping", "karta", "norr"),
        ("mapping", "syd-karta", "syd"),
        ("scheme", "norr", "norr"),
        ("scheme", "status", "norr"),
        ("scheme", "syd", "syd"),
        ("scheme", "syd-status", "syd"),
    ]
    labels = select(settings, "SELECT ?c ?l { ?c skos:prefLabel ?l ; begrepp:status ?s } ORDER BY ?c")
    assert labels == [
        [f"{BASE}cs/status/1", "öppen"],
        [f"{BASE}cs/status/2", "stängd"],
        [f"{BASE}cs/syd-status/1", "avliden"],
        [f"{BASE}cs/syd-status/2", "flyttad"],
    ]
    members = select(settings, "SELECT ?v ?m { ?v a begrepp:ValueSet ; skos:member ?m } ORDER BY ?v")
    assert members == [
        [f"{BASE}vs/syd-urval/1", f"{BASE}cs/syd-status/1"],
        [f"{BASE}vs/urval/1", f"{BASE}cs/status/1"],
    ]
    mapped = select(settings, "SELECT ?s ?t { ?s skos:broadMatch ?t } ORDER BY ?s")
    assert mapped == [
        [f"{BASE}cs/status/1", f"{BASE}cs/status/2"],
        [f"{BASE}cs/syd-status/1", f"{BASE}cs/syd-status/2"],
    ]
    schemes = select(settings, "SELECT ?s ?id { ?s begrepp:schemeId ?id ; dct:title|skos:prefLabel ?t } ORDER BY ?id")
    assert [f"{BASE}cs/syd-status", "syd-status"] in schemes
    notices = {load.source: load.notices for load in manifest.loads}
    assert notices["norr"] == []
    assert notices["syd"][0] == (
        "the address cs/status is that of https://norr.ex/CodeSystem/status; "
        "https://syd.ex/CodeSystem/status has the address cs/syd-status from now on."
    )


def test_an_address_stays_when_the_first_source_is_removed_or_another_comes_before_it(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    _fhir(settings, "norr", _code_system("norr.ex", c1="öppen"))
    build_small(settings)
    _fhir(settings, "mitt", _code_system("mitt.ex", c1="mellan"))
    assert ("scheme", "mitt-status", "mitt") in _ids(build_small(settings))
    shutil.rmtree(settings.raw / "norr")
    manifest = build_small(settings)
    assert _ids(manifest) == [("scheme", "mitt-status", "mitt")]
    assert manifest.loads[0].notices == []


def test_two_resources_of_one_package_with_one_id_stay_apart_whatever_their_order(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    a, b = _code_system("a.ex", c1="a"), _code_system("b.ex", c1="b")
    _fhir(settings, "paket", b, a)
    labels = "SELECT ?c ?l { ?c skos:prefLabel ?l ; begrepp:status ?s } ORDER BY ?c"
    build_small(settings)
    expected = [[f"{BASE}cs/status-2/1", "b"], [f"{BASE}cs/status/1", "a"]]
    assert select(settings, labels) == expected
    shutil.rmtree(settings.raw / "paket")
    _fhir(settings, "paket", b, edition="2027-01-01")
    _fhir(settings, "paket", a, b, edition="2026")
    build_small(settings)
    assert select(settings, labels) == expected


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (_value_set("a.ex") | {"title": "Annat"}, "other content and the same version"),
        (_code_system("a.ex", c1="a") | {"version": "2"}, "has the version 2 here"),
        ({"resourceType": "CodeSystem", "id": "utan", "content": "complete"}, "neither has a url"),
    ],
)
def test_resources_that_cannot_be_told_apart_are_refused(
    tmp_path: Path, second: dict[str, object], reason: str
) -> None:
    settings = settings_in(tmp_path)
    first = {**second, "title": "Först"}
    if "version" in second and second["resourceType"] == "CodeSystem":
        first["version"] = "1"
    _fhir(settings, "paket", first, second, _code_system("b.ex", c1="b"))
    with pytest.raises(BuildFailed, match=reason):
        build_small(settings)


def test_two_versions_of_a_value_set_and_a_repeated_file_are_kept_and_counted(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    system = _code_system("a.ex", c1="a")
    _fhir(settings, "paket", system, _value_set("a.ex"), _value_set("a.ex", "2"), _value_set("a.ex", "2"))
    manifest = build_small(settings)
    assert select(settings, "SELECT ?v { ?v a begrepp:ValueSet } ORDER BY ?v") == [
        [f"{BASE}vs/urval/1"],
        [f"{BASE}vs/urval/2"],
    ]
    assert manifest.loads[0].rows_skipped == 1


CATALOGUE = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
<https://k.ex/cat> a dcat:Catalog ; dct:title "Katalog"@sv .
"""


def _catalogue(settings: Settings, edition: str, *datasets: tuple[str, str]) -> None:
    _source(settings, "kat", "dcat", edition)
    text = CATALOGUE + "".join(f'<{iri}> a dcat:Dataset ; dct:title "{title}"@sv .\n' for iri, title in datasets)
    put(settings, text, source="kat", edition=edition, name="c.ttl")


ALFA, BETA, GAMMA = ("https://a.ex/dataset/1", "Alfa"), ("https://b.ex/dataset/1", "Beta"), ("https://c.ex/1/", "Gamma")
DATASETS = "SELECT ?d ?t { ?d a dcat:Dataset ; dct:title ?t } ORDER BY ?t"


def test_harvested_datasets_keep_their_addresses(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    alfa, beta = [f"{BASE}dataset/kat-1", "Alfa"], [f"{BASE}dataset/kat-1-2", "Beta"]
    _catalogue(settings, "2026-01-01", BETA, ALFA)
    build_small(settings)
    assert select(settings, DATASETS) == [alfa, beta]
    _catalogue(settings, "2026-02-01", BETA)
    build_small(settings)
    assert select(settings, DATASETS) == [beta]
    _catalogue(settings, "2026-03-01", GAMMA, (BETA[0], "Beta igen"))
    build_small(settings)
    assert select(settings, DATASETS) == [[beta[0], "Beta igen"], [f"{BASE}dataset/kat-1-3", "Gamma"]]
    _catalogue(settings, "2026-04-01", GAMMA, BETA, ALFA)
    build_small(settings)
    assert select(settings, DATASETS) == [alfa, beta, [f"{BASE}dataset/kat-1-3", "Gamma"]]


def test_a_build_made_before_there_was_a_ledger_keeps_its_addresses(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    _catalogue(settings, "2026-01-01", ALFA, BETA)
    build_small(settings)
    settings.addresses.unlink()
    _catalogue(settings, "2026-01-01", BETA)
    build_small(settings)
    assert select(settings, DATASETS) == [[f"{BASE}dataset/kat-1-2", "Beta"]]


def test_lists_of_two_sources_with_one_declared_id_stay_two(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    for source in ("ett", "tva"):
        scheme = '[scheme]\nid = "kon"\ntitle.sv = "Kön"\n[[file]]\nname = "k.csv"\n[file.columns]\n'
        _source(settings, source, "table", more=scheme + 'notation = "code"\npref_label.sv = "label"\n')
        put(settings, f"code,label\n1,{source}\n", source=source, edition="2026", name="k.csv")
    build_small(settings)
    assert select(settings, "SELECT ?c ?l { ?c a skos:Concept ; skos:prefLabel ?l } ORDER BY ?l") == [
        [f"{BASE}cs/kon/1", "ett"],
        [f"{BASE}cs/tva-kon/1", "tva"],
    ]
    graphs = read_manifest(current_build(settings)).graphs
    assert sorted(graph.graph for graph in graphs) == [f"{BASE}cs/kon/release/2026", f"{BASE}cs/tva-kon/release/2026"]


def test_the_second_source_of_a_scheme_with_the_iri_of_its_publisher_is_refused_alone(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    for source, label in (("ett", "vänster"), ("tva", "höger")):
        _source(settings, source, "skos")
        text = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix : <https://gem.ex/> .\n"
        text += ':s a skos:ConceptScheme ; skos:prefLabel "Lagen"@sv .\n'
        text += f':a a skos:Concept ; skos:inScheme :s ; skos:notation "1" ; skos:prefLabel "{label}"@sv .\n'
        put(settings, text, source=source, edition="2026", name="s.ttl")
    with pytest.raises(BuildFailed, match=r"the scheme <.*> is that of the source 'ett'"):
        build_small(settings)
    manifest = build_small(settings, keep_going=True)
    assert [failure.source for failure in manifest.failed] == ["tva 2026"]
    assert select(settings, 'SELECT ?l { ?c skos:notation "1" ; skos:prefLabel ?l }') == [["vänster"]]
