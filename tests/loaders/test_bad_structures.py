"""Broken, hostile and careless structures: ODM, openEHR, FHIR and information models, each refused with its reason."""

from __future__ import annotations

import io
import json
import re
import tarfile
from pathlib import Path

import pytest
from openpyxl import Workbook

import loaders
from begrepp.errors import InputError, PersonalDataError
from begrepp.records import Element, Skipped
from begrepp.settings import ROOT
from loaders.rut.rows import COLUMNS
from tests.support.bad_files import BOMB, changed, edition, original, refused

ADL = "openEHR-EHR-CLUSTER.provtumor.v1.adl"


@pytest.mark.parametrize(
    ("old", "new", "row", "reason", "step"),
    [
        ("</MetaDataVersion>", "", " row 81", "not well-formed", "Fix the line"),
        ("http://www.cdisc.org/ns/odm/v1.3", "http://example.org/", " row 2", "is not ODM", "right file"),
        ('ItemOID="IT.STORLEK"', 'ItemOID="IT.BORTA"', " row 23", "'IT.BORTA', which is not in the file", "export"),
        ('ItemGroupOID="IG.PROV"', 'ItemGroupOID="IG.NEJ"', " row 20", "'IG.NEJ', which is not in the file", "export"),
        ('CodeListOID="CL.SIDA"', 'CodeListOID="CL.NEJ"', " row 43", "the CodeList 'CL.NEJ'", "export"),
        ('OID="IT.SIDA" Name', 'OID="IT.STORLEK" Name', " row 43", "is defined already in row 32", "export"),
        ('CodedValue="H"', 'CodedValue="V"', " row 68", "'V' occurs twice", "export"),
        ('OID="IT.SIDA" Name="Sida" DataType="text"', 'OID="IT.SIDA" Name="Sida"', " row 43", "no DataType", "export"),
        ("Tumörens största mått", "811218-9876", " row 33", "identity number", "Remove the personal data"),
        ('ItemRef ItemOID="IT.STORLEK"', 'ItemRef OID="IT.STORLEK"', " row 23", "has no ItemOID", "export"),
    ],
)
def test_broken_odm_is_refused(tmp_path: Path, old: str, new: str, row: str, reason: str, step: str) -> None:
    files = changed("odm-provformular", "studie.xml", old, new)
    error = refused(tmp_path, "provformular", files, f"studie.xml{row}", reason, step)
    assert isinstance(error, PersonalDataError) == ("identity" in reason)


def test_odm_with_data_about_persons_is_refused_before_it_is_read(tmp_path: Path) -> None:
    data = '</Study><ClinicalData StudyOID="ST.PROV"><SubjectData SubjectKey="1"/></ClinicalData>'
    files = changed("odm-provformular", "studie.xml", "</Study>", data)
    assert isinstance(
        refused(tmp_path, "provformular", files, "studie.xml row 81", "<ClinicalData>", "metadata alone"),
        PersonalDataError,
    )


def test_a_group_that_holds_itself_is_refused(tmp_path: Path) -> None:
    files = changed("odm-nyodm", "ny.xml", '<ItemRef ItemOID="IT.GRAD"', '<ItemGroupRef ItemGroupOID="IG.DEL"')
    refused(tmp_path, "nyodm", files, "ny.xml row 9", "'IG.DEL' contains itself", "Fix")


@pytest.mark.parametrize("fixture", ["odm-provformular/studie.xml", "openehr-provarketyper/provopt.opt"])
def test_a_dtd_is_not_fetched_and_a_bomb_is_refused(tmp_path: Path, fixture: str) -> None:
    folder, _, name = fixture.partition("/")
    source = folder.partition("-")[2]
    files = changed(folder, name, "?>\n", f"?>{BOMB}\n")
    refused(tmp_path / "bomb", source, files, f"{name} row 1", "declares entities", "Remove the DOCTYPE")
    # Nothing listens on this port: a reader that fetched the DTD would fail.
    made = edition(
        tmp_path, source, changed(folder, name, "?>\n", '?><!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">\n')
    )
    plain = edition(tmp_path / "plain", source, original(folder))
    load = loaders.loader_of(plain)
    assert [type(each) for each in load(made)] == [type(each) for each in load(plain)]


