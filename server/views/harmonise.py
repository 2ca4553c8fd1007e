"""`/harmonise`: the variables of two datasets with aligned codes, as a page or a crosswalk file."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, request

from begrepp.errors import BegreppError, NotFound
from begrepp.queries.parameters import QueryContext
from begrepp.variables.harmonisation.crosswalk import FORMATS, MEDIA_TYPES, SUFFIXES
from begrepp.variables.harmonisation.dataset_crosswalk import harmonise_datasets
from server.http.negotiation import CSV, HTML, XLSX, Format, choose_format
from server.http.work_limit import COMPARISONS
from server.pages.datasets.harmonise import harmonise_page
from server.pages.tables import table_from_csv
from server.pages.templating import render, translator
from server.state import served_build
from server.views.tables import table_response

blueprint = Blueprint("harmonise", __name__)
_OFFERS = (HTML, *(Format(name, MEDIA_TYPES[name]) for name in FORMATS), XLSX)


@blueprint.get("/harmonise")
def harmonise() -> Response:
    """Two datasets (`a`, `b`) or one concept (`concept`), `pair` for one pair of variables, `format` for a file."""
    a, b, concept, pair = (request.args.get(name, "").strip() for name in ("a", "b", "concept", "pair"))
    format_ = choose_format(request, _OFFERS)
    found = served_build()
    known = QueryContext(found.store, found.index, found.iris)
    walk, error = None, None
    if concept or (a and b):
        try:
            with COMPARISONS.slot():
                walk = harmonise_datasets(
                    concept or a, "" if concept else b, known, found.manifest, pair=pair, language=translator().language
                )
        except BegreppError as problem:
            if format_ != HTML:
                raise
            error = problem
    if format_ == HTML or walk is None:
        page = harmonise_page(found, walk, translator().language)
        html = render("harmonise.html", page=page, a=a, b=b, concept=concept, pair=pair, error=error)
        # Concept pages link here, so "no two datasets measure this concept" is a result (200), not an error.
        if error is None or (isinstance(error, NotFound) and not pair):
            return make_response(html)
        return make_response(html, error.status)
    name = "-".join(
        part.rpartition("/")[2].rpartition(":")[2] for part in (a, b, concept, pair.replace("=", "-")) if part
    )
    if format_ == XLSX:
        title = translator()("nav.harmonise")
        return table_response(table_from_csv(found, name, title, walk.write(CSV.suffix)), XLSX)
    response = Response(walk.write(format_.suffix), content_type=f"{format_.media_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.{SUFFIXES[format_.suffix]}"'
    return response
