"""Unknown query parameters and unusable values: an error for programs, a notice on pages, for every route."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from begrepp.settings import ROOT
from server.http.query_parameters import EVERYWHERE, find_unknown, nearest_name
from server.ops.parameter_check import DOCUMENTS, PAGES, PROGRAMS, UNCHECKED
from server.ops.parameter_values import VALUES
from tests.support.routes import ROUTES, expected, one_of_each_kind

HTML = {"Accept": "text/html", "Accept-Language": "en"}
NOTICE = "is unknown and was ignored"
REPEATED = "has several values. Only the first was used."
UNUSABLE = "is not valid and was ignored."
TRACKING = "utm_source=newsletter&fbclid=x&gclid=y&_=1764521"
LOOKUP = "/api/v1/lookup?system=onkologi&code=lungcancer"
MOVED = ("browse.switch", "validation.shapes")
"""Redirects to other pages, which have no parameters to lose."""
READERS = {"get", "getlist"}


def added(path: str, query: str) -> str:
    """The address with more parameters."""
    return f"{path}{'&' if '?' in path else '?'}{query}"


def test_every_route_has_a_rule(app: Flask) -> None:
    tables = [*PAGES, *DOCUMENTS, *PROGRAMS, *UNCHECKED]
    ruled = {rule.endpoint for rule in app.url_map.iter_rules() if not rule.endpoint.startswith("fhir.")}
    assert len(tables) == len({*tables})
    assert ruled - {*tables} == set()
    short = {f"{name}_short" for name in tables if name.startswith("api.")}
    assert {*tables} - ruled <= short


def _read_names() -> Iterator[str]:
    """The parameters that the code of the server reads by name."""
    for path in sorted((ROOT / "server").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READERS:
                source = ast.unparse(node.func.value)
                if (
                    source in ("request.args", "request.values")
                    and node.args
                    and isinstance(node.args[0], ast.Constant)
                ):
                    yield str(node.args[0].value)


def test_every_parameter_that_is_read_is_known() -> None:
    known = EVERYWHERE.union(*PAGES.values(), *DOCUMENTS.values(), *PROGRAMS.values())
    read = {name for name in _read_names() if not name.startswith("_")}
    assert len(read) > 30
    assert read - known == {"mode"}  # of FHIR's metadata


def test_every_route_refuses_or_tells_an_unknown_parameter(app: Flask, client: FlaskClient) -> None:
    urls = app.url_map.bind("localhost")
    silent = []
    for path in (*ROUTES, *one_of_each_kind(app)):
        endpoint = str(urls.match(urlsplit(path).path, "GET")[0])
        with client.get(added(path, "asof=2019-01-01"), headers=HTML) as answer:
            if 300 <= answer.status_code < 400:
                told = endpoint in MOVED or "asof=2019-01-01" in answer.headers["Location"]
            elif endpoint in UNCHECKED or expected(path) == (404,):
                told = answer.status_code in expected(path)
            else:
                told = answer.status_code == 400 if endpoint in PROGRAMS else b"asof" in answer.get_data()
        if not told:
            silent.append(f"{path} {answer.status_code}")
    assert silent == []


def test_parameters_of_campaigns_change_nothing(app: Flask, client: FlaskClient) -> None:
    changed = []
    for path in (*ROUTES, *one_of_each_kind(app)):
        if path.startswith("/queries/"):
            continue  # a query may be refused while all workers are busy
        with client.get(path, headers=HTML) as plain, client.get(added(path, TRACKING), headers=HTML) as tracked:
            if plain.status_code != tracked.status_code or NOTICE.encode() in tracked.get_data():
                changed.append(path)
    assert changed == []
    assert client.get(f"/queries/drugs-by-atc?{TRACKING}", headers=HTML).status_code == 200


@pytest.mark.parametrize("name", ["asof", "as_of", "as-of", "AsOf", "asOff", "date", "day", "datum"])
def test_a_misspelt_day_is_refused_with_the_right_name(client: FlaskClient, name: str) -> None:
    answer = client.get(f"{LOOKUP}&{name}=2019-01-01")
    assert answer.status_code == 400 and answer.mimetype == "application/problem+json"
    assert answer.get_json()["title"] == f"There is no parameter {name}."
    assert answer.get_json()["detail"] == "Did you mean asOf? The parameters are: asOf, code, iri, lang, system."


def test_a_parameter_that_is_like_none_is_refused_with_those_that_there_are(client: FlaskClient) -> None:
    answer = client.get("/api/v1/search?q=lung&asOf=2019-01-01&page=2")
    assert answer.get_json()["title"] == "There is no parameter asOf, page."
    assert answer.get_json()["detail"] == (
        "The parameters are: dataset, kind, lang, language, limit, offset, q, scheme, species, status."
    )


@pytest.mark.parametrize(
    "path",
    [
        f"{LOOKUP}&asOf=2019-01-01&asOf=2024-01-01",
        "/cs/onkologi/lungcancer.ttl?asOf=2024-01-01&asOf=2019-01-01",
        "/id/cs/onkologi/lungcancer?asOf=2024-01-01&asOf=2019-01-01",
        "/resolve?system=onkologi&code=lungcancer&code=cancer",
        "/search.csv?q=lung&scheme=onkologi&scheme=atc",
        "/reconcile/onkologi?asOf=2024-01-01&asOf=2019-01-01",
        "/cs.csv?lang=sv&lang=en",
    ],
)
def test_a_parameter_with_several_values_is_refused(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert re.fullmatch(r"The parameter \w+ has several values\.", answer.get_json()["title"])


def test_a_page_tells_that_only_the_first_of_several_values_was_used(client: FlaskClient) -> None:
    path = "/search?q=lung&scheme=onkologi&scheme=atc"
    assert f"The parameter “scheme” {REPEATED}" in client.get(path, headers=HTML).text
    swedish = client.get(path, headers={"Accept": "text/html"}).text
    assert "Parametern ”scheme” har flera värden. Bara det första har använts." in swedish
    moved = client.get("/id/cs/onkologi/lungcancer?asOf=2024-01-01&asOf=2019-01-01", headers=HTML)
    assert moved.status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/search?q=lung&scheme=onkologi&scheme=onkologi",
        "/sparql?query=ASK+%7B%7D&default-graph-uri=urn:a&default-graph-uri=urn:b",
        "/reconcile/onkologi/suggest/entity?prefix=lung&type=onkologi&type=atc",
        "/reconcile/onkologi/suggest/entity?prefix=lung&filter=a&filter=b",
    ],
)
def test_values_that_repeat_or_belong_together_are_accepted(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Accept": "*/*"})
    assert answer.status_code == 200 and REPEATED not in answer.text


def test_an_unknown_field_of_a_body_is_refused(client: FlaskClient) -> None:
    answer = client.post("/api/v1/ecl", json={"scheme": "onkologi", "ecl": "*", "as_of": "2019-01-01"})
    assert answer.status_code == 400 and "Did you mean asOf?" in answer.get_json()["detail"]


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        ("/cs/onkologi/lungcancer", "text/html", 200),
        ("/cs/onkologi/lungcancer", "text/turtle", 400),
        ("/cs/onkologi/lungcancer.ttl", "*/*", 400),
        ("/cs/onkologi/lungcancer.csv", "text/html", 400),
        ("/id/cs/onkologi/lungcancer", "application/ld+json", 400),
        ("/cs", "application/json", 400),
        ("/search?q=lung", "application/json", 200),
    ],
)
def test_who_asks_decides(client: FlaskClient, path: str, accept: str, status: int) -> None:
    with client.get(added(path, "asof=2019-01-01"), headers={"Accept": accept}) as answer:
        assert answer.status_code == status
        assert ("asof" in answer.get_data(as_text=True)) is True


def test_a_page_tells_the_parameter_in_its_language(client: FlaskClient) -> None:
    page = client.get("/cs/onkologi/lungcancer?asof=2019-01-01", headers={"Accept": "text/html"}).text
    assert "Parametern ”asof” är okänd och har ignorerats. Menade du ”asOf”?" in page
    followed = client.get("/id/cs/onkologi/lungcancer?asof=%3Cb%3E", headers=HTML, follow_redirects=True)
    assert f"The parameter “asof” {NOTICE}. Did you mean “asOf”?" in followed.text
    hostile = client.get("/cs?%3Cb%3E=1", headers=HTML).text
    assert f"The parameter “&lt;b&gt;” {NOTICE}." in hostile


def test_what_sparql_clients_send_is_accepted(client: FlaskClient) -> None:
    sent = {"query": "ASK {}", "format": "json", "output": "json", "results": "json", "timeout": "30000"}
    sent |= {"signal_void": "on", "signal_unconnected": "on", "queryLn": "SPARQL", "infer": "true", "debug": "on"}
    assert client.get("/sparql", query_string=sent).get_json()["boolean"] is True
    assert client.post("/sparql", data=sent).get_json()["boolean"] is True


@pytest.mark.parametrize("name", ["limit", "asOf", "$concept", "using-graph-uri"])
def test_what_would_choose_other_solutions_is_refused(client: FlaskClient, name: str) -> None:
    fields = {"query": "SELECT * { ?s ?p ?o } LIMIT 1", "format": "json", name: "1"}
    for answer in (client.get("/sparql", query_string=fields), client.post("/sparql", data=fields)):
        assert answer.status_code == 400
        assert answer.get_json()["title"] == f"There is no parameter {name}."
        assert answer.get_json()["detail"].endswith(
            "The parameters are: default, default-graph-uri, explain, format, graph, lang, named-graph-uri, output, "
            "query, results, update."
        )


def test_what_openrefine_sends_is_accepted(client: FlaskClient) -> None:
    widget = "prefix=lung&type=https://w3id.org/begrepp/id/cs/onkologi&type_strict=any&callback=jQuery1&limit=10&cursor=0&lang=en&_=1764521"
    assert client.get(f"/reconcile/onkologi/suggest/entity?{widget}").get_json()["result"]
    assert client.get("/reconcile/onkologi?callback=jsonp123").get_json()["versions"] == ["0.2"]
    flyout = "/reconcile/onkologi/flyout?id=lungcancer&lang=en&callback=jQuery1"
    assert client.get(flyout).get_json()["id"] == "lungcancer"
    wrong = client.post("/reconcile/onkologi", data={"queries": "{}", "as_of": "2019-01-01"})
    assert wrong.status_code == 400 and "Did you mean asOf?" in wrong.get_json()["detail"]


def _described(client: FlaskClient) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """Path, method and query parameters of every operation of the OpenAPI description."""
    for path, methods in client.get("/api/openapi.json").get_json()["paths"].items():
        for method, operation in methods.items():
            parameters = [each for each in operation.get("parameters", ()) if each["in"] == "query"]
            if operation["operationId"].endswith("-by-body"):
                continue  # the parameters are fields of the body
            yield path.replace("{profile}", "skos"), method.upper(), parameters


def test_what_is_accepted_is_what_openapi_describes(app: Flask, client: FlaskClient) -> None:
    urls, seen = app.url_map.bind("localhost"), 0
    for path, method, parameters in _described(client):
        endpoint = str(urls.match(path, method)[0])
        described = {each["name"] for each in parameters}
        accepted = {**PAGES, **DOCUMENTS, **PROGRAMS}[endpoint]
        assert described - EVERYWHERE == accepted - EVERYWHERE - {"profile", "graph"}, (path, method)
        query = {each["name"]: each.get("example", "x") for each in parameters}
        with client.open(path, method=method, query_string={**query, "nosuch": "1"}) as answer:
            said = answer.get_data(as_text=True)
            assert "nosuch" in said and not any(f"parameter {name}" in said for name in query), (path, method)
        seen += len(parameters)
    assert seen > 40


@pytest.mark.parametrize(("query", "status"), [("foo=bar", 200), ("version=2019", 400), ("asof=2019-01-01", 400)])
def test_an_address_of_a_concept_works_with_what_cannot_change_the_answer(
    client: FlaskClient, query: str, status: int
) -> None:
    for path in ("/cs/onkologi/lungcancer", "/id/cs/onkologi/lungcancer"):
        with client.get(f"{path}?{query}", headers={"Accept": "text/turtle"}, follow_redirects=True) as answer:
            assert answer.status_code == status
    with client.get(f"/api/v1/resolve?code=C34&{query}") as answer:
        assert answer.status_code == 400


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        ("/cs/onkologi.csv?find=lung", "*/*", 400),
        ("/cs/onkologi.csv?offset=25", "*/*", 200),
        ("/mapping/onkologi.csv?to=atc", "*/*", 400),
        ("/mapping/onkologi?to=atc", "text/html", 200),
        ("/dataset/nkbc.csv?find=her2", "*/*", 200),
        ("/dataset/nkbc?find=her2", "text/csv", 200),
        ("/dataset/nkbc?find=her2", "text/turtle", 400),
        ("/dataset/nkbc?to=atc", "application/ld+json", 400),
    ],
)
def test_a_parameter_of_other_documents_is_refused(client: FlaskClient, path: str, accept: str, status: int) -> None:
    with client.get(path, headers={"Accept": accept}) as answer:
        assert answer.status_code == status


def test_a_page_tells_a_parameter_of_other_documents(client: FlaskClient) -> None:
    assert f"“find” {NOTICE}" in client.get("/cs/onkologi?find=lung", headers=HTML).text
    assert NOTICE not in client.get("/dataset/nkbc?find=her2&all=1", headers=HTML).text


@pytest.mark.parametrize(
    ("given", "near"), [("Scheme", "scheme"), ("schemes", "scheme"), ("off_set", "offset"), ("colour", ""), ("", "")]
)
def test_the_nearest_name_is_regardless_of_case_and_punctuation(given: str, near: str) -> None:
    assert nearest_name(given, {"scheme", "offset", "q"}) == near


def test_long_and_many_names_are_shortened(client: FlaskClient) -> None:
    query = "&".join(f"{'x' * 60}{number}=1" for number in range(9))
    title = client.get(f"{LOOKUP}&{query}").get_json()["title"]
    assert re.fullmatch(r"There is no parameter (x{40}, ){4}x{40}\.", title)
    assert find_unknown(["aa", "aa", "lang", "utm_id", "x", "nocache"], ()) == ["aa"]


VALUE_PAGES = {
    "/search?q=lung&offset=abc": "Use a whole number, 0 or more.",
    "/cs/onkologi?offset=-5": "Use a whole number, 0 or more.",
    "/cs/onkologi/index?offset=1e3": "Use a whole number, 0 or more.",
    "/search?q=lung&view=nope": "Valid values: tree.",
    "/search?q=lung&sort=nope": "Valid values: code, name.",
    "/cs/onkologi?by=nope": "Valid values: use.",
    "/matrix?by=nope": "Valid values: system.",
    "/fhir?base=r9": "Valid values: r5, r4.",
    "/fhir?operation=nope": "Valid values: CodeSystem/$lookup, ",
    "/validation?profile=nope": "Valid values: ",
    "/id/cs/onkologi/lungcancer?lang=xx": "Valid values: sv, en.",
}


@pytest.mark.parametrize("path", VALUE_PAGES)
def test_a_page_tells_a_value_that_is_not_used(client: FlaskClient, path: str) -> None:
    name, value = path.rpartition("?")[2].rpartition("&")[2].split("=")
    answer = client.get(path, headers=HTML, follow_redirects=True)
    assert answer.status_code == 200
    assert f"The value “{value}” of the parameter “{name}” {UNUSABLE} {VALUE_PAGES[path]}" in answer.text
    swedish = client.get(path, headers={"Accept": "text/html"}, follow_redirects=True).text
    assert f"Värdet ”{value}” för parametern ”{name}” är ogiltigt och har ignorerats." in swedish


@pytest.mark.parametrize(
    "path",
    [
        "/search.csv?q=lung&sort=nope",
        "/search.csv?q=lung&view=nope",
        "/search.csv?q=lung&lang=xx",
        "/matrix.csv?by=nope",
        "/cs/onkologi.csv?offset=abc",
        "/cs/onkologi.ttl?by=nope",
        "/cs/onkologi.csv?lang=xx",
        "/search.json?q=lung&lang=xx",
    ],
)
def test_a_program_is_refused_a_value_that_would_not_be_used(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Accept": "application/json"})
    name, value = path.rpartition("?")[2].rpartition("&")[2].split("=")
    assert answer.status_code == 400
    assert answer.get_json()["title"] == f"{name} is '{value}'."
    assert answer.get_json()["detail"].startswith("Use ")


def test_every_route_refuses_or_tells_an_unknown_language(app: Flask, client: FlaskClient) -> None:
    urls = app.url_map.bind("localhost")
    silent = []
    for path in (*ROUTES, *one_of_each_kind(app)):
        endpoint = str(urls.match(urlsplit(path).path, "GET")[0])
        if endpoint in UNCHECKED or expected(path) == (404,) or endpoint.startswith(("fhir.", "reconciliation.")):
            continue
        if path.endswith(".ttl") and endpoint == "resource.document":
            continue  # the same in every language
        with client.get(added(path, "lang=xx"), headers=HTML) as answer:
            if 300 <= answer.status_code < 400:
                told = endpoint in MOVED or "lang=xx" in answer.headers["Location"]
            else:
                is_refused = answer.status_code == 400 and endpoint not in PAGES
                told = is_refused or UNUSABLE.encode() in answer.get_data()
        if not told:
            silent.append(f"{path} {answer.status_code}")
    assert silent == []


@pytest.mark.parametrize("query", ["lang=en-GB", "lang=", "offset=", "offset=0", "by=", "by=use", "offset=99999999999"])
def test_values_that_there_are_and_empty_ones_are_accepted(client: FlaskClient, query: str) -> None:
    page = client.get(f"/cs/onkologi?{query}", headers=HTML)
    assert page.status_code == 200 and UNUSABLE not in page.text


def test_every_parameter_with_listed_values_is_one_of_its_route() -> None:
    for endpoint, parameters in VALUES.items():
        assert parameters.keys() <= {**PAGES, **DOCUMENTS, **PROGRAMS}[endpoint], endpoint


def test_links_of_a_page_do_not_repeat_values_that_were_ignored(client: FlaskClient) -> None:
    page = client.get("/search?q=lung&sort=nope&view=%3Cb%3E", headers=HTML).text
    assert "“&lt;b&gt;” of the parameter “view”" in page
    assert 'href="/search.csv?q=lung"' in page and "sort=nope" not in page.partition("<header")[2]


def test_rdf_and_reconciliation_are_the_same_in_every_language(client: FlaskClient) -> None:
    assert client.get("/cs/onkologi/lungcancer.ttl?lang=xx").status_code == 200
    assert client.get("/reconcile/onkologi/suggest/entity?prefix=lung&lang=xx").status_code == 200
