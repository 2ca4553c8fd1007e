"""Faulty rows of ICD-10-SE and KVÅ that a first pass finds: all are listed, with the rows of other passes."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

import loaders
from begrepp.build.loads.record_checks import check_records
from begrepp.errors import InputError
from begrepp.records import Concept, Record, Skipped
from tests.support.bad_files import edition, original

Files = dict[str, bytes | str]


def refusal(folder: Path, source: str, files: Files) -> str:
    """The reason for which an edition is refused; each fault is told once."""
    with pytest.raises(InputError) as raised:
        list(check_records(loaders.read_records(edition(folder, source, files))))
    lines = raised.value.reason.splitlines()[1:]
    assert len(lines) == len(set(lines)), raised.value.reason
    return raised.value.reason


def load(folder: Path, source: str, files: Files) -> list[Record]:
    """The records of an edition whose unusable rows are left out and reported."""
    declaration: Files = {"source.toml": 'report = ["unusable", "dangling"]\n'}
    return list(check_records(loaders.read_records(edition(folder, source, files | declaration)), ("unusable",)))


def with_cells(workbook: bytes | str, cells: dict[str, str], sheet: str) -> bytes:
    """A workbook with other values in some cells of a sheet."""
    assert isinstance(workbook, bytes)
    book = load_workbook(io.BytesIO(workbook))
    for place, value in cells.items():
        book[sheet][place] = value
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_all_ranges_that_cannot_be_read_are_listed(tmp_path: Path) -> None:
    files = original("icd10_se-texts")
    files["chapter.txt"] = "01\t\tEtt kapitel\n02\t\tEtt annat (C00 till D48)\n03\t\tEtt tredje (A00-D48)\n"
    files["block.txt"] = "A00-A09\t\tTarmen\nC00\t\tYttre\nC50-C50\t\tInre\n"
    reason = refusal(tmp_path, "icd10_se", files)
    assert "chapter.txt row 1: 'Ett kapitel' names no range" in reason
    assert "chapter.txt row 2: 'Ett annat (C00 till D48)' names no range" in reason
    assert "block.txt row 2: 'C00' names no range" in reason
    assert "3 rows cannot be used" in reason


def test_a_block_without_a_range_is_left_out_where_that_is_declared(tmp_path: Path) -> None:
    files = original("icd10_se-texts")
    files["block.txt"] = "A00-A09\t\tTarmen\nC00-C97\t\tYttre\nC50\t\tInre\n"
    records = load(tmp_path, "icd10_se", files)
    assert [str(record.origin) for record in records if isinstance(record, Skipped)] == ["block.txt row 3"]
    broader = {record.notation: record.broader for record in records if isinstance(record, Concept)}
    assert broader["C50"] == ("C00-C97",)
    assert broader["A00-A09"] == ("01",)


def test_all_blocks_without_a_category_are_listed(tmp_path: Path) -> None:
    files = original("icd10_se-texts")
    files["block.txt"] = "A00-A09\t\tTarmen\nA20-A28\t\tTom\nC00-C97\t\tYttre\nC60-C63\t\tTom\n"
    with pytest.raises(InputError, match=r"digit3\.txt: there is no category in the block A20-A28, C60-C63\."):
        list(check_records(loaders.read_records(edition(tmp_path, "icd10_se", files))))


def corrections(*rows: tuple[str | date, ...]) -> Files:
    """The fixture of corrections with other rows in the workbook."""
    files = original("icd10_se-corrections")
    book = Workbook()
    page = book.worksheets[0]
    page.title = "ICD-10-SE-filer"
    page.append(("Datum", "Kod", "(Ev. felaktig) kodtext", "(Ev. justerad korrekt) kodtext", "Kommentar"))
    for row in rows:
        page.append(row)
    return files | {"andringar-i-kodtextfilerna-for-2021.xlsx": saved(book)}


def test_all_corrections_that_cannot_be_used_are_listed(tmp_path: Path) -> None:
    files = corrections(
        ("2021-13-01", "A00", "", "", "Fel datum"),
        (date(2021, 1, 2), "", "", "", "Ingen kod"),
        ("", "A00", "", "", "Inget datum"),
    )
    reason = refusal(tmp_path, "icd10_se", files)
    assert "row 2: '2021-13-01'" in reason
    assert "rows 3–4: a correction without its date or its code." in reason


def test_all_corrections_of_other_titles_are_listed_and_the_codes_kept(tmp_path: Path) -> None:
    uncorrected = {name: file for name, file in original("icd10_se-corrections").items() if name.endswith(".csv")}
    titles = {
        record.notation: record.pref_labels[0].value
        for record in load(tmp_path / "uncorrected", "icd10_se", uncorrected)
        if isinstance(record, Concept)
    }
    first, second = list(titles)[:2]
    day = date(2021, 3, 1)
    files = corrections(
        (day, first, "Något annat", "Något tredje", ""),
        (day, second, "Något annat", "Något fjärde", ""),
        (day, second, titles[second], "Rätt ord", ""),
    )
    reason = refusal(tmp_path / "refused", "icd10_se", files)
    assert f"row 2: {first} is called '{titles[first]}'" in reason
    assert f"row 3: {second} is called '{titles[second]}'" in reason
    records = load(tmp_path / "reported", "icd10_se", files)
    found = {record.notation: record.pref_labels[0].value for record in records if isinstance(record, Concept)}
    assert found == titles | {second: "Rätt ord"}
    assert [record.origin.row for record in records if isinstance(record, Skipped)] == [2, 3]


def test_all_rows_of_an_unknown_part_of_kva_are_listed(tmp_path: Path) -> None:
    files = original("kva-workbook")
    (name,) = files
    files[name] = with_cells(files[name], {"A3": "KXÅ", "A5": "KYÅ"}, "KVÅ – (KKÅ+KMÅ)")
    reason = refusal(tmp_path / "refused", "kva", files)
    assert "row 3: 'KXÅ' in column 'Klassifikation' is neither KKÅ nor KMÅ." in reason
    assert "row 5: 'KYÅ' in column 'Klassifikation' is neither KKÅ nor KMÅ." in reason
    records = load(tmp_path / "reported", "kva", files)
    assert [record.origin.row for record in records if isinstance(record, Skipped)] == [3, 5]
    assert any(isinstance(record, Concept) for record in records)


def test_an_excerpt_may_lack_the_categories_of_blocks(tmp_path: Path) -> None:
    files = original("icd10_se-texts")
    files["block.txt"] = "A00-A09\t\tTarmen\nA20-A28\t\tTom\nC00-C97\t\tYttre\n"
    files["source.toml"] = '[release]\ncoverage = "partial"\n'
    records = list(check_records(loaders.read_records(edition(tmp_path, "icd10_se", files))))
    assert "A20-A28" in {record.notation for record in records if isinstance(record, Concept)}
