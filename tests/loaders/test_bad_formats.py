"""Broken, hostile and careless files of each format: the file, the reason and the next step are told."""

from __future__ import annotations

import io
import shutil
import tarfile
from pathlib import Path

import pytest

import loaders
from begrepp.build.loads.record_checks import check_records
from begrepp.errors import InputError, PersonalDataError
from begrepp.records import Concept, Coverage, Edition
from tests import golden
from tests.support.bad_files import archive, changed, edition, original, refused

SOURCE = '[source]\npublisher = "begrepp"\nlicence = "https://creativecommons.org/licenses/by/4.0/"\n'
SCHEME = SOURCE + '[scheme]\ntitle.sv = "Påhittat"\n'


# ClaML and the XML of ICD-10.


@pytest.mark.parametrize(
    ("old", "new", "where", "reason", "step"),
    [
        ('SYSTEM "ClaML.dtd"', '[<!ENTITY a "b">]', "pahittad.xml", "declares a DTD or entities", "Remove the DOCTYPE"),
        ("Nobody", "&nobody;", "pahittad.xml", "not well-formed", "Download"),
        ("</ClaML>", "", "pahittad.xml", "not well-formed", "Download"),
        ('kind="coding-hint"', 'kind="poem"', "pahittad.xml Class row 7", "kind 'poem' are not known", "Add the kind"),
        ('usage="aster">\n    <SuperClass', 'usage="star">\n    <SuperClass', " Class row 8", "usage 'star'", "dagger"),
        ('<SuperClass code="X02"/>', '<SuperClass code="Z9"/>', " Class row 6", "parent 'Z9'", "truncated"),
        ('<SuperClass code="I"/>', '<SuperClass code="X00"/>', " Class row 2", "cycle", "Correct one"),
        ('code="X04" kind', 'code="" kind', "pahittad.xml Class row 8", "no code", "Download"),
        ("Silence</Label>", "</Label>", "pahittad.xml Class row 7", "'X03' has no preferred name", "Download"),
    ],
)
def test_broken_claml_is_refused(tmp_path: Path, old: str, new: str, where: str, reason: str, step: str) -> None:
    files = changed("claml-pahittad", "pahittad.xml", old, new)
    refused(tmp_path, "pahittad", files, f"pahittad.xml{where}" if where.startswith(" ") else where, reason, step)


def test_the_dtd_of_claml_is_never_read(tmp_path: Path) -> None:
    files = changed("claml-pahittad", "pahittad.xml", '"ClaML.dtd"', '"http://127.0.0.1:1/ClaML.dtd"')
    made = edition(tmp_path, "pahittad", files)
    files["ClaML.dtd"] = "<!ENTITY nobody 'Somebody'>"
    assert len(golden.load(golden.Fixture(made.folder, made))[0]) > 100


@pytest.mark.parametrize(
    ("old", "new", "row", "reason", "step"),
    [
        ('"block"', '"section"', " row 2", "'C00-C97' is of the type 'section'", "Known are"),
        (
            "<description>Of one part</description>",
            "<description/>",
            " row 6",
            "'C62.0' has no description",
            "Download",
        ),
        ("<name>C62.0</name>", "<name>C62</name>", " row 6", "'C62' already occurs", "Remove one"),
        ("Of one part", "811218-9876", " row 20", "identity number", "Remove the personal data"),
        ("<name>C61</name>", "<name>C61</name><note>x</note>", " row 3", "<note> is not known", "Change the loader"),
        ("</icd_10_v2019>", "", "", "not well-formed", "Download"),
    ],
)
def test_broken_xml_of_icd_10_is_refused(tmp_path: Path, old: str, new: str, row: str, reason: str, step: str) -> None:
    files = changed("icd10_who", "icd_10_v2019.xml", old, new)
    error = refused(tmp_path, "icd10_who", files, f"icd_10_v2019.xml{row}", reason, step)
    assert isinstance(error, PersonalDataError) == ("identity" in reason)


# NPU.


