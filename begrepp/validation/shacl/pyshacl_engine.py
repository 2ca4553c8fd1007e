"""The reference SHACL engine: pySHACL, for SHACL Advanced Features and to compare the fast engine with."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path

import rdflib
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse, serialize
from pyshacl import validate as pyshacl_validate
from pyshacl.errors import ShapeRecursionWarning

from begrepp.errors import InputError
from begrepp.validation.shacl.messages import extract_bindings
from begrepp.validation.shacl.paths import path_to_text, read_path
from begrepp.validation.shacl.rdf_reader import (
    TripleIndex,
    direct_subclasses,
    read_quads,
    suppress_rdflib_warnings,
    with_subclasses,
)
from begrepp.validation.shacl.results import Cause, ReferenceResults, group_results
from begrepp.validation.shacl.shapes import TARGETS, Shapes
from begrepp.validation.shacl.vocabulary import RDF_TYPE, SH, Term, lexical_form


def reference_results(
    shapes: Shapes, files: Sequence[Path], background: Sequence[Path], targets: Set[Term]
) -> Iterator[ReferenceResults]:
    """Return the results of pySHACL for the shapes in `targets`, grouped by cause, with messages by language.

    pySHACL drops the language of messages with placeholders. Raises `InputError` if pySHACL rejects the shapes.
    """
    report = TripleIndex(parse(_run_pyshacl(shapes, files, background, targets), format=RdfFormat.N_TRIPLES))
    results = [result for node in report.subjects(SH + "result") for result in report.objects(node, SH + "result")]
    return group_results(_result(shapes, report, result) for result in results)


def _run_pyshacl(shapes: Shapes, files: Sequence[Path], background: Sequence[Path], targets: Set[Term]) -> bytes:
    """Run pySHACL; returns its report as N-Triples."""
    with suppress_rdflib_warnings(), warnings.catch_warnings():
        warnings.simplefilter("ignore", ShapeRecursionWarning)  # a remark of the report states it
        own, context = [*read_quads(files)], [*read_quads(background)]
        blanks: dict[str, rdflib.BNode] = {}
        data = _to_rdflib([*own, *context], blanks)
        quads = list(_without_targets(shapes, set(shapes.target_shapes) - (set() if background else targets)))
        quads += _node_targets(shapes, own, context, targets) if background else []
        rules = _to_rdflib(quads, blanks)
        try:
            _, graph, text = pyshacl_validate(data, shacl_graph=rules, advanced=True, js=False, allow_warnings=True)
        except MemoryError:
            raise
        except Exception as error:  # pySHACL does not wrap the exceptions of its parsers
            reason = str(error) or f"pySHACL ended with {type(error).__name__}."
            raise InputError("shapes", f"the shapes cannot be used: {reason}", "Correct the shapes.") from error
        if not isinstance(graph, rdflib.Graph):
            raise InputError("shapes", f"the shapes cannot be used: {text}", "Correct the shapes.")
        return graph.serialize(format="nt", encoding="utf-8")


def _without_targets(shapes: Shapes, nodes: Set[Term]) -> Iterator[Quad]:
    """Return the shapes without the targets of some of them."""
    for quad in shapes.graph.quads:
        is_target = quad.predicate.value.removeprefix(SH) in TARGETS
        is_class = quad.predicate == RDF_TYPE and shapes.is_class(quad.subject) and quad.object in shapes.classes
        if quad.subject not in nodes or not (is_target or is_class):
            yield quad


def _node_targets(shapes: Shapes, own: Sequence[Quad], background: Sequence[Quad], nodes: Set[Term]) -> Iterator[Quad]:
    """Return each target node of the shapes, because pySHACL would also validate nodes of the background."""
    subclasses = direct_subclasses((*own, *background))
    for node in nodes:
        for name, target in shapes.targets(node):
            for focus in dict.fromkeys(_target_nodes(name, target, own, subclasses)):
                if not isinstance(node, Literal):
                    yield Quad(node, NamedNode(SH + "targetNode"), focus)


def _target_nodes(
    name: str, target: Term, own: Sequence[Quad], subclasses: Mapping[Term, Sequence[Term]]
) -> Iterator[Term]:
    """Return the nodes of a target in the data without the background (SHACL 2.1.3)."""
    match name:
        case "targetNode":
            yield target
        case "targetClass":
            classes = with_subclasses(target, subclasses)
            yield from (quad.subject for quad in own if quad.predicate == RDF_TYPE and quad.object in classes)
        case "targetSubjectsOf":
            yield from (quad.subject for quad in own if quad.predicate == target)
        case "targetObjectsOf":
            yield from (quad.object for quad in own if quad.predicate == target)


def _to_rdflib(quads: Iterable[Quad], blanks: dict[str, rdflib.BNode]) -> rdflib.Graph:
    """Convert quads to an rdflib graph; graphs that share `blanks` share blank nodes."""
    triples = (Triple(quad.subject, quad.predicate, quad.object) for quad in quads)
    content = serialize(triples, format=RdfFormat.N_TRIPLES) or b""
    return rdflib.Graph().parse(data=content, format="nt", bnode_context=blanks)


def _result(
    shapes: Shapes, report: TripleIndex, result: Term
) -> tuple[Cause, Term, Term | None, Mapping[str, Term] | None]:
    """Return the cause of a result, its focus node, its value, and the values of the placeholders in its messages."""
    source = report.first_object(result, SH + "sourceShape")
    focus = report.first_object(result, SH + "focusNode")
    component = lexical_form(report.first_object(result, SH + "sourceConstraintComponent"))
    constraint = report.first_object(result, SH + "sourceConstraint")
    path = report.first_object(result, SH + "resultPath")
    if source is None or focus is None:
        raise InputError(
            "shapes", "pySHACL returned a result without a shape or a focus node.", "Report it as a bug in begrepp."
        )
    shape = shapes.shape(source)
    messages = shapes.messages(shape, component, constraint)
    filled = {lexical_form(message) for message in report.objects(result, SH + "resultMessage")}
    cause = Cause(
        shape=shape,
        component=component,
        path=None if path is None else path_to_text(read_path(report, path)),
        messages=messages,
        constraint=constraint,
    )
    value = report.first_object(result, SH + "value")
    return cause, focus, value, extract_bindings(messages.values(), filled - set(shape.messages.values()))
