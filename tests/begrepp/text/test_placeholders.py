"""Labels that name nothing, and labels that only look so."""

from __future__ import annotations

import pytest

from begrepp.text.placeholders import is_placeholder


@pytest.mark.parametrize(
    ("label", "code", "scheme", "expected"),
    [
        ("Lämplig text, tack!", "8046/3", "icd-o-3", True),
        ("LOINC-kod 21908-9", "21908-9", "loinc", True),
        ("LOINC code 21908-9", "21908-9", "loinc-demo", True),
        ("Namn saknas", "X1", "lista", True),
        ("TODO", "7", "lista", True),
        ("Kod 7", "7", "lista", True),
        ("Uppgift saknas", "9", "kon", False),
        ("missing", "2", "vitalstatus", False),
        ("Saknas", "9", "kon", False),
        ("Textremsa", "T", "lista", False),
        ("C50", "C50", "icd-10-se", False),
        ("Kod för dödsorsak", "D", "lista", False),
        ("ICD-10", "icd", "icd-10", False),
        ("", "A", "lista", False),
    ],
)
def test_a_label_of_template_words_and_the_code_names_nothing(
    label: str, code: str, scheme: str, *, expected: bool
) -> None:
    assert is_placeholder(label, code, scheme) is expected
