"""Warm-up: requests the first page and every example query once after the start, so that the answers are cached."""

from __future__ import annotations

from flask import Flask

from begrepp.queries.query_files import read_queries
from server.telemetry.query_log import suppress_query_log

_DATA_SUFFIXES = {"select": "json", "ask": "json"}


def warm_up(app: Flask) -> None:
    """Request each example query as a page and as data, which also reads the store into the memory of the machine."""
    client = app.test_client()
    with suppress_query_log():
        client.get("/")
        for query in read_queries("examples"):
            for suffix in ("", f".{_DATA_SUFFIXES.get(query.form, 'ttl')}"):
                client.get(f"/queries/{query.name}{suffix}")
