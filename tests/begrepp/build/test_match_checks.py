"""Contradictions between matches of one pair of concepts."""

from __future__ import annotations

from begrepp.build.loads.match_checks import MatchChecks
from begrepp.errors import Origin
from begrepp.rdf.namespaces import expand
from begrepp.records import Mapping, RdfTerm, Statement


def _mapping(subject: str, word: str, target: str, *, negated: bool = False, rule: str = "") -> Mapping:
    return Mapping(
        mapping_set="m",
        origin=Origin("a"),
        subject=subject,
        predicate=expand(f"skos:{word}Match"),
        object=target,
        justification="",
        negated=negated,
        map_rule=rule,
    )


def _contradictions(*matches: Mapping | Statement) -> list[bool]:
    checks = MatchChecks()
    return [bool(checks.find_contradiction(each)) for each in matches]


def test_a_pair_has_one_direction_however_it_is_written() -> None:
    assert _contradictions(_mapping("a:1", "broad", "b:1"), _mapping("b:1", "narrow", "a:1")) == [False, False]
    assert _contradictions(_mapping("a:1", "broad", "b:1"), _mapping("b:1", "broad", "a:1")) == [False, True]
    assert _contradictions(_mapping("b:1", "exact", "a:1"), _mapping("a:1", "narrow", "b:1")) == [False, True]


def test_a_match_excludes_its_own_negation_only() -> None:
    assert _contradictions(_mapping("b", "broad", "a", negated=True), _mapping("b", "broad", "a")) == [False, True]
    assert _contradictions(_mapping("b", "broad", "a"), _mapping("a", "narrow", "b", negated=True)) == [False, True]
    assert _contradictions(_mapping("b", "exact", "a", negated=True), _mapping("b", "broad", "a")) == [False, False]


def test_a_match_under_a_condition_excludes_nothing() -> None:
    rows = [_mapping("a", "exact", "b", rule="IFA 1"), _mapping("a", "broad", "b", rule="TRUE")]
    assert _contradictions(*rows, _mapping("a", "narrow", "b")) == [False, False, True]


def test_matches_that_are_statements_count() -> None:
    stated = Statement(
        scheme="a", origin=Origin("a"), subject="a", predicate=expand("skos:narrowMatch"), object=RdfTerm("b", "iri")
    )
    assert _contradictions(_mapping("a", "broad", "b"), stated) == [False, True]
