"""Variables in DDI: the kind of number, the unit of measure, ranges, derivations and patterns."""

from __future__ import annotations

from pathlib import Path

import pytest

from begrepp.records import Record, Skipped, Variable
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
    found, _ = codebook(tmp_path, f"<var name='w' {attributes}><labl>W</labl>{content}</var>")
    assert (found["w"].datatype, found["w"].unit) == expected


def variables(records: list[Record]) -> dict[str, Variable]:
    return {record.name: record for record in records if isinstance(record, Variable)}


def codebook(folder: Path, content: str) -> tuple[dict[str, Variable], list[str]]:
    """Return the variables of a codebook, and the reasons for what is skipped."""
    text = f"""<codeBook xmlns="ddi:codebook:2_5" version="2.5" xml:lang="en"><stdyDscr><citation><titlStmt>
        <titl>Study</titl></titlStmt></citation><stdyInfo><abstract>A</abstract></stdyInfo></stdyDscr><dataDscr>
        {content}</dataDscr></codeBook>"""
    records = load(folder, "ddi", {"s.xml": text})
    return variables(records), [record.reason for record in records if isinstance(record, Skipped)]


@pytest.mark.parametrize(
    ("ranges", "bounds", "note"),
    [
        ('<range min="0" max="100"/>', ("0", "100"), ""),
        ('<range minExclusive="0" maxExclusive="100"/>', ("", ""), "Valid values: > 0 and < 100"),
        ('<range min="0" maxExclusive="100"/>', ("0", ""), "Valid values: ≥ 0 and < 100"),
        ('<range min="1" max="5"/><range min="8" max="9"/>', ("", ""), "Valid values: 1–5, 8–9"),
        ('<range min="1" max="5"/><item VALUE="9"/>', ("", ""), "Valid values: 1–5, 9"),
    ],
)
def test_bounds_are_those_of_one_range_with_inclusive_ends(
    tmp_path: Path, ranges: str, bounds: tuple[str, str], note: str
) -> None:
    found, _ = codebook(tmp_path, f"<var name='t'><labl>T</labl><valrng>{ranges}</valrng><varFormat/></var>")
    assert (found["t"].minimum, found["t"].maximum) == bounds
    assert [text.value for text in found["t"].notes] == ([note] if note else [])


def test_a_derived_variable_says_how_and_what_is_not_read_is_counted(tmp_path: Path) -> None:
    found, skipped = codebook(
        tmp_path,
        """<var ID="V1" name="a"><labl>A</labl></var>
        <var ID="V2" name="b"><labl>B</labl><notes>first</notes><notes>second</notes><respUnit>r</respUnit>
        <derivation var="V1"><drvdesc>twice a</drvdesc><drvcmd syntax="SPSS">b = 2*a</drvcmd></derivation>
        <stdCatgry date="2020" URI="http://ex.org">ICD-10</stdCatgry><security>s</security></var>
        <var name="c"><labl>C</labl><derivation><drvcmd>c = 1</drvcmd></derivation></var>""",
    )
    assert (found["b"].calculation, found["b"].references, found["c"].calculation) == ("twice a", ("a",), "c = 1")
    assert [text.value for text in found["b"].notes] == [
        "first",
        "second",
        "r",
        "Command of the derivation (SPSS): b = 2*a",
        "ICD-10, 2020, http://ex.org",
    ]
    assert "'security' of a variable is not imported (1)." in skipped


def lifecycle(folder: Path, representation: str, further: str = "") -> Variable:
    identity = "<r:Agency>se.x</r:Agency><r:ID>{}</r:ID><r:Version>1</r:Version>"
    text = f"""<DDIInstance xmlns="ddi:instance:3_3" xmlns:r="ddi:reusable:3_3" xmlns:s="ddi:studyunit:3_3"
        xmlns:l="ddi:logicalproduct:3_3"><s:StudyUnit>{identity.format("s")}<r:Citation><r:Title>
        <r:String xml:lang="en">S</r:String></r:Title></r:Citation>
        <r:Abstract><r:Content xml:lang="en">A</r:Content></r:Abstract>{further}<l:Variable>{identity.format("v")}
        <l:VariableName><r:String>v</r:String></l:VariableName>
        <l:VariableRepresentation>{representation}</l:VariableRepresentation></l:Variable></s:StudyUnit></DDIInstance>"""
    return variables(load(folder, "ddi", {"s.xml": text}))["v"]


@pytest.mark.parametrize(
    ("ranges", "bounds", "note"),
    [
        ((("0.5", "true"), ("300", "false")), ("0.5", ""), "Valid values: ≥ 0.5 and < 300"),
        ((("0", "false"), ("300", "")), ("", "300"), "Valid values: > 0 and ≤ 300"),
        ((("0", ""), ("300", "true")), ("0", "300"), ""),
    ],
)
def test_an_end_of_a_number_range_may_be_excluded(
    tmp_path: Path, ranges: tuple[tuple[str, str], ...], bounds: tuple[str, str], note: str
) -> None:
    ends = "".join(
        f"<r:{name}{inclusive and f' isInclusive={chr(34)}{inclusive}{chr(34)}'}>{value}</r:{name}>"
        for name, (value, inclusive) in zip(("Low", "High"), ranges, strict=True)
    )
    found = lifecycle(
        tmp_path,
        f"<r:MeasurementUnit>kg</r:MeasurementUnit><r:NumericRepresentation><r:NumberRange>{ends}</r:NumberRange>"
        "</r:NumericRepresentation>",
    )
    assert (found.minimum, found.maximum, found.unit) == (*bounds, "kg")
    assert [text.value for text in found.notes] == ([note] if note else [])


def test_a_text_has_its_pattern_and_lengths_and_an_instruction_is_the_calculation(tmp_path: Path) -> None:
    identity = "<r:Agency>se.x</r:Agency><r:ID>g</r:ID><r:Version>1</r:Version>"
    found = lifecycle(
        tmp_path,
        f"<r:ProcessingInstructionReference>{identity}</r:ProcessingInstructionReference>"
        '<r:TextRepresentation minLength="2" maxLength="10" regExp="[A-Z]+"/>',
        f"<l:GenerationInstruction>{identity}<r:Description><r:Content>first letters</r:Content></r:Description>"
        "</l:GenerationInstruction>",
    )
    assert (found.pattern, found.calculation) == ("[A-Z]+", "first letters")
    assert [text.value for text in found.notes] == ["minLength: 2", "maxLength: 10"]
