"""Our catalogue for others to harvest, at `/catalog/dcat-ap-se.ttl` and its like: one address for each profile."""

from __future__ import annotations

from flask import Blueprint, Response, request, send_file

from begrepp.errors import NotFound
from begrepp.feeds import profiles
from server.making import made
from server.negotiate import GRAPH_FORMATS, choose_format, split_suffix
from server.state import build, serving

blueprint = Blueprint("catalog", __name__)


@blueprint.get("/catalog/<profile>")
def catalog(profile: str) -> Response:
    """The feed in a profile, in the format that the suffix or the request asks for; Turtle if nothing is asked."""
    found = build()
    name, suffixed = split_suffix(profile, GRAPH_FORMATS)
    if name not in profiles():
        raise NotFound(f"There is no feed for the profile '{name}'.", f"There are {', '.join(profiles())}.")
    format_ = suffixed or choose_format(request, GRAPH_FORMATS)
    file = f"{name}.{format_.suffix}"
    path = made("begrepp.feeds", found, file, serving().settings)
    tag = f"{found.manifest.hash[:16]}-{format_.suffix}"
    return send_file(path, f"{format_.media_type}; charset=utf-8", download_name=file, etag=tag)
