"""The other processes of the server, which compute a part of an answer while they have no such work of their own.

Each process listens at a socket in a folder that all of them know. A process that is busy refuses at once, and whoever
asks goes on with the rest of the work meanwhile, so that nobody waits for a process that cannot help.
"""

from __future__ import annotations

import logging
import random
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from begrepp.store.message_channel import MessageChannel

_log = logging.getLogger("begrepp.server")
REFUSED = b""
"""The reply of a process that does not compute a part."""


class PeerProcesses:
    """This process among those of the server, by a socket for each in a folder; `name` is that of its socket."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self._own = folder / name
        self._running = 0
        self._lock = threading.Lock()

    def listen(self, compute: Callable[[bytes], bytes]) -> None:
        """Answer the parts that other processes send by a function, until this process ends.

        Does nothing where a socket cannot be made: then nobody asks this process.
        """
        self.folder.mkdir(exist_ok=True)
        self._own.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        try:
            listener.bind(str(self._own))
            listener.listen()
        except OSError:  # such as a path that is too long for a socket
            listener.close()
            return
        threading.Thread(target=self._accept, args=(listener, compute), name="peers", daemon=True).start()

    def _accept(self, listener: socket.socket, compute: Callable[[bytes], bytes]) -> None:
        while True:
            channel = MessageChannel(listener.accept()[0])
            threading.Thread(target=self._answer, args=(channel, compute), name="peer", daemon=True).start()

    def _answer(self, channel: MessageChannel, compute: Callable[[bytes], bytes]) -> None:
        """Answer the parts of one process until it closes the channel."""
        try:
            with suppress(EOFError, OSError):
                while True:
                    message = channel.receive()
                    with self._working(only_if_idle=True) as is_idle:
                        reply = compute(message) if is_idle else REFUSED
                    channel.send(reply)
        except Exception:
            _log.exception("A part of the answer of another process failed; that process computes it itself.")
        finally:
            channel.close()

    @contextmanager
    def _working(self, *, only_if_idle: bool) -> Iterator[bool]:
        """Context manager in which this process is busy; yields whether it may work."""
        with self._lock:
            may_work = not (only_if_idle and self._running)
            self._running += may_work
        try:
            yield may_work
        finally:
            with self._lock:
                self._running -= may_work

    @contextmanager
    def connected(self) -> Iterator[MessageChannel | None]:
        """Context manager with a channel to another process, None if there is none; this process is busy meanwhile."""
        with self._working(only_if_idle=False):
            channel = self._connect()
            try:
                yield channel
            finally:
                if channel:
                    channel.close()

    def _connect(self) -> MessageChannel | None:
        others = [path for path in self.folder.iterdir() if path != self._own] if self.folder.exists() else []
        random.shuffle(others)
        for path in others:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(str(path))
            except OSError:  # a process that has ended
                connection.close()
            else:
                return MessageChannel(connection)
        return None
