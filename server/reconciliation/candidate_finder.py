"""Candidates of reconciliation queries: concepts with a score from 0 to 100, its features, and whether they match.

A candidate matches if it alone has the text as its name or code, is in force, and has all properties asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import nlargest

from msgspec import Struct

from begrepp.records import Text
from server.http.i18n import Translator
from server.http.negotiation import named_language
from server.reconciliation.candidate_score import (
    NameScorer,
    ScoredConcept,
    keep_search_order,
    score_identified,
    score_listed,
)
from server.reconciliation.concept_search import (
    FoundConcept,
    describe_concepts,
    find_identified,
    may_be_identifier,
    search_concepts,
)
from server.reconciliation.condition_candidates import concepts_below
from server.reconciliation.entity_properties import PROPERTIES, EntityRecords
from server.reconciliation.entity_types import EntityType, TypeIndex
from server.reconciliation.match_query import MAX_CANDIDATES, MatchQuery, PropertyCondition
from server.reconciliation.property_candidates import PropertyCandidates
from server.reconciliation.service_address import ReconciliationService
from server.served.labels import choose_text
from server.served.resolver import find_scheme
from server.served.schemes import SchemeFacts

_PROPERTY_SHARE = 0.3
"""Part of the score that is the share of the conditions on properties that hold."""
_FURTHER = MAX_CANDIDATES
"""Concepts whose properties are compared with the conditions of a query, beside the first hits of the search."""
_SUCCESSOR = 0.8
_OTHER_TYPE = 0.8


class Candidate(Struct, frozen=True, kw_only=True):
    """A candidate of a query."""

    id: str
    concept: FoundConcept
    name: Text
    description: str
    score: float
    match: bool
    types: Sequence[EntityType]
    features: Mapping[str, bool | float]

    @property
    def is_exact(self) -> bool:
        """Whether the text is a name, the code or the identifier of the concept."""
        return any(self.features.get(name) for name in ("name_exact", "code_exact", "id_exact"))


class CandidateFinder:
    """Finds the candidates of the queries of one request; equal texts are searched for once."""

    def __init__(self, service: ReconciliationService, language: str) -> None:
        self._service = service
        self._translate = Translator(language)
        self._types = TypeIndex(service, language)
        self._below: dict[tuple[Sequence[PropertyCondition], str], Sequence[FoundConcept]] = {}

    def find(self, queries: Sequence[MatchQuery]) -> list[list[Candidate]]:
        """Return the candidates of each query, best first."""
        cache: dict[object, list[ScoredConcept]] = {}
        scored = []
        for query in queries:
            key = (query.texts, query.ids, query.types, query.conditions, query.limit, self._language(query))
            if key in cache:
                scored.append([each.copy() for each in cache[key]])
            else:
                cache[key] = self._score(query)
                scored.append(cache[key])
        typed = [(query, found) for query, found in zip(queries, scored, strict=True) if query.types]
        self._add_types([found for _, found in typed])
        for query, found in typed:
            self._apply_types(query, found)
        self._apply_conditions(queries, scored)
        successors = self._find_successors(scored)
        ranked = [self._rank(query, found, successors) for query, found in zip(queries, scored, strict=True)]
        self._add_types([[each for each, _ in found] for found in ranked])
        return [
            [self._candidate(each, match, successors, self._language(query)) for each, match in found]
            for query, found in zip(queries, ranked, strict=True)
        ]

    def _language(self, query: MatchQuery) -> str:
        """Return the language that a query names, else that of the request."""
        return named_language(query.language) or self._translate.language

    def _score(self, query: MatchQuery) -> list[ScoredConcept]:
        """Return the concepts that a query finds by identifier, name, code or properties, with scores of the names."""
        found: dict[str, ScoredConcept] = {}
        schemes = self._narrowed_schemes(query)
        for text in query.texts:
            hits = search_concepts(self._service, text, self._language(query), schemes, query.limit)
            best = max((hit.score for hit in hits), default=0.0)
            if may_be_identifier(text):
                hits = [*find_identified(self._service, text), *hits]
            scored = [*map(NameScorer(text, best).score, hits)]
            keep_search_order(scored)
            scored += self._score_further(query, text, schemes, scored)
            for each in scored:
                known = found.get(each.concept.iri)
                if known is None or each.score > known.score:
                    found[each.concept.iri] = each
        if not query.texts:
            listed = PropertyCandidates(self._service, self._language(query))
            concepts = listed.find(query.conditions, schemes, _FURTHER)
            found = {each.iri: score_listed(each) for each in concepts}
        identified = [*query.ids, *self._codes_among_conditions(query)]
        for concept in (each for text in identified for each in find_identified(self._service, text)):
            found[concept.iri] = score_identified(concept)
        return [*found.values()]

    def _score_further(
        self, query: MatchQuery, text: str, schemes: Sequence[SchemeFacts], first: Sequence[ScoredConcept]
    ) -> list[ScoredConcept]:
        """Return concepts that conditions may hold of, though the search has others before them; best names first.

        Similar names score no more than the last of those.
        """
        if not query.conditions:
            return []
        hits = search_concepts(self._service, text, self._language(query), schemes, _FURTHER)
        best = max((hit.score for hit in hits), default=0.0)
        known = {each.concept.iri for each in first}
        most = min((each.score for each in first if not each.exact), default=100.0)
        further = {each.iri: each for each in (*self._concepts_below(query), *hits) if each.iri not in known}
        scorer = NameScorer(text, best)
        scored = [scorer.score(each, place=_FURTHER) for each in further.values()]
        scored = nlargest(_FURTHER, scored, key=lambda each: each.score)
        for each in scored:
            each.score = each.score if each.exact else min(each.score, most)
        return scored

    def _concepts_below(self, query: MatchQuery) -> Sequence[FoundConcept]:
        key = (query.conditions, self._language(query))
        if key not in self._below:
            self._below[key] = concepts_below(self._service, *key)
        return self._below[key]

    def _narrowed_schemes(self, query: MatchQuery) -> list[SchemeFacts]:
        """Return the code systems that the types or a property of a query name, of those that the service has."""
        build = self._service.build
        named = self._types.schemes_of(query.types) if query.strictness != "should" else []
        for condition in query.conditions:
            if condition.property_id == "system" and condition.quantifier != "none":
                named += [scheme for value in condition.values if (scheme := find_scheme(build, value))]
        parts = [part for scheme in named for part in build.schemes.parts(scheme) or [scheme]]
        served = {scheme.iri for scheme in self._service.schemes}
        return list({s.iri: s for s in parts if not served or s.iri in served}.values())

    def _codes_among_conditions(self, query: MatchQuery) -> list[str]:
        """Return the codes that a query without a name gives as a property."""
        if query.texts:
            return []
        codes = [value for each in query.conditions if each.property_id in ("code", "iri") for value in each.values]
        systems = [s.id for s in self._narrowed_schemes(query)] if not self._service.scheme else []
        return [f"{system}/{code}" for system in systems for code in codes] or codes

    def _add_types(self, scored: Sequence[Sequence[ScoredConcept]]) -> None:
        types = self._types.types_of([each.concept for found in scored for each in found])
        for found in scored:
            for each in found:
                each.types = types[each.concept.iri]

    def _apply_types(self, query: MatchQuery, found: Sequence[ScoredConcept]) -> None:
        wanted = [self._types.normalise(each) for each in query.types]
        for each in found:
            own = {type_.id for type_ in each.types} | {self._types.root.id}
            is_wanted = all(name in own for name in wanted) if query.strictness == "all" else not own.isdisjoint(wanted)
            if query.strictness == "should":
                each.features["type"] = is_wanted
                each.score *= 1 if is_wanted else _OTHER_TYPE
            else:
                each.kept = is_wanted

    def _apply_conditions(self, queries: Sequence[MatchQuery], scored: Sequence[Sequence[ScoredConcept]]) -> None:
        """Weigh the scores of candidates by the conditions on their properties; drop those that lack a required one."""
        pairs = [(q, each) for q, found in zip(queries, scored, strict=True) if q.conditions for each in found]
        if not pairs:
            return
        records = EntityRecords(self._service, (each.concept.iri for _, each in pairs), self._translate.language)
        for query, each in pairs:
            held = [_holds(condition, records, each.concept.iri) for condition in query.conditions]
            for condition, is_held in zip(query.conditions, held, strict=True):
                each.features[f"property_{condition.property_id}"] = is_held
                each.kept = each.kept and (is_held or not condition.required)
            each.has_all = all(held)
            each.score = (1 - _PROPERTY_SHARE) * each.score + 100 * _PROPERTY_SHARE * sum(held) / len(held)

    def _find_successors(self, scored: Sequence[Sequence[ScoredConcept]]) -> dict[str, list[FoundConcept]]:
        """Return the successors of the retired concepts among the candidates."""
        retired = [each.concept.iri for found in scored for each in found if each.kept and not each.concept.active]
        if not retired or self._service.dated_build:
            return {}
        records = EntityRecords(self._service, retired, self._translate.language)
        successors = {iri: [ref.iri for ref in records.refs(records.record(iri).successors)] for iri in retired}
        described = describe_concepts(self._service, {iri for iris in successors.values() for iri in iris})
        known = {each.iri: each for each in described}
        return {iri: [known[each] for each in iris if each in known] for iri, iris in successors.items()}

    def _rank(
        self, query: MatchQuery, found: Sequence[ScoredConcept], successors: Mapping[str, Sequence[FoundConcept]]
    ) -> list[tuple[ScoredConcept, bool]]:
        """Return the best candidates of a query, each with whether it matches."""
        kept = {each.concept.iri: each for each in found if each.kept}
        for each in [*kept.values()]:
            for successor in successors.get(each.concept.iri, ()) if each.exact else ():
                if successor.iri not in kept:
                    features: dict[str, bool | float] = {"successor": True, "deprecated": not successor.active}
                    kept[successor.iri] = ScoredConcept(
                        concept=successor,
                        score=each.score * _SUCCESSOR,
                        exact=False,
                        features=features,
                        predecessor=each.concept.notation,
                    )
        ranked = sorted(
            kept.values(), key=lambda s: (-round(s.score, 1), not s.concept.active, s.place, s.concept.notation)
        )
        exact = [each for each in ranked if each.exact and each.concept.active and each.has_all]
        # In a code system a code is one concept, whatever synonyms are written alike: T1 is a synonym of T1a.
        with_code = {each.concept.scheme for each in exact if each.has_code}
        certain = [each for each in exact if each.has_code or each.concept.scheme not in with_code]
        matching = certain[0] if len(certain) == 1 and certain[0] is ranked[0] else None
        return [(each, each is matching) for each in ranked[: query.limit]]

    def _candidate(
        self, scored: ScoredConcept, match: bool, successors: Mapping[str, Sequence[FoundConcept]], language: str
    ) -> Candidate:
        concept = scored.concept
        name = choose_text(concept.labels, language) or Text(concept.notation or concept.iri, "")
        return Candidate(
            id=self._service.entity_id(concept.iri, concept.notation),
            concept=concept,
            name=name,
            description=self._describe(scored, successors.get(concept.iri, ())),
            score=round(scored.score, 1),
            match=match,
            types=scored.types,
            features=scored.features,
        )

    def _describe(self, scored: ScoredConcept, successors: Sequence[FoundConcept]) -> str:
        """Return the code, the label that matched, and for a retired concept its successors."""
        concept, language = scored.concept, self._translate.language
        parts = [concept.notation]
        if self._service.scheme is None and (scheme := self._service.build.schemes.by_iri.get(concept.scheme)):
            parts = [f"{scheme.id} {concept.notation}"]
        if concept.matched:
            parts.append(concept.matched.value)
        if not concept.active:
            day = concept.retired_on
            parts.append(
                self._translate("reconcile.retired_on", day=day) if day else self._translate("reconcile.retired")
            )
            names = [
                f"{s.notation} {label.value if (label := choose_text(s.labels, language)) else ''}" for s in successors
            ]
            if names:
                parts.append(self._translate("reconcile.replaced_by", codes="; ".join(each.strip() for each in names)))
        if scored.predecessor:
            parts.append(self._translate("reconcile.replaces", code=scored.predecessor))
        return " · ".join(filter(None, parts))


def _holds(condition: PropertyCondition, records: EntityRecords, iri: str) -> bool:
    """Return whether a condition holds: whether any, all or none of its texts name a value of the property."""
    values = [*PROPERTIES[condition.property_id](records, iri)]
    named = [any(value.is_named(text) for value in values) for text in condition.values]
    if condition.quantifier == "none":
        return not any(named)
    return all(named) and bool(named) if condition.quantifier == "all" else any(named)
