"""Cases of SHACL 1.0 that the standard decides, from `tests/begrepp/validation/standard_cases.toml`.

A case has a `section` of the standard, the `data` and `shapes` in Turtle, and its `results`, each
`focus | component | path | value` with the terms in Turtle and `-` for none; or `refused`, a word of the reason.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import rdflib
from rdflib.namespace import SH

from begrepp.settings import ROOT
from tests.support.w3c_shacl import Validator

FILE = ROOT / "tests" / "begrepp" / "validation" / "standard_cases.toml"
PREFIXES = """@prefix ex: <http://ex/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
"""
Row = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardCase:
    """A case and what the standard says of it; `refused` is empty where validation must not fail."""

    name: str
    section: str
    data: str
    shapes: str
    results: tuple[str, ...]
    refused: str


def standard_cases() -> list[StandardCase]:
    """Return all cases, in the order of the file."""
    tables = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return [
        StandardCase(
            name=name,
            section=table["section"],
            data=table.get("data", ""),
            shapes=table["shapes"],
            results=tuple(table.get("results", ())),
            refused=table.get("refused", ""),
        )
        for name, table in tables.items()
    ]


def write_case(case: StandardCase, folder: Path) -> tuple[Path, Path]:
    """Write the data and the shapes of a case to files; return their paths."""
    data, shapes = folder / "data.ttl", folder / "shapes.ttl"
    data.write_text(PREFIXES + case.data, encoding="utf-8")
    shapes.write_text(PREFIXES + case.shapes, encoding="utf-8")
    return data, shapes


def difference(case: StandardCase, validator: Validator, folder: Path) -> str:
    """Return how a validator's results differ from those of the standard; empty if they do not."""
    report = validator(*write_case(case, folder))
    if report is None or case.refused:
        return "" if report is None and case.refused else "refused" if report is None else "not refused"
    expected, found = Counter(map(_expected_row, case.results)), _rows(report)
    return "" if expected == found else f"missing {sorted(expected - found)}, not expected {sorted(found - expected)}"


def _expected_row(text: str) -> Row:
    focus, component, path, value = (part.strip() for part in text.split(" | "))
    return _term(focus), component, _term(path), _term(value)


def _term(text: str) -> str:
    if text == "-":
        return ""
    if text == "_:":
        return text
    parsed = rdflib.Graph().parse(data=f"{PREFIXES}ex:s ex:p {text} .", format="turtle")
    return _text(parsed, parsed.value(rdflib.URIRef("http://ex/s"), rdflib.URIRef("http://ex/p")))


def _rows(report: rdflib.Graph) -> Counter[Row]:
    rows: Counter[Row] = Counter()
    for result in report.objects(None, SH.result):
        component = str(report.value(result, SH.sourceConstraintComponent))
        name = component.rpartition("#")[2].removesuffix("ConstraintComponent")
        rows[
            _text(report, report.value(result, SH.focusNode)),
            name if component.startswith(str(SH)) else component,
            _text(report, report.value(result, SH.resultPath), is_path=True),
            _text(report, report.value(result, SH.value)),
        ] += 1
    return rows


def _text(graph: rdflib.Graph, node: object, *, is_path: bool = False) -> str:
    match node:
        case None:
            return ""
        case rdflib.BNode() if is_path or any(graph.predicate_objects(node)):
            return "[" + ",".join(sorted(f"{p.n3()} {_text(graph, o)}" for p, o in graph.predicate_objects(node))) + "]"
        case rdflib.BNode():
            return "_:"
        case rdflib.term.Identifier():
            return node.n3()
    raise AssertionError(node)
