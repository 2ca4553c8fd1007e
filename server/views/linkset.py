"""`/linkset/…`: the typed links of a document as a linkset in JSON (RFC 9264)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flask import Blueprint, Response, jsonify, request

from server.http.negotiation import HTML
from server.http.urls import raw_path
from server.pages.graph_responses import offered_formats
from server.pages.signposting import LINKSET, SIGNPOSTING, TypedLink, links_of
from server.pages.templating import address, alternate_formats
from server.served.resolver import resolve_path
from server.state import served_build

blueprint = Blueprint("links", __name__)


@blueprint.get("/linkset/<path:rest>")
def linkset(rest: str) -> Response:
    """Return the typed links of a document and of its RDF formats as a linkset."""
    found_build = served_build()
    found = resolve_path(found_build, raw_path(request.environ).removeprefix("/linkset"))
    host = request.host_url.rstrip("/")

    def whole(href: str) -> str:
        return host + href if href.startswith("/") else href

    page = host + address(found.path)
    sets = [_context(page, links_of(found_build, found, HTML), whole)]
    for twin in alternate_formats(found.path, offered_formats(found_build, found.iri)):
        described = [
            TypedLink(href=page, rel="describes", type=HTML.media_type),
            TypedLink(href=found.iri, rel="describes"),
        ]
        sets.append(_context(host + address(twin.href), described, whole))
    response = jsonify(linkset=sets)
    response.content_type = LINKSET
    response.headers["Link"] = f'<{page}>; rel="describes", <{SIGNPOSTING}>; rel="profile"'
    return response


def _context(anchor: str, links: Iterable[TypedLink], whole: Callable[[str], str]) -> dict[str, object]:
    """Return the links of one document by relation."""
    context: dict[str, object] = {"anchor": anchor}
    for link in links:
        for rel in link.rel.split():
            target: dict[str, object] = {"href": whole(link.href)}
            target |= {"type": link.type} if link.type else {}
            target |= {"profile": [link.profile]} if link.profile else {}
            targets = context.setdefault(rel, [])
            assert isinstance(targets, list)
            targets.append(target)
    return context
