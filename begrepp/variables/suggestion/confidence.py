"""Confidence of a suggestion: the share of suggestions with such evidence that were right on judged sets.

A logistic model of the score, the margin to the next concept, where the reason comes from, and whether the letters of
the two names agree, which is a second method. `python -m bench suggest-judged DATA fit` computes the coefficients from
the tuning sets; `… final` shows how well they hold on the others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from begrepp.text.stemming import spelling
from begrepp.text.swedish import fold
from begrepp.variables.suggestion.token_match import trigrams

MAX_MARGIN = 0.4
"""Margins to the next concept above this one count as this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchEvidence:
    """The evidence for a concept, from which its confidence is computed."""

    score: float
    margin: float
    """Score less that of the best other concept."""
    letters: float
    """Similarity of the letters of the text and the label, 0 to 1."""
    complete: bool
    """Whether every word of the text and of the label matches."""
    origin: str
    """`label`, `name`, `abbreviation in …`, `description`; empty for linked variables alone."""
    linked: bool

    def features(self) -> Sequence[float]:
        """Return the values that the coefficients belong to."""
        return (
            1.0,
            self.score,
            max(-MAX_MARGIN, min(self.margin, MAX_MARGIN)),
            self.letters,
            float(self.complete),
            float(self.origin == "description"),
            float(self.origin == "name" or self.origin.startswith("abbreviation")),
            float(self.linked),
        )


COEFFICIENTS = (-3.49, 3.69, 4.52, 1.07, 0.5, -0.74, 0.44, 0.68)
"""Coefficients of `MatchEvidence.features`."""


def confidence(evidence: MatchEvidence) -> float:
    """Return the share that is right among suggestions with such evidence, 0 to 1."""
    total = sum(weight * each for weight, each in zip(COEFFICIENTS, evidence.features(), strict=True))
    return 1 / (1 + math.exp(-total))


def letter_similarity(text: str, label: str) -> float:
    """Return the Dice coefficient of the trigrams of two texts in the spelling that Swedish and English share."""
    left, right = ({each for word in fold(one).split() for each in _pieces(word)} for one in (text, label))
    return 2 * len(left & right) / max(len(left) + len(right), 1)


def _pieces(word: str) -> set[str]:
    return trigrams(spelling(word)) or {word}
