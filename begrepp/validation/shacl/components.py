"""What each constraint asks, of every value by itself or of all the values of a concept together (SHACL 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from pyoxigraph import NamedNode

from begrepp.errors import InputError
from begrepp.validation.shacl.columns import among, joined, pairs
from begrepp.validation.shacl.data import Data, Values
from begrepp.validation.shacl.rdf_reader import Triples
from begrepp.validation.shacl.regex import follow
from begrepp.validation.shacl.shapes import VALUE_CHECKS
from begrepp.validation.shacl.term_table import Ids, Mask
from begrepp.validation.shacl.value_tests import BOUNDS, compares, in_languages, of_datatype, of_kind, of_length
from begrepp.validation.shacl.vocabulary import SH, Term, count_of, is_true, lexical


@dataclass(frozen=True, slots=True)
class Offences:
    """What breaks a constraint: places among the focus nodes, values if any, and a path if not the shape's."""

    at: Ids
    values: Ids | None = None
    path: str | None = None


Failing = Callable[[Term, Ids], Mask]
"""Which of the nodes, each once, do not conform to the shape at a node of the shapes graph."""


class Components:
    """The constraint components of SHACL Core, asked of the data a whole set of focus nodes at a time."""

    def __init__(self, graph: Triples, data: Data, failing: Failing) -> None:
        self.graph = graph
        self.data = data
        self.failing = failing

    def offences(self, name: str, argument: Term, shape: Term, values: Values) -> Iterator[Offences]:
        """What breaks one constraint: its parameter's name and value, the shape it stands in, the value nodes."""
        if name in VALUE_CHECKS:
            nodes, back = np.unique(values.nodes, return_inverse=True)
            wrong = ~self._passed(name, argument, shape, nodes)[back]
            yield Offences(values.at[wrong], values.nodes[wrong])
        elif name == "closed":
            if is_true(argument):
                yield from self._closed(shape, values)
        else:
            yield from self._together(name, argument, shape, values)

    def _passed(self, name: str, argument: Term, shape: Term, nodes: Ids) -> Mask:
        """Which value nodes are what each of them must be (SHACL 4.1, 4.3, 4.4, 4.6–4.8)."""
        terms = self.data.terms
        match name:
            case "class":
                return self.data.instances(argument)[nodes]
            case "datatype":
                return of_datatype(terms, nodes, argument)
            case "nodeKind":
                return of_kind(terms, nodes, argument)
            case "in":
                return among(nodes, np.sort(self.data.numbers(self.graph.items(argument))))
            case "pattern":
                flags = lexical(self.graph.one(shape, SH + "flags"))
                return follow(terms.lexical(nodes), lexical(argument), flags)
            case "languageIn":
                return in_languages(terms, nodes, [lexical(item) for item in self.graph.items(argument)])
            case "minLength" | "maxLength":
                return of_length(terms, nodes, name, argument)
            case "node":
                return ~self.failing(argument, nodes)
            case "not":
                return self.failing(argument, nodes)
            case "and" | "or" | "xone":
                conforming = [~self.failing(member, nodes) for member in self.graph.items(argument)]
                count = np.sum(conforming, axis=0) if conforming else np.zeros(len(nodes), dtype=np.int64)
                wanted = {"and": count == len(conforming), "or": count >= 1, "xone": count == 1}
                return np.asarray(wanted[name])
        return compares(terms, np.full(len(nodes), self.data.number(argument)), BOUNDS[name], nodes)

    def _together(self, name: str, argument: Term, shape: Term, values: Values) -> Iterator[Offences]:
        """What the value nodes of a focus node must be together (SHACL 4.2, 4.4.5, 4.5, 4.7.3, 4.8.2)."""
        match name:
            case "minCount":
                yield Offences(np.flatnonzero(values.counts() < count_of(argument)))
            case "maxCount":
                yield Offences(np.flatnonzero(values.counts() > count_of(argument)))
            case "hasValue":
                yield Offences(np.flatnonzero(values.counts(values.nodes == self.data.number(argument)) == 0))
            case "uniqueLang":
                if is_true(argument):
                    yield Offences(self._repeating_a_language(values))
            case "equals" | "disjoint" | "lessThan" | "lessThanOrEquals" if isinstance(argument, NamedNode):
                yield from self._against(name, values, *self.data.column(argument).of(values.focus))
            case "qualifiedMinCount" | "qualifiedMaxCount":
                yield from self._qualified(name, count_of(argument), shape, values)
            case _:
                raise InputError("shapes", f"sh:{name} cannot be {argument}.", "Use the IRI of a property.")

    def _repeating_a_language(self, values: Values) -> Ids:
        """The focus node, once for each language that several of its value nodes have (SHACL 4.4.5)."""
        languages = self.data.terms.languages[0][values.nodes]
        tagged = languages >= 0
        spoken, count = np.unique(pairs(values.at[tagged], languages[tagged]), return_counts=True)
        return spoken[count > 1] >> 32

    def _against(self, name: str, values: Values, at: Ids, others: Ids) -> Iterator[Offences]:
        """The value nodes that stand wrongly against the values of another property (SHACL 4.5)."""
        own, other = pairs(values.at, values.nodes), pairs(at, others)
        match name:
            case "equals":
                missing, extra = ~np.isin(own, other), ~np.isin(other, own)
                yield Offences(values.at[missing], values.nodes[missing])
                yield Offences(at[extra], others[extra])
            case "disjoint":
                shared = np.isin(own, other)
                yield Offences(values.at[shared], values.nodes[shared])
            case _:
                mine, theirs = joined(values.at, at)
                operator = "<" if name == "lessThan" else "<="
                wrong = mine[~compares(self.data.terms, values.nodes[mine], operator, others[theirs])]
                yield Offences(values.at[wrong], values.nodes[wrong])

    def _qualified(self, name: str, bound: int, shape: Term, values: Values) -> Iterator[Offences]:
        """The focus nodes with too few or too many values of a kind (SHACL 4.7.3)."""
        nodes, back = np.unique(values.nodes, return_inverse=True)
        for wanted in self.graph.objects(shape, SH + "qualifiedValueShape"):
            count = values.counts(~self.failing(wanted, nodes)[back])
            yield Offences(np.flatnonzero(count < bound if name == "qualifiedMinCount" else count > bound))

    def _closed(self, shape: Term, values: Values) -> Iterator[Offences]:
        """The properties a closed shape does not name (SHACL 4.8.1)."""
        allowed = [self.graph.one(child, SH + "path") for child in self.graph.objects(shape, SH + "property")]
        allowed += self.graph.items(self.graph.one(shape, SH + "ignoredProperties"))
        named = {self.data.number(path) for path in allowed if path is not None}
        for predicate, column in self.data.columns():
            if predicate not in named:
                at, extra = column.of(values.nodes)
                yield Offences(values.at[at], extra, lexical(self.data.terms.term(predicate)))
