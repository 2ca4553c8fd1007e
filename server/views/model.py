"""`/model`: the data model of the graph, with counts of the build that is served."""

from __future__ import annotations

from flask import Blueprint

from server.pages.model import model_page
from server.pages.templating import render, translator
from server.state import served_build

blueprint = Blueprint("model", __name__)


@blueprint.get("/model")
def model() -> bytes:
    """Return the page of the data model."""
    return render("model.html", page=model_page(served_build(), translator()))
