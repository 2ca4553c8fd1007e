"""The two engines of begrepp.validate: the same results, told the same way, and never a wrong "conforms".

The W3C suite lies outside the repository; set BEGREPP_SHARED to the folder that holds `suites/w3c-shacl`.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import RDF, SH
from rdflib.term import Node

from begrepp.errors import InputError
from begrepp.settings import ROOT
from begrepp.validate import Engine, Severity, validate

SHARED = Path(os.environ.get("BEGREPP_SHARED", ROOT.parent / "shared"))
SUITE = SHARED / "suites" / "w3c-shacl" / "data-shapes-test-suite" / "tests"
MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = rdflib.Namespace("http://www.w3.org/ns/shacl-test#")

KNOWN = {str(SH[severity]) for severity in Severity}  # any other severity counts as a violation

Outcome = Counter[tuple[str, str, str, str, str]]


def w3c_tests() -> list[Path]:
    return [path for path in sorted(SUITE.rglob("*.ttl")) if "sht:Validate" in path.read_text(encoding="utf-8")]


def term(node: Node | None) -> str:
    """A term as both sides can be compared: blank nodes are alike, literals in rdflib's form."""
    match node:
        case None:
            return ""
        case rdflib.BNode():
            return "_:"
        case _:
            return node.n3()  # type: ignore[attr-defined,no-any-return]


def parsed(text: str | None) -> str:
    if text is None:
        return ""
    if text.startswith("_:"):
        return "_:"
    if text.startswith('"'):
        line = f"<urn:a> <urn:b> {text} ."
        return term(next(rdflib.Graph().parse(data=line, format="nt").objects()))
    return f"<{text}>"


def told(path: Path, engine: Engine) -> tuple[bool, Outcome]:
    """What `validate` says about a test of the suite, in the suite's terms."""
    graph = rdflib.Graph().parse(path, publicID=path.as_uri())
    action = graph.value(predicate=MF.action, object=None, subject=graph.value(predicate=RDF.type, object=SHT.Validate))
    data, shapes = (
        Path(str(graph.value(action, name)).removeprefix("file://")) for name in (SHT.dataGraph, SHT.shapesGraph)
    )
    report = validate([data], [shapes], engine=engine)
    return not report.results, Counter(
        (parsed(r.focus), parsed(r.value), r.path or "", r.component, str(SH[r.severity])) for r in report.results
    )


def expected(path: Path) -> tuple[bool, Outcome] | None:
    """The result the suite asks for, or None where validation must fail."""
    graph = rdflib.Graph().parse(path, publicID=path.as_uri())
    result = graph.value(subject=graph.value(predicate=RDF.type, object=SHT.Validate), predicate=MF.result)
    if result == SHT.Failure:
        return None
    rows: Outcome = Counter()
    for row in graph.objects(result, SH.result):
        route = graph.value(row, SH.resultPath)
        rows[
            term(graph.value(row, SH.focusNode)),
            term(graph.value(row, SH.value)),
            "complex" if isinstance(route, rdflib.BNode) else str(route or ""),
            str(graph.value(row, SH.sourceConstraintComponent)),
            severity if (severity := str(graph.value(row, SH.resultSeverity))) in KNOWN else str(SH.Violation),
        ] += 1
    return not rows, rows


REFUSED = {"shapesGraph-001": "$shapesGraph is optional in SHACL; no engine here has it, and says so"}


@pytest.mark.skipif(
    not SUITE.is_dir(), reason="the W3C suite is not here: set BEGREPP_SHARED to the folder with suites/"
)
@pytest.mark.parametrize("path", w3c_tests(), ids=lambda path: path.stem)
def test_the_fast_engine_passes_the_w3c_suite(path: Path) -> None:
    wanted = expected(path)
    if wanted is None or path.stem in REFUSED:
        with pytest.raises(InputError):
            told(path, "fast")
        return
    conforms, rows = told(path, "fast")
    simple = Counter({(f, v, "complex" if p[:1] in tuple("([") else p, c, s): n for (f, v, p, c, s), n in rows.items()})
    assert (conforms, simple) == wanted
