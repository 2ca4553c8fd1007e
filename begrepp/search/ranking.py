"""What comes first: how well the labels of a thing say what was asked, judged label by label.

A label scores by how exactly it has each word that was asked for, and by how little else it says. What is retired
comes after all that is in force.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from begrepp.records import Text
from begrepp.search.query_parser import FILLERS, ParsedSearch, WordSlot
from begrepp.text.stemming import code_key, keys, spelled
from begrepp.text.swedish import fold

_ROLES = {"pref": 1.0, "code": 0.97, "alt": 0.95, "hidden": 0.9, "via": 0.8}
_TYPED, _FOLDED, _KEY, _INSIDE, _BEGUN = 1.0, 0.97, 0.92, 0.8, 0.7
_KINDS = {"scheme": 0.02, "dataset": 0.04, "concept": 0.03, "variable": 0.0}
_EXACT_CODE, _CODE_BEGINS, _EXACT_NAME = 3.0, 1.2, 0.5
_OWN_LANGUAGE, _UPPER, _NAMED = 0.12, 0.01, 1.0
_WHOLE = 1.3
_LITTLE = 0.1
# What a label says when it says no more: C50.9 "… ospecificerad" is what is meant by the rest of it.
_UNSPECIFIED = frozenset(
    ["ospecificerad", "ospecificerat", "ospecificerade", "uns", "unspecified", "nos", "ej", "angiven", "angivet", "del"]
)
_EMPTY = FILLERS | _UNSPECIFIED
_ASIDE = re.compile(r"\s*[(\[]([^()\[\]]+)[)\]]")


@dataclass(frozen=True, slots=True)
class Label:
    """A label and its role: pref, alt, hidden; via, of a concept that means the same; code."""

    role: str
    text: Text


@dataclass(frozen=True, slots=True)
class HitScore:
    """How well a thing answers, and the label that says so."""

    score: float
    label: Label | None


def score_hit(
    question: ParsedSearch, kind: str, system: str, codes: Sequence[str], labels: Sequence[Label], language: str
) -> HitScore:
    """How well a thing of a code system, with these codes and labels, answers a reader of `language`, in about 0–4."""
    best, said = 0.0, None
    for label in labels:
        score = _ROLES[label.role] * _label_score(question, label.text.value)
        score += _OWN_LANGUAGE if score and label.text.lang == language else 0.0
        if score > best:
            best, said = score, label
    code = max((_code_score(question, code) for code in codes), default=0.0)
    code += _NAMED if code and kind == "concept" and question.names(system) else 0.0
    upper = _UPPER * max(0, 7 - len(codes[0])) if codes and kind == "concept" else 0.0
    return HitScore(best + code + upper + _KINDS.get(kind, 0.0), said)


def _code_score(question: ParsedSearch, notation: str) -> float:
    asked, code = question.code, code_key(notation)
    if asked == code:
        return _EXACT_CODE if question.is_code else _EXACT_NAME
    if not question.is_code:
        return 0.0
    if asked and code.startswith(asked):
        return _CODE_BEGINS - 0.05 * min(len(code) - len(asked), 10)
    return _EXACT_CODE / 2 if code in question.codes else 0.0


def _label_score(question: ParsedSearch, label: str) -> float:
    """The best of the label as it is, without what stands in brackets, and what stands there."""
    return max(_said_score(question, said) - 0.02 * bool(place) for place, said in enumerate(_ways(label)))


@lru_cache(maxsize=50_000)
def _ways(label: str) -> tuple[str, ...]:
    asides = _ASIDE.findall(label)
    return (label, _ASIDE.sub("", label).strip(), *asides) if asides else (label,)


def _said_score(question: ParsedSearch, label: str) -> float:
    if label.casefold() == question.text.casefold():
        return _WHOLE
    words = _words(label)
    used: set[int] = set()
    total = 0.0
    for slot in question.slots:
        quality, at = _slot_score(slot, words)
        total += quality * slot.weight
        used |= at
    if not total:
        return 0.0
    said = [place for place, word in enumerate(words) if word.typed not in _EMPTY]
    covered = len(used) / max(len(said) + _LITTLE * (len(words) - len(said)), len(used), 1)
    share = total / sum(slot.weight for slot in question.slots)
    return share * (0.55 + 0.45 * covered) + (0.04 if 0 in used else 0.0)


@dataclass(frozen=True, slots=True)
class _Word:
    typed: str
    folded: str
    keys: frozenset[str]


@lru_cache(maxsize=50_000)
def _words(label: str) -> tuple[_Word, ...]:
    return tuple(_word(word) for word in spelled(label))


@lru_cache(maxsize=100_000)
def _word(word: str) -> _Word:
    return _Word(word, fold(word), frozenset(keys(word)))


def _slot_score(slot: WordSlot, words: Sequence[_Word]) -> tuple[float, set[int]]:
    """How well a label's words answer one slot, and which of them do."""
    best = _row_score(slot.typed, words, prefix=slot.last)
    if best[0] >= _KEY:
        return best
    for other, near in slot.others.items():
        quality, at = _row_score(other, words, prefix=False)
        if quality * near > best[0]:
            best = quality * near, at
    return best


def _row_score(asked: Sequence[str], words: Sequence[_Word], *, prefix: bool) -> tuple[float, set[int]]:
    """The words asked for, all of them, in a label; nothing where one is missing."""
    total, used = 0.0, set[int]()
    for word in asked:
        quality, place = _word_score(_word(word), words, prefix=prefix and word == asked[-1])
        if not quality:
            return 0.0, set()
        total += quality
        used.add(place)
    return total / len(asked), used


def _word_score(asked: _Word, words: Sequence[_Word], *, prefix: bool) -> tuple[float, int]:
    best, place = 0.0, -1
    for at, word in enumerate(words):
        quality = _likeness(asked, word, prefix=prefix)
        if quality > best:
            best, place = quality, at
    return best, place


def _likeness(asked: _Word, word: _Word, *, prefix: bool) -> float:
    if asked.folded == word.folded:
        return _TYPED if asked.typed == word.typed else _FOLDED
    if not asked.keys.isdisjoint(word.keys):
        return _KEY
    if prefix and word.folded.startswith(asked.folded):
        return _BEGUN + 0.15 * len(asked.folded) / len(word.folded)
    if len(asked.folded) < 3 or len(word.folded) < len(asked.folded) + 3:
        return 0.0
    if _at_an_end(asked.folded, word.folded):
        return _INSIDE
    return _INSIDE - 0.05 if any(_at_an_end(key, word.folded) for key in asked.keys if len(key) > 3) else 0.0


def _at_an_end(part: str, word: str) -> bool:
    return word.endswith(part) or word.startswith(part)
