"""Check of the query parameters of every request: unknown and repeated ones, and values that they cannot have.

Programs get an error, pages are shown with a notice.

An ignored parameter would be answered as if it had not been given: with today's meaning for a misspelt `asOf`. Of one
that is given with several values, only the first would count. The
FHIR service has the same rule in its own form (`server.fhir.parameter_names`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import g, request

from begrepp.queries.query_files import get_example
from begrepp.search.schema import FACETS
from server.api.operations import OPERATIONS
from server.fhir.fhir_forms import FORM_PARAMETERS
from server.http.negotiation import (
    DOCUMENT_FORMATS,
    SPARQL_PARAMETERS,
    TABLE_FORMATS,
    Format,
    find_format,
    split_suffix,
)
from server.http.query_parameters import (
    EVERYWHERE,
    find_repeated,
    find_unknown,
    nearest_name,
    repeated_parameter_error,
    unknown_parameter_error,
)
from server.ops.parameter_values import find_unusable_value
from server.pages.errors import wants_page

_CONCEPT_SEARCH = frozenset({*FACETS, "q", "under"})
_GRAPHS = frozenset({"default-graph-uri", "named-graph-uri"})
_OF_SPARQL_CLIENTS = frozenset(
    # Virtuoso and clients of DBpedia
    {"timeout", "debug", "signal_void", "signal_unconnected", "should-sponge", "log_debug_info", "run", "save", "fname"}
    | {"CXML_redir_for_subjs", "CXML_redir_for_hrefs"}
    # RDF4J, GraphDB, Stardog, Blazegraph, Fuseki
    | {"queryLn", "infer", "reasoning", "queryId", "maxQueryTimeMillis", "analytic", "stylesheet", "force-accept"}
    | {"accept", "Accept", "callback"}
)
"""Parameters that SPARQL clients send to any endpoint, and that do not choose what is answered; they are not used."""
_OF_SUGGEST_WIDGET = frozenset(
    {"all_types", "animate", "callback", "domain", "exact", "expand", "filter", "flyout", "format", "indent", "key"}
    | {"mql_output", "output", "query_param_name", "schema", "scoring", "service_path", "service_url", "spell"}
    | {"type_strict", "user"}
)
"""Settings that the suggest widget of OpenRefine may send; they are not used."""
_OF_RECONCILIATION = _OF_SUGGEST_WIDGET | {"asOf", "cursor", "id", "limit", "offset", "prefix", "type"}
_UNUSED = {"reconciliation": _OF_SUGGEST_WIDGET, "sparql": _OF_SPARQL_CLIENTS}
"""Parameters that are known and not used, by blueprint."""
_NO_NAMES: frozenset[str] = frozenset()
_FORMAT = frozenset({"format"})

PAGES: Mapping[str, frozenset[str]] = {
    "about.about": _NO_NAMES,
    "api.page": _NO_NAMES,
    "browse.alphabet": frozenset({"letter", "offset"}),
    "browse.home": _NO_NAMES,
    "browse.search": _CONCEPT_SEARCH | {"offset", "sort", "view"},
    "browse.switch": frozenset({"back"}),
    "concept_selection.select": frozenset({"asOf", "ecl", "offset", "scheme"}),
    "cookbook.questions": _NO_NAMES,
    "fhir_page.page": frozenset({"base", "operation"}).union(*FORM_PARAMETERS.values()),
    "matrix.matrix": frozenset({"by", "topic"}),
    "model.model": _NO_NAMES,
    "problem_report.problem_report": frozenset({"about"}),
    "validation.profile": _NO_NAMES,
    "validation.shapes": _NO_NAMES,
    "validation.validation": frozenset({"profile"}),
    "validation.validation_of_build": _NO_NAMES,
    "validation_service.report": frozenset({"q", "severity"}),
}
"""Parameters of the routes that return pages alone."""
DOCUMENTS: Mapping[str, frozenset[str]] = {
    "browse.datasets": _FORMAT,
    "browse.definitions": _FORMAT,
    "browse.mapping_sets": _FORMAT,
    "browse.schemes": _FORMAT,
    "catalog.missing": _FORMAT,
    "completeness.completeness": _FORMAT,
    "cookbook.identifier": _FORMAT,
    "cookbook.question": _FORMAT,
    "differences.difference": frozenset({"chapter", "format", "offset", "q", "rule", "type"}),
    "downloads.listing": _FORMAT,
    "harmonise.harmonise": frozenset({"a", "b", "concept", "format", "more", "pair"}),
    "resource.by_uri": frozenset({"all", "asOf", "format", "offset", "uri"}),
    "resource.document": frozenset({"all", "asOf", "by", "find", "format", "offset", "to"}),
    "resource.identifier": frozenset({"asOf", "format"}),
    "sparql.endpoint": _GRAPHS
    | _OF_SPARQL_CLIENTS
    | {*SPARQL_PARAMETERS, "default", "explain", "graph", "query", "update"},
    "valuecheck.check": frozenset({"column", "format", "list", "values"}),
}
"""Parameters of the routes that return a page or data, as the client asks."""
PROGRAMS: Mapping[str, frozenset[str]] = {
    **{
        f"api.{each.name.replace('-', '_')}{short}": frozenset(parameter.name for parameter in each.parameters)
        for each in OPERATIONS
        for short in ("", "_short")
    },
    "api.api_description": _NO_NAMES,
    "api.resolve_batch": _NO_NAMES,
    "assistant.mcp": _NO_NAMES,
    "browse.definitions_turtle": _NO_NAMES,
    "browse.suggestions": frozenset({"kind", "q", "scheme"}),
    "browse.tree_branch": frozenset({"all", "asOf", "of"}),
    "catalog.catalog": _FORMAT,
    "citations.cite": frozenset({"iri"}),
    "concept_selection.complete_expression": frozenset({"at", "ecl", "scheme"}),
    "description.well_known": _FORMAT,
    "differences.all_changes": _NO_NAMES,
    "differences.scheme_changes": _NO_NAMES,
    "downloads.file": _NO_NAMES,
    "downloads.manifest": _NO_NAMES,
    "fhir_page.registry": _NO_NAMES,
    "links.linkset": _NO_NAMES,
    "reconciliation.service_root": _OF_RECONCILIATION | {"extend", "queries"},
    **{
        f"reconciliation.{name}": _OF_RECONCILIATION
        for name in ("entity_suggestions", "extend_of_1", "flyout", "manifest_of_1", "match", "preview", "propose")
    },
    "reconciliation.property_suggestions": _OF_RECONCILIATION,
    "reconciliation.type_suggestions": _OF_RECONCILIATION,
    "resource.resolve": frozenset({"asOf", "code", "format", "system"}),
    "resource.resolve_several": _NO_NAMES,
    "resource.timemap": _NO_NAMES,
    "tables.matrix": frozenset({"by", "topic"}),
    "tables.query_result": _GRAPHS | {"query", *SPARQL_PARAMETERS},
    "tables.search": _CONCEPT_SEARCH | {"sort", "view"},
    "terms.list_terms": _NO_NAMES,
    "validation.profile_turtle": _NO_NAMES,
    "validation.shapes_turtle": _NO_NAMES,
    "validation.validation_description": _NO_NAMES,
    "validation_service.submit": frozenset({"format", "graph", "imports", "profile", "syntax"}),
    "wellknown.context": _NO_NAMES,
}
"""Parameters of the routes that return data for programs."""
UNCHECKED = frozenset(
    {"browse.health", "browse.ready", "metrics.metrics", "static"}
    | {"wellknown.opensearch", "wellknown.part", "wellknown.robots", "wellknown.sitemap"}
)
"""Routes of probes, crawlers and static files, which take no parameters; caches are avoided by adding some."""
_EXAMPLES = frozenset({"cookbook.identifier", "cookbook.question"})
"""Routes of an example query, whose parameters they have too."""
_LINKED = frozenset({"resource.document", "resource.identifier"})
"""Routes of the addresses that others link to, which work with whatever is added that cannot change the answer."""
_REDIRECTS = frozenset({"resource.by_uri", "resource.identifier", "resource.resolve"})
"""Routes that redirect to a page, which could not tell what was repeated."""
_REPEATABLE: Mapping[str, frozenset[str]] = {
    "harmonise.harmonise": frozenset({"more"}),
    "reconciliation.entity_suggestions": frozenset({"type"}),
    "sparql.endpoint": _GRAPHS.union(SPARQL_PARAMETERS),
    "tables.query_result": _GRAPHS,
}
"""Parameters that may have several values; SPARQLWrapper names a format by its name and by its media type."""
_OF_EVERY_DOCUMENT = frozenset({"asOf", "format"})
_OF_DOCUMENTS: Mapping[str, frozenset[str]] = {
    "cs": frozenset({"all", "by", "offset"}),
    "dataset": frozenset({"all", "find"}),
    "mapping": frozenset({"offset", "to"}),
}
"""Parameters of the documents of resources by the first part of their paths; other documents have none of their own."""
_OF_PAGES = frozenset({"find", "to"})
"""Those of them that limit what a page shows; `find` limits a table too."""
_FORMS = frozenset({"reconciliation.service_root", "sparql.endpoint"})
"""Routes whose parameters may be sent as a form."""


def check_parameters() -> None:
    """Raise `UsageError` for unknown or repeated parameters, or unusable values, of a request for data.

    For a page they are noted, and the template of all pages shows them.
    """
    endpoint = request.endpoint or ""
    if request.method == "OPTIONS":
        return
    given = [*request.args.items(multi=True)]
    if endpoint in _FORMS and request.method == "POST":
        given += request.form.items(multi=True)
    if not given or (known := _known(endpoint)) is None:
        return
    _check_repeated(endpoint, given, known)
    _check_unknown(endpoint, given, known)
    _check_values(endpoint, given, known)


def _check_unknown(endpoint: str, given: Sequence[tuple[str, str]], known: frozenset[str]) -> None:
    if not (unknown := find_unknown((name for name, _ in given), known)):
        return
    every = DOCUMENTS.get(endpoint, known)
    if endpoint in _LINKED and not any(nearest_name(name, every) for name in unknown) and not _wants_page():
        return
    if _wants_data(endpoint):
        raise unknown_parameter_error(unknown, known - _UNUSED.get(request.blueprint or "", _NO_NAMES))
    g.unknown_parameters = unknown
    g.known_parameters = known


def _check_repeated(endpoint: str, given: Sequence[tuple[str, str]], known: frozenset[str]) -> None:
    used = {*known, *EVERYWHERE} - _UNUSED.get(request.blueprint or "", _NO_NAMES)
    if not (repeated := find_repeated(given, used - _REPEATABLE.get(endpoint, _NO_NAMES))):
        return
    if endpoint in _REDIRECTS or _wants_data(endpoint):
        raise repeated_parameter_error(repeated)
    g.repeated_parameters = repeated


def _check_values(endpoint: str, given: Sequence[tuple[str, str]], known: frozenset[str]) -> None:
    used = known if _is_without_language(endpoint) else known | EVERYWHERE
    values = {name: value for name, value in reversed(given) if value and name in used}
    found = (find_unusable_value(endpoint, name, value) for name, value in values.items())
    unusable = [each for each in found if each]
    if unusable and _wants_data(endpoint):
        raise unusable[0].error()
    g.unusable_values = unusable


def _is_without_language(endpoint: str) -> bool:
    """Return whether `lang` is free: OpenRefine sends that of its user, and RDF is the same in all languages."""
    return request.blueprint == "reconciliation" or (
        endpoint in _LINKED and not _wants_page() and _table_format() is None
    )


def _wants_data(endpoint: str) -> bool:
    return endpoint in PROGRAMS or (endpoint in DOCUMENTS and not _wants_page())


def _wants_page() -> bool:
    """Return whether the client wants a page, and not a table by its suffix."""
    return wants_page() and split_suffix(request.path, TABLE_FORMATS)[1] is None


def _known(endpoint: str) -> frozenset[str] | None:
    """Return the names of the parameters of a route; None if they are not checked here."""
    known = next((table[endpoint] for table in (PAGES, DOCUMENTS, PROGRAMS) if endpoint in table), None)
    if known is not None and endpoint in _EXAMPLES:
        example = get_example(str((request.view_args or {})["name"]).partition(".")[0])
        known |= {each.name for each in example.parameters}
    return _of_document() if endpoint == "resource.document" else known


def _of_document() -> frozenset[str]:
    """Return the names of the parameters of the document of a resource, in the format that the client wants."""
    known = _OF_EVERY_DOCUMENT | _OF_DOCUMENTS.get(str((request.view_args or {})["kind"]), _NO_NAMES)
    if _wants_page():
        return known
    return known - (_OF_PAGES - {"find"} if _table_format() else _OF_PAGES)


def _table_format() -> Format | None:
    """Return the format of the table that the client wants, None if it wants no table."""
    format_ = split_suffix(request.path, TABLE_FORMATS)[1] or find_format(request, DOCUMENT_FORMATS)
    return format_ if format_ in TABLE_FORMATS else None
