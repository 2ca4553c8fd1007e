"""The W3C's test suite for SHACL 1.0, compared strictly, as "full compliance" in the suite's documentation.

The expected report and ours are compared as graphs up to the names of blank nodes: conforms, and of each result the
focus node, value, path with its structure, shape, constraint, component and severity; the messages where the test
states some. The suite lies outside the repository, in `suites/w3c-shacl` of the folder that BEGREPP_SHARED names.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from pathlib import Path

import pyshacl
import rdflib
from rdflib.compare import isomorphic
from rdflib.namespace import RDF, SH
from rdflib.term import Node

from begrepp.errors import InputError
from begrepp.settings import ROOT, Settings
from begrepp.validation.outcome import InputFile, RuleSet
from begrepp.validation.reports.formats import FORMATS
from begrepp.validation.validate_files import validate_files

SHARED = Path(os.environ.get("BEGREPP_SHARED", ROOT.parent / "shared"))
SUITE = SHARED / "suites" / "w3c-shacl" / "data-shapes-test-suite" / "tests"
MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = rdflib.Namespace("http://www.w3.org/ns/shacl-test#")

_COMPARED = (
    *(SH.focusNode, SH.value, SH.resultPath, SH.sourceShape, SH.sourceConstraint, SH.sourceConstraintComponent),
    SH.resultSeverity,
)
_PATH_PROPERTIES = frozenset(
    {RDF.first, RDF.rest, SH.inversePath, SH.alternativePath, SH.zeroOrMorePath, SH.oneOrMorePath, SH.zeroOrOnePath}
)

Validator = Callable[[Path, Path], rdflib.Graph | None]
"""A function from a data file and a shapes file to a report; None if it refuses them."""


def w3c_tests(suite: Path = SUITE) -> list[Path]:
    """The files that hold a test."""
    return [path for path in sorted(suite.rglob("*.ttl")) if "sht:Validate" in path.read_text(encoding="utf-8")]


def begrepp_report(data: Path, shapes: Path) -> rdflib.Graph | None:
    """The report that `begrepp validate DATA --shapes SHAPES --no-imports --format turtle` writes."""
    rules = RuleSet(files=(), own_shapes=(InputFile(path=shapes, name=str(shapes)),))
    try:
        outcome = validate_files(
            [InputFile(path=data, name=str(data))], rules, Settings(), leave_out_imports=True, limit=10_000
        )
    except InputError:
        return None
    return rdflib.Graph().parse(data=FORMATS["turtle"].write(outcome, "en"), format="turtle")


def pyshacl_report(data: Path, shapes: Path) -> rdflib.Graph | None:
    """The report of pySHACL."""
    both = [rdflib.Graph().parse(file, publicID=file.as_uri()) for file in (data, shapes)]
    if data == shapes:
        both[1] = both[0]  # so that blank nodes are the same
    try:
        with warnings.catch_warnings(action="ignore"):
            report = pyshacl.validate(both[0], shacl_graph=both[1], advanced=False)[1]
    except Exception:  # pySHACL does not wrap the exceptions of its parsers
        return None
    return report if isinstance(report, rdflib.Graph) else None


def passes(test: Path, validator: Validator) -> bool:
    """Whether the report of a validator is the expected one."""
    manifest = rdflib.Graph().parse(test, publicID=test.as_uri())
    entry = manifest.value(predicate=RDF.type, object=SHT.Validate)
    action, result = manifest.value(entry, MF.action), manifest.value(entry, MF.result)
    data, shapes = (
        Path(str(manifest.value(action, name)).removeprefix("file://")) for name in (SHT.dataGraph, SHT.shapesGraph)
    )
    report = validator(data, shapes)
    if report is None or result == SHT.Failure:
        return report is None and result == SHT.Failure
    root = report.value(predicate=RDF.type, object=SH.ValidationReport)
    assert result is not None and root is not None
    return _same(_report(manifest, result), _report(report, root))


def _same(expected: rdflib.Graph, found: rdflib.Graph) -> bool:
    stated = {message for _, message in expected.subject_objects(SH.resultMessage)}
    if not stated:
        found.remove((None, SH.resultMessage, None))
    return isomorphic(expected, found)


def _report(graph: rdflib.Graph, root: Node) -> rdflib.Graph:
    """The triples of a report that are compared."""
    kept = rdflib.Graph()
    kept.add((root, SH.conforms, rdflib.Literal(bool(graph.value(root, SH.conforms)))))
    for result in graph.objects(root, SH.result):
        kept.add((root, SH.result, result))
        for predicate in (*_COMPARED, SH.resultMessage):
            for value in graph.objects(result, predicate):
                kept.add((result, predicate, _copy_path(graph, value, kept) if predicate == SH.resultPath else value))
    return kept


def _copy_path(graph: rdflib.Graph, node: Node, target: rdflib.Graph) -> Node:
    """Copy a path with new blank nodes, since results may share one; return its node in the target."""
    if not isinstance(node, rdflib.BNode):
        return node
    copy = rdflib.BNode()
    for predicate, value in graph.predicate_objects(node):
        if predicate in _PATH_PROPERTIES:
            target.add((copy, predicate, _copy_path(graph, value, target)))
    return copy
