"""Match of two word tokens: equal, same stem, synonym, compound part, or similar letters."""

from __future__ import annotations

from collections.abc import Collection

from begrepp.search.synonyms import synonyms
from begrepp.text.dictionary_tokenizer import WordToken, stem, translations
from begrepp.text.stemming import spelling
from begrepp.text.swedish import fold
from begrepp.variables.suggestion.weights import DEFAULT_WEIGHTS, Weights

MIN_LETTER_OVERLAP = 0.62
"""Smallest Dice coefficient of trigrams for which two words match."""
MAX_LENGTH_RATIO = 1.35
"""Largest ratio of the lengths of two words that match by letters."""
MIN_UNKNOWN_PART = 5
"""The shortest part of a compound that the vocabulary does not split, in characters."""


def token_keys(token: WordToken) -> set[str]:
    """Return the index keys of a token: word, stem, compound parts, and trigrams of its spelling (`#abc`)."""
    return {token.word, token.stem, *token.parts, *(f"#{piece}" for piece in trigrams(spelling(token.word)))}


def synonym_stems(word: str) -> frozenset[str]:
    """Return the stems of the one-word synonyms and translations of a word."""
    found = frozenset(stem(fold(phrase[0])) for phrase in synonyms([word]) if len(phrase) == 1)
    return found | translations().get(stem(word), frozenset())


def trigrams(word: str) -> set[str]:
    """Return the trigrams of a word with its ends marked; none for words of four letters or fewer."""
    marked = f"^{word}$"
    return {marked[start : start + 3] for start in range(len(marked) - 2)} if len(word) > 4 else set()


def match_strength(
    token: WordToken, other: WordToken, weights: Weights = DEFAULT_WEIGHTS, same: Collection[str] = ()
) -> float:
    """Return how well two words match, from 0 to 1; `same` are stems of synonyms of the first.

    A compound matches its part by the part's share of its letters: *sjuk* is little of *sjukvårdsregion*.
    """
    if token.word == other.word:
        return 1.0
    if token.stem == other.stem and len(token.stem) > 2:
        return weights.same_stem
    if other.stem in same:
        return weights.synonym
    if part_share := max(_part_share(token, other), _part_share(other, token)):
        return part_share
    letters = _letter_similarity(token.word, other.word) * weights.similar_letters
    longest = max(map(len, token.parts & other.parts), default=0)
    return max(letters, longest / len(token.word) * longest / len(other.word))


def is_part(token: WordToken, other: WordToken) -> bool:
    """Return whether one word is a part of the other."""
    return bool(_part_share(token, other) or _part_share(other, token))


def _part_share(part: WordToken, compound: WordToken) -> float:
    """Return the share of the letters of a compound that a part is; 0 if it is none.

    A word is no part of itself or of its inflected forms, however much its ending is.
    """
    if part.stem == compound.stem:
        return 0.0
    known = part.stem in compound.parts
    rest = len(compound.word) - len(part.stem)
    unknown = (
        len(part.stem) >= MIN_UNKNOWN_PART
        and rest >= MIN_UNKNOWN_PART - 1
        and (compound.word.startswith(part.stem) or compound.word.endswith(part.word))
    )
    return min(len(part.word) / len(compound.word), 0.75) if known or unknown else 0.0


def _letter_similarity(word: str, other: str) -> float:
    """Return the Dice coefficient of the trigrams of two long words of similar length, else 0."""
    if min(len(word), len(other)) <= 5 or any(sign.isdigit() for sign in word + other):
        return 0.0
    one, two = spelling(word), spelling(other)
    if one == two:
        return 1.0
    if one[:1] != two[:1] or max(len(one), len(two)) > MAX_LENGTH_RATIO * min(len(one), len(two)):
        return 0.0
    left, right = trigrams(one), trigrams(two)
    dice = 2 * len(left & right) / max(len(left) + len(right), 1)
    return dice if dice >= MIN_LETTER_OVERLAP else 0.0
