"""Message channel: whole messages, however the bytes arrive."""

from __future__ import annotations

import os
import socket
import threading
import time

import pytest

from begrepp.store.message_channel import MessageChannel


def test_messages_that_arrive_in_pieces_and_together() -> None:
    near, far = socket.socketpair()
    channel = MessageChannel(near)
    assert not channel.wait(0)
    far.sendall(b"\0\0")
    threading.Timer(0.05, far.sendall, [b"\0\5he"]).start()
    threading.Timer(0.1, far.sendall, [b"llo\0\0\0\0\0\0\0\1x\0"]).start()
    assert channel.wait(1) and channel.receive() == b"hello"
    assert channel.wait(0) and channel.receive() == b""
    assert channel.receive() == b"x"
    far.close()
    with pytest.raises(EOFError):
        channel.receive()
    channel.close()


@pytest.mark.parametrize("blocking", [True, False])
def test_a_large_message_and_the_end(blocking: bool) -> None:
    """Also where an event loop has made the descriptors non-blocking."""
    ends = [MessageChannel(each) for each in socket.socketpair()]
    for end in ends:
        os.set_blocking(end.fileno(), blocking)
    large = bytes(range(256)) * 20_000
    sender = threading.Thread(target=ends[0].send, args=[large])
    sender.start()
    time.sleep(0.1)  # until the buffers are full
    assert ends[1].receive() == large
    sender.join()
    ends[1].close()
    with pytest.raises(OSError):
        ends[0].send(b"x")
    assert ends[1].fileno() == -1
    ends[0].close()
