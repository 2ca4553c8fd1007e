"""The fast test of lines finds every character that the closer checks refuse or repair."""

from __future__ import annotations

import re

import pytest

from begrepp.build.loads.text_checks import clean_record, is_suspect
from begrepp.errors import Origin
from begrepp.records import Concept, Text
from begrepp.sources.characters import FORBIDDEN, MISREAD_SIGNS

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
            FORBIDDEN.search(character)
            or character in MISREAD_SIGNS
            or re.match(r"[\[\]%\ue000-\uf8ff\ufdd0-\ufdef\ufff0-\ufffd]", character)
        )
        assert is_suspect(changed) is wanted, ascii(character)


@pytest.mark.parametrize("line", LINES)
def test_two_number_signs_in_an_address_are_suspect(line: str) -> None:
    assert is_suspect([line.replace("core#", "core##")]) and is_suspect([line.replace("/a", "/a#b#c")])
    assert not is_suspect([line.replace("C50", "C#50").replace("typ", "#typ")])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("bÃ¥t", "'Ã¥' for 'å'"),
        ("Ã…tgÃ¤rd", "'Ã¤' for 'ä', 'Ã…' for 'Å'"),
        ("en â€“ tvÃ¥", "'Ã¥' for 'å', 'â€“' for '–'"),
        ("Ã–vrigt Â§ 3", "'Â§' for '§', 'Ã–' for 'Ö'"),
        ("NÃO, Ângström, pâté: båt – hög", ""),
    ],
)
def test_letters_of_utf_8_that_were_read_as_another_encoding_are_told_and_kept(text: str, told: str) -> None:
    concept = Concept(scheme="s", notation="A", origin=Origin("f", 3), pref_labels=(Text(text, "sv"),))
    assert not told or is_suspect([f'<urn:a> <urn:b> "{text}"@sv .\n'])
    cleaned, remarks = clean_record(concept, concept.origin)
    assert cleaned == concept
    assert [told in remark for remark in remarks] == [True] * bool(told)
