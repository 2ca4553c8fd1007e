"""Comparison of two editions: changes, the rule for each, and levels that an edition does not cover."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from begrepp.artefact.manifest import Manifest
from begrepp.artefact.parts import Part
from begrepp.build.differences.difference_writer import edition_pairs
from begrepp.build.loads.edition_loader import load_edition
from begrepp.build.loads.parallel_loader import EditionJob
from begrepp.build.pipeline import build
from begrepp.history.change_lists import COLUMNS, change_cells, changes_csv, read_changes
from begrepp.history.changes import RULES, TYPES, Change, Comparison
from begrepp.history.comparison import compare, edition_file
from begrepp.records import Concept, Coverage, Edition, EditionFiles, Record, Text
from begrepp.settings import ROOT, Settings
from begrepp.sources.meter import Meter
from begrepp.store.disk import DiskStore
from begrepp.text.similarity import has_opposite, negation_differs, numbers_differ, similarity, spelling_key
from loaders import atc, icd10_se
from tests.support import editions
from tests.support.editions import edition
from tests.support.small import HEADER, ROWS, Quiet, build_small, put, select, settings_in

BASE = "https://w3id.org/begrepp/"


def part(folder: Path, version: str) -> Part:
    return load_edition(edition(folder, version), editions.load, folder, BASE, Meter()).parts[0]


def rows(comparison: Comparison) -> set[tuple[str, str, str, str]]:
    def codes(ends: tuple[object, ...]) -> str:
        return " ".join(getattr(code, "notation", "") for code in ends)

    return {(c.type, c.rule, codes(c.sources), codes(c.targets)) for c in comparison.changes}


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    folder = tmp_path_factory.mktemp("pair")
    return compare(edition_file(part(folder, "2021")), edition_file(part(folder, "2022")))


def test_a_pair_with_every_class_gives_exactly_these_changes(compared: Comparison) -> None:
    assert rows(compared) == editions.EXPECTED


def test_the_pair_has_every_class_and_every_rule() -> None:
    assert {row[0] for row in editions.EXPECTED} == set(TYPES)
    assert {row[1] for row in editions.EXPECTED} == set(RULES)
    assert all(RULES[rule] == kind for kind, rule, _, _ in editions.EXPECTED)


def test_the_rules_of_the_code_are_those_of_the_vocabulary() -> None:
    text = (ROOT / "ontology" / "vocabulary.ttl").read_text(encoding="utf-8")
    said = {
        line.split(":")[1].split()[0] for line in text.splitlines() if "begrepp:ChangeRule ;" in line and " a " in line
    }
    assert {word for word in said if word.startswith("rule")} == set(RULES)


def test_each_code_that_came_or_went_stands_in_one_row(compared: Comparison) -> None:
    ends = [c.iri for change in compared.changes if change.type == "retired" for c in change.sources]
    ends += [
        code.iri
        for change in compared.changes
        if change.type in ("moved", "split", "merged") and change.rule != "ruleOtherParent"
        for code in (*change.sources, *change.targets)
        if code.notation not in {"B2", "B6", "B9", "E4"}
    ]
    assert len(ends) == len(set(ends))


def test_the_difference_says_what_it_does_not_cover(compared: Comparison) -> None:
    covers = {row.level.rpartition("/")[2]: (row.old_covers, row.new_covers) for row in compared.levels}
    assert covers == {"grupp": (True, True), "kod": (True, True), "under": (True, True), "detalj": (False, True)}


def test_an_excerpt_adds_and_retires_nothing_but_shows_what_it_calls_otherwise(tmp_path: Path) -> None:
    whole = part(tmp_path, "2021")
    excerpt = part(tmp_path, "2022-urval")
    kinds = {change.type for change in compare(edition_file(whole), edition_file(excerpt)).changes}
    assert excerpt.coverage is Coverage.PARTIAL
    assert "retired" in kinds, "what the excerpt itself says is inactive is a statement"
    few = [line for line in excerpt.path.read_text(encoding="utf-8").splitlines(True) if "/A2>" in line]
    excerpt.path.write_text("".join(sorted(few)), encoding="utf-8")
    assert rows(compare(edition_file(whole), edition_file(excerpt))) == {("retitled", "ruleWordsInCommon", "A2", "A2")}
    assert rows(compare(edition_file(excerpt), edition_file(whole))) == {("retitled", "ruleWordsInCommon", "A2", "A2")}


def test_an_edition_against_itself_changed_nothing(tmp_path: Path) -> None:
    one = part(tmp_path, "2021")
    same = compare(edition_file(one), edition_file(one))
    assert same.changes == [] and same.unchanged == one.concepts


def test_every_code_in_use_in_both_is_the_same_or_has_a_change(compared: Comparison) -> None:
    old, new = ({c.notation for c in each if c.status == "active"} for each in (editions.OLD, editions.NEW))
    single = [c for c in compared.changes if len(c.sources) == 1 == len(c.targets)]
    changed = {c.key for c in single if c.sources[0].iri == c.targets[0].iri}
    assert compared.unchanged == len((old & new) - changed)


def test_the_labels_of_several_codes_stand_in_the_order_of_the_codes(built: tuple[Settings, Manifest]) -> None:
    settings, manifest = built
    changes = read_changes(DiskStore(settings.current / "store"), manifest.differences[0].graph)
    (split,) = (change_cells(c) for c in changes if c.rule == "ruleSeveralSuccessors")
    assert split[4:6] == ("C1 | C2", "Aortaklaffel | Mitralisklaffel")
    (divided,) = (change_cells(c) for c in changes if c.rule == "ruleCodeDivided")
    assert divided[2:6] == ("E4", "Diabetes", "E41 | E42", "Diabetes typ 1 | Diabetes typ 2")


def a_part(version: str, coverage: Coverage, folder: Path) -> Part:
    made = part(folder, "2021")
    made.version, made.coverage, made.valid_from = version, coverage, date(int(version), 1, 1)
    return made


def test_a_complete_edition_is_compared_past_an_excerpt_too(tmp_path: Path) -> None:
    whole, some = Coverage.COMPLETE, Coverage.PARTIAL
    parts = [a_part(v, c, tmp_path) for v, c in (("2019", whole), ("2020", some), ("2021", whole), ("2022", whole))]
    assert [(old.version, new.version) for old, new in edition_pairs(parts)] == [
        ("2019", "2020"),
        ("2020", "2021"),
        ("2019", "2021"),
        ("2021", "2022"),
    ]


def test_an_excerpt_from_another_source_is_no_edition_of_the_list(tmp_path: Path) -> None:
    whole, some = Coverage.COMPLETE, Coverage.PARTIAL
    parts = [a_part(v, c, tmp_path) for v, c in (("2019", whole), ("2020", some), ("2021", whole))]
    parts[1].source = "demo"
    assert [(old.version, new.version) for old, new in edition_pairs(parts)] == [("2019", "2021")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Akut leukemi (t8;21)", "Akut leukemi t(8;21)"),
        ("Perinealbristning; unilateral", "Perinealbristning: unilateral"),
        ("CESAREAN  section", "césarean section"),
    ],
)
def test_spelling_alone(old: str, new: str) -> None:
    assert spelling_key(old) == spelling_key(new)


@pytest.mark.parametrize(("old", "new"), [("HER2+", "HER2-"), ("dos 1,5 mg", "dos 15 mg"), ("≥ 3 cm", "< 3 cm")])
def test_signs_and_numbers_are_more_than_spelling(old: str, new: str) -> None:
    assert spelling_key(old) != spelling_key(new)


def test_words_that_turn_the_meaning_round_are_seen() -> None:
    assert negation_differs("Covid-19, virus påvisat", "Covid-19, virus ej påvisat")
    assert has_opposite("Fraktur, höger", "Fraktur, vänster") and not has_opposite("Fraktur", "Fraktur, vänster")
    assert numbers_differ("typ 1", "typ 2") and not numbers_differ("typ", "typ 2")


def test_likeness_reads_words_and_forms_of_words_not_meanings() -> None:
    assert similarity("störning orsakad av cannabis", "Störningar orsakade av cannabis") == 1
    assert similarity("Testikulär feminisering", "Fullständig androgenokänslighet") == 0
    assert similarity("Sjukdom, ospecificerad", "Skada, ospecificerad") == 0


# A whole build.


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Manifest]:
    settings = settings_in(tmp_path_factory.mktemp("diff"))
    jobs = [EditionJob(edition(settings.raw, version), editions.load) for version in ("2021", "2022")]
    return settings, build(jobs, settings, Quiet())


def test_the_build_holds_the_difference_in_a_graph_of_its_own_and_in_the_current_view(
    built: tuple[Settings, Manifest],
) -> None:
    settings, manifest = built
    said = manifest.differences[0]
    assert (said.old, said.new, sum(said.counts.values())) == ("2021", "2022", len(editions.EXPECTED))
    graph = f"{BASE}id/cs/par/difference/2021..2022"
    assert said.graph == graph
    count = "SELECT (COUNT(*) AS ?n) { %s { <%s> a xkos:Correspondence ; xkos:madeOf/begrepp:changeType ?type } }"
    for where in ("", f"GRAPH <{graph}>"):
        assert select(settings, count % (where, graph)) == [[str(len(editions.EXPECTED))]]
    releases = select(settings, f"SELECT ?r {{ <{graph}> xkos:compares ?r }}")
    assert sorted(row[0].rpartition("/")[2] for row in releases) == ["2021", "2022"]
    uncovered = select(settings, f"SELECT ?l {{ <{graph}> begrepp:uncoveredLevel ?l }}")
    assert [row[0].rpartition("/")[2] for row in uncovered] == ["detalj"]


def test_the_changes_read_back_from_the_graph_are_those_that_were_found(built: tuple[Settings, Manifest]) -> None:
    settings, manifest = built
    store = DiskStore(settings.current / "store")
    changes = read_changes(store, manifest.differences[0].graph)
    assert rows(Comparison(changes=changes)) == editions.EXPECTED
    table = changes_csv(changes).splitlines()
    assert table[0] == ",".join(COLUMNS) and len(table) == 1 + len(changes)
    assert "merged,ruleSharedSuccessor,A8 | A9,Bråck i buken | Bråck i ljumsken,C5,Bukväggsbråck,,,," in table


def test_the_same_editions_give_the_same_difference(built: tuple[Settings, Manifest]) -> None:
    settings, before = built
    jobs = [EditionJob(edition(settings.raw, version), editions.load) for version in ("2022", "2021")]
    again = build(jobs, settings, Quiet())
    assert again.differences == before.differences and again.hash == before.hash


def test_a_cell_is_never_a_formula() -> None:
    change = Change(rule="ruleNewCode", new_labels=(Text("=1+1", "sv"),))
    assert "'=1+1" in changes_csv([change])


# Real forms.


def test_atc_codes_that_moved_show_as_moved(tmp_path: Path) -> None:
    """Domain: gefitinib L01XE02 → L01EB01, erlotinib L01XE03 → L01EB02, osimertinib L01XE35 → L01EB04."""
    head = "code,label,label_en,parent_code,valid_from,valid_to\n"
    upper = "L,Tumörer och rubbningar i immunsystemet,,,,\nL01,Cytostatika,,L,,\n"
    drugs = (
        ("gefitinib", "L01XE02", "L01EB01"),
        ("erlotinib", "L01XE03", "L01EB02"),
        ("osimertinib", "L01XE35", "L01EB04"),
    )
    old = upper + "L01X,Övriga,,L01,,\nL01XE,Proteinkinashämmare,,L01X,,\n"
    new = upper + "L01E,Kinashämmare,,L01,,\nL01EB,EGFR-hämmare,,L01E,,\n"
    old += "".join(f"{was},{name},,L01XE,,\n" for name, was, _ in drugs)
    new += "".join(f"{now},{name},,L01EB,,\n" for name, _, now in drugs)
    settings = settings_in(tmp_path)
    assert atc.SOURCE.id == "atc"
    put(settings, head + old, source="atc", edition="2020")
    put(settings, head + new, source="atc", edition="2021")
    manifest = build_small(settings, accept_fewer=True)
    changes = read_changes(DiskStore(settings.current / "store"), manifest.differences[0].graph)
    moved = {(c.sources[0].notation, c.targets[0].notation) for c in changes if c.rule == "ruleRecodedByTitle"}
    assert moved == {(was, now) for _, was, now in drugs}


def concepts(records: Iterator[Record]) -> dict[str, Concept]:
    return {record.notation: record for record in records if isinstance(record, Concept)}


def test_a_key_table_of_icd_10_se_is_partial_and_adds_no_levels(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    keys = put(settings, "key,value\nA000,Påhittad lungåkomma\nA009,Påhittad åkomma UNS\nA00X,Annan\n", edition="2020")
    records = [*icd10_se.load(EditionFiles(source="icd10_se", version="2020", folder=keys.parent, files=(keys,)))]
    release = next(record for record in records if isinstance(record, Edition))
    assert release.coverage is Coverage.PARTIAL
    assert concepts(iter(records)).keys() == {"A00.0", "A00.9", "A00.X"}
    from tests.support.small import HEADER, ROWS

    put(settings, HEADER + ROWS, edition="2021")
    manifest = build_small(settings)
    assert manifest.differences[0].counts == {"retired": 1}
    assert {row.level.rpartition("/")[2]: row.old_covers for row in manifest.differences[0].levels} == {
        "avsnitt": False,
        "fyrstallig": True,
        "kapitel": False,
        "kategori": False,
    }


def test_a_new_code_without_a_text_is_no_spare_code(tmp_path: Path) -> None:
    old, new = (edition_file(part(tmp_path, year)) for year in ("2021", "2022"))
    without_text = tmp_path / "without.nt"
    lines = new.path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not (line.startswith(f"<{BASE}id/cs/par/E3>") and "#prefLabel>" in line)]
    assert len(kept) < len(lines)
    without_text.write_text("".join(kept), encoding="utf-8")
    assert ("added", "ruleNewCode", "", "E3") in rows(compare(old, replace(new, path=without_text)))


def test_a_public_build_classes_the_changes_as_an_internal_one(tmp_path: Path) -> None:
    rules = []
    for public in (False, True):
        settings = settings_in(tmp_path / str(public))
        put(settings, HEADER + ROWS, edition="2021")
        put(settings, HEADER + ROWS + "A00.1,Påhittad ny åkomma,,A00,2022-01-01,\n", edition="2022")
        rules.append(build_small(settings, public=public).differences[0].rules)
    assert rules[0] == rules[1] == {"ruleNewCode": 1}