def test_an_entity_of_a_dtd_that_is_not_read_is_refused(tmp_path: Path) -> None:
    files = changed("odm-provformular", "studie.xml", "?>\n", '?><!DOCTYPE x SYSTEM "x.dtd">\n')
    text = files["studie.xml"]
    assert isinstance(text, bytes)
    files["studie.xml"] = text.replace(b"</StudyName>", b"&aring;</StudyName>", 1)
    refused(tmp_path, "provformular", files, "studie.xml row 5", "the entity &aring; is defined in a DTD", "Write")


def test_two_files_of_one_study_are_refused(tmp_path: Path) -> None:
    files = original("odm-provformular")
    refused(
        tmp_path,
        "provformular",
        {**files, "zwei.xml": files["studie.xml"]},
        "zwei.xml row 13",
        "two files hold",
        "one of",
    )


@pytest.mark.parametrize(
    ("old", "new", "where", "reason", "step"),
    [
        (
            "archetype (adl_version=1.4",
            "arketyp (adl_version=1.4",
            " row 1",
            "does not begin with 'archetype'",
            "ADL 1.4",
        ),
        ("adl_version=1.4", "adl_version=2.0.6", " row 1", "is ADL 2", "Export"),
        ("\ndefinition\n", "\nbeskrivning\n", "", "'definition' is missing", "download"),
        ("\nontology\n", "\nord\n", "", "'ontology' with the terms is missing", "download"),
        (
            "ELEMENT[at0002] occurrences",
            "ELEMENT[at0002] occurences",
            " row 43",
            "'occurences' is found where",
            "download",
        ),
        (
            "matches {0..1} matches {    -- Läge",
            "matches {0..1} {    -- Läge",
            " row 77",
            "'{' is found where",
            "download",
        ),
        ('revision"] = <"1.2.0">', 'revision"] = "1.2.0"', " row 30", "'1.2.0' is found where '<'", "download"),
        ('["at0021"] = <', '["at0020"] = <', " row 144", "'at0020' is given twice", "download"),
        ('units = <"mm">', 'units = <"mm>', " row 62", "cannot be read as ADL", "download"),
    ],
)
def test_a_broken_archetype_is_refused(tmp_path: Path, old: str, new: str, where: str, reason: str, step: str) -> None:
    files = changed("openehr-provarketyper", ADL, old, new)
    refused(tmp_path, "provarketyper", files, f"{ADL}{where}", reason, step)


def test_an_archetype_nested_without_end_is_refused(tmp_path: Path) -> None:
    deep = "CLUSTER[at0009] matches { items matches { " * 150
    files = changed(
        "openehr-provarketyper", ADL, "\tCLUSTER[at0000] matches {", f"\tCLUSTER[at0000] matches {{ a matches {{ {deep}"
    )
    refused(tmp_path, "provarketyper", files, f"{ADL} row 35", "nested deeper than 100", "download")
    files = changed("openehr-provarketyper", ADL, 'text = <"Grad">', "text = " + "<a = " * 80)
    refused(tmp_path, "provarketyper", files, f"{ADL} row 104", "nested deeper than 60", "download")


@pytest.mark.parametrize(
    ("name", "old", "new", "where", "reason", "step"),
    [
        ("provmall.t.json", '"rmTypeName": "EVALUATION",', '"rmTypeName": "EVALUATION"', " row 11", "JSON", "Download"),
        ("provmall.t.json", '"@type": "TEMPLATE",', "", "", "neither a template", "right file"),
        ("provwebb.json", '"templateId": "Provwebb",', "", "", "nor a web template", "right file"),
        ("provopt.opt", "http://schemas.openehr.org/v1", "urn:x", " row 2", "not an operational template", "OPT 1.4"),
        ("provopt.opt", "<template_id><value>Provopt</value></template_id>", "", " row 2", "no template_id", "Export"),
    ],
)
def test_a_broken_template_is_refused(
    tmp_path: Path, name: str, old: str, new: str, where: str, reason: str, step: str
) -> None:
    files = changed("openehr-provarketyper", name, old, new)
    refused(tmp_path, "provarketyper", files, f"{name}{where}", reason, step)


