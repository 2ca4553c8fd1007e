"""Balance of connections: which process closes one, with another process in the same file."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from server.ops import connection_balance
from server.ops.asgi import _closing
from server.ops.connection_balance import ConnectionBalance
from server.ops.request_body import Message

_OTHER = """
import sys
from pathlib import Path
from server.ops import connection_balance

connection_balance._DIFFERENCE = 1000
balance = connection_balance.ConnectionBalance(Path(sys.argv[1]), 2)
for line in sys.stdin:
    for port in range(int(line)):
        balance.should_close(("127.0.0.1", port))
    print("done", flush=True)
"""


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without times that a slow machine exceeds."""
    monkeypatch.setattr(connection_balance, "_RECENT_SECONDS", 3600.0)
    monkeypatch.setattr(connection_balance, "_PAUSE_SECONDS", 0.0)


class _Process:
    """Another process with a place in the file."""

    def __init__(self, path: Path) -> None:
        command = [sys.executable, "-c", _OTHER, str(path)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def request(self, connections: int) -> None:
        """Send a request on each of some connections."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{connections}\n")
        self._process.stdin.flush()
        self._process.stdout.readline()

    def end(self) -> None:
        """End the process."""
        self._process.communicate()


def _closed(balance: ConnectionBalance, connections: int) -> int:
    return [balance.should_close(("127.0.0.1", port)) for port in range(connections)].count(True)


def test_the_process_with_more_connections_closes_some(tmp_path: Path) -> None:
    balance, other = ConnectionBalance(tmp_path / "connections", 2), _Process(tmp_path / "connections")
    other.request(4)
    assert _closed(balance, 5) == 0
    assert _closed(balance, 8) == 3  # each time that the sixth is in use
    other.end()


def test_a_process_without_requests_has_no_connections_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    balance, other = ConnectionBalance(tmp_path / "connections", 2), _Process(tmp_path / "connections")
    other.request(4)
    other.end()
    monkeypatch.setattr(connection_balance, "_RECENT_SECONDS", 0.0)
    assert balance._fewest(float("inf")) == 0


def test_connections_are_closed_one_after_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    balance = ConnectionBalance(tmp_path / "connections", 2)
    assert _closed(balance, 2) == 1
    monkeypatch.setattr(connection_balance, "_PAUSE_SECONDS", 3600.0)
    assert _closed(balance, 100) == 0


def test_the_client_is_told_that_its_connection_is_closed() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    messages: list[Message] = [
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]},
        {"type": "http.response.body", "body": b"a", "more_body": False},
    ]

    async def send_all() -> None:
        for message in messages:
            await _closing(send)(message)

    asyncio.run(send_all())
    assert sent[0]["headers"] == [(b"content-length", b"1"), (b"connection", b"close")] and sent[1] == messages[1]


def test_a_new_process_takes_the_place_of_one_that_has_ended(tmp_path: Path) -> None:
    path = tmp_path / "connections"
    others = [_Process(path), _Process(path)]
    for other in others:
        other.request(1)
    balance = ConnectionBalance(path, 2)
    assert balance._place is None and _closed(balance, 1) == 0
    for other in others:
        other.end()
    _closed(balance, 1)
    assert balance._place == 0
