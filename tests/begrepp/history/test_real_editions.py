"""Two real editions of ICD-10-SE compared, and the publisher's corrections inside one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import loaders
from begrepp.build.loads.edition_loader import load_edition
from begrepp.history.comparison import compare_parts
from begrepp.rdf.iris import Iris
from begrepp.records import Edition, EditionFiles
from begrepp.sources.meter import Meter
from tests.support.real_files import DATA, RCC, concepts, read, skipped

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
        edition = EditionFiles(source="icd10_se", version=home.name, folder=home, files=tuple(sorted(home.iterdir())))
        (part,) = load_edition(edition, loaders.loader_of(edition), tmp_path, Iris().base, Meter()).parts
        parts.append(part)
    assert [part.concepts for part in parts] == [33547, 35951]
    found = compare_parts(*parts)
    assert found.by_type() == {"added": 45, "retitled": 118, "split": 3, "definitionChanged": 7}
    rules = found.by_rule()
    assert [rules[rule] for rule in ("ruleNewCode", "ruleNewSpareCode", "ruleSpareCode")] == [6, 37, 2]
    assert rules["ruleSpellingOnly"] == 31 and found.unchanged == 33420
    covered = {row.level.rpartition("/")[2] for row in found.levels if row.old_covers and row.new_covers}
    assert covered == {"fyrstallig", "femstallig"}


MOVES = {
    "L01XE02": "L01EB01",
    "L01XE03": "L01EB02",
    "L01XE35": "L01EB04",
    "L01XC03": "L01FD01",
    "L01XC17": "L01FF01",
    "L01XC18": "L01FF02",
}
"""Moves within oncology in ATC, from public concept maps."""


def test_the_moves_of_oncology_in_atc_are_found_in_the_whole_list_of_2020(tmp_path: Path) -> None:
    """The later edition is the real list of 2020 with the moves made by hand, and the groups that they need."""
    path = DATA / RCC / "atc.csv"
    if not path.exists():
        pytest.skip(f"the publishers' files are not at {DATA}; set BEGREPP_SHARED to the folder that holds data/")
    text = path.read_text(encoding="utf-8")
    later = text
    for old, new in MOVES.items():
        assert f"\n{old}," in text and f"\n{new}," not in text
        later = later.replace(f"\n{old},", f"\n{new},")
    groups = sorted({new[:length] for new in MOVES.values() for length in (4, 5)})
    assert not any(f"\n{group}," in text for group in groups)
    later += "".join(f"{group},Påhittad grupp {group}\n" for group in groups)
    parts = []
    for year, words in (("2020", text), ("2022", later)):
        home = tmp_path / "raw" / "atc" / year
        home.mkdir(parents=True)
        (home / "atc.csv").write_text(words, encoding="utf-8")
        edition = EditionFiles(source="atc", version=year, folder=home, files=(home / "atc.csv",))
        parts += load_edition(edition, loaders.loader_of(edition), tmp_path, Iris().base, Meter()).parts
    found = compare_parts(*parts)
    moved = {(c.sources[0].notation, c.targets[0].notation) for c in found.changes if c.type == "moved"}
    assert moved == set(MOVES.items())
    assert found.by_type() == {"added": len(groups), "moved": len(MOVES)}
    assert found.unchanged == 14525 - len(MOVES)


def test_the_corrections_inside_icd_10_se_2021_are_an_update(tmp_path: Path) -> None:
    records = read(tmp_path, "icd10_se", "2021", *(f"se-icd10se-2021/{name}" for name in sorted(CORRECTED)))
    corrected = {n: c for n, c in concepts(records).items() if c.modified}
    assert sorted(corrected) == ["U11", "U11.9", "U12", "U12.9"]
    assert corrected["U11.9"].pref_labels[0].value == "Kontakt för vaccination mot covid-19"
    (release,) = (record for record in records if isinstance(record, Edition))
    assert str(release.modified) == "2021-01-29" and len(release.version_notes) == 5
    assert not skipped(records)
