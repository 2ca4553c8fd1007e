"""Relations among search hits: the same elsewhere, what is broader, narrower or beside it, and how alike names are.

A hit gains by the company of better ones: the concept of the best hit in another code system is worth more than a hit
that has nothing to do with any other. The learned order decides how much more, by the columns of `RELATION_FEATURES`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz

from begrepp.search.indexed_documents import IndexedDocument
from begrepp.search.relatives import Scored

_Matrix = npt.NDArray[np.float32]

_LIKENESS = ("shared_words", "like_words", "shared_names", "like_names")
RELATION_FEATURES = (
    *("equal_hits", "best_equal_hit", "broader_hits", "best_broader_hit", "narrower_hits", "best_narrower_hit"),
    *("hits_beside", "best_hit_beside", "namesake_hits", "best_namesake_hit", "near_equal_hits"),
    *("likeness_to_first", "likeness_of_words_to_first"),
    *(name for likeness in _LIKENESS for name in (f"{likeness}_of_first", f"{likeness}_of_others")),
)
"""The columns of `relation_features`."""
_EQUAL = frozenset(["same", "sibling", "variant", "namesake"])
_NO_RELATIVE = -20.0
"""In place of the difference to the best relative of a hit that has none."""
_SHORTEST_CODE = 3
"""Shorter codes are the same in two systems by chance."""


def relation_features(scored: Sequence[Scored]) -> _Matrix:
    """Return a row for each hit and a column for each of `RELATION_FEATURES`; there is at least one hit.

    For each relation: the weights of the hits that a hit has it to, added, where a weight is e to the difference of
    the score from the best; and how much more than its own the best of their scores is. For each likeness: that to the
    first hit, and the weighted mean of those to all others.
    """
    documents = [document for document, _ in scored]
    scores = np.array([result.score for _, result in scored], np.float32)
    weights = np.exp(scores - scores.max())
    others = weights.sum() - weights + np.float32(1e-6)
    relations = _Relations(documents)
    columns = []
    for relation in (relations.equal, relations.broader, relations.broader.T, relations.beside, relations.namesake):
        best = np.where(relation, scores, -np.inf).max(axis=1) - scores
        columns += [relation @ weights, np.where(np.isfinite(best), best, _NO_RELATIVE)]
    columns.append(relations.near_equal @ weights)
    first = documents[0].forms.preferred
    for ratio in (fuzz.token_sort_ratio, fuzz.token_set_ratio):
        columns.append(
            [max((ratio(a, b) for a in each.forms.preferred for b in first), default=0) for each in documents]
        )
    for words in ([each.forms.preferred_words for each in documents], [each.forms.words for each in documents]):
        for likeness in _word_likeness(words):
            columns += [likeness[:, 0], likeness @ weights / others]
    return np.column_stack(columns).astype(np.float32)


class _Relations:
    """Relations of documents with one another: for each a matrix that tells which has it to which.

    `equal` are the same concept elsewhere, `namesake` those with the same name in another code system. A document has
    `broader` ones in its row. Those `beside` it have the same broader concept, or its code but for the last character.
    `near_equal` are broader, narrower or beside what is the same elsewhere.
    """

    def __init__(self, documents: Sequence[IndexedDocument]) -> None:
        places = {document.iri: place for place, document in enumerate(documents)}
        by_code = {(document.scheme, document.notation): place for place, document in enumerate(documents)}
        equal: list[tuple[int, int]] = []
        broader: list[tuple[int, int]] = []
        groups: list[list[Hashable]] = []
        for place, document in enumerate(documents):
            notation, scheme = document.notation, document.scheme
            parents = [each.iri for each in document.relatives or () if each.relation == "parent"]
            beginnings = [(scheme, notation[:end]) for end in range(1, len(notation))]
            equal += [
                (place, places[each.iri])
                for each in document.relatives or ()
                if each.relation in _EQUAL and each.iri in places
            ]
            broader += [(place, places[parent]) for parent in parents if parent in places]
            broader += [(place, by_code[code]) for code in beginnings if code in by_code]
            beginning = [(*beginnings[-1], "")] if len(notation) > _SHORTEST_CODE else []
            groups.append([*beginning, *((scheme, parent) for parent in parents)])
        schemes = np.unique([document.scheme for document in documents], return_inverse=True)[1]
        is_elsewhere = schemes[:, None] != schemes
        codes = [[document.forms.code] if len(document.forms.code) >= _SHORTEST_CODE else [] for document in documents]
        same = _mark(equal, len(documents), len(documents))
        self.equal = same | same.T | (_count_shared(codes) > 0) & is_elsewhere
        self.broader = _mark(broader, len(documents), len(documents))
        self.namesake = (_count_shared([document.forms.names for document in documents]) > 0) & is_elsewhere
        self.beside = _count_shared(groups) > 0
        np.fill_diagonal(self.beside, val=False)
        near = self.broader | self.broader.T | self.beside
        near_equal = (self.equal | self.namesake).astype(np.float32) @ near.astype(np.float32) > 0
        self.near_equal = near_equal | near_equal.T
        np.fill_diagonal(self.near_equal, val=False)


def _mark(places: Sequence[tuple[int, int]], rows: int, columns: int) -> npt.NDArray[np.bool_]:
    """Return a matrix that is true at places: row and column."""
    matrix = np.zeros((rows, columns), bool)
    if places:
        matrix[tuple(np.array(places).T)] = True
    return matrix


def _word_likeness(words: Sequence[Iterable[str]]) -> tuple[_Matrix, _Matrix]:
    """Return the shares of the words of documents that they have in common: of those that has fewer, and of all."""
    shared = _count_shared(words)
    sizes = np.maximum(shared.diagonal(), 1)
    of_fewer = shared / np.minimum(sizes[:, None], sizes)
    of_all = shared / np.maximum(sizes[:, None] + sizes - shared, 1)
    for likeness in (of_fewer, of_all):
        np.fill_diagonal(likeness, 0)
    return of_fewer.astype(np.float32), of_all.astype(np.float32)


def _count_shared(keys: Sequence[Iterable[Hashable]]) -> _Matrix:
    """Return how many keys each has in common with each other, and on the diagonal how many it has."""
    columns: dict[Hashable, int] = {}
    found = [(place, columns.setdefault(key, len(columns))) for place, each in enumerate(keys) for key in each]
    has_key = _mark(found, len(keys), len(columns)).astype(np.float32)
    shared: _Matrix = has_key @ has_key.T
    return shared
