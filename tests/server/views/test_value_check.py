"""Values against a list, from a shell and from the page: what is valid, retired, written otherwise, or unknown."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from begrepp.cli.main import main
from begrepp.errors import InputError, PersonalDataError, UsageError
from begrepp.settings import Settings
from begrepp.variables.value_column import MAX_VALUES, distinct_values

HTML = {"Accept": "text/html", "Accept-Language": "sv"}
CASES = {
    "L01EB02": ("valid", "L01EB02", ""),
    "l01eb02": ("written otherwise", "L01EB02", ""),
    " L01EB01": ("written otherwise", "L01EB01", ""),
    "erlotinib": ("written otherwise", "L01EB02", ""),
    "L01XE03": ("retired", "L01XE03", "L01EB02"),
    "L01EB2": ("unknown", "", "L01EB | L01EB02"),
    "XYZ": ("unknown", "", ""),
    "NA": ("missing", "", ""),
}


def checked(client: FlaskClient, against: str, values: list[str]) -> dict[str, dict[str, str]]:
    answer = client.post("/check?format=csv", data={"list": against, "values": "\n".join(values)})
    assert answer.status_code == 200, answer.text
    return {row["value"]: row for row in csv.DictReader(io.StringIO(answer.text))}


def test_each_value_is_judged(client: FlaskClient) -> None:
    rows = checked(client, "atc", [*CASES])
    assert {value: (row["verdict"], row["code"], row["instead"]) for value, row in rows.items()} == CASES
    assert rows["L01XE03"]["until"] == "2020-12-31"


def test_an_edition_is_another_world(client: FlaskClient) -> None:
    rows = checked(client, "atc@2021.1-demo", ["L01XC03", "L01FD01"])
    assert rows["L01XC03"]["verdict"] == "valid"
    assert (rows["L01FD01"]["verdict"], rows["L01FD01"]["editions"]) == ("of another edition", "2026.1-demo")
    assert client.get("/check?list=atc@1900&values=A&format=csv").status_code == 404


def test_the_list_of_a_variable_is_a_list(client: FlaskClient) -> None:
    rows = checked(client, "cancerregistret/t", ["1a", "Is", "9"])
    assert [row["verdict"] for row in rows.values()] == ["valid", "written otherwise", "unknown"]


def test_the_page_says_it_in_words_and_keeps_nothing(client: FlaskClient) -> None:
    assert "Inget sparas" in client.get("/check", headers=HTML).text
    page = client.post("/check", data={"list": "atc", "values": "L01XE03\nXYZ"}, headers=HTML).text
    assert "utgången kod" in page and "okänt" in page and "L01EB02" in page
    sent = {"list": "atc", "column": "kod", "file": (io.BytesIO(b"kod;antal\nL01EB02;7\n"), "koder.csv")}
    page = client.post("/check", data=sent, content_type="multipart/form-data", headers=HTML).text
    assert "Värdet är giltigt." in page
    answer = client.get("/check?list=atc&values=L01EB02&format=json").get_json()
    assert answer["counts"]["valid"] == 1 and answer["values"][0]["label"] == "erlotinib"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"list": "nothing", "values": "a"}, 404),
        ({"list": "", "values": "a"}, 400),
        ({"list": "atc", "values": ""}, 400),
        ({"list": "atc", "values": "811218-9876"}, 422),
        ({"list": "atc", "values": "patientnr;kod\n1;L01\n", "column": "kod"}, 422),
        ({"list": "nkbc/nothing", "values": "a"}, 404),
    ],
)
def test_what_cannot_be_checked_is_refused(client: FlaskClient, data: dict[str, str], status: int) -> None:
    answer = client.post("/check?format=csv", data=data)
    assert answer.status_code == status
    assert "9876" not in answer.text


@pytest.mark.parametrize(
    ("given", "status"), [("nope", 404), ("nkbc/nope", 404), ("nkbc/a_tnm_tklass", 200), ("icd-10-se@2021", 200)]
)
def test_an_unknown_list_is_told_before_there_are_values(client: FlaskClient, given: str, status: int) -> None:
    answer = client.get(f"/check?list={given}", headers=HTML)
    assert answer.status_code == status and given in answer.text
    assert ('role="alert"' in answer.text) is (status == 404)


def test_only_the_distinct_values_of_one_column_are_taken() -> None:
    assert distinct_values("\ufeffkod\tantal\nA\t1\nB\t2\nA\t3\n".splitlines(keepends=True), "kod") == ["A", "B"]
    assert distinct_values("kod;namn\nA;x\n".splitlines(keepends=True), "1") == ["A"]
    assert distinct_values("A\nB\nA\n".splitlines(keepends=True)) == ["A", "B"]
    with pytest.raises(UsageError, match="several columns"):
        distinct_values("a;b\n1;2\n".splitlines(keepends=True))
    with pytest.raises(UsageError, match="no column 'c'"):
        distinct_values("a;b\n1;2\n".splitlines(keepends=True), "c")
    with pytest.raises(PersonalDataError, match="row 3"):
        distinct_values("a;b\n1;2\n1;19811218-9876\n".splitlines(keepends=True), "a")
    with pytest.raises(PersonalDataError, match="cut -d';' -f3 FILE"):
        distinct_values("Namn;Födelsedatum;kod\nAnna;1981;S\n".splitlines(keepends=True), "kod")
    with pytest.raises(PersonalDataError, match="cut -f2 FILE"):
        distinct_values("personnummer\tkod\n1\tS\n".splitlines(keepends=True), "2")
    with pytest.raises(PersonalDataError, match="cut -d',' -f2 FILE"):
        distinct_values("personnummer,kod\n1,S\n".splitlines(keepends=True), "kod")
    with pytest.raises(InputError, match="distinct"):
        distinct_values(map(str, range(MAX_VALUES + 1)))


def test_it_is_done_from_a_shell(built: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEGREPP_DATA", str(built.data))
    file = tmp_path / "koder.csv"
    file.write_text("kod,antal\nL01EB02,3\nL01XE03,4\n", encoding="utf-8")
    shell = CliRunner()
    found = shell.invoke(main, ["check-values", "atc", f"{file}:kod", "--format", "json"])
    assert found.exit_code == 1
    assert json.loads(found.output)["counts"]["retired"] == 1
    assert shell.invoke(main, ["check-values", "atc", "-"], input="L01EB02\n").exit_code == 0
    assert shell.invoke(main, ["check-values", "atc", str(tmp_path / "nothing")]).exit_code == 2


@pytest.mark.parametrize(
    ("code_list", "value", "proposed"),
    [
        ("icd-10-se", "Bröstcancer", "C50"),
        ("kon", "F", "2"),
        ("kon", "M", "1"),
        ("sida", "Vä", "2"),
        ("rokstatus", "har aldrig rökt", "1"),
        ("vitalstatus", "deceased", "1"),
        ("sida", "bilateral", ""),
        ("kon", "annat", ""),
    ],
)
def test_codes_are_proposed_for_words(client: FlaskClient, code_list: str, value: str, proposed: str) -> None:
    answer = client.get("/check", query_string={"list": code_list, "values": value, "format": "json"}).get_json()
    found = [each["code"] for each in answer["values"][0].get("instead", [])]
    assert answer["values"][0]["verdict"] == "unknown" and found[:1] == ([proposed] if proposed else [])
