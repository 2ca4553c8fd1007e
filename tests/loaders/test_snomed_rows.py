"""Snomed CT in RF2: rows that occur twice, missing parents, suggestions of retired concepts, and dialects."""

from __future__ import annotations

from pathlib import Path

import pytest

from begrepp.build.loads.record_checks import check_records
from begrepp.errors import InputError
from begrepp.rdf.namespaces import CONSIDER
from begrepp.records import Concept, EditionFiles, LoadRemark, Mapping, Record, Skipped, ValueSet
from loaders.snomed_rf2 import load
from loaders.snomed_rf2.concepts import _SYNONYM, _texts
from loaders.snomed_rf2.scheme import IRI
from tests.loaders.test_snomed_rf2 import FULL, copied, whole

FILES = (
    "sct2_Concept_Snapshot_INT",
    "sct2_Description_Snapshot-en_INT",
    "sct2_Relationship_Snapshot_INT",
    "der2_cRefset_AssociationSnapshot_INT",
    "der2_iisssccRefset_ExtendedMapSnapshot_INT",
)


def read(files: list[Path], version: str = "2024-11-30", report: tuple[str, ...] = ()) -> list[Record]:
    edition = EditionFiles(source="snomed_rf2", version=version, folder=files[0].parent, files=tuple(sorted(files)))
    return list(check_records(load(edition), report))


def with_row(folder: Path, file: str, change: tuple[str, str] = ("", ""), row: int = 2) -> list[Path]:
    """Return the fixture with a row added at the end of a file: a copy of another row, changed."""

    def add(name: str, text: str) -> tuple[str, str]:
        if file not in name:
            return name, text
        added = text.splitlines()[row - 1]
        assert change[0] in added
        return name, f"{text}{added.replace(*change) if change[0] else added}\n"

    return copied(folder, add)


def rows_of(files: list[Path], name: str) -> int:
    path = next(path for path in files if name in path.name)
    return len(path.read_text(encoding="utf-8").splitlines())


def loaded(records: list[Record]) -> list[Record]:
    return [each for each in records if isinstance(each, Concept | Mapping)]


@pytest.mark.parametrize("file", FILES)
def test_a_row_that_repeats_another_in_everything_is_left_out_with_a_remark(tmp_path: Path, file: str) -> None:
    files = with_row(tmp_path, file)
    found = read(files)
    remarks = [each for each in found if isinstance(each, LoadRemark) and "repeats an earlier one" in each.text]
    assert [(each.origin.file.startswith(file), each.origin.row) for each in remarks] == [(True, rows_of(files, file))]
    assert loaded(found) == loaded(read(whole()))


def test_the_rows_of_another_package_that_repeat_the_same_are_counted(tmp_path: Path) -> None:
    [international] = [path for path in whole() if path.name.startswith("sct2_Concept_Snapshot_INT")]
    _, *rows = international.read_text(encoding="utf-8").splitlines()

    def add(name: str, text: str) -> tuple[str, str]:
        return name, text + "\n".join([*rows, ""]) if "Concept_Snapshot_SE" in name else text

    found = read(copied(tmp_path, add))
    assert [each.rows for each in found if isinstance(each, LoadRemark)] == [len(rows)]
    assert len(loaded(found)) == len(loaded(read(whole())))


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("sct2_Concept_Snapshot_INT", ("900000000000074008", "900000000000073002")),
        ("sct2_Description_Snapshot-en_INT", ("900000000000448009", "900000000000017005")),
        ("sct2_Relationship_Snapshot_INT", ("\t1\t", "\t0\t")),
    ],
)
def test_a_row_of_the_same_day_with_other_contents_is_refused_with_both_rows(
    tmp_path: Path, file: str, change: tuple[str, str]
) -> None:
    files = with_row(tmp_path, file, change)
    with pytest.raises(InputError) as raised:
        read(files)
    assert (raised.value.origin.file.startswith(file), raised.value.origin.row) == (True, rows_of(files, file))
    assert "other contents" in raised.value.reason and f"{file}_20240701.txt row 2," in raised.value.reason
    reported = read(files, report=("repeated",))
    assert loaded(reported) == loaded(read(whole()))
    assert any("other contents" in each.reason for each in reported if isinstance(each, Skipped))


