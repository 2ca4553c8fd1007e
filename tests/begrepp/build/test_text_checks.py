"""The fast test of lines finds every character that the closer checks refuse or repair."""

from __future__ import annotations

import re

import pytest

from begrepp.build.loads.text_checks import is_suspect
from begrepp.sources.characters import FORBIDDEN

LINES = [
    '<https://example.org/a#group-1> <http://www.w3.org/2004/02/skos/core#prefLabel> "bröstcancer (typ 1)"@sv .\n',
    '<https://example.org/a> <http://www.w3.org/2004/02/skos/core#notation> "C50.9" .\n',
]
CHARACTERS = [chr(code) for code in range(0x100)] + [
    "\u202a",
    "\u2069",
    "\ud800",
    "\ue000",
    "\ufdd0",
    "\ufffd",
    "\ufffe",
]


def test_lines_of_a_classification_are_not_suspect() -> None:
    assert not is_suspect(LINES) and not is_suspect(LINES[1:]) and not is_suspect([])


@pytest.mark.parametrize("line", [0, 1])
def test_a_forbidden_character_is_suspect_in_any_line(line: int) -> None:
    for character in CHARACTERS:
        changed = [*LINES]
        changed[line] = changed[line].replace("C50", f"C{character}50").replace("typ", f"t{character}yp")
        wanted = bool(
            FORBIDDEN.search(character) or re.match(r"[\[\]%\ue000-\uf8ff\ufdd0-\ufdef\ufff0-\ufffd]", character)
        )
        assert is_suspect(changed) is wanted, ascii(character)


@pytest.mark.parametrize("line", LINES)
def test_two_number_signs_in_an_address_are_suspect(line: str) -> None:
    assert is_suspect([line.replace("core#", "core##")]) and is_suspect([line.replace("/a", "/a#b#c")])
    assert not is_suspect([line.replace("C50", "C#50").replace("typ", "#typ")])
