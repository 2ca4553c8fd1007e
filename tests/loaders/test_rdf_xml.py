"""RDF/XML forms that are legal and that the parser refuses: entities in single quotes, an empty `xml:lang`."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from begrepp.errors import InputError
from begrepp.rdf.rdf_xml import RdfXmlStream, restore_quads
from begrepp.validation.rdf_input.converter import prepare_file
from loaders.support.rdf_files import read_rdf

HEAD = """<?xml version='1.0'?>
<!DOCTYPE rdf:RDF [ <!ENTITY ex 'https://ex.org/' > <!ENTITY dct "http://purl.org/dc/terms/"> ]>
<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:dct='http://purl.org/dc/terms/' xml:lang="sv">
"""


def document(inside: str) -> str:
    """A document about one resource; its language is Swedish."""
    return f"{HEAD}<rdf:Description rdf:about='&ex;d'>{inside}</rdf:Description></rdf:RDF>"


@pytest.mark.parametrize(
    ("inside", "literal"),
    [
        ("<dct:title>T</dct:title>", '"T"@sv'),
        ('<dct:title xml:lang="">T</dct:title>', '"T"'),
        ("<dct:title xml:lang = ''>T</dct:title>", '"T"'),
        ("<dct:title xml:lang='en'>T</dct:title>", '"T"@en'),
        ("<dct:title xml:lang=''>xml:lang=\"\"</dct:title>", r'"xml:lang=\"\""'),
        ("<dct:title>värde <![CDATA[<5]]> mm</dct:title>", '"värde <5 mm"@sv'),
        ("<dct:title><![CDATA[a]]b & <c>]]><![CDATA[]]></dct:title>", '"a]]b & <c>"@sv'),
        ("<dct:title>a<!-- <![CDATA[ & -->b<?x <!-- ?>c</dct:title>", '"abc"@sv'),
        ("<dct:title>a<![CDATA[<!-- b --> <?c?>]]></dct:title>", '"a<!-- b --> <?c?>"@sv'),
        ('<dct:title>xml:lang=""</dct:title>', r'"xml:lang=\"\""@sv'),
    ],
)
def test_the_language_of_a_literal(tmp_path: Path, inside: str, literal: str) -> None:
    path = tmp_path / "x.rdf"
    path.write_text(document(inside), encoding="utf-8")
    (quad,) = read_rdf(path, "")
    assert (str(quad.object), str(quad.subject)) == (literal, "<https://ex.org/d>")
    (tmp_path / "made").mkdir()
    converted = prepare_file(path, tmp_path / "made")
    assert f"{literal} ." in converted.read_text(encoding="utf-8")


def test_an_empty_language_across_the_chunks_of_a_large_file() -> None:
    inside = "".join(f'<dct:title xml:lang="">{"x" * (number % 97)}</dct:title>' for number in range(40_000))
    stream = RdfXmlStream(io.BytesIO(document(inside).encode()))
    quads = list(restore_quads(parse(stream, format=RdfFormat.RDF_XML)))  # type: ignore[arg-type]
    assert len(quads) == 40_000 and not any("@" in str(quad.object) for quad in quads)


def test_sections_across_the_chunks_of_a_large_file(tmp_path: Path) -> None:
    texts = [f"<{'x' * (number % 97)}>\n" for number in range(20_000)]
    inside = "".join(f"<dct:title>a<!--\n-->b <![CDATA[{text}]]></dct:title>" for text in texts)
    path = tmp_path / "x.rdf"
    path.write_text(document(inside), encoding="utf-8")
    assert sorted(str(getattr(quad.object, "value", "")) for quad in read_rdf(path, "")) == sorted(
        f"ab {text}" for text in texts
    )
    path.write_text(document(inside + "<dct:title xml:lang='sv_SE'>T</dct:title>"), encoding="utf-8")
    with pytest.raises(InputError, match=r"x\.rdf row 40004: the language tag"):
        list(read_rdf(path, ""))


@pytest.mark.parametrize("section", ["<![CDATA[x", "<!-- x", "<?x"])
def test_a_section_without_end_is_refused(tmp_path: Path, section: str) -> None:
    path = tmp_path / "x.rdf"
    path.write_text(document(f"<dct:title>a {section}</dct:title>"), encoding="utf-8")
    with pytest.raises(InputError):
        list(read_rdf(path, ""))


def test_a_wrong_language_tag_is_told_as_it_is_written_with_its_row(tmp_path: Path) -> None:
    path = tmp_path / "x.rdf"
    path.write_text(document("\n<dct:title xml:lang='sv_SE'>T</dct:title>"), encoding="utf-8")
    with pytest.raises(InputError, match=r"x\.rdf row 5: the language tag 'sv_SE'"):
        list(read_rdf(path, ""))
