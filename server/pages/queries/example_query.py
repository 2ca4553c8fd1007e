"""Data of an example query page: description, parameter form, result and code snippets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from msgspec import Struct

from begrepp.queries.example_queries import add_used_prefixes
from begrepp.queries.parameters import ParameterError, short_code
from begrepp.queries.query_files import UNDEF, Query, QueryParameter, values_pattern
from begrepp.records import Text
from begrepp.text.swedish import sort_key
from server.pages.queries.results import ResultPage
from server.served.build import ServedBuild
from server.served.labels import choose_text, find_refs
from server.served.refs import Ref


class ParameterField(Struct, frozen=True, kw_only=True):
    """A form field: parameter, current value and label of the value."""

    name: str
    kind: str
    title: str
    value: str
    stands_for: Ref | None
    options: Sequence[tuple[str, str]]
    optional: bool
    scheme: str
    candidates: Sequence[tuple[str, Ref]]
    error: str


class QueryPage(Struct, frozen=True, kw_only=True):
    """Data of an example query page."""

    name: str
    title: Text
    summary: Text
    fields: Sequence[ParameterField]
    result: ResultPage | None
    sparql: str
    query_string: str
    graph: bool


def query_page(
    build: ServedBuild,
    query: Query,
    given: Mapping[str, str],
    text: str,
    result: ResultPage | None,
    wrong: ParameterError | None,
    language: str,
) -> QueryPage:
    """Return the data of the page; `text` is the query that was run, `wrong` the parameter that is invalid."""
    terms = {p.name: _term(p, text) for p in query.parameters}
    iris = {term[1:-1] for term in terms.values() if term.startswith("<")}
    known = find_refs(build, iris | ({hit.iri for hit in wrong.candidates} if wrong else set()), language)
    fields = [_field(build, p, given, terms[p.name], known, wrong, language) for p in query.parameters]
    kept = {name: value for name, value in given.items() if value.strip() and name in terms}
    return QueryPage(
        name=query.name,
        title=query.translated("title", language),
        summary=query.translated("summary", language),
        fields=fields,
        result=result,
        sparql=add_used_prefixes(text),
        query_string=urlencode(kept),
        graph=query.form in ("construct", "describe"),
    )


def _term(parameter: QueryParameter, text: str) -> str:
    found = values_pattern(parameter.name).search(text)
    assert found
    return "" if found[1] == UNDEF else found[1]


def _field(
    build: ServedBuild,
    parameter: QueryParameter,
    given: Mapping[str, str],
    term: str,
    known: Mapping[str, Ref],
    wrong: ParameterError | None,
    language: str,
) -> ParameterField:
    here = wrong if wrong and wrong.name == parameter.name else None
    iri = term[1:-1] if term.startswith("<") else ""
    value = given.get(parameter.name, "").strip()
    if not here:
        value = _shown(build, parameter, iri, known) if iri else _lexical(term)
    return ParameterField(
        name=parameter.name,
        kind=parameter.kind,
        title=parameter.title(language),
        value=value,
        stands_for=known.get(iri) if parameter.kind == "concept" and not here else None,
        options=_options(build, parameter, language),
        optional=not parameter.default,
        scheme=parameter.scheme,
        candidates=[(short_code(hit, build.iris), known[hit.iri]) for hit in here.candidates] if here else [],
        error=here.reason.partition(": ")[2] if here else "",
    )


def _shown(build: ServedBuild, parameter: QueryParameter, iri: str, known: Mapping[str, Ref]) -> str:
    """Return an IRI in readable form."""
    if parameter.kind in ("dataset", "scheme"):
        return iri.rpartition("/")[2]
    ref = known.get(iri)
    return f"{ref.scheme}:{ref.notation}" if ref and ref.scheme and ref.notation else iri


def _lexical(term: str) -> str:
    return term[1:].partition('"')[0] if term.startswith('"') else term


def _options(build: ServedBuild, parameter: QueryParameter, language: str) -> list[tuple[str, str]]:
    """Return the options as value and label, in Swedish order."""
    if parameter.kind == "choice":
        return [(option, option) for option in parameter.options]
    if parameter.kind == "dataset":
        found = find_refs(build, [build.iris.dataset(g.id) for g in build.manifest.current_graphs("dataset")], language)
        pairs = [(iri.rpartition("/")[2], ref.label.value) for iri, ref in found.items()]
    elif parameter.kind == "scheme":
        pairs = []
        for scheme in build.schemes.by_iri.values():
            title = choose_text(scheme.titles, language)
            pairs.append((scheme.id, title.value if title else scheme.id))
    else:
        return []
    return sorted(pairs, key=lambda pair: sort_key(pair[1]))
