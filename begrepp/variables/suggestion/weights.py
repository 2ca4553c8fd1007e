"""Weights of the evidence that concept suggestions are ranked by.

`python -m bench suggest` compares the ranking with BM25. A change of a weight changes the figures of judged rows in
tests/begrepp/variables/suggestion_baseline.toml.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Factors and bonuses of a score, which is between 0 and 1."""

    # Factors of the text of an entry.
    label: float = 1.0
    name: float = 0.85
    abbreviation: float = 0.8
    description: float = 0.55
    # Factors of the alternative labels of a concept, and of the names of concepts that are mapped to it.
    alternative_label: float = 0.96
    borrowed_label: float = 0.85
    # Exponent of the share of a description that a label covers.
    coverage: float = 0.5
    # Factor of a match that is not in the first words of a description.
    late_in_description: float = 0.6
    # Factors if only words such as *number* match, if the head of the text does not, if that of the label does not.
    generic_words: float = 0.4
    missing_head: float = 0.6
    missing_target_head: float = 0.85
    # The lowest score if a label is the head of the text: *Age at diagnosis* is an age.
    whole_head: float = 0.6
    # The highest score if a word of the text or of the label does not match.
    incomplete: float = 0.89
    # Factor of a range of codes.
    block: float = 0.65
    # Factors of two words that match in part.
    same_stem: float = 0.92
    synonym: float = 0.85
    compound_part: float = 0.62
    similar_letters: float = 0.75
    # Bonuses for a linked variable with the same label, the same name or the same values.
    same_label: float = 0.32
    same_name: float = 0.28
    shared_values: float = 0.15
    no_label_match: float = 0.15
    # Factors for a variable with a date datatype.
    date_and_date_concept: float = 1.1
    date_and_other_concept: float = 0.7
    other_and_date_concept: float = 0.7
    # Bonus for a unit of the same dimension as that of a linked variable.
    matching_unit: float = 0.05


DEFAULT_WEIGHTS = Weights()
