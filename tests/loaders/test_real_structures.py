"""Structures in the publishers' own whole files: every form, item, node and code arrives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from begrepp.errors import PersonalDataError
from begrepp.records import CodeList, Dataset, Element, Record, Skipped, Structure, Variable
from tests.support.real_files import DATA, read, skipped

RIGHTS = """[source]
title.en = "Structures"
publisher = "Somebody"
publisher_type = "standards"
licence = "http://rightsstatements.org/vocab/InC/1.0/"
"""
ODM, OPENEHR = f'loader = "odm"\nlanguage = "en"\n{RIGHTS}', f'loader = "openehr"\n{RIGHTS}'
CKM, NORWAY = "openehr-ckm-adl", "onco-openehr-norway"


def elements(records: list[Record]) -> list[Element]:
    return [r for r in records if isinstance(r, Element)]


def lists(records: list[Record]) -> list[CodeList]:
    return [r for r in records if isinstance(r, CodeList)]


def codes(records: list[Record]) -> int:
    return sum(len(r.values) for r in lists(records))


def text(name: str) -> str:
    return (DATA / name).read_text(encoding="utf-8-sig")


# CDISC ODM and Define-XML.


def test_cdash_is_whole(tmp_path: Path) -> None:
    name = "cdisc-odm/cdash.odm_updated.xml"
    records = read(tmp_path, "cdash", "2011", name, declaration=ODM)
    assert (len(lists(records)), codes(records)) == (44, 255)
    found = elements(records)
    assert sum(e.datatype == "FormDef" for e in found) == 22
    items = {e.path.rpartition("/")[2] for e in found if e.datatype not in ("FormDef", "ItemGroupDef")}
    assert items == set(re.findall(r'<ItemDef OID="([^"]+)"', text(name))) and len(items) == 292
    assert sum(any(n.value.startswith("CDASH: ") for n in e.notes) for e in found) >= 292


@pytest.mark.parametrize(
    ("name", "tables", "variables", "lists_", "told"),
    [
        ("cdisc-odm/defineV21-SDTM.xml", 11, 155, 32, 7),
        ("cdisc-odm/define2-0-0-sdtm-test.xml", 34, 414, 69, 12),
        ("redcap-genomics-thailand/GenomicsThailandRegistry.REDCap.xml", 6, 167, 128, 0),
    ],
)
def test_a_study_is_a_dataset_where_it_is_declared_one(
    tmp_path: Path, name: str, tables: int, variables: int, lists_: int, told: int
) -> None:
    declared = ODM + '[dataset]\ntitle.en = "Study"\ndescription.en = "A study."\n'
    records = read(tmp_path, "study", "2020", name, declaration=declared)
    (dataset,) = (r for r in records if isinstance(r, Dataset))
    found = [r for r in records if isinstance(r, Variable)]
    # What stands in a value list of Define-XML is said in a note of the variable that it is a value of.
    assert (len(dataset.tables), len(found), len(lists(records))) == (tables, variables, lists_)
    # The code lists of the value lists alone.
    assert sum("is of no variable of a form or dataset" in each for each in skipped(records)) == told
    # Comments, documents and visits are counted.
    assert all("is of no variable" in each or "is not imported" in each for each in skipped(records))


@pytest.mark.parametrize(
    ("name", "items", "tables", "values", "coded"),
    [("define2-0-0-sdtm-test.xml", 423, 34, 370, 217), ("defineV21-SDTM.xml", 179, 11, 162, 143)],
)
def test_define_xml_is_whole(tmp_path: Path, name: str, items: int, tables: int, values: int, coded: int) -> None:
    records = read(tmp_path, "sdtm", "2020", f"cdisc-odm/{name}", declaration=ODM)
    found = elements(records)
    assert sum(e.datatype == "ItemGroupDef" for e in found) == tables
    assert len({e.path.rpartition("/")[2] for e in found if e.datatype != "ItemGroupDef"}) == items
    assert codes(records) == values
    in_file = text(f"cdisc-odm/{name}")
    inside = re.findall(r"<(?:CodeListItem|EnumeratedItem).*?(?:/>|</(?:CodeListItem|EnumeratedItem)>)", in_file, re.S)
    assert sum(bool(v.matches) for r in lists(records) for v in r.values) == sum("nci:ExtCodeID" in i for i in inside)
    assert any(n.value.startswith("where ") for e in found for n in e.notes)


def test_a_file_of_data_about_persons_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PersonalDataError, match=r"lb\.xml row 16: <ClinicalData>"):
        read(tmp_path, "lb", "2014", "cdisc-odm/lb.xml", declaration=ODM)


def test_the_thai_registry_is_whole(tmp_path: Path) -> None:
    name = "redcap-genomics-thailand/GenomicsThailandRegistry.REDCap.xml"
    records = read(tmp_path, "thailand", "2020", name, declaration=ODM)
    found = elements(records)
    assert (len(lists(records)), codes(records)) == (128, 735)
    assert sum(e.datatype == "FormDef" for e in found) == 6
    assert sum(e.datatype not in ("FormDef", "ItemGroupDef") for e in found) == 167
    box = next(e for e in found if e.path.endswith("/gth_project___2"))
    assert box.titles[0].value == "Projects involved in Genomics Thailand: Rare disease"


# openEHR.


def test_the_archetypes_are_whole(tmp_path: Path) -> None:
    names = sorted(path.name for path in (DATA / CKM).glob("*.adl")) if DATA.exists() else []
    records = read(tmp_path, "ckm", "2024", *(f"{CKM}/{name}" for name in names or ["none"]), declaration=OPENEHR)
    assert len([r for r in records if isinstance(r, Structure)]) == 35
    found = elements(records)
    definitions = [text(f"{CKM}/{name}").partition("\ndefinition")[2].partition("\nontology")[0] for name in names]
    assert len(found) == sum(len(re.findall(r"\b[A-Z_]+\[at[\d.]+\]", each)) for each in definitions) == 662
    assert sum("ELEMENT[" in each for each in definitions) == 35
    assert not [e.path for e in found if all(title.lang == "und" for title in e.titles)]
    assert len({e.structure for e in found if any(t.lang == "sv" for t in e.titles)}) == 8
    assert sum(bool(e.measures) for e in found) == 23


def test_norwegian_templates_take_their_codes_from_snomed_ct(tmp_path: Path) -> None:
    names = [f"{NORWAY}/{path.name}" for path in sorted((DATA / NORWAY).glob("*.*"))] if DATA.exists() else ["none"]
    records = read(tmp_path, "norge", "2025", *names, declaration=OPENEHR)
    assert len([r for r in records if isinstance(r, Structure)]) == 6
    assert sum(bool(value.matches) for r in lists(records) for value in r.values) == 197
    tumour = next(
        r
        for r in lists(records)
        if r.id.endswith("[openEHR-EHR-CLUSTER.tnm.v1]/items[at0003.1]") and "kreft" in r.owner.structure
    )
    by_code = {value.code: value for value in tumour.values}
    assert by_code["1228889001"].labels[0].value == "cT1"
    assert by_code["1228889001"].matches[0].concept == "http://snomed.info/id/1228889001"
    # Its name stands in the archetype, which lies beside the template.
    assert ("Primærtumor (T)", "nb") in tumour.titles
    assert sum("is no code of SNOMED-CT" in reason for reason in skipped(records)) == 2


# DDI.


@pytest.mark.parametrize(
    ("name", "variables", "categories"),
    [("meps_00045", 51, 224), ("meps_00019", 23, 103), ("atus_00034", 13, 695), ("cps_00006", 8, 87)],
)
def test_the_codebooks_of_ipums_are_whole(tmp_path: Path, name: str, variables: int, categories: int) -> None:
    path = f"ddi-codebook-ipums/{name}.xml"
    records = read(tmp_path, "ipums", "2024", path, declaration=f'loader = "ddi"\nlanguage = "en"\n{RIGHTS}')
    found = [r for r in records if isinstance(r, Variable)]
    assert len(found) == variables == len(re.findall("<var ", text(path)))
    by_list = {r.id: len(r.values) for r in lists(records)}
    assert sum(by_list.get(v.code_list, 0) + by_list.get(v.missing_list, 0) for v in found) == categories
    assert all(v.titles and v.descriptions and v.section for v in found)


def test_what_is_no_model_is_passed_over_and_said(tmp_path: Path) -> None:
    names = (f"{CKM}/openEHR-EHR-CLUSTER.tnm.v1.adl", f"{CKM}/Molecular Pathology Report.oet")
    records = read(tmp_path, "ckm", "2024", *names, declaration=OPENEHR)
    assert [r.origin.file for r in records if isinstance(r, Skipped)] == ["Molecular Pathology Report.oet"]
