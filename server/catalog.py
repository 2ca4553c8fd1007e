"""Our catalogue for others to harvest, at `/catalog/dcat-ap-se.ttl` and its like: one address for each profile."""

from __future__ import annotations

from flask import Blueprint, Response, request

from begrepp.feeds import feed
from server.negotiate import GRAPH_FORMATS, choose_format, split_suffix
from server.rdf import serialise
from server.state import build

blueprint = Blueprint("catalog", __name__)


@blueprint.get("/catalog/<profile>")
def catalog(profile: str) -> Response:
    """The feed in a profile, in the format that the suffix or the request asks for; Turtle if nothing is asked."""
    found = build()
    name, suffixed = split_suffix(profile, GRAPH_FORMATS)
    format_ = suffixed or choose_format(request, GRAPH_FORMATS)
    kept = found.kept_feeds
    if name not in kept:
        kept[name] = feed(found.store, name)
    response = Response(serialise(kept[name], format_), content_type=f"{format_.media_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.{format_.suffix}"'
    return response
