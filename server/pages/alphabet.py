"""The alphabetical index of a code system: its concepts by their names, letter by letter, in Swedish order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from begrepp.swedish import sort_key
from server.addresses import document
from server.catalogue import MAX_LIST, SchemeFacts
from server.names import Ref, choose
from server.pages.paging import Paged
from server.state import Build

PAGE = 200
OTHER = "#"
"""The letter of names that begin with none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlphabetPage(Paged):
    """The names under one letter, and how many there are under each."""

    size: ClassVar[int] = PAGE
    scheme: SchemeFacts
    letter: str
    letters: Mapping[str, int]
    rows: Sequence[Ref]
    total: int
    offset: int
    whole: bool


def alphabet_page(build: Build, scheme: SchemeFacts, language: str, *, letter: str, offset: int) -> AlphabetPage:
    """The page of a letter; of the first that there is, where none is asked for."""
    listed = build.catalogue.concepts(scheme.iri)
    named = [(letter_of(label.value), label, item) for item in listed if (label := choose(item.labels, language))]
    counts = Counter(first for first, _, _ in named)
    letters = dict(sorted(counts.items(), key=lambda pair: (pair[0] == OTHER, sort_key(pair[0]))))
    if letter not in letters:
        letter = next(iter(letters), "")
    here = sorted(
        ((label, item) for first, label, item in named if first == letter),
        key=lambda pair: (sort_key(pair[0].value), sort_key(pair[1].notation)),
    )
    return AlphabetPage(
        scheme=scheme,
        letter=letter,
        letters=letters,
        rows=[
            Ref(
                iri=item.iri,
                href=document(build.iris, item.iri, scheme.id, item.notation),
                label=label,
                notation=item.notation,
                scheme=scheme.id,
                active=item.active,
            )
            for label, item in here[offset : offset + PAGE]
        ],
        total=len(here),
        offset=offset,
        whole=len(listed) < MAX_LIST,
    )


def letter_of(name: str) -> str:
    """The letter that a name stands under: å, ä and ö are letters of their own, other marks are taken off."""
    first = name.strip()[:1].upper()
    if first in "ÅÄÖ":
        return first
    plain = sort_key(first)[:1].upper()
    return plain if "A" <= plain <= "Z" else OTHER
