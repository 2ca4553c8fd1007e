"""The quick judge: holds every concept against a rule at once, so that a whole classification takes seconds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pyoxigraph import NamedNode

from begrepp.shacl.components import Components
from begrepp.shacl.data import Data, Values
from begrepp.shacl.findings import Finding
from begrepp.shacl.paths import path_text
from begrepp.shacl.shapes import TARGETS, Shape, Shapes
from begrepp.shacl.sparql import sparql_findings
from begrepp.shacl.words import RDF_TYPE, SH, SUB_CLASS_OF, Term, component_iri


def fast_findings(shapes: Shapes, files: Sequence[Path]) -> Iterator[Finding]:
    """Every result of every shape that has a target. Raises `BeyondFast` where pySHACL must judge."""
    return _Engine(shapes, files).findings()


class _Engine:
    """SHACL Core, a whole set of focus nodes at a time."""

    def __init__(self, shapes: Shapes, files: Sequence[Path]) -> None:
        self.shapes = shapes
        self.graph = shapes.graph
        everything = bool(shapes.graph.subjects(SH + "closed"))
        mentioned = {quad.object for quad in shapes.graph.quads} | {RDF_TYPE, SUB_CLASS_OF}
        self.data = Data(files, None if everything else mentioned)
        self.components = Components(shapes.graph, self.data, self._failing)

    def findings(self) -> Iterator[Finding]:
        for node in self.shapes.targeted:
            yield from self._findings(self.shapes.shape(node), self._focus_nodes(node))

    def _focus_nodes(self, shape: Term) -> dict[Term, None]:
        """What the shape looks at (SHACL 2.1.3)."""
        found: dict[Term, None] = {}
        for name in TARGETS:
            for target in self.graph.objects(shape, SH + name):
                match name, target:
                    case "targetNode", _:
                        found[target] = None
                    case "targetClass", _:
                        found |= self.data.instances(target)
                    case "targetSubjectsOf", NamedNode():
                        found |= dict.fromkeys(self.data.column(target))
                    case "targetObjectsOf", NamedNode():
                        found |= dict.fromkeys(o for objects in self.data.column(target).values() for o in objects)
        if self.shapes.is_class(shape):
            found |= self.data.instances(shape)
        return found

    def _findings(self, shape: Shape, focus: Collection[Term]) -> Iterator[Finding]:
        """The results of validating each focus node against the shape (SHACL 3.4)."""
        if shape.deactivated:
            return
        values = self.data.value_nodes(shape.path, focus)
        own_path = path_text(shape.path)
        for name, argument in self.shapes.checks(shape.node):
            component = component_iri(name)
            messages = self.shapes.messages(shape, component)
            for node, value, path in self.components.offences(name, argument, shape.node, values):
                yield Finding(
                    root=node,
                    focus=node,
                    value=value,
                    path=path or own_path,
                    component=component,
                    shape=shape,
                    messages=messages,
                )
        for child in self.graph.objects(shape.node, SH + "property"):
            yield from self._nested(self.shapes.shape(child), shape, values)
        for constraint in self.graph.objects(shape.node, SH + "sparql"):
            yield from sparql_findings(self.shapes, constraint, shape, self.data.store, focus)

    def _nested(self, child: Shape, shape: Shape, values: Values) -> Iterator[Finding]:
        """The results of a property shape, for each value node as its focus node."""
        if shape.path is None:
            yield from self._findings(child, values.focus)
            return
        by_value: dict[Term, list[Finding]] = {}
        for finding in self._findings(child, values.all()):
            by_value.setdefault(finding.root, []).append(finding)
        for node, reached in values:
            for value in reached:
                for finding in by_value.get(value, ()):
                    yield replace(finding, root=node)

    def _failing(self, node: Term, focus: Collection[Term]) -> set[Term]:
        """The focus nodes that do not conform to the shape at a node of the shapes graph."""
        return {finding.root for finding in self._findings(self.shapes.shape(node), focus)}
