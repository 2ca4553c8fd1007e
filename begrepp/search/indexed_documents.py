"""Documents as the index stores them, with what the ranking needs of them whatever the query.

A document is decoded, and its codes and names are analysed, once for many queries: those of a build never change.
"""

from __future__ import annotations

from functools import cached_property, lru_cache, partial

import msgspec
from tantivy import DocAddress, Searcher

from begrepp.records import Text
from begrepp.search.documents import LABEL_ROLES
from begrepp.search.schema import Relative
from begrepp.search.words import UNSPECIFIED
from begrepp.text.placeholders import is_placeholder
from begrepp.text.stemming import code_key, lowercase_words
from begrepp.text.swedish import fold

_KEPT = 3_000
"""Documents that are kept, the last that were scored; one takes about 4 kB, with many labels up to 20 kB."""

_OTHER_NAMES = frozenset(["alt", "hidden"])
_BORROWED = frozenset(["sibling", "namesake", "via"])


class Label(msgspec.Struct, array_like=True, frozen=True):
    """A label and its role: of the document itself (`pref`, `alt`, `hidden`, `keyword`, `code`) or of another.

    The roles of borrowed labels are those of `BorrowedLabel`; `scheme` is the code system of the other.
    """

    role: str
    lang: str
    value: str
    scheme: str = ""

    @property
    def is_own(self) -> bool:
        """Whether it is a name of the document itself."""
        return self.role in LABEL_ROLES

    @property
    def text(self) -> Text:
        """The label as a text in a language."""
        return Text(self.value, self.lang)


class IndexedDocument(msgspec.Struct, array_like=True, frozen=True, dict=True):
    """A document as stored in the index."""

    iri: str
    kind: str
    scheme: str
    notation: str
    active: int
    codes: list[str]
    is_demonstration: int
    species: str
    part_of: str
    dataset: str
    labels: list[Label]
    relatives: list[Relative] | None = None
    """None in the index of an earlier version."""

    @cached_property
    def forms(self) -> DocumentForms:
        """The analysed codes and names."""
        return DocumentForms(self)

    @property
    def is_rest(self) -> bool:
        """Whether a concept is the rest of its parent: *…, ospecificerad*."""
        words = (word for label in self.forms.preferred for word in lowercase_words(label.value))
        return not UNSPECIFIED.isdisjoint(words)


class DocumentForms:
    """The codes and names of a document, analysed.

    `codes` are all codes, normalised, `code` is that of the notation. `preferred` are the preferred labels,
    `preferred_names` these and `names` all own names, folded. `borrowed` is the number of names that are those of the
    same concept elsewhere, `has_placeholder` tells whether a preferred label names nothing.
    """

    __slots__ = ("borrowed", "code", "codes", "has_placeholder", "names", "preferred", "preferred_names")

    def __init__(self, document: IndexedDocument) -> None:
        self.codes = [*map(code_key, document.codes)]
        self.code = code_key(document.notation)
        self.preferred: list[Label] = []
        self.names = set[str]()
        self.borrowed = 0
        for label in document.labels:
            role = label.role
            if role == "pref":
                self.preferred.append(label)
            elif role in _OTHER_NAMES:
                self.names.add(fold(label.value))
            elif role in _BORROWED:
                self.borrowed += 1
        self.preferred_names = {fold(label.value) for label in self.preferred}
        self.names |= self.preferred_names
        scheme = document.scheme.rpartition("/")[2]
        self.has_placeholder = any(is_placeholder(each.value, document.notation, scheme) for each in self.preferred)


decode_document = msgspec.json.Decoder(IndexedDocument).decode


class DocumentReader:
    """Reads documents of an index by their addresses, and keeps the last."""

    def __init__(self, searcher: Searcher) -> None:
        # Not the cache of a method: the reference to itself would keep the files open until garbage is collected.
        self._read = lru_cache(maxsize=_KEPT)(partial(_read_document, searcher))

    def read(self, address: DocAddress) -> IndexedDocument:
        """Return the document at an address."""
        return self._read(address.segment_ord, address.doc)


def _read_document(searcher: Searcher, segment: int, number: int) -> IndexedDocument:
    return decode_document(str(searcher.doc(DocAddress(segment, number)).get_first("stored")))
