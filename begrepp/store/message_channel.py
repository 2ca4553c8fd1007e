"""Message channel between the server and a query worker: byte strings with their length, over a stream socket."""

from __future__ import annotations

import select
import socket
import struct

_LENGTH = struct.Struct("!I")
_READ_BYTES = 1 << 17
"""Bytes of one read: more than a message with a whole chunk of a result."""
_ANY_TIME = 1e6
"""Seconds that a read or write may take.

With a timeout a socket waits for its descriptor even if an event loop has made that non-blocking, as libuv does.
"""


class MessageChannel:
    """One end of a connected socket. Each message is one write, and a small message is one read."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        connection.settimeout(_ANY_TIME)
        self._poll = select.poll()
        self._poll.register(connection, select.POLLIN)
        self._read = b""

    def fileno(self) -> int:
        """Return the file descriptor of the socket; -1 if it is closed."""
        return self._socket.fileno()

    def send(self, message: bytes) -> None:
        """Send a message. Raises `OSError` if the other end is closed."""
        self._socket.sendall(_LENGTH.pack(len(message)) + message)

    def wait(self, seconds: float) -> bool:
        """Return whether a message, or the end of the channel, arrives within this time."""
        return bool(self._read) or bool(self._poll.poll(max(0.0, seconds) * 1000))

    def receive(self) -> bytes:
        """Return the next message; waits for it. Raises `EOFError` if the other end is closed, or `OSError`."""
        read = self._read or self._read_more()
        while len(read) < _LENGTH.size:
            read += self._read_more()
        end = _LENGTH.size + _LENGTH.unpack_from(read)[0]
        if len(read) < end:
            parts, missing = [read], end - len(read)
            while missing > 0:
                parts.append(self._read_more())
                missing -= len(parts[-1])
            read = b"".join(parts)
        self._read = read[end:]
        return read[_LENGTH.size : end]

    def _read_more(self) -> bytes:
        if not (chunk := self._socket.recv(_READ_BYTES)):
            raise EOFError
        return chunk

    def close(self) -> None:
        """Close this end."""
        self._socket.close()
