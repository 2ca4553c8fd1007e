"""Batches that two processes answer together have the same answers, whatever the other process does."""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.reconciliation import shared_batches
from server.reconciliation.shared_batches import answer_part
from server.state import AppState
from server.workers.peer_processes import REFUSED, PeerProcesses

Compute = Callable[[bytes], bytes]
NAMES = ["lungcancer", "LUNGCANCER", "lungcancr", "bröstcancer", "Påhittad kategori", "A00.0", "A00", "cancer", "xyzzy"]
PATHS = ["/reconcile/onkologi", "/reconcile/icd-10-se", "/reconcile/icd-10-se@2021-06-30", "/reconcile"]
"""Services of one code system, of one as of a day, and of all."""


@pytest.fixture
def state(client: FlaskClient) -> Iterator[AppState]:
    """The state of an application that has another process."""
    found = client.application.extensions["begrepp"]
    assert isinstance(found, AppState)
    with tempfile.TemporaryDirectory() as folder:
        found.peers = PeerProcesses(Path(folder), "1")
        yield found
        found.peers = None


def listen(state: AppState, compute: Compute) -> None:
    """Start the other process, which is a thread here."""
    assert state.peers
    PeerProcesses(state.peers.folder, "2").listen(compute)


def ask(client: FlaskClient, path: str, language: str = "sv") -> Any:
    """The candidates of all names, each with two limits, and of some twice."""
    names = [*NAMES, *NAMES[:3]]
    queries = {f"q{n}": {"query": name, "limit": 3 + n % 2} for n, name in enumerate([*names, *names])}
    answer = client.post(path, data={"queries": json.dumps(queries)}, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return answer.get_json()


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("path", PATHS)
def test_the_answers_are_those_of_one_process(client: FlaskClient, state: AppState, path: str, language: str) -> None:
    alone = ask(client, path, language)
    parts: list[bytes] = []

    def compute(message: bytes) -> bytes:
        parts.append(answer_part(state, message))
        return parts[-1]

    listen(state, compute)
    assert ask(client, path, language) == alone
    assert parts and REFUSED not in parts


def fail(_: bytes) -> bytes:
    raise ZeroDivisionError


@pytest.mark.parametrize("compute", [lambda _: REFUSED, fail])
def test_what_another_process_does_not_answer_is_answered_here(
    client: FlaskClient, state: AppState, compute: Compute
) -> None:
    alone = ask(client, PATHS[0])
    listen(state, compute)
    assert ask(client, PATHS[0]) == alone


def test_a_process_that_does_not_reply_is_not_waited_for(
    client: FlaskClient, state: AppState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_batches, "_LONGEST_WAIT", 0.05)
    alone = ask(client, PATHS[0])
    ended = threading.Event()
    listen(state, lambda _: bytes(ended.wait(30)))
    try:
        assert ask(client, PATHS[0]) == alone
    finally:
        ended.set()


def test_a_process_with_another_build_refuses(client: FlaskClient, state: AppState) -> None:
    alone = ask(client, PATHS[0])
    parts: list[bytes] = []

    def compute(message: bytes) -> bytes:
        parts.append(answer_part(state, message.replace(b"/builds/", b"/former/")))
        return parts[-1]

    listen(state, compute)
    assert ask(client, PATHS[0]) == alone
    assert parts == [REFUSED]


def test_a_request_that_cannot_be_answered_is_refused_as_before(client: FlaskClient, state: AppState) -> None:
    listen(state, partial(answer_part, state))
    assert client.post("/reconcile/nothing", data={"queries": "{}"}).status_code == 404
