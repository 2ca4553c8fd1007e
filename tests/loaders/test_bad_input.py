"""Broken, hostile and careless files: each is refused with the file, the row, the reason and the next step."""

from __future__ import annotations

import io
import os
import random
import shutil
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from openpyxl import Workbook

import loaders
from begrepp.build.loads.record_checks import check_records
from begrepp.errors import BegreppError, InputError, PersonalDataError
from begrepp.records import EditionFiles
from begrepp.sources.text_lines import MAX_LINE
from tests import golden
from tests.support.bad_files import BOMB, archive, edition, refused

ICD = "code,label,label_en,parent_code,valid_from,valid_to\n"
TABLE = """loader = "table"
[source]
publisher = "begrepp"
licence = "https://creativecommons.org/licenses/by/4.0/"
[scheme]
title.sv = "Påhittad lista"
[[file]]
name = "{name}"
{file}
[file.columns]
notation = "kod"
pref_label.sv = "namn"
broader = "över"
[file.options]
{options}
"""
SKOS = """loader = "skos"
[source]
publisher = "begrepp"
licence = "https://creativecommons.org/licenses/by/4.0/"
"""
SSSOM = """loader = "sssom"
[source]
publisher = "begrepp"
licence = "https://creativecommons.org/licenses/by/4.0/"
"""
XML = '<?xml version="1.0"?>{doctype}<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{body}</rdf:RDF>'


def table(text: str | bytes, name: str = "list.csv", *, file: str = "", options: str = "") -> dict[str, bytes | str]:
    return {"source.toml": TABLE.format(name=name, file=file, options=options), name: text}


def xlsx(*rows: tuple[str, ...]) -> bytes:
    book = Workbook()
    page = book.worksheets[0]
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# Tables.


@pytest.mark.parametrize(
    ("text", "row", "reason", "step"),
    [
        ("kod;namn;över\n1;ett;\n", " row 1", "separated by semicolon", "delimiter"),
        ("kod\tnamn\töver\n1\tett\t\n", " row 1", "separated by tab", "delimiter"),
        ("kod,namn,över\n1,ett\n", " row 2", "2 cells where the table has 3 columns", "truncated"),
        ("kod,namn,över\n1,ett, två,\n", " row 2", "4 cells where the table has 3 columns", "unquoted delimiter"),
        ('kod,namn,över\n1,"ett\n2,två,\n', " row 2", "quotation mark is opened in the row", "compare its size"),
        (
            "kod,namn,över\n1,ett,\n2,två,\n1,ett igen,\n",
            " row 4",
            "'1' already occurs in list.csv row 2",
            "Remove one",
        ),
        ("kod,namn,över\n1,ett,7\n", " row 2", "'1' has the parent '7', which does not exist", "truncated"),
        ("kod,namn,över\n1,ett,2\n2,två,3\n3,tre,1\n", " row 2", "has a cycle: 1 → 2 → 3 → 1", "Correct one"),
        ("kod,namn,över\n1,ett,1\n", " row 2", "has a cycle: 1 → 1", "Correct one"),
        ("kod,namn,över\n,ett,\n", " row 2", "the code is empty", "Fix the row"),
        ("kod,namn,över\n1,,\n", " row 2", "'1' has no label", "skip_empty_labels"),
        ("kod,namn,över,namn\n1,ett,,x\n", " row 1", "'namn' more than once", "column_names"),
        ("", "", "the file is empty", "Download the file again"),
        ("\n\n", "", "the file is empty", "Download the file again"),
        ("kod,namn,över\n1,ett\0,\n", " row 2", "NUL character", "right file"),
    ],
)
def test_a_broken_table_is_refused(tmp_path: Path, text: str, row: str, reason: str, step: str) -> None:
    refused(tmp_path, "lista", table(text), f"list.csv{row}", reason, step)


def test_a_wrong_encoding_names_the_byte(tmp_path: Path) -> None:
    files = table("kod,namn,över\n1,blå,\n".encode("windows-1252"))
    refused(tmp_path, "lista", files, "list.csv row 1", "0xF6 is not UTF-8.*windows-1252", "encoding")


