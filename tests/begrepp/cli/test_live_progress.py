"""The progress display: an edition that was loaded and is refused by a later check of all."""

from __future__ import annotations

from pathlib import Path

from begrepp.cli.live_progress import LiveProgress
from begrepp.errors import InputError
from begrepp.records import EditionFiles


def test_an_edition_may_be_refused_after_it_was_finished(tmp_path: Path) -> None:
    with LiveProgress(tmp_path) as progress:
        progress.start(EditionFiles(source="ed", version="2025", folder=tmp_path, files=()), 0)
        for reason in ("the first check", "the list is shorter"):
            progress.finish("ed 2025", None, InputError(tmp_path, reason, "Look."))
    (log,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert log.read_text(encoding="utf-8").count("ed 2025: refused") == 2
