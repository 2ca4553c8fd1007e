"""Search for the concepts of a reconciliation service: by words, code or identifier, also as of a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from urllib.parse import unquote

from msgspec import Struct, structs
from pyroaring import BitMap

from begrepp.ecl.system_tables import tables_of
from begrepp.records import Text
from begrepp.search import Hit
from begrepp.search.relatives import NOT_NAMES
from begrepp.terminology.concept_record import ConceptRecord
from begrepp.terminology.interface import CodeSystem
from begrepp.text.stemming import code_key
from begrepp.text.swedish import fold
from server.http.urls import document_path
from server.reconciliation.service_address import ReconciliationService
from server.served.as_of import find_dated_state
from server.served.resolver import Missing, Resolved, find_concept, find_scheme, resolve_iri
from server.served.schemes import SchemeFacts

_HITS = 12
"""Hits of the index per query, if no more are wanted.

Each costs 50 µs to rank label by label, and equal names and codes are among the first.
"""
_MOST_LISTED = 500
"""Concepts of an edition whose names of the day are compared with a text."""
_SIMILAR = 0.5
"""Score of a concept that has the words of a text in a name of the day; the search scores from 0 to 5."""


class FoundConcept(Struct, frozen=True, kw_only=True):
    """A concept that a search found; `score` is that of the search, 0 if it was found by code or identifier."""

    iri: str
    scheme: str
    """IRI of the code system."""
    notation: str
    labels: tuple[Text, ...]
    active: bool
    retired_on: str = ""
    """First day on which the concept was no longer in force, if a service of an earlier day knows it."""
    matched: Text | None = None
    """The label that matched, if it is not a preferred one."""
    is_own_label: bool = True
    """Whether that label is the concept's own, not that of a concept that is mapped to it."""
    score: float = 0.0


def search_concepts(
    service: ReconciliationService, text: str, language: str, schemes: Sequence[SchemeFacts] = (), most: int = 0
) -> list[FoundConcept]:
    """Return the concepts whose labels, codes or IRIs match a text, best first.

    `schemes` narrows the search; `most` is the number of concepts that are wanted, if it is more than usual.
    """
    within = [scheme.iri for scheme in schemes or service.schemes]
    number = max(_HITS, most)
    hits = service.build.index.suggest(
        text, number, most, limit=number, user_language=language, kind="concept", scheme=within
    )
    found = [_from_hit(hit) for hit in hits]
    if service.day is None:
        return found
    equal, similar = _listed_on_day(service, schemes, text)
    return _as_of(service, [*equal, *found, *similar])


def find_identified(service: ReconciliationService, text: str) -> list[FoundConcept]:
    """Return the concept with an identifier: an IRI, a code of the service's system, or `system/code`.

    Returns nothing if there is none, and all meanings of an ambiguous code.
    """
    resolved: list[Resolved] = []
    with suppress(Missing):
        resolved = _resolve(service, text.strip())
    return describe_concepts(service, [each.iri for each in resolved])


def describe_concepts(service: ReconciliationService, iris: Iterable[str]) -> list[FoundConcept]:
    """Return concepts by IRI, as of the day of the service; those that are no concepts of the service are left out."""
    known = _describe(service, iris)
    return _as_of(service, known) if service.day else known


def may_be_identifier(text: str) -> bool:
    """Return whether a text may be an identifier that the text index does not hold: a path or a former meaning."""
    return not any(map(str.isspace, text)) and any(mark in text for mark in "/|~:") and not text.startswith("http")


def _resolve(service: ReconciliationService, text: str) -> list[Resolved]:
    """Return the things with an identifier; raises `Missing`."""
    if text.startswith(("http://", "https://")):
        return [resolve_iri(service.build, text)]
    if service.has_codes_as_ids and "~" in text:  # a former meaning of a code
        with suppress(Missing):
            return [resolve_iri(service.build, f"{service.schemes[0].iri}/{text}")]
    if service.scheme and (found := find_concept(service.build, service.scheme, unquote(text))):
        return [found]
    for mark in "/|:":
        system, _, code = text.partition(mark)
        if (
            code
            and (facts := find_scheme(service.build, system))
            and (found := find_concept(service.build, facts, code))
        ):
            return [found]
    return []