def test_utf_16_is_refused_by_name(tmp_path: Path) -> None:
    files = table("kod,namn,över\n".encode("utf-16"))
    refused(tmp_path, "lista", files, "list.csv", "UTF-16", "Save it as UTF-8")


def test_an_endless_line_stops_early_and_takes_no_memory(tmp_path: Path) -> None:
    made = edition(tmp_path, "lista", table("kod,namn,över\n"))
    path = next(path for path in made.files if path.name == "list.csv")
    # A gigabyte without a line break, as a hole in the file system: nothing is written.
    os.truncate(path, 1_000_000_000)
    with pytest.raises(InputError, match=rf"list\.csv row 2: a line is longer than {MAX_LINE:,} bytes"):
        list(loaders.read_records(made))


# Workbooks and archives.


def test_a_formula_is_refused(tmp_path: Path) -> None:
    book = xlsx(("kod", "namn", "över"), ("1", '=HYPERLINK("http://x","y")', ""))
    refused(tmp_path, "lista", table(book, "list.xlsx"), "list.xlsx[Sheet] row 2", "B2 holds a formula", "as values")


def test_a_workbook_that_is_none_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, "lista", table("not a zip", "list.xlsx"), "list.xlsx", "not a complete zip or xlsx", "Download")


def test_a_truncated_workbook_is_refused(tmp_path: Path) -> None:
    book = xlsx(("kod", "namn", "över"), *((str(n), "namn", "") for n in range(500)))
    refused(
        tmp_path, "lista", table(book[: len(book) // 2], "list.xlsx"), "list.xlsx", "not a complete zip", "Download"
    )


def altered(book: bytes, member: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one of its parts changed."""
    with zipfile.ZipFile(io.BytesIO(book)) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    assert member in parts
    return archive({name: change(part) if name == member else part for name, part in parts.items()})


PARTS = ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "docProps/core.xml", "[Content_Types].xml")


@pytest.mark.parametrize("part", PARTS)
def test_entities_in_a_workbook_are_refused(tmp_path: Path, part: str) -> None:
    book = altered(xlsx(("kod", "namn", "över"), ("1", "ett", "")), part, lambda xml: BOMB.encode() + xml)
    reason = "declares a DTD or entities, which are refused"
    refused(tmp_path, "lista", table(book, "list.xlsx"), "list.xlsx", reason, "where the file comes from")


@pytest.mark.parametrize("part", PARTS)
def test_a_workbook_with_a_damaged_part_is_refused(tmp_path: Path, part: str) -> None:
    book = altered(xlsx(("kod", "namn", "över"), ("1", "ett", "")), part, lambda xml: xml[: len(xml) // 2])
    refused(tmp_path, "lista", table(book, "list.xlsx"), "list.xlsx", "cannot be read", "save it as .xlsx again")


def test_a_missing_sheet_is_named(tmp_path: Path) -> None:
    files = table(xlsx(("kod", "namn", "över")), "list.xlsx", file='sheet = "Koder"')
    refused(tmp_path, "lista", files, "list.xlsx", "no sheet 'Koder' .*Sheet", "renamed")


def test_an_empty_workbook_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, "lista", table(xlsx(), "list.xlsx"), "list.xlsx", "is empty", "Download")


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    bomb = archive({"codesystems\\atc-code.xml": b"0" * 30_000_000})
    refused(tmp_path, "atc", {"nsl.zip": bomb}, "nsl.zip", "looks like a zip bomb", "where the file comes from")


@pytest.mark.parametrize("name", ["../../atc-code.xml", "/etc/atc-code.xml", "..\\atc-code.xml", "C:\\atc-code.xml"])
def test_a_member_that_points_outside_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    files: dict[str, bytes | str] = {"nsl.zip": archive({name: b"<a/>"})}
    refused(tmp_path, "atc", files, "nsl.zip", "points outside the archive", "where the file comes from")


def test_the_wrong_archive_is_refused(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {"nsl.zip": archive({"other.xml": b"<a/>"})}
    refused(tmp_path, "atc", files, "nsl.zip", "0 members end in 'atc-code.xml'", "right archive")


def test_a_damaged_member_is_refused(tmp_path: Path) -> None:
    whole = bytearray(archive({"codesystems\\atc-code.xml": b"<codesystem>" + os.urandom(4000) + b"</codesystem>"}))
    whole[200:2000] = bytes(1800)
    made = edition(tmp_path, "atc", {"nsl.zip": bytes(whole)})
    with pytest.raises(InputError, match=r"nsl\.zip"):
        list(loaders.read_records(made))


# XML.


@pytest.mark.parametrize(
    "doctype",
    [
        BOMB,
        '<!DOCTYPE c SYSTEM "http://127.0.0.1:9/evil.dtd">',
        '<!DOCTYPE c [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE c [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>',
    ],
)
def test_entities_and_dtds_are_refused_in_archives(tmp_path: Path, doctype: str) -> None:
    xml = f'<?xml version="1.0"?>{doctype}<c><concept code="A">&x;</concept></c>'.encode()
    files: dict[str, bytes | str] = {"nsl.zip": archive({"codesystems\\atc-code.xml": xml})}
    where = "nsl.zip/codesystems\\atc-code.xml"
    refused(tmp_path, "atc", files, where, "DTD or entities, which are refused", "Remove the DOCTYPE")


def test_xml_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {"nsl.zip": archive({"codesystems\\atc-code.xml": b'<c><concept code="A">'})}
    refused(tmp_path, "atc", files, "nsl.zip/codesystems\\atc-code.xml", "not well-formed", "Download the file again")


@pytest.mark.parametrize(
    "doctype",
    [
        BOMB,
        "<!-- x --><?pi ?>" + BOMB,
        BOMB.replace("<!DOCTYPE", "<!doctype"),
        '<!DOCTYPE r [<!ENTITY a "' + "a" * 100_000 + '">]>',
        '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/evil.dtd">',
        '<!DOCTYPE r PUBLIC "-//x//" "http://127.0.0.1:9/evil.dtd">',
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE r [<!ENTITY % p "x"> %p;]>',
        "<!DOCTYPE r [<!ELEMENT r ANY>]>",
        '<!DOCTYPE r [<!ENTITY a "x"> ',
    ],
)
def test_entities_and_dtds_are_refused_in_rdf(tmp_path: Path, doctype: str) -> None:
    files: dict[str, bytes | str] = {"source.toml": SKOS, "v.rdf": XML.format(doctype=doctype, body="")}
    made = edition(tmp_path, "v", files)
    with pytest.raises(InputError, match=r"v\.rdf.*(which are refused|not well-formed)") as raised:
        list(loaders.read_records(made))
    assert raised.value.next_step


# RDF.


@pytest.mark.parametrize(
    ("name", "text", "row", "reason", "step"),
    [
        ("v.ttl", "@prefix a: <http://a/> .\na:b a:c ;;; .\na:d a:e\n", " row 2", "not well-formed at column", "Fix"),
        ("v.ttl", '<http://a/b> <http://a/c> "d" .\n<http://a/b> <', " row 2", "it is truncated", "Download"),
        ("v.ttl", b'<http://a/b> <http://a/c> "\xe5" .\n', " row 1", "windows-1252", "Save it as UTF-8"),
        ("v.ttl", "@prefix a: <urn:a> .\n".encode("utf-16"), "", "encoded in UTF-16", "Save it as UTF-8"),
        ("v.ttl", '# "x"@a_b\n<urn:a> <urn:b> "c"@sv_SE .\n', " row 2", "'sv_SE' is not one", "hyphen"),
        ("v.nt", '<urn:a> <urn:b> "c"@sv .\n<urn:a> <urn:b> "c"@svenska-språket .\n', " row 2", "is not one", "hyphen"),
        ("v.ttl", "<b> <c> <d> .\n", " row 1", "relative IRIs", r"base = "),
        ("v.ttl", "# nothing\n", "", "holds no triples", "right file"),
        (
            "v.jsonld",
            '{"@context": "https://example.org/c.jsonld", "@id": "x:y", "p": 1}',
            "",
            "not fetched",
            "context itself",
        ),
        ("v.jsonld", "[" * 100_000, " row 1", "not well-formed", "Fix"),
        ("v.pdf", "x", "", "not a supported RDF file extension", r"\.ttl"),
        ("v.ttl.gz", b"\x1f\x8b\x08\0", "", "a gzip archive, not RDF", "Unpack it"),
        ("v.ttl.xz", b"\xfd7zXZ\0\0", "", "an xz archive, not RDF", "Unpack it"),
        ("v.ttl", '<urn:a> <urn:b> "c" .\n', "", "no skos:ConceptScheme", r"\[scheme\]"),
    ],
)
def test_broken_rdf_is_refused(tmp_path: Path, name: str, text: str | bytes, row: str, reason: str, step: str) -> None:
    refused(tmp_path, "v", {"source.toml": SKOS, name: text}, f"{name}{row}", reason, step)


PREFIX = (
    "@prefix s: <http://www.w3.org/2004/02/skos/core#> . @prefix v: <http://v/> .\n"
    'v:s a s:ConceptScheme ; s:prefLabel "s"@sv .\n'
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (PREFIX, "there is no skos:Concept"),
        (PREFIX + "v:a a s:Concept .\n", "<http://v/a> has no skos:prefLabel"),
        (
            PREFIX
            + 'v:a s:inScheme v:s ; s:prefLabel "a"@sv ; s:notation "1" .\n'
            + 'v:b s:inScheme v:s ; s:prefLabel "b"@sv ; s:notation "1" .',
            r"'1' .<http://v/b>. already occurs in v.ttl .<http://v/a>",
        ),
        (
            PREFIX
            + 'v:a s:inScheme v:s ; s:prefLabel "a"@sv ; s:broader v:b .\n'
            + 'v:b s:inScheme v:s ; s:prefLabel "b"@sv ; s:broader v:a .',
            "has a cycle: a → b → a",
        ),
    ],
)
def test_skos_that_does_not_fit_together_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    refused(tmp_path, "v", {"source.toml": SKOS, "v.ttl": text}, "v.ttl", reason, ".")


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ('loader = "skos"\n', "the publisher and licence of this list are missing"),
        ('loader = "skos"\n[source]\npublisher = "begrepp"\n', r"\[source\] licence is missing"),
        ('loader = "skos"\n[source]\nlicence = "https://example.org/"\n', r"\[source\] publisher is missing"),
        ('loader = "skos"\n[source]\nlicence = "https://example.org/"\npublisher = "X"\n', "publisher_type is missing"),
    ],
)
def test_a_licence_and_a_publisher_must_be_known(tmp_path: Path, said: str, key: str) -> None:
    text = PREFIX + 'v:a s:inScheme v:s ; s:prefLabel "a"@sv .\n'
    refused(tmp_path, "v", {"source.toml": said, "v.ttl": text}, "source.toml", key, "source-toml.md")


def test_a_file_may_not_speak_of_another_source(tmp_path: Path) -> None:
    own = "https://w3id.org/begrepp/id/cs/icd-10-se/release/2021"
    text = PREFIX + f'v:a s:inScheme v:s ; s:prefLabel "a"@sv .\n<{own}> a <http://x/Allowed> .\n'
    made = edition(tmp_path, "v", {"source.toml": SKOS, "v.ttl": text})
    records = list(loaders.read_records(made))
    assert not [r for r in records if getattr(r, "subject", "") == own]
    assert any("is an IRI of begrepp" in getattr(r, "reason", "") for r in records)


# Mappings.

HEAD = '#license: "https://creativecommons.org/licenses/by/4.0/"\n#curie_map:\n#  A: "http://a/"\n'
COLUMNS = "subject_id\tpredicate_id\tobject_id\tmapping_justification\tconfidence\n"


@pytest.mark.parametrize(
    ("text", "row", "reason", "step"),
    [
        (
            HEAD + COLUMNS + "A:1\tskos:exactMatch\tB:1\tsemapv:X\t\n",
            " row 5",
            "prefix 'B' of 'B:1' in column 'object_id'",
            "curie_map",
        ),
        (
            HEAD + COLUMNS + "A:1\tskos:exactMatch\tA:2\t\t\n",
            " row 5",
            "'mapping_justification' is empty",
            "prefix:name",
        ),
        (HEAD + COLUMNS + "A:1\tskos:exactMatch\tA:2\tsemapv:X\t1.5\n", " row 5", "confidence is '1.5'", "0 to 1"),
        (HEAD + COLUMNS + "A:1\tskos:exactMatch\tA:2\tsemapv:X\tnan\n", " row 5", "confidence is 'nan'", "0 to 1"),
        (HEAD + "subject_id\tpredicate_id\tobject_id\n", " row 4", "no column 'mapping_justification'", "renamed"),
        ("#a: [b\n" + COLUMNS, " row 2", "not well-formed YAML", "Fix the line"),
        ("#" + "[" * 5000 + "\n" + COLUMNS, " row 1", "YAML", "Fix the line"),
        ("#- a\n" + COLUMNS, " row 1", "not a list of `name: value`", "specification"),
        (HEAD, "", "the file is empty", "Download"),
    ],
)
def test_broken_mappings_are_refused(tmp_path: Path, text: str, row: str, reason: str, step: str) -> None:
    files: dict[str, bytes | str] = {"source.toml": SSSOM, "m.sssom.tsv": text}
    refused(tmp_path, "m", files, f"m.sssom.tsv{row}", reason, step)


# Declarations.


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("title.sv =", "titel.sv =", r"\[scheme\] titel is not a key"),
        (
            'title.sv = "Påhittad lista"',
            'title = "Påhittad lista"',
            r"\[scheme\] title has no language",
        ),
        ("[scheme]", '[scheme]\nid = "Å"', r"\[scheme\] id is 'Å'"),
        ("[scheme]", "[scheme]\nnotation_pattern = '('", "notation_pattern is not a valid regular expression"),
        ("[scheme]", '[scheme]\nhierarchical = "yes"', r"\[scheme\] hierarchical is 'yes', which is not true or false"),
        ("[scheme]", "[scheme]\ncolour = 1", r"\[scheme\] colour is not a key"),
        (
            "[scheme]",
            '[release]\nvalid_from = "2026-01-01"\n[scheme]',
            r"\[release\] valid_from is '2026-01-01', .* a date",
        ),
        ("[scheme]", '[release]\ncoverage = "half"\n[scheme]', r"\[release\] coverage is 'half'"),
        (
            'licence = "https://creativecommons.org/licenses/by/4.0/"',
            'licence = "CC BY"',
            r"\[source\] licence is 'CC BY'",
        ),
        ('notation = "kod"', "", r"\[file.columns\] notation is missing"),
        ('pref_label.sv = "namn"', "", "pref_label is missing"),
        ('pref_label.sv = "namn"', 'pref_label.sv = "namn"\ncolor = "x"', r"\[file.columns\] color is not a key"),
        ("[file.options]", "[file.options]\nignore = [1]", r"\[\[file\]\] ignore is \[1\]"),
        ("[file.options]", '[file.options]\nbroader_by = "prefix"', "broader_by is said although"),
        ('name = "list.csv"', 'name = "other.csv"', "name names other.csv, which is not there .*list.csv"),
        ('name = "list.csv"', 'name = "list.csv"\nformat = "ods"', r"\[\[file\]\] format is 'ods'"),
        ('name = "list.csv"', 'name = "list.csv"\nheader = false', r"\[\[file\]\] column_names is missing"),
        ('name = "list.csv"', 'name = "list.csv"\nencoding = "martian"', r"\[\[file\]\] encoding is 'martian'"),
        ('loader = "table"', 'loader = "table"\nextra = 1', "line 2: extra is not a key"),
        ('publisher = "begrepp"', 'publisher = "Någon"', r"\[source\] publisher_type is missing"),
        ('publisher = "begrepp"', 'publisher = "Någon"\npublisher_type = "club"', r"publisher_type is 'club'"),
        ("[scheme]", "[scheme\n", "not well-formed TOML"),
    ],
)
def test_a_bad_declaration_names_the_key(tmp_path: Path, before: str, after: str, reason: str) -> None:
    said = TABLE.format(name="list.csv", file="", options="")
    assert before in said
    files: dict[str, bytes | str] = {
        "source.toml": said.replace(before, after, 1),
        "list.csv": "kod,namn,över\n1,ett,\n",
    }
    refused(tmp_path, "lista", files, "source.toml", reason, ".")


def test_a_file_that_nobody_declares_is_not_left_out_unseen(tmp_path: Path) -> None:
    files = table("kod,namn,över\n1,ett,\n") | {"more.csv": "a,b\n"}
    refused(
        tmp_path, "lista", files, "source.toml", r"more.csv, which nothing in the declaration reads", "ignore_files"
    )


VARIABLES = """loader = "variables"
[source]
publisher = "begrepp"
licence = "https://creativecommons.org/licenses/by/4.0/"
[dataset]
title.sv = "D"
description.sv = "D."
publisher = "begrepp"
[[table]]
id = "t"
title.sv = "T"
"""


@pytest.mark.parametrize(
    ("said", "rows", "where", "reason"),
    [
        (VARIABLES.replace("[dataset]", "[dataset]\nfoo = 1"), "", "source.toml", r"\[dataset\] foo is not a key"),
        (
            VARIABLES.replace('publisher = "begrepp"\n[[', 'publisher = "nobody"\n[['),
            "",
            "source.toml",
            "publisher_type",
        ),
        (VARIABLES, "u,x,X,string\n", "variables.csv row 2", "the table 'u' is not declared"),
        (VARIABLES, "t,x,X,text\n", "variables.csv row 2", "'text' is not a CSVW datatype"),
        (VARIABLES, "t,x,,string\n", "variables.csv row 2", "'label_sv' is empty"),
        (VARIABLES + 'temporal = "x"\n', "", "source.toml", r"\[\[table\]\] temporal is not a key"),
    ],
)
def test_a_bad_dataset_description_is_refused(tmp_path: Path, said: str, rows: str, where: str, reason: str) -> None:
    files: dict[str, bytes | str] = {"source.toml": said, "variables.csv": "table,name,label_sv,datatype\n" + rows}
    refused(tmp_path, "d", files, where, reason, ".")


# People. The numbers are of the Swedish Tax Agency's published test series; nobody has them.


@pytest.mark.parametrize(
    "number",
    [
        "198112189876",
        "19811218-9876",
        "8112189876",
        "811218-9876",
        "811218+9876",
        "19811218 9876",
        "1981 12 18 9876",
        "1981-12-18-9876",
    ],
)
def test_identity_numbers_are_refused_in_every_spelling(tmp_path: Path, number: str) -> None:
    made = edition(tmp_path, "lista", table(f"kod,namn,över\n1,patient {number},\n"))
    with pytest.raises(PersonalDataError) as raised:
        list(loaders.read_records(made))
    assert str(raised.value.origin) == "list.csv row 2"
    assert number not in str(raised.value) and raised.value.next_step


@pytest.mark.parametrize("text", ["1.2.752.116.1.1.1.1.3", "45991000052106", "8112189875", "2021-05-31", "8500/3"])
def test_codes_are_no_identity_numbers(tmp_path: Path, text: str) -> None:
    made = edition(tmp_path, "lista", table(f"kod,namn,över\n{text},x {text},\n"))
    assert len(list(loaders.read_records(made))) == 3


def test_identity_numbers_are_refused_in_rdf_too(tmp_path: Path) -> None:
    text = PREFIX + 'v:a s:inScheme v:s ; s:prefLabel "a"@sv ; s:note "19811218-9876"@sv .\n'
    refused(
        tmp_path,
        "v",
        {"source.toml": SKOS, "v.ttl": text},
        "v.ttl row 3",
        "identity number",
        "Remove the personal data",
    )


# Publishers' forms.


@pytest.mark.parametrize(
    ("source", "files", "where", "reason"),
    [
        (
            "kva",
            {"kka-x/level1.txt": "Kod:\t\tKodtext:\nA\t\tx\n"},
            "kva/2026",
            "level2.txt, level3.txt, level4.txt are missing",
        ),
        ("kva", {"readme.txt": "x"}, "readme.txt", "none of the code texts"),
        ("kva", {"kva.tsv": "Kod\tTitel\n"}, "kva.tsv", "neither kka nor kma"),
        ("icd_o", {"other.csv": "key,value\n"}, "icd_o/2026", "other.csv: this is none of"),
        ("icd_o", {"icdo3.csv": "kod,text\n"}, "icdo3.csv row 1", "no column 'key', 'value'"),
        ("atc", {"a.csv": "key,value\n", "b.csv": "key,value\n"}, "atc/2026", "2 files, where one is expected"),
        ("atc", {"a.csv": "code,label\n"}, "a.csv row 1", "no column 'label_en'"),
        (
            "termbank",
            {"t.csv": "Term,Termstatus,Synonymer,Definition\na,okänd,,b\n"},
            "t.csv row 2",
            "term status 'okänd' is unknown",
        ),
        (
            "termbank",
            {"t.csv": "Term,Termstatus,Synonymer,Definition\na,rekommenderad,,x\nb,rekommenderad,,x\n"},
            "t.csv row 3",
            "both recommended",
        ),
    ],
)
def test_a_publishers_form_that_changed_is_refused(
    tmp_path: Path, source: str, files: dict[str, bytes | str], where: str, reason: str
) -> None:
    refused(tmp_path, source, files, where, reason, ".")


def test_a_changed_header_of_the_code_texts_is_refused(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {f"kka-x/level{n}.txt": "Code\t\tText\nA\t\tx\n" for n in range(1, 5)}
    refused(tmp_path, "kva", files, "level1.txt row 1", "header is not 'Kod:'", "extend the loader")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ('[release]\ncoverage = "half"\n', r"\[release\] coverage is 'half'"),
        ('[release]\nvalid_from = "2021"\n', r"\[release\] valid_from is '2021'"),
        ('release = "2021"\n', "release is '2021', which is not a table"),
        ("a = " + "[" * 20_000, "not well-formed TOML"),
    ],
)
def test_a_bad_release_is_refused_for_every_source(tmp_path: Path, said: str, reason: str) -> None:
    files: dict[str, bytes | str] = {"source.toml": said, "x.csv": ICD + "01,Ett,,,,\n"}
    refused(tmp_path, "icd10_se", files, "source.toml", reason, ".")


def test_an_edition_without_a_date_is_refused(tmp_path: Path) -> None:
    made = edition(tmp_path, "icd10_se", {"x.csv": ICD}, version="latest")
    with pytest.raises(InputError, match=r"does not begin with a year.*valid_from"):
        list(loaders.read_records(made))


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The bytes after a small accident: changed, lost, doubled, cut off, or something strange put in."""
    at = chance.randrange(len(content) + 1)
    length = chance.randrange(1, 40)
    strange = chance.choice([b'"', b",", b"\n", b"\t", b"\xff", b"\0", b"|", b"[", b"=", b"<", b"&a;", b"9999", b"-"])
    accidents = (
        content[:at] + strange + content[at + 1 :],
        content[:at] + strange + content[at:],
        content[:at] + content[at + length :],
        content[: at + length] + content[at:],
        content[:at],
    )
    return chance.choice(accidents)


@pytest.mark.parametrize("fixture", list(golden.fixtures()), ids=lambda fixture: fixture.name)
def test_no_accident_ends_in_a_traceback(tmp_path: Path, fixture: golden.Fixture) -> None:
    chance = random.Random(fixture.name)
    for number in range(20):
        home = tmp_path / str(number)
        shutil.copytree(fixture.edition.folder, home)
        files = tuple(sorted(path for path in home.rglob("*") if path.is_file()))
        hit = chance.choice(files)
        hit.write_bytes(damaged(hit.read_bytes(), chance))
        made = EditionFiles(source=fixture.edition.source, version=fixture.edition.version, folder=home, files=files)
        with suppress(BegreppError):
            list(check_records(loaders.read_records(made)))
