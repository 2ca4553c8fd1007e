"""Every shape has examples, valid and invalid, and both engines judge each of them exactly alike.

tests/shapes/S05-cycle/valid-tree.ttl               the shape finds nothing
tests/shapes/S05-cycle/invalid-two-in-a-ring.ttl    it finds what the head of the file says:

# expected: Violation cs:icd-10-se icd:C50          severity, focus node, value (if there is one)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import RDF, RDFS, SH
from rdflib.util import from_n3

from begrepp.settings import ROOT
from begrepp.validation.report import Report
from begrepp.validation.validate import validate

SHAPES = "https://w3id.org/begrepp/shapes#"
EXAMPLES = sorted((ROOT / "tests" / "shapes").glob("*/*.ttl"))
FILES = sorted((ROOT / "shapes").glob("*.ttl"))

Found = Counter[tuple[str, str, str]]


def example_id(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def expected(path: Path) -> Found:
    """The results that the head of an invalid example announces."""
    names = rdflib.Graph().parse(path).namespace_manager
    found: Found = Counter()
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# expected: "):
            severity, focus, *value = line.removeprefix("# expected: ").split(" ", 2)
            nodes = [from_n3(text, nsm=names) for text in (focus, *value)]
            found[severity, *(_plain(node) for node in nodes), *[""] * (1 - len(value))] += 1  # type: ignore[index]
    return found


def _plain(node: object) -> str:
    return str(node) if isinstance(node, rdflib.URIRef) else rdflib.Literal(node).n3() if node is not None else ""


def found(report: Report, shape: str) -> Found:
    return Counter(
        (str(result.severity), result.focus, result.value or "")
        for result in report.results
        if result.shape == SHAPES + shape
    )


@cache
def report(path: Path) -> Report:
    """The report of the fast engine, made once for each example."""
    return validate([path])


def node_shapes() -> Iterator[tuple[str, rdflib.Graph, rdflib.URIRef]]:
    for path in FILES:
        graph = rdflib.Graph().parse(path)
        for shape in graph.subjects(RDF.type, SH.NodeShape):
            if isinstance(shape, rdflib.URIRef):
                yield shape.removeprefix(SHAPES), graph, shape


ALL = sorted(node_shapes(), key=lambda each: each[0])


@pytest.mark.parametrize("path", EXAMPLES, ids=example_id)
def test_an_example_is_judged_as_it_says(path: Path) -> None:
    wanted = expected(path)
    assert bool(wanted) == path.name.startswith("invalid-")
    assert found(report(path), path.parent.name) == wanted


@pytest.mark.parametrize("path", EXAMPLES, ids=example_id)
def test_both_engines_agree(path: Path) -> None:
    fast, reference = report(path), validate([path], engine="reference")
    assert (fast.engine, reference.engine) == ("fast", "reference")
    assert fast.results == reference.results
    assert fast.groups == reference.groups


@pytest.mark.parametrize(("name", "graph", "shape"), ALL, ids=[name for name, _, _ in ALL])
def test_a_shape_is_explained_in_both_languages(name: str, graph: rdflib.Graph, shape: rdflib.URIRef) -> None:
    for words in (RDFS.label, RDFS.comment, SH.message):
        assert {str(text.language) for text in graph.objects(shape, words) if isinstance(text, rdflib.Literal)} == {
            "sv",
            "en",
        }
    assert graph.value(shape, SH.severity), f"{name} has no severity"
    assert graph.value(shape, RDFS.seeAlso), f"{name} names no standard"
    for part in (*graph.objects(shape, SH.property), *graph.objects(shape, SH.sparql)):
        messages = [text for text in graph.objects(part, SH.message) if isinstance(text, rdflib.Literal)]
        assert {message.language for message in messages} == {"sv", "en"}


def test_every_shape_has_a_valid_and_an_invalid_example() -> None:
    kinds = {(path.parent.name, path.name.partition("-")[0]) for path in EXAMPLES}
    assert kinds == {(name, kind) for name, _, _ in ALL for kind in ("valid", "invalid")}


def test_every_constraint_of_a_shape_is_met_by_some_example() -> None:
    """A message nobody has seen may say anything: each one appears in some invalid example."""
    seen = {
        message
        for path in EXAMPLES
        for group in report(path).groups
        if group.shape == SHAPES + path.parent.name
        for message in group.messages.values()
    }
    for name, graph, shape in ALL:
        for part in (*graph.objects(shape, SH.property), *graph.objects(shape, SH.sparql)):
            assert {str(message) for message in graph.objects(part, SH.message)} <= seen, name
