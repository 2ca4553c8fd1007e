"""Versions in their order: numbers by value, and the editions of one day by it."""

from __future__ import annotations

import pytest

from begrepp.text.version_order import version_key


@pytest.mark.parametrize(
    "ordered",
    [
        ["2026.9", "2026.10"],
        ["2026v9", "2026v10"],
        ["2026-01-01.9", "2026-01-01.10"],
        ["1.0.0-beta", "1.0.0", "1.0.1", "1.10"],
        ["R9", "R10"],
        ["2024", "2024.1", "2025"],
    ],
)
def test_numbers_in_versions_count_by_value(ordered: list[str]) -> None:
    jumbled = ordered[::-1]
    jumbled.sort(key=version_key)
    assert jumbled == ordered
