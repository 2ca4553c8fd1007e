"""The pages about validation: the form, what each profile asks, and what the shapes said of each load of the build."""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from begrepp.errors import NotFound, UsageError
from begrepp.rdf.namespaces import compact
from begrepp.settings import ROOT
from begrepp.validation.reports.i18n import choose, rule_words, translate, unfilled
from server.pages.templating import address, render, translator
from server.pages.validation.build_results import validation_page
from server.pages.validation.profiles import ProfilePage, form_page, profile_page
from server.state import app_state, served_build
from server.validation.openapi import openapi

blueprint = Blueprint("validation", __name__)


@blueprint.get("/validation")
def validation() -> str:
    """The form and the profiles."""
    return render(
        "validation.html", page=form_page(translator().language, request.args.get("profile", "")), error=None, given={}
    )


@blueprint.get("/validation/build")
def validation_of_build() -> str:
    """What the shapes said of the build."""
    return render("validation_build.html", page=validation_page(served_build(), translator().language))


@blueprint.get("/validation/openapi.json")
def description() -> Response:
    """The service described for programs."""
    return Response(openapi(app_state().settings), content_type="application/vnd.oai.openapi+json;version=3.1")


@blueprint.get("/validation/<profile:name>")
def profile(name: str) -> str:
    """What a profile asks."""
    language = translator().language
    return render(
        "profile.html",
        page=_profile(name),
        chosen=lambda texts: unfilled(choose(texts, language)),
        rule_words=lambda rule: rule_words(rule, language),
        rule_target=lambda kind, value: translate(language, f"target.{kind}", value=compact(value)),
    )


@blueprint.get("/validation/<profile:name>.ttl")
def profile_turtle(name: str) -> Response:
    """The shapes of a profile, in one piece."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in _profile(name).profile.files)
    return Response(text, content_type="text/turtle; charset=utf-8")


def _profile(name: str) -> ProfilePage:
    with suppress(UsageError):
        return profile_page(name, translator().language)
    raise NotFound(f"There is no profile '{name}'.", "See /validation for the available profiles.")


@blueprint.get("/shapes")
def shapes() -> BaseResponse:
    """Where the IRIs of the project's own shapes lead."""
    return redirect(address("/validation/begrepp"), 303)


@blueprint.get("/shapes.ttl")
def shapes_turtle() -> Response:
    """All shapes, in one piece."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "shapes").glob("*.ttl")))
    return Response(text, content_type="text/turtle; charset=utf-8")
