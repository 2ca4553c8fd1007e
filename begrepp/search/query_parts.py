"""The parts of a query: its words in order, those that name code systems together, and phrases side by side."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from begrepp.search.synonyms import Phrase, expansions, find_phrases
from begrepp.search.system_names import MAX_NAME_WORDS, SystemNames
from begrepp.search.words import CODE_WORDS, FUNCTION_WORDS, KIND_WORDS, SUBJECTS
from begrepp.text.stemming import lowercase_words
from begrepp.text.swedish import fold

_COMPOUND = re.compile(r"(?<![\w-])([^\W\d]+)-([^\W\d]{3,})(?![\w-])")
_MAY_FOLLOW = frozenset([*CODE_WORDS, *SUBJECTS, *KIND_WORDS])
_HYPHENATED = re.compile(r"\b[A-ZÅÄÖ]+-[A-ZÅÄÖ]+\b")


@dataclass(frozen=True, slots=True)
class QueryPart:
    """A word of a query, or the words that name a system."""

    words: Phrase
    systems: frozenset[str] = frozenset()


def split_systems(text: str, systems: SystemNames) -> Iterator[QueryPart]:
    """Yield the words of a text; those that name systems together, and without *kod* after them."""
    words = lowercase_words(text)
    beginnings = {*_beginnings_of_compounds(text, systems)}
    has_register = "regist" in fold("".join(words))  # the name of a register may be put in other words
    at = 0
    while at < len(words):
        may_begin = words[at] not in beginnings and (has_register or systems.may_begin(words[at]))
        longest = min(MAX_NAME_WORDS, len(words) - at) if may_begin else 0
        for length in range(longest, 0, -1):
            named = tuple(words[at : at + length])
            found = systems.find("".join(named)) if length < len(words) else frozenset[str]()
            if found:
                yield QueryPart(named, found)
                at += length
                while at < len(words) and words[at] in CODE_WORDS:
                    at += 1
                break
        else:
            yield QueryPart((words[at],))
            at += 1


def _beginnings_of_compounds(text: str, systems: SystemNames) -> Iterator[str]:
    """Yield the words that are joined by a hyphen to one that is no name of a system and no *kod*: *ICD-dosa*."""
    for first, last in _COMPOUND.findall(text.lower()):
        if last not in _MAY_FOLLOW and not systems.find(f"{first}-{last}"):
            yield first


def join_abbreviations(text: str) -> str:
    """Return a text with abbreviations without their hyphens, if they are known so: *TUR-B* is TURB."""
    return _HYPHENATED.sub(_join_abbreviation, text)


def _join_abbreviation(found: re.Match[str]) -> str:
    """Return an abbreviation without its hyphen, if it is known so: *TUR-B* is TURB."""
    joined = found[0].replace("-", "")
    return joined if expansions(joined.casefold()) else found[0]


def _is_turned(places: Sequence[int]) -> bool:
    """Return whether words stand in another order than those of the phrase."""
    return any(after < before for before, after in pairwise(places))


def _divides(places: Iterable[int], run: set[int]) -> bool:
    """Return whether some but not all of the words of a compound are at some places."""
    return bool(run.intersection(places)) and not run.issubset(places)


def gather_phrases(
    parts: list[QueryPart], compounds: Callable[[Sequence[str]], Iterable[range]]
) -> tuple[list[QueryPart], set[str]]:
    """Return the parts with the words of each phrase that has synonyms side by side, and these words.

    *kan inte sova* has synonyms, though *kan* and *inte* alone say nothing. `compounds` returns the places of words
    that are parts of one compound: they belong together more than those of a phrase in another order, as
    *hjärt* and *klaff* do in *hjärt klaff operation*, though *operation hjärta* has synonyms.
    """
    content = [part for part in parts if part.systems or part.words[0] not in FUNCTION_WORDS] or parts
    words = ["" if part.systems else part.words[0] for part in content]
    phrases = find_phrases(words)
    if any(map(_is_turned, phrases)):
        runs = [{*run} for run in compounds(words)]
        phrases = [each for each in phrases if not (_is_turned(each) and any(_divides(each, run) for run in runs))]
    first = {min(places): places for places in phrases}
    inside = {at for places in phrases for at in places}
    order = (first.get(at, (at,)) for at in range(len(content)) if at in first or at not in inside)
    return [content[at] for places in order for at in places], {content[at].words[0] for at in inside}
