"""Ranking of search hits: scores the labels and codes of a document against a parsed query.

A label scores higher the more exactly it has each word of the query, and the fewer other words it has. A name that is
taken from another concept scores lower than the concept's own. The judged queries of docs/search-quality.md measure
the result.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from begrepp.records import Text, in_language
from begrepp.search.documents import LABEL_ROLES
from begrepp.search.label_variants import label_variants
from begrepp.search.query_parser import ParsedSearch, WordSlot
from begrepp.search.species import ANIMAL
from begrepp.search.words import FUNCTION_WORDS, UNSPECIFIED
from begrepp.text.stemming import code_key, lowercase_words, word_keys
from begrepp.text.swedish import fold

W = {
    "pref": 1.0,
    "code": 0.97,
    "alt": 0.95,
    "hidden": 0.9,
    "keyword": 0.5,
    "via": 1.0,
    "sibling": 0.97,
    "variant": 0.92,
    "unspecified": 0.04,
    "measured": 0.85,
    "namesake": 0.87,
    "parent": 0.75,
    "own_language": 0.08,
    "has_language": 0.24,
    "upper": 0.01,
    "size": 0.04,
    "animal": -0.3,
    "demo": -0.22,
    "whole": 1.3,
    "folded_whole": 1.12,
    "system": 0.3,
    "first": 0.04,
    "cover": 0.45,
    "k_scheme": 0.02,
    "k_dataset": 0.04,
    "k_concept": 0.03,
    "k_variable": 0.0,
}
_TYPED, _FOLDED, _KEY, _COMPOUND, _PREFIX = 1.0, 0.97, 0.92, 0.8, 0.7
_EXACT_CODE, _CODE_PREFIX, _CAPITAL_CODE, _EXACT_NAME = 3.0, 1.2, 1.6, 0.5
_CONTEXT = {"context": 0.95, "keyword": 0.8, "parent": 0.7}
"""How well a word matches that is not in the label itself but in one of these roles."""
_UNINFORMATIVE_WEIGHT = 0.1
_UNINFORMATIVE = FUNCTION_WORDS | UNSPECIFIED


class Label(msgspec.Struct, array_like=True, frozen=True):
    """A label and its role: of the document itself (`pref`, `alt`, `hidden`, `keyword`, `code`) or of another.

    The roles of borrowed labels are those of `BorrowedLabel`; `scheme` is the code system of the other.
    """

    role: str
    lang: str
    value: str
    scheme: str = ""

    @property
    def is_own(self) -> bool:
        """Whether it is a name of the document itself."""
        return self.role in LABEL_ROLES

    @property
    def text(self) -> Text:
        """The label as a text in a language."""
        return Text(self.value, self.lang)


class IndexedDocument(msgspec.Struct, array_like=True, frozen=True):
    """A document as stored in the index."""

    iri: str
    kind: str
    scheme: str
    notation: str
    active: int
    codes: list[str]
    is_demonstration: int
    species: str
    part_of: str
    dataset: str
    labels: list[Label]


@dataclass(frozen=True, slots=True)
class HitScore:
    """The score of a document and its best label."""

    score: float
    label: Label | None


def score_hit(search: ParsedSearch, document: IndexedDocument, language: str, size: int) -> HitScore:
    """Score a document, about 0 to 5; what has names in `language` scores higher.

    `size` is the number of documents in the same code system.
    """
    context = _context_qualities(search, document)
    labels = [label for label in document.labels if label.role != "context"]
    if document.kind == "variable":
        labels.append(Label("code", "", document.notation.replace("_", " ")))
    best, best_label = 0.0, None
    for label in labels:
        score = W[label.role] * _label_score(search, label.value, context)
        score += W["own_language"] if score and in_language(label.lang, language) else 0.0
        if score > best:
            best, best_label = score, label
    if best_label and best_label.role == "parent" and _is_unspecified(document):
        best += W["unspecified"]
    code = max((_code_score(search, code) for code in document.codes), default=0.0)
    if code and search.codes.systems & {document.scheme, document.dataset}:
        code += 1.0
    return HitScore(best + code + _prior(document, language, size), best_label)


def _prior(document: IndexedDocument, language: str, size: int) -> float:
    """Return what a document scores for what it is, whatever the query."""
    prior = W["k_" + document.kind]
    if document.kind == "concept" and document.codes:
        prior += W["size"] * math.log10(size + 1)
        prior += W["upper"] * max(0, 7 - len(document.codes[0]))
    if any(label.role == "pref" and in_language(label.lang, language) for label in document.labels):
        prior += W["has_language"]
    prior += W["animal"] * (document.species == ANIMAL) + W["demo"] * document.is_demonstration
    return prior


def _is_unspecified(document: IndexedDocument) -> bool:
    """Return whether a concept is the rest of its parent: *…, ospecificerad*."""
    own = (word for label in document.labels if label.role == "pref" for word in lowercase_words(label.value))
    return not UNSPECIFIED.isdisjoint(own)


def _context_qualities(search: ParsedSearch, document: IndexedDocument) -> list[float]:
    """Return how well the system or dataset that a document lies in matches each slot."""
    within = {document.scheme, document.dataset} if document.kind != "scheme" else {document.iri}
    words: dict[str, list[_AnalysedWord]] = {}
    for label in document.labels:
        if label.role in _CONTEXT:
            words.setdefault(label.role, []).extend(_analyse_label(label.value))
    return [
        1.0
        if slot.systems & within or document.kind in slot.kinds
        else max((_CONTEXT[role] * _slot_score(slot, some)[0] for role, some in words.items()), default=0.0)
        for slot in search.slots
    ]


def _code_score(search: ParsedSearch, notation: str) -> float:
    code = code_key(notation)
    if code in search.codes.whole:
        if search.is_capital_code:
            return _CAPITAL_CODE
        return _EXACT_CODE if any(map(str.isdigit, code)) else _EXACT_NAME
    codes = search.codes
    if codes.first and len(code) == len(codes.first) and codes.first <= code <= codes.last:
        return _EXACT_CODE / 2
    if code in codes.parts:
        return _EXACT_CODE / 2
    typed = max((each for each in search.code_beginnings if code.startswith(each)), key=len, default="")
    return _CODE_PREFIX - 0.05 * min(len(code) - len(typed), 10) if typed else 0.0


def _label_score(search: ParsedSearch, label: str, context: Sequence[float]) -> float:
    """Return the best score of the variants of a label."""
    return max(
        _variant_score(search, variant, context) - 0.02 * bool(n) for n, variant in enumerate(label_variants(label))
    )


def _variant_score(search: ParsedSearch, label: str, context: Sequence[float]) -> float:
    words = _analyse_label(label)
    used: set[int] = set()
    only_systems = all(slot.systems or slot.kinds for slot in search.slots)
    total = own = 0.0
    for slot, around in zip(search.slots, context, strict=True):
        quality, at = _slot_score(slot, words)
        own += quality if only_systems or not (slot.systems or slot.kinds) else 0.0
        total += max(quality, around) * slot.weight
        used |= at
    if not own:
        return 0.0
    if label.casefold() == search.text.casefold():
        return W["whole"]
    informative = sum(word.typed not in _UNINFORMATIVE for word in words)
    covered = len(used) / max(informative + _UNINFORMATIVE_WEIGHT * (len(words) - informative), len(used), 1)
    share = total / sum(slot.weight for slot in search.slots)
    if covered > 0.99 and share > 0.95 and len(used) == informative:
        return W["folded_whole"] * share
    return share * (1 - W["cover"] + W["cover"] * covered) + (W["first"] if 0 in used else 0.0)


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
