"""Search query parser: codes, names of code systems, and words with their alternatives and corrections.

*lungcancer* has the alternatives *lung* and *cancer*, and *lung* and *malign tumör*. In *ICD-10 hjärtsvikt* the first
word names two code systems: concepts in them match it. A word that does not occur in the index is replaced by the
closest word that does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial

from begrepp.search.query_codes import QueryCodes, find_codes, is_capitals
from begrepp.search.query_compounds import (
    join_synonym,
    join_words,
    joined_runs,
    loose_alternatives,
    medicine_groups,
    other_joints,
    replace_parts,
    split_compound,
)
from begrepp.search.query_corrections import correction_of, is_unknown, sounded_corrections
from begrepp.search.query_lexicon import Lexicon
from begrepp.search.query_operators import QuerySyntax, read_syntax
from begrepp.search.query_parts import QueryPart, gather_phrases, join_abbreviations, split_systems
from begrepp.search.synonyms import MAX_PHRASE_WORDS, Phrase, expansions, is_synonym, synonyms
from begrepp.search.words import (
    KIND_WORDS,
    ORDINARY_WORDS,
    SILENT_WORDS,
    SUBJECTS,
    UNSPECIFIED,
    other_numerals,
)
from begrepp.text.stemming import code_key, lowercase_words
from begrepp.text.swedish import fold

_EXPANSION, _PARTS, _SYNONYM, _PART_SYNONYM = 0.97, 0.92, 0.82, 0.78
_SYSTEM_WEIGHT, _DATASET_WEIGHT = 0.2, 0.4
_SUBJECT_WEIGHT = 0.12
"""The least weight of a word for what a code system is about: *läkemedel*."""
_MAX_SHORT = 4
"""Letters of a word in capitals that is an abbreviation."""
_COMMON = 16
"""Added to the number of documents with a word: a word that only few have is not the only one that tells."""
_ORDINARY = 0.3
"""The weight of a word of circumstances, such as *ofta*, to that of another as rare."""


_NOT_CORRECTED = frozenset([*ORDINARY_WORDS, *SUBJECTS])
_KEPT_SLOTS = 3_000
"""Slots that are kept, the last that were made; queries of a list share many words."""


@dataclass(frozen=True, slots=True, eq=False)
class WordSlot:
    """A word or phrase of a query with its alternatives.

    `alternatives` maps phrases to weights up to 1; all words of a phrase are needed. `weight` is higher for rare words.
    `systems` are the IRIs of the code systems and datasets that the words name: what lies in them matches too;
    `datasets` are the datasets among them. `kinds` are the kinds of documents that the words name, such as registers,
    `subjects` the IRIs of the code systems that are about what the word names: all of ATC is *läkemedel*. `is_content`
    tells whether a label with the words may be what is meant: not if they only name a system or a kind. `is_known`
    tells whether the words or their alternatives occur in the index, `is_beginning` that they do so only as the
    beginning of other words. `names` are the alternatives that are other names of a concept that the words name, with
    the IRI of a code system that has it.
    """

    words: Phrase
    alternatives: Mapping[Phrase, float]
    is_last: bool
    weight: float
    systems: frozenset[str] = frozenset()
    kinds: tuple[str, ...] = ()
    is_known: bool = True
    subjects: frozenset[str] = frozenset()
    datasets: frozenset[str] = frozenset()
    is_beginning: bool = False
    is_content: bool = True
    names: Mapping[Phrase, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ParsedSearch:
    """A parsed query: its text, codes, words with alternatives, and the corrections as (typed, corrected).

    `capitals` are its short words in capitals, in lower case: abbreviations, which have no other forms.
    """

    text: str
    slots: tuple[WordSlot, ...]
    corrections: tuple[tuple[str, str], ...] = ()
    codes: QueryCodes = field(default_factory=QueryCodes)
    syntax: QuerySyntax = field(default_factory=lambda: QuerySyntax(""))
    capitals: frozenset[str] = frozenset()

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


class SlotMaker:
    """Makes the slots of words and phrases by look-ups in an index; a word has the same slot in many queries."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._make = lru_cache(maxsize=_KEPT_SLOTS)(partial(_slot, lexicon))

    def make(self, typed: Phrase, phrases: Sequence[Phrase], is_last: bool, apart: Phrase = ()) -> WordSlot:
        """Return the slot of a word or phrase with some synonyms; `apart` are the words that were joined to it."""
        return self._make(typed, tuple(phrases), is_last, apart)


