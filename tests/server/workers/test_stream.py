"""An answer on its way: what is written is read before it is said what went wrong."""

from __future__ import annotations

import pytest

from begrepp.errors import BegreppError, QueryTimeout
from server.workers.stream import BUFFERED_BYTES, ResultStream


def test_what_there_is_comes_before_the_error() -> None:
    reply, told = ResultStream(), list[BegreppError]()
    reply.on_truncated = told.append
    reply.begin("solutions")
    reply.write(b"x" * BUFFERED_BYTES)
    reply.wait()
    reply.finish(QueryTimeout("The time is up.", "Ask for less."))
    chunks = reply.chunks()
    assert next(chunks)[:1] == b"x"
    with pytest.raises(QueryTimeout):
        list(chunks)
    assert len(told) == 1


def test_what_goes_wrong_before_it_is_well_begun_is_said_at_once() -> None:
    reply = ResultStream()
    reply.begin("solutions")
    reply.write(b"x")
    reply.finish(QueryTimeout("The time is up.", "Ask for less."))
    with pytest.raises(QueryTimeout):
        reply.wait()
