"""Files of values for a check: their encoding, and what is said of a table without a column."""

from __future__ import annotations

import io

import pytest

from begrepp.errors import InputError, UsageError
from begrepp.variables.value_column import distinct_values
from begrepp.variables.value_report import decode_values


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252"])
def test_values_are_read_in_every_encoding_that_excel_writes(encoding: str) -> None:
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    data = f"{mark}A01\r\nÅ Ċ\n".replace("Ċ", "Ċ" if "utf" in encoding else "C").encode(encoding)
    values = distinct_values(decode_values(io.BytesIO(data), "v.csv"))
    assert values == ["A01", "Å Ċ" if "utf" in encoding else "Å C"]


def test_a_text_in_utf_16_that_is_cut_off_is_refused() -> None:
    with pytest.raises(InputError, match="is not text in UTF-16"):
        [*decode_values(io.BytesIO("\ufeffA01\n".encode("utf-16-le") + b"B"), "v.csv")]


def test_a_table_without_a_named_column_says_how_one_is_named() -> None:
    with pytest.raises(UsageError) as raised:
        distinct_values(["A01,text\n", "A02,text\n"])
    assert raised.value.reason == "There are several columns."
    assert raised.value.next_step == (
        "Name one of: A01, text, or give its number. The first row is read as the header."
    )
