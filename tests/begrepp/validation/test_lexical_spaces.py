"""Lexical spaces of datatypes: each form with what XSD 1.1 part 2 or RDF 1.1 Concepts says of it."""

from __future__ import annotations

import pytest

from begrepp.validation.shacl.lexical_spaces import is_in_lexical_space
from begrepp.validation.shacl.vocabulary import RDF, XSD

FORMS: dict[str, tuple[list[str], list[str]]] = {
    "dateTime": (
        [
            "2024-01-01T24:00:00",
            "2024-01-01T24:00:00.000Z",
            "12024-01-01T00:00:00",
            "-0044-03-15T12:00:00+14:00",
            "0000-02-29T00:00:00",
            "2024-02-29T23:59:59.123456789-14:00",
            "2016-12-31T23:59:59Z",
        ],
        [
            "2025-09-04",
            "2024-01-01 10:00:00",
            "2024-01-01T10:00",
            "2024-02-30T10:00:00",
            "2024-01-01T10:00:00+0100",
            "20240101T100000",
            "2024-01-01T10:00:00+15:00",
            "2024-01-01T10:00:00+14:01",
            "2024-01-01T24:00:01",
            "2016-12-31T23:59:60Z",
            "02024-01-01T00:00:00",
            "+2024-01-01T00:00:00",
            "2024-01-01T10:00:00z",
            "2024-01-01t10:00:00",
            "2024-01-01T10:00:00.",
            "2023-02-29T00:00:00",
            "１２３４-01-01T00:00:00",
        ],
    ),
    "dateTimeStamp": (["2024-01-01T10:00:00Z"], ["2024-01-01T10:00:00"]),
    "date": (
        ["2024-02-03", "2024-02-03Z", "12024-02-03", "-0044-03-15", "2000-02-29", "2024-02-03+01:00", "0000-02-29"],
        [
            "2024-2-3",
            "20240203",
            "2024-02-03T00:00:00",
            "2024-W05-1",
            " 2024-02-03 ",
            "1900-02-29",
            "2024-04-31",
            "2024-00-10",
            "2024-13-01",
            "24-01-01",
            "2024-02-03+01",
            "2024-02-03\n",
            "2024-034",
            "-12100-02-29",
        ],
    ),
    "time": (
        ["10:00:00", "24:00:00", "23:59:59.9+01:00"],
        ["10:00", "25:00:00", "10:00:60", "24:00:00.1", "1:00:00", "T10:00:00"],
    ),
    "gYear": (["2024", "2024Z", "-0001", "0000", "12024"], ["24", "2024-01", "02024", "+2024", "202"]),
    "gYearMonth": (["2024-12", "2024-12+02:00"], ["2024-13", "2024", "2024-1"]),
    "gMonth": (["--02", "--12Z"], ["02", "--13", "--02--", "--2"]),
    "gMonthDay": (["--02-29", "--12-31"], ["--02-30", "--04-31", "02-29", "--2-9"]),
    "gDay": (["---31", "---01Z"], ["---32", "31", "--31", "---1"]),
    "duration": (
        ["P1Y", "-P1Y2M3DT4H5M6.7S", "PT0S", "P0D", "PT36H", "P2M"],
        ["P", "PT", "1 year", "P1YT", "+P1Y", "P-1Y", "P1.5Y", "PT1.S", "P1M1Y", "P1W", "P1H", "PT.5S"],
    ),
    "yearMonthDuration": (["P1Y2M", "P14M", "-P1Y"], ["P1D", "P1YT1H", "P"]),
    "dayTimeDuration": (["P1DT2H", "PT3M", "-PT0.5S"], ["P1M", "P1Y", "PT", "P"]),
    "boolean": (["true", "false", "1", "0"], ["True", "ja", "TRUE", "", "yes", " true"]),
    "decimal": (["1.5", ".5", "5.", "-0", "+01.50", "1"], ["1e3", "1,5", ".", "INF", "", "1 000", "٣"]),
    "integer": (["+01", "-0", "0" * 5000], ["1.0", "1 000", "1_000", " 1", "", "+", "1e3", "٣"]),
    "double": (
        ["INF", "-INF", "+INF", "NaN", "1e3", "1E-3", ".5", "1.", "-0"],
        ["inf", "Infinity", "nan", "1e", "e3", "1e1.5", "-NaN", "0x1p3", "1d"],
    ),
    "float": (["INF", "NaN", "3.4e38", "1e99"], ["infinity", "1f", "--1"]),
    "nonNegativeInteger": (["-0", "0", "9" * 40], ["-1", "-" + "9" * 40]),
    "nonPositiveInteger": (["0", "+0", "-9"], ["1"]),
    "negativeInteger": (["-1", "-" + "9" * 40], ["0", "-0", "1", "9" * 40]),
    "positiveInteger": (["1", "+1"], ["0", "-0", "-1"]),
    "byte": (["127", "-128", "+0127"], ["128", "-129"]),
    "short": (["32767", "-32768"], ["32768", "-32769"]),
    "int": (["2147483647", "-2147483648"], ["2147483648"]),
    "long": (["9223372036854775807", "-9223372036854775808"], ["9223372036854775808", "9" * 60]),
    "unsignedByte": (["255", "-0"], ["256", "-1"]),
    "unsignedShort": (["65535"], ["65536"]),
    "unsignedInt": (["4294967295"], ["4294967296"]),
    "unsignedLong": (["18446744073709551615"], ["18446744073709551616"]),
    "hexBinary": (["", "0fB8"], ["0G", "abc", "0x00", "0f b8"]),
    "base64Binary": (
        ["", "AAAA", "AA==", "AAA=", "A A = =", "AAAA AAA="],
        ["A", "AAA", "AB==", "AAB=", "A===", "AAAA\n", "AA-_"],
    ),
    "anyURI": (["not a uri", "", "http://[::1", "åäö"], []),
    "string": (["a\nb", ""], []),
    "normalizedString": ([" a  b ", ""], ["a\tb", "a\nb", "a\rb"]),
    "token": (["a b", "", "å"], [" a", "a ", "a  b", "a\tb"]),
    "language": (["sv", "sv-FI", "x-klingon", "i-navajo"], ["", "sv_SE", "svenskaaa", "sv-", "1a", "å"]),
    "Name": (["a:b", "_x", ":a", "Å1"], ["1a", "", "a b", "-a", ".a"]),
    "NCName": (["a-b", "_x", "a·", "å.1"], ["a:b", "1a", "", "·a"]),
    "NMTOKEN": (["1a", "-a", "a:b", "."], ["", "a b", "a,b"]),
    "QName": (["a:b", "b"], ["a:b:c", ":b", "a:"]),
    "ID": (["a"], ["1", "a:b"]),
    "IDREF": (["a"], ["1"]),
    "ENTITY": (["a"], ["1"]),
    "NMTOKENS": (["a 1"], ["", "a  1"]),
    "IDREFS": (["a b"], ["", "a 1"]),
}
RDF_FORMS = {
    "HTML": (["<p>a<p>b", "", "&foo"], list[str]()),
    "XMLLiteral": (
        ["", "a", "<a/>b<c>d</c>", "&amp;", '<a xmlns="urn:x"/>'],
        ["<a>", "a & b", "&nbsp;", "<a></b>", "<x:a/>"],
    ),
    "JSON": (['{"a": 1}', "null", " [1e400] ", "1"], ["", "{a:1}", "NaN", "[1,]", "'a'", "-Infinity"]),
}


def _rows() -> list[tuple[str, str, bool]]:
    spaces = {XSD + name: forms for name, forms in FORMS.items()} | {RDF + name: f for name, f in RDF_FORMS.items()}
    return [
        (datatype, form, valid)
        for datatype, both in spaces.items()
        for valid, forms in zip((True, False), both, strict=True)
        for form in forms
    ]


@pytest.mark.parametrize(("datatype", "form", "valid"), _rows())
def test_a_lexical_form_is_valid_as_the_standard_says(datatype: str, form: str, valid: bool) -> None:
    assert is_in_lexical_space(form, datatype) == valid


def test_a_datatype_of_ones_own_has_no_ill_typed_literals() -> None:
    assert is_in_lexical_space("anything", "https://example.org/own")
    assert is_in_lexical_space("anything", XSD + "own")
