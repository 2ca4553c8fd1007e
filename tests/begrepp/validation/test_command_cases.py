"""`begrepp validate` with several files, background, imports, baselines, severities and limits, in every format."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import rdflib
from rdflib.namespace import SH

from begrepp.validation.reports.formats import FORMATS
from tests.support.shell import Shell
from tests.support.standard_cases import PREFIXES

CASES: dict[str, dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("command_cases.toml").read_text(encoding="utf-8")
)
RDF_FORMATS = {"turtle": "turtle", "jsonld": "json-ld", "rdfxml": "xml", "ntriples": "nt"}
LAST_LINES = {
    "conforms": "Conforms to",
    "passes": "No violations of",
    "fails": "Does not conform to",
    "unjudged": "Nothing was validated",
}


def written(case: dict[str, Any], folder: Path) -> None:
    for name, text in case["files"].items():
        (folder / name).write_text(PREFIXES + text, encoding="utf-8")


def report(begrepp: Shell, arguments: str, name: str, code: int) -> str:
    begrepp("validate", *shlex.split(arguments), "-f", name, "-o", "report", code=code)
    return Path("report").read_text(encoding="utf-8")


def short(iri: str) -> str:
    return iri.replace("http://ex/", "ex:").rpartition("#")[2].removesuffix("ConstraintComponent")


def rows(text: str) -> list[str]:
    """The results of a report in JSON, as the cases have them."""
    return sorted(
        f"{short(each['focus'])} | {short(each['component'])} | {short(each['severityIri'])}"
        for each in json.loads(text)["results"]
    )


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "refused" in case])
def test_what_cannot_be_validated_is_refused(name: str, begrepp: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    case = CASES[name]
    written(case, begrepp.folder)
    monkeypatch.chdir(begrepp.folder)
    assert case["refused"] in begrepp("validate", *shlex.split(case["arguments"]), code=2)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "refused" not in case])
def test_the_command_gives_the_expected_report_in_every_format(
    name: str, begrepp: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[name]
    written(case, begrepp.folder)
    monkeypatch.chdir(begrepp.folder)
    if first := case.get("first"):
        begrepp("validate", *shlex.split(first))
    reports = {each: report(begrepp, case["arguments"], each, case["code"]) for each in ["text", *FORMATS]}
    listed, note = sorted(case.get("results", [])), case.get("note", "")
    total = case.get("total", len(listed))
    conforms = case["verdict"] in ("conforms", "unjudged")
    assert total or conforms

    said = json.loads(reports["json"])
    assert (rows(reports["json"]), said["conforms"], said["verdict"]) == (listed, conforms, case["verdict"])
    assert sum(said["counts"].values()) == total
    for each, syntax in RDF_FORMATS.items():
        graph = rdflib.Graph().parse(data=reports[each], format=syntax)
        assert [bool(value) for value in graph.objects(None, SH.conforms)] == [conforms]
        assert len(list(graph.objects(None, SH.result))) == len(listed)
    lines = [row for row in csv.DictReader(io.StringIO(reports["csv"])) if row["severity"] != "Note"]
    assert sorted(row["focus"].replace("http://ex/", "ex:") for row in lines) == [row.split(" | ")[0] for row in listed]
    run = json.loads(reports["sarif"])["runs"][0]
    assert len(run["results"]) == len(listed)
    assert {each["ruleId"] for each in run["results"]} <= {each["id"] for each in run["tool"]["driver"]["rules"]}
    fails = case["verdict"] == "fails"
    assert ("error" in {result["level"] for result in run["results"]}) == fails
    suite = ElementTree.fromstring(reports["junit"])
    assert (int(suite.attrib["failures"]) > 0) == (suite.find(".//failure") is not None) == fails
    assert re.search(r'class="verdict (\w+)"', reports["html"])
    assert LAST_LINES[case["verdict"]] in reports["html"]
    assert LAST_LINES[case["verdict"]] in reports["text"]
    assert not [each for each, text in reports.items() if note not in text]
