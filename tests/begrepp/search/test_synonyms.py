"""The operator's file of synonyms: what it adds, and what is said of rows that cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from begrepp.errors import InputError
from begrepp.search.synonyms import OWN_SOURCE, Synonyms, read_synonyms, source_of, synonyms


@pytest.fixture
def operators_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    file = tmp_path / "words.txt"
    monkeypatch.setenv("BEGREPP_SYNONYMS", str(file))
    read_synonyms.cache_clear()
    yield file
    read_synonyms.cache_clear()


def test_the_operators_synonyms_are_added_with_their_source(operators_file: Path) -> None:
    operators_file.write_bytes("\ufeff# ours\n\ngnisslig andning = obstruktiv bronkit\n".encode())
    assert synonyms(("gnisslig", "andning")) == [("obstruktiv", "bronkit")]
    assert source_of(("gnisslig", "andning"), ("obstruktiv", "bronkit")) == "words.txt"
    assert source_of(("cancer",), ("malign", "tumör")) == OWN_SOURCE
    assert source_of(("cancer",), ("bronkit",)) == ""


@pytest.mark.parametrize(
    ("text", "row", "reason"),
    [
        ("a = b\nensam\n", 2, "no group of names"),
        ("feber =\n", 1, "no group of names"),
        ("# x\n\ntvå tre fyra fem sex = sju\n", 3, "more than four words"),
        (" = ".join(f"ord{n}" for n in range(51)), 1, "more than 50 names"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(operators_file: Path, text: str, row: int, reason: str) -> None:
    operators_file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=reason) as error:
        read_synonyms()
    assert str(error.value.origin) == f"words.txt row {row}"


def test_a_file_that_is_not_there_or_not_text_is_named(operators_file: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_synonyms()
    operators_file.write_bytes(b"feber = \xff\xfe\n")
    with pytest.raises(InputError, match="not UTF-8"):
        read_synonyms()


def test_a_phrase_has_the_synonyms_of_its_accents_and_one_typed_without_has_those_of_all() -> None:
    known = Synonyms(["ont i halsen = halsont", "ont i hälsenan = tendinit", "svart avföring = melena"])
    assert [*known.of(("ont", "halsen"))] == [("halsont",)]
    assert ("tendinit",) in known.of(("ont", "halsenan"))
    assert not known.of(("svårt", "avföring"))
    assert known.find_phrases(["svårt", "avföring"]) == []
    assert known.find_phrases(["svart", "avforing"]) == [(0, 1)]
