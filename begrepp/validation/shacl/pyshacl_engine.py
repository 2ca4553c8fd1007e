"""The slow judge that others use too, pySHACL: asked where ours cannot tell, and to see that ours is right."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import rdflib
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse, serialize
from pyshacl import validate as pyshacl_validate
from pyshacl.errors import ShapeRecursionWarning

from begrepp.errors import InputError
from begrepp.validation.shacl.messages import unfilled
from begrepp.validation.shacl.paths import path_text, read_path
from begrepp.validation.shacl.rdf_reader import Triples, rdflib_kept_quiet, read
from begrepp.validation.shacl.results import Cause, ReferenceResults, group_results
from begrepp.validation.shacl.shapes import TARGETS, Shapes
from begrepp.validation.shacl.vocabulary import RDF_TYPE, RDFS_CLASS, SH, SUB_CLASS_OF, Term, lexical


def reference_results(shapes: Shapes, files: Sequence[Path], background: Sequence[Path]) -> Iterator[ReferenceResults]:
    """pySHACL's results, with messages by language: it drops the language of those it fills in.

    Raises `InputError` where pySHACL cannot use the shapes.
    """
    report = Triples(parse(_judged(shapes, files, background), format=RdfFormat.N_TRIPLES))
    results = [result for node in report.subjects(SH + "result") for result in report.objects(node, SH + "result")]
    return group_results(_result(shapes, report, result) for result in results)


def _judged(shapes: Shapes, files: Sequence[Path], background: Sequence[Path]) -> bytes:
    """pySHACL's report, as N-Triples."""
    with rdflib_kept_quiet(), warnings.catch_warnings():
        warnings.simplefilter("ignore", ShapeRecursionWarning)  # a note of the report says it
        own, known = [*read(files)], [*read(background)]
        blanks: dict[str, rdflib.BNode] = {}
        data = _rdflib([*own, *known], blanks)
        rules = _rdflib(_retargeted(shapes, own, known) if background else shapes.graph.quads, blanks)
        try:
            _, graph, text = pyshacl_validate(data, shacl_graph=rules, advanced=True, js=False, allow_warnings=True)
        except MemoryError:
            raise
        except Exception as error:  # whatever its parsers raise comes through
            raise InputError("shapes", f"the shapes cannot be used: {error}", "Correct the shapes.") from error
        if not isinstance(graph, rdflib.Graph):
            raise InputError("shapes", f"the shapes cannot be used: {text}", "Correct the shapes.")
        return graph.serialize(format="nt", encoding="utf-8")


def _retargeted(shapes: Shapes, own: Sequence[Quad], background: Sequence[Quad]) -> Iterator[Quad]:
    """The shapes with their targets named one by one: pySHACL would judge what only the background speaks of."""
    classes = [node for node in shapes.targeted if shapes.is_class(node)]
    for quad in shapes.graph.quads:
        is_target = quad.predicate.value.removeprefix(SH) in TARGETS
        if not is_target and not (quad.subject in classes and quad.object == RDFS_CLASS):
            yield quad
    narrower: dict[Term, list[Term]] = {}
    for quad in (*own, *background):
        if quad.predicate == SUB_CLASS_OF:
            narrower.setdefault(quad.object, []).append(quad.subject)
    for node in shapes.targeted:
        for name, target in shapes.targets(node):
            for focus in dict.fromkeys(_chosen(name, target, own, narrower)):
                if not isinstance(node, Literal):
                    yield Quad(node, NamedNode(SH + "targetNode"), focus)


def _chosen(name: str, target: Term, own: Sequence[Quad], narrower: Mapping[Term, Sequence[Term]]) -> Iterator[Term]:
    """What a target chooses from the data itself (SHACL 2.1.3)."""
    match name:
        case "targetNode":
            yield target
        case "targetClass":
            classes = [target]
            for each in classes:
                classes += [further for further in narrower.get(each, ()) if further not in classes]
            yield from (quad.subject for quad in own if quad.predicate == RDF_TYPE and quad.object in classes)
        case "targetSubjectsOf":
            yield from (quad.subject for quad in own if quad.predicate == target)
        case "targetObjectsOf":
            yield from (quad.object for quad in own if quad.predicate == target)


def _rdflib(quads: Iterable[Quad], blanks: dict[str, rdflib.BNode]) -> rdflib.Graph:
    """A graph as rdflib's; the same blank node is the same in all graphs that share `blanks`."""
    triples = (Triple(quad.subject, quad.predicate, quad.object) for quad in quads)
    content = serialize(triples, format=RdfFormat.N_TRIPLES) or b""
    return rdflib.Graph().parse(data=content, format="nt", bnode_context=blanks)


def _result(
    shapes: Shapes, report: Triples, result: Term
) -> tuple[Cause, Term, Term | None, Mapping[str, Term] | None]:
    """The cause of a result, its focus node and value, and what its messages were filled with."""
    source = report.one(result, SH + "sourceShape")
    focus = report.one(result, SH + "focusNode")
    component = lexical(report.one(result, SH + "sourceConstraintComponent"))
    constraint = report.one(result, SH + "sourceConstraint")
    path = report.one(result, SH + "resultPath")
    if source is None or focus is None:
        raise InputError(
            "shapes", "pySHACL returned a result without a shape or a focus node.", "Report it as a bug in begrepp."
        )
    shape = shapes.shape(source)
    messages = shapes.messages(shape, component, constraint)
    said = {lexical(message) for message in report.objects(result, SH + "resultMessage")}
    cause = Cause(
        shape=shape,
        component=component,
        path=None if path is None else path_text(read_path(report, path)),
        messages=messages,
    )
    value = report.one(result, SH + "value")
    return cause, focus, value, unfilled(messages.values(), said - set(shape.messages.values()))
