"""Successors that cannot be linked, and stated parents, of classifications with a loader of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

import loaders
from begrepp.build.loads.record_checks import check_records
from begrepp.errors import InputError
from begrepp.records import Concept, LoadRemark, Record
from tests.support.bad_files import edition

Files = dict[str, bytes | str]
MISSING = "a code is replaced by one that the edition does not have."
OUT_OF_USE = "a code is replaced by one that is out of use, and that leads to none in use."
IN_USE = "a code is replaced by another, and in use."
VERSION = (
    "<Npubegreb><npu_code>{code}</npu_code><full_definition>Plasma—{code}</full_definition>"
    "<replaced_by>{after}</replaced_by><effective_from>2020-01-01</effective_from><effective_to>{ends}</effective_to>"
    "<active>{active}</active><current_version>true</current_version></Npubegreb>"
)
CODES = [
    ("NPU10001", "NPU19999", "", 0),
    ("NPU10002", "NPU10003", "", 0),
    ("NPU10003", "", "", 0),
    ("NPU10004", "NPU10005", "", 0),
    ("NPU10005", "NPU10004", "", 0),
    ("NPU10006", "", "2019-01-01", 1),
    ("NPU10007", "NPU10006", "", 1),
    ("NPU10008", "NPU10009", "", 0),
    ("NPU10009", "NPU10006", "", 0),
]


def read(folder: Path, source: str, files: Files) -> tuple[dict[str, Concept], set[str]]:
    """The concepts by code, and the remarks with their places."""
    records: list[Record] = list(check_records(loaders.read_records(edition(folder, source, files))))
    concepts = {record.notation: record for record in records if isinstance(record, Concept)}
    return concepts, {f"{record.origin}: {record.text}" for record in records if isinstance(record, LoadRemark)}


def test_npu_links_a_successor_that_leads_to_a_code_in_use_and_reports_the_others(tmp_path: Path) -> None:
    rows = "".join(VERSION.format(code=c, after=after, ends=ends, active=active) for c, after, ends, active in CODES)
    concepts, remarks = read(tmp_path, "npu", {"npu.xml": f"<Npubegreber>{rows}</Npubegreber>"})
    linked = {code: concept.replaced_by for code, concept in concepts.items() if concept.replaced_by}
    assert linked == {"NPU10008": ("NPU10009",), "NPU10009": ("NPU10006",)}
    assert remarks == {
        f"npu.xml row 1: {MISSING}",
        f"npu.xml row 2: {OUT_OF_USE} (3 rows: npu.xml row 2, 4–5)",
        f"npu.xml row 7: {IN_USE}",
        "npu.xml row 6: a code is active, and has a last day in <effective_to>.",
    }
    notes = {code: [note.text.value for note in concept.notes] for code, concept in concepts.items() if concept.notes}
    assert notes == {
        "NPU10001": ["Replaced by NPU19999"],
        "NPU10002": ["Replaced by NPU10003"],
        "NPU10004": ["Replaced by NPU10005"],
        "NPU10005": ["Replaced by NPU10004"],
        "NPU10006": ["Effective to 2019-01-01"],
        "NPU10007": ["Replaced by NPU10006"],
    }


def test_loinc_reports_a_successor_that_leads_to_no_term_in_use(tmp_path: Path) -> None:
    terms = [
        ("1-8", "ACTIVE"),
        ("2-6", "DEPRECATED"),
        ("3-4", "DEPRECATED"),
        ("4-2", "DEPRECATED"),
        ("5-9", "DEPRECATED"),
    ]
    files: Files = {
        "Loinc.csv": "LOINC_NUM,LONG_COMMON_NAME,STATUS\n" + "".join(f"{c},Term {c},{status}\n" for c, status in terms),
        "MapTo.csv": "LOINC,MAP_TO,COMMENT\n3-4,2-6,\n4-2,8-8,\n5-9,1-8,\n",
    }
    concepts, remarks = read(tmp_path, "loinc", files)
    assert {code: concept.replaced_by for code, concept in concepts.items() if concept.replaced_by} == {"5-9": ("1-8",)}
    assert remarks == {f"Loinc.csv row 4: {OUT_OF_USE}", f"Loinc.csv row 5: {MISSING}"}
    assert "use 2-6" in concepts["3-4"].notes[0].text.value


def test_omop_reports_a_successor_that_leads_to_no_concept_in_use(tmp_path: Path) -> None:
    head = (
        "concept_id,concept_name,domain_id,vocabulary_id,concept_class_id,standard_concept,concept_code,"
        "valid_start_date,valid_end_date,invalid_reason\n"
    )
    row = "{0},Begrepp {0},Condition,Lista,Klass,{1},K{0},20000101,{2},{3}\n"
    files: Files = {
        "VOCABULARY.csv": "vocabulary_id,vocabulary_name,vocabulary_reference,vocabulary_version,"
        "vocabulary_concept_id\nLista,Lista,,1,0\n",
        "CONCEPT.csv": head
        + row.format(1, "S", 20991231, "")
        + "".join(row.format(number, "", 20191231, "U") for number in (2, 3, 4)),
        "CONCEPT_RELATIONSHIP.csv": "concept_id_1,concept_id_2,relationship_id,valid_start_date,valid_end_date,"
        "invalid_reason\n2,1,Concept replaced by,20200101,20991231,\n3,4,Concept replaced by,20200101,20991231,\n",
    }
    concepts, remarks = read(tmp_path, "omop", files)
    assert {code: concept.replaced_by for code, concept in concepts.items() if concept.replaced_by} == {"K2": ("K1",)}
    assert remarks == {f"CONCEPT_RELATIONSHIP.csv row 3: {OUT_OF_USE}"}


ATC = "code,label,label_en,parent_code,valid_from,valid_to\nL,Tumörer,,,,\nL01,Cytostatika,,,,\nL01E,Hämmare,,L01,,\n"


def test_atc_takes_a_stated_parent_that_the_letters_confirm(tmp_path: Path) -> None:
    concepts, _ = read(tmp_path, "atc", {"atc.csv": f"{ATC}L01EB,EGFR-hämmare,,L01E,,\nL01EB01,Gefitinib,,L01EB,,\n"})
    assert {code: concept.broader for code, concept in concepts.items()} == {
        "L": (),
        "L01": ("L",),
        "L01E": ("L01",),
        "L01EB": ("L01E",),
        "L01EB01": ("L01EB",),
    }


@pytest.mark.parametrize("parent", ["L01X", "L01EA", "L01EB01", "L0", "L01", "M"])
def test_atc_refuses_a_parent_against_the_letters_of_the_code(tmp_path: Path, parent: str) -> None:
    with pytest.raises(InputError, match=rf"'L01EB' has the parent_code '{parent}', but is below 'L01E'"):
        read(tmp_path, "atc", {"atc.csv": f"{ATC}L01EB,EGFR-hämmare,,{parent},,\n"})


def test_atc_refuses_a_parent_that_the_file_does_not_have(tmp_path: Path) -> None:
    files: Files = {"atc.csv": f"{ATC}L01EB01,Gefitinib,,L01EB,,\n"}
    with pytest.raises(InputError, match="'L01EB01' has the parent 'L01EB', which does not exist"):
        read(tmp_path / "complete", "atc", files)
    files["source.toml"] = '[release]\ncoverage = "partial"\n'
    concepts, _ = read(tmp_path / "partial", "atc", files)
    assert concepts["L01EB01"].broader == ("L01EB",)
