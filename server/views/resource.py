"""Blueprint for resources: `/id/…` redirects to the document in the negotiated format."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from urllib.parse import urlencode

import msgspec
from flask import Blueprint, Response, g, jsonify, make_response, redirect, request
from msgspec import Struct, structs
from werkzeug.wrappers import Response as BaseResponse

from begrepp.errors import UsageError
from begrepp.rdf.namespaces import compact
from server.http.json_body import read_json
from server.http.negotiation import (
    DOCUMENT_FORMATS,
    HTML,
    PAGE_FORMATS,
    RDF_XML,
    TABLE_FORMATS,
    Format,
    choose_format,
    refuse_format,
)
from server.http.query_parameters import read_offset, shown_names
from server.http.urls import DOCUMENT_KINDS, AlternateFormat, raw_path
from server.pages.concepts.concept import ConceptPage, concept_page
from server.pages.concepts.resource import resource_page
from server.pages.datasets.dataset import dataset_page
from server.pages.datasets.variable import variable_page
from server.pages.graph_responses import find_document_format, graph_response, offered_formats
from server.pages.schemes.editions import edition_page
from server.pages.schemes.mapping_set import mapping_set_page
from server.pages.schemes.scheme import scheme_page
from server.pages.signposting import absolute, document_links, memento_links
from server.pages.templating import address, alternate_formats, link_on_day, render, translator
from server.served.as_of import (
    find_dated_state,
    find_meaning_on,
    find_scheme_id,
    format_http_date,
    get_dated_build,
    list_mementos,
    mark_retired,
    parse_accept_datetime,
    parse_day,
)
from server.served.batch_resolver import resolve_codes
from server.served.build import ServedBuild
from server.served.documents import read_triples
from server.served.labels import find_statements, property_iris
from server.served.resolver import Missing, Resolved, resolve_iri, resolve_path, resolve_system_code
from server.state import served_build
from server.views.tables import document_table_response, split_document_suffix, table_formats

blueprint = Blueprint("resource", __name__)
DOCUMENT_ROUTE = f"/<any({','.join(DOCUMENT_KINDS)}):kind>/<path:rest>"
"""Route of the documents of all resources."""


@blueprint.get("/id/<path:rest>")
def identifier(rest: str) -> BaseResponse:
    """Redirect (303) from a resource to its document."""
    raw, suffixed = split_document_suffix(raw_path(request.environ).removeprefix("/id"))
    return _see_other(resolve_path(served_build(), raw), suffixed)


@blueprint.get(DOCUMENT_ROUTE)
def document(kind: str, rest: str) -> BaseResponse:
    """Return the document of a resource by suffix, `?format=` or `Accept`; redirect other spellings of a code."""
    raw, suffixed = split_document_suffix(raw_path(request.environ))
    found = resolve_path(served_build(), raw)
    if found.path.startswith("/resource?"):
        return _see_other(found, suffixed)
    if found.path != raw:
        query = f"?{request.query_string.decode()}" if request.query_string else ""
        suffix = f".{suffixed.suffix}" if suffixed else ""
        return redirect(address(f"{found.path}{suffix}{query}"), 301)
    format_ = suffixed or choose_format(request, DOCUMENT_FORMATS)
    if day := parse_day(request.args.get("asOf", "")):
        if format_ in TABLE_FORMATS:
            refuse_format(format_.suffix, PAGE_FORMATS)
        return _as_of(served_build(), found, format_, day)
    if find_scheme_id(served_build(), found):
        if moment := parse_accept_datetime(request.headers.get("Accept-Datetime", "")):
            return _nearest(served_build(), found, suffixed, moment.date())
        response = _document(served_build(), found, format_)
        response.vary.add("Accept-Datetime")
        return response
    return _document(served_build(), found, format_)


@blueprint.get("/timemap/link/<path:rest>")
def timemap(rest: str) -> Response:
    """Return the stored states of a document as a TimeMap (RFC 7089, section 5)."""
    found = resolve_path(served_build(), raw_path(request.environ).removeprefix("/timemap/link"))
    if not find_scheme_id(served_build(), found):
        raise Missing("Only code systems and their concepts are available as of a date.", "Request one of those.")
    states = list_mementos(served_build(), found)
    # A stored TimeMap has no base URL, so its links are absolute.
    original, own = absolute(found.path), absolute(f"/timemap/link{found.path}")
    lines = [f'<{original}>; rel="original timegate"', f'<{own}>; rel="self"; type="application/link-format"']
    if states:
        lines[1] += f'; from="{states[0].http_date}"; until="{states[-1].http_date}"'
    for place, state in enumerate(states):
        rel = ("first " if place == 0 else "") + ("last " if place == len(states) - 1 else "") + "memento"
        lines.append(f'<{absolute(state.href)}>; rel="{rel}"; datetime="{state.http_date}"')
    return Response(",\n".join(lines) + "\n", content_type="application/link-format; charset=utf-8")


def _nearest(found_build: ServedBuild, found: Resolved, suffixed: Format | None, day: date) -> BaseResponse:
    """Redirect (302) to the state in force on a date, or to the first stored one."""
    states = list_mementos(found_build, found)
    if not states:
        raise Missing("Earlier states of this resource are not available.", "Omit Accept-Datetime.")
    state = next((s for s in reversed(states) if s.since <= day), states[0])
    suffix = f".{suffixed.suffix}" if suffixed else ""
    response = redirect(address(f"{found.path}{suffix}?asOf={state.since}"), 302)
    response.headers["Link"] = memento_links(found)
    response.vary.update(("Accept", "Accept-Language", "Cookie", "Accept-Datetime"))
    return response


def _as_of(found_build: ServedBuild, found: Resolved, format_: Format, day: date) -> BaseResponse:
    """Return a document as of a day, with a notice."""
    read = find_dated_state(found_build, found, day)
    then = get_dated_build(found_build, read)
    formats = offered_formats(then, found.iri)
    if format_ == HTML:
        template, page = _template_and_data(then, found)
        if isinstance(page, ConceptPage) and read.retired:
            page = structs.replace(page, status="inactive", valid_to=page.valid_to or read.until.isoformat())
        html = render(
            template,
            link_on_day(day),
            page=page,
            alternate_formats=[
                AlternateFormat(f.suffix, f.media_type, f"{found.path}.{f.suffix}?asOf={day}") for f in formats
            ],
            iri=found.iri,
            as_of=AsOf(
                day=day,
                version=read.concept_edition.version,
                since=read.concept_edition.valid_from.isoformat(),
                now=address(found.path),
                retired=read.retired,
            ),
        )
        response = make_response(html)
    else:
        triples = read_triples(then, found)
        if read.retired:
            triples = mark_retired(triples, found.iri, read)
        response = graph_response(triples, format_)
    links = [f'<{found.iri}>; rel="describes"', memento_links(found)]
    states = list_mementos(found_build, found)
    for place, state in enumerate(states):
        rel = ("first " if place == 0 else "") + ("last " if place == len(states) - 1 else "") + "memento"
        if rel != "memento" or state.since == read.since:
            links.append(f'<{absolute(state.href)}>; rel="{rel}"; datetime="{state.http_date}"')
    links += [
        f'<{address(f"{found.path}.{f.suffix}?asOf={day}")}>; rel="alternate"; type="{f.media_type}"' for f in formats
    ]
    response.headers["Link"] = ", ".join(links)
    response.headers["Memento-Datetime"] = format_http_date(read.since)
    return response


class AsOf(Struct, frozen=True, kw_only=True):
    """The notice on an as-of page."""

    day: date
    version: str
    since: str
    now: str
    retired: bool


@blueprint.get("/resource")
def by_uri() -> BaseResponse:
    """Return the document of any IRI, ours or a publisher's."""
    iri = request.args.get("uri", "").strip()
    if not iri:
        raise UsageError("The `uri` parameter is missing.", "Use /resource?uri=https://…")
    found = resolve_iri(served_build(), iri)
    if found.path.startswith("/resource?"):
        return _document(served_build(), found, choose_format(request, PAGE_FORMATS))
    return _see_other(found, None)