def test_a_snapshot_with_two_states_of_a_component_is_refused_and_may_keep_the_later(tmp_path: Path) -> None:
    file = "sct2_Concept_Snapshot_INT"
    files = with_row(tmp_path, file, ("20020131", "20010131"))
    with pytest.raises(InputError) as raised:
        read(files)
    assert raised.value.origin.row == rows_of(files, file)
    assert f"has a later row in {file}_20240701.txt row 2 (20020131)" in raised.value.reason
    assert loaded(read(files, report=("repeated",))) == loaded(read(whole()))


def test_all_states_of_a_component_in_a_full_file_are_no_repetition() -> None:
    found = read([path for path in FULL.rglob("*") if path.is_file()], "2019")
    assert loaded(found) and not [each for each in found if isinstance(each, LoadRemark)]


def test_a_missing_parent_is_reported_at_the_row_of_its_relationship(tmp_path: Path) -> None:
    file = "sct2_Relationship_Snapshot_INT"
    text = next(path for path in whole() if file in path.name).read_text(encoding="utf-8").splitlines()
    number, row = next((n, r.split("\t")) for n, r in enumerate(text, 1) if r.split("\t")[7] == "116680003")
    row[5] = "9077000"
    files = copied(tmp_path, lambda n, t: (n, t.replace(text[number - 1], "\t".join(row)) if n.startswith(file) else t))
    with pytest.raises(InputError) as raised:
        read(files)
    assert (raised.value.origin.file.startswith(file), raised.value.origin.row) == (True, number)
    assert f"'{row[4]}' has the parent '9077000'" in raised.value.reason
    reported = read(files, report=("dangling",))
    concept = next(each for each in reported if isinstance(each, Concept) and each.notation == row[4])
    assert "9077000" not in concept.broader


def test_a_cycle_is_reported_in_the_file_of_the_relationships(tmp_path: Path) -> None:
    file = "sct2_Relationship_Snapshot_INT"

    def turn(name: str, text: str) -> tuple[str, str]:
        if not name.startswith(file):
            return name, text
        cells = next(r.split("\t") for r in text.splitlines() if r.split("\t")[7] == "116680003")
        cells[0], cells[4], cells[5] = "999999", cells[5], cells[4]
        return name, text + "\t".join(cells) + "\n"

    with pytest.raises(InputError) as raised:
        read(copied(tmp_path, turn))
    assert "cycle" in raised.value.reason and raised.value.origin.file.startswith(file)


@pytest.mark.parametrize(
    ("refset", "is_suggested"),
    [
        ("900000000000523009", True),
        ("900000000000528000", True),
        ("900000000000530003", True),
        ("1186924009", True),
        ("1186921001", True),
        ("900000000000524003", False),
    ],
)
def test_associations_that_do_not_name_one_successor_are_suggestions(
    tmp_path: Path, refset: str, is_suggested: bool
) -> None:
    stated = "900000000000526001\t100004004"
    files = copied(tmp_path, lambda n, t: (n, t.replace(stated, f"{refset}\t100004004") if "Association" in n else t))
    concept = next(each for each in read(files) if isinstance(each, Concept) and each.notation == "100004004")
    values = {name: value.value for name, value in concept.statements if name in (CONSIDER, f"{IRI}{refset}")}
    target = f"{IRI}100002002"
    assert values == {f"{IRI}{refset}": target, **({CONSIDER: target} if is_suggested else {})}
    assert concept.replaced_by == ()


def test_an_english_synonym_that_no_dialect_accepts_is_english() -> None:
    # The US reference set has it as an inactive member, the British one not at all; another synonym is British only.
    texts = _texts([(0, _SYNONYM, "en", "unaccepted", 0), (0, _SYNONYM, "en", "colour", 32)])
    labels = {(text.value, text.lang) for labels in texts for text in labels}
    assert labels == {("unaccepted", "en"), ("colour", "en-GB")}


