"""Regular expressions of a source.toml: the same matches as Python's, stopped where they would not end."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from begrepp.errors import InputError, Origin
from loaders.declaration import limited_pattern
from loaders.declaration.limited_pattern import LimitedPattern
from tests.loaders.test_legal_forms import SCHEME_TOML, load

BACKTRACKING = "^(a|aa)+$"
TEXT = "a" * 60 + "b"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches are stopped at once, so that the test need not wait."""
    monkeypatch.setattr(limited_pattern, "_SECONDS", 0.01)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [(r"\d+", "a 12 b 3"), (r"^(\w+):", "ett: 1\ntvå: 2"), (r"(?i)x|(y)", "X y"), (r"[^()]+", "(å)(ä)"), ("", "abc")],
)
def test_matches_are_those_of_python(pattern: str, text: str) -> None:
    found = [match.group(0) for match in LimitedPattern(pattern, multiline=True).find_all(text)]
    assert found == [match.group(0) for match in re.finditer(pattern, text, re.MULTILINE)]


@pytest.mark.usefixtures("impatient")
def test_a_search_that_would_not_end_is_stopped_and_told() -> None:
    pattern = LimitedPattern(BACKTRACKING, "[file.columns] match", Origin("source.toml"))
    for search in (pattern.search, pattern.find_all):
        with pytest.raises(InputError, match=r"\(a\|aa\).*\[file\.columns\] match.*stopped") as raised:
            search(TEXT)
        assert str(raised.value.origin) == "source.toml"


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("columns", "options"),
    [
        (f'notation = {{ column = "kod", match = "{BACKTRACKING}" }}', ""),
        (f'notation = "kod"\nalt_label.sv = {{ column = "kod", every = "{BACKTRACKING}" }}', ""),
        ('notation = "kod"', f'[file.options]\nbroader_by = "pattern"\nbroader_pattern = "{BACKTRACKING}"'),
        ('notation = "kod"', f'[[level]]\nid = "one"\ntitle.sv = "Ett"\npattern = "{BACKTRACKING}"'),
    ],
    ids=["match", "every", "broader_pattern", "level"],
)
@pytest.mark.parametrize("report", ["", 'report = ["unusable"]'])
def test_every_pattern_of_a_list_is_limited(tmp_path: Path, columns: str, options: str, report: str) -> None:
    more = f'{SCHEME_TOML}[[file]]\nname = "k.csv"\n[file.columns]\n{columns}\npref_label.sv = "namn"\n{options}\n'
    rows = f"kod,namn\n{TEXT},ett\na{TEXT},två\n"
    with pytest.raises(InputError, match="was stopped after") as raised:
        load(tmp_path, "table", {"k.csv": rows}, more, report)
    assert "source.toml" in str(raised.value)
