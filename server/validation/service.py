"""Validation service: `POST /validation` from the form, `POST /validation/{profile}` for programs, and reports."""

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
from begrepp.validation.outcome import InputFile, RuleSet, rule_set_from_profile
from begrepp.validation.profiles.profile import find_named_profile
from begrepp.validation.rdf_input.syntax import syntax_by_name, syntax_of_file, syntax_of_media_type
from begrepp.validation.reports.formats import FORMATS, ReportFormat
from server.http.client_address import client_key
from server.http.negotiation import HTML, Format, accepts_explicitly, choose_format
from server.http.rate_limit import RateLimit
from server.pages.errors import problem
from server.pages.templating import address, render, translator
from server.pages.validation.profiles import form_page
from server.pages.validation.report import report_page
from server.state import app_state, served_build
from server.validation.pool import ValidationPool
from server.validation.report_store import ReportStore
from server.validation.url_fetcher import fetch_url
from server.validation.worker import ValidationJob, report_path

blueprint = Blueprint("validation_service", __name__)

OWN_SHAPES = "own"
"""Value in place of a profile name: validate only with the shapes in the request."""

_MAX_GRAPH_TRIPLES = 1_000_000
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
_FORMAT_OFFERS = {name: Format(each.suffix, each.media_type) for name, each in FORMATS.items()}


class TooLarge(BegreppError):
    """The request, or the chosen graph, is larger than the limit."""

    status = 413


class NotRdf(BegreppError):
    """The media type is not an RDF syntax."""

    status = 415


class ValidationService:
    """The worker pool, the report store and the rate limit."""

    def __init__(self, settings: Settings) -> None:
        self.pool = ValidationPool(settings)
        self.reports = ReportStore(settings.reports, settings.reports_mb)
        self.rate_limit = RateLimit(
            settings.validation_rate, "Wait a little; `begrepp validate` on your own machine has no limit."
        )


def validation_service() -> ValidationService:
    """Return the `ValidationService` of the current application."""
    service = current_app.extensions["begrepp.validation"]
    assert isinstance(service, ValidationService)
    return service


@blueprint.post("/validation")
@blueprint.post("/validation/<profile:profile>")
def submit(profile: str = "") -> BaseResponse:
    """Validate the data of the request: redirect browsers to the page of the report, send programs the report."""
    settings = app_state().settings
    limit = settings.validation_mb * 1024 * 1024
    request.max_content_length = request.max_form_memory_size = limit
    try:
        report_format = _choose_report_format()
        return _validate_request(profile, report_format, settings, limit)
    except RequestEntityTooLarge:
        error: BegreppError = TooLarge(
            f"The request is larger than {settings.validation_mb} MB.",
            "Send a part of it; `begrepp validate` on your own machine has no limit.",
        )
    except BegreppError as caught:
        error = caught
    response = _error_page(error, profile) if _is_form() and accepts_explicitly(request, HTML) else problem(error)
    if error.status in (429, 503):
        response.headers["Retry-After"] = "60"
    return response


def _validate_request(profile: str, report_format: ReportFormat, settings: Settings, limit: int) -> BaseResponse:
    validation_service().rate_limit.acquire(client_key(request.remote_addr or ""))
    with validation_service().reports.new_folder() as folder:
        name = profile or request.form.get("profile", "")
        sources = (*_read_sources(folder, settings, limit), *_read_graph(folder))
        job = ValidationJob(
            folder=folder,
            sources=sources,
            rules=_read_rules(name, folder, settings),
            leave_out_imports=request.values.get("imports") == "skip",
            report_bytes=validation_service().reports.largest_report,
        )
        page = report_format.name == "html" and _is_form()
        language = translator().language
        if not page:
            job = replace(job, formats=(report_format.name,), languages=(language,))
        if not sources:
            raise UsageError("There are no data to validate.", "Send a file, paste RDF, or choose a graph.")
        validation_service().pool.validate(job)
        if page:
            return redirect(address(f"/validation/reports/{validation_service().reports.store(folder)}"), 303)
        text = report_path(folder, report_format.name, language).read_text(encoding="utf-8")
    response = Response(text, content_type=f"{report_format.media_type}; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/validation/reports/<name>")
