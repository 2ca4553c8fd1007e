"""RDF/XML forms that are legal and that the parser refuses: entities in single quotes, an empty `xml:lang`."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pyoxigraph import Literal, RdfFormat, parse

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


DECLARED = HEAD.removeprefix("<?xml version='1.0'?>")
TITLE = "<rdf:Description rdf:about='&ex;d'><dct:title>Åska – µ</dct:title></rdf:Description></rdf:RDF>"


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-16", "<?xml version='1.0' encoding='UTF-16'?>"),
        ("utf-16", "<?xml version='1.0'?>"),
        ("utf-16-le", '<?xml version="1.0" encoding="UTF-16LE"?>'),
        ("utf-16-be", '<?xml version="1.0" encoding="utf-16"?>'),
        ("utf-32", '<?xml version="1.0" encoding="UTF-32"?>'),
        ("windows-1252", "<?xml version='1.0' encoding = 'windows-1252' standalone='yes'?>"),
        ("utf-8-sig", "<?xml version='1.0' encoding='utf-8'?>"),
        ("utf-8", ""),
    ],
)
def test_xml_is_read_in_its_encoding(tmp_path: Path, encoding: str, declared: str) -> None:
    """XML 1.0, 2.2 and 4.3.3: every processor reads UTF-8 and UTF-16; a declaration names others."""
    path = tmp_path / "x.rdf"
    path.write_bytes((declared + DECLARED + TITLE).encode(encoding))
    (quad,) = read_rdf(path, "")
    assert str(quad.object) == '"Åska – µ"@sv'
    (tmp_path / "made").mkdir()
    assert "Åska – µ" in prepare_file(path, tmp_path / "made").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<?xml version='1.0' encoding='EBCDIC-CP-US'?>" + HEAD[21:].encode(), "EBCDIC-CP-US"),
        (("<?xml version='1.0' encoding='UTF-16'?>" + DECLARED + TITLE).encode("utf-16") + b"\xd8", "utf-16"),
    ],
)
def test_xml_that_is_not_in_its_encoding_is_refused_by_name(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "x.rdf"
    path.write_bytes(content)
    (tmp_path / "made").mkdir()
    for read in (lambda: [*read_rdf(path, "")], lambda: [prepare_file(path, tmp_path / "made")]):
        with pytest.raises(InputError, match=reason) as raised:
            read()
        assert "x.rdf" in str(raised.value) and raised.value.next_step == "Save it as UTF-8."


def test_a_dangerous_doctype_is_refused_in_any_encoding(tmp_path: Path) -> None:
    path = tmp_path / "x.rdf"
    entities = "<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>"
    path.write_text(f"<?xml version='1.0'?><!DOCTYPE r [ {entities} ]>{HEAD[100:]}{TITLE}", encoding="utf-16")
    with pytest.raises(InputError, match="declares a DTD or entities"):
        [*read_rdf(path, "")]


@pytest.mark.parametrize(
    ("inside", "canonical"),
    [
        ('x<b xmlns="http://www.w3.org/1999/xhtml">y</b>', 'x<b xmlns="http://www.w3.org/1999/xhtml">y</b>'),
        (
            "<b>1 &lt; 2</b> &amp; <dct:c/>",
            '<b>1 &lt; 2</b> &amp; <dct:c xmlns:dct="http://purl.org/dc/terms/"></dct:c>',
        ),
        ("<p z='1' a='2'>å</p>", '<p a="2" z="1">å</p>'),
    ],
)
def test_an_xml_literal_is_canonical(tmp_path: Path, inside: str, canonical: str) -> None:
    """RDF 1.1 XML Syntax, 7.2.17: the exclusive canonical form, with the namespaces that are used."""
    path = tmp_path / "x.rdf"
    path.write_text(document(f'<dct:title rdf:parseType="Literal">{inside}</dct:title>'), encoding="utf-8")
    (quad,) = read_rdf(path, "")
    assert isinstance(quad.object, Literal) and quad.object.value == canonical
    assert quad.object.datatype.value.endswith("#XMLLiteral")
