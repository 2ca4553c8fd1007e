"""The current view: the newest complete release, what newer lists add, and what was retired."""

from __future__ import annotations

from pathlib import Path

import pytest

from begrepp.settings import Settings
from tests.support.small import HEADER, ROWS, build_small, put, select, settings_in

STATE = """SELECT ?label ?status ?until {
  ?c skos:notation "%s" ; skos:prefLabel ?label ; begrepp:status/^begrepp:status ?c .
  ?c begrepp:status ?status . OPTIONAL { ?c begrepp:validTo ?until } FILTER(LANG(?label) = "sv") }"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


def state(settings: Settings, notation: str) -> list[list[str]]:
    """Label, status and end of a concept in the current view."""
    rows = select(settings, STATE % notation)
    return sorted([label, status.rpartition("#")[2], until] for label, status, until in rows)


def test_a_retitled_concept_has_one_label_in_the_current_view_and_both_in_their_releases(settings: Settings) -> None:
    put(settings, HEADER + ROWS)
    put(settings, HEADER + ROWS.replace("Påhittad kategori", "Omdöpt kategori"), edition="2022")
    build_small(settings)
    assert state(settings, "A00") == [["Omdöpt kategori", "active", ""]]
    as_was = select(
        settings,
        """SELECT ?version ?label { ?release begrepp:releaseOf/begrepp:schemeId "icd-10-se" ; dcat:version ?version ;
             begrepp:inGraph ?graph . GRAPH ?graph { ?c skos:notation "A00" ; skos:prefLabel ?label }
             FILTER(LANG(?label) = "sv") } ORDER BY ?version""",
    )
    assert as_was == [["2021", "Påhittad kategori"], ["2022", "Omdöpt kategori"]]


def test_a_code_that_the_newest_release_lacks_is_retired_in_its_last_state(settings: Settings) -> None:
    put(settings, HEADER + ROWS)
    put(
        settings,
        HEADER + ROWS.replace("A00.0,Påhittad lungåkomma,Invented lung disorder,A00,1997-01-01,\n", ""),
        edition="2022",
    )
    build_small(settings)
    assert state(settings, "A00.0") == [["Påhittad lungåkomma", "inactive", "2021-12-31"]]
    assert state(settings, "A00.9") == [["Påhittad åkomma UNS", "active", ""]]


def test_a_newer_partial_list_adds_what_the_complete_one_lacks_and_changes_nothing_else(settings: Settings) -> None:
    put(settings, HEADER + ROWS)
    partial = HEADER + "A00,Eget namn,Own name,A00-A09,,\nA01,Tillagd,Added,A00-A09,,\n"
    folder = put(settings, partial, edition="2023-extra").parent
    (folder / "source.toml").write_text('[release]\ncoverage = "partial"\n', encoding="utf-8")
    build_small(settings)
    assert state(settings, "A00") == [["Påhittad kategori", "active", ""]]
    assert state(settings, "A01") == [["Tillagd", "active", ""]]


def test_partial_lists_alone_retire_nothing_of_each_other(settings: Settings) -> None:
    for edition, rows in (("2021", "A00,Äldre,Older,A00-A09,,\n"), ("2022", "A01,Nyare,Newer,A00-A09,,\n")):
        folder = put(settings, HEADER + rows, edition=edition).parent
        (folder / "source.toml").write_text('[release]\ncoverage = "partial"\n', encoding="utf-8")
    build_small(settings)
    assert state(settings, "A00") == [["Äldre", "active", ""]]
    assert state(settings, "A01") == [["Nyare", "active", ""]]


def test_a_release_that_is_not_in_force_yet_waits_in_its_own_graph(settings: Settings) -> None:
    put(settings, HEADER + ROWS)
    put(settings, HEADER + ROWS.replace("Påhittad kategori", "Framtida kategori"), edition="2199")
    manifest = build_small(settings)
    assert state(settings, "A00") == [["Påhittad kategori", "active", ""]]
    assert [graph.version for graph in manifest.graphs if not graph.current] == ["2199"]
