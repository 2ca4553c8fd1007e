"""Validation on request: a form for people, `POST /validation/{profile}` for programs, and reports kept for a day."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from flask import Blueprint, Response, current_app, redirect, request
from pyoxigraph import QueryTriples, RdfFormat, serialize
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from begrepp.errors import BegreppError, UsageError
from begrepp.settings import Settings
from begrepp.validation.outcome import InputFile, RuleSet, rule_set_of
from begrepp.validation.profiles.profile import NAME, find_profile
from begrepp.validation.rdf_input.syntax import named, of_file, of_media_type
from begrepp.validation.reports.formats import FORMATS, ReportFormat
from server.http.negotiation import HTML, Format, choose_format
from server.http.rate_limit import RateLimit
from server.pages.errors import problem
from server.pages.templating import address, render, translator
from server.pages.validation.profiles import form_page
from server.pages.validation.report import report_page
from server.state import app_state, served_build
from server.validation.fetch import fetch
from server.validation.pool import ValidationPool
from server.validation.report_store import ReportStore
from server.validation.worker import ValidationJob, report_file

blueprint = Blueprint("judge", __name__)

OWN = "own"
"""In place of a profile: nothing but the rules that are sent along."""

_LARGEST_GRAPH = 1_000_000
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
_OFFERS = {name: Format(each.suffix, each.media_type) for name, each in FORMATS.items()}


class TooLarge(BegreppError):
    """What was sent is larger than is taken."""

    status = 413


class NotRdf(BegreppError):
    """The media type is not a supported RDF syntax."""

    status = 415


class ValidationService:
    """What validation on request needs: the processes, the reports, and how often each may ask."""

    def __init__(self, settings: Settings) -> None:
        self.pool = ValidationPool(settings)
        self.reports = ReportStore(settings.reports)
        self.rate = RateLimit(settings.validation_rate)


def desk() -> ValidationService:
    """The `ValidationService` of the application at hand."""
    found = current_app.extensions["begrepp.validation"]
    assert isinstance(found, ValidationService)
    return found


@blueprint.post("/validation")
@blueprint.post("/validation/<profile:profile>")
def submit(profile: str = "") -> BaseResponse:
    """Judge what is sent: for people a page that can be shown to others, for programs the report itself."""
    settings = app_state().settings
    limit = settings.validation_mb * 1024 * 1024
    request.max_content_length = request.max_form_memory_size = limit
    try:
        wanted = _wanted()
        return _answer(profile, wanted, settings, limit)
    except RequestEntityTooLarge:
        error: BegreppError = TooLarge(
            f"The request is larger than {settings.validation_mb} MB.",
            "Send a part of it; `begrepp validate` on your own machine has no limit.",
        )
    except BegreppError as caught:
        error = caught
    response = _page_with(error, profile) if _is_form() and _prefers_page() else problem(error)
    if error.status in (429, 503):
        response.headers["Retry-After"] = "60"
    return response


def _answer(profile: str, wanted: ReportFormat, settings: Settings, limit: int) -> BaseResponse:
    desk().rate.take(request.remote_addr or "")
    with desk().reports.new_folder() as place:
        name = profile or request.form.get("profile", "")
        sources = (*_sources(place, settings, limit), *_graph(place))
        job = ValidationJob(
            folder=place,
            sources=sources,
            rules=_rules(name, place, settings),
            leave_out_imports=request.values.get("imports") == "skip",
        )
        page = wanted.name == "html" and _is_form()
        language = translator().language
        if not page:
            job = replace(job, formats=(wanted.name,), languages=(language,))
        if not sources:
            raise UsageError("There are no data to validate.", "Send a file, paste RDF, or choose a graph.")
        desk().pool.validate(job)
        if page:
            return redirect(address(f"/validation/reports/{desk().reports.store(place)}"), 303)
        text = report_file(place, wanted.name, language).read_text(encoding="utf-8")
    response = Response(text, content_type=f"{wanted.media_type}; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/validation/reports/<name>")
def report(name: str) -> BaseResponse:
    """A report that is kept: as a page, or by its ending as a file."""
    stem, _, suffix = name.partition(".")
    language = translator().language
    if suffix:
        format_ = next((each for each in FORMATS.values() if each.suffix == suffix), FORMATS["html"])
        text = desk().reports.find(stem, format_.name, language).read_text(encoding="utf-8")
        response = Response(text, content_type=f"{format_.media_type}; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="report.{suffix}"'
    else:
        said = desk().reports.find(stem, "json", language).read_text(encoding="utf-8")
        page = report_page(said, request.args.get("severity", ""), request.args.get("q", ""), stem)
        response = Response(
            render("report.html", page=page, hours=desk().reports.hours_left(stem)),
            content_type="text/html; charset=utf-8",
        )
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _wanted() -> ReportFormat:
    """The format asked for: a program that does not say gets JSON, a browser its page."""
    if (said := request.values.get("format", "")) in FORMATS:
        return FORMATS[said]
    first = "html" if _is_form() else "json"
    offers = sorted(_OFFERS, key=lambda name: name != first)
    chosen = choose_format(request, tuple(_OFFERS[name] for name in offers))
    return next(FORMATS[name] for name in offers if _OFFERS[name] == chosen)


def _is_form() -> bool:
    return request.mimetype in _FORMS


def _prefers_page() -> bool:
    return any(media_type == HTML.media_type for media_type, _ in request.accept_mimetypes)


def _rules(name: str, place: Path, settings: Settings) -> RuleSet:
    """The profile, the rules that are sent along, or both."""
    own = [*_uploads("shapes", place, settings), *_pasted("shapes_text", "shapes_syntax", place)]
    if name in ("", OWN):
        if not own:
            raise UsageError("There are no rules to validate against.", "Choose a profile, or send SHACL shapes.")
        return RuleSet(files=(), name=", ".join(each.name for each in own), sources=tuple(own))
    if not NAME.fullmatch(name):  # a path would read the server's own files
        raise UsageError(f"There is no profile '{name}'.", "See /validation for the available profiles.")
    return replace(rule_set_of(find_profile(name, settings)), sources=tuple(own))


def _sources(place: Path, settings: Settings, limit: int) -> tuple[InputFile, ...]:
    """What was sent, put into files."""
    if _is_form():
        found = [*_uploads("data", place, settings), *_pasted("text", "syntax", place)]
        if url := request.form.get("url", "").strip():
            fetched = fetch(url, place / "fetched", settings.validation_hosts, limit)
            found.append(InputFile(path=fetched.path, name=url, media_type=_said(fetched.media_type, url)))
        return tuple(found)
    path = place / "body"
    with path.open("wb") as file:
        shutil.copyfileobj(request.stream, file)
    if not path.stat().st_size:
        return ()
    return (InputFile(path=path, name="data", media_type=_body_syntax()),)


def _body_syntax() -> str:
    if said := request.args.get("syntax", ""):
        return named(said).media_type
    found = of_media_type(request.content_type or "")
    if found is None and request.mimetype not in ("", "text/plain", "application/octet-stream"):
        raise NotRdf(
            f"{request.mimetype} is not a supported RDF syntax.",
            "Use text/turtle, application/ld+json or another RDF media type.",
        )
    return found.media_type if found else ""


def _said(media_type: str, name: str) -> str:
    """The media type of something that has a name and came with one, if either tells the syntax."""
    found = of_file(name) or of_media_type(media_type)
    return found.media_type if found else ""


def _uploads(field: str, place: Path, settings: Settings) -> list[InputFile]:
    found: list[InputFile] = []
    files: Sequence[FileStorage] = [file for file in request.files.getlist(field) if file.filename]
    for number, file in enumerate(files):
        path = place / f"{field}-{number}"
        file.save(path)
        name = Path(file.filename or field).name[:200]
        found.append(InputFile(path=path, name=name, media_type=_said(file.content_type or "", name)))
    return found


def _pasted(field: str, syntax: str, place: Path) -> list[InputFile]:
    text = request.form.get(field, "")
    if not text.strip():
        return []
    path = place / field
    path.write_text(text, encoding="utf-8")
    said = request.form.get(syntax, "")
    return [InputFile(path=path, name=field.removesuffix("_text"), media_type=named(said).media_type if said else "")]


def _graph(place: Path) -> list[InputFile]:
    """The graph of the build that was chosen. Raises `UsageError` for one that is not there, `TooLarge`."""
    chosen = request.form.get("graph", "") if _is_form() else request.args.get("graph", "")
    if not chosen:
        return []
    known = {each.graph: each.triples for each in served_build().manifest.graphs}
    if chosen not in known:
        raise UsageError("There is no such graph.", "Choose one from the list.")
    if known[chosen] > _LARGEST_GRAPH:
        raise TooLarge(
            f"The graph has {known[chosen]:,} triples, more than the limit of {_LARGEST_GRAPH:,}.",
            "Download it and use `begrepp validate`.",
        )
    path = place / "graph.nt"
    triples = served_build().store.query("CONSTRUCT WHERE { ?s ?p ?o }", default_graphs=[chosen])
    assert isinstance(triples, QueryTriples)
    with path.open("wb") as out:
        serialize(triples, out, format=RdfFormat.N_TRIPLES)
    return [InputFile(path=path, name=chosen, media_type=RdfFormat.N_TRIPLES.media_type)]


def _page_with(error: BegreppError, profile: str) -> Response:
    """The form again, with what was wrong above it."""
    status = error.status
    given = (
        {} if status == 413 else {key: request.form.get(key, "") for key in ("text", "shapes_text", "syntax", "url")}
    )
    chosen = profile or ("" if status == 413 else request.form.get("profile", ""))
    page = render("validation.html", page=form_page(translator().language, chosen), error=error, given=given)
    return Response(page, status, content_type="text/html; charset=utf-8")
