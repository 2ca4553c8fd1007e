"""`/cite/…`: the citation of a thing in a style, with the date of access, which is today."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, request

from begrepp.errors import NotFound
from server.pages.citation import STYLES, citation_of
from server.pages.table_responses import as_attachment
from server.pages.templating import translator
from server.served.resolver import resolve_iri
from server.state import served_build

blueprint = Blueprint("citations", __name__)
_TYPES = {
    "apa": ("text/plain; charset=utf-8", "txt"),
    "bibtex": ("application/x-bibtex; charset=utf-8", "bib"),
    "ris": ("application/x-research-info-systems; charset=utf-8", "ris"),
}


@blueprint.get("/cite/<style>")
def cite(style: str) -> Response:
    """Return the citation of the thing with an IRI (`iri`) in a style: apa, bibtex or ris."""
    if style not in STYLES:
        raise NotFound(f"There is no citation style {style}.", f"Use one of: {', '.join(STYLES)}.")
    found = resolve_iri(served_build(), request.args.get("iri", ""))
    text = citation_of(served_build(), found.iri, translator().language).in_style(style, datetime.now(UTC).date())
    media_type, suffix = _TYPES[style]
    response = Response(text, content_type=media_type)
    response.cache_control.no_store = True
    name = found.path.strip("/").replace("/", "-")
    return response if style == "apa" else as_attachment(response, f"{name}.{suffix}")
