"""Stored reports have a budget of bytes, end by themselves, and hold no text of any length."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from begrepp.validation.outcome import RuleSet, ValidationOutcome
from begrepp.validation.report import Report, Result, Severity
from server.validation.report_store import RETENTION_SECONDS, ReportStore
from server.validation.shortened_texts import MAX_CHARACTERS, shorten_texts


def _stored(store: ReportStore, size: int, age: float = 0) -> str:
    with store.new_folder() as folder:
        (folder / "report.sv.json").write_bytes(b"x" * size)
        name = store.store(folder)
    moment = time.time() - age
    os.utime(store._folder / name, (moment, moment))
    return name


def test_the_oldest_reports_make_room_for_a_new_one(tmp_path: Path) -> None:
    store = ReportStore(tmp_path, 1)
    names = [_stored(store, 300_000, age=100 - n) for n in range(5)]
    assert {path.name for path in tmp_path.iterdir()} == {*names[-3:]}
    assert store.largest_report == (1 << 20) // 8


def test_expired_reports_go_without_a_new_one(tmp_path: Path) -> None:
    store = ReportStore(tmp_path, 1)
    old, new = _stored(store, 10, RETENTION_SECONDS + 5), _stored(store, 10)
    _stored(store, 10)
    assert not (tmp_path / old).exists()
    os.utime(tmp_path / new, (0, 0))
    store.remove_expired()
    assert not (tmp_path / new).exists()


def _outcome(value: str) -> ValidationOutcome:
    result = Result(
        shape="urn:s",
        severity=Severity.VIOLATION,
        focus="urn:f",
        value=value,
        path="urn:p",
        component="urn:c",
        source_shape="urn:s",
        source_constraint=None,
        severity_iri="http://www.w3.org/ns/shacl#Violation",
        messages={},
    )
    report = Report(results=(result,), groups=(), engine="fast", shapes=1)
    return ValidationOutcome(
        report=report, rules=RuleSet(files=()), shapes=(), files=(), paths=(), remarks=(), subjects=(), seconds=0
    )


@pytest.mark.parametrize("filling", ["x", '\\"', "\\\\", "\\u00E5", "\\U0001F600", "å"])
@pytest.mark.parametrize("before", ["", "a", "ab", "abc", "abcd"])
def test_a_long_literal_is_cut_and_stays_a_literal(filling: str, before: str) -> None:
    short = shorten_texts(_outcome(f'"{before}{filling * 5000}"@sv'))
    value = short.report.results[0].value or ""
    assert len(value) < MAX_CHARACTERS + 50
    from pyoxigraph import RdfFormat, parse

    assert len([*parse(input=f"<urn:a> <urn:b> {value} .", format=RdfFormat.N_TRIPLES)]) == 1
    assert [remark.kind for remark in short.remarks] == ["shortened"]


def test_a_short_literal_is_left_as_it_is() -> None:
    outcome = _outcome('"short"@sv')
    assert shorten_texts(outcome) is outcome
