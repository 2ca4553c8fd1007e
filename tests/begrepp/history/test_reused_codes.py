"""A code that was given another meaning is another concept, and no address that was published ever changes.

X1  Hosta      Hosta      Njursten   Njursten      2021 2022 2023 2024: re-used in 2023, its title went to X3
X2  Feber      Feber      –          Gallsten      retired in 2023, back with another meaning in 2024
X3  –          –          Hosta      Hosta
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from begrepp.artefact.manifest import read_manifest
from begrepp.artefact.parts import Part
from begrepp.build.differences.difference_writer import write_differences
from begrepp.build.loads.edition_loader import load_edition
from begrepp.cli.diff import write_diff
from begrepp.errors import InputError
from begrepp.history.change_lists import changes_csv, read_changes
from begrepp.history.reused_codes import COLUMNS, ReusedCodes
from begrepp.rdf.iris import Iris
from begrepp.settings import Settings
from begrepp.sources.meter import Meter
from begrepp.store.disk import DiskStore
from server.app import create_app
from tests.support.small import HEADER, build_small, jobs, put, select, settings_in

HOUSE = (
    'loader = "table"\n[source]\npublisher = "begrepp"\nlicence = "https://creativecommons.org/licenses/by/4.0/"\n'
    '[scheme]\nid = "hus"\ntitle.sv = "Hus"\ntitle.en = "House"\n[[file]]\nname = "list.csv"\n'
    '[file.columns]\nnotation = "code"\npref_label.sv = "label"\nbroader = "parent_code"\n'
    '[file.options]\nignore = ["label_en", "valid_from", "valid_to"]\n'
)
YEARS = {
    "2021": {"X1": "Hosta", "X2": "Feber"},
    "2022": {"X1": "Hosta", "X2": "Feber"},
    "2023": {"X1": "Njursten", "X3": "Hosta"},
    "2024": {"X1": "Njursten", "X2": "Gallsten", "X3": "Hosta"},
}
OTHERS = {"X": "Kapitel", **{f"Y{n}": f"Oförändrad{n}" for n in range(9)}}
ID = "https://w3id.org/begrepp/id/cs/hus/"


def add(settings: Settings, *years: str) -> None:
    for year in years:
        rows = {**OTHERS, **YEARS[year]}
        text = HEADER + "".join(f"{code},{label},,{'X' if len(code) > 1 else ''},,\n" for code, label in rows.items())
        path = put(settings, text, source="hus", edition=year)
        (path.parent / "source.toml").write_text(HOUSE, encoding="utf-8")


class Shelf:
    """Editions that are added by and by, and what was published of them."""

    def __init__(self, folder: Path) -> None:
        self.settings = settings_in(folder)
        self.settings.data.mkdir(parents=True)
        self.hashes: list[str] = []

    def publish(self, *years: str) -> dict[str, dict[str, str]]:
        """Add editions; return the last segments of the IRIs of X1 and X2 in each edition."""
        add(self.settings, *years)
        with tempfile.TemporaryDirectory(dir=self.settings.data) as name:
            meanings = ReusedCodes.read(self.settings.meanings)
            parts = loaded(self.settings, Path(name))
            differences = [*write_differences(parts, Path(name), Iris(), meanings, public=False)]
            self.hashes = sorted([part.sha256 for part in parts] + [each.sha256 for each in differences])
            meanings.write(self.settings.meanings)
            return {part.version: _named(part) for part in parts}


def loaded(settings: Settings, folder: Path) -> list[Part]:
    reports = [load_edition(job.edition, job.load, folder, Iris().base, Meter()) for job in jobs(settings)]
    return [part for report in reports for part in report.parts]


def _named(part: Part) -> dict[str, str]:
    text = part.path.read_text(encoding="utf-8")
    return dict(sorted(re.findall(rf'^<{ID}(X[12](?:~\d+)?)> <\S+#prefLabel> "(\w+)"', text, re.M)))


ALL = {
    "2021": {"X1": "Hosta", "X2": "Feber"},
    "2022": {"X1": "Hosta", "X2": "Feber"},
    "2023": {"X1~2023": "Njursten"},
    "2024": {"X1~2023": "Njursten", "X2~2024": "Gallsten"},
}


def test_the_first_meaning_keeps_the_address_and_a_later_one_has_its_year(tmp_path: Path) -> None:
    assert Shelf(tmp_path).publish(*YEARS) == ALL


def test_the_same_files_give_the_same_graphs_whether_added_at_once_or_by_and_by(tmp_path: Path) -> None:
    one, other = Shelf(tmp_path / "a"), Shelf(tmp_path / "b")
    one.publish(*YEARS)
    first = one.hashes
    one.publish()
    for year in YEARS:
        other.publish(year)
    assert first == one.hashes == other.hashes
    assert one.settings.meanings.read_bytes() == other.settings.meanings.read_bytes()


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (("2023", "2021"), {"2021": {"X1~2021": "Hosta", "X2": "Feber"}, "2023": {"X1": "Njursten"}}),
        (
            ("2021 2024", "2022 2023"),
            {**ALL, "2023": {"X1~2024": "Njursten"}, "2024": {"X1~2024": "Njursten", "X2": "Gallsten"}},
        ),
        (
            ("2024", "2023", "2022", "2021"),
            {
                "2021": {"X1~2022": "Hosta", "X2~2022": "Feber"},
                "2022": {"X1~2022": "Hosta", "X2~2022": "Feber"},
                "2023": {"X1": "Njursten"},
                "2024": {"X1": "Njursten", "X2": "Gallsten"},
            },
        ),
    ],
    ids=["an older one", "ones between", "backwards"],
)
def test_another_edition_never_changes_an_address(
    tmp_path: Path, order: tuple[str, ...], expected: dict[str, dict[str, str]]
) -> None:
    """Between: that X2 fell out for a year is seen too late, when both its titles had been published as one."""
    shelf, before = Shelf(tmp_path), dict[str, dict[str, str]]()
    for step in order:
        now = shelf.publish(*step.split())
        assert {year: now[year] for year in before} == before
        before = now
    assert before == expected


def test_two_meanings_in_one_year_have_the_whole_day(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    add(settings, "2021")
    (part,) = loaded(settings, tmp_path)
    days = ("2021-01-01", "2022-01-01", "2022-07-01")
    runs = [[replace(part, version=day, valid_from=date.fromisoformat(day))] for day in days]
    assert ReusedCodes().assign_years("hus", "X1", runs) == ["", "2022", "2022-07-01"]


def test_a_row_of_the_table_may_be_corrected_by_hand(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.publish(*YEARS)
    path = shelf.settings.meanings
    table = path.read_text(encoding="utf-8")
    assert table.splitlines()[0] == ",".join(COLUMNS) and "hus,X1,2023,2023\n" in table
    corrected = table.replace("hus,X1,2023,2023\n", "hus,X1,2023,\n").replace("hus,X1,2024,2023\n", "hus,X1,2024,\n")
    path.write_text(corrected, encoding="utf-8")
    assert shelf.publish()["2024"] == {"X1": "Njursten", "X2~2024": "Gallsten"}
    assert path.read_text(encoding="utf-8") == corrected


@pytest.mark.parametrize("text", ["code,year\n", "scheme,code,edition,year\nhus,X1\n"])
def test_a_broken_table_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "meanings.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"meanings\.csv") as raised:
        ReusedCodes.read(path)
    assert "backup" in raised.value.next_step


MAPPED = 'loader = "sssom"\n[source]\npublisher = "begrepp"\nlicence = "https://creativecommons.org/licenses/by/4.0/"\n'
SSSOM = (
    "#curie_map:\n#  hus: https://w3id.org/begrepp/id/cs/hus/\n#  x: https://example.org/\n"
    "#mapping_set_id: https://example.org/set\n#license: https://creativecommons.org/licenses/by/4.0/\n"
    "subject_id\tpredicate_id\tobject_id\tmapping_justification\tauthor_label\n"
    "x:1\tskos:exactMatch\thus:X1\tsemapv:ManualMappingCuration\tNågon\n"
)


@pytest.mark.parametrize(
    ("day", "target"),
    [
        ("2022-06-30", "X1"),
        ("2022-12-31", "X1"),
        ("2023-01-01", "X1~2023"),
        ("2023-06-30", "X1~2023"),
        ("1999", "X1"),
    ],
)
def test_a_mapping_means_the_code_as_of_its_own_day(tmp_path: Path, day: str, target: str) -> None:
    settings = settings_in(tmp_path)
    add(settings, *YEARS)
    path = put(settings, SSSOM, source="mina", edition=day, name="mina.sssom.tsv")
    (path.parent / "source.toml").write_text(MAPPED, encoding="utf-8")
    parts = loaded(settings, tmp_path)
    assert len([*write_differences(parts, tmp_path, Iris(), ReusedCodes(), public=False)]) == 3
    (mapped,) = (part.path.read_text(encoding="utf-8") for part in parts if part.kind == "mapping")
    assert set(re.findall(rf"<{ID}(\S+)>", mapped)) == {target}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    made = settings_in(tmp_path_factory.mktemp("meanings"))
    add(made, *YEARS)
    build_small(made)
    return made


def test_the_current_view_has_both_concepts_the_one_before_retired(settings: Settings) -> None:
    now = select(settings, 'SELECT ?c ?s { ?c skos:notation "X1" ; begrepp:status ?s } ORDER BY ?c')
    assert [(c.removeprefix(ID), s.rpartition("#")[2]) for c, s in now] == [("X1", "inactive"), ("X1~2023", "active")]
    ended = select(settings, f"SELECT ?c ?d {{ VALUES ?c {{ <{ID}X1> <{ID}X2> }} ?c begrepp:validTo ?d }} ORDER BY ?c")
    assert [day for _, day in ended] == ["2022-12-31", "2022-12-31"]


def test_the_difference_names_both_concepts(settings: Settings) -> None:
    said = next(d for d in read_manifest(settings.current).differences if d.new == "2023")
    changes = {c.rule: c for c in read_changes(DiskStore(settings.current / "store"), said.graph)}
    reused = changes["ruleTitleElsewhere"]
    assert [reused.sources[0].iri, reused.targets[0].iri] == [f"{ID}X1", f"{ID}X1~2023"]
    assert "reused,ruleTitleElsewhere,X1,Hosta,X1,Njursten" in changes_csv([*changes.values()])
    moved = changes["ruleRecodedByTitle"]
    assert [moved.sources[0].iri, moved.targets[0].iri] == [f"{ID}X1", f"{ID}X3"]


@pytest.mark.parametrize(("old", "new"), [("2022", "2023"), ("2021", "2024")])
def test_the_command_compares_by_code_and_names_both_concepts(
    settings: Settings, old: str, new: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    write_diff("hus", old, new, "csv", settings)
    assert b"reused,ruleTitleElsewhere,X1,Hosta,X1,Njursten" in capfdbinary.readouterr().out
    write_diff("hus", old, new, "turtle", settings)
    assert b"X1~2023" in capfdbinary.readouterr().out


def test_pages_and_answers_tell_the_meanings_apart(settings: Settings) -> None:
    application = create_app(settings)
    web, page = application.test_client(), {"Accept": "text/html", "Accept-Language": "sv"}
    old, new = web.get("/cs/hus/X1", headers=page), web.get("/cs/hus/X1~2023", headers=page)
    assert (
        "Begreppet är utgånget" in old.text and 'href="/cs/hus/X1~2023"' in old.text and 'href="/cs/hus/X3"' in old.text
    )
    assert "Njursten" in new.text and 'href="/cs/hus/X1"' in new.text and "haft en annan betydelse" in new.text
    now = web.get("/resolve?system=hus&code=X1", headers=page)
    then = web.get("/resolve?system=hus&code=x1&asOf=2022-06-30", headers=page)
    assert now.headers["Location"] == "/cs/hus/X1~2023"
    assert then.headers["Location"] == "/cs/hus/X1?asOf=2022-06-30"
    between = web.post("/resolve", json=[{"system": "hus", "code": "X2", "asOf": "2023-06-01"}]).get_json()[0]
    assert (between["iri"], between["status"]) == (f"{ID}X2", "inactive"), "retired on a day between two meanings"
    asked = [{"system": "hus", "code": "X1"}, {"system": "hus", "code": "X1", "asOf": "2021-01-01"}]
    answers = web.post("/resolve", json=asked).get_json()
    assert [a["iri"].removeprefix(ID) for a in answers] == ["X1~2023", "X1"]
    assert [a["status"] for a in answers] == ["active", "active"]
    assert web.post("/resolve", json=[{"system": "hus", "code": "X1", "asOf": "then"}]).status_code == 400
    assert web.get("/cs/hus/X1?asOf=2022-06-30", headers=page).status_code == 200
    assert web.get("/cs/hus/X1~2023?asOf=2022-06-30", headers=page).status_code == 404
    assert web.get("/id/cs/hus/X1~2023", headers=page).headers["Location"] == "/cs/hus/X1~2023"
    application.extensions["begrepp"].pool.close()


def test_the_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "meanings.csv"
    first = ReusedCodes()
    first.published["hus"] = {"2021", "2022"}
    first.years_by_code["hus", 'X,"1'] = {"2021": "", "2022": "2022"}
    first.write(path)
    again = ReusedCodes.read(path)
    assert (dict(again.published), dict(again.years_by_code)) == (dict(first.published), dict(first.years_by_code))
