"""Words that people use for one another when they search, from `ontology/synonyms.txt`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import product

from begrepp.settings import ROOT
from begrepp.text.stemming import keys, spelled

Words = tuple[str, ...]
LONGEST = 4
"""The most words a phrase may have to be looked for."""


@cache
def _groups() -> tuple[dict[Words, set[int]], list[list[Words]]]:
    """Which groups a phrase is in, by the keys of its words; and the phrases of each group."""
    groups: list[list[Words]] = []
    by_phrase: dict[Words, set[int]] = {}
    for line in (ROOT / "ontology" / "synonyms.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        phrases = [tuple(spelled(phrase)) for phrase in line.split("=")]
        for phrase in phrases:
            for each in product(*(keys(word) for word in phrase)):
                by_phrase.setdefault(each, set()).add(len(groups))
        groups.append(phrases)
    return by_phrase, groups


def synonyms(phrase: Sequence[str]) -> list[Words]:
    """The phrases that may stand for this one, each as its words in lower case."""
    by_phrase, groups = _groups()
    found = {group for each in product(*(keys(word) for word in phrase)) for group in by_phrase.get(each, ())}
    said = [other for group in sorted(found) for other in groups[group]]
    return [other for other in dict.fromkeys(said) if other != tuple(phrase)]
