"""Files of the terminology that a build links from the one before instead of writing them again."""

from __future__ import annotations

from pathlib import Path

from begrepp.artefact.manifest import current_build
from begrepp.terminology.terminology import Terminology
from tests.support.small import HEADER, ROWS, build_small, put, settings_in


def _inodes(build: Path, folder: str, pattern: str) -> dict[str, int]:
    return {path.name: path.stat().st_ino for path in (build / folder).glob(pattern)}


def test_nothing_is_written_again_unless_it_has_changed(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    put(settings, HEADER + ROWS, edition="2021")
    put(settings, HEADER + ROWS.replace("UNS", "ospecificerad"), edition="2022")
    build_small(settings)
    first = current_build(settings)
    build_small(settings)
    second = current_build(settings)
    assert first != second
    for folder in ("terminology", "expressions", "differences", "index"):
        assert _inodes(first, folder, "*") == _inodes(second, folder, "*") != {}
    put(settings, HEADER + ROWS.replace("UNS", "utan närmare uppgift"), edition="2022")
    build_small(settings)
    third = current_build(settings)
    superseded = "*-2021@*"
    for folder in ("terminology", "expressions"):
        assert _inodes(second, folder, superseded) == _inodes(third, folder, superseded) != {}
        assert _inodes(second, folder, "current@*") != _inodes(third, folder, "current@*")
    record = Terminology(third).scheme("icd-10-se")
    assert record is not None and "närmare" in str(record.lookup("A00.9"))
