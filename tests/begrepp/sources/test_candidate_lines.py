"""The first test for lines with identity numbers finds each line in which the patterns find one."""

from __future__ import annotations

import random

import pytest

from begrepp.sources import candidate_lines
from begrepp.sources.identity_numbers import identity_numbers

# Invented numbers (Skatteverket's test numbers and their forms), and parts of them.
_FORMS = (
    "19811218-9876",
    "811218-9876",
    "8112189876",
    "198112189876",
    "1981-12-18-9876",
    "1981 12 18 9876",
    "811218 - 9876",
    "811218+9876",
    "81-12-18-9876",
    "19811218_9876",
    "811278-9873",
    "198112180987",
    "20000101T220",
    "19811218-TF12",
    "8 1 1 2 1 8 - 9 8 7 6",
    "81 12 18 98 76",
    "8 112 189 876",
    "8.112.189.876",
    "8112189876,00",
    "8,112189876E+09",
    "811218 9876",
    "８１１２１８-９８７６",
    "&#56;11218-9876",
    "811218%2D9876",
    "81<b>1218</b>-9876",
    "tel\n8112189876",
    "900000000000207008",
    "20240131_1405",
    "2.999.8112189876",
)
_PIECES = (
    *("\t", "\n", " ", "  ", ",", ";", '"', "-", "+", "/", ".", "_", "pnr", "isbn ", "å", "1", "0", "9", "18", "12"),
    *("20260531", "900000000000207008", "\r\n", "x", "E", "-9876", "T", "é", "(", "11", "81"),
)


def _texts(count: int, length: int) -> list[str]:
    rng = random.Random(5)
    return [
        "".join(rng.choice(_FORMS) if rng.random() < 0.12 else rng.choice(_PIECES) for _ in range(length))
        for _ in range(count)
    ]


def test_lines_first_tested_give_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [*_FORMS, *_texts(400, 60), *_texts(20, 2000)]
    whole = [[*identity_numbers(text)] for text in texts]
    monkeypatch.setattr(candidate_lines, "_SHORT", 0)
    assert [[*identity_numbers(text)] for text in texts] == whole
    assert sum(map(len, whole)) > 1000


def test_a_number_in_a_long_text_is_found_with_its_line() -> None:
    text = "900000000000207008\t20260531\t1\n" * 5000
    assert not [*identity_numbers(text)]
    (number,) = identity_numbers(f"{text}811218-9876\n{text}")
    assert (number.text, number.line, number.bare) == ("811218-9876", 5000, False)
