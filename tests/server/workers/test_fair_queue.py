"""Clients take turns: one with many queries waits for its own, one with a single query is next."""

from __future__ import annotations

import threading
import time

import pytest

from begrepp.errors import ServerBusy, TooManyQueries
from begrepp.sparql.tokens import depth, is_steady, is_update, tokens
from server.workers.fair_queue import FairQueue


def turns(places: int, *, waiting: int = 100, each: int = 100, seconds: float = 5) -> FairQueue:
    return FairQueue(places, waiting=waiting, waiting_each=each, seconds=seconds)


def wait_until(condition: object) -> None:
    for _ in range(500):
        if callable(condition) and condition():
            return
        time.sleep(0.01)
    raise AssertionError("it never came")


def test_a_client_with_one_query_comes_before_the_second_of_another() -> None:
    line = turns(1)
    order: list[str] = []
    line.acquire("holder")
    threads = []
    for n, client in enumerate(["many", "many", "many", "single"]):

        def ask(client: str = client) -> None:
            with line.turn(client):
                order.append(client)

        threads.append(threading.Thread(target=ask))
        threads[-1].start()
        wait_until(lambda n=n: line.waiting == n + 1)
    line.release("holder", 0.1)
    for thread in threads:
        thread.join()
    assert order == ["many", "single", "many", "many"]
    assert (line.waiting, line.running) == (0, 0)


def test_a_client_leaves_a_place_for_others() -> None:
    line = turns(2)
    line.acquire("many")
    second = threading.Thread(target=line.acquire, args=("many",))
    second.start()
    second.join()  # alone, it may have both
    line.release("many", 1)
    line.acquire("other")
    third = threading.Thread(target=line.acquire, args=("many",))
    third.start()
    wait_until(lambda: line.waiting == 1)
    line.release("other", 1)
    third.join()
    assert line.running == 2


def test_a_full_line_says_when_to_come_back() -> None:
    line = turns(1, waiting=2, each=1, seconds=3)
    line.acquire("a")
    threads = [threading.Thread(target=line.acquire, args=(client,)) for client in ("a", "b")]
    threads[0].start()
    wait_until(lambda: line.waiting == 1)
    with pytest.raises(TooManyQueries, match="1 of your queries") as mine:
        line.acquire("a")
    threads[1].start()
    wait_until(lambda: line.waiting == 2)
    with pytest.raises(TooManyQueries, match="Too many queries") as all_:
        line.acquire("c")
    assert 1 <= mine.value.retry_after <= all_.value.retry_after <= 60
    for client in ("a", "a", "b"):
        line.release(client, 0.1)
    for thread in threads:
        thread.join()


def test_who_waits_too_long_is_told_and_leaves_the_line() -> None:
    line = turns(1, seconds=0.05)
    line.acquire("a")
    with pytest.raises(ServerBusy):
        line.acquire("b")
    assert line.waiting == 0


@pytest.mark.parametrize(
    ("query", "update", "steady"),
    [
        ("SELECT * { ?insert ?p 'DELETE' } # CLEAR", False, True),
        ("PREFIX a: <x#> BASE <y> insert data { a:b a:c 'NOW()' }", True, True),
        ("SELECT (NOW() AS ?now) {}", False, False),
        ("SELECT * { SERVICE SILENT <x> { ?s ?p ?o } }", False, False),
        ('SELECT * { ?s ?p """a "quoted" # one""" . ?s :SERVICE <SERVICE> }', False, True),
        ("ASK { ?a a:b\\,c _:d . FILTER(?a<?b && ?c>?d) }", False, True),
    ],
)
def test_the_words_of_a_query(query: str, update: bool, steady: bool) -> None:
    words = list(tokens(query))
    assert (is_update(words), is_steady(words)) == (update, steady)
    assert not [word for word in words if word.kind == "other"]


def test_depth_counts_brackets_and_signs() -> None:
    assert depth(list(tokens("ASK { FILTER((1 + (2)) = 3) }"))) == 4
    assert depth(list(tokens("ASK { FILTER(" + "!" * 300 + "true) }"))) == 300


@pytest.mark.parametrize("piece", ['"""', "'''\\", '"\\', "<", "a.", "a:\\", "(((", "_:", "@", "%"])
def test_much_nonsense_is_read_all_the_same(piece: str) -> None:
    """Were the reading quadratic, this would take an hour."""
    text = piece * (100_000 // len(piece))
    assert [*tokens(text)][-1].end == len(text)