@blueprint.get("/resolve")
def resolve() -> BaseResponse:
    """Resolve a code of a system given by any identifier: OID, FHIR URI, short name."""
    system, code = request.args.get("system", "").strip(), request.args.get("code", "").strip()
    if not system:
        raise UsageError(
            "The `system` parameter is missing.", "Use /resolve?system=urn:oid:1.2.752.116.1.1.1&code=C509"
        )
    found = resolve_system_code(served_build(), system, code)
    if day := parse_day(request.args.get("asOf", "")):
        found = find_meaning_on(served_build(), found, day)
    return _see_other(found, None)


@blueprint.post("/resolve")
def resolve_several() -> Response:
    """Resolve a JSON list of {system, code}; returns a list of the same length and order."""
    bodies = resolve_codes(served_build(), read_json(request), translator().language)
    return jsonify(msgspec.to_builtins(bodies))


def _see_other(found: Resolved, suffixed: Format | None) -> BaseResponse:
    format_ = suffixed or choose_format(request, PAGE_FORMATS)
    if found.path.startswith(("/resource?", "/def#", "/shapes#")):
        named = f"&format={suffixed.suffix}" if suffixed and found.path.startswith("/resource?") else ""
        return redirect(address(found.path + named), 303)
    if format_ == RDF_XML and not suffixed:
        format_ = find_document_format(read_triples(served_build(), found))
    suffix = "" if format_ == HTML else f".{format_.suffix}"
    language, day = request.args.get("lang", ""), parse_day(request.args.get("asOf", ""))
    if not day and find_scheme_id(served_build(), found):
        moment = parse_accept_datetime(request.headers.get("Accept-Datetime", ""))
        day = moment.date() if moment else None
        if day and (states := list_mementos(served_build(), found)):
            day = next((s.since for s in reversed(states) if s.since <= day), states[0].since)
    kept = {"lang": language if language.isalpha() and not suffix else "", "asOf": str(day or "")}
    if not suffix:  # the page tells what it does not know
        kept |= {name: request.args[name] for name in shown_names(g.get("unknown_parameters", ()))}
    query = urlencode({key: value for key, value in kept.items() if value})
    response = redirect(address(found.path + suffix + (f"?{query}" if query else "")), 303)
    response.vary.add("Accept-Datetime")
    return response


