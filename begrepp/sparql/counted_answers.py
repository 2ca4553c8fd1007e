"""Rewriting of queries that only count: the patterns are replaced by rows that the build has counted.

A query is rewritten only if its form is one of those below, which have the same result by the definitions of SPARQL
1.1 (18.5): the current view is a set of triples, so a pattern with different variables has one solution for each triple
that matches it. The engine then evaluates the rows with the query's DISTINCT, ORDER BY, LIMIT and OFFSET.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from begrepp.rdf.namespaces import expand
from begrepp.sparql.counting_query import Count, CountingQuery, Pattern, read_counting_query
from begrepp.sparql.token_reader import PatternVariable, UnknownForm
from begrepp.sparql.tokens import Token
from begrepp.sparql.view_counts import ViewCounts

_TYPE, _BROADER = expand("rdf:type"), expand("skos:broader")

Rows = Mapping[str, tuple[int, int]]
"""For each value of the grouping variable, the number of solutions and of different subjects."""


def rewrite_counts(query: str, token_list: Sequence[Token], counts: ViewCounts) -> str | None:
    """Return a query with the counted rows in place of the patterns; None if its result is not known from the counts.

    The dataset of the query must be the current view.
    """
    if "COUNT" not in query.upper() or "\\" in query:
        return None
    try:
        counting = read_counting_query(query, token_list)
        _check_columns(counting)
        return _rewritten(counting, _Counter(counting, counts))
    except UnknownForm:
        return None


def _check_columns(query: CountingQuery) -> None:
    """Raise `UnknownForm` for columns that are not allowed, and for rows whose choice by LIMIT is not determined."""
    names = [column if isinstance(column, str) else column.name for column in query.columns]
    in_patterns = {name for pattern in query.patterns for name in pattern.variables}
    if query.condition:
        in_patterns |= {*query.condition.variables}
    groups = [column for column in query.columns if isinstance(column, str)]
    counts = [column for column in query.columns if isinstance(column, Count)]
    if len({*names}) < len(names) or any(count.name in in_patterns for count in counts):
        raise UnknownForm
    if groups != [query.group] * len(groups) or not counts or not {*query.ordering} <= {*names}:
        raise UnknownForm
    if query.is_sliced and query.group and query.group not in query.ordering:
        raise UnknownForm


def _rewritten(query: CountingQuery, counter: _Counter) -> str:
    names = " ".join(f"?{column if isinstance(column, str) else column.name}" for column in query.columns)
    if query.group:
        rows = [
            " ".join(
                f"<{value}>" if isinstance(column, str) else str(counter.choose(column, numbers))
                for column in query.columns
            )
            for value, numbers in counter.groups().items()
        ]
    else:
        rows = [" ".join(str(counter.count(column)) for column in query.columns if isinstance(column, Count))]
    body = " ".join(f"({row})" for row in rows)
    distinct = "DISTINCT " if query.distinct else ""
    return f"SELECT {distinct}{names} {{ VALUES ({names}) {{ {body} }} }} {query.modifiers}"


class _Counter:
    """Looks up the numbers for the patterns of a query; raises `UnknownForm` where the counts do not hold them."""

    def __init__(self, query: CountingQuery, counts: ViewCounts) -> None:
        self._query, self._counts = query, counts
        variables = [name for pattern in query.patterns for name in pattern.variables]
        self._subject = query.patterns[0].subject if query.patterns else ""
        if any(len({*pattern.variables}) < len(pattern.variables) for pattern in query.patterns):
            raise UnknownForm
        if any(pattern.subject != self._subject for pattern in query.patterns):
            raise UnknownForm
        if not isinstance(self._subject, PatternVariable) or variables.count(self._subject.name) != len(query.patterns):
            raise UnknownForm
        if len({*variables}) != len(variables) - len(query.patterns) + 1:
            raise UnknownForm
        self._variables = {*variables}

    def choose(self, count: Count, numbers: tuple[int, int]) -> int:
        """Return the value of an aggregate from the number of solutions and the number of different subjects."""
        if count.what not in ("", *self._variables):
            raise UnknownForm
        if not count.distinct:
            return numbers[0]
        assert isinstance(self._subject, PatternVariable)
        if count.what == self._subject.name:
            return numbers[1]
        raise UnknownForm

    def count(self, count: Count) -> int:
        """Return the value of an aggregate of a query without groups."""
        match self._query.patterns:
            case [Pattern(path="", object=PatternVariable(name))] if self._is_distinct_object(count, name):
                return self._distinct_objects()
            case [Pattern(path="", predicate=PatternVariable(name))] if self._is_distinct_object(count, name):
                if isinstance(self._query.patterns[0].object, PatternVariable):
                    return len(self._counts.properties)
        return self.choose(count, self._numbers())

    def _is_distinct_object(self, count: Count, name: str) -> bool:
        return count.distinct and count.what == name and self._query.condition is None

    def _distinct_objects(self) -> int:
        match self._query.patterns[0].predicate:
            case str(property_) if property_ in self._counts.objects:
                return len(self._counts.objects[property_])
        raise UnknownForm

    def _numbers(self) -> tuple[int, int]:
        """Return the number of solutions and of different subjects of the patterns with the condition."""
        counts = self._counts
        if self._query.condition:
            return self._numbers_with_condition(self._query.condition)
        match self._query.patterns:
            case [Pattern(path="", predicate=PatternVariable(), object=PatternVariable())]:
                return counts.triples, counts.subjects
            case [Pattern(path="", predicate=str(property_), object=PatternVariable())]:
                return tuple(counts.properties.get(property_, (0, 0)))  # type: ignore[return-value]
            case [Pattern(path="", predicate=str(property_), object=str(object_))]:
                number = self._objects(property_).get(object_, 0)
                return number, number
            case [Pattern(path="+" | "*" as path, predicate=str(property_), object=str(object_))]:
                if property_ != _BROADER or object_ not in counts.descendants:
                    raise UnknownForm
                number = counts.descendants[object_] + (path == "*")
                return number, number
            case [one, other]:
                class_, property_ = self._class_and_property(one, other)
                return (
                    counts.class_properties.get(class_, {}).get(property_, 0),
                    counts.class_subjects.get(class_, {}).get(property_, 0),
                )
        raise UnknownForm

    def _numbers_with_condition(self, condition: Pattern) -> tuple[int, int]:
        match self._query.patterns, condition:
            case (
                [Pattern(path="", predicate=str(type_), object=str(class_))],
                Pattern(path="", predicate=str(property_), object=PatternVariable(name)),
            ) if type_ == _TYPE and condition.subject == self._subject and name not in self._variables:
                having = self._counts.class_subjects.get(class_, {}).get(property_, 0)
                number = having if self._query.exists else self._counts.classes.get(class_, 0) - having
                return number, number
        raise UnknownForm

    @staticmethod
    def _class_and_property(one: Pattern, other: Pattern) -> tuple[str, str]:
        """Return the class and the property of two patterns, one for the class and one for any value."""
        for of_class, of_property in ((one, other), (other, one)):
            match of_class, of_property:
                case (
                    Pattern(path="", predicate=str(type_), object=str(class_)),
                    Pattern(path="", predicate=str(property_), object=PatternVariable()),
                ) if type_ == _TYPE:
                    return class_, property_
        raise UnknownForm

    def _objects(self, property_: str) -> Mapping[str, int]:
        if property_ == _TYPE:
            return self._counts.classes
        if property_ not in self._counts.properties:
            return {}
        if property_ not in self._counts.objects:
            raise UnknownForm
        return self._counts.objects[property_]

    def groups(self) -> Rows:
        """Return the numbers by the value of the grouping variable."""
        counts, group = self._counts, PatternVariable(self._query.group)
        if self._query.condition:
            raise UnknownForm
        match self._query.patterns:
            case [Pattern(path="", predicate=str(property_), object=object_)] if object_ == group:
                return _same(counts.objects[property_]) if property_ in counts.objects else self._no_groups(property_)
            case [Pattern(path="", predicate=predicate, object=PatternVariable())] if predicate == group:
                return {property_: tuple(numbers) for property_, numbers in counts.properties.items()}  # type: ignore[misc]
            case [one, other]:
                return self._groups_of_two(one, other, group)
        raise UnknownForm

    def _no_groups(self, property_: str) -> Rows:
        if property_ in self._counts.properties:
            raise UnknownForm
        return {}

    def _groups_of_two(self, one: Pattern, other: Pattern, group: PatternVariable) -> Rows:
        counts = self._counts
        for of_class, of_property in ((one, other), (other, one)):
            match of_class, of_property:
                case (
                    Pattern(path="", predicate=str(type_), object=class_),
                    Pattern(path="", predicate=str(property_), object=PatternVariable()),
                ) if type_ == _TYPE and class_ == group and _TYPE in counts.objects:
                    return _by_class(property_, counts)
                case (
                    Pattern(path="", predicate=str(type_), object=str(class_iri)),
                    Pattern(path="", predicate=predicate, object=PatternVariable()),
                ) if type_ == _TYPE and predicate == group:
                    triples = counts.class_properties.get(class_iri, {})
                    return {each: (triples[each], counts.class_subjects[class_iri][each]) for each in triples}
        raise UnknownForm


def _same(numbers: Mapping[str, int]) -> Rows:
    return {value: (number, number) for value, number in numbers.items()}


def _by_class(property_: str, counts: ViewCounts) -> Rows:
    """Return the numbers of a property by class, for the classes whose instances have it."""
    return {
        class_: (number, counts.class_subjects[class_].get(property_, 0))
        for class_, properties in counts.class_properties.items()
        if (number := properties.get(property_))
    }
