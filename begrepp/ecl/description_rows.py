"""Names and definitions of the concepts of one code system, written as rows and an index of their words."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO

import msgspec
from msgspec import Struct
from pyroaring import BitMap

from begrepp import lazy_polars as polars
from begrepp.ecl.term_match import WORD, fold_marks, folding_class, lowered
from begrepp.rdf.namespaces import local_name
from begrepp.records import Text
from begrepp.terminology.concept_record import ConceptRecord
from begrepp.terminology.section_file import SectionWriter, encode_bitmap

SEPARATOR = "\0"
"""Between a folded word and the word with its marks; less than any character of a word."""


class Description(Struct, frozen=True, kw_only=True):
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


class DescriptionCollector:
    """Collects the descriptions of the records of a code system and writes them."""

    def __init__(self) -> None:
        self._concepts = array("I")
        self._sets: dict[tuple[str, str], BitMap] = defaultdict(BitMap)
        self._ids: list[tuple[str, int]] = []
        self._folded: list[str] = []
        self._marked: dict[int, str] = {}
        self._words: dict[str, dict[str, array[int]]] = defaultdict(lambda: defaultdict(lambda: array("I")))

    def add(self, concept: int, record: ConceptRecord) -> None:
        """Add the descriptions of a concept."""
        for each in descriptions(record):
            row, language = len(self._concepts), each.language.lower()
            folding = folding_class(language)
            self._concepts.append(concept)
            memberships = [("folding", folding), ("language", language), ("kind", each.kind)]
            memberships += [("state", "active")] if each.active else []
            memberships += [("state", "full")] if each.is_full_name else []
            memberships += [("state", "published")] if record.resource_element else []
            for membership in memberships:
                self._sets[membership].add(row)
            if each.id:
                self._ids.append((each.id, row))
            text = lowered(each.text, folding)
            plain = fold_marks(text, folding)
            self._folded.append(plain)
            if plain != text:
                self._marked[row] = text
            words = self._words[folding]
            for word in WORD.findall(text):
                words[word].append(row)

    def write(self, out: SectionWriter) -> None:
        """Write the rows, their sets by folding, language, kind and state, and the words."""
        out.section("descriptions", self._concepts.tobytes())
        out.section("sets", msgspec.msgpack.encode([*self._sets]))
        out.items("set", map(encode_bitmap, self._sets.values()))
        out.items("ids", (id_.encode() for id_, _ in self._ids))
        out.array("ids.rows", [row for _, row in self._ids])
        out.hashes("id", ((id_, place) for place, (id_, _) in enumerate(self._ids)))
        frame = BytesIO()
        polars.DataFrame({"text": polars.Series(self._folded, dtype=polars.String)}).write_ipc(frame)
        out.section("folded", frame.getbuffer())
        out.array("marked.rows", [*self._marked])
        out.items("marked", (text.encode("utf-8", "surrogatepass") for text in self._marked.values()))
        for folding, words in self._words.items():
            ordered = sorted((fold_marks(word, folding), word) for word in words)
            out.items(f"words.{folding}", (SEPARATOR.join(pair).encode("utf-8", "surrogatepass") for pair in ordered))
            out.items(f"rows.{folding}", (words[word].tobytes() for _, word in ordered))
