"""A variable of the template that occurs in several rows: one variable for each period."""

from __future__ import annotations

from pathlib import Path

import pytest

import loaders
from begrepp.build.loads.record_checks import check_records
from begrepp.errors import InputError
from begrepp.records import Skipped, Variable
from tests.support.bad_files import edition, original

NAME = "instance_variables.csv"


def read(folder: Path, *rows: str, report: str = "") -> tuple[list[tuple[str, str, str, str]], list[str]]:
    """Name, distinguishing part, period and represented variable of each added variable, and what was left out."""
    files = original("rut-provregister")
    table = files[NAME]
    assert isinstance(table, bytes)
    columns = table.decode("utf-8-sig").splitlines()[0].split(",")
    for name, first, last in (row.split() for row in rows):
        cells = {"register": "vard", "name": name, "represented_variable": "kon-siffra", "label_sv": f"{name} {first}"}
        cells |= {"valid_from": first.strip("-"), "valid_to": last.strip("-")}
        table += ",".join(cells.get(column, "") for column in columns).encode() + b"\n"
    declaration = files["source.toml"]
    assert isinstance(declaration, bytes)
    changed = files | {NAME: table, "source.toml": report.encode() + declaration}
    records = [*check_records(loaders.read_records(edition(folder, "provregister", changed)), (report and "repeated",))]
    names = {row.split()[0] for row in rows}
    variables = [record for record in records if isinstance(record, Variable) and record.name in names]
    skipped = [record.reason for record in records if isinstance(record, Skipped) and "already occurs" in record.reason]
    return [(each.name, each.part, each.valid_from, each.valid_to) for each in variables], skipped


def test_periods_of_one_name_are_variables_of_their_own(tmp_path: Path) -> None:
    assert read(tmp_path, "SMAK 1998 2004", "SMAK 2005 -", "LUKT 2001 -")[0] == [
        ("SMAK", "1998", "1998", "2004"),
        ("SMAK", "2005", "2005", ""),
        ("LUKT", "", "2001", ""),
    ]


def test_a_period_may_be_open_at_its_beginning(tmp_path: Path) -> None:
    assert read(tmp_path, "SMAK - 2004", "SMAK 2005-03 -")[0] == [
        ("SMAK", "", "", "2004"),
        ("SMAK", "2005-03", "2005-03", ""),
    ]


@pytest.mark.parametrize("second", ["2004 -", "- -", "1999 2000"])
def test_periods_of_one_name_must_not_overlap(tmp_path: Path, second: str) -> None:
    with pytest.raises(InputError, match=r"'SMAK' .* same name at the same time"):
        read(tmp_path, "SMAK 1998 2004", f"SMAK {second}")


def test_a_repeated_row_is_refused_or_left_out(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'vard SMAK 1998' already occurs") as raised:
        read(tmp_path / "refused", "SMAK 1998 2004", "SMAK 1998 2005")
    assert "periods that do not overlap" in raised.value.next_step
    rows, skipped = read(tmp_path / "reported", "SMAK 1998 2004", "SMAK 1998 2005", report='report = ["repeated"]\n')
    assert rows == [("SMAK", "", "1998", "2004")] and len(skipped) == 1
