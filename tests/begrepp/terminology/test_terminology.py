"""The terminology of the shared build: look-ups, editions, value sets, names, and the hierarchy's integers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pyroaring import BitMap

from begrepp.artefact.manifest import current_build
from begrepp.errors import DamagedBuild, NoBuild
from begrepp.settings import Settings
from begrepp.terminology.closure import closure
from begrepp.terminology.section_file import SectionFile, SectionWriter, decode_bitmap, encode_bitmap
from begrepp.terminology.terminology import Terminology


@pytest.fixture(scope="module")
def terminology(built: Settings) -> Terminology:
    return Terminology(current_build(built))


def test_a_concept_is_found_by_code_other_spelling_and_iri(terminology: Terminology) -> None:
    system = terminology.scheme("icd-10-se")
    assert system is not None
    number = system.index("A00.9")
    assert number is not None and system.code(number) == "A00.9"
    assert [system.code(each) for each in system.find("a009")] == ["A00.9"]
    assert system.index("a009") is None and system.index("Z99.99") is None
    assert system.index_of_iri(system.iri(number)) == number
    found = terminology.locate(system.iri(number))
    assert found is not None and found[0].description.id == "icd-10-se" and found[1] == number


def test_a_system_is_found_by_each_of_its_identifiers(terminology: Terminology) -> None:
    for ref in ("icd-10-se", "ICD-10-SE", "urn:oid:1.2.752.116.1.1.1", "1.2.752.116.1.1.1"):
        system = terminology.scheme(ref)
        assert system is not None and system.description.id == "icd-10-se", ref
    assert terminology.scheme("no-such-system") is None


def test_an_edition_is_found_by_version_and_by_day(terminology: Terminology) -> None:
    old, new = terminology.scheme("icd-10-se", "2021"), terminology.scheme("icd-10-se")
    assert old is not None and new is not None
    assert old.description.version == "2021" and new.description.version != "2021"
    then = terminology.scheme("icd-10-se", as_of=date(2021, 6, 30))
    assert then is not None and then.description.version == "2021"
    assert terminology.scheme("icd-10-se", as_of=date(1900, 1, 1)) is None
    retired, before = new.lookup("A00.0"), old.lookup("A00.0")
    assert retired is not None and retired.status == "inactive"
    assert before is not None and before.status == "active"
    number = new.index("A00.0")
    assert number is not None and number not in new.active


def test_concepts_are_numbered_by_code_and_retired_ones_last(terminology: Terminology) -> None:
    system = terminology.scheme("icd-10-se")
    assert system is not None
    codes = [*system.codes()]
    assert codes.index("A00") < codes.index("A00.9") < codes.index("A00.0")


def test_the_hierarchy_answers_in_integers(terminology: Terminology) -> None:
    system = terminology.scheme("icd-10-se", "2021")
    assert system is not None
    number = {code: place for place, code in enumerate(system.codes())}
    hierarchy = system.hierarchy
    assert [*hierarchy.ancestors(number["A00.0"])] == sorted(number[code] for code in ("A00", "A00-A09", "01"))
    assert {*hierarchy.descendants(number["A00"])} == {number["A00.0"], number["A00.9"]}
    assert hierarchy.subsumes(number["01"], number["A00.9"]) and not hierarchy.subsumes(number["A00.9"], number["01"])
    assert not hierarchy.subsumes(number["A00"], number["A00"])
    assert number["A00.0"] in hierarchy.leaves and number["A00"] not in hierarchy.leaves
    below = hierarchy.descendants(number["01"])
    assert {*below & hierarchy.leaves} == {number["A00.0"], number["A00.9"]}
    assert {*hierarchy.all - below} == {number["01"]} == {*hierarchy.tops}


def test_a_designation_follows_the_languages(terminology: Terminology) -> None:
    system = terminology.scheme("icd-10-se", "2021")
    number = system.index("A00.0") if system else None
    assert system is not None and number is not None
    english, other = system.designation(number, ("en", "sv")), system.designation(number, ("fi",))
    assert english is not None and english.text == "Invented lung disorder"
    assert other is not None and other.text in ("Invented lung disorder", "Påhittad lungåkomma")


def test_a_thing_that_is_no_concept_has_its_name(terminology: Terminology) -> None:
    system = terminology.scheme("icd-10-se")
    assert system is not None
    publisher = terminology.name(system.description.publisher)
    assert publisher is not None and publisher.texts
    assert terminology.name("https://example.org/nothing") is None


def test_the_closure_holds_with_several_parents_and_with_a_cycle() -> None:
    # 0 ← 1, 2; 1, 2 ← 3; 4 and 5 are each other's parents, and 6 is below 4.
    parents: list[list[int]] = [[], [0], [0], [1, 2], [5], [4], [4]]
    assert [sorted(each) for each in closure(parents)] == [[], [0], [0], [0, 1, 2], [5], [4], [4, 5]]


def test_a_bitmap_survives_its_encoding() -> None:
    for bitmap in (BitMap(), BitMap([3]), BitMap(range(100_000))):
        assert decode_bitmap(memoryview(encode_bitmap(bitmap))) == bitmap


def test_sections_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "sections"
    with SectionWriter(path) as out:
        out.items("words", [b"one", b"", b"three"])
        out.array("numbers", [1, 2, 1 << 31])
        out.hashes("index", [("a", 1), ("b", 2), ("a", 3)])
    file = SectionFile(path)
    words = file.items("words")
    assert [bytes(words[n]) for n in range(len(words))] == [b"one", b"", b"three"]
    assert file.array("numbers").tolist() == [1, 2, 1 << 31]
    assert file.hashes("index").find("a") == [1, 3] and file.hashes("index").find("c") == []
    with pytest.raises(IndexError):
        words[3]


def test_a_damaged_or_missing_terminology_is_reported(tmp_path: Path) -> None:
    folder = tmp_path / "damaged"
    with pytest.raises(NoBuild):
        Terminology(folder)
    (folder / "terminology").mkdir(parents=True)
    (folder / "terminology/index").write_bytes(b"cut")
    with pytest.raises(DamagedBuild, match="terminology/index"):
        Terminology(folder)