def parse_search(query: str, maker: SlotMaker, *, joined: bool = True) -> ParsedSearch:
    """Parse a query; `maker` makes the slots of its words, and its lexicon looks up words and codes in the index.

    A word that the index does not have is corrected, unless it is the last and the beginning of a word, or the query
    is a code. Words that make a compound or a phrase are one word if they are to be `joined`.
    """
    lexicon = maker.lexicon
    syntax = read_syntax(query)
    text = join_abbreviations(syntax.text)
    codes = find_codes(text, lexicon.systems, lexicon.has_code, lexicon.is_code_beginning)
    if codes.parts and lexicon.is_label(text):  # *coenzyme Q10 deficiency*, and not Q10
        codes = replace(codes, parts=())
    parts, in_phrases = gather_phrases([*split_systems(text, lexicon.systems)], partial(joined_runs, lexicon=lexicon))
    for uninformative in (SILENT_WORDS, UNSPECIFIED):
        content = [part for part in parts if part.systems or part.words[0] not in uninformative - in_phrases]
        parts = content if any(not part.systems for part in content) else _with_words(content, lexicon) or parts
    words = [part.words[0] for part in parts if not part.systems]
    unfinished = words[-1:] if words and not parts[-1].systems and lexicon.is_prefix(words[-1]) else []
    capitals = {word.casefold() for word in text.split() if is_capitals(word)}
    quoted = {word for word in words if any(fold(word) in phrase for phrase in syntax.phrases)}
    plain = _NOT_CORRECTED.intersection(lowercase_words(text))
    kept = {*unfinished, *capitals, *quoted, *in_phrases, *plain} if not codes.whole else {*words}
    unknown = [word for word in words if word not in kept and is_unknown(word, lexicon)]
    if unknown:
        kept.update(words[at] for run in joined_runs(words, lexicon) for at in run)
        unknown = [word for word in unknown if word not in kept]
    corrected = sounded_corrections(text, kept.difference(unfinished), lexicon)
    corrected |= {w: correction for w in unknown if w not in corrected and (correction := correction_of(w, lexicon))}
    slots = tuple(_slots(parts, corrected, maker, joined=joined))
    for group in syntax.either:
        slots = _unite(slots, group)
    short = frozenset(word for word in capitals if len(word) <= _MAX_SHORT)
    return ParsedSearch(text, slots, tuple(corrected.items()), codes, syntax, short)


def _with_words(parts: Sequence[QueryPart], lexicon: Lexicon) -> list[QueryPart]:
    """Return parts that all name systems, with some as words: *HER2* in *HER2 i bröstcancerregistret*.

    These are the code lists beside a register, *kön* in *nkbc kön*; without a register, the first part.
    """
    datasets = [part for part in parts if part.systems & lexicon.systems.datasets]
    lists = [part for part in parts if part not in datasets] if datasets else parts[:1]
    lists = lists or parts[:1]
    return [each for part in parts for each in (map(_as_word, part.words) if part in lists else (part,))]


def _as_word(word: str) -> QueryPart:
    return QueryPart((word,))


def _slots(
    parts: Sequence[QueryPart], corrected: Mapping[str, str], maker: SlotMaker, *, joined: bool
) -> Iterator[WordSlot]:
    lexicon = maker.lexicon
    has_words = any(part.words[0].isalpha() for part in parts if not part.systems)
    at = 0
    while at < len(parts):
        part = parts[at]
        if part.systems:
            at += 1
            datasets = part.systems & lexicon.systems.datasets
            weight = _DATASET_WEIGHT if datasets else _SYSTEM_WEIGHT
            if has_words and not datasets and lexicon.are_lists(part.systems):
                named = maker.make(part.words, synonyms(part.words), at == len(parts))
                yield replace(named, systems=part.systems)
            else:
                is_last = at == len(parts)
                yield WordSlot(part.words, {}, is_last, weight, part.systems, datasets=datasets, is_content=False)
            continue
        run = [corrected.get(each.words[0], each.words[0]) for each in _words_from(parts, at)]
        length, phrases = _match_phrase(run if joined else run[:1])
        if joined and (inside := _match_joined(run, length)):
            phrase, taken = inside
            at += taken
            yield maker.make(phrase, synonyms(phrase), at == len(parts), tuple(run[:taken]))
            continue
        if joined and (whole := join_synonym(run, length)):
            word, taken = whole
            at += taken
            others = [*dict.fromkeys((*synonyms((word,)), *(phrases if taken == length else ())))]
            yield maker.make((word,), others, at == len(parts), tuple(run[:taken]))
            continue
        if joined and length == 1 and (compound := join_words(run, lexicon)):
            word, length = compound
            at += length
            yield maker.make((word,), synonyms((word,)), at == len(parts), tuple(run[:length]))
            continue
        at += length
        yield maker.make(tuple(run[:length]), phrases, at == len(parts))


