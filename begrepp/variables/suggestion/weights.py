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
    # Factor of the alternative labels of a concept.
    alternative_label: float = 0.96
    # Factors of two words that match in part.
    same_stem: float = 0.92
    compound_part: float = 0.62
    similar_letters: float = 0.75
    # Bonuses for a linked variable with the same label, the same name or the same values.
    same_label: float = 0.32
    same_name: float = 0.28
    shared_values: float = 0.15
    no_label_match: float = 0.15
    # Factors for a variable with a date datatype.
    date_and_date_concept: float = 1.1
    date_and_other_concept: float = 0.75
    other_and_date_concept: float = 0.7
    # Bonus for a unit of the same dimension as that of a linked variable.
    matching_unit: float = 0.05


DEFAULT_WEIGHTS = Weights()
