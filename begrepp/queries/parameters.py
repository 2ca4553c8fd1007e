"""A question with its values put in: a concept picked by words, a dataset, a code, a date, each in its place.

A value is given as people write it: `lungcancer`, `icd-10-se:C34`, an IRI, `2019-06-30`. What it stands for is
looked up in the build, and a value that fits nothing is an error that says what would fit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pyoxigraph import Literal, NamedNode, QuerySolutions

from begrepp.errors import UsageError
from begrepp.queries.files import UNDEF, Parameter, Query, place_of
from begrepp.rdf.iris import Iris
from begrepp.rdf.namespaces import expand
from begrepp.records import is_iri
from begrepp.search import Hit, TextIndex
from begrepp.settings import DEFAULT_BASE
from begrepp.store import Store
from begrepp.text.swedish import fold

CANDIDATES = 8
_CODE = re.compile(r"(?P<scheme>[a-z0-9][a-z0-9-]*):(?P<notation>.+)")


class ParameterError(UsageError):
    """A value that does not fit its parameter; `candidates` are concepts that it may have meant."""

    def __init__(self, name: str, reason: str, next_step: str, candidates: Sequence[Hit] = ()) -> None:
        super().__init__(f"{name}: {reason}", next_step)
        self.name = name
        self.candidates = candidates


@dataclass(frozen=True, slots=True)
class QueryContext:
    """What values are looked up in: the graph, the words and the IRIs of one build."""

    store: Store
    index: TextIndex
    iris: Iris


def ready(query: Query, iris: Iris) -> str:
    """The query with its defaults, as it is asked of a build under its own base."""
    return query.text.replace(f"<{DEFAULT_BASE}id/", f"<{iris.root}")


def bind(query: Query, given: Mapping[str, str], known: QueryContext) -> str:
    """The query with the values given in place of its defaults; raises `ParameterError`."""
    names = [parameter.name for parameter in query.parameters]
    if unknown := [name for name in given if name not in names]:
        have = f"It has: {', '.join(names)}." if names else "It has none."
        raise ParameterError(unknown[0], f"the question {query.name} has no such parameter.", have)
    text = ready(query, known.iris)
    for parameter in query.parameters:
        if parameter.name in given:
            term = term_of(parameter, given[parameter.name].strip(), known)
            text = place_of(parameter.name).sub(lambda _, p=parameter, t=term: _line(p, t), text)  # type: ignore[misc]
    return text


def _line(parameter: Parameter, term: str) -> str:
    return f"VALUES ?{parameter.name} {{ {term} }}"


def term_of(parameter: Parameter, value: str, known: QueryContext) -> str:
    """A value as a SPARQL term."""
    if not value:
        if parameter.default:
            raise ParameterError(parameter.name, "is empty.", "Give a value, or leave the parameter out.")
        return UNDEF
    match parameter.kind:
        case "concept":
            return str(NamedNode(_concept(parameter, value, known)))
        case "dataset" | "scheme":
            return str(NamedNode(_named(parameter, value, known)))
        case "date":
            try:
                return f'"{date.fromisoformat(value)}"^^{NamedNode(expand("xsd:date"))}'
            except ValueError:
                raise ParameterError(parameter.name, f"'{value}' is no date.", "Write 2019-06-30.") from None
        case "number":
            if not re.fullmatch(r"-?\d{1,9}", value):
                raise ParameterError(parameter.name, f"'{value}' is no whole number.", "Write digits alone.")
            return value
        case "choice" if value not in parameter.options:
            raise ParameterError(
                parameter.name, f"'{value}' is no choice.", f"Choose one of: {', '.join(parameter.options)}."
            )
    return str(Literal(value))


def _concept(parameter: Parameter, value: str, known: QueryContext) -> str:
    """The IRI of a concept given as IRI, as `scheme:notation`, or by its words."""
    if is_iri(value):
        return _existing(parameter, value, known)
    if code := _CODE.fullmatch(value):
        iris = _by_notation(code["scheme"], code["notation"], known)
        if len(iris) == 1:
            return iris[0]
    elif parameter.scheme and len(iris := _by_notation(parameter.scheme, value, known)) == 1:
        return iris[0]
    within = known.iris.scheme(parameter.scheme) if parameter.scheme else ""
    _, hits = known.index.search(value, kind="concept", scheme=within, limit=CANDIDATES)
    alike = [hit for hit in hits if fold(value) in {fold(word) for word in _words(hit)}]
    if len(alike) == 1:
        return alike[0].iri
    if not hits:
        raise ParameterError(
            parameter.name, f"no concept is found for '{value}'.", "Search for it by another word, or give its IRI."
        )
    shown = ", ".join(short(hit, known.iris) for hit in hits)
    raise ParameterError(parameter.name, f"'{value}' may mean several concepts.", f"Give one of: {shown}.", hits)


def _words(hit: Hit) -> list[str]:
    return [*hit.labels.values(), *([hit.matched.text.value] if hit.matched and hit.matched.role != "via" else [])]


def short(hit: Hit, iris: Iris) -> str:
    """A concept as `scheme:notation`."""
    root = iris.scheme("")
    return f"{hit.scheme.removeprefix(root)}:{hit.notation}" if hit.scheme.startswith(root) else hit.iri


def _by_notation(scheme: str, notation: str, known: QueryContext) -> list[str]:
    return _asked(
        known.store,
        f"SELECT ?iri {{ ?iri skos:notation {Literal(notation)} ; skos:inScheme/begrepp:schemeId {Literal(scheme)} }}",
    )


def _named(parameter: Parameter, value: str, known: QueryContext) -> str:
    """The IRI of a dataset or scheme given by its IRI or its short name."""
    mint = known.iris.dataset if parameter.kind == "dataset" else known.iris.scheme
    return _existing(parameter, value if is_iri(value) else mint(value), known)


def _existing(parameter: Parameter, iri: str, known: QueryContext) -> str:
    kind = {"dataset": "dcat:Dataset", "scheme": "skos:ConceptScheme", "concept": "skos:Concept"}[parameter.kind]
    if re.search(r'[\x00- <>"{}|^`\\]', iri) or not _asked(
        known.store, f"SELECT ?iri {{ VALUES ?iri {{ <{iri}> }} ?iri a {kind} }} LIMIT 1"
    ):
        raise ParameterError(
            parameter.name, f"there is no {parameter.kind} {iri}.", f"Give the IRI or short name of a {parameter.kind}."
        )
    return iri


def _asked(store: Store, query: str) -> list[str]:
    answer = store.query(query)
    assert isinstance(answer, QuerySolutions)
    return sorted(row["iri"].value for row in answer)
