"""The numbers of the server are for its operator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from begrepp.settings import Settings
from server.app import create_app


@pytest.fixture
def guarded(built: Settings) -> Iterator[FlaskClient]:
    """A server with a token."""
    app = create_app(replace(built, metrics_token="secret", trusted_proxies=1))
    yield app.test_client()
    app.extensions["begrepp"].pool.close()


@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "/%6detrics"])
def test_only_the_machine_itself_reads_them_without_a_token(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 200
    assert client.get(path, environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 404
    for header in ("X-Forwarded-For", "Forwarded", "Via"):
        assert client.get(path, headers={header: "127.0.0.1"}).status_code == 404


def test_a_token_is_needed_where_there_is_one(guarded: FlaskClient) -> None:
    assert guarded.get("/metrics").status_code == 404
    assert guarded.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    answer = guarded.get("/metrics", headers={"Authorization": "Bearer secret", "X-Forwarded-For": "203.0.113.9"})
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
