"""Data about persons are refused, in whatever file and wherever in it they stand."""

from __future__ import annotations

import random
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook

import loaders
from begrepp.build.loads import edition_loader
from begrepp.errors import Origin, PersonalDataError
from begrepp.settings import DEFAULT_BASE
from begrepp.sources.meter import Meter
from begrepp.sources.personal_data_check import refuse_personal_data_files
from begrepp.sources.privacy import literal_text, refuse_person_rows
from begrepp.validation.validate import validate
from tests import golden

NUMBER = "811218-9876"
"""The Swedish Tax Agency's own example of a number that nobody has."""
_BINARY = (".xlsx", ".zip", ".xls")
_WORD = re.compile(r"(?<![\w<#/@:.-])[A-Za-zåäöÅÄÖ]{5,}(?![\w:=>/.-])")


@pytest.mark.slow
@pytest.mark.parametrize("fixture", list(golden.fixtures()), ids=lambda fixture: fixture.name)
def test_no_loader_lets_an_identity_number_through(
    fixture: golden.Fixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = validate([fixture.expected])
    monkeypatch.setattr(edition_loader, "validate", lambda _: replace(nothing, results=()))
    edition = fixture.edition
    for file in edition.files:
        if file.suffix in _BINARY:
            continue
        text = file.read_bytes().decode("utf-8-sig", errors="ignore")
        spots = list(_WORD.finditer(text))
        for number, spot in enumerate(random.Random(7).sample(spots, min(4, len(spots)))):
            copy = tmp_path / f"{edition.files.index(file)}-{number}"
            shutil.copytree(edition.folder, copy)
            within = file.relative_to(edition.folder)
            (copy / within).write_text(text[: spot.start()] + NUMBER + text[spot.end() :], encoding="utf-8")
            changed = replace(
                edition, folder=copy, files=tuple(copy / f.relative_to(edition.folder) for f in edition.files)
            )
            out = copy / "out"
            out.mkdir()
            with pytest.raises(PersonalDataError) as caught:
                edition_loader.load_edition(changed, loaders.loader_of(edition), out, DEFAULT_BASE, Meter())
            assert NUMBER not in str(caught.value)


@pytest.mark.parametrize(
    ("cells", "refused"),
    [
        ({"patient_id": "P001", "alder": "54"}, True),
        ({"record_id": "12", "kon": "1"}, True),
        ({"record_id": "map:12", "predicate_id": "skos:exactMatch"}, False),
        ({"Födelsedatum": "1954-02-01"}, True),
        ({"Förnamn": "Anna", "diagnos": "C50"}, True),
        ({"subject number": "S-7"}, True),
        ({"subject_id": "MESH:D001943"}, False),
        ({"namn": "patient_id", "beskrivning": "Patientens nummer i studien"}, False),
        ({"patient_id": "Patientens nummer i studien", "typ": "text"}, False),
    ],
)
def test_a_row_about_a_person_is_refused_and_named(cells: dict[str, str], refused: bool) -> None:
    if not refused:
        refuse_person_rows(cells, Origin("t.csv", 3))
        return
    with pytest.raises(PersonalDataError, match=r"t\.csv row 3.*metadata only") as caught:
        refuse_person_rows(cells, Origin("t.csv", 3))
    assert NUMBER not in str(caught.value)


def test_literals_that_may_hold_a_number_are_kept() -> None:
    values = [NUMBER, "8112189876X", "811218T123", "811218-T123", f"a\\n{NUMBER}", "1981-12-18-9876"]
    others = ["C50.9", "1981-12-18", "8112189876", "900000000000207008"]
    lines = [f'<urn:a> <urn:b> "{value}"@sv .\n' for value in values + others]
    assert literal_text([*lines, "<urn:a> <urn:b> <urn:c> .\n"]).split("\n") == [
        *values[:4],
        "a",
        NUMBER,
        values[5],
    ]


def test_a_data_file_that_no_loader_reads_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text("kon;patient_id;alder\n2;P001;54\n", encoding="utf-8")
    with pytest.raises(PersonalDataError, match=r"data\.csv row 2.*'patient_id'.*data dictionary, not the data"):
        refuse_personal_data_files([data])
    other = tmp_path / "extract.sav"
    other.write_bytes(b"$FL2")
    with pytest.raises(PersonalDataError, match=r"extract\.sav.*statistics program"):
        refuse_personal_data_files([other])


@pytest.mark.parametrize(
    ("rows", "refused"),
    [
        ([["Uttag", "2024"], ["patient_id", "kon", "n"], ["P001", 2, 3]], r"bok\.xlsx\[Data\] row 3.*'patient_id'"),
        ([["Uttag 2024"], ["patient_id", "kon"], ["P001", 2]], r"bok\.xlsx\[Data\] row 3.*'patient_id'"),
        ([["namn", "text"], ["x", "ring 811218-9876"]], r"bok\.xlsx\[Data\] row 2.*identity number"),
        ([["Variabelnamn", "Beskrivning"], ["patient_id", "Patientens nummer"]], ""),
    ],
)
def test_a_sheet_that_no_loader_reads_is_looked_at(tmp_path: Path, rows: list[list[object]], refused: str) -> None:
    book = Workbook()
    book.create_sheet("Data")
    for row in rows:
        book["Data"].append(row)
    book.save(tmp_path / "bok.xlsx")
    if not refused:
        refuse_personal_data_files([tmp_path / "bok.xlsx"])
        return
    with pytest.raises(PersonalDataError, match=refused):
        refuse_personal_data_files([tmp_path / "bok.xlsx"])


def test_identifiers_of_code_systems_are_no_persons(tmp_path: Path) -> None:
    release = tmp_path / "sct2_Concept.txt"
    release.write_text(
        "id\teffectiveTime\tactive\tmoduleId\n8112189876\t20260101\t1\t900000000000207008\n", encoding="utf-8"
    )
    refuse_personal_data_files([release])
