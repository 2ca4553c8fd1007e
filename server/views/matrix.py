"""`/matrix`: topics against datasets, and in each cell the variables that measure the topic."""

from __future__ import annotations

from flask import Blueprint, request

from begrepp.errors import NotFound
from server.pages.matrix import matrix_page
from server.pages.templating import render, translator
from server.state import served_build

blueprint = Blueprint("matrix", __name__)


@blueprint.get("/matrix")
def matrix() -> str:
    """The topics below `topic` (an IRI), or the topmost ones."""
    topic = request.args.get("topic", "")
    found = served_build()
    if topic and topic not in found.schemes.measuring_variables:
        raise NotFound("No variable measures that topic.", "See the topmost topics at /matrix.")
    return render("matrix.html", page=matrix_page(found, topic, translator().language))
