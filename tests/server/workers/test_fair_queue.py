"""Clients take turns: one with many queries waits for its own, one with a single query is next."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from begrepp.errors import ServerBusy, TooManyQueries
from begrepp.sparql.tokens import depth, is_deterministic, is_update, tokens
from server.workers.fair_queue import FairQueue
from tests.waiting import wait_until


def fair_queue(slots: int, *, waiting: int = 100, each: int = 100, seconds: float = 5) -> FairQueue:
    return FairQueue(slots, max_waiting=waiting, max_waiting_each=each, timeout=seconds)


def test_a_client_with_one_query_comes_before_the_second_of_another() -> None:
    queue = fair_queue(1)
    order: list[str] = []
    queue.acquire("holder")
    threads = []
    for n, client in enumerate(["many", "many", "many", "single"]):

        def ask(client: str = client) -> None:
            with queue.slot(client):
                order.append(client)

        threads.append(threading.Thread(target=ask))
        threads[-1].start()
        wait_until(partial(lambda expected: queue.waiting == expected, n + 1))
    queue.release("holder", 0.1)
    for thread in threads:
        thread.join()
    assert order == ["many", "single", "many", "many"]
    assert (queue.waiting, queue.running) == (0, 0)


def test_a_client_leaves_a_place_for_others() -> None:
    queue = fair_queue(2)
    queue.acquire("many")
    second = threading.Thread(target=queue.acquire, args=("many",))
    second.start()
    second.join()  # alone, it may have both
    queue.release("many", 1)
    queue.acquire("other")
    third = threading.Thread(target=queue.acquire, args=("many",))
    third.start()
    wait_until(lambda: queue.waiting == 1)
    queue.release("other", 1)
    third.join()
    assert queue.running == 2


def test_of_three_slots_a_client_may_hold_all_while_no_other_client_waits() -> None:
    queue = fair_queue(3, seconds=1)
    for _ in range(3):
        queue.acquire("many")
    assert (queue.running, queue.waiting) == (3, 0)


@pytest.mark.parametrize(
    ("slots", "held", "releases", "order"),
    [
        # "many" waits before "other". It may hold all slots but one while "other" waits: 2 of 3, 1 of 2, and 1 of 1.
        (3, ["many", "many", "many"], ["many", "many"], ["other", "many"]),
        (3, ["many", "many", "holder"], ["holder", "many"], ["other", "many"]),
        (3, ["many", "holder", "holder"], ["holder", "holder"], ["many", "other"]),
        (2, ["many", "holder"], ["holder", "many"], ["other", "many"]),
        (2, ["holder", "holder"], ["holder", "holder"], ["many", "other"]),
        (1, ["many"], ["many", "many"], ["many", "other"]),
    ],
)
def test_while_another_client_waits_a_client_holds_at_most_all_slots_but_one(
    slots: int, held: list[str], releases: list[str], order: list[str]
) -> None:
    queue = fair_queue(slots)
    granted: list[str] = []
    for client in held:
        queue.acquire(client)

    def acquire(client: str) -> None:
        queue.acquire(client)
        granted.append(client)

    threads = []
    for waiting, client in enumerate(["many", "other"], start=1):
        threads.append(threading.Thread(target=acquire, args=(client,)))
        threads[-1].start()
        wait_until(partial(lambda expected: queue.waiting == expected, waiting))
    for granted_so_far, client in enumerate(releases, start=1):
        queue.release(client, 0.1)
        wait_until(partial(lambda expected: len(granted) == expected, granted_so_far))
    for thread in threads:
        thread.join()
    assert granted == order
    assert (queue.running, queue.waiting) == (slots, 0)


def test_a_full_line_says_when_to_come_back() -> None:
    queue = fair_queue(1, waiting=2, each=1, seconds=3)
    queue.acquire("a")
    threads = [threading.Thread(target=queue.acquire, args=(client,)) for client in ("a", "b")]
    threads[0].start()
    wait_until(lambda: queue.waiting == 1)
    with pytest.raises(TooManyQueries, match="1 of your queries") as mine:
        queue.acquire("a")
    threads[1].start()
    wait_until(lambda: queue.waiting == 2)
    with pytest.raises(TooManyQueries, match="Too many queries") as all_:
        queue.acquire("c")
    assert 1 <= mine.value.retry_after <= all_.value.retry_after <= 60
    for client in ("a", "a", "b"):
        queue.release(client, 0.1)
    for thread in threads:
        thread.join()


def test_a_slot_without_waiting_is_given_only_if_nobody_waits() -> None:
    queue = fair_queue(2)
    assert queue.try_acquire("a") and queue.try_acquire("a")
    assert not queue.try_acquire("b")
    waiting = threading.Thread(target=queue.acquire, args=["b"])
    waiting.start()
    wait_until(lambda: queue.waiting == 1)
    queue.release("a", 0.1)
    waiting.join()
    assert not queue.try_acquire("a") and queue.running == 2


def test_who_waits_too_long_is_told_and_leaves_the_line() -> None:
    queue = fair_queue(1, seconds=0.05)
    queue.acquire("a")
    with pytest.raises(ServerBusy):
        queue.acquire("b")
    assert queue.waiting == 0


@pytest.mark.parametrize(
    ("query", "update", "steady"),
    [
        ("SELECT * { ?insert ?p 'DELETE' } # CLEAR", False, True),
        ("PREFIX a: <x#> BASE <y> insert data { a:b a:c 'NOW()' }", True, True),
        ("SELECT (NOW() AS ?now) {}", False, False),
        ("SELECT * { SERVICE SILENT <x> { ?s ?p ?o } }", False, False),
        ('SELECT * { ?s ?p """a "quoted" # one""" . ?s :SERVICE <SERVICE> }', False, True),
        ("ASK { FILTER(1-now  #?\n () > 0) }", False, False),
        ("ASK { ?s ?p 1SERVICE <x> {} }", False, False),
        ("PREFIX a: <http://www.w3.org/ns/sparql-service-description#> ASK { a:service ?nowhere a:uuid }", False, True),
        ("ASK { ?a a:b\\,c _:d . FILTER(?a<?b && ?c>?d) }", False, True),
    ],
)
def test_the_words_of_a_query(query: str, update: bool, steady: bool) -> None:
    words = list(tokens(query))
    assert (is_update(words), is_deterministic(query)) == (update, steady)
    assert not [word for word in words if word.kind == "other"]


def test_depth_counts_brackets_and_signs() -> None:
    assert depth(list(tokens("ASK { FILTER((1 + (2)) = 3) }"))) == 4
    assert depth(list(tokens("ASK { FILTER(" + "!" * 300 + "true) }"))) == 300


@pytest.mark.parametrize("piece", ['"""', "'''\\", '"\\', "<", "a.", "a:\\", "(((", "_:", "@", "%"])
def test_much_nonsense_is_read_all_the_same(piece: str) -> None:
    """Were the reading quadratic, this would take an hour."""
    text = piece * (100_000 // len(piece))
    assert [*tokens(text)][-1].end == len(text)
