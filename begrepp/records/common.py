"""Values that several kinds of records contain: texts, organisations, rights and links to concepts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Text(NamedTuple):
    """A text and its language tag (BCP 47)."""

    value: str
    lang: str


class Redistribution(StrEnum):
    """Whether the publisher allows redistribution of the texts of an edition."""

    ALLOWED = "allowed"
    NOT_ALLOWED = "notAllowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """An organisation: a publisher, a data holder or a health data access body.

    `email` and `contact_page` are its own point of contact (`cv:contactPoint`), which HealthDCAT-AP requires;
    the contact of a dataset is a field of `Dataset`.
    """

    id: str
    names: tuple[Text, ...]
    homepage: str = ""
    type: str = ""
    email: str = ""
    contact_page: str = ""


class Justification(StrEnum):
    """Justification of a link from a variable, a code or an element to a concept (SEMAPV)."""

    CURATED = "semapv:ManualMappingCuration"
    REVIEWED = "semapv:MappingReview"
    LEXICAL = "semapv:LexicalMatching"
    STRUCTURAL = "semapv:StructuralMatching"
    UNSPECIFIED = "semapv:UnspecifiedMatching"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link from a variable, a coded value or an element to the concept that it stands for.

    `concept` is an IRI or `scheme:notation`; `confidence` is between 0 and 1; `source` is a text or a URL: a person, or
    the place in the file that states the link (`term_bindings`, `Alias[@Context='nci:ExtCodeID']`).
    """

    concept: str
    justification: Justification = Justification.CURATED
    confidence: float | None = None
    source: str = ""
    tool: str = ""
    checked: date | None = None


def is_iri(reference: str) -> bool:
    """Return whether a reference is an IRI, not a notation or `scheme:notation`."""
    return "://" in reference or reference.startswith("urn:")


def texts(sv: str = "", en: str = "") -> tuple[Text, ...]:
    """Return the Swedish and English texts, without empty ones."""
    return tuple(Text(value, lang) for value, lang in ((sv, "sv"), (en, "en")) if value)


def choose_label(labels: Iterable[Text], language: str = "sv", *, default: str = "") -> str:
    """Return the label in a language, else in English, else in any; `default` if there is none."""
    ordered = sorted(labels, key=lambda text: (text.lang != language, text.lang != "en", text))
    return ordered[0].value if ordered else default


def links(*concepts: str, source: str = "") -> tuple[Link, ...]:
    """Return links to concepts, justified as manual mapping curation."""
    return tuple(Link(concept=concept, source=source) for concept in concepts if concept)
