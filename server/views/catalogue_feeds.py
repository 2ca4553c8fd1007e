"""Our catalogue for others to harvest, at `/catalog/dcat-ap-se.ttl` and its like: one address for each profile."""

from __future__ import annotations

from flask import Blueprint, Response, request, send_file

from begrepp.errors import NotFound
from begrepp.exports.dcat_feeds import feed_profiles
from server.http.negotiation import GRAPH_FORMATS, choose_format, split_suffix
from server.served.made_files import make_file
from server.state import app_state, served_build

blueprint = Blueprint("catalog", __name__)


@blueprint.get("/catalog/<profile>")
def catalog(profile: str) -> Response:
    """The feed in a profile, in the format that the suffix or the request asks for; Turtle if nothing is asked."""
    found = served_build()
    name, suffixed = split_suffix(profile, GRAPH_FORMATS)
    if name not in feed_profiles():
        raise NotFound(f"There is no feed in '{name}'.", f"There are {', '.join(feed_profiles())}.")
    format_ = suffixed or choose_format(request, GRAPH_FORMATS)
    file = f"{name}.{format_.suffix}"
    path = make_file("begrepp.exports.dcat_feeds", found, file, app_state().settings)
    tag = f"{found.manifest.hash[:16]}-{format_.suffix}"
    return send_file(path, f"{format_.media_type}; charset=utf-8", download_name=file, etag=tag)
