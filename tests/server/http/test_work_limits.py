"""Requests whose work grows with their input have a budget: of items, of searches and of requests at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from flask.testing import FlaskClient

from begrepp.search import Hit, TextIndex
from begrepp.store.disk import DiskStore
from begrepp.variables.value_column import MAX_VALUES
from server.http import work_limit
from server.http.work_limit import COMPARISONS
from server.served import resolver
from server.served.batch_resolver import MAX_CODE_LENGTH, MAX_CODES, MAX_NEAR_MISSES
from server.served.build import ServedBuild
from server.served.schemes import SchemeFacts

JSON = {"Accept": "application/json"}
ANY = {"Accept": "text/html, */*;q=0.1"}


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """The numbers of queries to the store, and of searches in the text index."""
    counted: Counter[str] = Counter()

    def count(owner: type, name: str) -> None:
        function = getattr(owner, name)

        def counting(*args: object, **named: object) -> object:
            counted[name] += 1
            return function(*args, **named)

        monkeypatch.setattr(owner, name, counting)

    count(DiskStore, "query")
    for name in ("search", "suggest", "find_code"):
        count(TextIndex, name)
    yield counted


def test_similar_codes_are_searched_for_with_the_first_unknown_codes_only(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[str] = []
    find = resolver._find_near_misses

    def noted(build: ServedBuild, path: str, scheme: SchemeFacts | None = None) -> tuple[Hit, ...]:
        searched.append(path)
        return find(build, path, scheme)

    monkeypatch.setattr(resolver, "_find_near_misses", noted)
    items = [{"system": "icd-10-se", "code": f"A00.X{number}"} for number in range(MAX_CODES)]
    found = client.post("/resolve", json=items).get_json()
    assert len(found) == MAX_CODES and {each["error"] for each in found} == {"unknown-code"}
    assert ["near" in each for each in found] == [True] * MAX_NEAR_MISSES + [False] * (MAX_CODES - MAX_NEAR_MISSES)
    assert len(searched) == MAX_NEAR_MISSES


@pytest.mark.parametrize("item", [{"code": "lungcancer"}, {"code": "lungcancer", "asOf": "2026-06-30"}, {"code": "zz"}])
def test_the_queries_for_a_batch_of_codes_do_not_grow_with_equal_codes(
    client: FlaskClient, work: Counter[str], item: dict[str, str]
) -> None:
    counts = []
    for number in (10, MAX_CODES):
        work.clear()
        assert len(client.post("/resolve", json=[{"system": "onkologi", **item}] * number).get_json()) == number
        counts.append(work["search"])
    assert counts[1] <= counts[0]


@pytest.mark.parametrize(
    "items",
    [
        [{"system": "onkologi", "code": "x"}] * (MAX_CODES + 1),
        [{"system": "onkologi", "code": "x" * (MAX_CODE_LENGTH + 1)}],
        [{"system": "x" * (MAX_CODE_LENGTH + 1), "code": "x"}],
    ],
)
def test_a_batch_beyond_its_limits_is_refused_without_work(
    client: FlaskClient, work: Counter[str], items: list[dict[str, str]]
) -> None:
    assert client.post("/resolve", json=items).status_code == 400
    assert not work


def test_a_check_reads_the_list_once_however_many_values_there_are(client: FlaskClient, work: Counter[str]) -> None:
    """Successors and other editions are read for a thousand values at a time."""
    counts = []
    for number in (10, 5000):
        work.clear()
        values = "\n".join(f"L01X{n}" for n in range(number))
        answer = client.post("/check?format=json", data={"list": "atc", "values": values})
        assert len(answer.get_json()["values"]) == number
        counts.append(work.total())
    assert counts[1] <= counts[0] + 2 * 5


def test_a_check_of_too_many_values_is_refused_without_work(client: FlaskClient, work: Counter[str]) -> None:
    values = "\n".join(map(str, range(MAX_VALUES + 1)))
    answer = client.post("/check?format=json", data={"list": "atc", "values": values})
    assert answer.status_code == 422 and not work


@pytest.mark.parametrize("path", ["/check?list=atc&values=L01EB02&format=json", "/harmonise?a=cancerregistret&b=nkbc"])
def test_comparisons_beyond_the_limit_are_refused_in_words(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(work_limit, "_WAIT_SECONDS", 0.01)
    with ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(COMPARISONS.slot())
        assert client.get(path, headers=ANY).status_code == 503
    assert client.get(path, headers=ANY).status_code == 200


@pytest.mark.parametrize(
    "path", ["/search?q={}", "/search.json?q={}", "/api/v1/search?q={}", "/api/v1/autocomplete?q={}"]
)
def test_the_words_of_a_search_have_a_limit(client: FlaskClient, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """A long text is refused, or cut before the index gets it."""
    lengths: list[int] = []
    for name in ("search", "suggest"):
        function = getattr(TextIndex, name)

        def noted(index: TextIndex, query: str, *args: object, function: object = function, **named: object) -> object:
            lengths.append(len(query))
            return function(index, query, *args, **named)  # type: ignore[operator]

        monkeypatch.setattr(TextIndex, name, noted)
    status = client.get(path.format("lungcancer+" * 700), headers=JSON).status_code
    assert status in (200, 400) and max(lengths, default=0) <= 400
    assert client.get(path.format("lungcancer"), headers=JSON).status_code == 200 and lengths[-1] == len("lungcancer")


@pytest.mark.parametrize(
    "path",
    [
        "/search?q=*&offset={}",
        "/search.json?q=lung&offset={}",
        "/api/v1/search?q=lung&offset={}",
        "/api/v1/search?q=lung&limit={}",
        "/cs/icd-10-se/index?letter=A&offset={}",
        "/cs/icd-10-se/difference/2021..2022?offset={}",
        "/cs/icd-10-se?offset={}",
    ],
)
@pytest.mark.parametrize("number", [10**6, 10**30])
def test_a_great_offset_is_not_more_work(client: FlaskClient, work: Counter[str], path: str, number: int) -> None:
    client.get(path.format(1), headers=JSON)
    work.clear()
    client.get(path.format(2), headers=JSON)
    usual = work.total()
    work.clear()
    assert client.get(path.format(number), headers=JSON).status_code in (200, 400, 404, 406)
    assert work.total() <= usual + 10
