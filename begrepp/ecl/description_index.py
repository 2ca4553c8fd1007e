"""Index of the descriptions of one code system: names and definitions, by words, language, kind and state."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from pyroaring import BitMap

from begrepp import lazy_polars as polars
from begrepp.ecl.concept_sets import to_bitmap, to_integers
from begrepp.ecl.term_match import (
    WORD,
    fold_marks,
    folding_class,
    keeps_marks,
    lowered,
    rows_of_pieces,
    wildcard_pieces,
)
from begrepp.rdf.namespaces import local_name
from begrepp.records import Text
from begrepp.terminology.concept_record import ConceptRecord
from begrepp.terminology.interface import CodeSystem
from begrepp.text.pieces import match_pieces

SNOMED = "http://snomed.info/sct"


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A name or definition: `kind` is `preferred`, `synonym` or `definition`; `id` and `language` may be empty."""

    text: str
    language: str
    kind: str
    is_full_name: bool = False
    active: bool = True
    id: str = ""


def descriptions(record: ConceptRecord) -> Iterator[Description]:
    """Yield the descriptions of a concept; hidden labels, which only help searching, are none."""
    ids: dict[tuple[str, str, str], tuple[str, bool]] = {}
    full_names = {*record.full_names}
    for term in record.terms:
        for form in term.forms:
            ids[term.use, form.value, form.lang] = term.iri, term.status not in ("deprecated", "obsolete", "rejected")
    for each in dict.fromkeys(record.designations):
        if each.use != "hidden":
            iri, active = ids.get((each.use, each.text, each.language), ("", True))
            yield Description(
                text=each.text,
                language=each.language,
                kind=each.use,
                is_full_name=Text(each.text, each.language) in full_names,
                active=active,
                id=local_name(iri),
            )
    for note in record.definitions:
        if note.text:
            yield Description(text=note.text, language=note.language, kind="definition")


def is_snomed(system: CodeSystem) -> bool:
    """Return whether a code system is Snomed CT or a part of it."""
    return SNOMED in (system.description.uri, system.description.id) or SNOMED in system.description.identifiers


class DescriptionIndex:
    """The descriptions of a code system as numbered rows; sets of rows are bitmaps that must not be changed."""

    def __init__(self, system: CodeSystem) -> None:
        """Read all records of the system once."""
        self._concepts = array("I")
        self.all, self.active = BitMap(), BitMap()
        self.languages: dict[str, BitMap] = defaultdict(BitMap)
        """The rows of each language tag, in small letters."""
        self.kinds: dict[str, BitMap] = defaultdict(BitMap)
        self.ids: dict[str, BitMap] = defaultdict(BitMap)
        self.full_names = BitMap()
        self._classes: dict[str, BitMap] = defaultdict(BitMap)
        self._marked: dict[int, str] = {}
        """Texts with marks by row; the folded text is the same for all others."""
        folded = []
        for concept in range(len(system)):
            for each in descriptions(system.record(concept)):
                folded.append(self._add(concept, each))
        self._folded = polars.Series(folded, dtype=polars.String)

    def _add(self, concept: int, each: Description) -> str:
        """Add a row and return its folded text."""
        row, language = len(self._concepts), each.language.lower()
        folding = folding_class(language)
        self._concepts.append(concept)
        self.all.add(row)
        self._classes[folding].add(row)
        self.languages[language].add(row)
        self.kinds[each.kind].add(row)
        if each.active:
            self.active.add(row)
        if each.id:
            self.ids[each.id].add(row)
        if each.is_full_name:
            self.full_names.add(row)
        text = lowered(each.text, folding)
        plain = fold_marks(text, folding)
        if plain != text:
            self._marked[row] = text
        return plain

    def concepts(self, rows: BitMap) -> BitMap:
        """Return the concepts that the rows describe."""
        numbers = np.asarray(self._concepts, dtype=np.uint32)
        return to_bitmap(np.unique(numbers[to_integers(rows)]))

    def with_words(self, term: str) -> BitMap:
        """Return the rows with words that start with the words of the term, in any order."""
        found = BitMap()
        for folding, rows in self._classes.items():
            chosen = rows
            for word in (words := WORD.findall(lowered(term, folding))):
                chosen = chosen & self._with_prefix(word, folding)
            if words:
                found |= chosen
        return found

    def with_pattern(self, pattern: str) -> BitMap:
        """Return the rows whose whole text matches a pattern with asterisks."""
        found = BitMap()
        for folding, rows in self._classes.items():
            pieces = wildcard_pieces(lowered(pattern, folding))
            plain = [fold_marks(piece, folding) for piece in pieces]
            matching = rows & to_bitmap(rows_of_pieces(self._folded, plain))
            if plain != pieces:
                texts = ((row, self._marked.get(row) or self._folded[row]) for row in matching)
                matching = BitMap([row for row, text in texts if match_pieces(text, pieces) is not None])
            found |= matching
        return found

    def _with_prefix(self, word: str, folding: str) -> BitMap:
        keys, postings = self._vocabulary[folding]
        plain = fold_marks(word, folding)
        found = BitMap()
        for place in range(bisect_left(keys, (plain, "")), len(keys)):
            folded, marked = keys[place]
            if not folded.startswith(plain):
                break
            if plain == word or keeps_marks(word, marked, folding):
                found |= postings[place]
        return found

    @cached_property
    def _vocabulary(self) -> dict[str, tuple[list[tuple[str, str]], list[BitMap]]]:
        """For each class of languages the words, folded and with marks, sorted, and the rows of each."""
        found, folded = {}, self._folded.to_list()
        for folding, rows in self._classes.items():
            postings: dict[str, array[int]] = defaultdict(lambda: array("I"))
            for row in rows:
                for word in WORD.findall(self._marked.get(row) or folded[row]):
                    postings[word].append(row)
            ordered = sorted((fold_marks(word, folding), word) for word in postings)
            found[folding] = ordered, [BitMap(postings[word]) for _, word in ordered]
        return found
