"""Writer of the file of one edition of a code system."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from msgspec.structs import replace
from pyroaring import BitMap

from begrepp.terminology.concept_record import ConceptRecord, SetDescription, SystemDescription, ThingName
from begrepp.terminology.derivation.graph_scan import ScannedConcept
from begrepp.terminology.item_spool import ItemSpool
from begrepp.terminology.packed_items import ItemPacker
from begrepp.terminology.section_file import SectionWriter, encode_bitmap
from begrepp.terminology.stored_hierarchy import Pairs, edges, write_hierarchy
from begrepp.text.stemming import code_key
from begrepp.text.swedish import sort_key

_NOT_SELECTABLE = "http://hl7.org/fhir/concept-properties#notSelectable"


class SystemWriter:
    """Collects the records of one edition, in any order, and writes its file."""

    def __init__(self, path: Path, description: SystemDescription, concepts: Iterable[ScannedConcept]) -> None:
        self._path, self._description = path, description
        self._concepts = sorted(concepts, key=_order)
        self.numbers = {concept.iri: number for number, concept in enumerate(self._concepts)}
        size = len(self._concepts)
        self._names = ItemSpool(size, path.parent)
        self._records = ItemPacker(size, path.parent)
        self._relations: dict[str, array[int]] = defaultdict(lambda: array("I"))
        self._languages: set[str] = set()
        self._abstract, self._measured, self._tops = BitMap(), BitMap(), BitMap()

    def add(self, record: ConceptRecord, name: ThingName) -> None:
        """Add the record and the name of a concept of the edition."""
        number = self.numbers[record.iri]
        self._records.add(number, msgspec.msgpack.encode(record))
        self._names.add(number, msgspec.msgpack.encode(name))
        self._languages.update(designation.language for designation in record.designations)
        if record.measurements:
            self._measured.add(number)
        if self._description.iri in record.top_of:
            self._tops.add(number)
        for property_ in record.properties:
            if property_.is_iri and (target := self.numbers.get(property_.value)) is not None:
                self._relations[property_.property].extend((number, target))
            elif property_.property == _NOT_SELECTABLE and property_.value == "true":
                self._abstract.add(number)

    @property
    def file(self) -> str:
        """Name of the file."""
        return self._path.name

    def write(self, sets: Iterable[SetDescription]) -> SystemDescription:
        """Write the file, with description and value sets of a superseded edition; return the completed description.

        Those of a current one are in the index, so that its file stays the same if only they have changed.
        """
        codes = [concept.codes for concept in self._concepts]
        plain = [(code.value, n) for n, own in enumerate(codes) for code in own if not code.datatype]
        typed = [(code.value, n) for n, own in enumerate(codes) for code in own if code.datatype]
        description = replace(
            self._description,
            size=len(self._concepts),
            languages=tuple(sorted(self._languages - {""})),
            case_sensitive=len({code for code, _ in plain}) > len({code.casefold() for code, _ in plain}),
            file=self.file,
        )
        with SectionWriter(self._path) as out:
            self._records.write(out, "records")
            out.items("names", self._names)
            out.hashes("codes", plain)
            out.hashes("typed", typed)
            out.hashes("spellings", {(code_key(code), n) for code, n in (*plain, *typed)})
            out.hashes("iris", self.numbers.items())
            out.section(
                "active", encode_bitmap(BitMap(n for n, concept in enumerate(self._concepts) if concept.active))
            )
            out.section("abstract", encode_bitmap(self._abstract))
            out.section("measured", encode_bitmap(self._measured))
            out.section("top_concepts", encode_bitmap(self._tops))
            write_hierarchy(out, len(codes), edges(self._broader()), self._related())
            if not description.current:
                out.section("description", msgspec.msgpack.encode(description))
                out.section("sets", msgspec.msgpack.encode([*sets]))
        return description

    def _broader(self) -> list[tuple[int, int]]:
        return [
            (number, self.numbers[parent])
            for number, concept in enumerate(self._concepts)
            for parent in concept.parents
            if parent in self.numbers and parent != concept.iri
        ]

    def _related(self) -> Mapping[str, Pairs]:
        return {name: edges(pairs) for name, pairs in self._relations.items()}


def _order(concept: ScannedConcept) -> tuple[bool, str, str]:
    code = min((code.value for code in concept.codes if not code.datatype), default="")
    code = code or min((code.value for code in concept.codes), default="")
    return not concept.active, sort_key(code), concept.iri
