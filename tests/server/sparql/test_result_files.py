"""Results as files of other programs: CSV for Excel, Parquet, XLSX."""

from __future__ import annotations

import io
from datetime import date

import polars
import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

QUERY = """SELECT * { VALUES (?code ?n ?share ?day ?yes ?mixed) {
  ("0012" 1 0.95 "2026-01-31"^^xsd:date true 1)
  ("a;b" 2 1.5 "2026-02-01"^^xsd:date false "two")
  ("å\\"" UNDEF UNDEF UNDEF UNDEF UNDEF) } }"""


@pytest.mark.parametrize("path", ["/sparql.excel.csv", "/sparql"])
def test_csv_for_excel_has_a_byte_order_mark_semicolons_and_decimal_commas(client: FlaskClient, path: str) -> None:
    response = client.get(path, query_string={"query": QUERY, "format": "excel.csv"})
    assert response.status_code == 200
    assert response.data.startswith(b"\xef\xbb\xbf")
    assert response.data.decode("utf-8-sig").splitlines() == [
        "code;n;share;day;yes;mixed",
        "0012;1;0,95;2026-01-31;true;1",
        '"a;b";2;1,5;2026-02-01;false;two',
        '"å""";;;;;',
    ]
    assert response.headers["Content-Disposition"] == 'attachment; filename="result.excel.csv"'


def test_parquet_has_typed_columns_and_tells_its_origin(client: FlaskClient) -> None:
    response = client.get("/sparql.parquet", query_string={"query": QUERY})
    assert response.headers["Content-Type"] == "application/vnd.apache.parquet"
    frame = polars.read_parquet(io.BytesIO(response.data))
    assert frame.schema == {
        "code": polars.String,
        "n": polars.Int64,
        "share": polars.Float64,
        "day": polars.Date,
        "yes": polars.Boolean,
        "mixed": polars.String,
    }
    assert frame["code"].to_list() == ["0012", "a;b", 'å"']
    assert frame["share"].to_list() == [0.95, 1.5, None]
    assert frame["day"][0] == date(2026, 1, 31)
    assert polars.read_parquet_metadata(io.BytesIO(response.data))["query"] == QUERY.strip()


def test_values_that_are_not_valid_for_their_datatype_stay_texts(client: FlaskClient) -> None:
    query = 'SELECT * { VALUES (?n ?big) { ("x"^^xsd:integer 99999999999999999999) (1 1) } }'
    frame = polars.read_parquet(io.BytesIO(client.get("/sparql.parquet", query_string={"query": query}).data))
    assert frame["n"].to_list() == ["x", "1"]
    assert frame["big"].to_list() == ["99999999999999999999", "1"] or frame["big"].dtype == polars.Float64


def test_an_empty_result_has_its_columns(client: FlaskClient) -> None:
    query = "SELECT ?a ?b { ?a <urn:none> ?b }"
    frame = polars.read_parquet(io.BytesIO(client.get("/sparql.parquet", query_string={"query": query}).data))
    assert frame.columns == ["a", "b"] and frame.height == 0
    assert client.get("/sparql.excel.csv", query_string={"query": query}).data.decode("utf-8-sig") == "a;b\r\n"


@pytest.mark.parametrize("suffix", ["excel.csv", "parquet"])
def test_graphs_and_booleans_are_refused_with_the_formats_that_there_are(client: FlaskClient, suffix: str) -> None:
    for query in ("CONSTRUCT { ?s a ?o } { ?s a ?o } LIMIT 1", "ASK {}"):
        response = client.get(f"/sparql.{suffix}", query_string={"query": query})
        assert response.status_code == 406
    response = client.get("/sparql.pdf", query_string={"query": QUERY})
    assert response.status_code == 406 and b"parquet" in response.data


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NUMBERS = """SELECT ?n ?d ?code ?long ?bad (STR(1) AS ?text) { VALUES (?n ?d ?code ?long ?bad)
  { (20 1.5 "0012" 1234567890123456789 "x"^^xsd:integer) (-1 2e3 "a" UNDEF UNDEF) } }"""


@pytest.mark.parametrize(
    ("parameters", "accept"), [({"format": "xlsx"}, "*/*"), ({}, XLSX), ({}, f"text/csv;q=0.5, {XLSX}")]
)
def test_numbers_are_numbers_in_a_workbook(client: FlaskClient, parameters: dict[str, str], accept: str) -> None:
    response = client.get("/sparql", query_string={"query": NUMBERS, **parameters}, headers={"Accept": accept})
    assert response.headers["Content-Type"] == XLSX
    rows = [*load_workbook(io.BytesIO(response.data)).worksheets[0].iter_rows(values_only=True)]
    assert rows == [
        ("n", "d", "code", "long", "bad", "text"),
        (20, 1.5, "0012", "1234567890123456789", "x", "1"),
        (-1, 2000, "a", None, None, "1"),
    ]


def test_a_workbook_of_a_boolean_has_one_cell(client: FlaskClient) -> None:
    response = client.get("/sparql", query_string={"query": "ASK {}", "format": "xlsx"})
    rows = [*load_workbook(io.BytesIO(response.data)).worksheets[0].iter_rows(values_only=True)]
    assert rows == [("_askResult",), ("true",)]


@pytest.mark.parametrize("accept", ["*/*", "text/csv", f"{XLSX};q=0.1, application/json", ""])
def test_a_workbook_is_sent_only_where_it_is_preferred(client: FlaskClient, accept: str) -> None:
    response = client.get("/sparql", query_string={"query": NUMBERS}, headers={"Accept": accept})
    assert response.status_code == 200 and response.headers["Content-Type"] != XLSX
