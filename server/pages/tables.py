"""The tables behind the pages, for CSV and XLSX: lists, searches, the matrix, and the documents of resources."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

from pyoxigraph import Literal, NamedNode

from begrepp.errors import UsageError
from begrepp.exports.downloads import citation
from begrepp.exports.spreadsheet import Cell, DataTable
from begrepp.queries.page_queries import value
from begrepp.rdf.namespaces import compact
from server.http.i18n import Translator
from server.pages.concepts.resource import property_label
from server.pages.datasets.completeness import CompletenessPage
from server.pages.datasets.dataset import dataset_page
from server.pages.datasets.matrix import matrix_page, system_matrix
from server.pages.hit_rows import results
from server.pages.home import DatasetRow, MappingSetRow
from server.pages.schemes.mapping_query import select_mappings
from server.pages.schemes.scheme import SchemeRow
from server.pages.search import index_filters, sort_hits, unusable_filter_error
from server.pages.search_branches import hits_under, located_hits
from server.pages.signposting import licence_of
from server.served.build import ServedBuild
from server.served.labels import find_refs, find_statements, property_iris
from server.served.refs import Ref
from server.served.resolver import Resolved

MAX_HITS = 10_000
"""Hits of a search that are exported."""
_BATCH = 500
Rows = Iterator[Sequence[Cell]]
Item = TypeVar("Item")


def schemes_table(build: ServedBuild, listed: Iterable[SchemeRow], translate: Translator) -> DataTable:
    """Return the code systems with edition, number of concepts and licence."""
    rows = (
        (
            *(row.id, row.title.value, row.version, row.valid_from, row.concepts, row.inactive),
            *(licence_of(build, row.id), build.iris.base + row.href[1:]),
        )
        for row in listed
    )
    columns = ("id", "title", "edition", "valid_from", "concepts", "inactive", "licence", "address")
    return DataTable(
        name="code-systems", columns=columns, rows=rows, about=about_table(build, translate("nav.schemes"))
    )


def datasets_table(build: ServedBuild, listed: Iterable[DatasetRow], translate: Translator) -> DataTable:
    """Return the registers and other datasets with holder and number of variables."""
    rows = (
        (
            *(row.ref.iri, row.ref.label.value, row.holder.label.value if row.holder else "", row.variables),
            *("specification" if row.is_specification else "dataset", row.description.value if row.description else ""),
        )
        for row in listed
    )
    columns = ("iri", "title", "holder", "variables", "kind", "description")
    return DataTable(name="datasets", columns=columns, rows=rows, about=about_table(build, translate("nav.datasets")))


def mapping_sets_table(build: ServedBuild, listed: Iterable[MappingSetRow], translate: Translator) -> DataTable:
    """Return the mapping sets with edition and number of mappings."""
    rows = ((row.title.value, row.version, row.mappings, build.iris.base + row.href[1:]) for row in listed)
    about = about_table(build, translate("nav.mappings"))
    return DataTable(name="mapping-sets", columns=("title", "edition", "mappings", "address"), rows=rows, about=about)


def search_table(build: ServedBuild, query: str, wanted: Mapping[str, str], translate: Translator) -> DataTable:
    """Return the hits of a search with the chosen facet values, best first, up to `MAX_HITS`; raises `UsageError`.

    They are sorted if `wanted` has an order in `sort`.
    """
    language = translate.language
    filters = index_filters(build, wanted)
    if error := unusable_filter_error(filters, wanted):
        raise error
    total, hits = build.index.search(query, limit=MAX_HITS, offset=0, user_language=language, **filters)
    system, under = build.terminology.current_system(filters.get("scheme", "")), wanted.get("under", "")
    top = system.index(under) if system and under else None
    if under and top is None:
        raise UsageError(f"under is '{under}'.", "Give a code of the code system in scheme.")
    if system and top is not None:
        hits = [*hits_under(system, located_hits(system, hits), top).values()]
        total = len(hits)
        filters["under"] = under
    if order := wanted.get("sort", ""):
        hits = sort_hits(hits, order, language)
    licences: dict[str, str] = {}
    for hit in hits:
        scheme = build.schemes.by_iri.get(hit.scheme)
        if scheme and hit.scheme not in licences:
            licences[hit.scheme] = licence_of(build, scheme.id)

    def rows() -> Rows:
        for some in _batches(hits):
            for hit, row in zip(some, results(build, some, language), strict=True):
                yield (
                    *(row.notation, row.label.value, row.label.lang, row.other.value if row.other else "", row.kind),
                    *(row.within.value if row.within else "", "active" if row.active else "inactive"),
                    *(row.matched.value if row.matched else "", licences.get(hit.scheme, ""), row.iri),
                )

    chosen = "; ".join(f"{name} = {wanted[name]}" for name in filters)
    about = [("search", query), ("filters", chosen), ("hits", str(total)), ("hits here", str(len(hits)))]
    return DataTable(
        name="search",
        columns=(
            *("code", "label", "language", "label_other", "kind", "within", "status"),
            *("matched", "licence", "iri"),
        ),
        rows=rows(),
        about=about_table(build, translate("search.button"), about, sorted(set(licences.values()) - {""})),
    )


def matrix_table(build: ServedBuild, topic: str, by: str, translate: Translator) -> DataTable:
    """Return the number of variables of each dataset for each topic, or for each code system if `by` is `system`."""
    by_system = by == "system"
    page = system_matrix(build, translate.language) if by_system else matrix_page(build, topic, translate.language)
    rows: list[list[Cell]] = []
    for row in page.rows:
        code = row.topic.iri.rpartition("/")[2] if by_system else row.topic.notation
        rows.append([code, row.topic.label.value, *(len(cell.variables) if cell else 0 for cell in row.cells)])
    columns = ("code", "code system" if by_system else "topic", *(dataset.label.value for dataset in page.datasets))
    about = [] if by_system else [("topic", page.path[-1].label.value if page.path else "")]
    about += [("rows left out", str(page.left_out))] if page.left_out else []
    title = translate("matrix.system_title" if by_system else "matrix.title")
    name = "code-systems-by-register" if by_system else "matrix"
    return DataTable(name=name, columns=columns, rows=rows, about=about_table(build, title, about))


def completeness_table(build: ServedBuild, page: CompletenessPage, translate: Translator) -> DataTable:
    """Return which dataset has which element of EHDS minimum metadata: `yes`, `no`, or `conditional` if absent."""
    rows: list[list[Cell]] = []
    for number, element in enumerate(page.elements):
        absent = "conditional" if element.conditional else "no"
        rows.append([element.name.value, *("yes" if c.elements[number].present else absent for _, c in page.datasets)])
    columns = ("element", *(ref.label.value for ref, _ in page.datasets))
    about = about_table(build, translate("completeness.title"))
    return DataTable(name="completeness", columns=columns, rows=rows, about=about)


def document_table(build: ServedBuild, found: Resolved, translate: Translator, find: str = "") -> DataTable:
    """Return the table of a document: the variables of a dataset, the mappings of a set, otherwise the properties.

    With `find`, only the variables that have its words.
    """
    statements = find_statements(build, found.iri)
    types = {compact(iri) for iri in property_iris(statements, "rdf:type")}
    if types & {"dcat:Dataset", "begrepp:Specification"}:
        return _variables(build, found, translate, find)
    if "sssom:MappingSet" in types:
        return _mappings(build, found, translate)
    title = find_refs(build, [found.iri], translate.language)[found.iri].label.value
    return DataTable(
        name=_file_stem(found),
        columns=("property", "label", "value", "value_label", "language"),
        rows=_properties(build, found, translate),
        about=about_table(build, title, [("iri", found.iri)], _licences(build, found)),
    )


def table_from_csv(
    build: ServedBuild, name: str, title: str, text: str, more: Sequence[tuple[str, str]] = ()
) -> DataTable:
    """Return a table of text in CSV, whose first row is the header, with what is to be known about it."""
    rows = csv.reader(io.StringIO(text, newline=""))
    return DataTable(name=name, columns=next(rows, []), rows=rows, about=about_table(build, title, more))


def _variables(build: ServedBuild, found: Resolved, translate: Translator, find: str) -> DataTable:
    page = dataset_page(build, found, translate, everything=True, find=find)
    columns = (
        *("table", "name", "title", "description", "measures", "code_lists", "datatype", "unit", "valid_from"),
        *("valid_to", "event", "certainty", "source", "checked", "iri"),
    )
    rows = (
        (
            *(table.ref.label.value, row.name, row.ref.label.value, row.description.value if row.description else ""),
            *(_joined(row.concepts), _joined(row.codes), row.datatype, row.unit, row.valid_from, row.valid_to),
            *(row.event, row.certainty, row.source, row.checked, row.ref.iri),
        )
        for table in page.tables
        for row in table.variables
    )
    more = [("iri", found.iri), *([("filter", find)] if find else [])]
    about = about_table(build, page.ref.label.value, more, [page.licence] if page.licence else ())
    return DataTable(name=_file_stem(found), columns=columns, rows=rows, about=about)


def _mappings(build: ServedBuild, found: Resolved, translate: Translator) -> DataTable:
    """Return all mappings of a set, in the order of the store."""
    names = ("subject", "object", "predicate", "modifier", "confidence", "mapping")
    # Read to the end here: solutions of pyoxigraph must stay in one thread, and the response is sent from another.
    mappings = [tuple(value(row, name) for name in names) for row in select_mappings(build, found.iri)]

    def rows() -> Rows:
        for some in _batches(mappings):
            known = find_refs(build, {end for mapping in some for end in mapping[:2]}, translate.language)
            for subject_iri, object_iri, predicate, modifier, confidence, mapping in some:
                subject, object_ = known[subject_iri], known[object_iri]
                yield (
                    *(subject.notation, _label(subject), compact(predicate), object_.notation, _label(object_)),
                    *(modifier, confidence, subject_iri, object_iri, mapping),
                )

    title = find_refs(build, [found.iri], translate.language)[found.iri].label.value
    return DataTable(
        name=_file_stem(found),
        columns=(
            *("subject_code", "subject_label", "predicate", "object_code", "object_label", "modifier", "confidence"),
            *("subject", "object", "mapping"),
        ),
        rows=rows(),
        about=about_table(build, title, [("iri", found.iri)], _licences(build, found)),
    )


def _properties(build: ServedBuild, found: Resolved, translate: Translator) -> Rows:
    statements = find_statements(build, found.iri)
    iris = {term.value for terms in statements.values() for term in terms if isinstance(term, NamedNode)}
    known = find_refs(build, {*statements, *iris}, translate.language)
    for name in sorted(statements, key=compact):
        for term in sorted(statements[name], key=str):
            language = term.language or "" if isinstance(term, Literal) else ""
            value_label = _label(known[term.value]) if isinstance(term, NamedNode) else ""
            yield compact(name), property_label(name, translate, known).value, term.value, value_label, language


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Yield items in lists, so that their labels are looked up together."""
    rest = iter(items)
    while some := list(islice(rest, _BATCH)):
        yield some


def _label(ref: Ref) -> str:
    return ref.label.value if ref.known else ""


def _joined(refs: Sequence[Ref]) -> str:
    return " | ".join(ref.label.value if ref.known else ref.iri for ref in refs)


def _file_stem(found: Resolved) -> str:
    return found.path.partition("?")[0].strip("/").replace("/", "-")


def _licences(build: ServedBuild, found: Resolved) -> list[str]:
    """Return the licences of the editions that a document comes from."""
    kind, _, rest = found.path.strip("/").partition("/")
    licence = licence_of(build, rest.partition("/")[0], kind)
    return [licence] if licence else []


def about_table(
    build: ServedBuild, title: str, more: Sequence[tuple[str, str]] = (), licences: Sequence[str] = ()
) -> list[tuple[str, str]]:
    """Return what a workbook says of its table: title, licences, citation, build; a licence may be in a column."""
    manifest = build.manifest
    return [
        ("title", title),
        *more,
        *(("licence", licence) for licence in licences),
        ("citation", citation(manifest)),
        ("build", manifest.hash),
        ("built", manifest.built_at),
        ("software", f"begrepp {manifest.software}"),
    ]
