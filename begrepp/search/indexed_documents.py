"""Documents as the index stores them, with what the ranking needs of them whatever the query."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec
from tantivy import DocAddress, Searcher

from begrepp.records import Text
from begrepp.search.documents import LABEL_ROLES
from begrepp.search.schema import Relative
from begrepp.search.words import UNSPECIFIED
from begrepp.text.placeholders import is_placeholder
from begrepp.text.stemming import code_key, lowercase_words
from begrepp.text.swedish import fold

_OTHER_NAMES = frozenset(["alt", "hidden"])
_BORROWED = frozenset(["sibling", "namesake", "via"])


Value = TypeVar("Value")


class _lazy(Generic[Value]):  # written as a decorator
    """A property of a document that is computed at the first use, without the lock of `functools.cached_property`."""

    def __init__(self, compute: Callable[[IndexedDocument], Value]) -> None:
        self._compute = compute
        self._name = compute.__name__

    def __get__(self, document: IndexedDocument, owner: type[IndexedDocument]) -> Value:
        value = document.__dict__[self._name] = self._compute(document)
        return value


class Label(msgspec.Struct, array_like=True, frozen=True, gc=False):
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

    @_lazy
    def preferred(self) -> list[Label]:
        """The preferred labels."""
        return [label for label in self.labels if label.role == "pref"]

    @_lazy
    def has_placeholder(self) -> bool:
        """Whether a preferred label names nothing."""
        scheme = self.scheme.rpartition("/")[2]
        return any(is_placeholder(label.value, self.notation, scheme) for label in self.preferred)

    @_lazy
    def is_rest(self) -> bool:
        """Whether a concept is the rest of its parent: *…, ospecificerad*."""
        words = (word for label in self.preferred for word in lowercase_words(label.value))
        return not UNSPECIFIED.isdisjoint(words)

    @_lazy
    def code_keys(self) -> list[str]:
        """The codes, normalised."""
        return [*map(code_key, self.codes)]

    @_lazy
    def forms(self) -> DocumentForms:
        """The own names, and how many are borrowed, as the learned order compares them."""
        return DocumentForms(self)


class DocumentForms:
    """The code and the names of a document, normalised.

    `preferred` are the preferred labels and `names` all own names, folded, `preferred_words` and `words` their words.
    `borrowed` is the number of names that are those of the same concept elsewhere.
    """

    __slots__ = ("borrowed", "code", "names", "preferred", "preferred_words", "words")

    def __init__(self, document: IndexedDocument) -> None:
        self.code = code_key(document.notation)
        self.preferred = {fold(label.value) for label in document.preferred}
        self.names = self.preferred.union(fold(label.value) for label in document.labels if label.role in _OTHER_NAMES)
        self.preferred_words = {word for name in self.preferred for word in lowercase_words(name)}
        self.words = self.preferred_words.union(*map(lowercase_words, self.names - self.preferred))
        self.borrowed = sum(label.role in _BORROWED for label in document.labels)


_decode = msgspec.json.Decoder(IndexedDocument).decode


def read_document(searcher: Searcher, address: DocAddress) -> IndexedDocument:
    """Return the document of an index at an address: bytes, in the index of an earlier version text."""
    return _decode(searcher.doc(address)["stored"][0])
