"""Parts of answers that another process of the server computes, and what happens if it does not."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from begrepp.store.message_channel import MessageChannel
from server.workers.peer_processes import REFUSED, PeerProcesses


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a path that is short enough for sockets."""
    with tempfile.TemporaryDirectory() as path:
        yield Path(path) / "peers"


def ask(channel: MessageChannel | None, message: bytes) -> bytes:
    """The reply to a part."""
    assert channel
    channel.send(message)
    return channel.receive()


def test_another_process_computes_parts(folder: Path) -> None:
    one, other = PeerProcesses(folder, "1"), PeerProcesses(folder, "2")
    other.listen(bytes.upper)
    with one.connected() as channel:
        assert [ask(channel, each) for each in (b"a", b"b")] == [b"A", b"B"]


def test_a_process_asks_another_and_never_itself(folder: Path) -> None:
    one, other = PeerProcesses(folder, "1"), PeerProcesses(folder, "2")
    with one.connected() as channel:
        assert channel is None
    one.listen(bytes.upper)
    other.listen(bytes.lower)
    with one.connected() as channel:
        assert ask(channel, b"Ab") == b"ab"


def test_a_process_with_such_work_of_its_own_refuses(folder: Path) -> None:
    one, other = PeerProcesses(folder, "1"), PeerProcesses(folder, "2")
    other.listen(bytes.upper)
    with one.connected() as channel:
        with other.connected():
            assert ask(channel, b"a") == REFUSED
        assert ask(channel, b"a") == b"A"


def test_a_process_that_has_ended_is_not_asked(folder: Path) -> None:
    folder.mkdir()
    with socket.socket(socket.AF_UNIX) as ended:
        ended.bind(str(folder / "3"))
    one, other = PeerProcesses(folder, "1"), PeerProcesses(folder, "2")
    with one.connected() as channel:
        assert channel is None
    other.listen(bytes.upper)
    with one.connected() as channel:
        assert ask(channel, b"a") == b"A"


def test_a_part_that_fails_closes_the_channel(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    one, other = PeerProcesses(folder, "1"), PeerProcesses(folder, "2")
    other.listen(lambda message: bytes([1 // len(message.strip())]))
    with one.connected() as channel:
        assert ask(channel, b"a") == b"\1"
        with pytest.raises(EOFError):
            ask(channel, b" ")
    assert "ZeroDivisionError" in caplog.text
    with one.connected() as channel:
        assert ask(channel, b"a") == b"\1"


def test_a_folder_whose_path_is_too_long_for_a_socket_has_no_other_processes(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 120)
    one, other = PeerProcesses(folder, "1"), PeerProcesses(folder, "2")
    other.listen(bytes.upper)
    with one.connected() as channel:
        assert channel is None
