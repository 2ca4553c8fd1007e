"""Reports by the letter of SHACL: conforms, severities of the shapes' own, left-out results, and stable addresses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import SH

from begrepp.settings import Settings
from begrepp.validation.outcome import InputFile, RuleSet, ValidationOutcome
from begrepp.validation.report import Severity
from begrepp.validation.reports.formats import FORMATS
from begrepp.validation.reports.terminal import report_lines
from begrepp.validation.validate_files import validate_files

PREFIXES = "@prefix ex: <http://ex/> .\n@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
SHAPE = (
    "ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:severity {} ; "
    "sh:property [ sh:path ex:p ; sh:minCount 1 ; sh:severity {} ] ."
)
RDF_FORMATS = {"turtle": "turtle", "jsonld": "json-ld", "rdfxml": "xml", "ntriples": "nt"}


def outcome(
    folder: Path, data: str, severity: str = "sh:Violation", *, name: str = "", limit: int = 1000
) -> ValidationOutcome:
    for file, text in (("data.ttl", data), ("shapes.ttl", SHAPE.format(severity, severity))):
        (folder / file).write_text(PREFIXES + text, encoding="utf-8")
    rules = RuleSet(files=(), own_shapes=(InputFile(path=folder / "shapes.ttl"),))
    return validate_files([InputFile(path=folder / "data.ttl", name=name)], rules, Settings(), limit=limit)


@pytest.mark.parametrize(
    ("data", "severity", "conforms", "verdict"),
    [
        ("ex:a a ex:T ; ex:p 1 .", "sh:Violation", True, "conforms"),
        ("ex:a a ex:T .", "sh:Info", False, "passes"),
        ("ex:a a ex:T .", "sh:Warning", False, "passes"),
        ("ex:a a ex:T .", "sh:Violation", False, "fails"),
        ("ex:a a ex:T .", "ex:Grave", False, "fails"),
        ("ex:a a ex:Other .", "sh:Violation", True, "unjudged"),
    ],
)
def test_all_formats_say_the_same_of_conforms(
    tmp_path: Path, data: str, severity: str, conforms: bool, verdict: str
) -> None:
    found = outcome(tmp_path, data, severity)
    said = json.loads(FORMATS["json"].write(found, "en"))
    assert (said["conforms"], said["verdict"]) == (conforms, verdict)
    for name, syntax in RDF_FORMATS.items():
        graph = rdflib.Graph().parse(data=FORMATS[name].write(found, "en"), format=syntax)
        assert [bool(each) for each in graph.objects(None, SH.conforms)] == [conforms]
    last = [*report_lines(found, "en")][-1]
    assert ("Conforms to" in last) == (verdict == "conforms")
    assert ("Does not conform to" in last) == (verdict == "fails")


def test_a_severity_of_ones_own_is_kept(tmp_path: Path) -> None:
    found = outcome(tmp_path, "ex:a a ex:T .", "ex:Grave")
    graph = rdflib.Graph().parse(data=FORMATS["turtle"].write(found, "en"), format="turtle")
    assert [str(each) for each in graph.objects(None, SH.resultSeverity)] == ["http://ex/Grave"]
    said = json.loads(FORMATS["json"].write(found, "en"))
    assert [each["severityIri"] for each in said["results"]] == ["http://ex/Grave"]
    assert "http://ex/Grave," in FORMATS["csv"].write(found, "en")
    for name in ("html", "junit", "sarif"):
        assert "http://ex/Grave" in FORMATS[name].write(found, "en")
    assert any("http://ex/Grave" in line for line in report_lines(found, "en"))


@pytest.mark.parametrize("name", FORMATS)
def test_results_that_are_not_listed_are_told_in_every_format(tmp_path: Path, name: str) -> None:
    data = " ".join(f"ex:a{n} a ex:T ." for n in range(5))
    assert "2/5" in FORMATS[name].write(outcome(tmp_path, data, limit=2), "en")
    assert "2/5" not in FORMATS[name].write(outcome(tmp_path, data), "en")


@pytest.mark.parametrize("name", FORMATS)
def test_results_of_lower_severity_that_are_left_out_are_told(tmp_path: Path, name: str) -> None:
    found = outcome(tmp_path, "ex:a a ex:T .", "sh:Warning").filter_by_severity(Severity.VIOLATION)
    assert "not shown: 1" in FORMATS[name].write(found, "en")


def test_relative_addresses_are_those_of_the_file(tmp_path: Path) -> None:
    found = outcome(tmp_path, "<#a> a ex:T . <b> a ex:T .", name=str(tmp_path / "data.ttl"))
    folder = tmp_path.as_uri()
    assert [each.focus for each in found.report.results] == [f"{folder}/b", f"{folder}/data.ttl#a"]


def test_relative_addresses_of_a_sent_file_do_not_tell_where_its_copy_is(tmp_path: Path) -> None:
    found = outcome(tmp_path, "<#a> a ex:T . <b> a ex:T .", name="my data.ttl")
    assert [each.focus for each in found.report.results] == ["file:///b", "file:///my%20data.ttl#a"]


def test_the_same_files_give_the_same_report(tmp_path: Path) -> None:
    data = "[] a ex:T . [] a ex:T ; ex:q [ a ex:T ] ."
    first, second = (FORMATS["turtle"].write(outcome(tmp_path, data), "en") for _ in range(2))
    assert first == second and first.count("sh:focusNode _:") == 3


def test_a_blank_shape_and_constraint_are_named_in_the_report(tmp_path: Path) -> None:
    found = outcome(tmp_path, "ex:a a ex:T .")
    assert [(each.shape, each.source_shape) for each in found.report.results] == [("http://ex/S", "_:shape1")]
