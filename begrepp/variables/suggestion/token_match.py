"""Match of two word tokens: equal, same stem, compound part or similar letters."""

from __future__ import annotations

from begrepp.text.dictionary_tokenizer import WordToken
from begrepp.text.swedish import MIN_PART_LENGTH
from begrepp.variables.suggestion.weights import DEFAULT_WEIGHTS, Weights

MIN_LETTER_OVERLAP = 0.62
"""Smallest Dice coefficient of trigrams for which two words match."""


def token_keys(token: WordToken) -> set[str]:
    """Return the index keys of a token: word, stem, compound parts and trigrams (`#abc`)."""
    return {token.word, token.stem, *token.parts, *(f"#{piece}" for piece in _trigrams(token.word))}


def _trigrams(word: str) -> set[str]:
    """Return the trigrams of a word with its ends marked; none for words of four letters or fewer."""
    marked = f"^{word}$"
    return {marked[start : start + 3] for start in range(len(marked) - 2)} if len(word) > 4 else set()


def match_strength(token: WordToken, other: WordToken, weights: Weights = DEFAULT_WEIGHTS) -> float:
    """Return how well two words match, from 0 to 1."""
    if token.word == other.word:
        return 1.0
    if token.stem == other.stem and len(token.stem) > 2:
        return weights.same_stem
    if (
        token.stem in other.parts
        or other.stem in token.parts
        or _is_compound_end(token, other)
        or _is_compound_end(other, token)
    ):
        return weights.compound_part
    if token.parts & other.parts:
        return weights.compound_part * 0.8
    if len(token.word) > 5 and len(other.word) > 5 and not any(c.isdigit() for c in token.word + other.word):
        left, right = _trigrams(token.word), _trigrams(other.word)
        dice = 2 * len(left & right) / (len(left) + len(right))
        if dice >= MIN_LETTER_OVERLAP:
            return dice * weights.similar_letters
    return 0.0


def _is_compound_end(part: WordToken, compound: WordToken) -> bool:
    """Return whether a word begins or ends a compound that the vocabulary does not split."""
    if len(part.stem) < MIN_PART_LENGTH or len(compound.word) - len(part.stem) < MIN_PART_LENGTH:
        return False
    return compound.word.startswith(part.stem) or compound.word.endswith(part.word)
