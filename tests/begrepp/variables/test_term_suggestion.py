"""Suggestions for terms, which are names already, and for words with long endings."""

from __future__ import annotations

import pytest

from begrepp.records import Text
from begrepp.text.dictionary_tokenizer import DictionaryTokenizer
from begrepp.variables.suggestion.entries import ConceptTarget, VariableEntry
from begrepp.variables.suggestion.suggester import Suggester
from begrepp.variables.suggestion.token_match import is_part

NUMBERED = (
    "Corneal dystrophy, Fuchs endothelial",
    *(f"corneal dystrophy, Fuchs endothelial, {number}" for number in (1, 2, 3)),
)
ALLERGIES = (
    "Latex allergy",
    "Egg allergy",
    *(f"{sense} hypersensitivity" for sense in ("Emotional", "Sensory", "Auditory")),
)


def suggester(*labels: str) -> Suggester:
    return Suggester(
        [ConceptTarget(iri=f"urn:{label}", notation=label, scheme="", labels=(Text(label, "en"),)) for label in labels]
    )


def entry(label: str, name: str = "") -> VariableEntry:
    return VariableEntry(iri="urn:x", name=name, labels=(Text(label, "en"),))


@pytest.mark.parametrize(
    ("labels", "term", "right"),
    [
        (NUMBERED, "Corneal Dystrophy, Fuchs Endothelial, 3", NUMBERED[3]),
        (NUMBERED, "Fuchs Endothelial Corneal Dystrophy", NUMBERED[0]),
        (
            ("periodontitis, aggressive", "periodontitis, aggressive, 1"),
            "Aggressive Periodontitis",
            "periodontitis, aggressive",
        ),
        (
            ("X inactivation, familial skewed", "X inactivation, familial skewed, 1"),
            "Familial skewed X inactivation",
            "X inactivation, familial skewed",
        ),
        (
            ("Hypothyroidism, congenital, 2", "Hypothyroidism, congenital"),
            "congenital hypothyroidism 2",
            "Hypothyroidism, congenital, 2",
        ),
        (("endokrin behandling", "behandling"), "Behandling, endokrin", "endokrin behandling"),
    ],
)
def test_the_same_words_in_another_order_are_a_complete_match(labels: tuple[str, ...], term: str, right: str) -> None:
    found = suggester(*labels).suggest(entry(term))
    assert found[0].target.name == right
    assert found[0].complete and found[0].score > 0.85
    assert not any(each.complete or each.score > 0.6 for each in found[1:])


@pytest.mark.parametrize("word", ["endothelial", "periodontitis", "hypothyroidism", "inactivation", "behandlingarna"])
def test_a_word_is_no_part_of_itself(word: str) -> None:
    token = DictionaryTokenizer([word]).token(word)
    assert not is_part(token, token)


@pytest.mark.parametrize(
    ("term", "right"),
    [("Latex hypersensitivity", "Latex allergy"), ("Egg hypersensitivity", "Egg allergy")],
)
def test_the_rarest_word_of_a_term_says_most(term: str, right: str) -> None:
    assert suggester(*ALLERGIES).rank(entry(term))[0][0].name == right


def test_a_variable_is_what_the_head_of_its_label_says() -> None:
    targets = suggester("antibody treatment", "hormone therapy", "weight", "height", "date of death")
    label = "Hormone therapy dosage units"
    (_, as_term, _), *_ = targets.rank(entry(label))
    (_, as_variable, _), *_ = targets.rank(entry(label, name="dose_units"))
    assert as_variable.score < as_term.score
