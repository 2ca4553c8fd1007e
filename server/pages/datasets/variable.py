"""Data of a variable page: measured concepts with justification, codes, and variables that measure the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct
from pyoxigraph import NamedNode

from begrepp.queries.page_queries import select, value
from begrepp.rdf.namespaces import compact
from begrepp.records import Text
from begrepp.text.swedish import sort_key
from server.http.i18n import Translator
from server.pages.concepts.resource import Property, properties
from server.pages.datasets.timeline import Timeline, Years, timeline
from server.pages.datasets.variable_row import VariableRow, linked, variable_row
from server.served.build import ServedBuild
from server.served.labels import (
    Statements,
    find_all_statements,
    find_refs,
    find_statements,
    property_iris,
    property_texts,
    property_value,
    sort_texts,
)
from server.served.refs import Ref
from server.served.resolver import Resolved


class LinkJustification(Struct, frozen=True, kw_only=True):
    """The justification of a link from a variable to a concept, and its confidence."""

    justification: str
    confidence: float | None
    source: str
    tool: str


class Sibling(Struct, frozen=True, kw_only=True):
    """A variable of another dataset that measures the same concept: dataset, code list, unit and years."""

    dataset: Ref
    variable: Ref
    code_list: Ref | None
    unit: str
    years: tuple[str, str]
    event: str
    same_list: bool


class VariablePage(Struct, frozen=True, kw_only=True):
    """Data of a variable page."""

    row: VariableRow
    titles: Sequence[Text]
    descriptions: Sequence[Text]
    dataset: Ref | None
    table: Ref | None
    values: Sequence[Ref]
    more_values: Ref | None
    grounds: dict[str, LinkJustification]
    siblings: Sequence[Sibling]
    timeline: Timeline | None
    releases: Sequence[Ref]
    others: Sequence[Property]


_SHOWN_OTHERWISE = [
    "rdf:type",
    "csvw:name",
    "csvw:title",
    "csvw:datatype",
    "dct:description",
    "begrepp:measures",
    "begrepp:codeList",
    "begrepp:codingSystem",
    "begrepp:valueSet",
    "begrepp:unit",
    "begrepp:validFrom",
    "begrepp:validTo",
    "begrepp:atEvent",
    "begrepp:linkageKeyFor",
    "dct:source",
    "begrepp:checked",
    "begrepp:certainty",
    "begrepp:qualifiedMeasures",
    "begrepp:representedVariable",
    "qudt:hasUnit",
]
_VALUES_SHOWN = 40


def variable_page(build: ServedBuild, found: Resolved, translate: Translator) -> VariablePage:
    """Return the data of a variable page."""
    language = translate.language
    statements = find_statements(build, found.iri)
    place = next(iter(select(build.store, "variable-place", variable=NamedNode(found.iri))), None)
    table, dataset = (value(place, "table"), value(place, "dataset")) if place else ("", "")
    known = find_refs(build, {found.iri, table, dataset, *linked(statements)} - {""}, language)
    row = variable_row(statements, known[found.iri], known, language)
    code_list = next((known[iri] for iri in property_iris(statements, "begrepp:codeList")), None)
    values = _values(build, code_list, language)
    siblings = _siblings(build, found.iri, row, language)
    return VariablePage(
        row=row,
        titles=[t for t in sort_texts(property_texts(statements, "csvw:title"), language) if t != row.ref.label],
        descriptions=sort_texts(property_texts(statements, "dct:description"), language),
        dataset=known.get(dataset),
        table=known.get(table),
        values=values[:_VALUES_SHOWN],
        more_values=code_list if len(values) > _VALUES_SHOWN else None,
        grounds=_grounds(build, statements),
        siblings=siblings,
        timeline=_sibling_years(build, row, known.get(dataset), siblings),
        releases=_releases(build, row.codes, language),
        others=properties(build, statements, translate, _SHOWN_OTHERWISE),
    )


def _values(build: ServedBuild, code_list: Ref | None, language: str) -> list[Ref]:
    """Return the codes of the variable's code list if it is short enough to show."""
    graph = next(
        (g for g in build.manifest.current_graphs("scheme") if code_list and build.iris.scheme(g.id) == code_list.iri),
        None,
    )
    if code_list is None or (graph and graph.concepts > 500):
        return []
    listed = [item for item in build.schemes.concepts(code_list.iri) if item.active]
    return sorted(find_refs(build, [item.iri for item in listed], language).values(), key=lambda r: r.sort_key)


