"""The kind of number and the unit of measure of variables in DDI Codebook."""

from __future__ import annotations

from pathlib import Path

import pytest

from begrepp.records import Variable
from tests.loaders.test_format_edges import load

NUMERIC = '<varFormat type="numeric"/>'


@pytest.mark.parametrize(
    ("attributes", "content", "expected"),
    [
        ("", '<valrng><range min="0" max="300" UNITS="REAL"/></valrng>' + NUMERIC, ("decimal", "")),
        ("", '<valrng><range min="0" max="300" UNITS="INT"/></valrng>' + NUMERIC, ("integer", "")),
        ('dcml="2"', '<valrng><range min="0" max="300" UNITS="INT"/></valrng>' + NUMERIC, ("decimal", "")),
        ('dcml="0"', '<valrng><range min="0" max="300" UNITS="REAL"/></valrng>' + NUMERIC, ("integer", "")),
        ('measUnit="kg"', '<valrng><range min="0" UNITS="REAL"/></valrng>' + NUMERIC, ("decimal", "kg")),
        ('measUnit="kg"', NUMERIC, ("decimal", "kg")),
        ("", '<valrng><range min="0"/></valrng><varFormat/>', ("decimal", "")),
        ("", '<valrng><range min="0" UNITS="REAL"/></valrng><varFormat type="character"/>', ("string", "")),
    ],
)
def test_the_units_of_a_range_are_a_kind_of_number(
    tmp_path: Path, attributes: str, content: str, expected: tuple[str, str]
) -> None:
    text = f"""<codeBook xmlns="ddi:codebook:2_5" version="2.5" xml:lang="en"><stdyDscr><citation><titlStmt>
        <titl>Study</titl></titlStmt></citation><stdyInfo><abstract>A</abstract></stdyInfo></stdyDscr><dataDscr>
        <var name="w" {attributes}><labl>W</labl>{content}</var></dataDscr></codeBook>"""
    records = load(tmp_path, "ddi", {"s.xml": text})
    found = next(record for record in records if isinstance(record, Variable))
    assert (found.datatype, found.unit) == expected
