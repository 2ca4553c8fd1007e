"""The web application: pages for people, RDF and SPARQL for programs, all read-only from one build."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from begrepp.search.synonyms import check_synonyms
from begrepp.settings import Settings
from server import api, fhir
from server.assistant import mcp_route
from server.http.compression import compress_responses
from server.http.conditional import ConditionalResponse
from server.http.page_cache import PageCache
from server.http.request_filter import RequestFilter
from server.http.shared_cache import SharedCache
from server.http.urls import ProfileNameConverter
from server.http.web_request import WebApplication
from server.ops.direct_answers import DirectAnswers
from server.ops.headers import finish_response, start_request
from server.ops.parameter_check import check_parameters
from server.pages import errors
from server.pages.citation import Citation, citation_of
from server.pages.schema_org import describe_page
from server.pages.template_environment import PageEnvironment
from server.pages.templating import register_template_helpers
from server.reconciliation import routes as reconciliation
from server.sparql import editor_terms, endpoint, service_description
from server.state import AppState, served_build
from server.telemetry.access_log import AccessLog
from server.telemetry.metrics import cache_gauge, count_cached_query
from server.validation import service, views
from server.views import (
    about,
    browse,
    catalogue_feeds,
    citations,
    completeness,
    concept_selection,
    differences,
    downloads,
    example_queries,
    harmonise,
    linkset,
    matrix,
    metrics,
    model,
    problem_report,
    resource,
    tables,
    value_check,
    well_known,
)

MAX_REQUEST_BYTES = 1024 * 1024
_SHARED_CACHE_FACTOR = 8
"""Size of the cache file shared by all processes, as a multiple of the memory cache of each process."""


def _cite(iri: str, language: str) -> Citation:
    """Return the citation of a thing in a language."""
    return citation_of(served_build(), iri, language)


def create_app(settings: Settings, shared: Path | None = None) -> Flask:
    """Return the application that serves the current build; `shared` is the path of the cache file of all processes."""
    check_synonyms()  # a file that cannot be used stops the start, not every search
    app = WebApplication(__name__)
    app.response_class = ConditionalResponse
    app.jinja_environment = PageEnvironment
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_REQUEST_BYTES
    app.url_map.strict_slashes = False
    app.url_map.converters["profile"] = ProfileNameConverter
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.extensions["begrepp"] = AppState(settings)
    app.extensions["begrepp.validation"] = service.ValidationService(settings)
    app.extensions[mcp_route.EXTENSION] = mcp_route.AssistantService(settings)
    register_template_helpers(app, describe_page, settings.report_link, _cite)
    for blueprint in (
        api.blueprint,
        mcp_route.blueprint,
        about.blueprint,
        browse.blueprint,
        catalogue_feeds.blueprint,
        citations.blueprint,
        concept_selection.blueprint,
        example_queries.blueprint,
        fhir.blueprint,
        fhir.page_blueprint,
        service_description.blueprint,
        differences.blueprint,
        downloads.blueprint,
        service.blueprint,
        harmonise.blueprint,
        linkset.blueprint,
        completeness.blueprint,
        matrix.blueprint,
        model.blueprint,
        problem_report.blueprint,
        metrics.blueprint,
        reconciliation.blueprint,
        resource.blueprint,
        tables.blueprint,
        endpoint.blueprint,
        editor_terms.blueprint,
        views.blueprint,
        value_check.blueprint,
        well_known.blueprint,
    ):
        app.register_blueprint(blueprint)
    errors.register(app)
    compress_responses(app)
    app.before_request(start_request)
    app.before_request(check_parameters)
    app.after_request(finish_response)
    direct = app.extensions["begrepp.direct"] = DirectAnswers(app, app.extensions["begrepp"])
    app.wsgi_app = direct  # type: ignore[method-assign]
    if settings.page_cache_mb:
        megabytes = settings.page_cache_mb
        shared_cache = SharedCache(shared, _SHARED_CACHE_FACTOR * megabytes) if shared else None
        pages = PageCache(
            app.wsgi_app, settings.current, megabytes, shared_cache, count_cached_query, cache_gauge("pages")
        )
        app.wsgi_app = pages  # type: ignore[method-assign]
    if settings.access_log:
        app.wsgi_app = AccessLog(app.wsgi_app)  # type: ignore[method-assign]
    app.wsgi_app = RequestFilter(  # type: ignore[method-assign]
        app.wsgi_app, proxies=settings.trusted_proxies, hosts=settings.hosts, prefix=settings.prefix
    )
    return app
