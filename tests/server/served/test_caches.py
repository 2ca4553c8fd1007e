"""The caches of a build are limited in bytes, also when they are flooded, and their sizes are in the metrics."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from begrepp.records import Text
from server.served.build import ServedBuild
from server.served.caches import MemoryCache
from server.served.refs import Ref, TreeNode
from server.state import AppState
from server.telemetry.metrics import format_metrics

WORDS = "påhittad text " * 50


def _ref(number: int) -> Ref:
    return Ref(iri=f"https://example.org/{number}", href=f"/x/{number}", label=Text(f"{number} {WORDS}", "sv"))


FLOODS: dict[str, Callable[[int], Any]] = {
    "refs": _ref,
    "children": lambda number: [TreeNode(_ref(number + n), n) for n in range(10)],
    "rights": lambda number: (f"https://example.org/{number}", WORDS),
}


@pytest.fixture
def build(app: Flask) -> ServedBuild:
    """The build, opened anew with empty caches."""
    state = app.extensions["begrepp"]
    assert isinstance(state, AppState)
    return replace(state.current_build())


@pytest.mark.parametrize("name", FLOODS)
def test_a_flooded_cache_keeps_its_limit_and_shows_its_size(build: ServedBuild, name: str) -> None:
    cache = getattr(build, f"{name}_cache")
    limit = cache.max_bytes
    number = 0
    while cache.used_bytes < limit * 0.98 and number < 200_000:
        cache.put(f"https://example.org/{number}", FLOODS[name](number), "sv")
        number += 1
    for more in range(number, number + number // 4 + 10):
        cache.put(f"https://example.org/{more}", FLOODS[name](more), "sv")
        assert cache.used_bytes <= limit
    assert cache.get("https://example.org/0", "sv") is None and cache.get(f"https://example.org/{more}", "sv")
    (line,) = [
        each
        for each in format_metrics().decode().splitlines()
        if each.startswith(f'begrepp_cache_bytes{{cache="{name}"')
    ]
    assert float(line.split()[-1]) > limit / 2


def test_the_limits_of_all_caches_of_a_build_are_those_of_the_documentation(build: ServedBuild) -> None:
    assert sum(getattr(build, f"{name}_cache").max_bytes for name in FLOODS) == 65 << 20


@pytest.mark.parametrize("name", ["refs", "children"])
def test_the_estimate_is_near_the_memory(build: ServedBuild, name: str) -> None:
    """Compared with the sizes of all objects that are reached from a value, each counted once."""
    value, cache = FLOODS[name](123456), getattr(build, f"{name}_cache")
    cache.put("https://example.org/one", value)
    assert 0.6 < cache.used_bytes / _deep_size(value, set()) < 2.5


def _deep_size(value: object, seen: set[int]) -> int:
    if id(value) in seen:
        return 0
    seen.add(id(value))
    slots = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
    inner: list[object] = [getattr(value, name) for name in slots if hasattr(value, name)]
    inner += list(value) if isinstance(value, list | tuple) else []
    return sys.getsizeof(value) + sum(_deep_size(each, seen) for each in inner)


def test_a_value_that_is_larger_than_the_cache_is_not_stored_and_views_share_the_limit() -> None:
    cache: MemoryCache[str] = MemoryCache(2000, len)
    cache.put("a", "x" * 2000)
    assert cache.get("a") is None
    view = cache.within("2019")
    cache.put("a", "now")
    view.put("a", "then")
    assert (cache.get("a"), view.get("a")) == ("now", "then")
    for number in range(20):
        view.put(str(number), "x" * 100)
    assert cache.get("a") is None and cache.used_bytes == view.used_bytes <= 2000
