"""Searches within a code system: hits by branch, in the hierarchy, and below a code, also in the table."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient

from server.pages.search_branches import hit_tree, hits_by_branch
from server.state import AppState

SWEDISH = {"Accept": "text/html", "Accept-Language": "sv"}


def page(client: FlaskClient, query: str) -> str:
    answer = client.get(f"/search?{query}", headers=SWEDISH)
    assert answer.status_code == 200
    return re.sub(r">\s+<", "><", answer.text)


def total(text: str) -> int:
    return int(re.search(r"<h1>(\d+) träff", text)[1])  # type: ignore[index]


def test_hits_within_a_system_are_counted_by_branch(client: FlaskClient) -> None:
    text = page(client, "q=cancer&scheme=onkologi")
    part = text[text.index('<ul class="bars">') :]
    rows = re.findall(r'under=([^"&]+)">.*?<span class="count">(\d+)</span>', part[: part.index("</ul>")])
    assert len(rows) > 1 and all(int(count) > 0 for _, count in rows)
    code, count = rows[0]
    below = page(client, f"q=cancer&scheme=onkologi&under={code}")
    assert total(below) == int(count)
    chip = re.search(r'<a class="pill" href="([^"]*)"><span class="unseen">[^<]*</span>Gren: ', below)
    assert chip and "under=" not in chip[1]


def test_without_a_code_system_there_are_no_branches(client: FlaskClient) -> None:
    text = page(client, "q=cancer&under=cancer&view=tree")
    assert "bars" not in text and "Parametern under=cancer används inte." in text and "<ol" in text


def test_an_unknown_branch_is_said_and_ignored(client: FlaskClient) -> None:
    text = page(client, "q=cancer&scheme=onkologi&under=nope")
    assert "Parametern under=nope används inte." in text
    assert total(text) == total(page(client, "q=cancer&scheme=onkologi"))


def test_hits_stand_in_their_hierarchy(client: FlaskClient) -> None:
    text = page(client, "q=lungcancer&scheme=onkologi&view=tree")
    tree = text[text.index('<div class="tree">') : text.index("</section>", text.index('<div class="tree">'))]
    hit = tree.index('<span class="leaf found"><a href="/cs/onkologi/lungcancer">')
    assert 0 < tree.index('<span class="leaf"><a href="/cs/onkologi/tumorsjukdom">') < hit
    assert tree.count("<ul") == tree.count("</ul>") and "(träff)" in tree


def test_each_concept_stands_once_in_the_hierarchy_of_hits(app: Flask) -> None:
    state = app.extensions["begrepp"]
    assert isinstance(state, AppState)
    build = state.current_build()
    system = build.stored.system(build.iris.scheme("onkologi"))
    assert system is not None
    several = [n for n in range(len(system)) if len(system.hierarchy.parents(n)) > 1]
    chosen = several[:20] or [*range(20)]
    found: list[str] = []

    def walk(nodes: list) -> None:  # type: ignore[type-arg]
        for node in nodes:
            found.append(node.ref.iri)
            walk(node.children)

    walk(hit_tree(build, system, chosen, "sv"))
    assert len(found) == len(set(found)) and {system.iri(n) for n in chosen} <= set(found)
    counted = hits_by_branch(build, system, chosen, "sv")
    assert [row.count for row in counted] == sorted((row.count for row in counted), reverse=True)


def test_the_table_of_a_search_has_the_branch_in_force(client: FlaskClient) -> None:
    whole = client.get("/search.csv?q=cancer&scheme=onkologi").text.splitlines()
    below = client.get("/search.csv?q=cancer&scheme=onkologi&under=tumorsjukdom").text.splitlines()
    assert 1 < len(below) < len(whole)
    assert len(below) - 1 == total(page(client, "q=cancer&scheme=onkologi&under=tumorsjukdom"))
