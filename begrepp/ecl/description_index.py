"""Index of the descriptions of one code system in the file of its tables: by words, language, kind and state."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from functools import cached_property

import msgspec
import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from begrepp import lazy_polars as polars
from begrepp.ecl.concept_sets import Integers, to_bitmap, to_integers
from begrepp.ecl.description_rows import SEPARATOR
from begrepp.ecl.statement_table import integers_of
from begrepp.ecl.term_match import WORD, fold_marks, keeps_marks, lowered, rows_of_pieces, wildcard_pieces
from begrepp.terminology.section_file import ByteStrings, SectionFile, decode_bitmap
from begrepp.text.pieces import match_pieces

Places = npt.NDArray[np.uint64]


class DescriptionIndex:
    """The descriptions of a code system as numbered rows; sets of rows are bitmaps that must not be changed."""

    def __init__(self, file: SectionFile) -> None:
        self._file = file
        self._concepts = integers_of(file, "descriptions")
        self.all = BitMap(range(len(self._concepts)))
        self._sets: dict[str, dict[str, BitMap]] = {"folding": {}, "language": {}, "kind": {}, "state": {}}
        bitmaps = file.items("set")
        names = msgspec.msgpack.decode(file.section("sets"), type=list[tuple[str, str]])
        for place, (kind, name) in enumerate(names):
            self._sets[kind][name] = decode_bitmap(bitmaps[place])

    @property
    def active(self) -> BitMap:
        """The rows that are in use."""
        return self._sets["state"].get("active", BitMap())

    @property
    def full_names(self) -> BitMap:
        """The rows that are fully specified names."""
        return self._sets["state"].get("full", BitMap())

    @property
    def languages(self) -> Mapping[str, BitMap]:
        """The rows of each language tag, in small letters."""
        return self._sets["language"]

    @property
    def kinds(self) -> Mapping[str, BitMap]:
        """The rows of each kind."""
        return self._sets["kind"]

    @cached_property
    def concepts_with_synonyms(self) -> BitMap:
        """The concepts that have a synonym or a fully specified name beside their preferred labels."""
        return self.concepts(self.kinds.get("synonym", BitMap()))

    @cached_property
    def concepts_with_elements(self) -> BitMap:
        """The concepts whose record holds more of the publisher's FHIR resource."""
        return self.concepts(self._sets["state"].get("published", BitMap()))

    def with_id(self, id_: str) -> BitMap:
        """Return the rows with an identifier."""
        ids, rows = self._file.items("ids"), integers_of(self._file, "ids.rows")
        return BitMap(int(rows[place]) for place in self._file.hashes("id").find(id_) if ids[place] == id_.encode())

    def concepts(self, rows: BitMap) -> BitMap:
        """Return the concepts that the rows describe."""
        return to_bitmap(self._concepts[to_integers(rows)])

    def rows_of(self, concepts: BitMap) -> BitMap:
        """Return the rows that describe the concepts."""
        return to_bitmap(np.flatnonzero(np.isin(self._concepts, to_integers(concepts))))

    def with_words(self, term: str) -> BitMap:
        """Return the rows with words that start with the words of the term, in any order."""
        found = BitMap()
        for folding, rows in self._sets["folding"].items():
            chosen = rows
            for word in (words := WORD.findall(lowered(term, folding))):
                chosen = chosen & self._with_prefix(word, folding)
            if words:
                found |= chosen
        return found

    def with_pattern(self, pattern: str) -> BitMap:
        """Return the rows whose whole text matches a pattern with asterisks."""
        found = BitMap()
        for folding, rows in self._sets["folding"].items():
            pieces = wildcard_pieces(lowered(pattern, folding))
            plain = [fold_marks(piece, folding) for piece in pieces]
            matching = rows & to_bitmap(rows_of_pieces(self._folded, plain))
            if plain != pieces:
                texts = ((row, self._marked(row) or self._folded[row]) for row in matching)
                matching = BitMap([row for row, text in texts if match_pieces(text, pieces) is not None])
            found |= matching
        return found

    @cached_property
    def _folded(self) -> polars.Series:
        return polars.read_ipc(bytes(self._file.section("folded")))["text"]

    def _marked(self, row: int) -> str:
        """Return the text of a row with its marks; empty if the folded text is the same."""
        rows = integers_of(self._file, "marked.rows")
        place = int(np.searchsorted(rows, row))
        if place == len(rows) or rows[place] != row:
            return ""
        return bytes(self._file.items("marked")[place]).decode("utf-8", "surrogatepass")

    def _with_prefix(self, word: str, folding: str) -> BitMap:
        """The rows with a word that starts so; words are sorted, so their rows lie one after another."""
        if folding not in self._vocabulary:
            return BitMap()
        words, rows, ends = self._vocabulary[folding]
        plain = fold_marks(word, folding)
        start = plain.encode("utf-8", "surrogatepass")
        first = bisect_left(words, start)
        last = bisect_left(words, _after(start), first)
        if plain == word:
            return to_bitmap(rows[ends[first] : ends[last]])
        kept = (place for place in range(first, last) if keeps_marks(word, _marked_word(words[place]), folding))
        found = [rows[ends[place] : ends[place + 1]] for place in kept]
        return to_bitmap(np.concatenate(found)) if found else BitMap()

    @cached_property
    def _vocabulary(self) -> dict[str, tuple[_Sorted, Integers, Places]]:
        """For each class of languages the words, folded and with marks, their rows, and where those of each begin."""
        file, found = self._file, {}
        for folding in self._sets["folding"]:
            if file.has(name := f"rows.{folding}"):
                starts = np.frombuffer(file.section(f"{name}.places"), dtype=np.uint64) // 4
                found[folding] = _Sorted(file.items(f"words.{folding}")), integers_of(file, name), starts
        return found


def _after(start: bytes) -> bytes:
    """Return the least byte string after all that start so, in UTF-8."""
    return start + b"\xff"


def _marked_word(word: bytes) -> str:
    return word.decode("utf-8", "surrogatepass").partition(SEPARATOR)[2]


class _Sorted:
    """Byte strings that can be compared."""

    __slots__ = ("_strings",)

    def __init__(self, strings: ByteStrings) -> None:
        self._strings = strings

    def __len__(self) -> int:
        return len(self._strings)

    def __getitem__(self, place: int) -> bytes:
        return bytes(self._strings[place])
