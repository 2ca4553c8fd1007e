"""Every loader: a postcard of files becomes the golden Turtle, the same one each time, and the shapes accept it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

import loaders
from begrepp.records import Concept, Edition, EditionFiles, Record, Skipped
from begrepp.settings import ROOT
from begrepp.validation.report import Severity
from begrepp.validation.validate import validate
from loaders.declaration import value_lists, variables
from loaders.table import options
from tests import golden

ALL = list(golden.fixtures())
loaded_once = cache(golden.load)


@pytest.mark.parametrize("fixture", ALL, ids=lambda fixture: fixture.name)
def test_a_fixture_becomes_its_golden_turtle_twice(fixture: golden.Fixture) -> None:
    first, again = loaded_once(fixture), golden.load(fixture)
    assert first == again
    assert golden.turtle(*first) == fixture.expected.read_text(encoding="utf-8"), "run `make golden` and read the diff"


@pytest.mark.parametrize("fixture", ALL, ids=lambda fixture: fixture.name)
def test_the_golden_turtle_is_turtle_and_says_what_was_loaded(fixture: golden.Fixture) -> None:
    triples, _ = loaded_once(fixture)
    lines = "".join(triples).encode()
    assert golden.read(fixture.expected) == {
        f"{q.subject} {q.predicate} {q.object} .\n" for q in parse(input=lines, format=RdfFormat.N_TRIPLES)
    }


@pytest.mark.parametrize("fixture", ALL, ids=lambda fixture: fixture.name)
def test_the_shapes_accept_the_golden_turtle(fixture: golden.Fixture) -> None:
    report = validate([fixture.expected])
    violations = [result for result in report.results if result.severity is Severity.VIOLATION]
    objections = [(r.shape.rpartition("#")[2], r.focus, r.value, dict(r.messages)) for r in violations]
    assert not objections


@pytest.mark.parametrize("module", sorted(loaders.loader_modules()))
def test_a_loader_tells_what_it_reads(module: str) -> None:
    source = loaders.loader_modules()[module].SOURCE
    assert source.id == module
    assert source.reads and source.title and source.publisher.names


@pytest.mark.parametrize("id_", sorted(loaders.declared_lists()))
def test_a_declared_list_is_a_source(id_: str) -> None:
    source = next(source for source in loaders.all_sources() if source.id == id_)
    if "scheme" in loaders.declared_lists()[id_]:
        assert source.schemes[0].id == id_
    assert source.licence and source.reads and source.homepage


def test_formats_come_last_among_the_sources() -> None:
    formats = {name for name, module in loaders.loader_modules().items() if not module.SOURCE.schemes}
    kinds = [source.id not in formats for source in loaders.all_sources()]
    assert kinds == sorted(kinds, reverse=True)


def records(name: str) -> list[Record]:
    fixture = next(each for each in ALL if each.name == name)
    return list(loaders.read_records(fixture.edition))


def concepts(name: str) -> dict[tuple[str, str], Concept]:
    return {(r.scheme, r.notation): r for r in records(name) if isinstance(r, Concept)}


def test_one_heading_means_two_things_in_the_parts_of_kva() -> None:
    found = concepts("kva-texts")
    assert found["kka", "A"].pref_labels != found["kma", "A"].pref_labels
    assert found["kka", "ZSC00"].broader == ("ZS",)
    assert found["kma", "AA001"].pref_labels[0].value == 'Påhittat "prov" med ensamt " tecken'
    assert found["kka", "AAA10"].pref_labels[0].value == "Påhittat prov"


def test_the_parts_of_kva_are_told_apart_without_folder_names(tmp_path: Path) -> None:
    fixture = next(each for each in ALL if each.name == "kva-texts")
    files = []
    for path in fixture.edition.files:
        target = tmp_path / ("one" if path.parent.name.startswith("kka") else "other") / path.name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(path.read_bytes())
        files.append(target)
    edition = EditionFiles(source="kva", version="2021", folder=tmp_path, files=tuple(sorted(files)))
    assert {r.scheme for r in loaders.read_records(edition) if isinstance(r, Concept)} == {"kka", "kma"}


def test_a_retired_atc_code_has_a_successor_only_where_that_is_in_the_file() -> None:
    found = concepts("atc-csv")
    assert found["atc", "L01XE02"].replaced_by == ("L01EB01",)
    assert found["atc", "L01XE35"].replaced_by == ()
    assert found["atc", "L01EB01"].replaced_by == ()


def test_homonyms_are_two_concepts_and_terms_of_one_definition_are_one() -> None:
    found = concepts("termbank")
    assert {notation for _, notation in found if notation.startswith("bank")} == {"bank-prov", "bank-ekonomi"}
    care = found["termbank", "pahittad-vard"]
    assert {word.value for word in care.alt_labels if word.lang == "sv"} == {"påhittevård", "in/ut-vård"}
    assert [word.value for word in care.hidden_labels] == ["fejkvård"]
    assert found["termbank", "insats"].domain[0].value == "socialtjänsten"
    assert found["termbank", "atgard"].definitions[0].value == "Något som görs för att nå ett mål."
    assert sum(isinstance(r, Skipped) for r in records("termbank")) == 2


def test_a_code_list_in_two_editions_of_icd_10_se_is_published_by_whom_it_was_then() -> None:
    publishers = {
        name: next(r.publisher.id for r in records(name) if isinstance(r, Edition))
        for name in ("icd10_se-texts", "icd10_se-table")
    }
    assert publishers == {"icd10_se-texts": "socialstyrelsen", "icd10_se-table": "ehalsomyndigheten"}


def test_skos_keeps_what_no_record_says() -> None:
    _, skipped = golden.load(next(each for each in ALL if each.name == "skos-djur"))
    text = next(each for each in ALL if each.name == "skos-djur").expected.read_text(encoding="utf-8")
    for kept in ('"Tier"@de', "https://example.com/dog", "urn:oid:1.2.3.5", "En nod utan namn", "en kedja utan namn"):
        assert kept in text
    assert any("husdjur" in reason for reason in skipped) and any("cycle" in reason for reason in skipped)


MANUAL = (ROOT / "docs" / "how-to" / "source-toml.md").read_text(encoding="utf-8")


def test_the_first_example_of_the_manual_works(tmp_path: Path) -> None:
    codes, declaration = (re.findall(rf"```{kind}\n(.*?)```", MANUAL, re.DOTALL)[0] for kind in ("csv", "toml"))
    (tmp_path / "codes.csv").write_text(codes, encoding="utf-8")
    (tmp_path / "source.toml").write_text(declaration, encoding="utf-8")
    edition = EditionFiles(source="my-list", version="2026", folder=tmp_path, files=tuple(sorted(tmp_path.iterdir())))
    found = {r.notation: r for r in loaders.read_records(edition) if isinstance(r, Concept)}
    assert found["B1"].broader == ("B",) and found["B2"].pref_labels[1].value == "right breast"


def test_every_key_that_a_loader_reads_is_in_the_manual() -> None:
    kinds = "text|character|flag|number|day|strings|words|iri|slug|choice|pattern|table|tables|agent_named"
    read = {
        (key, path.relative_to(ROOT).as_posix())
        for path in (ROOT / "loaders").rglob("*.py")
        for key in re.findall(rf"\.(?:{kinds})\(\s*\"([a-z_]+)\"", path.read_text(encoding="utf-8"))
    }
    assert len(read) > 100
    for key, path in sorted(read):
        assert re.search(rf"\b{key}\b", MANUAL), f"{path} reads '{key}', which docs/how-to/source-toml.md does not tell"
    for field in (
        *options.PLAIN_FIELDS,
        *options.TEXT_FIELDS,
        *options.NOTE_FIELDS,
        *variables.FIELDS,
        *variables.TEXT_FIELDS,
        *value_lists.FIELDS,
    ):
        assert f"`{field}" in MANUAL, field