def _unite(slots: tuple[WordSlot, ...], words: Sequence[str]) -> tuple[WordSlot, ...]:
    """Return the slots with those of some words united to one, which any of the words matches."""
    numbers = [number for number, slot in enumerate(slots) if fold(slot.words[0]) in words]
    if len(numbers) < 2:
        return slots
    first, others = slots[numbers[0]], [slots[number] for number in numbers[1:]]
    alternatives = {**first.alternatives, **{k: v for slot in others for k, v in slot.alternatives.items()}}
    alternatives |= dict.fromkeys((slot.words for slot in others), 1.0)
    either = replace(first, alternatives=alternatives, is_known=first.is_known or any(slot.is_known for slot in others))
    kept = (number for number in range(len(slots)) if number not in numbers[1:])
    return tuple(either if number == numbers[0] else slots[number] for number in kept)


def _slot(lexicon: Lexicon, typed: Phrase, phrases: Sequence[Phrase], is_last: bool, apart: Phrase) -> WordSlot:
    """Return the slot of a word or phrase with some synonyms; `apart` are the words that were joined to it."""
    alternatives = dict.fromkeys(phrases, _SYNONYM)
    word = typed[0] if len(typed) == 1 else ""
    if word:
        alternatives |= dict.fromkeys(medicine_groups(word), _SYNONYM) | dict.fromkeys(expansions(word), _EXPANSION)
        alternatives |= dict.fromkeys(((other,) for other in other_numerals(word)), _EXPANSION)
        alternatives |= dict.fromkeys(other_joints(word, lexicon), _EXPANSION)
        splits = split_compound(word, lexicon)
        alternatives |= {phrase: _PART_SYNONYM for split in splits for phrase in replace_parts(split)}
        alternatives |= dict.fromkeys(splits, _PARTS)
    if apart:
        alternatives[apart] = _EXPANSION
    lowest = min(lexicon.frequency(each) for each in typed)
    if word and not (lowest or alternatives or lexicon.is_prefix(word)):
        alternatives |= dict.fromkeys(loose_alternatives(word, lexicon), _PART_SYNONYM)
    beginning = not (lowest or alternatives) and is_last and lexicon.is_prefix(typed[-1])
    known = bool(lowest or alternatives or beginning)
    weight = (_ORDINARY if word in ORDINARY_WORDS else 1) / math.log2(_COMMON + lowest)
    subjects = frozenset(iri for name in SUBJECTS.get(word, ()) for iri in lexicon.systems.find(name))
    weight = max(weight, _SUBJECT_WEIGHT) if subjects else weight
    return WordSlot(
        words=typed,
        alternatives=alternatives,
        is_last=is_last,
        weight=weight,
        kinds=KIND_WORDS.get(word, ()),
        is_content=word not in KIND_WORDS,
        is_known=known,
        subjects=subjects,
        is_beginning=beginning,
    )


def _words_from(parts: Sequence[QueryPart], at: int) -> Iterator[QueryPart]:
    """Yield the words from a place to the next name of a system."""
    for part in parts[at:]:
        if part.systems:
            return
        yield part


def _match_joined(words: Sequence[str], longer: int) -> tuple[Phrase, int] | None:
    """Return the phrase with synonyms that the first words are, two of them joined, and their number.

    *bröst bevarande kirurgi* is *bröstbevarande kirurgi*. They are more than `longer` words.
    """
    for length in range(min(MAX_PHRASE_WORDS + 1, len(words)), max(longer, 2), -1):
        for first in range(length - 1):
            head, tail = words[first : first + 2]
            for compound in dict.fromkeys((head + tail, head + "s" + tail, head.removesuffix("s") + tail)):
                phrase = (*words[:first], compound, *words[first + 2 : length])
                if is_synonym(compound) and synonyms(phrase):
                    return phrase, length
    return None


def _match_phrase(words: Sequence[str]) -> tuple[int, list[Phrase]]:
    """Return the number of first words that are a phrase with synonyms, and the synonyms; otherwise 1 and none."""
    for length in range(min(MAX_PHRASE_WORDS, len(words)), 0, -1):
        if phrases := synonyms(words[:length]):
            return length, phrases
    return 1, []
