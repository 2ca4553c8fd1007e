"""One edition of a code system in its file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

import msgspec
from pyroaring import BitMap

from begrepp.records import language_rank
from begrepp.terminology.concept_record import (
    ConceptRecord,
    Designation,
    RecordHead,
    SystemDescription,
    ThingIri,
    ThingName,
)
from begrepp.terminology.packed_items import PackedItems
from begrepp.terminology.section_file import SectionFile
from begrepp.terminology.stored_hierarchy import StoredHierarchy
from begrepp.text.stemming import code_key

_RECORD = msgspec.msgpack.Decoder(ConceptRecord)
_HEAD = msgspec.msgpack.Decoder(RecordHead)
_NAME, _IRI = msgspec.msgpack.Decoder(ThingName), msgspec.msgpack.Decoder(ThingIri)


class StoredSystem:
    """An edition of a code system (`begrepp.terminology.interface.CodeSystem`). Bitmaps must not be changed."""

    def __init__(self, folder: Path, description: SystemDescription) -> None:
        self.description = description
        self.path = folder / description.file
        self._file = SectionFile(self.path)
        self._records, self._names = PackedItems(self._file, "records"), self._file.items("names")
        self._codes, self._iris = self._file.hashes("codes"), self._file.hashes("iris")
        self._typed, self._spellings = self._file.hashes("typed"), self._file.hashes("spellings")

    def __len__(self) -> int:
        return self.description.size

    @cached_property
    def hierarchy(self) -> StoredHierarchy:
        """The hierarchy and the attribute relations."""
        return StoredHierarchy(self._file, len(self))

    @cached_property
    def active(self) -> BitMap:
        """Concepts that are not retired."""
        return self._file.bitmap("active")

    @cached_property
    def abstract(self) -> BitMap:
        """Concepts that only group others, by FHIR's property `notSelectable`."""
        return self._file.bitmap("abstract")

    @cached_property
    def measured(self) -> BitMap:
        """Concepts that a variable measures."""
        return self._file.bitmap("measured")

    @cached_property
    def top_concepts(self) -> BitMap:
        """Concepts that the publisher's hierarchy begins with (`skos:topConceptOf`); none of a flat list."""
        return self._file.bitmap("top_concepts")

    def index(self, code: str) -> int | None:
        """Return the concept with exactly this notation: an active one, else the last of several; None without one."""
        found = self.indices(code)
        return found[-1] if found else None

    def indices(self, code: str) -> Sequence[int]:
        """Return all concepts that the notation has denoted, active ones last, else by IRI."""
        found = [concept for concept in self._codes.find(code) if self._has_code(concept, code, typed=False)]
        if len(found) > 1:
            found.sort(key=lambda concept: (self.record(concept).status not in ("", "inactive"), self.iri(concept)))
        return found

    def typed_indices(self, code: str) -> Sequence[int]:
        """Return the concepts that have exactly this notation with a datatype, beside the one that names them."""
        return [concept for concept in self._typed.find(code) if self._has_code(concept, code, typed=True)]

    def find(self, code: str) -> Sequence[int]:
        """Return the concepts whose notation equals the code apart from case, spaces and punctuation."""
        key = code_key(code)
        if not key:
            return []
        return [
            concept
            for concept in self._spellings.find(key)
            if any(code_key(own.value) == key for own in self._head(concept).codes)
        ]

    def _has_code(self, concept: int, code: str, *, typed: bool) -> bool:
        name = self.name(concept)
        return (not typed and name.notation == code) or _has_notation(self._head(concept), code, typed=typed)

    def index_of_iri(self, iri: str) -> int | None:
        """Return the concept with an IRI."""
        return next((concept for concept in self._iris.find(iri) if self.iri(concept) == iri), None)

    def code(self, concept: int) -> str:
        """Return the notation of a concept. Raises `IndexError` for a number outside the system."""
        return self.name(concept).notation

    def iri(self, concept: int) -> str:
        """Return the IRI of a concept. Raises `IndexError` for a number outside the system."""
        return _IRI.decode(self._names[concept]).iri

    def name(self, concept: int) -> ThingName:
        """Return code, status and preferred labels of a concept, without decoding its record."""
        return _NAME.decode(self._names[concept])

    def record(self, concept: int) -> ConceptRecord:
        """Return the record of a concept. Raises `IndexError` for a number outside the system."""
        return _RECORD.decode(self._records[concept])

    def _head(self, concept: int) -> RecordHead:
        """Return the first fields of the record, which decode in less time."""
        return _HEAD.decode(self._records[concept])

    def lookup(self, code: str) -> ConceptRecord | None:
        """Return the record of the concept with exactly this notation, or None."""
        found = self._codes.find(code)
        if len(found) == 1:  # nearly always: the record alone tells whether it is the one
            record = self.record(found[0])
            return record if _has_notation(record, code, typed=False) else None
        concept = self.index(code)
        return None if concept is None else self.record(concept)

    def designation(self, concept: int, languages: Sequence[str]) -> Designation | None:
        """Return the preferred label in the first of the languages that has one, else any; None without a label."""
        texts = self.name(concept).texts
        best = min(texts, key=lambda text: (language_rank(text.lang, languages), text), default=None)
        return Designation(best.value, best.lang, "preferred") if best else None

    def codes(self) -> Iterator[str]:
        """Yield the notations of all concepts in order."""
        return map(self.code, range(len(self)))


def _has_notation(record: RecordHead, code: str, *, typed: bool) -> bool:
    if not typed and record.code == code:
        return True
    return any(own.value == code and bool(own.datatype) == typed for own in record.codes)
