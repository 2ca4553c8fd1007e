"""Compounds in queries: words that are joined to one, and one that is taken apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from begrepp.search.query_lexicon import Lexicon
from begrepp.search.synonyms import Phrase, is_synonym, source_of, synonyms
from begrepp.search.words import CODE_WORDS, MEDICINE_WORDS, ORDINARY_WORDS

MEDICINE = "medicin"
"""The word by which the synonyms name groups of medicines: *astmamedicin*, *medicin mot astma*."""
_MEDICINE_ENDS = tuple(MEDICINE_WORDS)
_MIN_PART_LENGTH, _MIN_JOINED_LENGTH = 3, 2
"""Letters of a part of a compound that is taken apart, and of one whose parts are typed apart."""
_MAX_SPLITS = 3
_MIN_JOINED, _MAX_JOINED = 2, 3
"""Words that are joined to a compound; three only if a word of a label begins with the first two."""
_MIN_END = 5
"""Letters of a known word that a word ends or begins with whose other part is unknown."""
_MIN_WITH_JOINT = 8
"""Letters of a compound that may have an *s* between its parts or not."""
_KNOWN_COMPOUND = 5
"""Documents that a compound occurs in which words are joined to."""
_PLAIN_PART = 20
"""Documents that each part of a compound occurs in that is not taken for a misspelt word."""
_SHORT_PART = 10
"""Factor by which a split with a part of three letters must be more frequent to be as likely as another."""
_FREQUENT_HEAD, _FREQUENT_TAIL = 100, 200
"""Documents that a part of three letters occurs in, first or last: *knä*, *hud* and *sår* are parts, *tes* is not."""


def joined_runs(words: Sequence[str], lexicon: Lexicon) -> Iterator[range]:
    """Yield the places of the words that stand side by side and are parts of one compound."""
    for at in range(len(words) - 1):
        if joined := join_synonym(words[at:], _MIN_JOINED) or join_words(words[at:], lexicon):
            yield range(at, at + joined[1])


def join_words(words: Sequence[str], lexicon: Lexicon) -> tuple[str, int] | None:
    """Return the compound that the first words are parts of, and their number: 3 for *krans kärls röntgen*.

    The compound is a word of the index, or has synonyms that are. Words of circumstances are no parts: *barn äter*.
    """
    for length in range(min(_MAX_JOINED, len(words)), 1, -1):
        some = words[:length]
        shortest = min(map(len, some))
        if shortest < _MIN_JOINED_LENGTH or not "".join(some).isalpha() or not ORDINARY_WORDS.isdisjoint(some):
            continue
        is_known = _is_known_compound if shortest >= _MIN_PART_LENGTH else _is_written_compound
        compounds = _joined(some)
        if length > _MIN_JOINED and not lexicon.is_prefix("".join(some[:_MIN_JOINED])):
            compounds = [*filter(is_synonym, compounds)]
        if found := next((word for word in compounds if is_known(word, lexicon)), ""):
            return found, length
    return None


def join_synonym(words: Sequence[str], least: int) -> tuple[str, int] | None:
    """Return the compound with synonyms that the first words are parts of, at least so many, and their number.

    *lung funktions undersökning* has those of *lungfunktionsundersökning*, though no label has the word.
    """
    for length in range(min(_MAX_JOINED, len(words)), max(least, _MIN_JOINED) - 1, -1):
        some = words[:length]
        compounds = _joined(some) if "".join(some).isalpha() and some[-1] not in CODE_WORDS else []
        if found := next((word for word in compounds if is_synonym(word) and synonyms((word,))), ""):
            return found, length
    return None


def _joined(words: Sequence[str]) -> list[str]:
    """Return the compounds of some words, with and without an *s* between them."""
    joints = product(*([part, part.removesuffix("s"), part + "s"] for part in words[:-1]))
    return [*dict.fromkeys("".join([*parts, words[-1]]) for parts in joints)]


def _is_written_compound(word: str, lexicon: Lexicon) -> bool:
    """Return whether some documents have a word itself: *ätstörning* in *ät störning*."""
    return lexicon.is_written(word) and lexicon.frequency(word) >= _KNOWN_COMPOUND


def _is_known_compound(word: str, lexicon: Lexicon) -> bool:
    """Return whether some documents have a word, or one of its synonyms."""
    return max(lexicon.frequency(word), _frequency_of_synonyms(word, lexicon)) >= _KNOWN_COMPOUND


def is_plain_compound(split: Phrase, lexicon: Lexicon) -> bool:
    """Return whether all parts of a compound are ordinary words of the index: not *psori* and *asis*."""
    return all(_is_plain(part, lexicon) for part in split)


def is_likely_compound(split: Phrase, lexicon: Lexicon) -> bool:
    """Return whether labels have all parts of a compound, one of them often: not *psori* and *aris*."""
    return all(map(lexicon.is_written, split)) and max(map(lexicon.frequency, split)) >= _PLAIN_PART


def split_compound(word: str, lexicon: Lexicon) -> list[Phrase]:
    """Return up to three ways to split a compound into words of the index, the most frequent words first."""
    splits = []
    for cut in range(_MIN_PART_LENGTH, len(word) - _MIN_PART_LENGTH + 1):
        tail = word[cut:]
        for head in dict.fromkeys((word[:cut], word[:cut].removesuffix("s"))):
            short = min(len(head), len(tail))
            if short < _MIN_PART_LENGTH or not (known := lexicon.frequency(tail)):
                continue
            if not (lowest := min(known, lexicon.frequency(head) or _frequency_of_synonyms(head, lexicon))):
                continue
            if short > _MIN_PART_LENGTH or lowest >= (_FREQUENT_HEAD if len(tail) > short else _FREQUENT_TAIL):
                splits.append((lowest if short > _MIN_PART_LENGTH else lowest // _SHORT_PART, lowest, (head, tail)))
    return [words for _, _, words in sorted(splits, reverse=True)[:_MAX_SPLITS]]


def _frequency_of_synonyms(word: str, lexicon: Lexicon) -> int:
    """Return the number of documents that have all words of a synonym, at least so many for the most frequent one."""
    return max((min(map(lexicon.frequency, phrase)) for phrase in synonyms((word,))), default=0)


def loose_parts(word: str, lexicon: Lexicon) -> Phrase:
    """Return the known words that a word is made of, two or three, or one that it ends or begins with; else none."""
    if splits := split_compound(word, lexicon):
        return splits[0]
    cuts = range(_MIN_PART_LENGTH, len(word) - _MIN_PART_LENGTH)
    for cut in cuts:
        if _is_plain(word[:cut], lexicon) and (rest := split_compound(word[cut:], lexicon)):
            return (word[:cut], *rest[0])
    ends = (part for cut in cuts for part in (word[cut:], word[: len(word) - cut]) if len(part) >= _MIN_END)
    return next(((part,) for part in ends if _is_plain(part, lexicon)), ())


def other_joints(word: str, lexicon: Lexicon) -> list[Phrase]:
    """Return a compound with an *s* less or more between its parts, if the index has it oftener: *bukspottskörtel*.

    The last part is a word of the index.
    """
    known = lexicon.frequency(word)
    cuts = range(_MIN_PART_LENGTH, len(word) - _MIN_END + 1)
    ends = [cut for cut in cuts if lexicon.frequency(word[cut:])] if len(word) >= _MIN_WITH_JOINT else []
    others = (word[: cut - 1] + word[cut:] if word[cut - 1] == "s" else f"{word[:cut]}s{word[cut:]}" for cut in ends)
    return [(other,) for other in dict.fromkeys(others) if lexicon.frequency(other) > known]


def loose_alternatives(word: str, lexicon: Lexicon) -> list[Phrase]:
    """Return what a word that nothing is called by may be sought by: its known parts, and the longest alone."""
    parts = loose_parts(word, lexicon)
    return [*dict.fromkeys((parts, (max(parts, key=len),)))] if parts else []


def _is_plain(word: str, lexicon: Lexicon) -> bool:
    """Return whether a word is an ordinary one of the index."""
    return lexicon.is_written(word) and lexicon.frequency(word) >= _PLAIN_PART


def replace_parts(split: Phrase) -> Iterator[Phrase]:
    """Yield the parts with one of them replaced by a synonym: *lung* and *malign tumör*."""
    for index, part in enumerate(split):
        for synonym in synonyms((part,)):
            yield (*split[:index], *synonym, *split[index + 1 :])


def medicine_groups(word: str) -> list[Phrase]:
    """Return the groups of medicines that a compound such as *astmatabletter* names."""
    disease = _disease_of(word)
    return medicines_for((disease,)) if disease else []


def medicines_for(name: Phrase) -> list[Phrase]:
    """Return the groups of medicines for a disease, by the synonyms of *astmamedicin* and *medicin mot astma*."""
    return [group for phrase in _medicine_phrases(name) for group in synonyms(phrase) if MEDICINE not in group]


def medicine_source(typed: Phrase, group: Phrase) -> str:
    """Return where it is said that a group of medicines is for what was typed; empty if it is not."""
    disease = _disease_of(typed[0]) if len(typed) == 1 else ""
    phrases = (phrase for name in (typed, *synonyms(typed), (disease,)) for phrase in _medicine_phrases(name))
    return next((source for phrase in phrases if (source := source_of(phrase, group))), "")


def _disease_of(word: str) -> str:
    """Return the first part of a compound that names a medicine: *astma* of *astmatabletter*; empty for others."""
    if not word.endswith(_MEDICINE_ENDS):
        return ""
    ends = (end for end in MEDICINE_WORDS if word.endswith(end) and len(word) >= len(end) + _MIN_PART_LENGTH)
    end = max(ends, key=len, default="")
    return word.removesuffix(end) if end else ""


def _medicine_phrases(name: Phrase) -> list[Phrase]:
    """Return the phrases by which synonyms name the medicines for a disease."""
    heads = dict.fromkeys((name[-1], name[-1].removesuffix("s"), name[-1] + "s"))
    compounds = [(head + MEDICINE,) for head in heads] if len(name) == 1 else []
    return [*compounds, *((MEDICINE, *name[:-1], head) for head in heads)]
