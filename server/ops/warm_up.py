"""What a server asks itself when it has started, so that nobody is the first: the questions of the cookbook."""

from __future__ import annotations

from flask import Flask

from begrepp.queries.files import read_queries
from server.telemetry.query_log import unnoted

_FORMATS = {"select": "json", "ask": "json"}


def warm_up(app: Flask) -> None:
    """Ask each as its page does and as programs do: the answers are kept, and the store lies in memory."""
    client = app.test_client()
    with unnoted():
        for query in read_queries("examples"):
            for suffix in ("", f".{_FORMATS.get(query.form, 'ttl')}"):
                client.get(f"/queries/{query.name}{suffix}")