@pytest.mark.parametrize(
    ("old", "new", "row", "reason", "step"),
    [
        ("unit;scale_type", "enhet;scale_type", " row 3", "no column 'unit'", "renamed"),
        (
            "context_dependent;replaces",
            "context_dependent;replaces;x",
            " row 3",
            "cells where the table has",
            "truncated",
        ),
        ("2001-02-03", "3 feb 2001", " row 3", "is not a date", "YYYY-MM-DD"),
        (
            "NPU90002;",
            "NPU90001;",
            " row 4",
            "2 versions of 'NPU90001' are marked as current",
            "One should be",
        ),
    ],
)
def test_a_broken_table_of_npu_is_refused(tmp_path: Path, old: str, new: str, row: str, reason: str, step: str) -> None:
    files = original("npu")
    name, content = next(iter(files.items()))
    assert isinstance(content, bytes) and old in content.decode("windows-1252")
    files = {name: content.replace(old.encode(), new.encode())}
    refused(tmp_path, "npu", files, f"{name}{row}", reason, step)


@pytest.mark.parametrize(
    ("old", "new", "reason", "step"),
    [
        ("<active>0</active>", "<active>no</active>", "active is 'no'", "0 or 1"),
        ("<current_version>true", "<current_version>false", "0 versions of", "One should be"),
        ("<unit></unit>", "<unite></unite>", "<unite> is not known", "change the loader"),
        ("</Npubegreber>", "", "not well-formed", "Download"),
    ],
)
def test_broken_xml_of_npu_is_refused(tmp_path: Path, old: str, new: str, reason: str, step: str) -> None:
    made = edition(tmp_path, "npu", changed("npu-xml", "npu.xml", old, new))
    with pytest.raises(InputError, match=reason) as raised:
        list(loaders.read_records(made))
    assert step in raised.value.next_step


# JSON: Mondo and OncoTree.


@pytest.mark.parametrize(
    ("fixture", "name", "old", "new", "where", "reason", "step"),
    [
        ("mondo", "mondo.json", '"synonyms"', '"words"', " row 1", "says 'words'", "Change the loader"),
        ("mondo", "mondo.json", '"label": "invented disease",', "", "", "not a dictionary of terms", "right file"),
        ("mondo", "mondo.json", "{", "[", "", "not well-formed JSON", "Download"),
        ("mondo", "mondo.json", "that nobody has", "of 811218-9876", " row 1", "identity number", "Remove"),
        ("oncotree", "oncotree_2026.json", '"NCI"', '"NCIT"', " row 2", "'NCIT' are not known", "table"),
        (
            "oncotree",
            "oncotree_2026.json",
            '"parent": "NOSE"',
            '"parent": "EAR"',
            " row 3",
            "another parent",
            "Download",
        ),
        ("oncotree", "oncotree_2026.json", '"name": "Invented nose"', '"name": ""', " row 2", "no name", "Download"),
        ("oncotree", "oncotree_2026.json", '"color"', '"colour"', " row 1", "says 'colour'", "Change the loader"),
        ("oncotree", "oncotree_2026.json", "}}}}}}", "", " row 4", "not well-formed JSON", "Download"),
    ],
)
def test_broken_json_is_refused(
    tmp_path: Path, fixture: str, name: str, old: str, new: str, where: str, reason: str, step: str
) -> None:
    refused(tmp_path, fixture, changed(fixture, name, old, new), f"{name}{where}", reason, step)


