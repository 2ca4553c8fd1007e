"""Pages about validation: the form, the profiles, and the validation results of the build."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from begrepp.rdf.namespaces import compact
from begrepp.settings import ROOT
from begrepp.validation.reports.i18n import blank_placeholders, choose_text, rule_words, translate
from server.pages.templating import address, render, translator
from server.pages.validation.build_results import validation_page
from server.pages.validation.profiles import ProfilePage, form_page, profile_page
from server.state import app_state, served_build
from server.validation.openapi import describe_validation_api

blueprint = Blueprint("validation", __name__)


@blueprint.get("/validation")
def validation() -> bytes:
    """Show the form and the list of profiles."""
    return render(
        "validation.html", page=form_page(translator().language, request.args.get("profile", "")), error=None, given={}
    )


@blueprint.get("/validation/build")
def validation_of_build() -> bytes:
    """Show the validation results of the build."""
    return render("validation_build.html", page=validation_page(served_build(), translator().language))


@blueprint.get("/validation/openapi.json")
def validation_description() -> Response:
    """Return the OpenAPI description of the validation API."""
    return Response(
        describe_validation_api(app_state().settings), content_type="application/vnd.oai.openapi+json;version=3.1"
    )


@blueprint.get("/validation/<profile:name>")
def profile(name: str) -> bytes:
    """Show the rules of a profile."""
    language = translator().language
    return render(
        "profile.html",
        page=_profile(name),
        chosen=lambda texts: blank_placeholders(choose_text(texts, language)),
        rule_words=lambda rule: rule_words(rule, language),
        rule_target=lambda kind, value: translate(language, f"target.{kind}", value=compact(value)),
    )


@blueprint.get("/validation/<profile:name>.ttl")
def profile_turtle(name: str) -> Response:
    """Return the shapes of a profile as one Turtle file."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in _profile(name).profile.files)
    return Response(text, content_type="text/turtle; charset=utf-8")


def _profile(name: str) -> ProfilePage:
    return profile_page(name, translator().language)


@blueprint.get("/shapes")
def shapes() -> BaseResponse:
    """Redirect the namespace of the project's own shapes to their profile."""
    return redirect(address("/validation/begrepp"), 303)


@blueprint.get("/shapes.ttl")
def shapes_turtle() -> Response:
    """Return all shapes of the project as one Turtle file."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "shapes").glob("*.ttl")))
    return Response(text, content_type="text/turtle; charset=utf-8")
