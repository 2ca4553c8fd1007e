"""The validation page: what the shapes said of each load of the build, and what the shapes ask."""

from __future__ import annotations

from flask import Blueprint, Response, redirect
from werkzeug.wrappers import Response as BaseResponse

from begrepp.settings import ROOT
from server.pages.validation import validation_page
from server.presenting import address, render, speaker
from server.state import build

blueprint = Blueprint("validation", __name__)


@blueprint.get("/validation")
def validation() -> str:
    """What the shapes said."""
    return render("validation.html", page=validation_page(build(), speaker().language))


@blueprint.get("/shapes")
def shapes() -> BaseResponse:
    """Where the IRIs of shapes lead."""
    return redirect(address("/validation"), 303)


@blueprint.get("/shapes.ttl")
def shapes_turtle() -> Response:
    """All shapes, in one piece."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "shapes").glob("*.ttl")))
    return Response(text, content_type="text/turtle; charset=utf-8")
