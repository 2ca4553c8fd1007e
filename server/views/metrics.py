"""`/metrics`: the numbers of all server processes, for Prometheus."""

from __future__ import annotations

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST

from server.telemetry.metrics import format_metrics

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Return all metrics in Prometheus' text format."""
    return Response(format_metrics(), content_type=CONTENT_TYPE_LATEST)
