"""Relaxation of queries: which words a document needs, and what is sought where no document has a word.

A compound that no label has is sought by its parts: *stapesoperation* by *stapes* and *operation*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache

from begrepp.search.query_compounds import loose_parts
from begrepp.search.query_corrections import is_slight_error
from begrepp.search.query_lexicon import Lexicon
from begrepp.search.query_medicines import ask_for_medicines, with_medicines
from begrepp.search.query_parser import ParsedSearch, SlotMaker, WordSlot, parse_search
from begrepp.search.synonyms import Phrase, expansions, synonyms

_TELLING_SHARE = 0.55
"""A word with less than this share of the weight of the most telling word is not required."""
_OTHER_NAME = 0.78
"""The weight of another name of what a word of the query names to that of the word."""
_ENOUGH_BY_PARTS = 5
"""Documents that have all parts of a compound; with fewer, those that have one of the parts are found too."""
_CACHED_SLOTS = 1_000
"""Slots that are kept without alternatives, and with other names."""
_STEPS = 5
"""Of a query with as many telling words or more, several are dropped at a time."""


def understand_search(query: str, maker: SlotMaker, has_hits: Callable[[ParsedSearch, int], bool]) -> ParsedSearch:
    """Parse a query; if no document has any of its words, with the parts of its compounds as words.

    What is in quotation marks, or has a minus sign, is sought as it is typed.
    """
    lexicon = maker.lexicon
    search = with_medicines(parse_search(ask_for_medicines(query), maker), lexicon)
    search = _with_other_names(search, lexicon)
    is_exact = search.codes.whole or search.syntax.phrases or search.syntax.excluded
    if is_exact or _has_telling_word(search, lexicon):
        return search
    loose, corrected = _loosened(search, lexicon)
    enough = _ENOUGH_BY_PARTS if _is_one_compound(search) else 1
    if not loose or has_hits(search, enough):
        return search
    parsed = parse_search(loose, maker, joined=False)
    return replace(parsed, corrections=(*search.corrections, *corrected, *parsed.corrections))


def _with_other_names(search: ParsedSearch, lexicon: Lexicon) -> ParsedSearch:
    """Return a search of several words in which what is the name of a concept has the concept's other names too.

    *vattenkoppor vaccin* is then also *vattkoppor vaccin*. A query that is one name finds its concept as it is.
    """
    named = [slot for slot in search.slots if not slot.systems]
    if len(named) < 2:
        return search
    slots = (
        slot if slot.systems else _with_names(slot, tuple(lexicon.other_names(" ".join(slot.words)).items()))
        for slot in search.slots
    )
    return replace(search, slots=tuple(slots))


@lru_cache(maxsize=_CACHED_SLOTS)
def _with_names(slot: WordSlot, names: tuple[tuple[Phrase, str], ...]) -> WordSlot:
    others = {name: system for name, system in names if name != slot.words}
    alternatives = {**dict.fromkeys(others, _OTHER_NAME), **slot.alternatives}
    return replace(slot, alternatives=alternatives, names=others) if others else slot


def _is_one_compound(search: ParsedSearch) -> bool:
    """Return whether a search is one word, that is known by its parts alone."""
    words = [word for slot in search.slots for word in slot.words]
    return len(words) == 1 and not (search.codes.parts or synonyms(words) or expansions(words[0]))


def _has_telling_word(search: ParsedSearch, lexicon: Lexicon) -> bool:
    """Return whether the index has one of the telling words, so that some document is found without a look."""
    slots = (search.slots[number] for number in telling_slots(search))
    single = ((slot.words[0], slot.is_last) for slot in slots if len(slot.words) == 1)
    return any(lexicon.frequency(word) or (is_last and lexicon.is_prefix(word)) for word, is_last in single)


def as_written(search: ParsedSearch) -> ParsedSearch:
    """Return a search for its telling words without alternatives, which is enough for the whole name of something."""
    slots = (search.slots[number] for number in telling_slots(search))
    return replace(search, slots=tuple(map(_without_alternatives, slots)))


@lru_cache(maxsize=_CACHED_SLOTS)
def _without_alternatives(slot: WordSlot) -> WordSlot:
    return replace(slot, alternatives={})


def _loosened(search: ParsedSearch, lexicon: Lexicon) -> tuple[str, list[tuple[str, str]]]:
    """Return the words of a search with the parts of those that no label has, or with what they may be misspelt from.

    The words that are replaced by others follow, as (typed, corrected). The text is empty if the search has these words
    already.
    """
    typed = [word for slot in search.slots for word in slot.words]
    parts = [_known_parts(word, lexicon) for word in typed]
    words = [word for each in parts for word in each]
    is_other = words != typed or len(typed) > len(search.slots)
    corrected = [(word, each[0]) for word, each in zip(typed, parts, strict=True) if len(each) == 1 and each[0] != word]
    return (" ".join(words), corrected) if is_other else ("", [])


def _known_parts(word: str, lexicon: Lexicon) -> Phrase:
    """Return a word of the index, or the parts of another word, or the word that is closest to it.

    *kolonskopi* is *koloskopi*, though *kolon* and *kopi* are words: it is long, and the error slight. What has digits
    may be a code, and is never another.
    """
    if lexicon.frequency(word):
        return (word,)
    closest = lexicon.closest(word) if word.isalpha() else ""
    if closest and is_slight_error(word, closest) and lexicon.is_written(closest):
        return (closest,)
    return loose_parts(word, lexicon) or (closest or word,)


def telling_slots(search: ParsedSearch) -> list[int]:
    """Return the numbers of the slots that say most, of those that the index knows.

    Words that say little beside another are not among them: *sjukdom* in *njurstens sjukdom*.
    """
    known = known_slots(search)
    most = max((search.slots[number].weight for number in known), default=0.0)
    return [
        number
        for number in known
        if search.slots[number].weight >= _TELLING_SHARE * most or search.slots[number].systems
    ]


def known_slots(search: ParsedSearch) -> list[int]:
    """Return the numbers of the slots that the index knows."""
    return [number for number, slot in enumerate(search.slots) if slot.is_known]


def slots_beside_beginning(search: ParsedSearch) -> list[int]:
    """Return the numbers of the slots that say most beside a word that is being typed, and of that word.

    What the beginning of a word says is not known; it is rare only because no label has it as a word. The list is empty
    if the query does not end so, or has no other words.
    """
    if not search.slots[-1].is_beginning:
        return []
    others = telling_slots(replace(search, slots=search.slots[:-1]))
    return [*others, len(search.slots) - 1] if others else []


def relaxations(telling: int) -> Iterator[int]:
    """Yield how many of the telling slots a document needs: all, then fewer, at last one."""
    step = 1 + telling // _STEPS
    yield from range(telling, 0, -step) if telling else (0,)
