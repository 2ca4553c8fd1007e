"""Environment variables that were renamed: the former names work, and the server reports them when it starts."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from begrepp.settings import Settings, former_variables
from server import run

FORMER = {
    "BEGREPP_QUERY_LINE": ("BEGREPP_QUERY_QUEUE", "query_queue"),
    "BEGREPP_QUERY_LINE_EACH": ("BEGREPP_QUERY_QUEUE_EACH", "query_queue_each"),
    "BEGREPP_KEPT_ANSWERS_MB": ("BEGREPP_ANSWER_CACHE_MB", "answer_cache_mb"),
    "BEGREPP_KEPT_PAGES_MB": ("BEGREPP_PAGE_CACHE_MB", "page_cache_mb"),
}


@pytest.mark.parametrize("former", FORMER)
def test_a_former_name_works_and_the_name_has_precedence(monkeypatch: pytest.MonkeyPatch, former: str) -> None:
    name, attribute = FORMER[former]
    default = getattr(Settings(), attribute)
    assert default > 0 and former_variables() == []
    monkeypatch.setenv(former, "17")
    assert getattr(Settings(), attribute) == 17
    assert former_variables() == [(former, name)]
    monkeypatch.setenv(name, "18")
    assert getattr(Settings(), attribute) == 18


def test_the_server_logs_each_former_name_once_when_it_starts(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    class Stopped(Exception):
        pass

    def granian(*_: Any, **__: Any) -> None:
        raise Stopped

    monkeypatch.setattr(run, "Granian", granian)
    monkeypatch.setattr(run, "configure_log", lambda: None)
    monkeypatch.setenv("BEGREPP_QUERY_LINE", "17")
    monkeypatch.setenv("BEGREPP_KEPT_PAGES_MB", "17")
    with caplog.at_level(logging.WARNING, "begrepp.server"), pytest.raises(Stopped):
        run.run(Settings(data=tmp_path), "127.0.0.1", 0, 1)
    assert [record.getMessage() for record in caplog.records] == [
        "BEGREPP_QUERY_LINE is the former name of BEGREPP_QUERY_QUEUE; it still works.",
        "BEGREPP_KEPT_PAGES_MB is the former name of BEGREPP_PAGE_CACHE_MB; it still works.",
    ]