def test_a_file_that_is_not_packed_is_told(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {"mondo.json.zst": b"{}"}
    refused(tmp_path, "mondo", files, "mondo.json.zst", "not compressed, as .zst says", "Download")


# LOINC and OMOP.

_ABOVE = "AccessoryFiles/ComponentHierarchyBySystem/ComponentHierarchyBySystem.csv"


@pytest.mark.parametrize(
    ("fixture", "name", "old", "new", "where", "reason", "step"),
    [
        ("loinc", "LoincTable/Loinc.csv", '"TRIAL"', '"MAYBE"', " row 6", "status 'MAYBE'", "Known are"),
        ("loinc", "LoincTable/Loinc.csv", '"STATUS",', '"STATE",', " row 1", "no column 'STATUS'", "renamed"),
        ("loinc", "LoincTable/Loinc.csv", '"99904-5"', '"99901-1"', " row 6", "already occurs", "Remove one"),
        ("loinc", "LoincTable/MapTo.csv", "MAP_TO", "TO", " row 1", "no column 'MAP_TO'", "renamed"),
        ("loinc", "LoincTable/Loinc.csv", "invented sub", "811218-9876 ", " row 2", "identity number", "Remove"),
        ("loinc", _ABOVE, "IMMEDIATE_PARENT", "PARENT", " row 1", "no column 'IMMEDIATE_PARENT'", "renamed"),
        (
            "loinc",
            _ABOVE,
            '"","1","","LP90001-1"',
            '"","1","","LP90009-9"',
            " row 3",
            "below 'LP90001-1', which is not",
            "truncated",
        ),
        (
            "loinc",
            _ABOVE,
            '"","1","","LP90001-1"',
            '"","1","LP90002-9","LP90001-1"',
            " row 2",
            "cycle",
            "Correct",
        ),
        ("omop-athena", "CONCEPT.csv", "\tU\n", "\tX\n", " row 4", "invalid_reason 'X'", "see the file"),
        ("omop-athena", "CONCEPT.csv", "\t20010101\t", "\t2001\t", " row 3", "'2001' is not a date", "20260131"),
        ("omop-athena", "CONCEPT.csv", "Invented disease", "", " row 2", "1 has no name", "Download"),
        ("omop-athena", "VOCABULARY.csv", "Source\t", "Sauce\t", "", "'Source' is not in it", "Download"),
        ("omop-eunomia", "concept.csv", "domain_id", "domain", " row 1", "no column 'domain_id'", "renamed"),
    ],
)
def test_broken_tables_are_refused(
    tmp_path: Path, fixture: str, name: str, old: str, new: str, where: str, reason: str, step: str
) -> None:
    source = fixture.partition("-")[0]
    if "domain_id" in reason:
        where = " row 2"
    refused(tmp_path, source, changed(fixture, name, old, new), f"{Path(name).name}{where}", reason, step)


def test_loinc_is_read_from_its_archive_too(tmp_path: Path) -> None:
    members = {f"Loinc_2.80/{name}": content for name, content in original("loinc").items()}
    packed = archive({name: content for name, content in members.items() if isinstance(content, bytes)})
    made = edition(tmp_path, "loinc", {"Loinc_2.80.zip": packed}, version="2026-02-15")
    again = golden.fixture("loinc").edition
    said = [[str(r) for r in loaders.read_records(one)] for one in (made, again)]
    assert said[0] == said[1]


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    refused(tmp_path, "loinc", {"MapTo.csv": "x"}, "loinc/2026", "0 files are called Loinc.csv", "LoincTable")
    refused(tmp_path, "omop", {"CONCEPT.csv": "x"}, "omop/2026", "vocabulary.csv is missing", "Add all")


# OBO.


@pytest.mark.parametrize(
    ("old", "new", "where", "reason", "step"),
    [
        ("is_a: XP:0000001 ! All fabric", "is_a", " row 25", "'is_a' is no clause of OBO", "Fix it"),
        ("is_a: XP:0000001 ! All fabric", "is_a: XP:0000077", " row 12", "which does not exist", "truncated"),
        ("is_a: XP:0000001 ! All fabric", "is_a: XP:0000003", " row 12", "cycle", "Correct one"),
        (
            "id: XP:0000003",
            "id: XP:0000002",
            " row 32",
            "has another name in its stanza in tygon.obo row 12",
            "another id",
        ),
        ("Not the real one", "Somebody, 811218-9876", " row 15", "identity number", "Remove"),
        ('def: "A fabric', "def: A fabric", " row 14", "not in quotation marks", "Write it as"),
        ('"bomull" EXACT', '"bomull" EXAKT', " row 18", "'EXAKT' is no scope", "EXACT, BROAD"),
    ],
)
def test_broken_obo_is_refused(tmp_path: Path, old: str, new: str, where: str, reason: str, step: str) -> None:
    made = edition(tmp_path, "tygon", changed("obo-tygon", "tygon.obo", old, new))
    with pytest.raises(InputError, match=reason) as raised:
        list(check_records(loaders.read_records(made)))
    assert str(raised.value.origin).startswith(f"tygon.obo{where}") and step in raised.value.next_step


# FHIR.


@pytest.mark.parametrize(
    ("name", "old", "new", "where", "reason", "step"),
    [
        (
            "CodeSystem-boxes.json",
            "complete",
            "not-present",
            "",
            "concepts lie elsewhere",
            "Add the code system itself",
        ),
        ("CodeSystem-boxes.json", "complete", "supplement", "", "only adds to", "Add the code system itself"),
        ("CodeSystem-boxes.json", "complete", "whole", "", "content is 'whole'", "Add the code system itself"),
        ("CodeSystem-boxes.json", '"code": "old"', '"code": "box"', "", "already occurs", "Remove one"),
        ("CodeSystem-boxes.json", '"låda",', '"811218-9876",', " row 4", "identity number", "Remove"),
        ("CodeSystem-boxes.json", "]}]}]}", "", " row 7", "ends too early", "compare its size"),
        (
            "ConceptMap-r5.json",
            "urn:oid:1.2.3.99",
            "urn:oid:9.9",
            "",
            "'urn:oid:9.9', which is unknown",
            "[systems]",
        ),
        ("ConceptMap-r4.json", "disjoint", "unlike", "", "is 'unlike'", "FHIR allows"),
    ],
)
def test_broken_fhir_is_refused(
    tmp_path: Path, name: str, old: str, new: str, where: str, reason: str, step: str
) -> None:
    made = edition(tmp_path, "lador", changed("fhir-lador", name, old, new))
    with pytest.raises(InputError) as raised:
        list(check_records(loaders.read_records(made)))
    assert str(raised.value.origin) == name + where and reason in raised.value.reason, str(raised.value)
    assert step in raised.value.next_step


def test_fhir_shorthand_is_to_be_compiled_first(tmp_path: Path) -> None:
    files = original("fhir-lador") | {"lador.fsh": "CodeSystem: Lador\n* #a"}
    refused(tmp_path, "lador", files, "lador.fsh", "must be compiled to FHIR", "npx fsh-sushi build")


def test_a_fragment_is_an_excerpt_so_that_what_it_lacks_is_no_change(tmp_path: Path) -> None:
    made = edition(tmp_path, "lador", changed("fhir-lador", "CodeSystem-boxes.json", "complete", "fragment"))
    releases = [r for r in loaders.read_records(made) if isinstance(r, Edition)]
    assert {r.coverage for r in releases if r.scheme == "boxes"} == {Coverage.PARTIAL}


def package(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as file:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            file.addfile(info, io.BytesIO(content))
    return out.getvalue()


def fhir_package(extra: dict[str, bytes]) -> dict[str, bytes | str]:
    members = {f"package/{n}": c for n, c in original("fhir-lador").items() if isinstance(c, bytes) and ".json" in n}
    return {"source.toml": original("fhir-lador")["source.toml"], "lador.tgz": package(members | extra)}


def test_a_package_of_fhir_is_read_whole_and_what_it_lacks_is_told(tmp_path: Path) -> None:
    absent = b'{"resourceType": "CodeSystem", "id": "far", "url": "https://example.org/far", "content": "not-present"}'
    files = fhir_package({"package/package.json": b"{}", "package/CodeSystem-far.json": absent})
    made = edition(tmp_path, "lador", files)
    triples, skipped = golden.load(golden.Fixture(made.folder, made))
    again, _ = golden.load(golden.fixture("fhir-lador"))
    assert triples == again and any("content is not-present" in reason for reason in skipped)


def test_a_hostile_package_is_refused(tmp_path: Path) -> None:
    step = "Check where"
    files = fhir_package({"package/../../x.json": b"{}"})
    refused(tmp_path / "a", "lador", files, "lador.tgz", "points outside", step)
    files = fhir_package({"package/bomb.json": b" " * 60_000_000})
    refused(tmp_path / "b", "lador", files, "lador.tgz", "expands", step)
    files = fhir_package({})
    assert isinstance(files["lador.tgz"], bytes)
    files["lador.tgz"] = files["lador.tgz"][:700]
    refused(tmp_path / "c", "lador", files, "lador.tgz", "is damaged", "Download it again")


# OWL.


@pytest.mark.parametrize(
    ("old", "new", "where", "reason", "step"),
    [
        (
            "delar.owl",
            "annat.owl",
            "vaxter.owl",
            "imports <https://example.org/annat.owl>, which is not fetched",
            "next to",
        ),
        ("</rdf:RDF>", "", "vaxter.owl", "the XML is truncated", "Download"),
        ('<rdfs:subClassOf rdf:resource="&obo;XP_1"/>', '<rdfs:subClassOf rdf:resource="&obo;XP_77"/>', "", "", ""),
        (
            '"http://purl.obolibrary.org/obo/">',
            'SYSTEM "file:///etc/passwd">',
            "vaxter.owl",
            "refused",
            "remove the DOCTYPE",
        ),
        ("Not a real one", "Somebody, 811218-9876", "vaxter.owl row 2", "identity number", "Remove"),
    ],
)
def test_broken_owl_is_refused(tmp_path: Path, old: str, new: str, where: str, reason: str, step: str) -> None:
    made = edition(tmp_path, "vaxter", changed("obo_owl-vaxter", "vaxter.owl", old, new))
    with pytest.raises(InputError, match=reason or "not in the file") as raised:
        list(check_records(loaders.read_records(made)))
    assert str(raised.value.origin).startswith(where) and step in raised.value.next_step


@pytest.mark.skipif(shutil.which("java") is not None, reason="Java is here")
def test_classifying_without_java_is_told(tmp_path: Path) -> None:
    files = changed("obo_owl-vaxter", "source.toml", "[owl]", "[owl]\nreason = true")
    refused(tmp_path, "vaxter", files, "vaxter.owl", "Java is not here", "Install a Java")


@pytest.mark.skipif(shutil.which("java") is None, reason="HermiT needs java, which is not here")
def test_classes_above_that_follow_are_found_where_it_is_asked_for(tmp_path: Path) -> None:
    defined = """<owl:Class rdf:about="&obo;XP_5"><rdfs:label>plant with parts</rdfs:label>
      <owl:equivalentClass><owl:Class>
      <owl:intersectionOf rdf:parseType="Collection"><rdf:Description rdf:about="&obo;XP_1"/>
      <owl:Restriction><owl:onProperty rdf:resource="&obo;BFO_0000050"/>
      <owl:someValuesFrom rdf:resource="&obo;XP_9"/></owl:Restriction>
      </owl:intersectionOf></owl:Class></owl:equivalentClass></owl:Class></rdf:RDF>"""
    files = changed("obo_owl-vaxter", "vaxter.owl", "</rdf:RDF>", defined)
    above = {}
    for reason in ("false", "true"):
        toml = changed("obo_owl-vaxter", "source.toml", "[owl]", f"[owl]\nreason = {reason}")["source.toml"]
        made = edition(tmp_path / reason, "vaxter", files | {"source.toml": toml})
        found = {r.notation: r for r in loaders.read_records(made) if isinstance(r, Concept)}
        above[reason] = [parent.rsplit("/", 1)[1] for parent in found["XP:2"].broader]
    assert above == {"false": ["XP_1"], "true": ["XP_1", "XP_5"]}
