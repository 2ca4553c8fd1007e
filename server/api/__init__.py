"""JSON API under `/api/v1/`: lookup, search, autocomplete, hierarchy, mappings, and concepts as of a day.

In: query parameters, or a JSON list of codes. Out: JSON bodies, and their OpenAPI description at `/api/openapi.json`.
Fields of version 1 are never removed; fields may be added. `/api` is the page with examples.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from flask import Blueprint, Response, g, jsonify, request

from begrepp.errors import UsageError
from server.api.openapi import describe_api
from server.api.operations import OPERATIONS, Operation
from server.api.parameters import read_parameters
from server.api.serialisers import json_links
from server.http.json_body import read_json
from server.http.negotiation import choose_language
from server.http.query_parameters import find_unknown, unknown_parameter_error
from server.pages.templating import address, render, translator
from server.served.batch_resolver import resolve_codes
from server.state import app_state, served_build

blueprint = Blueprint("api", __name__)


@blueprint.get("/api")
def page() -> Response:
    """Show the page of the API with examples."""
    host = request.host_url.rstrip("/") + address("")
    html = render("api.html", operations=OPERATIONS, host=host, base=app_state().settings.base)
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Link"] = f'<{address("/api/openapi.json")}>; rel="service-desc"; type="application/json"'
    return response


@blueprint.get("/api/openapi.json")
def api_description() -> Response:
    """Return the OpenAPI 3.1 description."""
    return jsonify(describe_api(app_state().settings, address("") or "/"))


@blueprint.post("/api/v1/resolve")
def resolve_batch() -> Response:
    """Resolve a JSON list of {system, code, asOf?}."""
    bodies = resolve_codes(served_build(), read_json(request), translator().language)
    return jsonify(msgspec.to_builtins(bodies))


def _make_view(operation: Operation) -> Callable[[], Response]:
    def view() -> Response:
        args = _body_parameters(operation) if request.method == "POST" else request.args
        call: dict[str, Any] = read_parameters(args, operation.parameters)
        # The `lang` cookie belongs to the pages: a program sends `lang` or Accept-Language.
        g.language = choose_language(request, use_cookie=False)
        response = jsonify(msgspec.to_builtins(operation.handler(served_build(), call, g.language)))
        response.headers["Link"] = json_links(address)
        response.headers["Content-Language"] = g.language
        return response

    return view


def _body_parameters(operation: Operation) -> dict[str, str]:
    """Return the fields of a JSON object in the request body as parameters; raises `UsageError` for anything else."""
    body = read_json(request)
    if not isinstance(body, dict) or not all(isinstance(value, str | int) for value in body.values()):
        raise UsageError("The request body is not an object of texts and numbers.", "Send the parameters in JSON.")
    known = {each.name for each in operation.parameters}
    if unknown := find_unknown(body, known):
        raise unknown_parameter_error(unknown, known)
    return {name: str(value) for name, value in body.items()}


for each in OPERATIONS:
    blueprint.add_url_rule(each.path, each.name.replace("-", "_"), _make_view(each), methods=each.methods)
    for alias in each.aliases:
        blueprint.add_url_rule(alias, f"{each.name}_short", _make_view(each), methods=each.methods)
