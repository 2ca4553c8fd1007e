"""A file of which no row becomes a record is no success, whichever loader reads it; other skipped rows are reported."""

from __future__ import annotations

from pathlib import Path

import pytest

import loaders
from begrepp.artefact.load_report import LoadReport
from begrepp.build.loads.edition_loader import load_edition
from begrepp.errors import InputError
from begrepp.rdf.iris import Iris
from begrepp.records import Concept
from begrepp.sources.meter import Meter
from tests.support.bad_files import edition


def _load(folder: Path, source: str, files: dict[str, bytes | str]) -> LoadReport:
    made = edition(folder, source, files, version="2020")
    (folder / "out").mkdir()
    return load_edition(made, loaders.loader_of(made), folder / "out", Iris().base, Meter())


@pytest.mark.parametrize(
    ("source", "files", "where", "reason"),
    [
        (
            "icd_o",
            {"icdo3.csv": "key,value\nC509,Bröst\n", "snomed3.csv": "key,value\nX1,a\nX2,b\n"},
            "snomed3.csv",
            "none of its rows could be used (2). The first of them, row 2: 'X1' is not an ICD-O-3 code (morfologi).",
        ),
        (
            "atc",
            {"atc.csv": "key,value\n8500/3,Duktal\n"},
            "atc.csv",
            "none of its rows could be used (1). The first of them, row 2: '8500/3' is not an ATC code.",
        ),
        (
            "termbank",
            {"t.csv": "Term,Termstatus,Synonymer,Definition\nvård,avrådd,,def\nomvård,tillåten,,annan\n"},
            "t.csv",
            "none of its rows could be used (2). The first of them, row 2: no recommended term",
        ),
    ],
)
def test_a_file_without_a_usable_row_is_refused(
    tmp_path: Path, source: str, files: dict[str, bytes | str], where: str, reason: str
) -> None:
    with pytest.raises(InputError) as raised:
        _load(tmp_path, source, files)
    assert (str(raised.value.origin), raised.value.reason[: len(reason)]) == (where, reason)


def test_a_file_with_a_usable_row_is_loaded_and_its_other_rows_are_reported(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {"icdo3.csv": "key,value\nC509,Bröst\nX1,a\nX2,b\nX3,c\n"}
    report = _load(tmp_path, "icd_o", files)
    assert (report.rows_read, report.skipped) == (4, 3)


def test_rows_that_add_to_another_file_are_used(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {
        "KSH97P_KOD.ANS": "A00-    Kolera\n".encode("iso-8859-1"),
        "KSH97P_SFAMALT.ANS": "A00-    Annan term\nB99-    Okänd\n".encode("iso-8859-1"),
    }
    assert _load(tmp_path, "ksh97p", files).skipped == 1


def test_the_codes_of_icd_o_are_read_in_their_printed_form(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {
        "icdo3_grov.csv": "key,value\nC50,Bröst\n",
        "icdo3.csv": "key,value\nC50.9,Bröst UNS\nC508,Övriga\n",
        "snomed3.csv": "key,value\n8500/3,Duktal\n95903,Lymfom\n9591/35,T-cellslymfom\n",
    }
    made = edition(tmp_path, "icd_o", files, version="2020")
    found = {record.notation: record.broader for record in loaders.read_records(made) if isinstance(record, Concept)}
    assert found == {
        "C50": (),
        "C50.9": ("C50",),
        "C50.8": ("C50",),
        "8500/3": (),
        "9590/3": (),
        "9591/35": (),
    }
