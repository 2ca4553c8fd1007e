"""Codes translate through mappings and the hierarchy, and what a path says follows from its steps.

a1 ─same→ z1 ←same─ b1        a11 ─same→ z11 ─below→ z1       a2 ─part of→ z2 ─covers→ b2 (says nothing)
"""

from __future__ import annotations

from pathlib import Path as File

import pytest
from pyoxigraph import Store

from begrepp.rdf.namespaces import sparql_prologue
from begrepp.store.disk import DiskStore
from begrepp.variables.harmonisation.translation import (
    Match,
    PathStep,
    TranslationPath,
    combine_matches,
    find_paths,
    format_path,
    select_best_targets,
)

MAPPINGS = {
    "m1": ("a1", "exact", "z1", 0.9),
    "m2": ("b1", "exact", "z1", 0.9),
    "m3": ("a11", "exact", "z11", 0.8),
    "m4": ("a2", "broad", "z2", 0.9),
    "m5": ("z2", "narrow", "b2", 0.9),
    "m6": ("a3", "narrow", "b3", 0.9),
    "m7": ("a3", "narrow", "b4", 0.9),
    "m8": ("a4", "close", "b4", None),
    "m9": ("b5", "exact", "y", 0.9),
    "m10": ("x", "exact", "y", 0.9),
    "m11": ("a5", "exact", "x", 0.9),
    "m12": ("a7", "exact", "z7", 0.9),
    "m13": ("z7", "exact", "b7", 0.9),
    "m14": ("a8", "exact", "b8", 0.9),
    "m15": ("a8", "close", "b8", 0.9),
    "m16": ("a9", "exact", "b9", 0.9),
    "m17": ("b10", "broad", "a10", 0.9),
}


@pytest.fixture
def store(tmp_path: File) -> DiskStore:
    triples = ["<urn:z11> skos:broader <urn:z1> ."]
    for name, (a, kind, b, sure) in MAPPINGS.items():
        triples.append(
            f"<urn:{name}> owl:annotatedSource <urn:{a}> ; owl:annotatedProperty skos:{kind}Match ; "
            f"owl:annotatedTarget <urn:{b}> ." + (f" <urn:{name}> sssom:confidence {sure:e} ." if sure else "")
        )
    triples.append("<urn:no> owl:annotatedSource <urn:a6> ; owl:annotatedProperty skos:exactMatch ; ")
    triples[-1] += "owl:annotatedTarget <urn:b1> ; sssom:predicate_modifier sssom:NegatedPredicate ."
    for a, kind, b in (("b7", "exact", "a7"), ("a8", "exact", "b8"), ("a9", "close", "b9"), ("a10", "narrow", "b10")):
        triples.append(
            f"[] owl:annotatedSource <urn:{a}> ; owl:annotatedProperty skos:{kind}Match ; "
            f"owl:annotatedTarget <urn:{b}> ; sssom:predicate_modifier sssom:NegatedPredicate ."
        )
    writable = Store(str(tmp_path / "store"))
    writable.update(sparql_prologue() + "INSERT DATA { " + "\n".join(triples) + " }")
    writable.flush()
    del writable
    return DiskStore(tmp_path / "store")


def test_codes_meet_in_a_list_between_and_below(store: DiskStore) -> None:
    sources = [f"urn:a{n}" for n in (1, 11, 2, 3, 4, 5, 6)]
    found = find_paths(store, sources, [f"urn:b{n}" for n in range(1, 6)])
    said = {
        source.removeprefix("urn:"): {t.removeprefix("urn:"): p.match for t, p in targets.items()}
        for source, targets in found.items()
    }
    assert said == {
        "a1": {"b1": Match.SAME},
        "a11": {"b1": Match.BROAD},
        "a3": {"b3": Match.NARROW, "b4": Match.NARROW},
        "a4": {"b4": Match.CLOSE},
    }
    assert found["urn:a1"]["urn:b1"].confidence == 0.81
    assert found["urn:a4"]["urn:b4"].confidence is None
    assert format_path(found["urn:a11"]["urn:b1"]) == "skos:exactMatch > skos:broader > skos:exactMatch"
    assert len(select_best_targets(found["urn:a3"])) == 2


def test_a_match_that_is_denied_is_none(store: DiskStore) -> None:
    found = find_paths(store, [f"urn:a{n}" for n in (7, 8, 9, 10)], [f"urn:b{n}" for n in (7, 8, 9, 10)])
    matches = {source: {target: path.match for target, path in paths.items()} for source, paths in found.items()}
    assert matches == {"urn:a8": {"urn:b8": Match.CLOSE}}


@pytest.mark.parametrize(
    ("first", "second", "sum_"),
    [
        (Match.SAME, Match.SAME, Match.SAME),
        (Match.SAME, Match.BROAD, Match.BROAD),
        (Match.CLOSE, Match.SAME, Match.CLOSE),
        (Match.BROAD, Match.BROAD, Match.BROAD),
        (Match.BROAD, Match.NARROW, None),
        (Match.NARROW, Match.BROAD, None),
        (Match.NARROW, Match.CLOSE, Match.NARROW),
    ],
)
def test_what_two_steps_say_together(first: Match, second: Match, sum_: Match | None) -> None:
    assert combine_matches(first, second) is sum_


def test_the_surest_is_chosen() -> None:
    def path(match: Match, sure: float) -> TranslationPath:
        return TranslationPath((PathStep("urn:x", match, "urn:m", sure),), match)

    assert [
        iri for iri, _ in select_best_targets({"urn:broad": path(Match.BROAD, 1), "urn:same": path(Match.SAME, 0.5)})
    ] == ["urn:same"]
    assert [
        iri for iri, _ in select_best_targets({"urn:a": path(Match.BROAD, 0.5), "urn:b": path(Match.BROAD, 0.9)})
    ] == ["urn:b"]
    assert not select_best_targets({})