def test_a_cycle_is_refused_with_the_row_of_one_of_its_parents(tmp_path: Path) -> None:
    [path] = [each for each in whole() if each.name.startswith("sct2_Relationship_Snapshot_INT")]
    _, *rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    parents = {row[4]: row[5] for row in rows if row[7] == "116680003" and row[2] == "1"}
    child, parent = next((low, high) for low, high in parents.items() if high in parents)

    def add(name: str, text: str) -> tuple[str, str]:
        turned = next(row for row in rows if row[4] == child)
        turned = ["999028", *turned[1:4], parent, child, *turned[6:]]
        return name, text + "\t".join(turned) + "\n" if name == path.name else text

    files = copied(tmp_path, add)
    with pytest.raises(InputError, match="the hierarchy has a cycle: ") as raised:
        read(files)
    lines = next(each for each in files if each.name == path.name).read_text(encoding="utf-8").splitlines()
    assert raised.value.origin.file == path.name
    named = lines[raised.value.origin.row - 1].split("\t")
    assert {(named[4], named[5])} <= {(child, parent), (parent, child)}
    assert child in raised.value.reason and parent in raised.value.reason


def test_reference_sets_are_value_sets_of_their_active_members(tmp_path: Path) -> None:
    files = copied(tmp_path, lambda name, text: (name, text))
    columns = "id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId\n"
    path = next(each for each in files if "Concept_Snapshot_INT" in each.name).with_name(
        "der2_Refset_SimpleSnapshot_INT_20240701.txt"
    )
    rows = [("1", "100002002"), ("0", "100011001"), ("1", "999999999"), ("1", "100003003")]
    path.write_text(
        columns
        + "".join(
            f"00000000-0000-4000-8000-{number:012}\t20240101\t{active}\t900000000000207008\t100010000\t{member}\n"
            for number, (active, member) in enumerate(rows)
        ),
        encoding="utf-8",
    )
    records = read([*files, path])
    (found,) = [each for each in records if isinstance(each, ValueSet) and each.origin.file == path.name]
    assert (found.id, found.version, found.members) == (
        "snomed-ct-100010000",
        "2024-11-30",
        (f"{IRI}100002002", f"{IRI}100003003"),
    )
    assert found.identifiers == ("http://snomed.info/sct?fhir_vs=refset/100010000", f"{IRI}100010000")
    assert found.former_members == (f"{IRI}100011001",)
    assert found.titles and found.titles[0].value != "100010000"
    reasons = [each.reason for each in records if isinstance(each, Skipped) and each.origin.file == path.name]
    assert reasons == ["the reference set 100010000 has members that are no concepts of the release (1)."]


def test_association_and_map_reference_sets_are_value_sets_too(tmp_path: Path) -> None:
    files = with_row(tmp_path, "der2_iisssccRefset_ExtendedMapSnapshot_INT", ("\t1\t900", "\t0\t900"))
    path = next(each for each in files if "ExtendedMap" in each.name)
    *rows, added = path.read_text(encoding="utf-8").splitlines()
    added = added.replace("100002002", "100003003").replace("000000034335", "000000099999")
    path.write_text("\n".join([*rows, added, ""]), encoding="utf-8")
    found = {each.id: (each.members, each.former_members) for each in read(files) if isinstance(each, ValueSet)}
    assert found == {
        "snomed-ct-447562003": ((f"{IRI}100001001", f"{IRI}100002002"), (f"{IRI}100003003",)),
        "snomed-ct-446608001": ((f"{IRI}100003003",), ()),
        "snomed-ct-900000000000497000": ((f"{IRI}100002002",), ()),
        "snomed-ct-900000000000523009": ((f"{IRI}100005005",), ()),
        "snomed-ct-900000000000526001": ((f"{IRI}100004004",), ()),
        "snomed-ct-900000000000527005": ((f"{IRI}100006006",), ()),
    }
