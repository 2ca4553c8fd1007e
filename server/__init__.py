"""The web: pages for people, RDF and SPARQL for machines, all read from one build and never written to."""

from __future__ import annotations

import time

from flask import Flask, Response, g, request
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from begrepp.settings import Settings
from server import (
    browse,
    catalog,
    cookbook,
    description,
    differences,
    harmonise,
    judge,
    matrix,
    metrics,
    problems,
    resource,
    sparql,
    validation,
    valuecheck,
)
from server.presenting import prepare_templates
from server.state import Serving

MAX_REQUEST_BYTES = 1024 * 1024
_CONTENT_SECURITY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


COMPRESSED = [
    *("text/html", "text/css", "text/javascript", "image/svg+xml", "text/plain", "text/csv"),
    *("text/tab-separated-values", "text/turtle", "application/json", "application/problem+json"),
    *("application/ld+json", "application/rdf+xml", "application/n-triples", "application/atom+xml"),
    *("application/sparql-results+json", "application/sparql-results+xml"),
]


def create_app(settings: Settings) -> Flask:
    """The application that serves the current build of a data folder."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_REQUEST_BYTES
    app.url_map.strict_slashes = False
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.extensions["begrepp"] = Serving(settings)
    app.extensions["begrepp.desk"] = judge.Desk(settings)
    prepare_templates(app)
    for blueprint in (
        browse.blueprint,
        catalog.blueprint,
        cookbook.blueprint,
        description.blueprint,
        differences.blueprint,
        judge.blueprint,
        harmonise.blueprint,
        matrix.blueprint,
        metrics.blueprint,
        resource.blueprint,
        sparql.blueprint,
        validation.blueprint,
        valuecheck.blueprint,
    ):
        app.register_blueprint(blueprint)
    problems.register(app)
    app.config["COMPRESS_MIMETYPES"] = COMPRESSED
    app.config["COMPRESS_ALGORITHM"] = app.config["COMPRESS_ALGORITHM_STREAMING"] = ["br", "gzip"]
    Compress(app)  # registered before `finish`, so it comes after it
    app.before_request(begin)
    app.after_request(finish)
    if proxies := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies, x_prefix=proxies)  # type: ignore[method-assign]
    return app


def begin() -> None:
    """Note when the request came."""
    g.started = time.monotonic()


def finish(response: Response) -> Response:
    """Headers that every answer carries, and 304 where the reader already has it."""
    headers = response.headers
    headers["Content-Security-Policy"] = _CONTENT_SECURITY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    # Everything here is for all to read, and nothing depends on who asks.
    headers["Access-Control-Allow-Origin"] = "*"
    headers["Access-Control-Expose-Headers"] = "Link, ETag, Memento-Datetime, Retry-After, Begrepp-Nodes, Vary"
    if request.method == "OPTIONS":
        headers["Access-Control-Allow-Methods"] = headers.get("Allow", "GET, HEAD, OPTIONS")
        headers["Access-Control-Allow-Headers"] = (
            "Accept, Accept-Datetime, Accept-Language, Content-Type, If-None-Match"
        )
        headers["Access-Control-Max-Age"] = "86400"
    if request.endpoint != "static":
        response.vary.update(("Accept", "Accept-Language", "Cookie"))
        headers.setdefault("Cache-Control", "no-cache")
        # What a page shows follows from the build alone, so the bytes tell whether it changed.
        if request.method in ("GET", "HEAD") and response.status_code == 200 and not response.is_streamed:
            response.add_etag()
            response.make_conditional(request.environ)
    if request.endpoint != "sparql.endpoint" and "started" in g:
        metrics.PAGE_SECONDS.observe(time.monotonic() - g.started)
    if "federation" in g:
        headers["Begrepp-Nodes"] = g.federation.encode("latin-1", "replace").decode("latin-1")
    if "language" in g and response.mimetype == "text/html":
        headers["Content-Language"] = g.language
    return response
