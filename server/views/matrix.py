"""`/matrix`: the variables of each dataset that measure each topic."""

from __future__ import annotations

from flask import Blueprint, request

from begrepp.errors import NotFound
from server.pages.datasets.matrix import matrix_page
from server.pages.templating import render, translator
from server.state import served_build

blueprint = Blueprint("matrix", __name__)


@blueprint.get("/matrix")
def matrix() -> str:
    """Return the matrix of the topics below `topic` (an IRI), or of the top topics."""
    topic = request.args.get("topic", "")
    found = served_build()
    if topic and topic not in found.schemes.measuring_variables:
        raise NotFound("No variable measures that topic.", "See /matrix for the top-level topics.")
    return render("matrix.html", page=matrix_page(found, topic, translator().language))
