"""Application class and requests of the server: addresses as the client sent them, and requests without routing."""

from __future__ import annotations

from flask import Flask, Request
from werkzeug.routing import MapAdapter
from werkzeug.utils import cached_property

from server.http.urls import raw_path

NOT_ROUTED = "begrepp.not-routed"
"""WSGI environment variable of a request whose view is known; `url_for` does not work for it."""


class WebRequest(Request):
    """Request whose `host_url` and `url` are percent-encoded as sent, and not decoded to an IRI."""

    @cached_property
    def host_url(self) -> str:
        """Scheme and host, with a slash at the end."""
        return f"{self.scheme}://{self.host}/"

    @cached_property
    def url(self) -> str:
        """The whole URL, with the prefix that the application is mounted under."""
        query = self.query_string.decode("latin-1")
        return f"{self.host_url[:-1]}{self.script_root}{raw_path(self.environ)}{'?' if query else ''}{query}"


class WebApplication(Flask):
    """Flask application that leaves out the routing of requests with `NOT_ROUTED`, a tenth of a short page's time."""

    request_class = WebRequest

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return the adapter of a request."""
        return None if request and NOT_ROUTED in request.environ else super().create_url_adapter(request)
