"""Mapping sets that contradict each other are all published, and the build tells which they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Store

from begrepp.artefact.manifest import CheckResult
from begrepp.build.derived.graph_checks import run_store_check
from begrepp.build.load_failures import LoadFailure
from begrepp.build.publication_checks import refuse_check_violations
from begrepp.cli.console import print_build
from begrepp.errors import InputError, Origin, ValidationError
from begrepp.queries.query_files import read_queries
from begrepp.rdf.namespaces import sparql_prologue
from tests.support.small import HEADER, build_small, put, select, settings_in

SOURCE = """loader = "sssom"
[source]
publisher = "{name}"
publisher_type = "regional"
licence = "https://creativecommons.org/licenses/by/4.0/"
"""
SET = """#curie_map:
#  EX: https://ex.org/x/
#  FX: https://ex.org/f/
#mapping_set_id: https://ex.org/set/{name}
#license: https://creativecommons.org/publicdomain/zero/1.0/
subject_id\tpredicate_id\tobject_id\tmapping_justification
EX:1\tskos:{predicate}\tFX:1\tsemapv:ManualMappingCuration
"""


def test_sets_that_disagree_are_published_and_named_by_the_build(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_in(tmp_path)
    for name, predicate in (("nord", "exactMatch"), ("syd", "narrowMatch")):
        put(settings, SOURCE.format(name=name), source=name, name="source.toml")
        put(settings, SET.format(name=name, predicate=predicate), source=name, name=f"{name}.sssom.tsv")
    put(settings, HEADER + "A00,Utan förälder,Without parent,A01,,\n")
    manifest = build_small(settings, keep_going=True)
    found = select(settings, "SELECT ?p { GRAPH ?g { <https://ex.org/x/1> ?p <https://ex.org/f/1> } }")
    assert sorted(found) == [[f"http://www.w3.org/2004/02/skos/core#{word}Match"] for word in ("exact", "narrow")]
    (check,) = [each for each in manifest.checks if each.check == "contradictory-matches"]
    (example,) = check.examples
    base = "https://w3id.org/begrepp/id/mapping"
    for part in (
        "https://ex.org/x/1",
        "https://ex.org/f/1",
        f"{base}/nord",
        f"{base}/syd",
        "exactMatch",
        "narrowMatch",
    ):
        assert part in example
    print_build(manifest)
    told = capsys.readouterr().out
    assert "two sources match in ways that exclude each other" in told and f"{base}/syd" in told
    assert "left out icd10_se 2021" in told and "list.csv row 2" in told


def test_the_reasons_of_editions_left_out_are_told_where_a_check_refuses_the_build() -> None:
    check = CheckResult(check="c", title="Cycles", severity="violation", count=1, examples=["urn:a"])
    failure = LoadFailure("x 2026", InputError(Origin("k.csv", 7), "the hierarchy has a cycle.", "Correct it."))
    refuse_check_violations([], [failure], [], keep_going=True)
    with pytest.raises(ValidationError, match=r"Left out before, x 2026: k\.csv row 7: the hierarchy has a cycle\."):
        refuse_check_violations([check], [failure], [], keep_going=True)


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [
        (("a", "exact", "b"), ("a", "related", "b"), 1),
        (("a", "exact", "b"), ("b", "broad", "a"), 1),
        (("a", "broad", "b"), ("a", "narrow", "b"), 1),
        (("a", "broad", "b"), ("b", "broad", "a"), 1),
        (("a", "narrow", "b"), ("b", "narrow", "a"), 1),
        (("a", "exact", "b"), ("a", "not exact", "b"), 1),
        # These agree, or exclude nothing.
        (("a", "exact", "b"), ("b", "exact", "a"), 0),
        (("a", "broad", "b"), ("b", "narrow", "a"), 0),
        (("a", "exact", "b"), ("a", "close", "b"), 0),
        (("a", "broad", "b"), ("a", "related", "b"), 0),
        (("a", "broad", "b"), ("a", "not exact", "b"), 0),
    ],
)
def test_a_pair_is_contradictory_in_either_direction_and_names_both_sets(
    tmp_path: Path, first: tuple[str, str, str], second: tuple[str, str, str], count: int
) -> None:
    statements = []
    for name, (source, words, target) in (("s", first), ("t", second)):
        predicate = f"skos:{words.removeprefix('not ')}Match"
        mapping = f"<urn:{name}m>"
        statements.append(
            f"<urn:{name}> sssom:mappings {mapping} . {mapping} owl:annotatedSource <urn:{source}> ; "
            f"owl:annotatedTarget <urn:{target}> ; owl:annotatedProperty {predicate} ."
        )
        denial = words.startswith("not ")
        statements.append(
            f"{mapping} sssom:predicate_modifier sssom:NegatedPredicate ."
            if denial
            else f"<urn:{source}> {predicate} <urn:{target}> ."
        )
    _write(tmp_path, " ".join(statements))
    (query,) = [each for each in read_queries("checks") if each.name == "contradictory-matches"]
    result = run_store_check(tmp_path, query)
    assert (result.count if result else 0) == count
    assert result is None or all(part in result.examples[0].split(" ") for part in ("urn:a", "urn:b", "urn:s", "urn:t"))


def _write(folder: Path, statements: str) -> None:
    store = Store(str(folder))
    store.update(sparql_prologue() + f"INSERT DATA {{ {statements} }}")
    store.flush()
