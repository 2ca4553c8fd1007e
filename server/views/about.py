"""`/about`: what is loaded, from whom, and what of it is verified."""

from __future__ import annotations

from flask import Blueprint

from server.pages.about import about_page
from server.pages.templating import render, translator
from server.state import served_build

blueprint = Blueprint("about", __name__)


@blueprint.get("/about")
def about() -> bytes:
    """Return the page about the data."""
    return render("about.html", page=about_page(served_build(), translator().language))