def test_an_archetype_twice_is_refused(tmp_path: Path) -> None:
    files = original("openehr-provarketyper")
    refused(tmp_path, "provarketyper", {**files, "z.adl": files[ADL]}, "z.adl", "already occurs in", "one of the two")


@pytest.mark.parametrize(
    ("name", "old", "new", "reason", "step"),
    [
        ("profil.json", '"url": "https://example.org/fhir/StructureDefinition/provstadium",', "", "has no url", "Fix"),
        ("profil.json", '"id": "Observation.component:N",', '"id": "Observation.code",', "occurs twice", "Fix"),
        (
            "profil.json",
            '"resourceType": "StructureDefinition"',
            '"resourceType": "Patient"',
            "about a person",
            "alone",
        ),
        ("logisk.json", '"element": [', '"delar": [', "neither a snapshot nor a differential", "Export"),
        (
            "logisk.json",
            "https://example.org/fhir/StructureDefinition/ProvModell",
            "https://example.org/fhir/StructureDefinition/provstadium",
            "already occurs in logisk",
            "one of",
        ),
        ("formular.json", '"linkId": "1.2"', '"linkId": "1.1"', "'1.1' occurs twice", "Fix"),
        ("formular.json", '"linkId": "1.2",', "", "has no linkId", "Fix"),
        ("formular.json", '"id": "sidor"', '"id": "andra"', "'#sidor' are not in", "with its value sets"),
        (
            "formular.json",
            '"title": "Påhittat formulär",',
            '"title": "Påhittat formulär"',
            "not well-formed JSON",
            "again",
        ),
        ("formular.json", '"text": "Grad"', '"text": "Grad 811218-9876"', "identity number", "Remove"),
    ],
)
def test_a_broken_profile_or_form_is_refused(
    tmp_path: Path, name: str, old: str, new: str, reason: str, step: str
) -> None:
    files = changed("fhir_structures-provprofiler", name, old, new)
    where = "profil.json" if "already occurs in logisk" in reason else name
    rows = {"identity number": 45, "not well-formed JSON": 7}
    if reason in rows:
        where += f" row {rows[reason]}"
    refused(tmp_path, "provprofiler", files, where, reason, step)


def test_a_package_brings_its_profiles_and_leaves_its_examples(tmp_path: Path) -> None:
    files = original("fhir_structures-provprofiler")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        patient = json.dumps({"resourceType": "Patient", "id": "example"}).encode()
        for name, data in (("package/profil.json", files["profil.json"]), ("package/example/pat.json", patient)):
            assert isinstance(data, bytes)
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    made = edition(tmp_path, "provprofiler", {"source.toml": files["source.toml"], "paket.tgz": packed.getvalue()})
    records = list(loaders.read_records(made))
    assert sum(isinstance(r, Element) for r in records) == 11
    assert [r.reason for r in records if isinstance(r, Skipped)] == ["Patient is data about a person, an example."]


@pytest.mark.parametrize(
    ("old", "new", "where", "reason", "step"),
    [
        ("Prov\ttyp", "Annan\ttyp", "modell.tsv row 3", "a class that has no row above it", "Add a row"),
        ("Prov\ttid", "Prov\ttyp", "modell.tsv row 4", "'Prov.typ' already occurs", "Remove one"),
        ("IVL(TS)", "IVL(XX)", "modell.tsv row 4", "not an ISO 21090 type", "Use one of"),
        ("0..1", "noll", "modell.tsv row 3", "'noll' is not a cardinality", "0..1"),
        ("https://example.org/urval", "urval", "modell.tsv row 5", "'urval' is not a URI", "code_system"),
        ("Prov\ttid", "Prov\tti.d", "modell.tsv row 4", "is not a valid name", "without"),
        ("card\tcode_system", "kard\tcode_system", "modell.tsv row 1", "no column 'card'", "renamed"),
    ],
)
def test_a_broken_information_model_is_refused(
    tmp_path: Path, old: str, new: str, where: str, reason: str, step: str
) -> None:
    files = changed("ni-provmodell", "modell.tsv", old, new)
    refused(tmp_path, "provmodell", files, where, reason, step)


