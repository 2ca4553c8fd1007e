"""Faulty rows: all are listed in one refusal, or left out and reported; rows that repeat another are left out."""

from __future__ import annotations

from pathlib import Path

import pytest

import loaders
from begrepp.build.loads.record_checks import check_records
from begrepp.errors import InputError, Origin
from begrepp.records import Concept, LoadRemark, Record, Skipped
from begrepp.sources.row_faults import Fault, RowFaults, add_fault, list_rows
from tests.support.bad_files import edition

DECLARATION = """loader = "table"
{report}
[source]
publisher = "begrepp"
licence = "https://creativecommons.org/licenses/by/4.0/"
[scheme]
title.sv = "Lista"
[[file]]
name = "koder.csv"
[file.columns]
notation = "kod"
pref_label.sv = "namn"
related = "se"
"""


def load(folder: Path, rows: str, report: str = "") -> list[Record]:
    """The records of a list with the columns kod, namn and se."""
    files: dict[str, bytes | str] = {
        "koder.csv": f"kod,namn,se\n{rows}",
        "source.toml": DECLARATION.format(report=report),
    }
    made = edition(folder, "lista", files)
    return list(check_records(loaders.read_records(made)))


def concepts(records: list[Record]) -> dict[str, Concept]:
    """The concepts by notation."""
    return {record.notation: record for record in records if isinstance(record, Concept)}


def test_a_row_that_repeats_another_is_passed_over_with_a_remark(tmp_path: Path) -> None:
    records = load(tmp_path, "A1,Ett,\nA2,Två,\nA2,Två,\nA2,Två,\n")
    assert list(concepts(records)) == ["A1", "A2"]
    (remark,) = (record for record in records if isinstance(record, LoadRemark))
    assert (str(remark.origin), remark.rows) == ("koder.csv row 4", 2)
    assert "repeats an earlier one" in remark.text and "4–5" in remark.text


def test_all_rows_that_repeat_a_code_with_other_words_are_listed(tmp_path: Path) -> None:
    rows = "A1,Ett,\nA1,Etta,\nA2,Två,\nA2,Tvåa,\n"
    with pytest.raises(InputError, match="row 3: the code 'A1'") as raised:
        load(tmp_path / "refused", rows)
    assert "koder.csv row 5: the code 'A2'" in raised.value.reason
    assert 'report = ["repeated"]' in raised.value.next_step
    records = load(tmp_path / "reported", rows, 'report = ["repeated"]')
    assert [str(r.origin) for r in records if isinstance(r, Skipped)] == ["koder.csv row 3", "koder.csv row 5"]
    assert concepts(records)["A1"].pref_labels[0].value == "Ett"


def test_a_reference_to_no_code_is_refused_or_reported_and_left_out(tmp_path: Path) -> None:
    rows = "A1,Ett,B9\nA2,Två,A1\nA3,Tre,B8\n"
    with pytest.raises(InputError, match="'A1' has the related code 'B9'") as raised:
        load(tmp_path / "refused", rows)
    assert "koder.csv row 4: 'A3' has the related code 'B8'" in raised.value.reason
    records = load(tmp_path / "reported", rows, 'report = ["dangling"]')
    found = concepts(records)
    assert (found["A1"].related, found["A2"].related) == ((), ("A1",))
    assert len([record for record in records if isinstance(record, Skipped)]) == 2


def test_rows_of_another_length_are_listed_together(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="2 rows cannot be used") as raised:
        load(tmp_path / "refused", "A1,Ett,\nA2\nA3,a,b,c\n")
    assert 'report = ["misaligned"]' in raised.value.next_step
    assert list(concepts(load(tmp_path / "reported", "A1,Ett,\nA2\n", 'report = ["misaligned"]'))) == ["A1"]


def test_an_unknown_kind_of_fault_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="report holds 'all'"):
        load(tmp_path, "A1,Ett,\n", 'report = ["all"]')


def test_without_a_collector_the_first_fault_is_raised() -> None:
    error = InputError(Origin("a.csv", 2), "it is wrong.", "Fix it.")
    with pytest.raises(InputError, match="it is wrong"):
        add_fault(Fault.UNUSABLE, error)


def test_many_faults_are_counted_and_a_fault_of_two_passes_is_told_once() -> None:
    faults = RowFaults()
    for row in (*range(1, 30_002), 1, 2):
        faults.add(Fault.UNUSABLE, InputError(Origin("a.csv", row), f"{row} is wrong.", "Fix it."))
    with pytest.raises(InputError, match="30,001 rows cannot be used") as raised:
        faults.refuse()
    assert len(raised.value.reason.splitlines()) < 110 and "more rows" in raised.value.reason


def test_row_numbers_are_listed_as_ranges() -> None:
    assert list_rows([9, 4, 7, 8]) == "4, 7–9"


def test_a_file_of_an_old_mac_is_read_by_its_lines(tmp_path: Path) -> None:
    made = edition(
        tmp_path,
        "lista",
        {
            "koder.csv": b"kod,namn,se\rA1,Ett,\rA2,Tv\xc3\xa5,A1\r",
            "source.toml": DECLARATION.format(report=""),
        },
    )
    records = list(check_records(loaders.read_records(made)))
    assert [str(concept.origin) for concept in concepts(records).values()] == ["koder.csv row 2", "koder.csv row 3"]
    assert not any(isinstance(record, LoadRemark) for record in records)


def test_a_header_without_rows_and_a_last_line_without_end_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a header and no rows"):
        load(tmp_path / "empty", "")
    (remark,) = (record for record in load(tmp_path / "cut", "A1,Ett,\nA2,Tv,") if isinstance(record, LoadRemark))
    assert str(remark.origin) == "koder.csv row 3" and "no line break" in remark.text
