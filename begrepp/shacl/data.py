"""The data to be judged, held by column: for each thing said about concepts, what is said of which concept.

The columns hold the terms as written. A store does not: it makes "01" a 1 and xsd:nonNegativeInteger an
xsd:integer, so it cannot be asked about datatypes. It stands beside the columns for SPARQL constraints only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path

from pyoxigraph import NamedNode, Quad, Store

from begrepp.shacl.paths import PropertyPath
from begrepp.shacl.reading import read
from begrepp.shacl.words import RDF_TYPE, SUB_CLASS_OF, Term

NO_VALUES: tuple[Term, ...] = ()
Column = dict[Term, list[Term]]
"""The objects of one predicate by subject."""


@dataclass(frozen=True, slots=True)
class Values:
    """Focus nodes, each once, and beside each its value nodes.

    Two lists, not a dict: the engine looks at them in turn only, and a dict would hash every IRI once more.
    """

    focus: Collection[Term]
    reached: Collection[Collection[Term]]

    def __iter__(self) -> Iterator[tuple[Term, Collection[Term]]]:
        return zip(self.focus, self.reached, strict=True)

    def all(self) -> dict[Term, None]:
        """All value nodes, each once."""
        return dict.fromkeys(chain.from_iterable(self.reached))


class Data:
    """The data graph: a store, and a column for each predicate in `mentioned`; for every one where that is None.

    What the files in `background` say is looked up as if it stood in the data, but makes nothing a target.
    """

    def __init__(self, files: Sequence[Path], background: Sequence[Path], mentioned: set[Term] | None) -> None:
        self._columns: dict[NamedNode, Column] = {}
        self._inverse: dict[NamedNode, dict[Term, list[Term]]] = {}
        self._instances: dict[Term, dict[Term, None]] = {}
        self._distinct: set[NamedNode] = set()
        self.store = Store()
        self.store.bulk_extend(self._indexed(files, mentioned))
        self._judged = self._columns
        if background:
            self._judged = {name: {s: [*cell] for s, cell in column.items()} for name, column in self._columns.items()}
            self.store.bulk_extend(self._indexed(background, mentioned))

    def _indexed(self, files: Sequence[Path], mentioned: set[Term] | None) -> Iterator[Quad]:
        columns = self._columns
        subject: Term = RDF_TYPE  # any term: a run of triples about one thing shares one object for its name
        for quad in read(files):
            predicate = quad.predicate
            column = columns.get(predicate)
            if column is None and (mentioned is None or predicate in mentioned):
                column = columns[predicate] = {}
            if column is not None:
                if subject != quad.subject:
                    subject = quad.subject
                cell = column.get(subject)
                if cell is None:
                    column[subject] = [quad.object]
                else:
                    cell.append(quad.object)
            yield quad

    def column(self, predicate: NamedNode) -> dict[Term, list[Term]]:
        """The objects of a predicate by subject, each once however often the files say it."""
        column = self._columns.get(predicate, {})
        if predicate not in self._distinct:
            self._distinct.add(predicate)
            for subject, cell in column.items():
                if len(cell) > 1:
                    column[subject] = list(dict.fromkeys(cell))
        return column

    def predicates(self) -> Iterable[NamedNode]:
        """The predicates that have a column."""
        return self._columns

    def objects(self, predicate: NamedNode, subject: Term) -> list[Term]:
        """What the subject has for the predicate."""
        return self.column(predicate).get(subject, [])

    def subjects(self, predicate: NamedNode, value: Term) -> list[Term]:
        """What has the value for the predicate."""
        if predicate not in self._inverse:
            inverse = self._inverse[predicate] = {}
            for subject, values in self.column(predicate).items():
                for each in values:
                    inverse.setdefault(each, []).append(subject)
        return self._inverse[predicate].get(value, [])

    def instances(self, of: Term) -> dict[Term, None]:
        """The members of a class and of its subclasses in the data graph."""
        if of not in self._instances:
            classes = self._with_subclasses(of)
            self._instances[of] = dict.fromkeys(node for each in classes for node in self.subjects(RDF_TYPE, each))
        return self._instances[of]

    def _with_subclasses(self, of: Term) -> dict[Term, None]:
        classes, pending = {of: None}, [of]
        while pending:
            for narrower in self.subjects(SUB_CLASS_OF, pending.pop()):
                if narrower not in classes:
                    classes[narrower] = None
                    pending.append(narrower)
        return classes

    def targets(self, name: str, target: Term) -> Iterable[Term]:
        """What a target chooses to look at (SHACL 2.1.3): `targetClass` and its class, and so on."""
        match name, target:
            case "targetNode", _:
                return [target]
            case "targetClass", _ if self._judged is self._columns:
                return self.instances(target)
            case "targetClass", _:
                classes = self._with_subclasses(target)
                return [
                    s for s, types in self._judged.get(RDF_TYPE, {}).items() if not classes.keys().isdisjoint(types)
                ]
            case "targetSubjectsOf", NamedNode():
                return self._judged.get(target, {})
            case "targetObjectsOf", NamedNode():
                return chain.from_iterable(self._judged.get(target, {}).values())
        return []

    def value_nodes(self, path: PropertyPath | None, focus: Collection[Term]) -> Values:
        """The value nodes of each focus node: itself, or what the path reaches. The inner loop of the engine."""
        if path is None:
            return Values(focus, list(zip(focus)))
        if path.kind == "predicate" and path.predicate:
            return Values(focus, list(map(self.column(path.predicate).get, focus, repeat(NO_VALUES))))
        return Values(focus, [self._reached(path, node) for node in focus])

    def _reached(self, path: PropertyPath, focus: Term) -> list[Term]:
        """The value nodes that a path reaches from one node."""
        match path.kind:
            case "predicate" if path.predicate:
                return self.objects(path.predicate, focus)
            case "inverse" if path.predicate:
                return self.subjects(path.predicate, focus)
            case "sequence":
                reached = [focus]
                for part in path.parts:
                    reached = _distinct([value for node in reached for value in self._reached(part, node)])
                return reached
            case "alternative":
                return _distinct([value for part in path.parts for value in self._reached(part, focus)])
        step = path.parts[0]
        found: dict[Term, None] = {} if path.kind == "+" else {focus: None}
        pending = [focus]
        while pending:
            for value in self._reached(step, pending.pop()):
                if value not in found:
                    found[value] = None
                    if path.kind != "?":
                        pending.append(value)
        return list(found)


def _distinct(terms: list[Term]) -> list[Term]:
    return terms if len(terms) < 2 else list(dict.fromkeys(terms))
