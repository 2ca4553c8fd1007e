"""Bad input: each says which file, where in it, what is wrong and what to do; none is read further than it must be."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from begrepp.errors import InputError
from begrepp.settings import Settings
from begrepp.validation.outcome import InputFile, RuleSet
from begrepp.validation.rdf_input.converter import prepare_file
from begrepp.validation.rdf_input.syntax import detect_syntax, syntax_of_media_type
from begrepp.validation.validate_files import validate_files

RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
BROKEN = {
    "a.ttl": ('@prefix a: <http://a/> .\na:b a:c "x .\n', "line 2 column"),
    "a.nt": ("<http://a> <http://b> <http://c> .\n<http://a> b <c> .\n", "line 2 column 12"),
    "a.nq": ("<http://a> <http://b> <http://c> <http://g> .\n<http://a> b <c> .\n", "line 2 column 12"),
    "a.trig": ("@prefix a: <http://a/> .\na:g { a:b a:c }\n", "line 2 column 15"),
    "a.n3": ("@prefix a: <http://a/> .\na:g a:b { a:c \n", "line 3 column 1"),
    "a.rdf": (f'<?xml version="1.0"?>\n<rdf:RDF {RDF}>\n<rdf:Description>\n</x>\n</rdf:RDF>', "line 4 column 3"),
    "b.rdf": (f"<rdf:RDF {RDF}>\n<rdf:Description>\n<x/></rdf:Description></rdf:RDF>", "line 3 column 1"),
    "c.rdf": (f'<rdf:RDF {RDF}>\n<rdf:Description rdf:ID="1 2"/></rdf:RDF>', "line 2 column"),
    "a.jsonld": ('{"@context": {"a": "http://a/"},\n "a:c": [1,\n}', "line 3 column 1"),
}
SHAPE = """@prefix sh: <http://www.w3.org/ns/shacl#> .
<https://example.org/S> a sh:NodeShape ; sh:targetClass <https://example.org/C> ; {} .
"""
DATA = '<https://example.org/a> a <https://example.org/C> ; <https://example.org/p> "x" .\n'


def refused(path: Path, shapes: str = SHAPE.format("sh:nodeKind sh:IRI")) -> str:
    """Return the error message for a file that is rejected."""
    rules = path.parent / "rules.ttl"
    rules.write_text(shapes, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        validate_files([InputFile(path=path)], RuleSet(files=(rules,)), Settings())
    assert caught.value.next_step
    return str(caught.value)


@pytest.mark.parametrize("name", BROKEN)
def test_broken_rdf_is_named_by_line_and_column(name: str, tmp_path: Path) -> None:
    text, where = BROKEN[name]
    (tmp_path / name).write_text(text, encoding="utf-8")
    words = refused(tmp_path / name)
    assert words.startswith(name) and where in words


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            '<http://a> <http://b>\n "på" .'.encode("latin-1"),
            "line 2 column 4: the byte 0xE5 is not UTF-8. In windows-1252 it",
        ),
        ('<http://a> <http://b> "å" .'.encode("utf-16"), "is encoded in UTF-16"),
        (gzip.compress(b"x", mtime=0), "packed with gzip"),
        (b"%PDF-1.7", "a PDF"),
        (b"<http://a> <http://b> \x00", "line 1 column 23: NUL character"),
    ],
    ids=["latin-1", "utf-16", "gzip", "pdf", "nul"],
)
def test_what_is_no_text_is_recognised(content: bytes, expected: str, tmp_path: Path) -> None:
    (tmp_path / "data.ttl").write_bytes(content)
    assert expected in refused(tmp_path / "data.ttl")


def test_a_zip_archive_is_not_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "data.ttl", "w") as archive:
        archive.writestr("a.ttl", DATA)
    assert "is a zip archive" in refused(tmp_path / "data.ttl")


def test_entities_that_explode_are_refused_and_small_ones_are_read(tmp_path: Path) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    text = f'<?xml version="1.0"?>\n<!DOCTYPE r [<!ENTITY l0 "lol">{laughs}]>\n<rdf:RDF {RDF}>&l9;</rdf:RDF>'
    (tmp_path / "laughs.rdf").write_text(text, encoding="utf-8")
    words = refused(tmp_path / "laughs.rdf")
    assert "line 2" in words and "the entity 'l3' expands to" in words
    fine = f'<!DOCTYPE r [<!ENTITY ex "http://ex/">]><rdf:RDF {RDF}><rdf:Bag rdf:about="&ex;a"/></rdf:RDF>'
    (tmp_path / "fine.rdf").write_text(fine, encoding="utf-8")
    assert prepare_file(tmp_path / "fine.rdf", folder(tmp_path)).suffix == ".nt"


def folder(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


def test_an_entity_from_a_file_is_refused(tmp_path: Path) -> None:
    text = f'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rdf:RDF {RDF}>&x;</rdf:RDF>'
    (tmp_path / "x.rdf").write_text(text)
    assert "is external, and nothing is fetched" in refused(tmp_path / "x.rdf")


def test_a_context_from_elsewhere_is_refused_unless_there_is_a_copy(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonld"
    path.write_text('{"@context": "https://schema.org/", "@id": "http://a/b", "name": "x"}')
    assert "<https://schema.org/> is remote and is not fetched" in refused(path)
    nested = '{"@context": {"p": {"@id": "http://p/", "@context": "https://example.org/c"}}, "@id": "http://a/b"}'
    path.write_text(nested)
    assert "<https://example.org/c> is remote" in refused(path)
    address = "https://semiceu.github.io/DCAT-AP/releases/3.0.1/context/dcat-ap.jsonld"
    path.write_text(f'{{"@context": "{address}", "@id": "http://a/b", "@type": "Dataset", "title": {{"sv": "x"}}}}')
    triples = list(parse(path=prepare_file(path, folder(tmp_path))))
    assert NamedNode("http://www.w3.org/ns/dcat#Dataset") in [quad.object for quad in triples]


def test_json_that_is_nested_without_end_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.jsonld").write_text("[" * 100_000 + "]" * 100_000)
    assert "nested too deeply" in refused(tmp_path / "x.jsonld")


def test_a_byte_order_mark_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "x.ttl").write_bytes(b"\xef\xbb\xbf" + DATA.encode())
    assert len(list(parse(path=prepare_file(tmp_path / "x.ttl", folder(tmp_path))))) == 2


@pytest.mark.parametrize(
    ("text", "syntax"),
    [
        ("<?xml version='1.0'?><rdf:RDF/>", RdfFormat.RDF_XML),
        ('{"@context": {}}', RdfFormat.JSON_LD),
        ("<http://a> <http://b> <http://c> .\n", RdfFormat.N_TRIPLES),
        ("@prefix a: <http://a/> .\na:b a:c a:d .", RdfFormat.TURTLE),
        ("PREFIX a: <http://a/>\na:g { a:b a:c a:d }", RdfFormat.TRIG),
    ],
)
def test_the_syntax_is_told_by_how_a_text_begins(text: str, syntax: RdfFormat) -> None:
    assert detect_syntax(text) == syntax


def test_a_vague_media_type_says_nothing() -> None:
    assert syntax_of_media_type("text/plain; charset=utf-8") is None
    assert syntax_of_media_type("text/turtle; charset=utf-8") == RdfFormat.TURTLE


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        ("<https://example.org/a> <https://example.org/b> 1 .", "no shape was found"),
        (SHAPE.format("sh:property [ sh:minCount 1 ]"), "no sh:path"),
        (SHAPE.format("sh:minimum 1"), "not supported: sh:minimum"),
        (
            SHAPE.format('sh:property [ sh:path <https://example.org/p> ; sh:pattern "(" ]'),
            "is not a valid regular expression",
        ),
        (SHAPE.format('sh:sparql [ sh:select "SELECT nonsense" ]'), "is not valid SPARQL"),
        ("not turtle at all", "cannot be read as RDF"),
    ],
)
def test_shapes_that_are_no_shapes_are_refused(shapes: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "data.ttl").write_text(DATA, encoding="utf-8")
    assert expected in refused(tmp_path / "data.ttl", shapes)


@pytest.mark.parametrize(("name", "source"), [("a.sssom.tsv", "sssom"), ("hp.obo", "obo")])
def test_what_is_loaded_and_not_validated_is_led_to_its_loader(tmp_path: Path, name: str, source: str) -> None:
    (tmp_path / name).write_text("subject_id\tobject_id\n", encoding="utf-8")
    with pytest.raises(InputError, match=f"{name}: is not RDF.*begrepp add {source} FILE"):
        prepare_file(tmp_path / name, tmp_path)
