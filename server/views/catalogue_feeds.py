"""Blueprint for DCAT feeds: `/catalog/{profile}`, one URL per profile, for harvesters."""

from __future__ import annotations

from flask import Blueprint, Response, request, send_file

from begrepp.errors import NotFound
from begrepp.exports.dcat_feeds import feed_profiles
from server.http.negotiation import GRAPH_FORMATS, choose_format, split_suffix
from server.served.generated_files import generate_file
from server.state import app_state, served_build

blueprint = Blueprint("catalog", __name__)


@blueprint.get("/catalog/<profile>")
def catalog(profile: str) -> Response:
    """Return the feed of a profile in the format of the suffix or `Accept`, by default Turtle."""
    found = served_build()
    name, suffixed = split_suffix(profile, GRAPH_FORMATS)
    if name not in feed_profiles():
        raise NotFound(f"There is no feed for the profile '{name}'.", f"There are {', '.join(feed_profiles())}.")
    format_ = suffixed or choose_format(request, GRAPH_FORMATS)
    file = f"{name}.{format_.suffix}"
    path = generate_file("begrepp.exports.dcat_feeds", found, file, app_state().settings)
    tag = f"{found.manifest.hash[:16]}-{format_.suffix}"
    response = send_file(path, format_.media_type, download_name=file, etag=tag)
    response.content_type = f"{format_.media_type}; charset=utf-8"
    return response
