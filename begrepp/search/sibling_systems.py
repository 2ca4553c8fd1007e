"""Sibling code systems: those where the same code has the same meaning, found by comparing codes and labels.

KSH97-P and the international ICD-10 are siblings of ICD-10-SE: most of their codes exist there too. A name that one of
them has is then a name to find the other by. Nothing is declared; a system is a sibling if at least half of its codes
exist in the other, and, where they share a language, most of the labels have a word in common.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations, islice

from begrepp.search.documents import SearchDocument
from begrepp.text.stemming import code_key, lowercase_words, word_keys

Codes = dict[str, dict[str, str]]
"""The IRIs of concepts by scheme and code; codes without both letters and digits say nothing between systems."""

_MIN_SHARED = 50
_MIN_SHARE = 0.5
_MIN_AGREEMENT = 0.5
_COMPARED = 200
_MIN_KEY_LENGTH = 4


def sibling_key(document: SearchDocument) -> str:
    """Return the code of a concept as it is compared between systems; empty if it cannot be compared."""
    key = code_key(document.notation) if document.kind == "concept" and document.active else ""
    return key if any(map(str.isdigit, key)) and not key.isdigit() and key[0].isalpha() else ""


def sibling_pairs(
    codes: Codes, sizes: Mapping[str, int], read: Callable[[set[str]], Iterable[SearchDocument]]
) -> set[tuple[str, str]]:
    """Return the pairs of concepts with the same code in sibling systems.

    `sizes` are the numbers of concepts by scheme; `read` returns the documents with some IRIs.
    """
    found: set[tuple[str, str]] = set()
    for pairs in _shared_codes(codes, sizes):
        compared = _sample(pairs)
        documents = {document.iri: document for document in read({iri for pair in compared for iri in pair})}
        if _agree((documents[one], documents[other]) for one, other in compared):
            found.update(pairs)
    return found


def _shared_codes(codes: Codes, sizes: Mapping[str, int]) -> Iterator[list[tuple[str, str]]]:
    """Yield the pairs of concepts with the same code for each pair of schemes that share enough codes."""
    for one, other in combinations(sorted(codes), 2):
        few, many = sorted((one, other), key=lambda scheme: sizes[scheme])
        if len(codes[few]) >= max(_MIN_SHARED, _MIN_SHARE * sizes[few]):
            matches = ((iri, _find_code(key, codes[many])) for key, iri in codes[few].items())
            pairs = [(iri, codes[many][match]) for iri, match in matches if match]
            if len(pairs) >= max(_MIN_SHARED, _MIN_SHARE * sizes[few]):
                yield pairs


def _find_code(key: str, codes: Mapping[str, str]) -> str:
    """Return the code itself, or the code without a last letter: `J18-P` of KSH97-P is a variant of J18."""
    if key in codes:
        return key
    return key[:-1] if key[-1].isalpha() and key[:-1] in codes else ""


def _agree(pairs: Iterable[tuple[SearchDocument, SearchDocument]]) -> bool:
    """Return whether most pairs of concepts have a word in common, in the languages that both have names in."""
    compared = same = 0
    for one, other in pairs:
        for language in {label.lang for label in one.labels("pref")} & {label.lang for label in other.labels("pref")}:
            compared += 1
            same += not _keys(one, language).isdisjoint(_keys(other, language))
    return same >= _MIN_AGREEMENT * compared


def _sample(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return some of the pairs, evenly spaced."""
    return [*islice(sorted(pairs), 0, None, max(1, len(pairs) // _COMPARED))]


def _keys(document: SearchDocument, language: str) -> set[str]:
    words = (
        word
        for label in document.labels("pref", "alt")
        if label.lang == language
        for word in lowercase_words(label.value)
    )
    return {key for word in words if len(word) >= _MIN_KEY_LENGTH for key in word_keys(word)}
