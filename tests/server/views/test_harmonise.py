"""Two registers of the starter side by side: Cancerregistret's T and the breast cancer register's."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from begrepp.cli.main import main
from begrepp.records import EditionFiles, Mapping
from begrepp.settings import Settings
from loaders.sssom import load as load_sssom

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


def test_a_dataset_without_links_is_known(client: FlaskClient) -> None:
    answer = client.get("/harmonise?a=json&b=nkbc", headers=HTML).text
    assert "ingen är kopplad till ett begrepp" in answer and "begrepp suggest json" in answer
    assert client.get("/harmonise?a=nothing&b=nkbc", headers=HTML).status_code == 400
