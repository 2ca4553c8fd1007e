"""Queries for the medicines of a disease: *läkemedel mot astma* is *astmamedicin*, *medel mot epilepsi* antiepileptics.

The synonyms name groups of medicines by *astmamedicin* and *medicin mot astma*. Any word for medicines beside others,
or at the end of a compound, finds the same groups; so do words that begin with *anti* and the name of the disease.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from begrepp.search.query_compounds import medicines_for
from begrepp.search.query_lexicon import Lexicon
from begrepp.search.query_parser import ParsedSearch, WordSlot
from begrepp.search.synonyms import Phrase
from begrepp.search.words import MEDICINE_WORDS, QUESTION_WORDS, TREATMENT_WORDS
from begrepp.text.stemming import lowercase_words
from begrepp.text.swedish import fold

_MEDICINE, _AGAINST = "läkemedel", "mot"
_NAMED = 0.82
"""The weight of a group of medicines to that of the word itself; synonyms with less are not tried."""
_MIN_STEM, _ENDING = 5, 3
"""Letters of a disease's name that follow *anti*: all but the ending, at least so many."""
_EFFECTS = ("stillande", "dämpande", "hämmande", "sänkande", "lösande", "vidgande", "medel", "preparat")
"""Ends of compounds that tell what a medicine does against what the first part names: *klådstillande*."""
_FOLDED_EFFECTS = tuple(map(fold, _EFFECTS))


def ask_for_medicines(query: str) -> str:
    """Return a query that asks what is given for a disease as one for medicines: *vad tar man mot magsår*."""
    before, against, disease = query.partition(f" {_AGAINST} ")
    words = {*lowercase_words(before)}
    if not against or words.isdisjoint(TREATMENT_WORDS) or words - TREATMENT_WORDS - QUESTION_WORDS:
        return query
    return f"{_MEDICINE} {_AGAINST} {disease}"


def with_medicines(search: ParsedSearch, lexicon: Lexicon) -> ParsedSearch:
    """Return a search; if it has a word for medicines, with the groups of medicines for what the other words name."""
    if not any(map(_is_medicine, search.slots)):
        return search
    slots = (slot if slot.subjects or slot.systems else _with_groups(slot, lexicon) for slot in search.slots)
    return replace(search, slots=tuple(slots))


def _is_medicine(slot: WordSlot) -> bool:
    return bool(slot.subjects) and slot.words[0] in MEDICINE_WORDS


def _with_groups(slot: WordSlot, lexicon: Lexicon) -> WordSlot:
    names = [slot.words, *(phrase for phrase, weight in slot.alternatives.items() if weight >= _NAMED)]
    groups = [*(group for name in names for group in medicines_for(name)), *_opposing_words(names, lexicon)]
    return replace(slot, alternatives={**dict.fromkeys(groups, _NAMED), **slot.alternatives}) if groups else slot


def _opposing_words(names: Iterable[Phrase], lexicon: Lexicon) -> Iterator[Phrase]:
    """Yield the words of labels for what works against what a name names: *antiepileptika*, *klådstillande*."""
    for name in names:
        word = fold(name[-1])
        if len(name) == 1 and len(word) >= _MIN_STEM:
            against = lexicon.beginning_with("anti" + word[: max(_MIN_STEM, len(word) - _ENDING)])
            effects = (other for other in lexicon.beginning_with(word.rstrip("aeo")) if other.endswith(_FOLDED_EFFECTS))
            yield from ((other,) for other in (*against, *effects))
