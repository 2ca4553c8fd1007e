"""Concepts with the same name in different systems: *chickenpox* in Mondo and in the international ICD-10.

A name is compared in one language, by the keys of its words, without words such as *unspecified*.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b

from begrepp.records import Text
from begrepp.search.documents import SearchDocument
from begrepp.search.label_variants import label_variants
from begrepp.search.words import FUNCTION_WORDS, UNSPECIFIED
from begrepp.text.stemming import lowercase_words, word_keys

_MIN_LENGTH = 6
_LEFT_OUT = FUNCTION_WORDS | UNSPECIFIED


def name_keys(document: SearchDocument, *roles: str) -> set[str]:
    """Return the keys of the labels of an active concept; concepts with a key in common have a name in common."""
    return set(_keys(document.labels(*roles))) if document.kind == "concept" and document.active else set()


def _keys(labels: Iterable[Text]) -> Iterator[str]:
    for label in labels:
        for variant in label_variants(label.value):
            words = [word for word in lowercase_words(variant) if word not in _LEFT_OUT]
            keys = sorted({word_keys(word)[-1] for word in words})
            text = label.lang.partition("-")[0] + " " + " ".join(keys)
            if sum(map(len, keys)) >= _MIN_LENGTH:
                yield blake2b(text.encode(), digest_size=8).hexdigest()
