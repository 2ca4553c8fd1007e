"""Search for the concepts of a reconciliation service: by words, code or identifier, also as of a day."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import unquote

from cachetools import LRUCache

from begrepp.rdf.namespaces import expand
from begrepp.records import Text
from begrepp.search import Hit
from begrepp.text.stemming import code_key
from begrepp.text.swedish import fold
from begrepp.variables.harmonisation.variable_pairs import ListedCode
from server.http.urls import document_path
from server.reconciliation.service_address import ReconciliationService
from server.served.as_of import DatedBuild, find_dated_state
from server.served.labels import find_all_statements, property_iris, property_texts, property_value
from server.served.resolver import Missing, Resolved, find_concept, find_scheme, resolve_iri
from server.served.schemes import SchemeFacts

_HITS = 24
"""Hits of the index per query and code system; as many as a suggestion ranks."""
_DATED_LISTS = 8
_Names = Mapping[str, Sequence[ListedCode]]
_dated_names: LRUCache[tuple[object, ...], _Names] = LRUCache(_DATED_LISTS)
_lock = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundConcept:
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
    service: ReconciliationService, text: str, language: str, schemes: Sequence[SchemeFacts] = ()
) -> list[FoundConcept]:
    """Return the concepts whose labels, codes or IRIs match a text, best first; `schemes` narrows the search."""
    within = [scheme.iri for scheme in schemes or service.schemes] or [""]
    hits = [
        hit
        for scheme in within
        for hit in service.build.index.suggest(text, limit=_HITS, user_language=language, kind="concept", scheme=scheme)
    ]
    found = [_from_hit(hit) for hit in sorted(hits, key=lambda hit: (not hit.active, -hit.score))]
    if dated := service.dated_build:
        listed = [each for scheme in schemes or service.schemes for each in _listed_as(dated, scheme, text)]
        found = _as_of(service, dated, [*listed, *found])
    return found


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
    return _as_of(service, service.dated_build, known) if service.dated_build else known


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
    return FoundConcept(
        iri=hit.iri,
        scheme=hit.scheme,
        notation=hit.notation,
        labels=tuple(Text(value, lang) for lang, value in hit.labels.items()),
        active=hit.active,
        matched=hit.matched.text if hit.matched else None,
        is_own_label=not hit.matched or hit.matched.role != "via",
        score=hit.score,
    )


def _describe(service: ReconciliationService, iris: Iterable[str]) -> list[FoundConcept]:
    served = {scheme.iri for scheme in service.schemes}
    found = []
    for iri, said in find_all_statements(service.build, sorted(set(iris))).items():
        scheme = next(iter(property_iris(said, "skos:inScheme")), "")
        is_concept = expand("skos:Concept") in property_iris(said, "rdf:type")
        if is_concept and (not served or scheme in served):
            found.append(
                FoundConcept(
                    iri=iri,
                    scheme=scheme,
                    notation=property_value(said, "skos:notation"),
                    labels=tuple(property_texts(said, "skos:prefLabel")),
                    active=property_value(said, "begrepp:status") != expand("begrepp:inactive"),
                )
            )
    return found


def _as_of(service: ReconciliationService, dated: DatedBuild, found: Sequence[FoundConcept]) -> list[FoundConcept]:
    """Return concepts with the labels and status of the day of the service; later ones are left out."""
    first: dict[str, FoundConcept] = {}
    for each in found:
        first.setdefault(each.iri, each)
    then = find_all_statements(dated, first)
    kept = []
    for iri, each in first.items():
        said = then[iri]
        if labels := tuple(property_texts(said, "skos:prefLabel")):
            active = property_value(said, "begrepp:status") != expand("begrepp:inactive")
            matched = each.matched
            if matched and matched not in [*property_texts(said, "skos:altLabel"), *labels]:
                matched = None  # the label is of another edition
            kept.append(replace(each, labels=labels, active=active, matched=matched))
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
    return replace(found, active=False, retired_on=state.since.isoformat()) if state.retired else None


def _listed_as(dated: DatedBuild, scheme: SchemeFacts, text: str) -> list[FoundConcept]:
    """Return the concepts of a code system with exactly this label or code on the day: the index has today's labels."""
    names = _names_of(dated, scheme)
    return [
        FoundConcept(
            iri=each.iri, scheme=scheme.iri, notation=each.notation, labels=each.labels, active=each.active, score=1.0
        )
        for each in (*names.get(fold(text.strip()), ()), *names.get(f"code {code_key(text)}", ()))
    ]


def _names_of(dated: DatedBuild, scheme: SchemeFacts) -> _Names:
    key = (dated.full_build.folder, dated.graphs, scheme.iri)
    with _lock:
        if (cached := _dated_names.get(key)) is not None:
            return cached
    names: dict[str, list[ListedCode]] = defaultdict(list)
    for each in dated.schemes.concepts(scheme.iri):
        for name in {f"code {code_key(each.notation)}", *(fold(label.value) for label in each.labels)}:
            names[name].append(each)
    with _lock:
        _dated_names[key] = names
    return names
