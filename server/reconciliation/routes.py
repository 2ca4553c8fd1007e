"""Blueprint of the reconciliation services: version 0.2 at the address of a service, 1.0-draft below it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from flask import Blueprint, Response, g, jsonify, request

from begrepp.errors import UsageError
from server.http.i18n import Translator
from server.http.media_ranges import parse_accept
from server.http.negotiation import choose_language
from server.pages.templating import address, render
from server.reconciliation import data_extension, service_manifest
from server.reconciliation.candidate_finder import Candidate
from server.reconciliation.entity_preview import preview_entity
from server.reconciliation.entity_properties import PROPERTIES
from server.reconciliation.entity_suggestions import (
    DEFAULT_LIMIT,
    property_body,
    suggest_entities,
    suggest_properties,
    suggest_types,
)
from server.reconciliation.match_query import MAX_CANDIDATES, parse_batch, parse_batch_of_1, parse_json
from server.reconciliation.service_address import ROOT, VERSION_1, ReconciliationService, open_service
from server.reconciliation.service_manifest import type_body
from server.reconciliation.shared_batches import find_candidates
from server.state import app_state, served_build

blueprint = Blueprint("reconciliation", __name__)
_View = Callable[..., Response]
_NAMES = (ROOT, f"{ROOT}/<name>")


def _service(name: str) -> ReconciliationService:
    # The `lang` cookie belongs to the pages; clients of the service send Accept-Language or `lang`.
    g.language = choose_language(request, use_cookie=False)
    host = request.host_url.rstrip("/") + address("")
    return open_service(served_build(), host, name, request.args.get("asOf", ""))


def _routes(path: str, *, methods: list[str] | None = None, of_1: bool = False) -> Callable[[_View], _View]:
    """Register a view below the address of all services; with `of_1` also below `/reconcile/v1`."""

    def register(view: _View) -> _View:
        starts = [*_NAMES, *((f"{ROOT}/{VERSION_1}", f"{ROOT}/{VERSION_1}/<name>") if of_1 else ())]
        for start in starts:
            blueprint.add_url_rule(start + path, view.__name__, view, methods=methods or ["GET"])
        return view

    return register


@blueprint.get(f"{ROOT}/{VERSION_1}")
@blueprint.get(f"{ROOT}/{VERSION_1}/<name>")
def manifest_of_1(name: str = "") -> Response:
    """Return the manifest of version 1.0-draft."""
    return jsonify(service_manifest.manifest_of_1(_service(name), g.language))


@_routes("", methods=["GET", "POST"])
def service_root(name: str = "") -> Response:
    """Return the manifest that the client accepts, the candidates of `queries`, or the values of `extend`."""
    service = _service(name)
    if queries := request.values.get("queries"):
        return _match(service, queries)
    if extend := request.values.get("extend"):
        query = data_extension.parse_extension(parse_json(extend, "extend"))
        return jsonify(data_extension.extend_entities(service, query, g.language))
    if request.method == "POST" and not request.values:
        raise UsageError("The form has no field queries or extend.", 'Send queries={"q0": {"query": "lungcancer"}}.')
    accepted = {f"{each.type}/{each.subtype}" for each in parse_accept(request.headers.get("Accept", ""))}
    if service_manifest.MEDIA_TYPE_1 in accepted:
        response = jsonify(service_manifest.manifest_of_1(service, g.language))
        response.content_type = service_manifest.MEDIA_TYPE_1
        return response
    return jsonify(service_manifest.manifest(service, g.language))


def _match(service: ReconciliationService, queries: str) -> Response:
    batch = parse_batch(parse_json(queries, "queries"))
    found = find_candidates(service, g.language, [*batch.values()], app_state().peers)
    body = {
        key: {"result": [_candidate(each) for each in each_found]} for key, each_found in zip(batch, found, strict=True)
    }
    return Response(msgspec.json.encode(body), content_type="application/json")


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {
        "id": candidate.id,
        "name": candidate.name.value,
        "description": candidate.description,
        "score": candidate.score,
        "match": candidate.match,
        "type": [type_body(each) for each in candidate.types],
        "features": [{"id": id_, "value": value} for id_, value in candidate.features.items()],
    }


@_routes("/match", methods=["POST"], of_1=True)
def match(name: str = "") -> Response:
    """Return the candidates of a batch of version 1.0-draft."""
    service = _service(name)
    queries = parse_batch_of_1(parse_json(request.get_data(cache=False), "The request body"))
    found = find_candidates(service, g.language, queries, app_state().peers)
    return jsonify(
        {"results": [{"candidates": [_candidate_of_1(each) for each in each_found]} for each_found in found]}
    )


def _candidate_of_1(candidate: Candidate) -> dict[str, Any]:
    body = _candidate(candidate)
    features = [
        {"id": each["id"], "name": _feature_name(each["id"]), "value": each["value"]} for each in body["features"]
    ]
    return {**body, **({"lang": candidate.name.lang} if candidate.name.lang else {}), "features": features}


def _feature_name(id_: str) -> str:
    property_id = id_.removeprefix("property_")
    kind = "feature" if property_id == id_ else "property"
    return Translator(g.language)(f"reconcile.{kind}.{property_id}")


@_routes("/extend", methods=["POST"], of_1=True)
def extend_of_1(name: str = "") -> Response:
    """Return values of properties in version 1.0-draft."""
    service = _service(name)
    query = data_extension.parse_extension(parse_json(request.get_data(cache=False), "The request body"))
    return jsonify(data_extension.extend_entities_of_1(service, query, g.language))


@_routes("/extend/propose", of_1=True)
@_routes("/propose")
def propose(name: str = "") -> Response:
    """Return the properties whose values can be fetched."""
    _service(name)
    limit = _number("limit", len(PROPERTIES), len(PROPERTIES))
    body = {"properties": [property_body(each, g.language) for each in [*PROPERTIES][:limit]], "limit": limit}
    return jsonify({**body, **({"type": type_} if (type_ := request.args.get("type")) else {})})


@_routes("/suggest/entity", of_1=True)
def entity_suggestions(name: str = "") -> Response:
    """Return entities for the beginning of a name or code."""
    service = _service(name)
    offset = _number("offset", _number("cursor", 0, MAX_CANDIDATES), MAX_CANDIDATES)
    limit, types = _number("limit", DEFAULT_LIMIT, MAX_CANDIDATES), request.args.getlist("type")
    found = suggest_entities(service, request.args.get("prefix", ""), limit, offset, g.language, types)
    results = [
        {
            "id": each.id,
            "name": each.name.value,
            "description": each.description,
            "notable": [type_body(type_) for type_ in each.types],
        }
        for each in found
    ]
    return jsonify({"result": results})


@_routes("/suggest/property", of_1=True)
def property_suggestions(name: str = "") -> Response:
    """Return properties for the beginning of a name."""
    _service(name)
    found = suggest_properties(request.args.get("prefix", ""), g.language)
    return jsonify({"result": _page(found)})


@_routes("/suggest/type", of_1=True)
def type_suggestions(name: str = "") -> Response:
    """Return types for the beginning of a name."""
    found = suggest_types(_service(name), request.args.get("prefix", ""), g.language)
    return jsonify({"result": [type_body(each) for each in _page(found)]})


@_routes("/preview", of_1=True)
def preview(name: str = "") -> Response:
    """Return a small page about an entity, to be shown in a frame."""
    entity = preview_entity(_service(name), request.args.get("id", ""), g.language)
    return Response(render("preview.html", entity=entity), content_type="text/html; charset=utf-8")


@_routes("/flyout")
def flyout(name: str = "") -> Response:
    """Return the identifier of an entity and a few lines of HTML about it."""
    entity = preview_entity(_service(name), request.args.get("id", ""), g.language)
    return jsonify({"id": entity.id, "html": render("_flyout.html", entity=entity).decode()})


def _page(found: list[Any]) -> list[Any]:
    offset = _number("offset", _number("cursor", 0, MAX_CANDIDATES), MAX_CANDIDATES)
    return found[offset : offset + _number("limit", MAX_CANDIDATES, MAX_CANDIDATES)]


def _number(name: str, default: int, most: int) -> int:
    text = request.args.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdecimal():
        raise UsageError(f"{name} is '{text[:40]}'.", f"Give a whole number from 0 to {most}.")
    return min(int(text[:9]), most)
