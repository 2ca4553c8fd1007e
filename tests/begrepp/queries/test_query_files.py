"""Every example answers on the bundled starter, with as many rows as it says, and no check finds a fault."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, QuerySolutions, RdfFormat, Store

from begrepp.artefact.manifest import current_build
from begrepp.build.derived.graph_checks import run_store_check, run_store_checks, run_view_checks
from begrepp.build.derived.view_scan import VIEW_CHECKS
from begrepp.build.loads.parallel_loader import EditionJob
from begrepp.build.pipeline import build
from begrepp.queries.query_files import Query, read_queries
from begrepp.rdf.namespaces import sparql_prologue
from begrepp.settings import ROOT
from begrepp.sources.editions import find_editions
from begrepp.store.disk import DiskStore
from loaders import loader_of
from tests.support.small import Quiet, settings_in


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the starter, built alone."""
    settings = settings_in(tmp_path_factory.mktemp("starter"))
    jobs = [EditionJob(edition, loader_of(edition)) for edition in find_editions(ROOT / "starter")]
    build(jobs, settings, Quiet())
    return current_build(settings) / "store"


@pytest.fixture(scope="module")
def starter(path: Path) -> DiskStore:
    return DiskStore(path)


@pytest.mark.parametrize("query", read_queries("examples"), ids=lambda query: query.name)
def test_an_example_answers_with_the_rows_that_it_promises(starter: DiskStore, query: Query) -> None:
    least, _, most = query.metadata["rows"].partition("-")
    answer = starter.query(query.text)
    assert isinstance(answer, QuerySolutions)
    assert int(least) <= sum(1 for _ in answer) <= int(most or least)


def test_the_starter_holds_together(path: Path) -> None:
    assert list(run_store_checks(path)) == []
    assert list(run_view_checks(path.parent / "graphs" / "current.nt")) == []


FAULTS = {
    "mapping-to-nothing": "<urn:set> sssom:mappings <urn:m> . <urn:m> owl:annotatedSource <urn:nothing> .",
    "measured-concept-missing": "<urn:v> begrepp:measures <urn:nothing> .",
    "code-list-missing": "<urn:v> begrepp:codeList <urn:nothing> .",
    "two-preferred-labels": '<urn:c> a skos:Concept ; skos:prefLabel "a"@sv, "b"@sv .',
    "current-hierarchy-cycle": "<urn:a> skos:broader <urn:b> . <urn:b> skos:broader <urn:a> .",
    "mapping-to-retired": (
        "<urn:set> sssom:mappings <urn:m> . <urn:m> owl:annotatedTarget <urn:c> . "
        "<urn:c> owl:deprecated true ; a skos:Concept ."
    ),
    "exact-match-fan": "<urn:a> skos:exactMatch <urn:b>, <urn:c> . <urn:b> skos:inScheme <urn:s> . "
    "<urn:c> skos:inScheme <urn:s> .",
    "contradictory-matches": "<urn:a> skos:exactMatch <urn:b> ; skos:broadMatch <urn:b> .",
}


@pytest.mark.parametrize("check", read_queries("checks"), ids=lambda check: check.name)
def test_a_check_finds_its_fault(check: Query, tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    store.update(sparql_prologue() + f"INSERT DATA {{ {FAULTS[check.name]} }}")
    store.flush()
    del store
    finding = run_store_check(tmp_path, check)
    assert finding and finding.count and finding.severity in ("violation", "warning")


SEVERAL = """
<urn:a> a skos:Concept ; skos:prefLabel "a"@sv, "b"@sv, "c"@sv, "a"@en ; skos:broader <urn:b> .
<urn:b> a skos:Concept ; skos:prefLabel "ett \\"citat\\""@sv, "a", "b" ; skos:broader <urn:c>, <urn:d> .
<urn:c> skos:prefLabel "x"@sv, "y"@sv ; skos:broader <urn:a> .
<urn:d> a csvw:Column ; skos:broader <urn:e> . <urn:e> skos:broader <urn:e> .
<urn:s> sssom:mappings <urn:m>, <urn:n>, <urn:o> .
<urn:m> owl:annotatedSource <urn:a> ; owl:annotatedTarget <urn:gone> .
<urn:n> owl:annotatedSource <urn:gone> ; owl:annotatedTarget <urn:c> .
<urn:o> owl:annotatedSource <urn:d> ; owl:annotatedTarget <urn:b> .
"""


@pytest.mark.parametrize("said", [SEVERAL, *(FAULTS[name] for name in VIEW_CHECKS), ""])
def test_reading_the_view_over_finds_what_the_store_is_asked_for(tmp_path: Path, said: str) -> None:
    store = Store(str(tmp_path / "store"))
    store.update(sparql_prologue() + f"INSERT DATA {{ {said} }}")
    store.flush()
    lines = store.dump(format=RdfFormat.N_TRIPLES, from_graph=DefaultGraph())
    del store
    view = tmp_path / "view.nt"
    view.write_bytes(b"".join(sorted((lines or b"").splitlines(keepends=True))))
    asked = [
        run_store_check(tmp_path / "store", query) for query in read_queries("checks") if query.name in VIEW_CHECKS
    ]
    assert [*run_view_checks(view)] == [finding for finding in asked if finding]


def test_the_starter_keeps_its_promises(starter: DiskStore) -> None:
    def count(pattern: str) -> int:
        answer = starter.query(f"SELECT (COUNT(DISTINCT ?x) AS ?n) {{ {pattern} }}")
        assert isinstance(answer, QuerySolutions)
        return int(next(iter(answer))["n"].value)

    own = '?x skos:inScheme/begrepp:schemeId "onkologi"'
    assert count(own) >= 120
    for language in ("sv", "en"):
        for label in ("skos:prefLabel", "skos:definition"):
            assert count(f'{own} ; {label} ?t FILTER(LANG(?t) = "{language}")') == count(own), (label, language)
    assert count(f"{own} FILTER NOT EXISTS {{ ?x dct:source ?source ; begrepp:checked ?day }}") == 0
    assert count("?x a dcat:Dataset") == 10
    assert count("?x a csvw:Column FILTER NOT EXISTS { ?x dct:source ?source ; begrepp:checked ?day }") == 0
    for system in ("icd-10-se", "icd-o-3", "atc", "npu", "loinc", "hgnc"):
        targets = f'?x a sssom:Mapping ; owl:annotatedTarget/skos:inScheme/begrepp:schemeId "{system}"'
        assert count(targets) >= 5, system
