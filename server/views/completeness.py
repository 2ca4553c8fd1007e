"""`/completeness`: the EHDS minimum metadata of all datasets side by side."""

from __future__ import annotations

from flask import Blueprint, Response, make_response

from server.http.negotiation import JSON, TABLE_FORMATS, format_of_suffix
from server.pages.datasets.completeness import completeness_page
from server.pages.home import dataset_rows
from server.pages.table_responses import table_response
from server.pages.tables import completeness_table
from server.pages.templating import render, translator
from server.state import served_build

blueprint = Blueprint("completeness", __name__)


@blueprint.get("/completeness")
@blueprint.get("/completeness.<suffix>")
def completeness(suffix: str = "") -> Response:
    """Return the elements that each dataset has, as a page or a table."""
    found, translate = served_build(), translator()
    datasets = [row.ref for row in dataset_rows(found, translate.language) if not row.is_specification]
    page = completeness_page(found, datasets, translate.language)
    if not suffix:
        return make_response(render("completeness.html", page=page))
    return table_response(completeness_table(found, page, translate), format_of_suffix(suffix, (*TABLE_FORMATS, JSON)))
