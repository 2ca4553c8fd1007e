"""The file of a difference: its changes, the filters, and the impact, equal to the queries on the store."""

from __future__ import annotations

from pathlib import Path

import pytest

from begrepp.artefact.manifest import current_build, read_manifest
from begrepp.history.change_lists import change_cells, read_changes, sort_changes
from begrepp.history.changes import Change, ChangedCode
from begrepp.records import Text
from begrepp.settings import Settings
from begrepp.store.disk import DiskStore
from begrepp.terminology.difference_file import (
    AffectedCode,
    ChangePlace,
    ChapterFlow,
    DifferenceFile,
    DifferenceImpact,
    difference_file,
    write_difference,
)
from begrepp.terminology.section_file import SectionWriter

CHANGES = sort_changes(
    [
        Change(
            rule="ruleNewCode",
            targets=(ChangedCode(iri="urn:b", notation="C50.9"),),
            new_labels=(Text("Bröst", "sv"),),
        ),
        Change(
            rule="ruleCodeGone",
            sources=(ChangedCode(iri="urn:a", notation="C509X"),),
            old_labels=(Text("Ärr", "sv"),),
        ),
        Change(
            rule="ruleNewSpareCode",
            targets=(ChangedCode(iri="urn:c", notation="Z99"),),
            new_labels=(Text("a\nb", ""),),
        ),
    ]
)
IMPACT = DifferenceImpact([AffectedCode("variable", "urn:v", "urn:d", "C50.9")], [("urn:d", "urn:v")])
PLACES = [ChangePlace("", "urn:02"), ChangePlace("", "urn:21"), ChangePlace("urn:02", "")]


@pytest.fixture
def difference(tmp_path: Path) -> DifferenceFile:
    write_difference(tmp_path / "x", CHANGES, IMPACT, PLACES)
    return DifferenceFile(tmp_path / "x")


@pytest.mark.parametrize(("kind", "rule", "query", "found"), [
    ("", "", "", [0, 1, 2]), ("added", "", "", [0, 1]), ("added", "ruleNewCode", "", [0]), ("moved", "", "", []),
    ("retired", "ruleNewCode", "", []), ("", "", "c50.9", [0, 2]), ("", "", "C5", [0, 2]), ("", "", "brost", [0]),
    ("", "", " ÄRR ", [2]), ("", "", "arr", [2]), ("added", "", "c50", [0]), ("", "", "a b", [1]), ("", "", ".*", []),
    ("", "", "finns inte", []), ("", "", "509", [2]),
])  # fmt: skip
def test_the_filters_find_codes_and_words(
    difference: DifferenceFile, kind: str, rule: str, query: str, found: list[int]
) -> None:
    assert [*difference.find(kind, rule, query)] == found


def test_chapters_and_formal_changes_are_found(difference: DifferenceFile) -> None:
    assert [*difference.find(chapter="urn:02")] == [0, 2] and [*difference.find("added", chapter="urn:02")] == [0]
    assert [*difference.find(chapter="urn:nothing")] == []
    assert [*difference.formal()] == [1]
    assert difference.flows() == [
        ChapterFlow("added", "", "urn:02", 1, 0),
        ChapterFlow("added", "", "urn:21", 1, 1),
        ChapterFlow("retired", "urn:02", "", 1, 0),
    ]


def test_changes_and_impact_are_read_as_written(difference: DifferenceFile) -> None:
    assert [difference[number] for number in range(len(difference))] == CHANGES == difference.first(10)
    assert difference.impact() == IMPACT
    with pytest.raises(IndexError):
        difference[3]


def test_an_empty_difference_has_no_changes(tmp_path: Path) -> None:
    write_difference(tmp_path / "x", [], DifferenceImpact(), [])
    assert not [*DifferenceFile(tmp_path / "x").find(query="a")] and DifferenceFile(tmp_path / "x").first(5) == []


def test_a_file_of_an_earlier_version_has_no_flows(tmp_path: Path) -> None:
    with SectionWriter(tmp_path / "x") as out:
        out.items("changes", [])
    assert DifferenceFile(tmp_path / "x").flows() == []


def test_each_difference_of_a_build_has_the_changes_of_its_graph(built: Settings) -> None:
    build = current_build(built)
    differences = read_manifest(build).differences
    assert differences
    for each in differences:
        stored = DifferenceFile(difference_file(build, each.graph))
        changes = read_changes(DiskStore(build / "store"), each.graph)
        assert [*map(change_cells, stored.first(len(stored)))] == [*map(change_cells, changes)]
        assert {kind: len(stored.find(kind)) for kind in each.counts} == each.counts
