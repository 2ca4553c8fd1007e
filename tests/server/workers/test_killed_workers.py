"""Query workers that are killed from outside: the client gets its result all the same."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace

import psutil
import pytest

from begrepp.errors import QueryTooLarge
from begrepp.settings import Settings
from begrepp.store.worker import QueryRequest, ResultChunk
from server.workers.pool import QueryPool
from server.workers.processes import Worker, WorkerKilled
from server.workers.query_run import QueryRun
from server.workers.stream import BUFFERED_BYTES, ResultStream

ASK = "ASK {}"


@pytest.fixture
def pool(built: Settings) -> Iterator[QueryPool]:
    made = QueryPool(replace(built, query_seconds=60))
    yield made
    made.close()


def request(settings: Settings, query: str) -> QueryRequest:
    return QueryRequest(
        store=str(settings.current / "store"), query=query,
        results_format="application/sparql-results+json", graph_format="text/turtle",
    )  # fmt: skip


def test_an_opened_store_takes_little_of_the_address_space_that_is_limited(built: Settings, pool: QueryPool) -> None:
    worker = pool.acquire_worker(0)
    worker.send(request(built, "ASK { ?s ?p ?o }"))
    assert worker.receive(60)
    assert worker._process.memory_info().vms < 400 << 20
    pool.release_worker(worker, 0, reusable=True)


class _Killer:
    """Kills the first `times` workers with a signal when they have received their query."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, times: int, number: int = signal.SIGKILL) -> None:
        self.killed: list[int] = []
        send = Worker.send

        def send_and_kill(worker: Worker, query: QueryRequest) -> None:
            if len(self.killed) < times:
                os.kill(worker._pid, signal.SIGSTOP)
                send(worker, query)
                self.killed.append(worker._pid)
                os.kill(worker._pid, number)
                os.kill(worker._pid, signal.SIGCONT)
            else:
                send(worker, query)

        monkeypatch.setattr(Worker, "send", send_and_kill)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_query_runs_once_more_on_a_new_worker(
    pool: QueryPool, built: Settings, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    killer = _Killer(monkeypatch, 1, number)
    assert b"true" in pool.run(request(built, ASK)).read()
    assert len(killer.killed) == 1


def test_an_idle_worker_that_was_killed_is_noticed_by_the_next_query(pool: QueryPool, built: Settings) -> None:
    for _ in range(2):
        assert b"true" in pool.run(request(built, ASK)).read()
        (idle,) = pool._idle[0]
        os.kill(idle._pid, signal.SIGKILL)
    assert b"true" in pool.run(request(built, ASK)).read()


def test_all_idle_workers_and_the_fork_server_are_killed(pool: QueryPool, built: Settings) -> None:
    assert b"true" in pool.run(request(built, ASK)).read()
    assert pool._fork_server._process
    pool._fork_server._process.kill()
    pool._fork_server._process.wait()
    assert b"true" in pool.run(request(built, ASK)).read()


def test_the_second_time_the_client_is_told(pool: QueryPool, built: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    killer = _Killer(monkeypatch, 9)
    with pytest.raises(WorkerKilled) as error:
        pool.run(request(built, ASK))
    assert error.value.status == 503 and len(killer.killed) == 2
    monkeypatch.undo()
    assert b"true" in pool.run(request(built, ASK)).read()


def test_a_query_of_a_slower_lane_runs_once_more(
    pool: QueryPool, built: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker is killed when the query has left the quick lane."""
    some = "SELECT ?f { ?d skos:notation ?f } LIMIT 700"
    wanted = f"SELECT (COUNT(*) AS ?n) {{ {{ {some} }} {{ {some.replace('?f', '?c')} }} FILTER(STR(?c) < STR(?f)) }}"
    expected = pool.run(request(built, wanted)).read()
    killed: list[int] = []
    change = QueryRun._change_lane

    def change_and_kill(run: QueryRun) -> None:
        change(run)
        if not killed:
            assert run._worker
            killed.append(run._worker._pid)
            os.kill(run._worker._pid, signal.SIGKILL)

    monkeypatch.setattr(QueryRun, "_change_lane", change_and_kill)
    pool._known_lanes.clear()
    assert pool.run(request(built, wanted)).read() == expected
    assert len(killed) == 1


def test_what_was_buffered_is_written_anew(pool: QueryPool, built: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker is killed when some parts of the result have come, but none has been passed on."""
    wanted = "SELECT * { ?a ?b ?c } ORDER BY ?a ?b ?c LIMIT 1200"
    expected = pool.run(request(built, wanted)).read()
    assert 1 << 16 < len(expected) < BUFFERED_BYTES
    killed: list[int] = []
    write = ResultStream.write

    def write_and_kill(stream: ResultStream, chunk: bytes) -> None:
        write(stream, chunk)
        if not killed:
            (run,) = running
            assert run._worker
            killed.append(run._worker._pid)
            os.kill(run._worker._pid, signal.SIGKILL)
            raise_at_receive.set()

    running: list[QueryRun] = []
    raise_at_receive = threading.Event()
    rest, receive = QueryRun.stream_rest, Worker.receive

    def stream(run: QueryRun, part: ResultChunk | None, stream_: ResultStream) -> None:
        running.append(run)
        rest(run, part, stream_)

    def lost(worker: Worker, seconds: float) -> ResultChunk | None:
        if raise_at_receive.is_set() and worker._pid in killed:  # parts that are in the pipe already
            raise worker._ended()
        return receive(worker, seconds)

    monkeypatch.setattr(QueryRun, "stream_rest", stream)
    monkeypatch.setattr(ResultStream, "write", write_and_kill)
    monkeypatch.setattr(Worker, "receive", lost)
    assert pool.run(request(built, wanted)).read() == expected
    assert len(killed) == 1


def test_what_a_reader_may_have_got_is_not_written_again() -> None:
    stream = ResultStream()
    stream.begin("solutions")
    stream.write(b"x")
    assert stream.restart() and stream.size == 0
    stream.write(b"y" * BUFFERED_BYTES)
    stream.wait()
    assert not stream.restart()
    stream.finish()
    assert stream.read() == b"y" * BUFFERED_BYTES


def test_a_limit_that_ends_a_worker_does_not_repeat_the_query(
    pool: QueryPool, built: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGABRT, as the engine ends without memory, and SIGXCPU, as the kernel ends it after its time."""
    for number in (signal.SIGABRT, signal.SIGXCPU):
        killer = _Killer(monkeypatch, 9, number)
        with pytest.raises(QueryTooLarge):
            pool.run(request(built, ASK))
        assert len(killer.killed) == 1
        monkeypatch.undo()


def test_a_started_query_that_is_abandoned_frees_its_slot(pool: QueryPool, built: Settings) -> None:
    assert b"true" in pool.run(request(built, ASK)).read()
    started = pool.start(request(built, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"), "x")
    assert started and pool.lanes[0].queue.running == 1
    assert started.poll() is None
    started.close()
    started.close()
    assert pool.lanes[0].queue.running == 0 and not pool._idle[0]
    assert b"true" in pool.run(request(built, ASK)).read()


def test_a_stream_of_a_started_query_is_not_cut_off_by_closing_it(pool: QueryPool, built: Settings) -> None:
    wanted = "SELECT * { ?a ?b ?c } ORDER BY ?a ?b ?c LIMIT 1200"
    expected = pool.run(request(built, wanted)).read()
    started = pool.start(request(built, wanted), "x")
    assert started
    result = started.result()
    started.close()
    assert result.read() == expected


def test_ended_workers_leave_no_zombie_processes(pool: QueryPool, built: Settings) -> None:
    for _ in range(5):
        pool.run(request(built, ASK)).read()
        pool._idle[0].pop().kill()
    pool.run(request(built, ASK)).read()
    assert pool._fork_server._process
    children = psutil.Process(pool._fork_server._process.pid).children()
    assert psutil.STATUS_ZOMBIE not in {child.status() for child in children} and len(children) == 1
