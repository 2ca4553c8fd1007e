"""Two real editions of ICD-10-SE compared, and the publisher's corrections inside one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import loaders
from begrepp.correspondence import edition_file
from begrepp.difference import compare
from begrepp.iris import Iris
from begrepp.parts import load_edition
from begrepp.records import Edition, Release
from begrepp.rows import Meter
from tests.test_real_files import DATA, RCC, concepts, read, skipped

CORRECTED = {
    "andringar-i-kodtextfilerna-for-2021.xlsx",
    *(f"{name}.txt" for name in ("chapter", "block", "digit3", "digit4", "digit5")),
}


def test_icd_10_se_2021_differs_from_the_key_table_as_was_read_by_eye(tmp_path: Path) -> None:
    """33,547 codes of two levels: what the older list does not cover is not added (docs/decisions/differences.md)."""
    keys, texts = tmp_path / "raw" / "icd10_se" / "2020", tmp_path / "raw" / "icd10_se" / "2021"
    for home, names in ((keys, [f"{RCC}/icd10se.csv"]), (texts, ["se-icd10se-2021"])):
        home.mkdir(parents=True)
        for name in names:
            if not (DATA / name).exists():
                pytest.skip(
                    f"the publishers' files are not at {DATA}; set BEGREPP_SHARED to the folder that holds data/"
                )
            if (DATA / name).is_dir():
                shutil.copytree(DATA / name, home, dirs_exist_ok=True)
            else:
                shutil.copy(DATA / name, home)
    parts = []
    for home in (keys, texts):
        edition = Edition(source="icd10_se", version=home.name, folder=home, files=tuple(sorted(home.iterdir())))
        (part,) = load_edition(edition, loaders.loader_of(edition), tmp_path, Iris().base, Meter()).parts
        parts.append(part)
    assert [part.concepts for part in parts] == [33547, 35951]
    found = compare(*map(edition_file, parts))
    assert found.by_type() == {"added": 43, "retitled": 118, "split": 3, "reused": 2, "definitionChanged": 7}
    assert found.by_rule()["ruleSpellingOnly"] == 31 and found.unchanged == 33420
    covered = {row.level.rpartition("/")[2] for row in found.levels if row.old_covers and row.new_covers}
    assert covered == {"fyrstallig", "femstallig"}


def test_the_corrections_inside_icd_10_se_2021_are_an_update(tmp_path: Path) -> None:
    records = read(tmp_path, "icd10_se", "2021", *(f"se-icd10se-2021/{name}" for name in sorted(CORRECTED)))
    corrected = {n: c for n, c in concepts(records).items() if c.modified}
    assert sorted(corrected) == ["U11", "U11.9", "U12", "U12.9"]
    assert corrected["U11.9"].pref_labels[0].value == "Kontakt för vaccination mot covid-19"
    (release,) = (record for record in records if isinstance(record, Release))
    assert str(release.modified) == "2021-01-29" and len(release.version_notes) == 5
    assert not skipped(records)
