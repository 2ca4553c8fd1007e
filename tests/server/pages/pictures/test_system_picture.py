"""Treemap of a code system and icicle of a branch: numbers, links, texts that are not cut, and the table."""

from __future__ import annotations

import re
from html import escape, unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from begrepp.terminology.stored_system import StoredSystem
from server.http.i18n import Translator
from server.pages.pictures.branches import branches, first_branches, used_concepts
from server.pages.pictures.system_picture import branch_icicle, system_treemap
from server.served.build import ServedBuild
from server.state import AppState

SWEDISH = {"Accept": "text/html", "Accept-Language": "sv"}


@pytest.fixture
def build(app: Flask) -> ServedBuild:
    state = app.extensions["begrepp"]
    assert isinstance(state, AppState)
    return state.current_build()


@pytest.fixture
def system(build: ServedBuild) -> StoredSystem:
    found = build.stored.system(build.iris.scheme("onkologi"))
    assert found is not None
    return found


def number(system: StoredSystem, code: str) -> int:
    found = system.index(code)
    assert found is not None
    return found


def test_a_branch_counts_its_concepts_once_and_only_active_ones(build: ServedBuild, system: StoredSystem) -> None:
    (cancer,) = branches(build, system, [number(system, "cancer")], "sv")
    below = system.hierarchy.descendants(cancer.number)
    assert cancer.concepts == len(below & system.active) + 1 > 20
    (leaf,) = branches(build, system, [number(system, "lungcancer")], "sv")
    assert leaf.concepts <= cancer.concepts and leaf.ref.label.value == "lungcancer"


def test_a_branch_counts_variables_and_registers_once(build: ServedBuild, system: StoredSystem) -> None:
    stage, her2 = branches(build, system, [number(system, "tumorstadium"), number(system, "her2")], "sv")
    measuring = build.schemes.measuring_variables[build.iris.scheme("onkologi") + "/tumorstadium"]
    by_code = {branch.ref.notation: branch for branch in (stage, her2)}
    assert by_code["tumorstadium"].uses == len({variable for variable, _, _ in measuring})
    assert by_code["her2"].uses > 0


def test_a_code_that_matches_a_measured_concept_is_used(build: ServedBuild) -> None:
    system = build.stored.system(build.iris.scheme("icd-o-3"))
    assert system is not None
    used = used_concepts(build, system)
    assert all(uses for uses in used.values())
    lung = build.stored.system(build.iris.scheme("onkologi"))
    assert lung is not None
    about = used_concepts(build, lung)[number(lung, "lungcancer")]
    assert build.iris.dataset("nlcr") in about


def test_the_treemap_has_a_tile_for_each_branch(app: Flask, build: ServedBuild, system: StoredSystem) -> None:
    with app.test_request_context("/"):
        picture = system_treemap(build, system, Translator("sv"), by_use=False)
    assert picture is not None and picture.is_used and not picture.by_use
    tops = first_branches(system)
    assert {branch.number for branch in picture.branches} == set(tops)
    assert picture.drawing.count('class="outer"') == len(tops)
    for branch in picture.branches:
        title = f"<title>{branch.ref.label.value}: {branch.concepts} begrepp"
        assert title in unescape(str(picture.drawing))
    assert "…" not in picture.drawing
    links = re.findall(r"<a [^>]*>", str(picture.drawing))
    assert sum('tabindex="-1"' not in each for each in links) == len(tops) < len(links)


def test_by_use_only_what_registers_have_is_drawn(client: FlaskClient) -> None:
    by_size = client.get("/cs/onkologi", headers=SWEDISH).text
    by_use = client.get("/cs/onkologi?by=use", headers=SWEDISH).text
    assert re.search(r'<a href="/cs/onkologi\?by=use">efter registeruppgifter</a>', by_size)
    assert re.search(r'by=use" aria-current="true"', by_use)
    drawn = by_use[by_use.index('<svg class="treemap"') :]
    titles = re.findall(r"<title>([^<]*)</title>", drawn[: drawn.index("</svg>")])
    assert titles and all("registeruppgift" in title for title in titles)
    table = by_use[by_use.index('class="numbers"') : by_use.index("</details>", by_use.index('class="numbers"'))]
    assert table.count('<th scope="row">') == len(re.findall(r'class="outer"', by_size))


def test_the_icicle_is_of_a_branch_with_parts_and_not_of_a_leaf(app: Flask, build: ServedBuild) -> None:
    root = build.iris.scheme("onkologi")
    with app.test_request_context("/"):
        picture = branch_icicle(build, f"{root}/cancer", Translator("sv"))
        leaf = branch_icicle(build, f"{root}/lungcancer", Translator("sv"))
        unknown = branch_icicle(build, "http://example.org/x", Translator("sv"))
    assert leaf is None and unknown is None
    assert picture is not None and picture.drawing.startswith('<svg class="icicle"') and "…" not in picture.drawing
    assert all(escape(branch.ref.label.value) in picture.drawing for branch in picture.branches)


def test_a_flat_list_has_no_picture(client: FlaskClient) -> None:
    page = client.get("/cs/ecog", headers=SWEDISH)
    assert page.status_code == 200 and "treemap" not in page.text


def test_a_code_system_shows_its_edition_and_registers(client: FlaskClient) -> None:
    page = client.get("/cs/icd-10-se", headers=SWEDISH).text
    assert "<title>" in page and re.search(r"<title>ICD-10-SE[^<]* · 2022 · begrepp</title>", page)
    part = page[page.index('id="variables"') :]
    assert "Patientregistret" in part and "DIA1" in part and 'class="own"' in part
