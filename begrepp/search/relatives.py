"""Relatives of the best hits: the same concept elsewhere, the broader concept, its parts, and what measures it.

Who asks for *c509* also wants C50, and the same code in other systems, before what has *50* in its name. A relative of
a good hit has a share of the match of that hit, if this is more than its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tantivy import Occur, Query

from begrepp.search.indexed_documents import IndexedDocument, Label
from begrepp.search.query_builder import SearchQueryBuilder
from begrepp.search.ranking import HitScore

Scored = tuple[IndexedDocument, HitScore]

_SHARES = {
    "same": 0.34,
    "sibling": 0.34,
    "variant": 0.3,
    "namesake": 0.28,
    "parent": 0.36,
    "child": 0.2,
    "measured": 0.3,
    "dataset": 0.2,
    "scheme": 0.16,
}
"""The share of the match of a hit that its relatives have, by relation."""
_ROLES = {"same": "via", "child": "parent", "parent": "narrower", "dataset": "variable", "scheme": "member"}
"""The roles of the name of the hit for its relatives, where they are not called as the relation."""
NOT_NAMES = frozenset(["parent", "narrower", "measured_by", "variable", "member"])
"""The roles of labels that are names of something else than the hit itself."""
_ORIGINS = 5
"""Hits whose relatives are looked for."""
_NEAR, _MIN_MATCH = 0.85, 0.4
"""Such a hit matches at least so well, in relation to the best and at all."""
_SMALL_SCHEME = 100
"""A code list with at most so many codes is itself a relative of its codes."""
MAX_RELATIVES = 30
"""Relatives that are looked up."""


@dataclass(frozen=True, slots=True)
class _Offer:
    """A share of a match, and the name of the hit that it comes from."""

    match: float
    label: Label


class Relatives:
    """The relatives of the best of some scored documents; `sizes` are the numbers of documents by scheme.

    `iris` are those that have been looked up.
    """

    def __init__(self, scored: Sequence[Scored], sizes: Mapping[str, int]) -> None:
        self._offers: dict[str, _Offer] = {}
        self._to_children: dict[str, _Offer] = {}
        self._known = {document.iri for document, _ in scored}
        self.iris: list[str] = []
        for document, result in _origins(scored):
            self._to_children[document.iri] = _offer("child", document, result)
            for relation, iri in _related(document, sizes):
                offer = _offer(relation, document, result)
                if iri not in self._offers or offer.match > self._offers[iri].match:
                    self._offers[iri] = offer
        self._known_children = [document.iri for document, _ in scored if self._is_child(document)]

    def query(self, builder: SearchQueryBuilder) -> Query | None:
        """Build a query for the relatives that are not among the documents, nearer ones first; None without any."""
        wanted = sorted(self._offers.keys() - self._known)
        found = [(Occur.Should, builder.constant_score("iri", iri, 1 + self._offers[iri].match)) for iri in wanted]
        found += [(Occur.Should, builder.constant_score("broader", iri, 1.0)) for iri in self._to_children]
        known = [(Occur.MustNot, builder.constant_score("iri", iri, 0.0)) for iri in self._known_children]
        return Query.boolean_query([*found, *known]) if found else None

    def raised(self, scored: Iterable[Scored]) -> Iterator[Scored]:
        """Yield scored documents; those that are relatives with their share of the match, if it is more."""
        for document, result in scored:
            offer = self._best_offer(document)
            if offer and offer.match > result.match:
                score = result.score + offer.match - result.match
                yield document, HitScore(score, offer.match, offer.label, has_code=result.has_code)
            else:
                yield document, result

    def _is_child(self, document: IndexedDocument) -> bool:
        return any(each.relation == "parent" and each.iri in self._to_children for each in document.relatives or ())

    def _best_offer(self, document: IndexedDocument) -> _Offer | None:
        offers = [self._offers.get(document.iri)]
        offers += [self._to_children.get(each.iri) for each in document.relatives or () if each.relation == "parent"]
        return max((offer for offer in offers if offer), key=lambda offer: offer.match, default=None)


def _origins(scored: Sequence[Scored]) -> list[Scored]:
    """Return the hits whose relatives are looked for."""
    active = [each for each in scored if each[0].active and each[0].relatives is not None]
    best = sorted(active, key=lambda each: -each[1].score)[:_ORIGINS]
    most = max((result.match for _, result in best), default=0.0)
    return [each for each in best if each[1].match >= max(_MIN_MATCH, _NEAR * most)]


def _related(document: IndexedDocument, sizes: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    for relative in document.relatives or ():
        yield relative.relation, relative.iri
    if document.kind == "concept" and sizes.get(document.scheme, 0) <= _SMALL_SCHEME:
        yield "scheme", document.scheme


def _offer(relation: str, document: IndexedDocument, result: HitScore) -> _Offer:
    name = next(iter(document.preferred), None)
    role = _ROLES.get(relation, relation)
    if relation == "measured" and document.kind == "variable":
        role = "measured_by"
    label = Label(role, name.lang if name else "", name.value if name else document.notation, document.scheme)
    return _Offer(_SHARES[relation] * result.match, label)
