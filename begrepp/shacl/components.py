"""What each constraint asks, of every value by itself or of all the values of a concept together (SHACL 4)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from pyoxigraph import Literal, NamedNode

from begrepp.errors import InputError
from begrepp.shacl.data import NO_VALUES, Data, Values
from begrepp.shacl.reading import Triples
from begrepp.shacl.shapes import VALUE_CHECKS
from begrepp.shacl.values import TESTS, Test, compares, compiled, in_language
from begrepp.shacl.words import SH, Term, count_of, is_true, lexical

Offence = tuple[Term, Term | None, str | None]
"""Focus node, value and path of a result; no path where it is the shape's own."""

Failing = Callable[[Term, Collection[Term]], set[Term]]
"""The nodes among these that do not conform to the shape at a node of the shapes graph."""


class Components:
    """The constraint components of SHACL Core, asked of the data a whole set of focus nodes at a time."""

    def __init__(self, graph: Triples, data: Data, failing: Failing) -> None:
        self.graph = graph
        self.data = data
        self.failing = failing

    def offences(self, name: str, argument: Term, shape: Term, values: Values) -> Iterator[Offence]:
        """What breaks one constraint: its parameter's name and value, the shape it stands in, the value nodes."""
        if name in VALUE_CHECKS:
            test = self._test(name, argument, shape, values)
            for focus, reached in values:
                for value in reached:
                    if not test(value):
                        yield focus, value, None
        elif name == "closed":
            if is_true(argument):
                yield from self._closed(shape, values)
        else:
            for focus, offender in self._together(name, argument, shape, values):
                yield focus, offender, None

    def _test(self, name: str, argument: Term, shape: Term, values: Values) -> Test:
        """What each value node must be (SHACL 4.1, 4.3, 4.4, 4.6–4.8)."""
        if name in TESTS:
            return TESTS[name](argument)
        match name:
            case "class":
                return self.data.instances(argument).__contains__
            case "in":
                return frozenset(self.graph.items(argument)).__contains__
            case "pattern":
                pattern = compiled(argument, self.graph.one(shape, SH + "flags"))
                return lambda value: isinstance(value, NamedNode | Literal) and bool(pattern.search(value.value))
            case "languageIn":
                ranges = [lexical(item) for item in self.graph.items(argument)]
                return lambda value: isinstance(value, Literal) and any(in_language(value, each) for each in ranges)
        return self._shape_test(name, argument, values.all())

    def _shape_test(self, name: str, argument: Term, candidates: Collection[Term]) -> Test:
        """`sh:node`, `sh:not` and the logical lists: decided for all candidates at once (SHACL 4.6, 4.7.1)."""
        if name in ("node", "not"):
            failing = self.failing(argument, candidates)
            return failing.__contains__ if name == "not" else lambda value: value not in failing
        failures = [self.failing(member, candidates) for member in self.graph.items(argument)]
        match name:
            case "and":
                return lambda value: not any(value in failed for failed in failures)
            case "or":
                return lambda value: any(value not in failed for failed in failures)
        return lambda value: sum(value not in failed for failed in failures) == 1

    def _together(self, name: str, argument: Term, shape: Term, values: Values) -> Iterator[tuple[Term, Term | None]]:
        """What the value nodes of a focus node must be together (SHACL 4.2, 4.4.5, 4.5, 4.7.3, 4.8.2)."""
        match name:
            case "minCount":
                least = count_of(argument)
                yield from ((focus, None) for focus, reached in values if len(reached) < least)
            case "maxCount":
                most = count_of(argument)
                yield from ((focus, None) for focus, reached in values if len(reached) > most)
            case "hasValue":
                yield from ((focus, None) for focus, reached in values if argument not in reached)
            case "uniqueLang":
                if is_true(argument):
                    yield from ((focus, None) for focus in _repeating_a_language(values))
            case "equals" | "disjoint" | "lessThan" | "lessThanOrEquals" if isinstance(argument, NamedNode):
                column = self.data.column(argument)
                for focus, reached in values:
                    if focus in column or name == "equals":
                        others = column.get(focus, NO_VALUES)
                        yield from ((focus, value) for value in _against(name, reached, others))
            case "qualifiedMinCount" | "qualifiedMaxCount":
                yield from ((focus, None) for focus in self._qualified(name, count_of(argument), shape, values))
            case _:
                raise InputError("shapes", f"sh:{name} cannot be {argument}.", "Give it the IRI of a property.")

    def _qualified(self, name: str, bound: int, shape: Term, values: Values) -> Iterator[Term]:
        """The focus nodes with too few or too many values of a kind (SHACL 4.7.3)."""
        candidates = values.all()
        for wanted in self.graph.objects(shape, SH + "qualifiedValueShape"):
            outside = self.failing(wanted, candidates)
            for focus, reached in values:
                count = sum(value not in outside for value in reached)
                if count < bound if name == "qualifiedMinCount" else count > bound:
                    yield focus

    def _closed(self, shape: Term, values: Values) -> Iterator[Offence]:
        """The properties a closed shape does not name (SHACL 4.8.1)."""
        allowed = {self.graph.one(child, SH + "path") for child in self.graph.objects(shape, SH + "property")}
        allowed.update(self.graph.items(self.graph.one(shape, SH + "ignoredProperties")))
        others = [predicate for predicate in self.data.predicates() if predicate not in allowed]
        for focus, reached in values:
            for value in reached:
                for predicate in others:
                    for extra in self.data.objects(predicate, value):
                        yield focus, extra, predicate.value


def _repeating_a_language(values: Values) -> Iterator[Term]:
    """The focus node, once for each language that several of its value nodes have (SHACL 4.4.5)."""
    for focus, reached in values:
        if len(reached) > 1:
            tags = [value.language.lower() for value in reached if isinstance(value, Literal) and value.language]
            yield from (focus for tag in dict.fromkeys(tags) if tags.count(tag) > 1)


def _against(name: str, reached: Collection[Term], others: Collection[Term]) -> Iterator[Term]:
    """The value nodes that stand wrongly against the values of another property (SHACL 4.5)."""
    match name:
        case "equals":
            yield from (value for value in reached if value not in others)
            yield from (other for other in others if other not in reached)
        case "disjoint":
            yield from (value for value in reached if value in others)
        case _:
            operator = "<" if name == "lessThan" else "<="
            yield from (value for value in reached for other in others if not compares(value, operator, other))
