"""Concepts with the same name in different systems: *chickenpox* in Mondo and in the international ICD-10.

A name is compared in one language, by the keys of its words, without words such as *unspecified*.
"""

from __future__ import annotations

from collections.abc import Set
from hashlib import blake2b

from begrepp.search.documents import SearchDocument
from begrepp.search.label_variants import label_variants
from begrepp.search.schema import AnalysedWords
from begrepp.search.words import FUNCTION_WORDS, UNSPECIFIED
from begrepp.text.stemming import lowercase_words

_MIN_LENGTH = 6
_LEFT_OUT = FUNCTION_WORDS | UNSPECIFIED


def name_words(document: SearchDocument, *roles: str, analysed: AnalysedWords) -> set[str]:
    """Return the last keys of the words of the labels of a concept."""
    return {
        analysed[word].keys[-1]
        for label in document.labels(*roles)
        for variant in label_variants(label.value)
        for word in lowercase_words(variant)
    }


def name_keys(
    document: SearchDocument, *roles: str, analysed: AnalysedWords, words: Set[str] | None = None
) -> set[str]:
    """Return the keys of the labels of an active concept; concepts with a key in common have a name in common.

    If `words` is given, only those of labels whose words have all their last keys there.
    """
    if document.kind != "concept" or not document.active:
        return set()
    found = set()
    for label in document.labels(*roles):
        for variant in label_variants(label.value):
            keys = _keys(variant, analysed, words)
            if sum(map(len, keys)) >= _MIN_LENGTH:
                text = label.lang.partition("-")[0] + " " + " ".join(sorted(keys))
                found.add(blake2b(text.encode(), digest_size=8).hexdigest())
    return found


def _keys(name: str, analysed: AnalysedWords, words: Set[str] | None) -> set[str]:
    """Return the last keys of the words of a name; none if one of them is not in `words`."""
    keys = set()
    for word in lowercase_words(name):
        if word not in _LEFT_OUT:
            key = analysed[word].keys[-1]
            if words is not None and key not in words:
                return set()
            keys.add(key)
    return keys
