"""Blueprint for DCAT feeds: `/catalog/{profile}` for harvesters, and `/catalog/{profile}/missing` for holders."""

from __future__ import annotations

from flask import Blueprint, Response, request, send_file

from begrepp.errors import NotFound
from begrepp.exports.dcat_feeds import feed_profiles
from server.http.negotiation import GRAPH_FORMATS, HTML, JSON, choose_format, split_suffix
from server.pages.datasets.feed_gaps import feed_gaps_page
from server.pages.templating import render, translator
from server.served.generated_files import generate_file
from server.state import app_state, served_build

blueprint = Blueprint("catalog", __name__)


@blueprint.get("/catalog/<profile>")
def catalog(profile: str) -> Response:
    """Return the feed of a profile in the format of the suffix or `Accept`, by default Turtle."""
    found = served_build()
    name, suffixed = split_suffix(profile, GRAPH_FORMATS)
    _check_profile(name)
    format_ = suffixed or choose_format(request, GRAPH_FORMATS)
    file = f"{name}.{format_.suffix}"
    path = generate_file("begrepp.exports.dcat_feeds", found, file, app_state().settings)
    tag = f"{found.manifest.hash[:16]}-{format_.suffix}"
    response = send_file(path, format_.media_type, download_name=file, etag=tag)
    response.content_type = f"{format_.media_type}; charset=utf-8"
    return response


@blueprint.get("/catalog/<profile>/missing")
def missing(profile: str) -> Response:
    """Return what the feed of a profile lacks, dataset by dataset, as a page or JSON."""
    _check_profile(profile)
    found = served_build()
    path = generate_file("begrepp.exports.feed_gaps", found, f"{profile}.gaps.json", app_state().settings)
    content = path.read_bytes()
    if choose_format(request, (HTML, JSON)) != HTML:
        return Response(content, content_type=JSON.media_type)
    page = feed_gaps_page(found, profile, content, translator().language)
    return Response(render("feed_gaps.html", page=page), content_type="text/html; charset=utf-8")


def _check_profile(name: str) -> None:
    """Raise `NotFound` if no feed has the name."""
    if name not in feed_profiles():
        raise NotFound(f"There is no feed for the profile '{name}'.", f"There are {', '.join(feed_profiles())}.")
