"""Editions whose first days are the same, or contradict their names, are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.small import HEADER, ROWS, build_small, put, settings_in


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ({"2025": "2025-01-01", "2026": "2026-01-01"}, ""),
        ({"2025": "2026-01-01", "2026": "2025-01-01"}, "2025 begins on 2026-01-01, after 2026 (2025-01-01)"),
        ({"2025": "2025-01-01", "2026": "2025-01-01"}, "2025 and 2026 have the same first day, 2025-01-01"),
        ({"2.0": "2025-01-01", "1.9": "2026-01-01"}, ""),
    ],
)
def test_first_days_that_contradict_the_names_of_editions_are_told(
    tmp_path: Path, days: dict[str, str], told: str
) -> None:
    settings = settings_in(tmp_path)
    for version, day in days.items():
        put(settings, HEADER + ROWS, edition=version)
        declared = settings.raw / "icd10_se" / version / "source.toml"
        declared.write_text(f"[release]\nvalid_from = {day}\n", encoding="utf-8")
    manifest = build_small(settings)
    notices = [notice for load in manifest.loads for notice in load.notices]
    assert [told in notice for notice in notices] == [True] * bool(told)


def test_a_partial_edition_may_begin_on_the_day_of_the_whole_list(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    for version, coverage in (("2025", "complete"), ("2025-tillagg", "partial")):
        put(settings, HEADER + ROWS, edition=version)
        declared = settings.raw / "icd10_se" / version / "source.toml"
        declared.write_text(f'[release]\nvalid_from = 2025-01-01\ncoverage = "{coverage}"\n', encoding="utf-8")
    assert not any(load.notices for load in build_small(settings).loads)
