"""Snomed CT in RF2: what is chosen, what is kept apart, and which packages are refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import loaders
from begrepp.build.loads.record_checks import check_records
from begrepp.errors import InputError, PersonalDataError
from begrepp.records import Concept, EditionFiles, Mapping, Record, Skipped
from bench import snomed

HERE = Path(__file__).parents[1] / "fixtures"
FIXTURE = HERE / "snomed_rf2" / "2024-11-30"
FULL = HERE / "snomed_rf2-full" / "2015-01-31"


def load(files: list[Path], version: str = "2024-11-30") -> list[Record]:
    edition = EditionFiles(source="snomed_rf2", version=version, folder=FIXTURE, files=tuple(sorted(files)))
    return list(check_records(loaders.read_records(edition)))


def whole(folder: Path = FIXTURE) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def concepts(records: list[Record]) -> dict[str, Concept]:
    return {r.notation: r for r in records if isinstance(r, Concept)}


def test_the_refset_chooses_the_swedish_term_and_not_the_language_of_the_description() -> None:
    found = concepts(load(whole()))
    assert {t.lang: t.value for t in found["100002002"].pref_labels} == {
        "sv": "Morbus fictus",
        "en": "Invented illness",
        "en-GB": "Invented illness, spelt the British way",
    }
    assert "påhittad sjukdom" in [t.value for t in found["100002002"].alt_labels]


def test_only_same_as_and_replaced_by_name_a_successor_and_only_one_in_use() -> None:
    found = concepts(load(whole()))
    assert {n: c.replaced_by for n, c in found.items() if c.status == "inactive"} == {
        "100004004": ("100002002",),
        "100005005": (),
        "100006006": (),
    }


def test_two_rules_for_one_code_are_two_mappings() -> None:
    maps = [r for r in load(whole()) if isinstance(r, Mapping) and r.map_group]
    assert [(m.map_group, m.map_priority, m.object) for m in maps] == [
        (1, 1, "icd-10:X00.1"),
        (1, 2, "icd-10:X00.9"),
        (2, 1, "icd-10:Y00"),
    ]


@pytest.mark.parametrize(
    ("day", "words"),
    [("2003-01-31", {"First word"}), ("2012-06-30", {"First word", "Word of 2010"}), ("2019", {"Word of 2018"})],
)
def test_full_files_give_the_state_of_any_day(day: str, words: set[str]) -> None:
    found = concepts(load(whole(FULL), version=day))
    assert words <= {c.pref_labels[0].value for c in found.values()}
    assert ("100003003" in found) is (day == "2019")


def refused(files: list[Path], where: str, reason: str, step: str) -> None:
    with pytest.raises(InputError) as raised:
        load(files)
    assert where in str(raised.value.origin)
    assert reason in raised.value.reason, raised.value.reason
    assert step in raised.value.next_step


def test_a_delta_is_no_snapshot() -> None:
    refused([p for p in whole() if "Delta" in p.name], "2024-11-30", "only Delta files", "Snapshot")


@pytest.mark.parametrize("missing", ["Concept", "Description", "sct2_Relationship_", "Language"])
def test_a_missing_file_is_named(missing: str) -> None:
    files = [p for p in whole() if missing not in p.name or "Delta" in p.name]
    only = "only Delta" if missing == "Concept" else ""
    refused(files, "2024-11-30", only or missing.removeprefix("sct2_").strip("_"), "whole folder")


def copied(folder: Path, change: Callable[[str, str], tuple[str, str]]) -> list[Path]:
    """The fixture with some files renamed or changed."""
    made = []
    for path in whole():
        name, text = change(path.name, path.read_text(encoding="utf-8"))
        made.append(folder / path.parent.name / name)
        made[-1].parent.mkdir(exist_ok=True)
        made[-1].write_text(text, encoding="utf-8")
    return made


def test_files_of_two_days_are_refused(tmp_path: Path) -> None:
    made = copied(tmp_path, lambda n, t: (n.replace("20240701", "20240101") if "Relationship_S" in n else n, t))
    refused(made, "20240", "two releases are mixed", "one release only")


def test_an_extension_of_another_international_release_is_refused(tmp_path: Path) -> None:
    made = copied(tmp_path, lambda n, t: (n, t.replace("\t20240701", "\t20240101") if "ModuleDep" in n else t))
    refused(
        made, "ModuleDependency", "SE1000052 builds on the release of 2024-01-01, but INT is of 2024-07-01", "ownload"
    )


def test_an_extension_alone_is_refused() -> None:
    refused(
        [p for p in whole() if "SE1000052" in p.name], "SE1000052", "extension without what it builds on", "together"
    )


def test_rows_of_another_package_are_refused(tmp_path: Path) -> None:
    core, swedish = "900000000000207008", "45991000052106"
    made = copied(tmp_path, lambda n, t: (n, t.replace(core, swedish) if "TextDefinition_Snapshot-en" in n else t))
    refused(made, "TextDefinition", "all rows are of other modules (45991000052106)", "mixed up")


def test_an_edition_of_an_extension_may_hold_a_file_of_international_rows(tmp_path: Path) -> None:
    # The release of an edition is named after the extension; an excerpt of it may hold no concept of the extension.
    moved = copied(tmp_path, lambda n, t: (n.replace("INT_20240701", "SE1000052_20240701"), t))
    found = concepts(load([p for p in moved if p.stem.endswith("SE1000052_20240701")], "2024-07-01"))
    assert "100002002" in found and all(each.pref_labels for each in found.values())


def test_a_row_from_the_future_is_refused(tmp_path: Path) -> None:
    made = copied(tmp_path, lambda n, t: (n, t.replace("\t20030131\t", "\t20250131\t") if "Concept" in n else t))
    refused(made, "sct2_Concept", "after the release of 20241130", "ownload")


def test_a_renamed_column_is_refused(tmp_path: Path) -> None:
    made = copied(tmp_path, lambda n, t: (n, t.replace("effectiveTime", "time", 1) if "Description_S" in n else t))
    refused(made, "sct2_Description", "no column 'effectiveTime'", "renamed")


def test_a_row_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    made = copied(tmp_path, lambda n, t: (n, t[:-30] if "Description_Snapshot-en" in n else t))
    refused(made, "sct2_Description", "cells where the table has 9 columns", "truncated")


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        (
            "sct2_Concept_Snapshot_INT",
            "\n100002002\t",
            "\n100002002x\t",
            "'100002002x' in column 'id' is not a valid number",
        ),
        ("sct2_Relationship_Snapshot_INT", "\t116680003\t", "\t1.0\t", "is not a valid number"),
        ("der2_cRefset_AssociationSnapshot", "-", "", "in column 'id' is not a valid UUID"),
        ("sct2_Concept_Snapshot_INT", "\n100002002\t", "\n\n100002002\t", "the line is empty"),
        ("sct2_Concept_Snapshot_INT", "\t20030131\t1", "\t20030131\t2", "active is '2'"),
        ("sct2_Description_Snapshot-en", "Invented", "Inv\0nted", "NUL"),
    ],
)
def test_a_cell_that_is_not_what_it_should_be_is_refused_with_its_row(
    tmp_path: Path, file: str, old: str, new: str, words: str
) -> None:
    made = copied(tmp_path, lambda n, t: (n, t.replace(old, new) if file in n else t))
    with pytest.raises(InputError) as raised:
        load(made)
    assert words in raised.value.reason, raised.value.reason
    assert file in raised.value.origin.file and raised.value.origin.row


def test_empty_lines_at_the_end_are_no_rows(tmp_path: Path) -> None:
    made = copied(tmp_path, lambda n, t: (n, t + "\n\n"))
    assert concepts(load(made)) == concepts(load(whole()))


def test_an_identity_number_is_refused_in_a_term_but_an_identifier_may_look_like_one(tmp_path: Path) -> None:
    assert any("8112189876" in p.read_text(encoding="utf-8") for p in whole())
    made = copied(tmp_path, lambda n, t: (n, t.replace("Made-up finding", "811218-9876")))
    with pytest.raises(PersonalDataError):
        load(made)


def test_what_is_not_read_is_told() -> None:
    reasons = [r.reason for r in load(whole()) if isinstance(r, Skipped)]
    assert any("StatedRelationship" in reason for reason in reasons) and any("900000000000497000" in r for r in reasons)


def test_the_synthetic_release_loads(tmp_path: Path) -> None:
    snomed.run(tmp_path, 100)
    found = concepts(load(whole(tmp_path), version="2026"))
    assert len(found) == 125 and sum(c.status == "active" for c in found.values()) == 100
