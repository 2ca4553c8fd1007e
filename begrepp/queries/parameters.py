"""Binding of query parameters: parses values as users write them and puts them into the query text.

A value is `lungcancer`, `icd-10-se:C34`, an IRI, `2019-06-30`. Concepts, datasets and schemes are looked up in the
build; an invalid value raises `ParameterError` with a suggestion.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, QuerySolutions

from begrepp.errors import UsageError
from begrepp.queries.query_files import UNDEF, Query, QueryParameter, values_pattern
from begrepp.rdf.iris import Iris
from begrepp.rdf.namespaces import expand
from begrepp.records import is_iri
from begrepp.search import Hit, TextIndex
from begrepp.settings import DEFAULT_BASE
from begrepp.store import Store
from begrepp.text.days import parse_iso_day
from begrepp.text.swedish import fold

MAX_CANDIDATES = 8
_CODE = re.compile(r"(?P<scheme>[a-z0-9][a-z0-9-]*):(?P<notation>.+)")


class ParameterError(UsageError):
    """Invalid value of a parameter; `candidates` are concepts that match it."""

    def __init__(self, name: str, reason: str, next_step: str, candidates: Sequence[Hit] = ()) -> None:
        super().__init__(f"{name}: {reason}", next_step)
        self.name = name
        self.candidates = candidates


@dataclass(frozen=True, slots=True)
class QueryContext:
    """The store, text index and IRI patterns of one build, in which values are looked up."""

    store: Store
    index: TextIndex
    iris: Iris


def rebase(query: Query, iris: Iris) -> str:
    """Return the query text with its defaults and with IRIs under the base of the build."""
    return query.text.replace(f"<{DEFAULT_BASE}id/", f"<{iris.root}")


def bind_parameters(query: Query, values: Mapping[str, str], context: QueryContext) -> str:
    """Return the query text with values in place of its defaults; raises `ParameterError`."""
    names = [parameter.name for parameter in query.parameters]
    if unknown := [name for name in values if name not in names]:
        hint = f"It has: {', '.join(names)}." if names else "It has none."
        raise ParameterError(unknown[0], f"the query {query.name} has no such parameter.", hint)
    text = rebase(query, context.iris)
    for parameter in query.parameters:
        if parameter.name in values:
            term = parse_value(parameter, values[parameter.name].strip(), context)
            text = values_pattern(parameter.name).sub(lambda _, p=parameter, t=term: _values_clause(p, t), text)  # type: ignore[misc]
    return text


def _values_clause(parameter: QueryParameter, term: str) -> str:
    return f"VALUES ?{parameter.name} {{ {term} }}"


_KINDS = {
    "dataset": "dcat:Dataset begrepp:Specification",
    "scheme": "skos:ConceptScheme",
    "concept": "skos:Concept",
}
"""Classes of the resources that a parameter of each kind names."""


def parse_value(parameter: QueryParameter, value: str, context: QueryContext) -> str:
    """Parse a value to a SPARQL term, by the kind of its parameter; raises `ParameterError`."""
    if not value:
        if parameter.default:
            raise ParameterError(parameter.name, "is empty.", "Give a value, or omit the parameter.")
        return UNDEF
    match parameter.kind:
        case "concept":
            return str(NamedNode(_find_concept(parameter, value, context)))
        case "dataset" | "scheme":
            return str(NamedNode(_find_resource(parameter, value, context)))
        case "date":
            try:
                return f'"{parse_iso_day(value)}"^^{NamedNode(expand("xsd:date"))}'
            except ValueError:
                raise ParameterError(
                    parameter.name, f"'{value}' is not a date.", "Use the format 2019-06-30."
                ) from None
        case "number":
            if not re.fullmatch(r"-?\d{1,9}", value):
                raise ParameterError(parameter.name, f"'{value}' is not a whole number.", "Use digits only.")
            return value
        case "choice" if value not in parameter.options:
            raise ParameterError(
                parameter.name,
                f"'{value}' is not one of the choices.",
                f"Choose one of: {', '.join(parameter.options)}.",
            )
    return str(Literal(value))


def _find_concept(parameter: QueryParameter, value: str, context: QueryContext) -> str:
    """Return the IRI of a concept given as an IRI, as `scheme:notation`, or by a label."""
    if is_iri(value):
        return _require_existing(parameter, value, context)
    if code := _CODE.fullmatch(value):
        iris = _find_by_notation(code["scheme"], code["notation"], context)
        if len(iris) == 1:
            return iris[0]
    elif parameter.scheme and len(iris := _find_by_notation(parameter.scheme, value, context)) == 1:
        return iris[0]
    within = context.iris.scheme(parameter.scheme) if parameter.scheme else ""
    _, hits = context.index.search(value, kind="concept", scheme=within, limit=MAX_CANDIDATES)
    exact = [hit for hit in hits if fold(value) in {fold(label) for label in _hit_labels(hit)}]
    if len(exact) == 1:
        return exact[0].iri
    if not hits:
        raise ParameterError(
            parameter.name, f"no concept was found for '{value}'.", "Use another word, or give the IRI."
        )
    options = ", ".join(short_code(hit, context.iris) for hit in hits)
    raise ParameterError(parameter.name, f"'{value}' matches several concepts.", f"Use one of: {options}.", hits)


def _hit_labels(hit: Hit) -> list[str]:
    """Return the preferred labels and the matched label, unless the match is a label of another concept."""
    return [*hit.labels.values(), *([hit.matched.text.value] if hit.matched and hit.matched.is_own else [])]


def short_code(hit: Hit, iris: Iris) -> str:
    """Format a concept as `scheme:notation`; concepts outside the base are returned as their IRI."""
    root = iris.scheme("")
    return f"{hit.scheme.removeprefix(root)}:{hit.notation}" if hit.scheme.startswith(root) else hit.iri


def _find_by_notation(scheme: str, notation: str, context: QueryContext) -> list[str]:
    return _select_iris(
        context.store,
        f"SELECT ?iri {{ ?iri skos:notation {Literal(notation)} ; skos:inScheme/begrepp:schemeId {Literal(scheme)} }}",
    )


def _find_resource(parameter: QueryParameter, value: str, context: QueryContext) -> str:
    """Return the IRI of a dataset or scheme given by its IRI or its short name."""
    if is_iri(value):
        return _require_existing(parameter, value, context)
    if parameter.kind == "scheme":
        # A scheme may have the IRI of its publisher.
        named = _select_iris(context.store, f"SELECT ?iri {{ ?iri begrepp:schemeId {Literal(value)} }}")
        return _require_existing(parameter, next(iter(named), context.iris.scheme(value)), context)
    return _require_existing(parameter, context.iris.dataset(value), context)


def _require_existing(parameter: QueryParameter, iri: str, context: QueryContext) -> str:
    """Return the IRI if the build has a resource of the parameter's kind with it; raises `ParameterError`."""
    kinds = _KINDS[parameter.kind]
    if re.search(r'[\x00- <>"{}|^`\\]', iri) or not _select_iris(
        context.store, f"SELECT ?iri {{ VALUES ?iri {{ <{iri}> }} VALUES ?kind {{ {kinds} }} ?iri a ?kind }} LIMIT 1"
    ):
        raise ParameterError(
            parameter.name, f"there is no {parameter.kind} {iri}.", f"Give the IRI or short name of a {parameter.kind}."
        )
    return iri


def _select_iris(store: Store, query: str) -> list[str]:
    results = store.query(query)
    assert isinstance(results, QuerySolutions)
    return sorted(row["iri"].value for row in results)