def report(name: str) -> BaseResponse:
    """Return a stored report: as a page, or with a suffix as a file."""
    stem, _, suffix = name.partition(".")
    language = translator().language
    if suffix:
        format_ = next((each for each in FORMATS.values() if each.suffix == suffix), FORMATS["html"])
        text = validation_service().reports.find(stem, format_.name, language).read_text(encoding="utf-8")
        response = Response(text, content_type=f"{format_.media_type}; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="report.{suffix}"'
    else:
        report_json = validation_service().reports.find(stem, "json", language).read_text(encoding="utf-8")
        page = report_page(report_json, request.args.get("severity", ""), request.args.get("q", ""), stem)
        response = Response(
            render("report.html", page=page, hours=validation_service().reports.hours_left(stem)),
            content_type="text/html; charset=utf-8",
        )
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _choose_report_format() -> ReportFormat:
    """Return the negotiated report format; by default JSON, and HTML for the form."""
    if (name := request.values.get("format", "")) in FORMATS:
        return FORMATS[name]
    first = "html" if _is_form() else "json"
    offers = sorted(_FORMAT_OFFERS, key=lambda name: name != first)
    chosen = choose_format(request, tuple(_FORMAT_OFFERS[name] for name in offers))
    return next(FORMATS[name] for name in offers if _FORMAT_OFFERS[name] == chosen)


def _is_form() -> bool:
    return request.mimetype in _FORMS


def _read_rules(name: str, folder: Path, settings: Settings) -> RuleSet:
    """Return the rule set of the profile, of the shapes in the request, or of both. Raises `UsageError`."""
    uploaded = [*_save_uploads("shapes", folder, settings), *_save_pasted("shapes_text", "shapes_syntax", folder)]
    if name in ("", OWN_SHAPES):
        if not uploaded:
            raise UsageError("There are no rules to validate against.", "Choose a profile, or send SHACL shapes.")
        return RuleSet(files=(), name=", ".join(each.name for each in uploaded), own_shapes=tuple(uploaded))
    profile = find_named_profile(name, settings)
    if profile is None:
        raise UsageError(f"There is no profile '{name}'.", "See /validation for the available profiles.")
    return replace(rule_set_from_profile(profile), own_shapes=tuple(uploaded))


def _read_sources(folder: Path, settings: Settings, limit: int) -> tuple[InputFile, ...]:
    """Write the data of the request into files."""
    if _is_form():
        files = [*_save_uploads("data", folder, settings), *_save_pasted("text", "syntax", folder)]
        if url := request.form.get("url", "").strip():
            fetched = fetch_url(url, folder / "fetched", settings.validation_hosts, limit)
            files.append(InputFile(path=fetched.path, name=url, media_type=_find_media_type(fetched.media_type, url)))
        return tuple(files)
    path = folder / "body"
    with path.open("wb") as file:
        shutil.copyfileobj(request.stream, file)
    if not path.stat().st_size:
        return ()
    return (InputFile(path=path, name="data", media_type=_body_syntax()),)


def _body_syntax() -> str:
    if syntax_name := request.args.get("syntax", ""):
        return syntax_by_name(syntax_name).media_type
    syntax = syntax_of_media_type(request.content_type or "")
    if syntax is None and request.mimetype not in ("", "text/plain", "application/octet-stream"):
        raise NotRdf(
            f"{request.mimetype} is not a supported RDF syntax.",
            "Use text/turtle, application/ld+json or another RDF media type.",
        )
    return syntax.media_type if syntax else ""


def _find_media_type(media_type: str, name: str) -> str:
    """Return the media type by file name or by the stated media type; empty if neither determines an RDF syntax."""
    syntax = syntax_of_file(name) or syntax_of_media_type(media_type)
    return syntax.media_type if syntax else ""


def _save_uploads(field: str, folder: Path, settings: Settings) -> list[InputFile]:
    inputs: list[InputFile] = []
    files: Sequence[FileStorage] = [file for file in request.files.getlist(field) if file.filename]
    for number, file in enumerate(files):
        path = folder / f"{field}-{number}"
        file.save(path)
        name = Path(file.filename or field).name[:200]
        inputs.append(InputFile(path=path, name=name, media_type=_find_media_type(file.content_type or "", name)))
    return inputs


def _save_pasted(field: str, syntax: str, folder: Path) -> list[InputFile]:
    text = request.form.get(field, "")
    if not text.strip():
        return []
    path = folder / field
    path.write_text(text, encoding="utf-8")
    syntax_name = request.form.get(syntax, "")
    return [
        InputFile(
            path=path,
            name=field.removesuffix("_text"),
            media_type=syntax_by_name(syntax_name).media_type if syntax_name else "",
        )
    ]


def _read_graph(folder: Path) -> list[InputFile]:
    """Write the chosen graph of the build into a file. Raises `UsageError` if it does not exist, and `TooLarge`."""
    chosen = request.form.get("graph", "") if _is_form() else request.args.get("graph", "")
    if not chosen:
        return []
    triple_counts = {each.graph: each.triples for each in served_build().manifest.graphs}
    if chosen not in triple_counts:
        raise UsageError("There is no such graph.", "Choose one from the list.")
    count = triple_counts[chosen]
    if count > _MAX_GRAPH_TRIPLES:
        raise TooLarge(
            f"The graph has {count:,} triples, more than the limit of {_MAX_GRAPH_TRIPLES:,}.",
            "Download it and use `begrepp validate`.",
        )
    path = folder / "graph.nt"
    triples = served_build().store.query("CONSTRUCT WHERE { ?s ?p ?o }", default_graphs=[chosen])
    assert isinstance(triples, QueryTriples)
    with path.open("wb") as out:
        serialize(triples, out, format=RdfFormat.N_TRIPLES)
    return [InputFile(path=path, name=chosen, media_type=RdfFormat.N_TRIPLES.media_type)]


def _error_page(error: BegreppError, profile: str) -> Response:
    """Return the form with the error above it."""
    status = error.status
    form_values = (
        {} if status == 413 else {key: request.form.get(key, "") for key in ("text", "shapes_text", "syntax", "url")}
    )
    chosen = profile or ("" if status == 413 else request.form.get("profile", ""))
    page = render("validation.html", page=form_page(translator().language, chosen), error=error, given=form_values)
    return Response(page, status, content_type="text/html; charset=utf-8")
