"""The first page: tasks, what was loaded, the picture with its table, and the menu with all tools."""

from __future__ import annotations

import re
from html import unescape

from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import QuerySolutions

from begrepp.settings import ROOT
from server.http.i18n import Translator
from server.pages.landscape import landscape

HTML = {"Accept": "text/html", "Accept-Language": "sv"}
TOOLS = (
    "/matrix",
    "/harmonise",
    "/check",
    "/validation",
    "/queries",
    "/model",
    "/downloads",
    "/api",
    "/fhir",
    "/sparql",
)


def test_tasks_and_all_tools_are_one_click_away(client: FlaskClient) -> None:
    page = client.get("/", headers=HTML).text
    tasks = re.findall(r'class="task is-\w+" href="([^"]+)"', page)
    assert tasks == ["/cs", "/matrix", "/harmonise", "/queries", "/validation", "/check"]
    menu = page[page.index('<details class="menu">') : page.index("</details>")]
    assert all(f'href="{path}"' in menu for path in TOOLS)
    assert all(client.get(path, headers=HTML).status_code == 200 for path in {*tasks, *TOOLS})


def test_nothing_technical_meets_a_newcomer(client: FlaskClient) -> None:
    page = client.get("/", headers=HTML).text
    assert "SELECT" not in page and "sha256" not in page.casefold() and "tripplar" not in page
    assert "<pre" not in page


def test_it_is_said_what_was_added_to_the_bundled_content(client: FlaskClient) -> None:
    page = client.get("/", headers=HTML).text
    added = page[page.index("Tillagda kodverk:") : page.index("Dessutom den medföljande onkologisamlingen")]
    assert "ICD-10-SE" in added and "Onkologi" not in added


def test_the_picture_shows_the_links_of_the_graph(app: Flask) -> None:
    build = app.extensions["begrepp"].current_build()
    with app.test_request_context("/"):
        found = landscape(build, Translator("en"))
    links = {(link.start_href, link.end_href): link for link in found.links}
    measured = links[("/cs/onkologi", "/dataset/nkbc")]
    answer = build.store.query(
        "SELECT (COUNT(DISTINCT ?v) AS ?n) { ?v begrepp:measures/skos:inScheme ?s"
        " FILTER(STRENDS(STR(?s), '/cs/onkologi'))"
        " ?d health:hasVariables/csvw:table/csvw:column ?v FILTER(STRENDS(STR(?d), '/dataset/nkbc')) }"
    )
    assert isinstance(answer, QuerySolutions)
    assert measured.kind == "variables" and measured.count == int(next(iter(answer))[0].value) > 20
    mapped = next(link for ends, link in links.items() if set(ends) == {"/cs/onkologi", "/cs/atc"})
    assert mapped.kind == "mappings" and mapped.count > 10
    drawing = str(found.drawing)
    assert drawing.count("<path") == len(found.links)
    assert {unescape(href) for href in re.findall(r'<a href="([^"]+)"', drawing)} == {
        href for ends in links for href in ends
    }


def test_every_icon_of_the_templates_is_bundled() -> None:
    script = (ROOT / "server/editor/icons.js").read_text(encoding="utf-8")
    bundled = set(re.findall(r'"([a-z0-9-]+)"', script[script.index("NAMES = [") : script.index("];")]))
    home = (ROOT / "server/templates/home.html").read_text(encoding="utf-8")
    used = set(re.findall(r'task\("[^"]+", "[^"]+", "([^"]+)"', home))
    for path in (ROOT / "server/templates").glob("*.html"):
        used |= set(re.findall(r'icon\("([a-z0-9-]+)"\)', path.read_text(encoding="utf-8")))
    assert used == bundled
