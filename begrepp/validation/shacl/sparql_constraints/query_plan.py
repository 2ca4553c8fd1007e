"""Query plan of a SPARQL constraint: triple patterns, filters and groups that columns can evaluate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from begrepp.validation.shacl.paths import PropertyPath
from begrepp.validation.shacl.vocabulary import Term


class UnsupportedQuery(Exception):
    """The query has a feature that columns cannot evaluate."""


@dataclass(frozen=True, slots=True)
class QueryVariable:
    """`?name` or `$name`."""

    name: str


@dataclass(frozen=True, slots=True)
class PatternStep:
    """A triple pattern; the predicate may be any path."""

    subject: QueryVariable | Term
    path: PropertyPath
    object: QueryVariable | Term


@dataclass(frozen=True, slots=True)
class Filter:
    """FILTER."""

    condition: Expression


@dataclass(frozen=True, slots=True)
class Bind:
    """BIND, or an expression that is projected."""

    value: Expression
    variable: str


@dataclass(frozen=True, slots=True)
class Optional:
    """OPTIONAL."""

    group: GroupPattern


@dataclass(frozen=True, slots=True)
class Union:
    """UNION; a nested group is a union of one."""

    groups: tuple[GroupPattern, ...]


Step = PatternStep | Filter | Bind | Optional | Union


@dataclass(frozen=True, slots=True)
class GroupPattern:
    """A group graph pattern."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """An operator or a function, in capitals, with its arguments; that of `EXISTS` is a group."""

    name: str
    arguments: tuple[Expression, ...]


Expression = QueryVariable | Term | Call | GroupPattern


@dataclass(frozen=True, slots=True)
class Select:
    """A SELECT query. `counted` maps the variable of each COUNT(DISTINCT …) to the variable that it counts."""

    projected: tuple[str, ...]
    bound: tuple[Bind, ...]
    where: GroupPattern
    grouped_by: tuple[str, ...]
    counted: Mapping[str, str]
    having: tuple[str, str, int] | None
    """The counted variable, the comparison operator and the number."""


def variables_in(part: Step | Expression) -> set[str]:
    """Return the variables in a part of a query, at any depth."""
    match part:
        case QueryVariable():
            return {part.name}
        case PatternStep():
            return variables_in(part.subject) | variables_in(part.object)
        case Filter():
            return variables_in(part.condition)
        case Bind():
            return variables_in(part.value) | {part.variable}
        case Optional():
            return variables_in(part.group)
        case Union():
            return {name for group in part.groups for name in variables_in(group)}
        case GroupPattern():
            return {name for step in part.steps for name in variables_in(step)}
        case Call():
            return {name for argument in part.arguments for name in variables_in(argument)}
    return set()


def terms_in(part: Step | Expression | PropertyPath | None) -> Iterator[Term]:
    """Return the terms in a part of a query, at any depth."""
    match part:
        case PropertyPath():
            yield from [part.predicate] if part.predicate else []
            inner: tuple[Step | Expression | PropertyPath | None, ...] = part.parts
        case PatternStep():
            inner = (part.subject, part.path, part.object)
        case Filter():
            inner = (part.condition,)
        case Bind():
            inner = (part.value,)
        case Optional():
            inner = (part.group,)
        case Union():
            inner = part.groups
        case GroupPattern():
            inner = part.steps
        case Call():
            inner = part.arguments
        case QueryVariable() | None:
            inner = ()
        case _:
            yield part
            inner = ()
    for each in inner:
        yield from terms_in(each)
