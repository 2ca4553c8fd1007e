"""Mutated queries never make a server's engine send a request: by the check alone, and by the isolation alone."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.listeners import listen

FEW, MANY = 1_500, 20_000
FAST_SEED, SLOW_SEED = "3", "1"


def evaluate(mode: str, seed: str, count: int) -> tuple[int, int]:
    """Return how many queries the engine evaluated, and how many requests it sent."""
    with listen() as listener:
        command = [sys.executable, "-m", "tests.zoo.query_fuzz", mode, listener.url, seed, str(count)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return int(done.stdout), listener.requests


def test_the_engine_alone_sends_requests() -> None:
    """The mutations leave enough queries whole for the other tests to mean something."""
    _, requests = evaluate("open", FAST_SEED, FEW)
    assert requests > FEW / 50


@pytest.mark.parametrize("mode", ["checked", "isolated"])
def test_no_request_is_sent(mode: str) -> None:
    evaluated, requests = evaluate(mode, FAST_SEED, FEW)
    assert evaluated > FEW / 20
    assert requests == 0


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["checked", "isolated"])
def test_no_request_is_sent_for_twenty_thousand_queries(mode: str) -> None:
    evaluated, requests = evaluate(mode, SLOW_SEED, MANY)
    assert evaluated > MANY / 20
    assert requests == 0