# DDI.


@pytest.mark.parametrize(
    ("fixture", "old", "new", "row", "reason", "step"),
    [
        ("ddi-provstudie/studie.xml", "ddi:codebook:2_5", "urn:x", " row 2", "none of DDI Codebook", "right file"),
        ("ddi-provstudie/studie.xml", "<titl>Påhittad undersökning</titl>", "", " row 3", "has no title", "Fix"),
        ("ddi-provstudie/studie.xml", 'files="F1 F2"', 'files="F7"', "", "the file 'F7', which no fileDscr", "Fix"),
        ("ddi-provstudie/studie.xml", "<catValu>2</catValu>", "<catValu>1</catValu>", "", "'1' occurs twice", "Fix"),
        (
            "ddi-provstudie/studie.xml",
            'ID="V3" name="SVAR"',
            'ID="V3" name="KON"',
            "",
            "'KON' already occurs",
            "Rename",
        ),
        ("ddi-provstudie/studie.xml", "En studie som inte finns.", "811218-9876", "", "identity number", "Remove"),
        ("ddi-provfragment/fragment.xml", "<l:VariableName>", "<l:Namn>", "", "not well-formed", "Fix"),
        ("ddi-provfragment/fragment.xml", "prov:vikt:1", "prov:kon:1", "", "already occurs in row", "Remove"),
        (
            "ddi-provfragment/fragment.xml",
            "<r:Value>2</r:Value>",
            "<r:Value>1</r:Value>",
            "",
            "'1' occurs twice",
            "Fix",
        ),
        ("ddi-provfragment/fragment.xml", "<r:Value>2</r:Value>", "", "", "has no Value", "Fix"),
    ],
)
def test_broken_ddi_is_refused(
    tmp_path: Path, fixture: str, old: str, new: str, row: str, reason: str, step: str
) -> None:
    folder, _, name = fixture.partition("/")
    error = refused_anywhere(tmp_path, folder.partition("-")[2], changed(folder, name, old, new), reason, step)
    assert re.fullmatch(rf"{re.escape(name)}{row or ' row [0-9]+'}", str(error.origin)), str(error)


def test_another_kind_of_xml_is_no_ddi(tmp_path: Path) -> None:
    files = {**original("ddi-provstudie"), "studie.xml": '<ODM xmlns="urn:x"/>'}
    refused(tmp_path, "provstudie", files, "studie.xml row 1", "<ODM> .* is not DDI", "begins with codeBook")


def test_two_studies_in_one_edition_are_refused(tmp_path: Path) -> None:
    files = original("ddi-provstudie")
    refused_anywhere(
        tmp_path, "provstudie", {**files, "b.xml": files["studie.xml"]}, "there are 2 XML files", "one study"
    )


# Workbooks of registers.


