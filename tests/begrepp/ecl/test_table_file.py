"""Tables of expressions in the files of a build: the same results as from tables made at the time, without records."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from begrepp.artefact.manifest import current_build
from begrepp.ecl.expression import concepts_of
from begrepp.ecl.table_file import FOLDER
from begrepp.ecl.terminology_substrate import TerminologySubstrate
from begrepp.settings import Settings
from begrepp.terminology.concept_record import ConceptRecord
from begrepp.terminology.stored_system import StoredSystem
from begrepp.terminology.terminology import Terminology

EXPRESSIONS = (
    "*",
    "< *",
    "!!> *",
    "* : * = *",
    "* : [2..*] * = *",
    "* : R * = *",
    "* . *",
    "* {{ + HISTORY-MAX }}",
    '* {{ term = "cancer" }}',
    '* {{ term = "a" }}',
    '* {{ term = wild:"*l*" }}',
    '* {{ language = sv, type = fsn, term = "tumör" }}',
    "* {{ dialect = en (accept) }}",
    '* {{ C effectiveTime >= "20200101" }}',
    "* {{ C active = 0 }}",
)


def _results(terminology: Terminology) -> dict[tuple[str, str], list[int]]:
    return {
        (system.description.id, text): [*concepts_of(text, system, TerminologySubstrate(terminology, system))]
        for system in terminology.schemes()
        for text in EXPRESSIONS
    }


def test_results_are_the_same_with_and_without_the_files(built: Settings, tmp_path: Path) -> None:
    build = current_build(built)
    files = {path.name for path in (build / FOLDER).iterdir()}
    assert files == {path.name for path in (build / "terminology").glob("*.terms")}
    shutil.copytree(build / "terminology", tmp_path / "terminology")
    with_files = _results(Terminology(build))
    assert sum(map(len, with_files.values())) > 2000
    assert with_files == _results(Terminology(tmp_path))


def test_an_expression_reads_no_records(built: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(system: StoredSystem, concept: int) -> ConceptRecord:
        raise AssertionError(f"the record {concept} of {system.description.id} was read")

    terminology = Terminology(current_build(built))
    system = terminology.scheme("icd-o-3-morphology") or terminology.schemes()[0]
    monkeypatch.setattr(StoredSystem, "record", read)
    for text in EXPRESSIONS:
        concepts_of(text, system, TerminologySubstrate(terminology, system))
