"""Batches of queries that two processes of the server answer together.

A process keeps the first queries of a batch and sends the last to another one, a share of what is left at a time. It
takes back what the other refuses or does not return in time, so that the answer never depends on another process.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from begrepp.store.message_channel import MessageChannel
from server.reconciliation.candidate_finder import Candidate, CandidateFinder
from server.reconciliation.match_query import MatchQuery
from server.reconciliation.service_address import ReconciliationService, open_service
from server.state import AppState
from server.workers.peer_processes import REFUSED, PeerProcesses

_LEAST = 6
"""Queries of the smallest batch that is shared; a query takes 3 ms, and sharing a tenth of that."""
_SHARE = 0.4
"""Share of the queries that are left which the other process gets: some are left when it replies."""
_LONGEST_WAIT = 1.0
"""Seconds to wait for the other process when nothing else is left to do."""


class _BatchPart(Struct, frozen=True, kw_only=True):
    """Queries of a service, named as in its address, for another process that serves the same build."""

    build: str
    service: str
    language: str
    queries: Sequence[MatchQuery]


_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE_PART = msgspec.msgpack.Decoder(_BatchPart).decode
_DECODE_CANDIDATES = msgspec.msgpack.Decoder(list[list[Candidate]]).decode


def answer_part(state: AppState, message: bytes) -> bytes:
    """Return the candidates of queries that another process sent, encoded."""
    part = _DECODE_PART(message)
    build = state.current_build()
    if str(build.folder) != part.build:
        return REFUSED
    service = open_service(build, "", part.service)
    return _ENCODE(CandidateFinder(service, part.language).find(part.queries))


def find_candidates(
    service: ReconciliationService, language: str, queries: Sequence[MatchQuery], peers: PeerProcesses | None
) -> list[list[Candidate]]:
    """Return the candidates of each query, best first; another process finds some of them if there are many."""
    if peers is None or len(queries) < _LEAST:
        return CandidateFinder(service, language).find(queries)
    with peers.connected() as channel:
        found = _SharedBatch(service, language, queries, channel).find()
    return [found[query] for query in queries]


class _SharedBatch:
    """A batch while it is answered here and, through `channel`, in another process."""

    def __init__(
        self,
        service: ReconciliationService,
        language: str,
        queries: Sequence[MatchQuery],
        channel: MessageChannel | None,
    ) -> None:
        self._service, self._language, self._channel = service, language, channel
        self._finder = CandidateFinder(service, language)
        self._waiting = deque(dict.fromkeys(queries))
        self._sent: list[MatchQuery] = []
        self._found: dict[MatchQuery, list[Candidate]] = {}

    def find(self) -> dict[MatchQuery, list[Candidate]]:
        """Return the candidates of each query."""
        while self._waiting or self._sent:
            self._send_some()
            if self._waiting:
                query = self._waiting.popleft()
                self._found[query] = self._finder.find([query])[0]
            self._receive()
        return self._found

    def _send_some(self) -> None:
        """Send a share of the queries that wait, unless the other process has some."""
        number = int(_SHARE * len(self._waiting))
        if self._channel is None or self._sent or not number:
            return
        self._sent = [self._waiting.pop() for _ in range(number)]
        build, service = str(self._service.build.folder), self._service.name
        part = _BatchPart(build=build, service=service, language=self._language, queries=self._sent)
        try:
            self._channel.send(_ENCODE(part))
        except OSError:
            self._take_back()

    def _receive(self) -> None:
        """Take the reply of the other process if it has come; wait for it if no query waits here."""
        if self._channel is None or not self._sent:
            return
        try:
            if self._channel.wait(0.0 if self._waiting else _LONGEST_WAIT):
                reply = self._channel.receive()
                if reply != REFUSED:
                    self._found.update(zip(self._sent, _DECODE_CANDIDATES(reply), strict=True))
                    self._sent = []
                    return
            elif self._waiting:
                return
        except (EOFError, OSError):
            pass
        self._take_back()

    def _take_back(self) -> None:
        """Answer all further queries here."""
        self._waiting.extend(self._sent)
        self._sent, self._channel = [], None
