"""Values that several kinds of records contain: texts, organisations, rights and links to concepts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


def in_language(lang: str, language: str) -> bool:
    """Return whether a language tag matches a language range: `sv-SE` is `sv` (RFC 4647, section 3.3.1)."""
    return lang == language or lang.lower().startswith(f"{language}-") or lang.lower() == language


def language_rank(lang: str, languages: Sequence[str]) -> tuple[int, bool]:
    """Return a sort key for a language tag: the place of the range that it matches, the range itself first.

    A tag that matches none of the languages has the last place.
    """
    place = next((n for n, language in enumerate(languages) if in_language(lang, language)), len(languages))
    return place, place < len(languages) and lang != languages[place]


def choose_label(labels: Iterable[Text], language: str = "sv", *, default: str = "") -> str:
    """Return the label in a language, else in English, else in any; `default` if there is none."""
    ordered = sorted(labels, key=lambda text: (language_rank(text.lang, (language, "en")), text))
    return ordered[0].value if ordered else default


def preferred_notation(notations: Iterable[tuple[str, str]]) -> str:
    """Return the code that names a concept, of pairs of notation and datatype IRI: a plain literal before a typed one.

    A plain literal has the datatype `xsd:string` or an empty string. Returns an empty string if there are none.
    """
    ranked = ((bool(datatype) and not datatype.endswith("#string"), datatype, code) for code, datatype in notations)
    return min(ranked, default=(False, "", ""))[2]


def links(*concepts: str, source: str = "") -> tuple[Link, ...]:
    """Return links to concepts, justified as manual mapping curation."""
    return tuple(Link(concept=concept, source=source) for concept in concepts if concept)