def _from_hit(hit: Hit) -> FoundConcept:
    matched = None if hit.matched and hit.matched.role in NOT_NAMES else hit.matched
    return FoundConcept(
        iri=hit.iri,
        scheme=hit.scheme,
        notation=hit.notation,
        labels=tuple(Text(value, lang) for lang, value in hit.labels.items()),
        active=hit.active,
        matched=matched.text if matched else None,
        is_own_label=not matched or matched.is_own,
        score=hit.score,
    )


def _describe(service: ReconciliationService, iris: Iterable[str]) -> list[FoundConcept]:
    served = {scheme.iri for scheme in service.schemes}
    records = [service.build.concepts.record(iri) for iri in sorted(set(iris))]
    return [
        FoundConcept(
            iri=record.iri,
            scheme=next(iter(record.schemes), ""),
            notation=record.code,
            labels=_preferred(record),
            active=record.status != "inactive",
        )
        for record in records
        if record and (not served or not served.isdisjoint(record.schemes))
    ]


def _preferred(record: ConceptRecord) -> tuple[Text, ...]:
    return tuple(Text(each.text, each.language) for each in record.designations if each.use == "preferred")


def _as_of(service: ReconciliationService, found: Sequence[FoundConcept]) -> list[FoundConcept]:
    """Return concepts with the labels and status of the day of the service; later ones are left out."""
    first: dict[str, FoundConcept] = {}
    for each in found:
        first.setdefault(each.iri, each)
    kept = []
    for iri, each in first.items():
        if record := service.record(iri):
            own = {Text(label.text, label.language) for label in record.designations}
            matched = each.matched if each.matched in own else None  # another label is of another edition
            kept.append(
                structs.replace(each, labels=_preferred(record), active=record.status != "inactive", matched=matched)
            )
        elif retired := _retired_before(service, each):
            kept.append(retired)
    return kept


def _retired_before(service: ReconciliationService, found: FoundConcept) -> FoundConcept | None:
    """Return a concept that had been retired by the day of the service, or None if it was added later."""
    scheme = service.build.schemes.by_iri.get(found.scheme)
    if scheme is None or service.day is None:
        return None
    path = document_path(service.build.iris, found.iri, scheme.id, found.notation)
    try:
        state = find_dated_state(service.build, Resolved(found.iri, path), service.day)
    except Missing:
        return None
    return structs.replace(found, active=False, retired_on=state.since.isoformat()) if state.retired else None


def _listed_on_day(
    service: ReconciliationService, schemes: Sequence[SchemeFacts], text: str
) -> tuple[list[FoundConcept], list[FoundConcept]]:
    """Return the concepts of earlier editions that had a text as a name or code on the day, and similar ones.

    The index has the names of today, which are those of an edition that is in force still.
    """
    equal: list[FoundConcept] = []
    similar: list[FoundConcept] = []
    for scheme in schemes or service.schemes or service.build.schemes.by_iri.values():
        edition = service.edition(scheme.id)
        if edition is None or edition.description.current:
            continue
        names = tables_of(edition).descriptions
        having = names.concepts(names.with_words(text) - names.kinds.get("definition", BitMap()))
        for number in [*dict.fromkeys((*edition.find(text), *having))][:_MOST_LISTED]:
            found = _listed_concept(edition, number, scheme.iri, text)
            (equal if found.score else similar).append(found)
    return equal, [structs.replace(each, score=_SIMILAR) for each in similar[:_HITS]]


def _listed_concept(edition: CodeSystem, number: int, scheme: str, text: str) -> FoundConcept:
    """Return a concept as an edition has it; its score is 0 if the text is neither its code nor one of its names."""
    record, key = edition.record(number), fold(text.strip())
    equal = next((each for each in record.designations if fold(each.text) == key), None)
    preferred = _preferred(record)
    name = Text(equal.text, equal.language) if equal else None
    return FoundConcept(
        iri=record.iri,
        scheme=scheme,
        notation=record.code,
        labels=preferred,
        active=number in edition.active,
        matched=name if name not in preferred else None,
        score=1.0 if equal or code_key(record.code) == code_key(text) else 0.0,
    )