def workbook(sheets: dict[str, list[tuple[object, ...]]]) -> bytes:
    """A workbook of sheets of rows."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


ABOUT: list[tuple[object, ...]] = [("Attribut", "Svenska"), ("Titel", "Register"), ("Beskrivning", "Ett register.")]
NAMED = ("Deldatamängdsnamn", "Variabelnamn", "Variabeletikett", "Värdemängd")


@pytest.mark.parametrize(
    ("sheets", "where", "reason", "step"),
    [
        ({"Blad1": [("a", "b")]}, "r.xlsx", "no sheet with the columns Variabelnamn", "Blad1"),
        (
            {"Metadata - Variabelnivå": [("Namn",)]},
            "r.xlsx[Metadata - Variabelnivå] row 1",
            "no sheet with",
            "sheets are",
        ),
        (
            {"Variabelnivå": [(*NAMED, "Variabelnamn")]},
            "r.xlsx[Variabelnivå] row 1",
            "'variabelnamn' occurs twice",
            "Remove",
        ),
        ({"Variabelnivå": [NAMED, ("D", "X", "=1+1")]}, "r.xlsx[Variabelnivå] row 2", "holds a formula", "as values"),
        (
            {"Variabelnivå": [NAMED, ("D", "X", "811218-9876")]},
            "r.xlsx[Variabelnivå] row 2",
            "identity number",
            "Remove",
        ),
        (
            {"Variabelnivå": [NAMED, ("D", "X", "Ett")], "DCAT-AP": []},
            "source.toml",
            "title is missing",
            "source-toml.md",
        ),
    ],
)
def test_a_broken_register_workbook_is_refused(
    tmp_path: Path, sheets: dict[str, list[tuple[object, ...]]], where: str, reason: str, step: str
) -> None:
    described: dict[str, list[tuple[object, ...]]] = (
        {} if "DCAT-AP" in sheets else {"Metadata-Datamängd (DCAT-AP)": ABOUT}
    )
    files: dict[str, bytes | str] = {
        "source.toml": 'loader = "sos_workbook"\n',
        "r.xlsx": workbook({**described, **sheets}),
    }
    refused(tmp_path, "register", files, where, reason, step)


def test_lock_files_and_text_files_are_no_workbooks(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {"source.toml": 'loader = "sos_workbook"\n', "~$r.xlsx": b"x"}
    refused(tmp_path, "register", files, "source.toml", "there are 0 workbooks", "one register")
    refused(tmp_path, "annat", {**files, "r.xlsx": b"no zip"}, "r.xlsx", "not a complete zip or xlsx", "again")


# The RUT template.


@pytest.mark.parametrize(
    ("name", "old", "new", "where", "reason", "step"),
    [
        (
            "register.csv",
            "provreg;;",
            "provreg;annat;",
            "register.csv",
            "0 registers have no part_of",
            "one register",
        ),
        ("register.csv", "vard;provreg", "vard;prov", "register.csv row 3", "'prov' in 'part_of'", "Write 'provreg'"),
        ("register.csv", "person;provreg", "vard;provreg", "register.csv row 4", "'vard' already occurs", "Remove"),
        ("register.csv", ";Personer;", ";;", "register.csv row 4", "'label_sv' is empty", "Fill"),
        ("register.csv", ";1998;", ";1998/99;", "register.csv row 2", "is not a year, month or day", "Write 2004"),
        ("register.csv", ";label_sv;", ";etikett;", "register.csv row 1", "label_sv", ""),
        (
            "represented_variables.csv",
            "vikt-kg,vikt",
            "vikt-kg,vigt",
            "represented_variables.csv row 3",
            "'vigt'",
            "Add",
        ),
        ("represented_variables.csv", "decimal", "tal", "represented_variables.csv row 3", "no datatype", "Use one"),
        (
            "represented_variables.csv",
            ",kon,,",
            ",kon,icd-10-se,",
            "represented_variables.csv row 2",
            "both",
            "Keep one",
        ),
        ("represented_variables.csv", ",kon,,", ",kun,,", "represented_variables.csv row 2", "'kun'", "Add it there"),
        ("represented_variables.csv", ",kon,,", ",okant,,", "codes.csv row 4", "both for values and", "Divide"),
        ("instance_variables.csv", ",okant,", ",okand,", "instance_variables.csv row 2", "'okand'", "Add it there"),
        ("instance_variables.csv", "vikt-kg", "vikt-g", "instance_variables.csv row 4", "'vikt-g'", "Add it there"),
        ("instance_variables.csv", "vard,KON", "doda,KON", "instance_variables.csv row 3", "'doda'", "Add it there"),
        (
            "instance_variables.csv",
            "vard,VIKT",
            "vard,KON",
            "instance_variables.csv row 4",
            "at the same time",
            "not overlap",
        ),
        ("instance_variables.csv", "2026-11-01", "i fjol", "instance_variables.csv row 2", "not a date", "YYYY-MM-DD"),
        ("codes.csv", "kon,2,", "kon,1,", "codes.csv row 3", "'kon 1' already occurs", "Remove"),
        ("codes.csv", "oanvand,A", "å å,A", "codes.csv row 5", "'å å' in 'code_list' is not a valid id", "Use a-z"),
        ("codes.csv", "1998-01-01", "1998", "codes.csv row 2", "'1998'", "YYYY-MM-DD"),
        ("codes.csv", "Uppgift saknas", "811218-9876", "codes.csv row 4", "identity number", "Remove"),
    ],
)
def test_a_broken_rut_template_is_refused(
    tmp_path: Path, name: str, old: str, new: str, where: str, reason: str, step: str
) -> None:
    refused(tmp_path, "provregister", changed("rut-provregister", name, old, new), where, reason, step)


def test_the_rut_template_is_whole_and_of_its_own_files(tmp_path: Path) -> None:
    files = original("rut-provregister")
    refused(tmp_path, "ett", {**files, "extra.csv": "a\n"}, "extra.csv", "not of the template", "register.csv")
    del files["instance_variables.csv"]
    refused(tmp_path, "tva", files, "source.toml", "instance_variables.csv is missing", "next to")


def test_the_published_rut_template_has_the_columns_that_are_read() -> None:
    for name, columns in COLUMNS.items():
        said = (ROOT / "docs" / "how-to" / "rut" / name).read_text(encoding="utf-8")
        assert said == ",".join(columns) + "\n"


# Catalogues.


def refused_anywhere(folder: Path, source: str, files: dict[str, bytes | str], reason: str, step: str) -> InputError:
    """The error of a load, wherever in the file it is."""
    made = edition(folder, source, files)
    with pytest.raises(InputError) as raised:
        list(loaders.read_records(made))
    assert re.search(reason, raised.value.reason) and re.search(step, raised.value.next_step), str(raised.value)
    return raised.value


@pytest.mark.parametrize(
    ("name", "old", "new", "where", "reason", "step"),
    [
        (
            "katalog.ttl",
            "<http://www.w3.org/ns/dcat#>",
            "<http://www.w3.org/ns/dcat/>",
            " row 1",
            "not a namespace",
            "Write",
        ),
        (
            "katalog.ttl",
            "<http://purl.org/dc/terms/>",
            "<https://purl.org/dc/terms/>",
            " row 2",
            "not a namespace",
            "Write",
        ),
        (
            "sida.rdf",
            '"http://purl.org/dc/terms/"',
            '"http://purl.org/dc/terms#"',
            " row 2",
            "not a namespace",
            "Write",
        ),
        (
            "mer.jsonld",
            "http://www.w3.org/ns/dcat#",
            "http://www.w3.org/ns/DCAT#",
            " row 2",
            "not a namespace",
            "Write",
        ),
        ("katalog.ttl", "@prefix foaf:", "@prefix fouaf:", " row 17", "foaf: has not been declared", "Fix"),
        ("katalog.ttl", "dcat:service ex:tjanst .", "dcat:service ex:tjanst", " row 17", "not well-formed", "Fix"),
        ("sida.rdf", "</rdf:RDF>", "", "", "is truncated", "Download"),
        ("katalog.ttl", "något som ingen profil känner", "811218-9876", "", "identity number", "Remove"),
        ("mer.jsonld", '{"dcat":', '"https://example.org/context", "x": {"dcat":', "", "JSON|context", ""),
    ],
)
def test_a_broken_catalogue_is_refused(
    tmp_path: Path, name: str, old: str, new: str, where: str, reason: str, step: str
) -> None:
    files = changed("dcat-provkatalog", name, old, new)
    error = refused_anywhere(tmp_path, "provkatalog", files, reason, step)
    assert str(error.origin).startswith(f"{name}{where}"), str(error)


def test_a_catalogue_without_datasets_is_refused(tmp_path: Path) -> None:
    files = original("dcat-provkatalog")
    alone = {
        "source.toml": files["source.toml"],
        "k.ttl": "<https://example.org/k> a <http://www.w3.org/ns/dcat#Catalog> .",
    }
    refused(tmp_path, "provkatalog", alone, "k.ttl", "no dcat:Dataset", "pages of the datasets")