def _document(found_build: ServedBuild, found: Resolved, format_: Format) -> BaseResponse:
    if format_ == HTML:
        response = make_response(document_page(found_build, found))
    elif format_ in TABLE_FORMATS:
        response = document_table_response(found_build, found, format_)
    else:
        triples = read_triples(found_build, found)
        if not triples:
            raise Missing("This resource has no RDF description.", "Request the HTML page.")
        response = graph_response(triples, format_)
    response.headers["Link"] = document_links(found_build, found, format_)
    return response


def document_page(found_build: ServedBuild, found: Resolved) -> bytes:
    """Return the page of a resource by its kind."""
    template, page = _template_and_data(found_build, found)
    return render(
        template,
        page=page,
        alternate_formats=alternate_formats(found.path, offered_formats(found_build, found.iri))
        if not found.path.startswith("/resource?")
        else (),
        tables=alternate_formats(found.path, table_formats(found.path))
        if not found.path.startswith("/resource?")
        else (),
        iri=found.iri,
        canonical=found_build.iris.base + found.path[1:],
    )


def _template_and_data(found_build: ServedBuild, found: Resolved) -> tuple[str, object]:
    """Return the template of a resource and its data."""
    translate = translator()
    everything = "all" in request.args
    scheme = found_build.schemes.by_iri.get(found.iri)
    if not scheme and (record := found_build.concepts.record(found.iri)):
        return "concept.html", concept_page(found_build, record, translate, everything=everything)
    offset = read_offset(request.args.get("offset", ""))
    if scheme:
        by_use = request.args.get("by") == "use"
        page = scheme_page(found_build, scheme, translate, offset=offset, everything=everything, by_use=by_use)
        return "scheme.html", page
    types = {compact(iri) for iri in property_iris(find_statements(found_build, found.iri), "rdf:type")}
    if found.iri in {graph.graph for graph in found_build.manifest.graphs}:
        types.add("begrepp:CodeSystemRelease")

    find, to = (request.args.get(name, "").strip()[:100] for name in ("find", "to"))

    def dataset() -> object:
        return dataset_page(found_build, found, translate, everything=everything, find=find)

    pages: tuple[tuple[str, str, Callable[[], object]], ...] = (
        ("dcat:Dataset", "dataset.html", dataset),
        ("begrepp:Specification", "dataset.html", dataset),
        ("csvw:Column", "variable.html", lambda: variable_page(found_build, found, translate)),
        ("sssom:MappingSet", "mapping_set.html", lambda: mapping_set_page(found_build, found, translate, offset, to)),
        ("begrepp:CodeSystemRelease", "release.html", lambda: edition_page(found_build, found, translate)),
    )
    for kind, template, fill in pages:
        if kind in types:
            return template, fill()
    return "thing.html", resource_page(found_build, found, translate)
