"""The order of concepts in a tree, and the links of its paths."""

from __future__ import annotations

from itertools import pairwise

import pytest
from flask import Flask

from begrepp.records import Text
from begrepp.terminology.concept_record import ThingName
from server.pages.concepts.tree import children, paths_to
from server.served.build import ServedBuild
from server.served.concept_source import NarrowerConcept, StoredConcepts
from server.state import served_build

CODES = "https://example.org/id/cs/made-up"


@pytest.fixture
def build(app: Flask) -> ServedBuild:
    with app.test_request_context():
        return served_build()


@pytest.mark.parametrize("language", ["sv", "en"])
def test_narrower_concepts_come_by_status_code_label_and_iri(build: ServedBuild, language: str) -> None:
    orders = 0
    for system in build.terminology.schemes():
        for concept in range(len(system)):
            found = children(build, system.iri(concept), language)
            refs = [node.ref for node in found]
            assert refs == sorted(refs, key=lambda ref: (not ref.active, *ref.sort_key))
            assert {ref.iri for ref in refs} == {system.iri(child) for child in system.hierarchy.children(concept)}
            orders += len(refs) > 1
    assert orders > 20


@pytest.mark.parametrize(
    ("codes", "labels", "expected"),
    [
        (("1", "2", "10"), ("c", "b", "a"), "cba"),
        (("2", "1"), ("a", "b"), "ba"),
        (("A1", "a1"), ("y", "x"), "xy"),  # the same code but for case: by label
        (("01", "1"), ("y", "x"), "xy"),  # the same number: by label
        (("mastektomi", "partiell"), ("ö", "å"), "åö"),  # codes that are words: by label
        (("", ""), ("b", "a"), "ab"),
    ],
)
def test_labels_count_where_codes_are_the_same_or_words(
    build: ServedBuild,
    monkeypatch: pytest.MonkeyPatch,
    codes: tuple[str, ...],
    labels: tuple[str, ...],
    expected: str,
) -> None:
    found = [
        NarrowerConcept(ThingName(iri=f"{CODES}/{n}", notation=code, texts=(Text(label, "sv"),)), 0)
        for n, (code, label) in enumerate(zip(codes, labels, strict=True))
    ]
    monkeypatch.setattr(StoredConcepts, "children", lambda self, iri: found)
    ordered = children(build, f"{CODES}/{''.join(codes)}{expected}", "sv")
    assert "".join(node.ref.label.value for node in ordered) == expected


def test_retired_concepts_come_last(build: ServedBuild, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [
        ThingName(iri=f"{CODES}/{code}", notation=code, active=active, texts=(Text(code, "sv"),))
        for code, active in (("A", False), ("B", True))
    ]
    monkeypatch.setattr(StoredConcepts, "children", lambda self, iri: [NarrowerConcept(name, 3) for name in names])
    ordered = children(build, f"{CODES}/retired", "sv")
    assert [(node.ref.notation, node.below) for node in ordered] == [("B", 3), ("A", 3)]


def test_each_step_of_a_path_is_broader_than_the_next(build: ServedBuild) -> None:
    longest = 0
    for system in build.terminology.schemes():
        for concept in range(len(system)):
            iri = system.iri(concept)
            for path in paths_to(build, iri, "sv"):
                steps = [*(step.iri for step in path), iri]
                longest = max(longest, len(steps))
                numbers = [system.index_of_iri(step) for step in steps]
                for above, below in pairwise(numbers):
                    assert above is not None and below is not None
                    assert above in system.hierarchy.parents(below)
    assert longest > 2
