"""Three editions of a list together: chains of successors, exchanged titles, and codes as of an edition."""

from __future__ import annotations

import csv
import io

import pytest

from begrepp.artefact.manifest import current_build, read_manifest
from begrepp.cli.diff import write_diff
from begrepp.rdf.iris import Iris
from begrepp.search import TextIndex
from begrepp.settings import Settings
from begrepp.store.disk import DiskStore
from begrepp.variables.list_entries import BuildContents
from begrepp.variables.value_check import check_values
from tests.support.small import build_small, put, settings_in

SOURCE = """
loader = "table"
[source]
publisher = "begrepp"
licence = "https://creativecommons.org/publicdomain/zero/1.0/"
[scheme]
title.sv = "Lista"
[[file]]
name = "k.csv"
delimiter = ";"
[file.columns]
notation = "kod"
pref_label.sv = "namn"
status = "status"
replaced_by = "ersatt"
valid_to = "till"
[file.options]
separator = "|"
status.active = ["a"]
status.inactive = ["u"]
"""
EDITIONS = {
    "2024": """kod;namn;status;ersatt;till
S;Delas;a;;
M1;Slås ihop ett;a;;
M2;Slås ihop två;a;;
C1;Kedja ett;a;;
Q1;Lungcancer;a;;
Q2;Njursten;a;;
L1;Vänster bröst;a;;
L2;Höger bröst;a;;
U;Tyst borttagen;a;;
""",
    "2025": """kod;namn;status;ersatt;till
S;Delas;u;S1|S2;2024-12-31
S1;Del ett;a;;
S2;Del två;a;;
M;Sammanslagen;a;;
M1;Slås ihop ett;u;M;2024-12-31
M2;Slås ihop två;u;M;2024-12-31
C2;Kedja två;a;;
C1;Kedja ett;u;C2;2024-12-31
Q1;Njursten;a;;
Q2;Lungcancer;a;;
L1;Höger bröst;a;;
L2;Vänster bröst;a;;
""",
    "2026": """kod;namn;status;ersatt;till
S;Delas;u;S1|S2;2024-12-31
S1;Del ett;a;;
S2;Del två;u;S1;2025-12-31
M;Sammanslagen;a;;
M1;Slås ihop ett;u;M;2024-12-31
C2;Kedja två;u;C3;2025-12-31
C3;Kedja tre;a;;
Q1;Njursten;a;;
Q2;Lungcancer;a;;
L1;Höger bröst;a;;
L2;Vänster bröst;a;;
""",
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = settings_in(tmp_path_factory.mktemp("three"))
    for edition, text in EDITIONS.items():
        put(settings, SOURCE, source="ed", edition=edition, name="source.toml")
        put(settings, text, source="ed", edition=edition, name="k.csv")
    build_small(settings, accept_fewer=True)
    return settings


def changes(settings: Settings, old: str, new: str, capsys: pytest.CaptureFixture[str]) -> set[tuple[str, ...]]:
    write_diff("ed", old, new, "csv", settings)
    rows = csv.DictReader(io.StringIO(capsys.readouterr().out))
    return {(row["change"], row["old_code"], row["new_code"], row["new_label"]) for row in rows}


def test_codes_that_exchange_titles_are_used_again(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    found = changes(settings, "2024", "2025", capsys)
    for one, other in (("Q1", "Q2"), ("Q2", "Q1"), ("L1", "L2"), ("L2", "L1")):
        assert ("moved", one, other) in {row[:3] for row in found}
        assert ("reused", one, one) in {row[:3] for row in found}
    store = DiskStore(current_build(settings) / "store")
    rows = store.query('SELECT ?c { ?c skos:prefLabel "Lungcancer"@sv ; begrepp:status begrepp:active }')
    assert [str(row["c"].value) for row in rows] == ["https://w3id.org/begrepp/id/cs/ed/Q2~2025"]  # type: ignore


def test_a_successor_that_stays_is_named(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert ("merged", "S2", "S1", "Del ett") in changes(settings, "2025", "2026", capsys)


def test_editions_between_lead_to_the_last_successor(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    found = changes(settings, "2024", "2026", capsys)
    assert ("moved", "C1", "C3", "Kedja tre") in found
    assert ("merged", "M1 | M2", "M", "Sammanslagen") in found
    assert ("moved", "S", "S1", "Del ett") in found
    assert {row[1] for row in found if row[0] == "retired"} == {"U"}


@pytest.mark.parametrize(
    ("against", "expected"),
    [
        ("ed@2025", {"S": "S1 S2", "M1": "M", "M2": "M", "C1": "C2"}),
        ("ed@2026", {"S": "S1", "M1": "M", "C2": "C3"}),
        ("ed", {"S": "S1", "M1": "M", "M2": "M", "C1": "C3", "C2": "C3"}),
    ],
)
def test_retired_codes_have_the_successors_of_the_edition(
    settings: Settings, against: str, expected: dict[str, str]
) -> None:
    build = current_build(settings)
    contents = BuildContents(
        DiskStore(build / "store"), Iris(read_manifest(build).base), build, lambda: TextIndex(build / "index")
    )
    checked = {each.value: each for each in check_values(against, expected, contents).values}
    assert {code: " ".join(each for each, _ in found.instead) for code, found in checked.items()} == expected
    assert {each.verdict for each in checked.values()} == {"retired"}
    assert checked["S"].until == "2024-12-31"
