"""Things and their documents: `/id/…` is the thing, and leads to its document in the format that is wanted."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, make_response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from begrepp.errors import UsageError
from begrepp.namespaces import compact
from server.addresses import KINDS, raw_path
from server.names import iris_of, statements
from server.negotiate import HTML, PAGE_FORMATS, Format, choose_format, split_suffix
from server.pages.concept import concept_page
from server.pages.dataset import dataset_page, variable_page
from server.pages.mapping_set import mapping_set_page
from server.pages.releases import release_page
from server.pages.scheme import scheme_page
from server.pages.thing import thing_page
from server.presenting import address, render, speaker, twins
from server.rdf import serialise, triples_of
from server.resolve import Found, Missing, by_iri, by_system, find
from server.state import Build, build

blueprint = Blueprint("resource", __name__)


@blueprint.get("/id/<path:rest>")
def identifier(rest: str) -> BaseResponse:
    """303 See Other: a thing cannot be sent, its document can."""
    raw, suffixed = split_suffix(raw_path(request.environ).removeprefix("/id"))
    return _see_other(find(build(), raw), suffixed)


@blueprint.get(f"/<any({','.join(KINDS)}):kind>/<path:rest>")
def document(kind: str, rest: str) -> BaseResponse:
    """A thing's document, by suffix, `?format=` or `Accept`; other spellings of a code lead to the canonical one."""
    raw, suffixed = split_suffix(raw_path(request.environ))
    found = find(build(), raw)
    if found.path != raw:
        query = f"?{request.query_string.decode()}" if request.query_string else ""
        suffix = f".{suffixed.suffix}" if suffixed else ""
        return redirect(address(f"{found.path}{suffix}{query}"), 301)
    return _document(build(), found, suffixed or choose_format(request, PAGE_FORMATS))


@blueprint.get("/resource")
def by_uri() -> BaseResponse:
    """The document of any IRI, ours or a publisher's."""
    iri = request.args.get("uri", "").strip()
    if not iri:
        raise UsageError("Which IRI?", "Ask for /resource?uri=https://…")
    found = by_iri(build(), iri)
    if found.path.startswith("/resource?"):
        return _document(build(), found, choose_format(request, PAGE_FORMATS))
    return _see_other(found, None)


@blueprint.get("/resolve")
def resolve() -> BaseResponse:
    """A code of a system that is named by any of its identifiers: OID, FHIR URI, short name."""
    system, code = request.args.get("system", "").strip(), request.args.get("code", "").strip()
    if not system:
        raise UsageError("Which system?", "Ask for /resolve?system=urn:oid:1.2.752.116.1.1.1&code=C509")
    return _see_other(by_system(build(), system, code), None)


def _see_other(found: Found, suffixed: Format | None) -> BaseResponse:
    format_ = suffixed or choose_format(request, PAGE_FORMATS)
    if found.path.startswith(("/resource?", "/def#", "/shapes#")):
        return redirect(address(found.path), 303)
    suffix = "" if format_ == HTML else f".{format_.suffix}"
    language = request.args.get("lang", "")
    query = f"?lang={language}" if language.isalpha() and not suffix else ""
    return redirect(address(found.path + suffix + query), 303)


def _document(found_build: Build, found: Found, format_: Format) -> BaseResponse:
    if format_ == HTML:
        response = make_response(_page(found_build, found))
    else:
        triples = triples_of(found_build, found)
        if not triples:
            raise Missing("Nothing is said of this in RDF.", "Ask for its page.")
        response = Response(serialise(triples, format_), content_type=f"{format_.media_type}; charset=utf-8")
    links = [f'<{found.iri}>; rel="describes"', f'<{found_build.iris.base}{found.path[1:]}>; rel="canonical"']
    if not found.path.startswith("/resource?"):
        for twin in twins(found.path):
            links.append(f'<{address(twin.href)}>; rel="alternate"; type="{twin.media_type}"')
    if format_ != HTML:
        links.append(f'<{address(found.path)}>; rel="alternate"; type="{HTML.media_type}"')
    response.headers["Link"] = ", ".join(links)
    return response


def _page(found_build: Build, found: Found) -> str:
    """The page of a thing, by what kind of thing it is."""
    template, page = _filled(found_build, found)
    return render(
        template,
        page=page,
        twins=twins(found.path) if not found.path.startswith("/resource?") else (),
        iri=found.iri,
        canonical=found_build.iris.base + found.path[1:],
    )


def _filled(found_build: Build, found: Found) -> tuple[str, object]:
    """The template for a thing, and what stands on it."""
    say = speaker()
    everything = "all" in request.args
    offset = min(max(0, request.args.get("offset", 0, type=int)), 1_000_000)
    if scheme := found_build.catalogue.by_iri.get(found.iri):
        page = scheme_page(found_build, scheme, say.language, offset=offset, everything=everything)
        return "scheme.html", page
    types = {compact(iri) for iri in iris_of(statements(found_build, found.iri), "rdf:type")}
    if found.iri in {graph["graph"] for graph in found_build.manifest.graphs}:
        types.add("begrepp:CodeSystemRelease")
    pages: tuple[tuple[str, str, Callable[[], object]], ...] = (
        ("skos:Concept", "concept.html", lambda: concept_page(found_build, found, say, everything=everything)),
        ("dcat:Dataset", "dataset.html", lambda: dataset_page(found_build, found, say, everything=everything)),
        ("csvw:Column", "variable.html", lambda: variable_page(found_build, found, say)),
        ("sssom:MappingSet", "mapping_set.html", lambda: mapping_set_page(found_build, found, say, offset)),
        ("begrepp:CodeSystemRelease", "release.html", lambda: release_page(found_build, found, say)),
    )
    for kind, template, fill in pages:
        if kind in types:
            return template, fill()
    return "thing.html", thing_page(found_build, found, say)
