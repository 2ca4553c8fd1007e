"""`/metrics`: the numbers of all server processes, for Prometheus, and for the operator only.

Without a token in the settings it answers connections of the machine itself that no proxy passed on.
"""

from __future__ import annotations

import hmac
import ipaddress

from flask import Blueprint, Response, request
from prometheus_client import CONTENT_TYPE_LATEST

from begrepp.errors import NotFound
from server.http.request_filter import IS_FORWARDED
from server.state import app_state
from server.telemetry.metrics import format_metrics

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Return all metrics in Prometheus' text format; 404 for anybody but the operator."""
    token = app_state().settings.metrics_token
    if not (_has_token(token) if token else _is_local()):
        raise NotFound("There is no page at /metrics.", "Search by word or code.")
    response = Response(format_metrics(), content_type=CONTENT_TYPE_LATEST)
    response.headers["Cache-Control"] = "no-store"
    return response


def _has_token(token: str) -> bool:
    """Return whether the request has the header `Authorization: Bearer TOKEN`."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    return hmac.compare_digest(given.encode(), token.encode())


def _is_local() -> bool:
    """Return whether the request was sent by this machine itself, and not by a proxy for somebody else."""
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback and not request.environ.get(IS_FORWARDED)
    except ValueError:
        return False
