"""The publishers' own whole files, which lie outside the repository: every code arrives, and none is invented.

Set BEGREPP_SHARED to the folder that holds `data/`, or put a folder `shared` beside the project.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import loaders
from begrepp.errors import InputError, PersonalDataError
from begrepp.rdf.namespaces import expand
from begrepp.records import (
    CodeList,
    Concept,
    Dataset,
    Mapping,
    NoteKind,
    Skipped,
    Statement,
    Status,
    ValueSet,
    Variable,
)
from begrepp.sources.personal_data_check import refuse_personal_data_files
from bench.sources import CLAML, FHIR, SSSOM
from tests.support.real_files import DATA, RCC, SOS, concepts, levels, read, skipped


def test_icd_10_se_2021_is_whole(tmp_path: Path) -> None:
    names = ("chapter", "block", "digit3", "digit4", "digit5")
    records = read(tmp_path, "icd10_se", "2021", *(f"se-icd10se-2021/{name}.txt" for name in names))
    assert [count for _, count in sorted(levels(records).items())] == [264, 23966, 9643, 22, 2056]
    assert len(concepts(records)) == 35951


def test_kva_2021_is_whole(tmp_path: Path) -> None:
    records = read(tmp_path, "kva", "2021", "se-kva-2021/kka-2021-text", "se-kva-2021/kma-2021-text")
    assert levels(records) == {
        ("kka", "1"): 20,
        ("kka", "2"): 191,
        ("kka", "3"): 1292,
        ("kka", "4"): 6627,
        ("kma", "1"): 9,
        ("kma", "2"): 121,
        ("kma", "3"): 31,
        ("kma", "4"): 4505,
    }
    acute = next(r for r in records if isinstance(r, Concept) and r.notation == "DR015")
    assert acute.pref_labels[0].value == "Hemodialys, akut" and acute.notes and acute.broader == ("DR",)
    assert sum('"' in r.pref_labels[0].value for r in records if isinstance(r, Concept) and r.scheme == "kma") > 70
    tops = [r for r in records if isinstance(r, Concept) and not r.broader]
    assert len(tops) == 29


def test_every_atc_code_of_rcc_arrives(tmp_path: Path) -> None:
    records = read(tmp_path, "atc", "2020", f"{RCC}/atc.csv")
    assert len(concepts(records)) == 14525
    assert skipped(records) == ["'-' is not an ATC code."]
    assert concepts(records)["QA01AA"].broader == ("QA01A",)


def test_the_atc_sample_has_its_six_retired_codes(tmp_path: Path) -> None:
    records = read(tmp_path, "atc", "2026", "se-sos-2026-normalized-samples/atc_L01_sample.csv")
    found = concepts(records)
    assert len(found) == 89
    assert sorted(n for n, c in found.items() if c.status is Status.INACTIVE) == [
        *("L01AA04", "L01AX10", "L01BB01", "L01EX16", "L01EX17", "L01EX20")
    ]
    assert [n for n, c in found.items() if not c.broader] == ["L"]


def test_icd_o_3_of_rcc_is_whole(tmp_path: Path) -> None:
    names = [f"{RCC}/{name}.csv" for name in ("icdo3", "icdo3_grov", "snomed3")]
    records = read(tmp_path, "icd_o", "2020", *names)
    counted = levels(records)
    assert counted["icd-o-3", "topografi"] == 325 and counted["icd-o-3", "morfologi"] == 912
    found = concepts(records)
    assert found["C00.0"].broader == ("C00",)
    assert {"8500/3", "8120/31", "8120/32"} <= found.keys()


def test_ksh97_p_is_whole(tmp_path: Path) -> None:
    names = ("se-ksh97p-ansi/KSH97P_KOD.ANS", "se-ksh97p-ansi/KSH97P_SFAMALT.ANS")
    records = read(tmp_path, "ksh97p", "1997", *names)
    assert len(concepts(records)) == 977 and not skipped(records)
    # 2,544 rows; 369 of them repeat the code's own name or a term given before.
    assert sum(len(concept.alt_labels) for concept in concepts(records).values()) == 2175


@pytest.mark.parametrize(
    ("id_", "path", "count"),
    [
        ("hpo", "hpo/hp.obo", 19484 + 3445),
        ("rcc-digr", f"{RCC}/digr.csv", 8),
        ("rcc-figo", f"{RCC}/figo.csv", 20),
        ("rcc-icd-7", f"{RCC}/icd7.csv", 196),
        ("rcc-kommun", f"{RCC}/kommun.csv", 290),
        ("rcc-lan", f"{RCC}/lan.csv", 21),
        ("rcc-m", f"{RCC}/m_rtr.csv", 6),
        ("rcc-n", f"{RCC}/n_rtr.csv", 15),
        ("rcc-sida", f"{RCC}/sida.csv", 3),
        ("rcc-t", f"{RCC}/t_rtr.csv", 21),
        ("rcc-tnmgrund", f"{RCC}/tnmgrund.csv", 2),
        ("sos-dodsorsaker", f"{SOS}/ddf--entities--dodsorsaker--diagnos.csv", 1938),
        ("sos-operation", f"{SOS}/ddf--entities--operation.csv", 7571),
        ("sos-tumordiagnoser", f"{SOS}/ddf--entities--tumordiagnoser.csv", 213),
        ("sos-tumortyper", f"{SOS}/ddf--entities--tumortyper.csv", 79),
    ],
)
def test_a_declared_list_is_whole(tmp_path: Path, id_: str, path: str, count: int) -> None:
    records = read(tmp_path, id_, "2020", path)
    assert len(concepts(records)) == count
    lost = [reason for reason in skipped(records) if "is not imported" not in reason]
    assert lost == TOLD.get(id_, [])


TOLD = {
    "rcc-t": ["'3d' has no label."],
    # Codes that the file gives two ways: merged into one term (alt_id), and replaced by another or merged into two.
    "hpo": [
        "'HP:0010905' became several: HP:0010904, HP:0002927.",
        "'HP:0007901' became several: HP:0000479, HP:0007973.",
        "'HP:0000535' became several: HP:0045074, HP:0045075.",
    ],
}


def test_every_declared_list_is_tried_on_its_real_file() -> None:
    tried = test_a_declared_list_is_whole.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert {id_ for id_, _, _ in tried} | {id_ for id_, *_ in DICTIONARIES} == set(loaders.declared_lists())


DICTIONARIES = [
    # source, its files, tables, variables, lists, values and rules in them, rows that are told and left out
    ("onco-osiris", ("onco-osiris/data/*.tsv", "onco-osiris/pivot/*.csv"), 27, 132, 51, 8_624, 5),
    ("onco-icgc-argo", ("onco-icgc-argo/icgc-argo-dictionary.json",), 9, 127, 41, 1_322, 0),
    ("onco-icgc-argo-schemas", ("onco-icgc-argo/schemas/*.json", "onco-icgc-argo/list.json"), 15, 245, 79, 1_890, 0),
    ("onco-mcode-dictionary", ("onco-mcode-dictionary/*",), 26, 269, 59, 2_333 + 49, 0),
    ("se-lisa-variable-docs", ("se-lisa-variable-docs/*.md",), 1, 486, 28, 162, 8),
    ("miabis-md", ("miabis-md/*.md",), 5, 128, 16, 178, 6),
    ("se-sos-statdb-dictionaries", (f"{SOS}/*.csv", f"{SOS}/*.json"), 1, 14, 45, 16_230, 23),
]


@pytest.mark.parametrize(("source", "patterns", "tables", "variables", "lists", "values", "told"), DICTIONARIES)
def test_a_declared_dictionary_is_whole(
    tmp_path: Path,
    source: str,
    patterns: tuple[str, ...],
    tables: int,
    variables: int,
    lists: int,
    values: int,
    told: int,
) -> None:
    names = [str(path.relative_to(DATA)) for pattern in patterns for path in sorted(DATA.glob(pattern))]
    records = read(tmp_path, source, "2026", *(names or patterns))
    found = [record for record in records if isinstance(record, CodeList)]
    assert sum(len(record.tables) for record in records if isinstance(record, Dataset)) == tables
    assert sum(isinstance(record, Variable) for record in records) == variables
    assert len(found) == lists
    assert sum(len(record.values) + len(record.intension) for record in found) == values
    assert sum(isinstance(record, Skipped) for record in records) == told


def test_rows_that_do_not_fit_are_told_and_not_shifted(tmp_path: Path) -> None:
    names = [str(path.relative_to(DATA)) for path in sorted(DATA.glob(f"{SOS}/*.csv"))]
    records = read(tmp_path, "se-sos-statdb-dictionaries", "2026", *(names or (SOS,)))
    told = Counter(r.origin.file for r in records if isinstance(r, Skipped) and "cells where" in r.reason)
    stem = "ddf--entities--"
    assert told == {f"{stem}abortmetod.csv": 2, f"{stem}sex.csv": 1, f"{stem}yrkesgrupp.csv": 18}


def test_templates_with_rows_about_patients_are_refused(tmp_path: Path) -> None:
    """OSIRIS ships its templates with invented patients in them; as data they would be persons."""
    if not (path := DATA / "onco-osiris/pivot/OSIRIS_pivot_Drug.csv").exists():
        pytest.skip(f"the publishers' files are not at {DATA}; set BEGREPP_SHARED to the folder that holds data/")
    with pytest.raises(PersonalDataError, match="row 2: the column 'Patient_Id'"):
        refuse_personal_data_files([path])


def test_the_hierarchy_of_declared_lists(tmp_path: Path) -> None:
    stages = concepts(read(tmp_path, "rcc-figo", "2020", f"{RCC}/figo.csv"))
    assert stages["IA1"].broader == ("IA",) and stages["II"].broader == () and stages["IVB"].broader == ("IV",)
    sites = concepts(read(tmp_path, "sos-tumordiagnoser", "2020", f"{SOS}/ddf--entities--tumordiagnoser.csv"))
    assert sites["1400"].broader == ("140",) and sites["140"].broader == ()
    causes = concepts(read(tmp_path, "sos-dodsorsaker", "2020", f"{SOS}/ddf--entities--dodsorsaker--diagnos.csv"))
    assert causes["A00"].broader == ("0101",) and causes["0101"].hidden_labels[0].value == "A00-A09"


def dictionary(name: str, columns: str, ignored: str) -> str:
    quoted = ", ".join(f'"{column}"' for column in ignored.split())
    return (
        'loader = "table"\n[source]\npublisher = "socialstyrelsen"\n'
        'licence = "http://rightsstatements.org/vocab/InC/1.0/"\n'
        f'[scheme]\ntitle.sv = "{name}"\n[[file]]\nname = "*.csv"\n[file.columns]\n{columns}\n'
        f"[file.options]\nignore = [{quoted}]\n"
    )


@pytest.mark.parametrize(
    ("name", "columns", "ignored", "row", "reason"),
    [
        (
            "abortmetod",
            'notation = "abortmetod"\npref_label.sv = "name"\npref_label.en = "name_english"',
            "sdb_amne sdb_titel",
            2,
            "7 cells where the table has 5 columns",
        ),
        (
            "sex",
            'notation = "sex"\npref_label.sv = "name"\npref_label.en = "name_english"',
            "sdb_kod commnets sdb_titel",
            5,
            "7 cells where the table has 6 columns",
        ),
        (
            "yrkesgrupp",
            'notation = "code"\npref_label.sv = "name"\npref_label.en = "name_english"',
            "yrkesgrupp sdb_amne sdb_titel",
            0,
            "cells where the table has 6 columns",
        ),
    ],
)
def test_broken_rows_are_told_and_never_shifted(
    tmp_path: Path, name: str, columns: str, ignored: str, row: int, reason: str
) -> None:
    with pytest.raises(InputError, match=reason) as raised:
        declared = dictionary(name, columns, ignored)
        read(tmp_path, f"sos-{name}", "2020", f"{SOS}/ddf--entities--{name}.csv", declaration=declared)
    assert raised.value.origin.file == f"ddf--entities--{name}.csv"
    assert raised.value.origin.row == row or not row
    assert raised.value.next_step


@pytest.mark.parametrize(
    ("name", "kept", "left_out", "unread"),
    [
        ("positive", 11823, 618, ()),
        ("negative", 1690, 197, ()),
        ("unsure", 110, 0, ("reviewer_id", "reviewer_agreement", "review_date")),
    ],
)
def test_biomappings_are_whole(tmp_path: Path, name: str, kept: int, left_out: int, unread: tuple[str, ...]) -> None:
    path = f"sssom-biomappings/{name}.sssom.tsv"
    records = read(tmp_path, f"biomappings-{name}", "2026", path, declaration=SSSOM)
    mappings = [r for r in records if isinstance(r, Mapping)]
    rows = [reason for reason in skipped(records) if "not one of the five SKOS matches" in reason]
    assert (len(mappings), len(rows)) == (kept, left_out)
    told = "the column '{}' is a slot of SSSOM without a field in begrepp; it is left out."
    assert {*skipped(records)} - {*rows} == {told.format(column) for column in unread}
    assert all(mapping.negated is (name == "negative") for mapping in mappings)


def test_every_example_of_sssom_is_read(tmp_path: Path) -> None:
    examples = sorted((DATA.parent / "suites" / "sssom" / "examples").glob("*/*.tsv"))
    if not examples:
        pytest.skip(f"the SSSOM examples are not at {DATA.parent}/suites")
    for number, path in enumerate(examples):
        beside = [f"../{p.relative_to(DATA.parent)}" for p in path.parent.glob(f"{path.stem}.yml")]
        declared = 'loader = "sssom"\n[source]\npublisher = "begrepp"\n'
        relative = f"../{path.relative_to(DATA.parent)}"
        assert len(read(tmp_path, f"example{number}", "2022", relative, *beside, declaration=declared)) > 1


def test_the_example_release_of_snomed_ct_is_whole(tmp_path: Path) -> None:
    records = read(tmp_path, "snomed_rf2", "2018-07-31", "snomed-rf2-dummy/Snapshot")
    found = concepts(records)
    assert len(found) == 103
    # Of 134 relationships 117 are in use: 112 say "is a", four are attributes, and one is stated only, not inferred.
    assert sum(len(concept.broader) for concept in found.values()) == 112
    # The four attributes, four associations, and the three of them that are suggestions (POSSIBLY EQUIVALENT TO).
    stated = [predicate for concept in found.values() for predicate, _ in concept.statements]
    own = {
        name: stated.count(expand(f"begrepp:{name}")) for name in ("definitionStatus", "moduleId", "fullySpecifiedName")
    }
    # One concept has no active fully specified name in the file.
    assert own == {"definitionStatus": 103, "moduleId": 103, "fullySpecifiedName": 102}
    assert len(stated) - sum(own.values()) == 8 + 3
    assert sum(c.status is Status.INACTIVE for c in found.values()) == 2
    # POSSIBLY EQUIVALENT TO names no successor; REPLACED BY does.
    assert [n for n, concept in found.items() if concept.replaced_by] == ["246188002"]
    assert found["50960005"].pref_labels[0].value == "Haemorrhage"


def test_the_claml_of_icd_10_is_whole(tmp_path: Path) -> None:
    records = read(tmp_path, "icd-10", "2019", "claml-who-sample/parser_examples.xml", declaration=CLAML)
    found = concepts(records)
    # 17 classes; E10 takes ten codes of its modifier, I70.0 two, M45 ten, M00.0 ten and T14.2 two.
    assert len(found) == 17 + 10 + 2 + 10 + 10 + 2
    assert {"E10.2", "I70.01", "M00.05", "T14.20"} <= found.keys() and found["E10.2"].marker == "dagger"
    # Of the 29 exclusions 20 stand in classes, and the others in classes of modifiers.
    written = [c for c in found.values() if c.origin.file.endswith(" Class")]
    assert sum(note.kind is NoteKind.EXCLUSION for c in written for note in c.notes) == 20


def test_icd_10_of_who_is_whole(tmp_path: Path) -> None:
    records = read(tmp_path, "icd10_who", "2019", "icd10-who-2019/icd_10_v2019.xml")
    found = concepts(records)
    assert len(found) == 12542 and sum(not concept.broader for concept in found.values()) == 22
    assert found["C61"].broader == ("C60-C63",) and "C61.9" not in found


def test_the_npu_sample_is_whole(tmp_path: Path) -> None:
    found = concepts(read(tmp_path, "npu", "2026", "npu-sample-xml/npu_test_data.xml"))
    # 21 versions of 15 codes.
    assert len(found) == 15 and sum(c.status is Status.INACTIVE for c in found.values()) == 5
    assert all(concept.status is Status.INACTIVE for concept in found.values() if concept.replaced_by)


def test_mondo_is_whole(tmp_path: Path) -> None:
    found = concepts(read(tmp_path, "mondo", "2026-05-05", "mondo-json/MONDO-ontology-v2026-05-05.json.zst"))
    assert len(found) == 31958 and sum(c.status is Status.INACTIVE for c in found.values()) == 3968
    assert found["MONDO:0000002"].replaced_by == ("http://purl.obolibrary.org/obo/MONDO_0009299",)


def test_oncotree_is_whole(tmp_path: Path) -> None:
    records = read(tmp_path, "oncotree", "2025-10-03", "onco-oncotree/oncotree_2025_10_03.json")
    assert len(concepts(records)) == 898 and any(isinstance(r, Mapping) for r in records)


def test_the_excerpt_of_omop_is_whole(tmp_path: Path) -> None:
    records = read(tmp_path, "omop", "2018", "omop-vocab-eunomia")
    found = [r for r in records if isinstance(r, Concept)]
    # 437 lines with the header; 125 vocabularies, of which six have concepts.
    assert len(found) == 436 and len({concept.scheme for concept in found}) == 6
    assert sum("has no concepts here" in reason for reason in skipped(records)) == 119


def test_hpo_keeps_scopes_successors_and_cross_references(tmp_path: Path) -> None:
    records = read(tmp_path, "hpo", "2025-01-16", "hpo/hp.obo")
    found = concepts(records)
    retired = [concept for concept in found.values() if concept.status is Status.INACTIVE]
    # 450 obsolete terms, and 3,445 of the 3,832 merged codes (alt_id): the other 387 are obsolete terms too.
    # 18,173 xrefs and one property is a mapping or, where its prefix is not known, a statement.
    assert len(retired) == 450 + 3445 and sum(len(concept.broader) for concept in found.values()) == 23392
    assert sum(len(concept.replaced_by) for concept in retired) > 340
    assert sum(isinstance(r, Mapping) for r in records) > 17900
    assert not any(concept.replaced_by for concept in found.values() if concept.status is Status.ACTIVE)


def test_the_value_set_of_the_national_medication_list_is_whole(tmp_path: Path) -> None:
    records = read(tmp_path, "nll", "2024", "se-snomed-nll-valueset/fhir.json", declaration=FHIR)
    (found,) = [r for r in records if isinstance(r, ValueSet)]
    labels = [r for r in records if isinstance(r, Statement) and r.object.lang == "sv"]
    assert (len(found.members), len(labels)) == (76, 160)
    assert "http://snomed.info/id/66621000052103" in found.members
