"""Search query parser: codes, names of code systems, and words with their alternatives and corrections.

*lungcancer* has the alternatives *lung* and *cancer*, and *lung* and *malign tumör*. In *ICD-10 hjärtsvikt* the first
word names two code systems: concepts in them match it. A word that does not occur in the index is replaced by the
closest word that does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from rapidfuzz.distance import OSA

from begrepp.search.query_codes import QueryCodes, find_codes, is_capitals
from begrepp.search.query_operators import QuerySyntax, read_syntax
from begrepp.search.query_parts import QueryPart, gather_phrases, join_abbreviations, split_systems
from begrepp.search.synonyms import MAX_PHRASE_WORDS, Phrase, expansions, synonyms
from begrepp.search.system_names import SystemNames
from begrepp.search.words import (
    KIND_WORDS,
    ORDINARY_WORDS,
    SILENT_WORDS,
    UNSPECIFIED,
)
from begrepp.text.stemming import code_key
from begrepp.text.swedish import fold

_MIN_PART_LENGTH = 3
_MIN_CORRECTED_LENGTH = 4
_LONG_WORD = 8
"""Letters of a word that is corrected though it might be a compound."""
_EXPANSION, _PARTS, _SYNONYM, _PART_SYNONYM = 0.97, 0.92, 0.82, 0.78
_MAX_SPLITS = 3
_SYSTEM_WEIGHT = 0.2
_ORDINARY = 0.3
"""The weight of a word of circumstances, such as *ofta*, to that of another as rare."""
_KNOWN_COMPOUND = 5
"""Documents that a compound occurs in which two words are joined to."""
_FREQUENT_PART = 200
"""Documents that a part of three letters occurs in: *hud*, *ben* and *fot* are parts, *tes* is not."""


class Lexicon(Protocol):
    """Look-ups of words and codes in an index."""

    @property
    def systems(self) -> SystemNames:
        """The names of the code systems and datasets."""

    def frequency(self, word: str) -> int:
        """Return the number of documents in which a word occurs, in any form or as a part of a compound."""

    def is_written(self, word: str) -> bool:
        """Return whether a label has a word, or a part of a compound, in exactly this form apart from accents."""

    def is_prefix(self, word: str) -> bool:
        """Return whether a longer word of the index starts with the text."""

    def is_label(self, text: str) -> bool:
        """Return whether a text is a whole label of a document."""

    def closest(self, word: str) -> str:
        """Return the word of the index that a misspelt word probably is, or an empty string."""

    def has_code(self, code: str) -> bool:
        """Return whether a document has a normalised code."""


@dataclass(frozen=True, slots=True)
class WordSlot:
    """A word or phrase of a query with its alternatives.

    `alternatives` maps phrases to weights up to 1; all words of a phrase are needed. `weight` is higher for rare words.
    `systems` are the IRIs of the code systems and datasets that the words name: what lies in them matches too. `kinds`
    are the kinds of documents that the words name, such as registers. `is_known` tells whether the words or their
    alternatives occur in the index.
    """

    words: Phrase
    alternatives: Mapping[Phrase, float]
    is_last: bool
    weight: float
    systems: frozenset[str] = frozenset()
    kinds: tuple[str, ...] = ()
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class ParsedSearch:
    """A parsed query: its text, codes, words with alternatives, and the corrections as (typed, corrected)."""

    text: str
    slots: tuple[WordSlot, ...]
    corrections: tuple[tuple[str, str], ...] = ()
    codes: QueryCodes = field(default_factory=QueryCodes)
    syntax: QuerySyntax = field(default_factory=lambda: QuerySyntax(""))

    @property
    def code(self) -> str:
        """The whole query normalised as a code."""
        return code_key(self.text)

    @property
    def code_beginnings(self) -> tuple[str, ...]:
        """The codes of the query, whose subdivisions match too; they have at least one digit."""
        typed = (self.code,) if " " not in self.text else ()
        codes = dict.fromkeys((*typed, *self.codes.whole, *self.codes.parts))
        return tuple(code for code in codes if len(code) > 1 and any(map(str.isdigit, code)))

    @property
    def is_capital_code(self) -> bool:
        """Whether the query is a code of letters alone, written in capitals."""
        return bool(self.codes.whole) and is_capitals(self.text)


def parse_search(query: str, lexicon: Lexicon) -> ParsedSearch:
    """Parse a query; `lexicon` looks up words and codes in the index.

    A word that the index does not have is corrected, unless it is the last and the beginning of a word, or the query
    is a code.
    """
    syntax = read_syntax(query)
    text = join_abbreviations(syntax.text)
    codes = find_codes(text, lexicon.systems, lexicon.has_code)
    if codes.parts and lexicon.is_label(text):  # *coenzyme Q10 deficiency*, and not Q10
        codes = replace(codes, parts=())
    parts, in_phrases = gather_phrases([*split_systems(text, lexicon.systems)])
    for uninformative in (SILENT_WORDS, UNSPECIFIED):
        content = [part for part in parts if part.systems or part.words[0] not in uninformative - in_phrases]
        parts = content if any(not part.systems for part in content) else parts
    words = [part.words[0] for part in parts if not part.systems]
    unfinished = words[-1:] if words and not parts[-1].systems and lexicon.is_prefix(words[-1]) else []
    capitals = {word.casefold() for word in text.split() if is_capitals(word)}
    quoted = {word for word in words if any(fold(word) in phrase for phrase in syntax.phrases)}
    kept = {*unfinished, *capitals, *quoted, *in_phrases, *ORDINARY_WORDS} if not codes.whole else {*words}
    unknown = [word for word in words if word not in kept and _is_unknown(word, lexicon)]
    corrected = {word: correction for word in unknown if (correction := _correct(word, lexicon))}
    slots = tuple(_slots(parts, corrected, lexicon))
    for group in syntax.either:
        slots = _unite(slots, group)
    return ParsedSearch(text, slots, tuple(corrected.items()), codes, syntax)


def _is_unknown(word: str, lexicon: Lexicon) -> bool:
    """Return whether a word is not in the index and has no synonyms."""
    return _is_correctable(word) and not (lexicon.frequency(word) or synonyms((word,)) or expansions(word))


def _correct(word: str, lexicon: Lexicon) -> str:
    """Return the word that is meant, or an empty string if there is none or the word is a compound of known words.

    *protatacancer* is *prostatacancer*: no label has the part *protata*, and the word is long and one letter away.
    """
    correction = lexicon.closest(word)
    splits = _split_compound(word, lexicon)
    if not splits or not correction:
        return correction
    near = len(word) >= _LONG_WORD and word[0] == correction[0] and OSA.distance(fold(word), fold(correction)) == 1
    return correction if near and not any(all(map(lexicon.is_written, split)) for split in splits) else ""


def _is_correctable(word: str) -> bool:
    return len(word) >= _MIN_CORRECTED_LENGTH and word.isalpha()


def _slots(parts: Sequence[QueryPart], corrected: Mapping[str, str], lexicon: Lexicon) -> Iterator[WordSlot]:
    at = 0
    while at < len(parts):
        part = parts[at]
        if part.systems:
            at += 1
            yield WordSlot(part.words, {}, at == len(parts), _SYSTEM_WEIGHT, part.systems)
            continue
        run = [corrected.get(each.words[0], each.words[0]) for each in _words_from(parts, at)]
        length, phrases = _match_phrase(run)
        if length == 1 and (joined := _join_words(run, lexicon)):
            at += 2
            yield _slot((joined,), synonyms((joined,)), at == len(parts), lexicon, tuple(run[:2]))
            continue
        at += length
        yield _slot(tuple(run[:length]), phrases, at == len(parts), lexicon)


def _unite(slots: tuple[WordSlot, ...], words: Sequence[str]) -> tuple[WordSlot, ...]:
    """Return the slots with those of some words united to one, which any of the words matches."""
    united = [slot for slot in slots if fold(slot.words[0]) in words]
    if len(united) < 2:
        return slots
    first, others = united[0], united[1:]
    alternatives = {**first.alternatives, **{k: v for slot in others for k, v in slot.alternatives.items()}}
    alternatives |= dict.fromkeys((slot.words for slot in others), 1.0)
    either = replace(first, alternatives=alternatives, is_known=any(slot.is_known for slot in united))
    return tuple(either if slot is first else slot for slot in slots if slot not in others)


def _slot(typed: Phrase, phrases: Sequence[Phrase], is_last: bool, lexicon: Lexicon, apart: Phrase = ()) -> WordSlot:
    """Return the slot of a word or phrase with some synonyms; `apart` are the words that were joined to it."""
    alternatives = dict.fromkeys(phrases, _SYNONYM)
    word = typed[0] if len(typed) == 1 else ""
    if word:
        alternatives |= dict.fromkeys(expansions(word), _EXPANSION)
        splits = _split_compound(word, lexicon)
        alternatives |= {phrase: _PART_SYNONYM for split in splits for phrase in _replace_parts(split)}
        alternatives |= dict.fromkeys(splits, _PARTS)
    if apart:
        alternatives[apart] = _EXPANSION
    lowest = min(lexicon.frequency(each) for each in typed)
    known = bool(lowest or alternatives or (is_last and lexicon.is_prefix(typed[-1])))
    weight = (_ORDINARY if word in ORDINARY_WORDS else 1) / math.log2(4 + lowest)
    return WordSlot(typed, alternatives, is_last, weight, kinds=KIND_WORDS.get(word, ()), is_known=known)


def _join_words(words: Sequence[str], lexicon: Lexicon) -> str:
    """Return the compound that the first two words are parts of, if it is a word of the index: *förmaks flimmer*."""
    if len(words) < 2 or min(map(len, words[:2])) < _MIN_PART_LENGTH or not (words[0] + words[1]).isalpha():
        return ""
    joined = (words[0] + words[1], words[0].removesuffix("s") + words[1], words[0] + "s" + words[1])
    return next((word for word in joined if _is_known_compound(word, lexicon)), "")


def _is_known_compound(word: str, lexicon: Lexicon) -> bool:
    """Return whether some documents have a word, or one of its synonyms."""
    phrases = [(word,), *synonyms((word,))]
    return any(min(map(lexicon.frequency, phrase)) >= _KNOWN_COMPOUND for phrase in phrases)


def _words_from(parts: Sequence[QueryPart], at: int) -> Iterator[QueryPart]:
    """Yield the words from a place to the next name of a system."""
    for part in parts[at:]:
        if part.systems:
            return
        yield part


def _match_phrase(words: Sequence[str]) -> tuple[int, list[Phrase]]:
    """Return the number of first words that are a phrase with synonyms, and the synonyms; otherwise 1 and none."""
    for length in range(min(MAX_PHRASE_WORDS, len(words)), 0, -1):
        if phrases := synonyms(words[:length]):
            return length, phrases
    return 1, []


def _split_compound(word: str, lexicon: Lexicon) -> list[Phrase]:
    """Return up to three ways to split a compound into words of the index, the most frequent words first."""
    splits = []
    for cut in range(_MIN_PART_LENGTH, len(word) - _MIN_PART_LENGTH + 1):
        tail = word[cut:]
        for head in dict.fromkeys((word[:cut], word[:cut].removesuffix("s"))):
            short = min(len(head), len(tail))
            if short < _MIN_PART_LENGTH or not (known := lexicon.frequency(tail)):
                continue
            if not (lowest := min(known, lexicon.frequency(head))):
                continue
            if short > _MIN_PART_LENGTH or lowest >= _FREQUENT_PART:
                splits.append((short > _MIN_PART_LENGTH, lowest, (head, tail)))
    return [words for _, _, words in sorted(splits, reverse=True)[:_MAX_SPLITS]]


def _replace_parts(split: Phrase) -> Iterator[Phrase]:
    """Yield the parts with one of them replaced by a synonym: *lung* and *malign tumör*."""
    for index, part in enumerate(split):
        for synonym in synonyms((part,)):
            yield (*split[:index], *synonym, *split[index + 1 :])
