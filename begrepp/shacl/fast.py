"""The quick judge: holds every concept against a rule at once, so that a whole classification takes seconds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from begrepp.shacl.components import Components
from begrepp.shacl.data import Data, Values
from begrepp.shacl.findings import Finding
from begrepp.shacl.paths import path_text
from begrepp.shacl.shapes import Shape, Shapes
from begrepp.shacl.sparql import sparql_findings
from begrepp.shacl.words import RDF_TYPE, SH, SUB_CLASS_OF, Term, component_iri


def fast_findings(shapes: Shapes, files: Sequence[Path], background: Sequence[Path]) -> Iterator[Finding]:
    """Every result of every shape that has a target. Raises `BeyondFast` where pySHACL must judge."""
    return _Engine(shapes, files, background).findings()


class _Engine:
    """SHACL Core, a whole set of focus nodes at a time."""

    def __init__(self, shapes: Shapes, files: Sequence[Path], background: Sequence[Path]) -> None:
        self.shapes = shapes
        self.graph = shapes.graph
        everything = bool(shapes.graph.subjects(SH + "closed"))
        mentioned = {quad.object for quad in shapes.graph.quads} | {RDF_TYPE, SUB_CLASS_OF}
        self.data = Data(files, background, None if everything else mentioned)
        self.components = Components(shapes.graph, self.data, self._failing)

    def findings(self) -> Iterator[Finding]:
        for node in self.shapes.targeted:
            yield from self._findings(self.shapes.shape(node), self._focus_nodes(node))

    def _focus_nodes(self, shape: Term) -> dict[Term, None]:
        """What the shape looks at (SHACL 2.1.3)."""
        targets = self.shapes.targets(shape)
        return dict.fromkeys(node for name, target in targets for node in self.data.targets(name, target))

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
