"""Ranking of search hits: scores the labels and codes of a document against a parsed query.

A label scores higher the more exactly it has each word of the query, and the fewer other words it has. The judged
queries of docs/search-quality.md measure the result.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from begrepp.records import Text, in_language
from begrepp.search.query_parser import FUNCTION_WORDS, ParsedSearch, WordSlot
from begrepp.text.stemming import code_key, lowercase_words, word_keys
from begrepp.text.swedish import fold

_ROLES = {"pref": 1.0, "code": 0.97, "alt": 0.95, "hidden": 0.9, "via": 0.8}
_TYPED, _FOLDED, _KEY, _COMPOUND, _PREFIX = 1.0, 0.97, 0.92, 0.8, 0.7
_KINDS = {"scheme": 0.02, "dataset": 0.04, "concept": 0.03, "variable": 0.0}
_EXACT_CODE, _CODE_PREFIX, _EXACT_NAME = 3.0, 1.2, 0.5
_OWN_LANGUAGE, _UPPER, _NAMED = 0.12, 0.01, 1.0
_WHOLE = 1.3
_UNINFORMATIVE_WEIGHT = 0.1
# Words that add nothing to the rest of a label: C50.9 "… ospecificerad" is the concept named by the other words.
_UNSPECIFIED = frozenset(
    ["ospecificerad", "ospecificerat", "ospecificerade", "uns", "unspecified", "nos", "ej", "angiven", "angivet", "del"]
)
_UNINFORMATIVE = FUNCTION_WORDS | _UNSPECIFIED
_PARENTHESIS = re.compile(r"\s*[(\[]([^()\[\]]+)[)\]]")


@dataclass(frozen=True, slots=True)
class Label:
    """A label and its role: `pref`, `alt`, `hidden`, `via` (of a matching concept) or `code` (of a variable)."""

    role: str
    text: Text


@dataclass(frozen=True, slots=True)
class HitScore:
    """The score of a document and its best label."""

    score: float
    label: Label | None


def score_hit(
    search: ParsedSearch, kind: str, system: str, codes: Sequence[str], labels: Sequence[Label], language: str
) -> HitScore:
    """Score a document by its code system, codes and labels, about 0 to 4; labels in `language` score higher."""
    best, best_label = 0.0, None
    for label in labels:
        score = _ROLES[label.role] * _label_score(search, label.text.value)
        score += _OWN_LANGUAGE if score and in_language(label.text.lang, language) else 0.0
        if score > best:
            best, best_label = score, label
    code = max((_code_score(search, code) for code in codes), default=0.0)
    code += _NAMED if code and kind == "concept" and search.names_system(system) else 0.0
    upper = _UPPER * max(0, 7 - len(codes[0])) if codes and kind == "concept" else 0.0
    return HitScore(best + code + upper + _KINDS.get(kind, 0.0), best_label)


def _code_score(search: ParsedSearch, notation: str) -> float:
    typed, code = search.code, code_key(notation)
    if typed == code:
        return _EXACT_CODE if search.is_code else _EXACT_NAME
    if not search.is_code:
        return 0.0
    if typed and code.startswith(typed):
        return _CODE_PREFIX - 0.05 * min(len(code) - len(typed), 10)
    return _EXACT_CODE / 2 if code in search.codes else 0.0


def _label_score(search: ParsedSearch, label: str) -> float:
    """Return the best score of the label, the label without parentheses, and the text in parentheses."""
    return max(_variant_score(search, variant) - 0.02 * bool(n) for n, variant in enumerate(_label_variants(label)))


@lru_cache(maxsize=50_000)
def _label_variants(label: str) -> tuple[str, ...]:
    parentheses = _PARENTHESIS.findall(label)
    return (label, _PARENTHESIS.sub("", label).strip(), *parentheses) if parentheses else (label,)


def _variant_score(search: ParsedSearch, label: str) -> float:
    if label.casefold() == search.text.casefold():
        return _WHOLE
    words = _analyse_label(label)
    used: set[int] = set()
    total = 0.0
    for slot in search.slots:
        quality, at = _slot_score(slot, words)
        total += quality * slot.weight
        used |= at
    if not total:
        return 0.0
    informative = sum(word.typed not in _UNINFORMATIVE for word in words)
    covered = len(used) / max(informative + _UNINFORMATIVE_WEIGHT * (len(words) - informative), len(used), 1)
    share = total / sum(slot.weight for slot in search.slots)
    return share * (0.55 + 0.45 * covered) + (0.04 if 0 in used else 0.0)


@dataclass(frozen=True, slots=True)
class _AnalysedWord:
    typed: str
    folded: str
    keys: frozenset[str]


@lru_cache(maxsize=50_000)
def _analyse_label(label: str) -> tuple[_AnalysedWord, ...]:
    return tuple(_analyse_word(word) for word in lowercase_words(label))


@lru_cache(maxsize=100_000)
def _analyse_word(word: str) -> _AnalysedWord:
    return _AnalysedWord(word, fold(word), frozenset(word_keys(word)))


def _slot_score(slot: WordSlot, words: Sequence[_AnalysedWord]) -> tuple[float, set[int]]:
    """Return how well the words of a label match one slot, 0 to 1, and the indexes of the matching words."""
    best = _words_score(slot.words, words, prefix=slot.is_last)
    if best[0] >= _KEY:
        return best
    for alternative, weight in slot.alternatives.items():
        quality, at = _words_score(alternative, words, prefix=False)
        if quality * weight > best[0]:
            best = quality * weight, at
    return best


def _words_score(phrase: Sequence[str], words: Sequence[_AnalysedWord], *, prefix: bool) -> tuple[float, set[int]]:
    """Return how well a label matches all words of a phrase, 0 if one is missing, and the indexes of the matches."""
    total, used = 0.0, set[int]()
    for word in phrase:
        quality, place = _word_score(_analyse_word(word), words, prefix=prefix and word == phrase[-1])
        if not quality:
            return 0.0, set()
        total += quality
        used.add(place)
    return total / len(phrase), used


def _word_score(typed: _AnalysedWord, words: Sequence[_AnalysedWord], *, prefix: bool) -> tuple[float, int]:
    best, place = 0.0, -1
    for at, word in enumerate(words):
        quality = _word_similarity(typed, word, prefix=prefix)
        if quality > best:
            best, place = quality, at
    return best, place


def _word_similarity(typed: _AnalysedWord, word: _AnalysedWord, *, prefix: bool) -> float:
    if typed.folded == word.folded:
        return _TYPED if typed.typed == word.typed else _FOLDED
    if not typed.keys.isdisjoint(word.keys):
        return _KEY
    if prefix and word.folded.startswith(typed.folded):
        return _PREFIX + 0.15 * len(typed.folded) / len(word.folded)
    if len(typed.folded) < 3 or len(word.folded) < len(typed.folded) + 3:
        return 0.0
    if _is_affix(typed.folded, word.folded):
        return _COMPOUND
    return _COMPOUND - 0.05 if any(_is_affix(key, word.folded) for key in typed.keys if len(key) > 3) else 0.0


def _is_affix(part: str, word: str) -> bool:
    return word.endswith(part) or word.startswith(part)
