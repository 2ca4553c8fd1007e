"""Control characters that are bytes of windows-1252, in tables and in texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from begrepp.sources.characters import clean_text
from begrepp.sources.row_faults import RowFaults, collect_faults
from begrepp.sources.text_lines import read_lines


@pytest.mark.parametrize("encoding", ["iso-8859-1", "latin1", "ISO-8859-15"])
def test_bytes_that_latin_1_lacks_are_those_of_windows_1252(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "k.ans"
    path.write_bytes("Å – ’s …\nöppen\n".encode("windows-1252"))
    faults = RowFaults(set())
    with collect_faults(faults):
        assert [line.rstrip("\n") for line in read_lines(path, encoding)] == ["Å – ’s …", "öppen"]
    assert [str(each.origin) for each in faults.take_remarks()] == ["k.ans row 1"]


def test_control_characters_of_a_text_are_those_of_windows_1252() -> None:
    assert clean_text("a\x96b \x93c\x94 \x81d\x85") == "a–b “c” d…"
