"""The cookbook: a question as a page, a REST address and RDF; a value that does not fit is said to be so."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, parse

from begrepp.cli.main import main
from begrepp.queries.query_files import Query, read_queries
from begrepp.settings import Settings
from server.app import create_app

HTML = {"Accept": "text/html", "Accept-Language": "sv"}
HER2 = "/queries/who-measures-it-and-as-what"


@pytest.fixture(scope="module")
def patient(built: Settings) -> Iterator[Flask]:
    """The application with time enough for a machine that is busy."""
    application = create_app(replace(built, query_seconds=60))
    yield application
    application.extensions["begrepp"].pool.close()


@pytest.fixture
def client(patient: Flask) -> FlaskClient:
    return patient.test_client()


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("query", read_queries("examples"), ids=lambda query: query.name)
def test_every_question_is_a_page_with_its_answer_in_both_languages(client: FlaskClient, query: Query) -> None:
    for language in ("sv", "en"):
        page = client.get(f"/queries/{query.name}?lang={language}", headers=HTML)
        assert page.status_code == 200
        assert query.metadata["title" if language == "en" else "title_sv"][:30] in page.text
        assert "read_csv" in page.text and "curl -s" in page.text
        assert (int(query.metadata["rows"].partition("-")[0]) == 0) or "<tbody>" in page.text


def test_the_things_of_an_answer_are_called_by_their_names_in_the_language_of_the_reader(client: FlaskClient) -> None:
    swedish = client.get("/queries/where-is-it-measured-for-a-disease?lang=sv", headers=HTML).text
    english = client.get("/queries/where-is-it-measured-for-a-disease?lang=en", headers=HTML).text
    assert "FIGO-stadium" in swedish
    assert "FIGO stage" in english and ">FIGO-stadium<" not in english


def test_all_questions_are_listed(client: FlaskClient) -> None:
    page = client.get("/queries", headers=HTML).text
    assert all(f'href="/queries/{query.name}"' in page for query in read_queries("examples"))


@pytest.mark.parametrize(
    ("format_", "media_type"),
    [
        ("csv", "text/csv"),
        ("tsv", "text/tab-separated-values"),
        ("json", "application/sparql-results+json"),
        ("xml", "application/sparql-results+xml"),
    ],
)
def test_the_answer_is_had_in_every_format(client: FlaskClient, format_: str, media_type: str) -> None:
    by_parameter = client.get(f"{HER2}?format={format_}")
    by_accept = client.get(HER2, headers={"Accept": media_type})
    by_suffix = client.get(f"{HER2}.{format_}")
    assert by_parameter.mimetype == by_accept.mimetype == by_suffix.mimetype == media_type
    assert by_parameter.data == by_accept.data == by_suffix.data


@pytest.mark.parametrize(("format_", "form"), [("ttl", RdfFormat.TURTLE), ("jsonld", RdfFormat.JSON_LD)])
def test_every_answer_is_had_as_rdf(client: FlaskClient, format_: str, form: RdfFormat) -> None:
    table = rows(client.get(f"{HER2}.csv").text)
    answer = client.get(f"{HER2}?format={format_}")
    triples = [*parse(answer.data, format=form)]
    assert len({t.subject for t in triples if t.predicate.value.endswith("#index")}) == len(table)
    values = {getattr(t.object, "value", "") for t in triples if t.predicate.value.endswith("#value")}
    assert {value for row in table for value in row.values() if value} <= values


@pytest.mark.parametrize(
    "value", ["her2", "onkologi:her2", "HER2-status", "https://w3id.org/begrepp/id/cs/onkologi/her2"]
)
def test_a_concept_is_given_by_code_words_or_iri(client: FlaskClient, value: str) -> None:
    answer = client.get(HER2, query_string={"concept": value, "format": "csv"})
    assert len(rows(answer.text)) == 5


def test_another_value_gives_another_answer(client: FlaskClient) -> None:
    er = client.get(HER2, query_string={"concept": "östrogenreceptorstatus", "format": "csv"})
    assert {row["name"] for row in rows(er.text)} == {"op_pad_er", "op_pad_erproc"}


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (f"{HER2}?concept=blablabla", "no concept was found"),
        ("/queries/codes-under-a-code?concept=lunga", "icd-10-se:C34"),
        ("/queries/codes-under-a-code?day=2019-13-01", "not a date"),
        ("/queries/datasets-covering-an-age?oldest=tio", "not a whole number"),
        ("/queries/homonyms?language=de", "one of: sv, en"),
        ("/queries/drugs-by-atc?system=nothing", "there is no scheme"),
        (f"{HER2}?concept=http://x/%22%3E%20%7D%20DROP", "there is no concept"),
    ],
)
def test_a_value_that_does_not_fit_is_an_error_that_says_why(client: FlaskClient, address: str, said: str) -> None:
    answer = client.get(f"{address}&format=csv")
    assert answer.status_code == 400
    assert said in answer.get_json()["title"] + answer.get_json()["detail"]
    assert client.get(address, headers=HTML).status_code == 400


def test_a_parameter_that_a_query_does_not_have_is_refused_or_told(client: FlaskClient) -> None:
    answer = client.get("/queries/drugs-by-atc?sytem=atc&format=csv")
    assert answer.status_code == 400 and "Did you mean system?" in answer.get_json()["detail"]
    assert "Menade du ”system”?" in client.get("/queries/drugs-by-atc?sytem=atc", headers=HTML).text
    moved = client.get("/query/drugs-by-atc?sytem=atc", headers=HTML)
    assert moved.headers["Location"] == "/queries/drugs-by-atc?sytem=atc"


def test_words_with_several_meanings_are_asked_about_on_the_page(client: FlaskClient) -> None:
    page = client.get("/queries/codes-under-a-code?concept=lunga", headers=HTML).text
    assert "Flera begrepp matchar" in page and "concept=icd-10-se%3AC34" in page


def test_a_question_that_is_not_there_is_404(client: FlaskClient) -> None:
    assert client.get("/queries/nothing", headers=HTML).status_code == 404
    assert client.get("/queries/..%2fchecks%2fx", headers=HTML).status_code == 404


def test_an_editor_finds_the_questions_at_the_endpoint(client: FlaskClient) -> None:
    """The query that SIB's editor asks, one row per question, whose text runs without our prefixes."""
    asked = (
        "PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
        "SELECT DISTINCT ?sq ?comment ?query WHERE { ?sq a sh:SPARQLExecutable ; rdfs:comment ?comment ; "
        "sh:select|sh:ask|sh:construct|sh:describe ?query . } ORDER BY ?sq"
    )
    found = rows(client.get("/sparql", query_string={"query": asked}, headers={"Accept": "text/csv"}).text)
    assert len(found) == len(read_queries("examples"))
    assert all(row["query"].startswith("PREFIX ") for row in found)
    her2 = next(row for row in found if row["sq"].endswith("/id/query/who-measures-it-and-as-what"))
    assert client.get("/id/query/who-measures-it-and-as-what").headers["Location"] == HER2
    answer = client.get("/sparql", query_string={"query": her2["query"]}, headers={"Accept": "text/csv"})
    assert len(rows(answer.text)) == 5


def test_a_question_is_asked_from_a_shell(data_folder: Path, built: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEGREPP_DATA", str(data_folder))
    shell = CliRunner()
    answer = shell.invoke(
        main, ["query", "who-measures-it-and-as-what", "--param", "concept=östrogenreceptorstatus", "--format", "csv"]
    )
    assert answer.exit_code == 0, answer.output
    assert {row["name"] for row in rows(answer.output)} == {"op_pad_er", "op_pad_erproc"}
    assert shell.invoke(main, ["query", "homonyms", "--param", "language=de"]).exit_code == 2
    assert shell.invoke(main, ["query", "SELECT * { ?a ?b ?c } LIMIT 1", "--param", "a=b"]).exit_code == 2
    assert shell.invoke(main, ["query", "homonyms", "--param", "language"]).exit_code == 2
