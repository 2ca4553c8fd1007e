"""What every kind of record is made of: words in a language, organisations, rights, and references to concepts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Text(NamedTuple):
    """Words in a language (BCP 47)."""

    value: str
    lang: str


class Redistribution(StrEnum):
    """Whether the publisher lets the texts of a release be passed on."""

    ALLOWED = "allowed"
    NOT_ALLOWED = "notAllowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """An organisation that publishes, keeps or decides.

    `email` and `contact_page` are its own point of contact, which HealthDCAT-AP asks of publishers, holders and
    health data access bodies (`cv:contactPoint`); the contact of a dataset is said by the dataset.
    """

    id: str
    names: tuple[Text, ...]
    homepage: str = ""
    type: str = ""
    email: str = ""
    contact_page: str = ""


class Justification(StrEnum):
    """On what ground a variable, a code or an element is linked to a concept (SEMAPV)."""

    CURATED = "semapv:ManualMappingCuration"
    REVIEWED = "semapv:MappingReview"
    LEXICAL = "semapv:LexicalMatching"
    STRUCTURAL = "semapv:StructuralMatching"
    UNSPECIFIED = "semapv:UnspecifiedMatching"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """That a variable, a value or an element stands for a concept: which, on what ground, and how sure.

    `concept` is an IRI or `scheme:notation`; `confidence` lies between 0 and 1; `source` says in words or as an
    address where it is said: a binding in the file (`term_bindings`, `Alias[@Context='nci:ExtCodeID']`), a person.
    """

    concept: str
    justification: Justification = Justification.CURATED
    confidence: float | None = None
    source: str = ""
    tool: str = ""
    checked: date | None = None


def is_iri(reference: str) -> bool:
    """Whether a reference is an IRI, not a notation or `scheme:notation`."""
    return "://" in reference or reference.startswith("urn:")


def texts(sv: str = "", en: str = "") -> tuple[Text, ...]:
    """The Swedish and English of something, leaving out what is empty."""
    return tuple(Text(value, lang) for value, lang in ((sv, "sv"), (en, "en")) if value)


def links(*concepts: str, source: str = "") -> tuple[Link, ...]:
    """References to concepts as links that whoever made the list has stated."""
    return tuple(Link(concept=concept, source=source) for concept in concepts if concept)
