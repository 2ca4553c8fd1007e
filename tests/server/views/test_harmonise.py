"""Two registers of the starter side by side: Cancerregistret's T and the breast cancer register's."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from openpyxl import load_workbook

from begrepp.cli.main import main
from begrepp.records import EditionFiles, Mapping
from begrepp.settings import Settings
from loaders.sssom import load as load_sssom
from server.views import harmonise

HTML = {"Accept": "text/html", "Accept-Language": "sv"}
PAIR = "/harmonise?a=cancerregistret&b=nkbc&pair=t%3Da_tnm_tklass"


def crosswalk(client: FlaskClient) -> dict[str, list[dict[str, str]]]:
    rows = list(csv.DictReader(io.StringIO(client.get(f"{PAIR}&format=csv").text)))
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        found.setdefault(row["code_a"], []).append(row)
    return found


def test_codes_are_aligned_and_what_is_lost_is_said(client: FlaskClient) -> None:
    rows = crosswalk(client)
    losses = {code: {row["loss"] for row in found} for code, found in rows.items()}
    assert losses["0"] == {"nothing"} and rows["0"][0]["code_b"] == "0"
    assert losses["1"] == {"merged"} and rows["1"][0]["code_b"] == "10"
    assert losses["1a"] == {"coarser"} and rows["1a"][0]["match"] == "skos:broadMatch"
    assert losses["4"] == {"undecided"} and {row["code_b"] for row in rows["4"]} == {"42", "44", "45", "46"}
    assert losses["a"] == {"none"} and rows["a"][0]["code_b"] == ""
    assert rows["0"][0]["relation"] == "narrower"


def test_the_page_shows_both_sides_and_warns(client: FlaskClient) -> None:
    page = client.get(PAIR, headers=HTML).text
    assert "a_tnm_tklass" in page and "saknar motsvarighet" in page and "B mäter något snävare" in page
    assert 'role="img"' in page
    assert client.get("/harmonise", headers=HTML).status_code == 200
    page = client.get("/harmonise?concept=ålder", headers=HTML).text
    assert "alder" in page and "Både" not in page


def test_the_sql_runs_and_translates(client: FlaskClient) -> None:
    case = client.get(f"{PAIR}&format=sql").text
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE tumor (t TEXT)")
    database.executemany("INSERT INTO tumor VALUES (?)", [("0",), ("1a",), ("4",), ("a",)])
    assert [row[0] for row in database.execute(f"SELECT\n{case}FROM tumor")] == ["0", "10", None, None]
    database.close()


def test_the_concept_map_says_how_each_code_relates(client: FlaskClient) -> None:
    resource = json.loads(client.get(f"{PAIR}&format=fhir").text)
    assert resource["resourceType"] == "ConceptMap" and resource["status"] == "draft"
    elements = {element["code"]: element for element in resource["group"][0]["element"]}
    assert elements["0"]["target"][0]["relationship"] == "equivalent"
    assert elements["1a"]["target"][0]["relationship"] == "source-is-narrower-than-target"
    assert elements["a"]["noMap"] is True and "target" not in elements["a"]


def test_the_sssom_is_read_by_our_own_loader(client: FlaskClient, tmp_path: Path) -> None:
    file = tmp_path / "crosswalk.sssom.tsv"
    file.write_text(client.get(f"{PAIR}&format=sssom").text, encoding="utf-8")
    edition = EditionFiles(source="crosswalk", version="2026", folder=tmp_path, files=(file,))
    declared = {
        "source": {
            "title": {"sv": "Nyckel"},
            "publisher": "begrepp",
            "licence": "https://creativecommons.org/licenses/by/4.0/",
        },
        "release": {"version": "2026", "valid_from": date(2026, 1, 1)},
    }
    mappings = [record for record in load_sssom(edition, declared=declared) if isinstance(record, Mapping)]
    assert len(mappings) == 23
    assert {mapping.justification.rpartition("/")[2] for mapping in mappings} == {"MappingChaining"}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("a=nkbc&b=nkbc", 400),
        ("a=nkbc&b=nothing", 400),
        ("concept=blablabla", 400),
        ("a=nkbc&b=scapis&pair=x%3Dy", 404),
    ],
)
def test_what_cannot_be_compared_is_said(client: FlaskClient, query: str, status: int) -> None:
    assert client.get(f"/harmonise?{query}&format=csv").status_code == status
    assert client.get(f"/harmonise?{query}", headers=HTML).status_code == status


def test_it_is_done_from_a_shell(built: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEGREPP_DATA", str(built.data))
    shell = CliRunner()
    table = shell.invoke(main, ["harmonise", "cancerregistret", "nkbc"])
    assert table.exit_code == 0, table.output
    sql = shell.invoke(main, ["harmonise", "cancerregistret", "nkbc", "--pair", "t=a_tnm_tklass", "--format", "sql"])
    assert "WHEN '1a' THEN '10'" in sql.output
    assert shell.invoke(main, ["harmonise", "nkbc", "nothing"]).exit_code == 2


def test_all_variables_of_both_registers_are_shown(client: FlaskClient) -> None:
    page = client.get("/harmonise?a=cancerregistret&b=nkbc", headers=HTML).text
    for dataset in ("cancerregistret", "nkbc"):
        names = {row["name"] for row in _read(client, f"/dataset/{dataset}.csv")}
        assert {name for name in names if f">{name}</a>" not in page} == set(), dataset
    counts = dict(re.findall(r'<a class="tile (?:\w+)" href="#([\w-]+)"><b>(\d+)</b>', page))
    assert counts == {"same": "4", "different": "3", "only-cancerregistret": "8", "only-nkbc": "21"}


def test_more_than_two_registers_are_one_matrix(client: FlaskClient) -> None:
    address = "/harmonise?a=cancerregistret&b=nkbc&more=npcr"
    rows = {row["concept"]: row for row in _read(client, f"{address}&format=csv")}
    assert rows["ålder"]["agreement"] == "same" and rows["ålder"]["npcr"] == "alder"
    assert rows["T-kategori"]["differs_in"] == "scope | codes | event" and rows["T-kategori"]["cancerregistret"] == "t"
    assert rows["Gleasonsumma"]["agreement"] == "only" and rows["Gleasonsumma"]["nkbc"] == ""
    page = client.get(address, headers=HTML).text
    assert 'href="#only-npcr"' in page and "more=npcr&amp;format=xlsx" in page and 'value="npcr" checked' in page
    assert client.get(f"{address}&format=sql").status_code == 400


def test_a_workbook_has_the_variables_and_the_codes(client: FlaskClient) -> None:
    book = load_workbook(io.BytesIO(client.get("/harmonise?a=cancerregistret&b=nkbc&format=xlsx").data))
    assert book.sheetnames == ["data", "codes", "about"]
    agreements = {row[0] for row in book["data"].iter_rows(min_row=2, values_only=True)}
    assert agreements == {"same", "different", "only"}
    codes = {(row[1], row[6]) for row in book["codes"].iter_rows(min_row=2, values_only=True)}
    assert ("t", "1a") in codes and ("figo", None) in codes


def test_csv_of_two_registers_names_the_variables_without_a_counterpart(client: FlaskClient) -> None:
    rows = _read(client, "/harmonise?a=cancerregistret&b=nkbc&format=csv")
    relations = {(row["variable_a"], row["variable_b"]): row["relation"] for row in rows}
    assert relations["figo", ""] == "onlyA" and relations["", "op_pad_er"] == "onlyB"
    assert relations["personnummer", "personnummer"] == "same"


def test_the_translation_is_drawn_as_a_flow(client: FlaskClient) -> None:
    page = client.get(PAIR, headers=HTML).text
    drawing = page[page.index('<svg class="ribbons"') : page.index("</svg>", page.index('<svg class="ribbons"'))]
    widths = re.findall(r'<path class="(\w+)".*?stroke-width="([\d.]+)"><title>(.*?)</title>', drawing)
    by_title = {title: (loss, float(width)) for loss, width, title in widths}
    undecided = [width for title, (loss, width) in by_title.items() if title.startswith("4  T: 4 ")]
    whole = next(width for title, (_, width) in by_title.items() if title.startswith("1a  "))
    assert len(undecided) == 4 and sum(undecided) == pytest.approx(whole, abs=0.3)
    assert next(loss for title, (loss, _) in by_title.items() if title.startswith("a  T: a ")) == "none"


def test_registers_with_nothing_in_common_are_still_shown(client: FlaskClient) -> None:
    answer = client.get("/harmonise?a=json&b=nkbc", headers=HTML)
    assert answer.status_code == 200 and 'href="#only-json"' in answer.text and "op_pad_er" in answer.text
    rows = _read(client, "/harmonise?a=json&b=nkbc&format=csv")
    assert {row["agreement"] for row in rows} == {"only"}


def _read(client: FlaskClient, path: str) -> list[dict[str, str]]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def test_a_dataset_without_links_is_known(client: FlaskClient) -> None:
    answer = client.get("/harmonise?a=json&b=nkbc", headers=HTML).text
    assert "ingen är kopplad till ett begrepp" in answer and "begrepp suggest json" in answer
    assert client.get("/harmonise?a=nothing&b=nkbc", headers=HTML).status_code == 400


def test_a_comparison_is_computed_once(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = "/harmonise?a=cancerregistret&b=npcr"
    first = client.get(f"{pair}&format=csv").data
    assert first
    monkeypatch.setattr(harmonise, "compare_all", None)
    monkeypatch.setattr(harmonise, "harmonise_datasets", None)
    assert client.get(f"{pair}&format=csv").data == first
    assert client.get(f"{pair}&format=xlsx").status_code == 200
