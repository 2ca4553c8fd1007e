"""The ends of chains of successors."""

from __future__ import annotations

import pytest

from begrepp.history.chains_of_successors import last_successors


@pytest.mark.parametrize(
    ("steps", "ends"),
    [
        ({"A": ["B"]}, {"B"}),
        ({"A": ["B"], "B": ["C", "D"]}, {"C", "D"}),
        ({"A": ["B", "C"], "B": ["D"], "C": ["D"]}, {"D"}),
        ({"A": ["B"], "B": ["A"]}, set()),
        ({"A": ["A"]}, set()),
        ({"A": ["B", "E"], "B": ["C"], "C": ["B"]}, {"E"}),
        ({}, set()),
    ],
    ids=["one", "split later", "joined", "cycle", "itself", "cycle and an end", "none"],
)
def test_chains_are_followed_to_their_ends(steps: dict[str, list[str]], ends: set[str]) -> None:
    found = [*last_successors("A", steps.get("A", ()), lambda after: steps.get(after, ()))]
    assert set(found) == ends and len(found) == len(ends)
