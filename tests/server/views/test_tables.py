"""Tables of pages as CSV, XLSX and JSON: the same rows, the filters in force, licence and citation, other formats."""

from __future__ import annotations

import csv
import io

import polars
import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from begrepp.text.swedish import sort_key

HTML = {"Accept": "text/html", "Accept-Language": "sv"}
QUERY = "SELECT+%3Fc+%3Fl+%7B%3Fc+skos%3AprefLabel+%3Fl%7D+ORDER+BY+%3Fc+%3Fl+LIMIT+30"
DIFFERENCE = "/cs/icd-10-se/difference/2021..2022"
PAIR = "/harmonise?a=cancerregistret&b=nkbc&pair=t%3Da_tnm_tklass"
PATHS = (
    *("/cs", "/dataset", "/mapping", "/search?q=cancer", "/matrix", "/cs/ecog", "/cs/onkologi/lungcancer"),
    *("/dataset/nkbc", "/mapping/onkologi", "/dataset/nkbc/anmalan/var/a_pad_her2"),
)


def _at(path: str, suffix: str) -> str:
    stem, mark, query = path.partition("?")
    return f"{stem}.{suffix}{mark}{query}"


def _csv(client: FlaskClient, path: str) -> list[list[str]]:
    answer = client.get(path)
    assert answer.status_code == 200 and answer.mimetype == "text/csv", answer.text
    return list(csv.reader(io.StringIO(answer.text, newline="")))


@pytest.mark.parametrize("path", PATHS)
def test_csv_and_xlsx_have_the_same_rows(client: FlaskClient, path: str) -> None:
    rows = _csv(client, _at(path, "csv"))
    with client.get(_at(path, "xlsx")) as answer:
        assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
        book = load_workbook(io.BytesIO(answer.data))
    read = [["" if cell is None else str(cell) for cell in row] for row in book["data"].iter_rows(values_only=True)]
    assert read == rows and len(rows) > 1
    about = {str(row[0]): str(row[1] or "") for row in book["about"].iter_rows(values_only=True)}
    assert about["citation"].startswith("begrepp, ") and about["title"]


@pytest.mark.parametrize("path", (*PATHS, "/completeness", "/matrix?by=system", f"{PAIR}&format="))
def test_every_table_is_there_for_excel_and_as_parquet(client: FlaskClient, path: str) -> None:
    def address(suffix: str) -> str:
        return f"{path}{suffix}" if path.endswith("=") else _at(path, suffix)

    rows = _csv(client, address("csv"))
    answer = client.get(address("excel.csv"))
    text = answer.data.decode("utf-8")
    assert answer.status_code == 200 and ".excel.csv" in answer.headers["Content-Disposition"]
    assert text.startswith("\ufeff")
    assert [*csv.reader(io.StringIO(text[1:], newline=""), delimiter=";")] == rows
    with client.get(address("parquet")) as file:
        assert file.status_code == 200, file.get_data(as_text=True)
        frame = polars.read_parquet(io.BytesIO(file.data))
    read = [["" if cell is None else str(cell) for cell in row] for row in frame.iter_rows()]
    assert [frame.columns, *read] == rows


def test_a_page_offers_every_format_of_its_table(client: FlaskClient) -> None:
    for path in ("/cs", "/search?q=cancer", "/dataset/nkbc", "/cs/ecog", "/mapping/onkologi"):
        page = client.get(path, headers=HTML).text
        for suffix in ("csv", "excel.csv", "xlsx", "parquet"):
            assert f'href="{_at(path, suffix)}"' in page, (path, suffix)
    concept = client.get("/cs/onkologi/lungcancer", headers=HTML).text
    assert "lungcancer.xlsx" in concept and "lungcancer.parquet" not in concept, "few formats for single things"


