"""Files with data about persons are refused wherever in them the data stand, whatever their format."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment

from begrepp.errors import InputError, PersonalDataError
from begrepp.sources.compressed_files import zstd
from begrepp.sources.personal_data_check import refuse_personal_data_file, refuse_personal_data_text

NUMBER = "811218-9876"


@pytest.mark.parametrize(
    ("name", "content", "where"),
    [
        ("lista.csv", "kod;namn\nA;bröst\nB;se 811218-9876\n", "row 3"),
        ("lista.csv", "fodd;fyra;kod\n1981-12-18;9876;A\n1970-10-63;2391;B\n", "row 2"),
        ("lista.csv", "dag;nr;kod\n19811218;9876;A\n", "row 2"),
        ("lista.csv", 'kod;namn\nA;"se 811218-\n9876"\n', "row 3"),
        ("lista.csv", "kod;namn\nA;https://x.se/p/198112189876\n", "row 2"),
        ("lista.tsv", "kod\tnamn\n8112189876\tA\n7010632391\tB\n", "row 2"),
        ("lista.json", '{"concept": [\n{"code": "A", "display": "pnr 8112189876"}]}', "row 2"),
        ("lista.json", '[{"patient_id": "P001", "alder": 54}]', "'patient_id'"),
        ("termer.ttl", "<https://x.se/p/198112189876> a <https://x.se/Term> .\n", "row 1"),
        ("studie.xml", "<a>\n<b>81<!-- x -->1218</b><c d='19811218-9876'/></a>", "row 2"),
        (
            "svar.xml",
            '<Bundle xmlns="http://hl7.org/fhir">\n<Patient><active value="true"/></Patient></Bundle>',
            "row 2",
        ),
        ("post.xml", '<ClinicalDocument xmlns="urn:hl7-org:v3">\n<recordTarget/></ClinicalDocument>', "row 2"),
        ("rader.xml", "<rows>\n<row><PatientId>P001</PatientId></row></rows>", "row 2"),
        ("rader.xml", "<rows>\n<f:birthDate value='1980-01-31'/></rows>", "row 2"),
        ("okänt.yaml", "kod: A\nnamn: '811218–9876'\n", "row 2"),
        ("beskrivning.md", "En fil\n\nmed 811218-9876\n", "row 3"),
        ("gammal.csv", "kod;namn\rA;811218-9876\r", "gammal.csv"),
    ],
)
def test_text_files_are_refused_with_the_row(tmp_path: Path, name: str, content: str, where: str) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(PersonalDataError) as caught:
        refuse_personal_data_file(path)
    assert where in str(caught.value)
    assert NUMBER not in str(caught.value)


@pytest.mark.parametrize(
    "encoding",
    ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "cp1252"],
)
def test_the_encoding_hides_nothing(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "lista.csv"
    path.write_bytes("kod;namn\nÅ;bröst 811218\u00a09876\n".encode(encoding))
    with pytest.raises(PersonalDataError, match=r"lista\.csv row 2"):
        refuse_personal_data_file(path)


def workbook(path: Path, part: str) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["kod", "namn"])
    sheet.append(["A", "bröst"])
    match part:
        case "sheet":
            sheet.title = NUMBER
        case "comment":
            sheet["A2"].comment = Comment(f"se {NUMBER}", "B")
        case "property":
            book.properties.title = f"Uttag {NUMBER}"
        case "number":
            sheet.append([198112189876, "lunga"])
        case "hidden":
            book.create_sheet("Gömt").append(["B", NUMBER])
            book["Gömt"].sheet_state = "hidden"
    book.save(path)
    return path


@pytest.mark.parametrize("part", ["sheet", "comment", "property", "number", "hidden"])
def test_every_part_of_a_workbook_is_checked(tmp_path: Path, part: str) -> None:
    refuse_personal_data_file(workbook(tmp_path / "rent.xlsx", ""))
    with pytest.raises(PersonalDataError, match=r"bok\.xlsx"):
        refuse_personal_data_file(workbook(tmp_path / "bok.xlsx", part))


def test_members_of_archives_are_checked(tmp_path: Path) -> None:
    inner = workbook(tmp_path / "bok.xlsx", "comment")
    with zipfile.ZipFile(tmp_path / "allt.zip", "w") as archive:
        archive.write(inner, "mapp/bok.xlsx")
    with pytest.raises(PersonalDataError, match=r"allt\.zip/mapp/bok\.xlsx"):
        refuse_personal_data_file(tmp_path / "allt.zip")


@pytest.mark.parametrize(
    ("suffix", "compress"),
    [
        (".gz", gzip.compress),
        (".bz2", bz2.compress),
        (".xz", lzma.compress),
        (".zst", lambda data: b"".join(zstd.compress(part) for part in (data[:5], data[5:]))),
    ],
)
def test_compressed_files_are_checked(tmp_path: Path, suffix: str, compress: Callable[[bytes], bytes]) -> None:
    path = tmp_path / f"lista.csv{suffix}"
    path.write_bytes(compress(f"kod;namn\nA;{NUMBER}\n".encode()))
    with pytest.raises(PersonalDataError, match=r"lista\.csv row 2"):
        refuse_personal_data_file(path)
    path.write_bytes(compress(bytes(30_000_000)))
    with pytest.raises(InputError, match="looks like a zip bomb"):
        refuse_personal_data_file(path)


def test_binary_files_and_names_are_checked(tmp_path: Path) -> None:
    old = tmp_path / "bok.xls"
    old.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(100) + NUMBER.encode("utf-16-le") + bytes(20))
    with pytest.raises(PersonalDataError, match=r"bok\.xls"):
        refuse_personal_data_file(old)
    named = tmp_path / f"patient {NUMBER}.csv"
    named.write_text("kod;namn\nA;bröst\n", encoding="utf-8")
    with pytest.raises(PersonalDataError, match=r"name of the file") as caught:
        refuse_personal_data_file(named)
    assert NUMBER not in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        "tid;n\n" + "".join(f"2024011512{minute:02};1\n" for minute in range(60)),
        "giltig_fran;kod\n2024-01-01;2030\n2021-01-01;2025\n",
        "kod;namn\n1104910000;Snomed\n138875005;Snomed\n",
        "dnr;namn\n20240115-1230;A\n",
        "fil;n\n20240115_2360;1\n" + "".join(f"20240115_23{minute:02};1\n" for minute in range(60)),
    ],
)
def test_other_tables_are_let_through(content: str) -> None:
    refuse_personal_data_text(content, "lista.csv")


@pytest.mark.parametrize(
    "document",
    [
        '<StructureDefinition xmlns="http://hl7.org/fhir"><type value="Patient"/></StructureDefinition>',
        '<ItemDef Name="birthDate"><PatientId/></ItemDef>',
        '<ClaML version="3.0.0"><Class code="C34"/></ClaML>',
    ],
)
def test_descriptions_in_xml_are_let_through(document: str) -> None:
    refuse_personal_data_text(document, "beskrivning.xml")
