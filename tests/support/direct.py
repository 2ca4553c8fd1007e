"""Direct responses beside those of the whole application."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.test import run_wsgi_app

from server.ops.direct_requests import DirectResponse

Answer = tuple[str, dict[str, str], bytes]


def compare(app: Flask, environ: dict[str, Any], answer: DirectResponse | None) -> tuple[Answer | None, Answer]:
    """Return a direct response, or None, and Flask's."""
    started: list[tuple[str, dict[str, str]]] = []

    def start_response(status: str, sent: list[tuple[str, str]], error: object = None) -> Any:
        started.append((status, dict(sent)))

    if answer:
        answer.respond(start_response)
    chunks, status, usual = run_wsgi_app(app, environ, buffered=True)
    direct = (*started[0], answer.body) if answer else None
    return direct, (status, {name: value for name, value in usual if name != "Date"}, b"".join(chunks))
