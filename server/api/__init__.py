"""The JSON API for apps, under `/api/v1/`: look up, search, complete, walk the tree, compare, map, as of a day.

Stable: what an answer of version 1 has, it keeps; fields may come. `/api/openapi.json` describes it, `/api` shows it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from server.api.openapi import openapi
from server.api.operations import OPERATIONS, Operation
from server.api.parameters import read
from server.http.i18n import LANGUAGES
from server.pages.templating import address, render, translator
from server.served.batch_resolve import resolve_codes
from server.state import app_state, served_build

blueprint = Blueprint("api", __name__)
_CONTEXT = "http://www.w3.org/ns/json-ld#context"


@blueprint.get("/api")
def page() -> Response:
    """The API shown with examples."""
    host = request.host_url.rstrip("/") + address("")
    html = render("api.html", operations=OPERATIONS, host=host, base=app_state().settings.base)
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Link"] = f'<{address("/api/openapi.json")}>; rel="service-desc"; type="application/json"'
    return response


@blueprint.get("/api/openapi.json")
def description() -> Response:
    """The API described for programs: OpenAPI 3.1."""
    return jsonify(openapi(app_state().settings, address("") or "/"))


@blueprint.post("/api/v1/resolve")
def resolve_several() -> Response:
    """Several codes at once: a JSON list of {system, code, asOf?}."""
    return jsonify(resolve_codes(served_build(), request.get_json(silent=True), translator().language))


def _view(operation: Operation) -> Callable[[], Response]:
    def view() -> Response:
        asked: dict[str, Any] = read(request.args, operation.parameters)
        # A program says its language itself; the cookie of somebody's browser is none of its business.
        spoken = request.accept_languages.best_match(LANGUAGES, default=LANGUAGES[0])
        g.language = asked["lang"] or spoken or LANGUAGES[0]
        response = jsonify(operation.answer(served_build(), asked, g.language))
        response.headers["Link"] = (
            f'<{address("/context.jsonld")}>; rel="{_CONTEXT}"; type="application/ld+json", '
            f'<{address("/api/openapi.json")}>; rel="service-desc"'
        )
        response.headers["Content-Language"] = g.language
        return response

    return view


for each in OPERATIONS:
    blueprint.add_url_rule(each.path, each.name.replace("-", "_"), _view(each), methods=["GET"])
