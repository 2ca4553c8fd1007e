"""Changed words of two texts are marked, and only those."""

from __future__ import annotations

import pytest

from begrepp.records import Text
from server.pages.marked_words import mark_words


@pytest.mark.parametrize(
    ("old", "new", "removed", "added"),
    [
        ("akut hepatit", "akut hepatit B", "akut hepatit", "akut hepatit <ins>B</ins>"),
        ("malign tumör i bröst", "tumör i bröst", "<del>malign</del> tumör i bröst", "tumör i bröst"),
        ("a, b", "a; b", "a<del>,</del> b", "a<ins>;</ins> b"),
        ("två ord här", "två andra ord här", "två ord här", "två <ins>andra</ins> ord här"),
        ("en röd stor boll", "en blå liten boll", "en <del>röd stor</del> boll", "en <ins>blå liten</ins> boll"),
        ("a < b & c", "a < b & d", "a &lt; b &amp; <del>c</del>", "a &lt; b &amp; <ins>d</ins>"),
        ("Kärlkramp", "Instabil kärlkramp", "Kärlkramp", "<ins>Instabil</ins> kärlkramp"),
        (
            "Kärlkramp hos vuxna",
            "kärlkramp hos vuxna",
            "<del>Kärlkramp</del> hos vuxna",
            "<ins>kärlkramp</ins> hos vuxna",
        ),
        ("två  mellanslag kvar", "två mellanslag kvar", "två  mellanslag kvar", "två mellanslag kvar"),
    ],
)
def test_changed_words_are_marked(old: str, new: str, removed: str, added: str) -> None:
    assert mark_words(Text(old, ""), Text(new, "")) == (removed, added)


def test_the_language_of_the_texts_is_kept() -> None:
    marked = mark_words(Text("acute pain", "en"), Text("acute chest pain", "en"))
    assert marked and marked[1] == '<span lang="en">acute <ins>chest</ins> pain</span>'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (Text("samma", "sv"), Text("samma", "sv")),
        (Text("cancer i bröst", "sv"), Text("cancer of breast", "en")),
        (Text("kod som kan tas i bruk", "sv"), Text("postinfektiöst tillstånd efter covid", "sv")),
        (Text("a " * 301, "sv"), Text("b " * 301, "sv")),
        (Text("", "sv"), Text("nytt", "sv")),
    ],
)
def test_texts_that_are_equal_or_have_little_in_common_are_not_marked(old: Text, new: Text) -> None:
    assert mark_words(old, new) is None
