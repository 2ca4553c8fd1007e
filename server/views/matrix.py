"""`/matrix`: the variables of each dataset that measure each topic, or that are coded in each code system."""

from __future__ import annotations

from flask import Blueprint, request

from begrepp.errors import NotFound
from server.pages.datasets.matrix import matrix_page, system_matrix
from server.pages.templating import render, translator
from server.state import served_build

blueprint = Blueprint("matrix", __name__)


@blueprint.get("/matrix")
def matrix() -> bytes:
    """Return the matrix of the topics below `topic` (an IRI), of the top topics, or of code systems (`by=system`)."""
    topic = request.args.get("topic", "")
    found = served_build()
    if topic and topic not in found.schemes.measuring_variables:
        raise NotFound("No variable measures that topic.", "See /matrix for the top-level topics.")
    language = translator().language
    if request.args.get("by") == "system":
        return render("matrix.html", page=system_matrix(found, language))
    return render("matrix.html", page=matrix_page(found, topic, language))
