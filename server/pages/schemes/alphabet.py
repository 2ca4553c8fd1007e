"""Data of the alphabetical index of a code system, in Swedish order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from begrepp.artefact.alphabet import count_letters, read_entries
from begrepp.records import Text
from server.http.urls import document_path
from server.pages.paging import Paged
from server.served.build import ServedBuild
from server.served.refs import Ref
from server.served.schemes import SchemeFacts

PAGE = 200


class AlphabetPage(Paged, frozen=True, kw_only=True):
    """The names under one letter, and the number of names per letter."""

    size: ClassVar[int] = PAGE
    scheme: SchemeFacts
    letter: str
    letters: Mapping[str, int]
    rows: Sequence[Ref]
    offset: int


def alphabet_page(build: ServedBuild, scheme: SchemeFacts, language: str, *, letter: str, offset: int) -> AlphabetPage:
    """Return the page of a letter, by default the first."""
    letters = count_letters(build.folder, scheme.id, language)
    if letter not in letters:
        letter = next(iter(letters), "")
    return AlphabetPage(
        scheme=scheme,
        letter=letter,
        letters=letters,
        rows=[
            Ref(
                iri=entry.concept,
                href=document_path(build.iris, entry.concept, scheme.id, entry.notation),
                label=Text(entry.name, entry.lang),
                notation=entry.notation,
                scheme=scheme.id,
                active=entry.active,
            )
            for entry in read_entries(build.folder, scheme.id, language, letter, offset, PAGE)
        ],
        total=letters.get(letter, 0),
        offset=offset,
    )
