"""A code as written wins: pages, sitemaps, search hits and API answers of awkward codes lead to their concepts.

The list `odd` has IRIs of this project, `tst` has IRIs of its publisher and codes that begin with its own id.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import quote, urljoin, urlsplit

import pytest
from flask.testing import FlaskClient

from server.app import create_app
from tests.support.small import build_small, put, settings_in

ODD = (
    *("a", "A", "A.", "A.ttl", "a/b", "a b", "8500/3", "100%", "50%25", "x#1", "x?y", "x+y", "x&y", "å/ä", "日本"),
    *("index", "children", "changes.atom", "release", "level", "difference", "difference/1..2", "release/2026", "odd"),
    *("odd:1", "1", "odd-2", "2", "odd_3", "C50.9", "c509x", "'q'", 'd"q', "~", "a~2022", "<b>", "{c}", "e|f", "g;h"),
    *("i=j", ".", ".."),
)
TST = ("TST:0000001", "TST:0000002", "0000003", "tst:0000004", ".", "..")
SOURCE = """loader = "table"
[source]
title.sv = "Udda koder"
publisher = "Någon"
publisher_type = "company"
licence = "https://creativecommons.org/licenses/by/4.0/"
[scheme]
title.sv = "Udda koder"
{template}
[[file]]
name = "codes.csv"
[file.columns]
notation = "code"
pref_label.sv = "label"
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    settings = settings_in(tmp_path_factory.mktemp("odd"))
    for source, codes, template in (
        ("odd", ODD, ""),
        ("tst", TST, 'iri_template = "https://example.org/tst/{notation}"'),
    ):
        rows = "".join(f'"{code.replace(chr(34), chr(34) * 2)}",Namn {n}\n' for n, code in enumerate(codes))
        put(settings, f"code,label\n{rows}", source=source, edition="2026", name="codes.csv")
        put(settings, SOURCE.format(template=template), source=source, edition="2026", name="source.toml")
    build_small(settings)
    application = create_app(settings)
    yield application.test_client()
    application.extensions["begrepp"].pool.close()


def _iri(scheme: str, code: str) -> str:
    written = {".": ".~", "..": "..~"}.get(code) or quote(code, safe="")  # RFC 3986, 5.2.4: clients remove `.` and `..`
    root = "https://example.org/tst" if scheme == "tst" else "https://w3id.org/begrepp/id/cs/odd"
    return f"{root}/{written}"


CODES = [*(("odd", code) for code in ODD), *(("tst", code) for code in TST)]


@pytest.mark.parametrize(("scheme", "code"), CODES)
def test_a_code_resolves_to_its_own_concept(client: FlaskClient, scheme: str, code: str) -> None:
    answer = client.get("/api/v1/resolve", query_string={"system": scheme, "code": code}).get_json()
    assert (answer.get("iri"), answer.get("notation")) == (_iri(scheme, code), code)
    page = client.get("/resource", query_string={"uri": _iri(scheme, code)}, follow_redirects=True)
    assert page.status_code == 200 and f"Namn {(ODD if scheme == 'odd' else TST).index(code)}<" in page.text
    turtle = client.get(
        "/resource",
        query_string={"uri": _iri(scheme, code)},
        headers={"Accept": "text/turtle"},
        follow_redirects=True,
    )
    assert turtle.status_code == 200 and turtle.mimetype == "text/turtle" and "skos:notation" in turtle.text


@pytest.mark.parametrize("code", ODD)
def test_an_iri_of_ours_leads_to_its_page(client: FlaskClient, code: str) -> None:
    page = client.get(urlsplit(_iri("odd", code)).path.removeprefix("/begrepp"), follow_redirects=True)
    assert page.status_code == 200 and f"Namn {ODD.index(code)}<" in page.text


@pytest.mark.parametrize(
    ("system", "written", "code"),
    [
        ("odd", "odd:1", "odd:1"),
        ("odd", "ODD:1", "odd:1"),
        ("odd", "odd:2", "odd-2"),
        ("odd", "odd:8500/3", "8500/3"),
        ("odd", "odd/x+y", "x+y"),
        ("tst", "tst:0000001", "TST:0000001"),
        ("tst", "TST_0000002", "TST:0000002"),
        ("tst", "TST:0000003", "0000003"),
        ("tst", "tst:0000004", "tst:0000004"),
    ],
)
def test_a_prefix_is_removed_only_where_no_code_has_it(
    client: FlaskClient, system: str, written: str, code: str
) -> None:
    answer = client.get("/api/v1/resolve", query_string={"system": system, "code": written}).get_json()
    assert answer.get("notation") == code


def status_of(client: FlaskClient, url: str) -> int:
    with client.get(url, follow_redirects=True) as response:
        return response.status_code


def test_every_link_of_sitemaps_search_and_pages_answers(client: FlaskClient) -> None:
    places = re.findall(r"<loc>http://localhost(.*?)</loc>", client.get("/sitemap.xml").text)
    urls = [
        unescape(url)
        for place in places
        for url in re.findall(r"<loc>http://localhost(.*?)</loc>", client.get(place).text)
    ]
    urls += [hit["href"] for hit in client.get("/api/v1/search?q=namn&limit=100").get_json()["results"]]
    pages = ["/cs/odd", "/cs/tst", "/cs/odd/index?letter=N", "/search?q=namn", "/cs/odd?all", *urls]
    for page in pages:
        text = client.get(page, headers={"Accept": "text/html"}, follow_redirects=True).text
        urls += [unescape(url) for url in re.findall(r'href="(/(?:cs|resource)[^"#]*)"', text)]
    statuses = {url: status_of(client, url) for url in dict.fromkeys(urls)}
    assert {url: status for url, status in statuses.items() if status != 200} == {}
    assert len(statuses) > len(CODES)


def test_a_page_of_a_code_that_is_a_word_of_an_address_names_the_code(client: FlaskClient) -> None:
    assert "Namn" not in client.get("/cs/odd/changes.atom").text
    found = client.get("/api/v1/lookup", query_string={"system": "odd", "code": "index"}).get_json()
    assert found["href"].startswith("/resource?uri=")


@pytest.mark.parametrize("scheme", ["odd", "tst"])
@pytest.mark.parametrize("code", [".", ".."])
def test_a_client_keeps_the_address_of_a_code_of_dots(client: FlaskClient, scheme: str, code: str) -> None:
    found = client.get("/api/v1/lookup", query_string={"system": scheme, "code": code}).get_json()
    assert (found["iri"], found["href"]) == (_iri(scheme, code), f"/cs/{scheme}/{code}~")
    for address in (found["iri"], f"http://localhost{found['href']}"):
        assert urljoin(address, urlsplit(address).path) == address
    answer = client.get(f"{found['href']}.ttl")
    assert answer.status_code == 200 and f'skos:notation "{code}"' in answer.text
    page = client.get(found["href"], headers={"Accept": "text/html"})
    assert page.status_code == 200 and f"Namn {(ODD if scheme == 'odd' else TST).index(code)}<" in page.text


def test_a_service_for_one_list_finds_the_codes_of_dots_by_their_identifiers(client: FlaskClient) -> None:
    queries = {"q1": {"query": ".~"}, "q2": {"query": "..~"}}
    found = client.post("/reconcile/odd", data={"queries": json.dumps(queries)}).get_json()
    assert [found[key]["result"][0]["id"] for key in queries] == [".~", "..~"]