def _grounds(build: ServedBuild, statements: Statements) -> dict[str, LinkJustification]:
    """Return the justification of each measured concept."""
    found = {}
    for link in find_all_statements(build, set(property_iris(statements, "begrepp:qualifiedMeasures"))).values():
        sure = property_value(link, "sssom:confidence")
        found[property_value(link, "begrepp:linksTo")] = LinkJustification(
            justification=compact(property_value(link, "sssom:mapping_justification")),
            confidence=float(sure) if sure else None,
            source=property_value(link, "dct:source"),
            tool=property_value(link, "sssom:mapping_tool"),
        )
    return found


def _siblings(build: ServedBuild, own: str, row: VariableRow, language: str) -> list[Sibling]:
    """Return the variables that measure one of the concepts, by dataset title."""
    homes: dict[str, str] = {}
    if row.concepts:
        concepts = [NamedNode(concept.iri) for concept in row.concepts]
        for found in select(build.store, "same-measured", concept=concepts):
            if value(found, "variable") != own:
                homes[value(found, "variable")] = value(found, "dataset")
    statements = find_all_statements(build, homes)
    lists = {iri: next(iter(property_iris(each, "begrepp:codeList")), "") for iri, each in statements.items()}
    known = find_refs(build, {*homes, *homes.values(), *lists.values()} - {""}, language)
    mine = {code.iri for code in row.codes}
    siblings = [
        Sibling(
            dataset=known[dataset],
            variable=known[iri],
            code_list=known.get(lists[iri]),
            unit=property_value(statements[iri], "begrepp:unit"),
            years=(
                property_value(statements[iri], "begrepp:validFrom"),
                property_value(statements[iri], "begrepp:validTo"),
            ),
            event=property_value(statements[iri], "begrepp:atEvent"),
            same_list=lists[iri] in mine,
        )
        for iri, dataset in homes.items()
    ]
    return sorted(siblings, key=lambda s: (sort_key(s.dataset.label.value), s.variable.sort_key))


def _sibling_years(
    build: ServedBuild, row: VariableRow, home: Ref | None, siblings: Sequence[Sibling]
) -> Timeline | None:
    """Return the years of a variable and its siblings, by default those of their dataset."""
    datasets = {s.dataset.iri: s.dataset for s in siblings} | ({home.iri: home} if home else {})
    periods = {
        iri: next(iter(find_all_statements(build, set(property_iris(statements, "dct:temporal"))).values()), {})
        for iri, statements in find_all_statements(build, datasets).items()
    }

    def line(ref: Ref, dataset: Ref, years: tuple[str, str]) -> Years:
        if any(years):
            return Years(href=ref.href, code=ref.notation, label=dataset.label, since=years[0], until=years[1])
        period = periods[dataset.iri]
        since, until = property_value(period, "dcat:startDate"), property_value(period, "dcat:endDate")
        return Years(href=ref.href, code=ref.notation, label=dataset.label, since=since, until=until, own=False)

    lines = [line(row.ref, home, (row.valid_from, row.valid_to))] if home else []
    lines += [line(s.variable, s.dataset, s.years) for s in siblings]
    return timeline(lines, date.today().year)


def _releases(build: ServedBuild, codes: Sequence[Ref], language: str) -> list[Ref]:
    """Return the editions in force of the variable's code lists."""
    found = [
        build.iris.edition(graph.id, graph.version)
        for graph in build.manifest.current_graphs("scheme")
        if build.iris.scheme(graph.id) in {code.iri for code in codes}
    ]
    return sorted(find_refs(build, found, language).values(), key=lambda r: sort_key(r.label.value))
