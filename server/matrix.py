"""`/matrix`: topics against datasets, and in each cell the variables that measure the topic."""

from __future__ import annotations

from flask import Blueprint, request

from begrepp.errors import NotFound
from server.pages.matrix import matrix_page
from server.presenting import render, speaker
from server.state import build

blueprint = Blueprint("matrix", __name__)


@blueprint.get("/matrix")
def matrix() -> str:
    """The topics below `topic` (an IRI), or the topmost ones."""
    topic = request.args.get("topic", "")
    found = build()
    if topic and topic not in found.catalogue.measuring:
        raise NotFound("No variable measures that topic.", "See /matrix for the top-level topics.")
    return render("matrix.html", page=matrix_page(found, topic, speaker().language))
