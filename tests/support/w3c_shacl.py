"""The W3C's test suite for SHACL 1.0: what each test asks for, and what `validate` says, in terms that compare.

The suite lies outside the repository, in `suites/w3c-shacl` of the folder that BEGREPP_SHARED names.
Each test is compared by conforms and by every result's focus node, value, path, component and severity.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import rdflib
from rdflib.namespace import RDF, SH
from rdflib.term import Node

from begrepp.errors import InputError
from begrepp.settings import ROOT
from begrepp.validation.report import Severity
from begrepp.validation.validate import Engine, validate

SHARED = Path(os.environ.get("BEGREPP_SHARED", ROOT.parent / "shared"))
SUITE = SHARED / "suites" / "w3c-shacl" / "data-shapes-test-suite" / "tests"
MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = rdflib.Namespace("http://www.w3.org/ns/shacl-test#")

_KNOWN = {str(SH[severity]) for severity in Severity}  # any other severity counts as a violation

Outcome = tuple[bool, Counter[tuple[str, str, str, str, str]]]
"""Whether the data conforms, and the results; None in its place where validation must fail."""


def w3c_tests(suite: Path = SUITE) -> list[Path]:
    """The files that hold a test."""
    return [path for path in sorted(suite.rglob("*.ttl")) if "sht:Validate" in path.read_text(encoding="utf-8")]


def told(path: Path, engine: Engine) -> tuple[Outcome | None, str]:
    """Return the outcome of `validate` for a test (None if it refuses the input), and the engine used."""
    graph = rdflib.Graph().parse(path, publicID=path.as_uri())
    action = graph.value(predicate=MF.action, object=None, subject=graph.value(predicate=RDF.type, object=SHT.Validate))
    data, shapes = (
        Path(str(graph.value(action, name)).removeprefix("file://")) for name in (SHT.dataGraph, SHT.shapesGraph)
    )
    try:
        report = validate([data], [shapes], engine=engine)
    except InputError:
        return None, "refused"
    rows = Counter(
        (
            _parsed(result.focus),
            _parsed(result.value),
            "complex" if (result.path or "").startswith(("(", "[")) else result.path or "",
            result.component,
            str(SH[result.severity]),
        )
        for result in report.results
    )
    return (not report.results, rows), report.engine


def expected(path: Path) -> Outcome | None:
    """The outcome that a test asks for."""
    graph = rdflib.Graph().parse(path, publicID=path.as_uri())
    result = graph.value(subject=graph.value(predicate=RDF.type, object=SHT.Validate), predicate=MF.result)
    if result == SHT.Failure:
        return None
    rows: Counter[tuple[str, str, str, str, str]] = Counter()
    for row in graph.objects(result, SH.result):
        route = graph.value(row, SH.resultPath)
        rows[
            _term(graph.value(row, SH.focusNode)),
            _term(graph.value(row, SH.value)),
            "complex" if isinstance(route, rdflib.BNode) else str(route or ""),
            str(graph.value(row, SH.sourceConstraintComponent)),
            severity if (severity := str(graph.value(row, SH.resultSeverity))) in _KNOWN else str(SH.Violation),
        ] += 1
    return not rows, rows


def _term(node: Node | None) -> str:
    """A term as both sides can be compared: blank nodes are alike, literals in rdflib's form."""
    match node:
        case None:
            return ""
        case rdflib.BNode():
            return "_:"
        case _:
            return node.n3()


def _parsed(text: str | None) -> str:
    if text is None:
        return ""
    if text.startswith("_:"):
        return "_:"
    if text.startswith('"'):
        line = f"<urn:a> <urn:b> {text} ."
        return _term(next(rdflib.Graph().parse(data=line, format="nt").objects()))
    return f"<{text}>"
