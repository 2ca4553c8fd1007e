"""Codes that publishers merged or replaced: what `check_values` names instead, for each publisher's way to say it."""

from __future__ import annotations

from pathlib import Path

import pytest

import loaders
from begrepp.artefact.manifest import current_build
from begrepp.build.loads.parallel_loader import EditionJob
from begrepp.build.pipeline import build
from begrepp.rdf.iris import Iris
from begrepp.search.index import TextIndex
from begrepp.store.disk import DiskStore
from begrepp.variables.list_entries import BuildContents
from begrepp.variables.value_check import Verdict, check_values
from begrepp.variables.value_report import format_result
from tests import golden
from tests.support.small import Quiet, settings_in


def contents_of(fixture: str, folder_of_build: Path) -> BuildContents:
    """The contents of a build of one fixture."""
    settings = settings_in(folder_of_build)
    edition = golden.fixture(fixture).edition
    build([EditionJob(edition, loaders.loader_of(edition))], settings, Quiet())
    folder = current_build(settings)
    return BuildContents(DiskStore(folder / "store"), Iris(settings.base), folder, lambda: TextIndex(folder / "index"))


# Written after the publishers' files in tests/fixtures: MapTo.csv, the association refset, atc_successors.csv.
@pytest.mark.parametrize(
    ("fixture", "scheme", "expected"),
    [
        ("loinc", "loinc", {"99902-9": ["99901-1"], "99903-7": []}),  # two replacements: the user has to choose
        ("snomed_rf2", "snomed-ct", {"100004004": ["100002002"], "100005005": []}),  # possibly equivalent to two
        ("atc-csv", "atc", {"L01XE02": ["L01EB01"]}),
    ],
)
def test_a_replaced_code_is_retired_and_names_what_replaces_it(
    tmp_path: Path, fixture: str, scheme: str, expected: dict[str, list[str]]
) -> None:
    context = contents_of(fixture, tmp_path)
    found = {each.value: each for each in check_values(scheme, expected, context).values}
    assert {each.verdict for each in found.values()} == {Verdict.RETIRED}
    assert {code: [instead for instead, _ in each.instead] for code, each in found.items()} == expected


@pytest.mark.parametrize(
    ("fixture", "scheme", "code", "expected"),
    [
        # The clauses `consider` of tygon.obo and the list `consider` of mondo.json.
        ("obo-tygon", "tygon", "XP:0000005", ["XP:0000002", "XP:0000003"]),
        ("mondo", "mondo", "MONDO:9000005", ["MONDO:9000001", "MONDO:9000003"]),
        # Two rows of MapTo.csv; two rows of the refset POSSIBLY EQUIVALENT TO.
        ("loinc", "loinc", "99903-7", ["99901-1", "99904-5"]),
        ("snomed_rf2", "snomed-ct", "100005005", ["100002002", "100003003"]),
    ],
)
def test_a_suggestion_is_told_and_is_no_replacement(
    tmp_path: Path, fixture: str, scheme: str, code: str, expected: list[str]
) -> None:
    context = contents_of(fixture, tmp_path)
    result = check_values(scheme, [code], context)
    (found,) = result.values
    assert (found.verdict, found.instead) == (Verdict.RETIRED, ())
    assert [code for code, _ in found.consider] == expected and all(label for _, label in found.consider)
    assert format_result(result, "csv").endswith(f",{' | '.join(expected)}\r\n")
