"""The parts of a query: its words in order, those that name code systems together, and phrases side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from begrepp.search.synonyms import Phrase, expansions, find_phrases
from begrepp.search.system_names import MAX_NAME_WORDS, SystemNames
from begrepp.search.words import CODE_WORDS, FUNCTION_WORDS
from begrepp.text.stemming import lowercase_words
from begrepp.text.swedish import fold

_HYPHENATED = re.compile(r"\b[A-ZÅÄÖ]+-[A-ZÅÄÖ]+\b")


@dataclass(frozen=True, slots=True)
class QueryPart:
    """A word of a query, or the words that name a system."""

    words: Phrase
    systems: frozenset[str] = frozenset()


def split_systems(text: str, systems: SystemNames) -> Iterator[QueryPart]:
    """Yield the words of a text; those that name systems together, and without *kod* after them."""
    words = lowercase_words(text)
    has_register = "regist" in fold("".join(words))  # the name of a register may be put in other words
    at = 0
    while at < len(words):
        longest = min(MAX_NAME_WORDS, len(words) - at) if has_register or systems.may_begin(words[at]) else 0
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


def join_abbreviations(text: str) -> str:
    """Return a text with abbreviations without their hyphens, if they are known so: *TUR-B* is TURB."""
    return _HYPHENATED.sub(_join_abbreviation, text)


def _join_abbreviation(found: re.Match[str]) -> str:
    """Return an abbreviation without its hyphen, if it is known so: *TUR-B* is TURB."""
    joined = found[0].replace("-", "")
    return joined if expansions(joined.casefold()) else found[0]


def gather_phrases(parts: list[QueryPart]) -> tuple[list[QueryPart], set[str]]:
    """Return the parts with the words of each phrase that has synonyms side by side, and these words.

    *kan inte sova* has synonyms, though *kan* and *inte* alone say nothing.
    """
    content = [part for part in parts if part.systems or part.words[0] not in FUNCTION_WORDS] or parts
    phrases = find_phrases(["" if part.systems else part.words[0] for part in content])
    first = {min(places): places for places in phrases}
    inside = {at for places in phrases for at in places}
    order = (first.get(at, (at,)) for at in range(len(content)) if at in first or at not in inside)
    return [content[at] for places in order for at in places], {content[at].words[0] for at in inside}
