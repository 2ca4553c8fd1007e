"""Chapters of an edition, from the hierarchy in its graph:

root ─┬ A ─┬ A1 ─ A11        other ─ O1
      │    └ A2
      └ B ── B1
"""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Store

from begrepp.build.derived.chapters import EditionChapters, place_changes
from begrepp.history.changes import Change, ChangedCode
from begrepp.rdf.namespaces import sparql_prologue
from begrepp.store.disk import DiskStore
from begrepp.terminology.difference_file import ChangePlace

FOREST = "A1 A, A11 A1, A2 A, B1 B"
TREE = f"{FOREST}, A root, B root"


def chapters(folder: Path, steps: str) -> EditionChapters:
    store = Store(str(folder / "store"))
    pairs = [step.split() for step in steps.split(",") if step.strip()]
    triples = " ".join(f"<urn:{below}> skos:broader <urn:{above}> ." for below, above in pairs)
    store.update(f"{sparql_prologue()} INSERT DATA {{ GRAPH <urn:edition> {{ {triples} }} }}")
    store.flush()
    del store
    return EditionChapters(DiskStore(folder / "store"), "urn:edition")


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        (FOREST, {"A11": "A", "A": "A", "B1": "B", "x": ""}),
        # All are below one concept: its narrower concepts are the chapters, and it is in none.
        (TREE, {"A11": "A", "B": "B", "root": ""}),
        # Nearly all are: the other topmost concept stays a chapter.
        (f"{TREE}, O1 other", {"A11": "A", "B1": "B", "O1": "other"}),
        # Of two broader concepts, the first counts.
        (f"{FOREST}, AB A, AB B", {"AB": "A"}),
        # A chain: the concept below the top, which has none below, is the chapter.
        ("A root", {"A": "A", "root": ""}),
        # A cycle has no topmost concept.
        ("X Y, Y X", {"X": ""}),
        ("", {"A": ""}),
    ],
)
def test_a_concept_has_one_chapter(tmp_path: Path, steps: str, found: dict[str, str]) -> None:
    edition = chapters(tmp_path, steps)
    assert {name: edition.find(f"urn:{name}").removeprefix("urn:") for name in found} == found


def test_a_change_is_placed_in_both_editions(tmp_path: Path) -> None:
    edition = chapters(tmp_path, FOREST)
    a11, b1 = (ChangedCode(iri=f"urn:{name}", notation=name) for name in ("A11", "B1"))
    changes = [
        Change(rule="ruleRecodedByTitle", sources=(a11,), targets=(b1,)),
        Change(rule="ruleNewCode", targets=(b1,)),
        Change(rule="ruleCodeGone", sources=(a11,)),
    ]
    assert place_changes(changes, edition, edition) == [
        ChangePlace("urn:A", "urn:B"),
        ChangePlace("", "urn:B"),
        ChangePlace("urn:A", ""),
    ]
