"""Hits of the text index, as they are shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from begrepp.records import Text, choose_label, in_language
from begrepp.search.indexed_documents import IndexedDocument, Label
from begrepp.search.ranking import HitScore, Ranker, SynonymUse
from begrepp.text.stemming import code_key

_EQUALS = ("via", "sibling", "variant", "inclusion")


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A search hit; `matched` is the matching label if it is not the preferred one. `labels` are by language.

    `parent`, `equals` and `synonyms`, which pages show, are computed from the `details` when they are asked for.
    """

    iri: str
    kind: str
    scheme: str
    notation: str
    labels: dict[str, str]
    active: bool
    matched: Label | None
    score: float
    details: HitDetails = field(repr=False, compare=False)

    def label(self, language: str = "sv") -> str:
        """Return the preferred label in a language, else in English, else in any; empty if there is none."""
        return choose_label((Text(value, lang) for lang, value in self.labels.items()), language)

    @cached_property
    def parent(self) -> Label | None:
        """The name of the code that the code of the hit extends."""
        return _parent_label(self.details.document, self.details.language)

    @cached_property
    def equals(self) -> frozenset[tuple[str, str]]:
        """The names by code system of what has the same code or is an exact match."""
        labels = self.details.document.labels
        return frozenset((label.scheme, label.value) for label in labels if label.role in _EQUALS)

    @cached_property
    def synonyms(self) -> tuple[SynonymUse, ...]:
        """The synonyms of words of the query that found it."""
        label = self.details.result.label
        return self.details.ranker.synonyms(label) if label else ()


class HitDetails(NamedTuple):
    """The parts that a hit was made from: the query, the document with its score, and the language of the user."""

    ranker: Ranker
    document: IndexedDocument
    result: HitScore
    language: str


def hit(ranker: Ranker, document: IndexedDocument, result: HitScore, user_language: str) -> Hit:
    """Return a scored document as a hit; if the query is its code, no other name tells why it was found."""
    is_named = result.label and result.label.role not in ("pref", "code")
    is_code = result.has_code and code_key(document.notation) in ranker.search.codes.whole
    return Hit(
        iri=document.iri,
        kind=document.kind,
        scheme=document.scheme,
        notation=document.notation,
        labels={label.lang: label.value for label in reversed(document.preferred)},
        active=bool(document.active),
        matched=result.label if is_named and not is_code else None,
        score=result.score,
        details=HitDetails(ranker, document, result, user_language),
    )


def _parent_label(document: IndexedDocument, language: str) -> Label | None:
    """Return the name of the parent in the same code system, in a language if it has one in it."""
    labels = [label for label in document.labels if label.role == "parent" and label.scheme == document.scheme]
    return next((label for label in labels if in_language(label.lang, language)), labels[0] if labels else None)