def test_the_matrix_by_code_system_counts_variables(client: FlaskClient) -> None:
    rows = _csv(client, "/matrix.csv?by=system")
    counts = {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    assert counts["kon"]["Cancerregistret"] == "1" and counts["rtr-t"]["Cancerregistret"] == "1"
    assert "mCODE" not in " ".join(rows[0]), "a specification has no data"
    page = client.get("/matrix?by=system", headers=HTML).text
    assert "Vilka kodverk används var?" in page and 'href="/cs/rtr-t"' in page
    assert 'href="/dataset/cancerregistret/var/t"' in page


def test_a_search_is_exported_with_its_filters(client: FlaskClient) -> None:
    every = _csv(client, "/search.csv?q=cancer")
    only = _csv(client, "/search.csv?q=cancer&kind=variable")
    kind = every[0].index("kind")
    assert {row[kind] for row in only[1:]} == {"variable"} and {row[kind] for row in every[1:]} > {"variable"}
    assert len(every) > 26, "all pages of the search, not only the first"
    about = load_workbook(io.BytesIO(client.get("/search.xlsx?q=cancer&kind=variable").data))["about"]
    assert ("filters", "kind = variable") in list(about.iter_rows(values_only=True))
    page = client.get("/search?q=cancer&kind=variable", headers=HTML).text
    assert "/search.xlsx?q=cancer&amp;kind=variable" in page


def test_the_licence_stands_with_the_rows(client: FlaskClient) -> None:
    rows = _csv(client, "/cs.csv")
    licences = {row[0]: row[rows[0].index("licence")] for row in rows[1:]}
    assert licences["onkologi"] == "https://creativecommons.org/licenses/by/4.0/"
    answer = client.get("/cs/onkologi/lungcancer.csv")
    assert 'rel="license"' in answer.headers["Link"]


def test_mappings_are_all_there_with_their_names(client: FlaskClient) -> None:
    rows = _csv(client, "/mapping/onkologi.csv")
    found = {(row[1], row[3]): row[2] for row in rows[1:]}
    assert found[("äggstockscancer", "C56.9")] == "skos:exactMatch"
    assert found[("akut myeloisk leukemi", "C92.0")] == "skos:narrowMatch"
    assert len(rows) > 150 and all(row[1] for row in rows[1:])


def test_a_suffix_of_another_format_says_what_there_is(client: FlaskClient) -> None:
    for path in ("/cs", "/cs/ecog", "/cs/onkologi/lungcancer", "/dataset/nkbc", "/matrix", "/search"):
        answer = client.get(f"{path}.pdf", headers=HTML)
        assert answer.status_code == 406, path
        assert "xlsx" in answer.text and "csv" in answer.text, path
    assert client.get("/cs/onkologi/there-is-none.pdf", headers=HTML).status_code == 404


def test_json_is_an_address_too(client: FlaskClient) -> None:
    answer = client.get("/cs/onkologi/lungcancer.json")
    assert answer.mimetype == "application/ld+json" and answer.get_json()["@graph"]
    matrix = client.get("/matrix.json").get_json()
    assert matrix["rows"] and {"name": "title", "value": "Vad mäts var?"} in matrix["about"]


def test_a_table_is_negotiated_as_rdf_is(client: FlaskClient) -> None:
    assert client.get("/dataset/nkbc", headers={"Accept": "text/csv"}).mimetype == "text/csv"
    assert client.get("/cs?format=csv").mimetype == "text/csv"
    assert client.get("/cs", headers={"Accept": "*/*"}).mimetype == "text/html"


@pytest.mark.parametrize(
    ("csv_path", "xlsx_path"),
    [
        ("/queries/who-measures-it-and-as-what.csv", "/queries/who-measures-it-and-as-what.xlsx"),
        (f"/sparql?format=csv&query={QUERY}", f"/sparql.xlsx?query={QUERY}"),
        (f"{PAIR}&format=csv", f"{PAIR}&format=xlsx"),
        ("/cs/icd-10-se/difference/2021..2022.csv", "/cs/icd-10-se/difference/2021..2022.xlsx"),
        (
            "/cs/icd-10-se/difference/2021..2022.csv?type=retired",
            "/cs/icd-10-se/difference/2021..2022.xlsx?type=retired",
        ),
    ],
)
def test_results_comparisons_and_differences_are_workbooks_too(
    client: FlaskClient, csv_path: str, xlsx_path: str
) -> None:
    rows = _csv(client, csv_path)
    answer = client.get(xlsx_path)
    assert answer.status_code == 200, answer.text
    book = load_workbook(io.BytesIO(answer.data))
    read = [["" if cell is None else str(cell) for cell in row] for row in book["data"].iter_rows(values_only=True)]
    assert read == rows and len(rows) > 1


def test_a_graph_is_no_workbook(client: FlaskClient) -> None:
    answer = client.get("/sparql.xlsx?query=DESCRIBE+%3Chttps%3A%2F%2Fw3id.org%2Fbegrepp%2Fid%2Fcs%2Fecog%3E")
    assert answer.status_code == 406 and "text/turtle" in answer.text
    assert client.get(f"/sparql.doc?query={QUERY}", headers=HTML).status_code == 406


@pytest.mark.parametrize(
    "query",
    ["scheme=nope", "kind=nope", "status=nope", "species=nope", "under=C34", "scheme=onkologi&under=nope"],
)
def test_a_table_of_hits_refuses_what_would_not_limit_it(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/search.csv?q=cancer&{query}", headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert query.rpartition("=")[2] in answer.get_json()["title"]


def test_a_matrix_of_something_else_is_refused(client: FlaskClient) -> None:
    assert client.get("/matrix.csv?by=nope").status_code == 400


def test_a_table_of_hits_is_sorted_as_the_page(client: FlaskClient) -> None:
    rows = [*csv.DictReader(client.get("/search.csv?q=c50&sort=code").text.lstrip("\ufeff").splitlines())]
    codes = [sort_key(row["code"]) for row in rows if row["code"]]
    assert len(codes) > 3 and codes == sorted(codes)
