"""Schema of the Tantivy index, and conversion of search documents to Tantivy documents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import msgspec
from tantivy import Document, Filter, Index, Schema, SchemaBuilder, TextAnalyzerBuilder, Tokenizer

from begrepp.records import Text
from begrepp.search.documents import LABEL_ROLES, SearchDocument
from begrepp.search.label_variants import label_variants
from begrepp.text.sound import sound
from begrepp.text.stemming import code_key, label_key, lowercase_words, word_keys
from begrepp.text.swedish import compound_parts, fold

MAX_SOUNDED = 4
"""Words of a label that is found by the sound of all of its words."""
MAX_EDGE_LENGTH = 3
"""Prefixes of words up to this length are indexed; longer prefixes are expanded to words when searching."""

_OPENING = re.compile(r"[(\[]")

FACETS = ("kind", "scheme", "dataset", "status", "language", "species")


def schema() -> Schema:
    """Return the schema of the index.

    Fields of words: `word` folded words; `key` their keys; `part` both, and those of parts of compounds; `via` keys of
    the labels of related concepts and of keywords; `text` keys of definitions; `edge` and `start` prefixes of words and
    of labels; `pair` folded words that stand side by side in a label, for phrases; `sound` sounds of words and of short
    labels. `broader` holds the IRIs of broader concepts. `stored` is an `IndexedDocument` as JSON: bytes, since a field
    of text would be indexed too, each document as a term.
    """
    builder = SchemaBuilder()
    builder.add_bytes_field("stored", stored=True)
    builder.add_text_field("iri", tokenizer_name="raw", index_option="basic")
    for name in FACETS:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("code", "whole"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("word", "key", "part", "via", "text"):
        builder.add_text_field(name, tokenizer_name="spaces", index_option="freq")
    for name in ("edge", "start", "pair"):
        builder.add_text_field(name, tokenizer_name="spaces", index_option="basic")
    builder.add_integer_field("rank", fast=True)
    builder.add_text_field("broader", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("sound", tokenizer_name="spaces", index_option="basic")
    return builder.build()


def register_tokenizer(index: Index) -> Index:
    """Register the tokenizer of the index, which splits at white space since the words are already analysed."""
    spaces = TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.remove_long(100)).build()
    index.register_tokenizer("spaces", spaces)
    return index


@dataclass(frozen=True, slots=True)
class IndexedWord:
    """An analysed word: folded form, sound, keys, all forms with those of its parts, prefixes of parts and of it."""

    folded: str
    sound: str
    keys: tuple[str, ...]
    forms: tuple[str, ...]
    edges: tuple[str, ...]
    prefixes: tuple[str, ...]


class WordAnalyser:
    """Analyses words and caches the results; `vocabulary` holds the words that can be parts of compounds."""

    def __init__(self, vocabulary: set[str]) -> None:
        self._vocabulary = vocabulary
        self._cache: dict[str, IndexedWord] = {}

    def analyse(self, words: Iterable[str]) -> list[IndexedWord]:
        """Analyse words in lower case."""
        return [self._cache.get(word) or self._analyse_word(word) for word in words]

    def pairs(self, words: Sequence[str]) -> list[str]:
        """Return the folded pairs of analysed words that stand side by side."""
        folded = [self._cache[word].folded for word in words]
        return [f"{one}_{other}" for one, other in pairwise(folded)]

    def _analyse_word(self, word: str) -> IndexedWord:
        folded = fold(word)
        parts = sorted(compound_parts(folded, self._vocabulary))
        stems = word_keys(word)
        forms = dict.fromkeys((folded, *stems, *parts, *(key for part in parts for key in word_keys(part))))
        edges = dict.fromkeys(chain.from_iterable(map(_word_prefixes, (folded, *parts))))
        self._cache[word] = analysed = IndexedWord(
            folded, sound(word), stems, tuple(forms), tuple(edges), _word_prefixes(folded)
        )
        return analysed


@dataclass(frozen=True, slots=True)
class BorrowedLabel:
    """A label of a related resource, by which this one is found too.

    `role` is `via` (an exact or close match), `sibling` (the same code in a sibling system), `variant` (almost the same
    code there), `namesake` (the same name in another system), `parent` (the code that this code extends), `measured`
    (the concept that a variable measures) or `context` (the dataset of a variable); `scheme` is the code system of the
    other.
    """

    role: str
    text: Text
    scheme: str


class Relative(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A related resource, which is shown near this one.

    `relation` is `same` (an exact or close match), `sibling`, `variant`, `namesake` or `measured` as in
    `BorrowedLabel`, `parent` (a broader concept) or `dataset` (that of a variable).
    """

    relation: str
    iri: str


def to_tantivy(
    document: SearchDocument,
    borrowed: Sequence[BorrowedLabel],
    relatives: Sequence[Relative],
    analyser: WordAnalyser,
    dataset: str,
    species: str,
) -> Document:
    """Convert a document; `borrowed` are labels of related resources, `dataset` is the IRI of its dataset."""
    labels = [*document.labels(*LABEL_ROLES)]
    phrases = [lowercase_words(label.value) for label in labels]
    if document.kind == "variable":
        phrases.append(variable_name_words(document))
    words = analyser.analyse(dict.fromkeys(chain.from_iterable(phrases)))
    own_keys = _unique([word.keys for word in words])
    others = [label.text for label in borrowed] + [*document.labels("keyword")]
    via_keys = _unique([word.keys for label in others for word in analyser.analyse(lowercase_words(label.value))])
    text_keys = [
        word.keys for text in document.labels("text") for word in analyser.analyse(lowercase_words(text.value))
    ]
    first_words = analyser.analyse(dict.fromkeys([phrase[0] for phrase in phrases if phrase]))
    return Document(
        stored=msgspec.json.encode(_stored(document, borrowed, relatives, dataset, species)),
        iri=document.iri,
        kind=document.kind,
        scheme=document.scheme or (document.iri if document.kind == "scheme" else ""),
        dataset=dataset,
        status="active" if document.active else "inactive",
        species=species,
        language=[*dict.fromkeys(label.lang.partition("-")[0] for label in labels if label.lang not in ("", "zxx"))],
        code=[*dict.fromkeys(map(code_key, _codes(document)))],
        whole=[*dict.fromkeys(label_key(label.value) for label in labels)],
        word=" ".join(dict.fromkeys([word.folded for word in words])),
        key=" ".join(own_keys),
        part=" ".join(_unique([word.forms for word in words])),
        via=" ".join([key for key in via_keys if key not in own_keys]),
        text=" ".join(chain.from_iterable(text_keys)),
        edge=" ".join(_unique([word.edges for word in words])),
        pair=" ".join(dict.fromkeys(chain.from_iterable(map(analyser.pairs, phrases)))),
        start=" ".join(_unique([word.prefixes for word in first_words])),
        rank=_rank(document, labels),
        broader=document.broader,
        sound=" ".join(_sounds(words, zip(labels, phrases, strict=False), analyser)),
    )


def variable_name_words(variable: SearchDocument) -> list[str]:
    """Split the name of a variable into lower-case words."""
    return lowercase_words(variable.notation.replace("_", " "))


def word_pairs(words: Sequence[str]) -> list[str]:
    """Return the folded pairs of words that stand side by side."""
    return [f"{fold(one)}_{fold(other)}" for one, other in pairwise(words)]


def document_iri(document: Document) -> str:
    """Return the IRI of a Tantivy document."""
    return str(msgspec.json.decode(document["stored"][0])[0])


def label_sound(words: Iterable[str]) -> str:
    """Return the sounds of the words of a label in one word."""
    return "_".join(words)


def _sounds(
    words: Iterable[IndexedWord], labels: Iterable[tuple[Text, list[str]]], analyser: WordAnalyser
) -> dict[str, None]:
    """Return the sounds of some words, and of the short labels, also without their brackets; `labels` with words."""
    variants = chain.from_iterable(
        (own, *map(lowercase_words, label_variants(label.value)[1:])) if _OPENING.search(label.value) else (own,)
        for label, own in labels
    )
    short = (analyser.analyse(variant) for variant in variants if 1 < len(variant) <= MAX_SOUNDED)
    names = (label_sound(word.sound for word in some) for some in short)
    return dict.fromkeys(chain((word.sound for word in words), names))


def _unique(groups: Iterable[Sequence[str]]) -> dict[str, None]:
    """Return the distinct strings of all groups, in order."""
    return dict.fromkeys(chain.from_iterable(groups))


def _word_prefixes(word: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys([word[:length] for length in range(1, MAX_EDGE_LENGTH + 1)]))


def _codes(document: SearchDocument) -> list[str]:
    """Return the notations of a document; for code systems and datasets also the short name and identifiers."""
    codes = [*dict.fromkeys((document.notation, *document.notations))] if document.notation else []
    if document.kind in ("scheme", "dataset"):
        codes += [document.iri.rpartition("/")[2], *(each.removeprefix("urn:oid:") for each in document.identifiers)]
    return codes


def _stored(
    document: SearchDocument,
    borrowed: Iterable[BorrowedLabel],
    relatives: Sequence[Relative],
    dataset: str,
    species: str,
) -> list[object]:
    """Return the values of an `IndexedDocument`."""
    labels = [[role, label.lang, label.value, ""] for role in LABEL_ROLES for label in document.labels(role)]
    labels += [["keyword", label.lang, label.value, ""] for label in document.labels("keyword")]
    labels += [[label.role, label.text.lang, label.text.value, label.scheme] for label in borrowed]
    return [
        document.iri,
        document.kind,
        document.scheme,
        document.notation,
        int(document.active),
        _codes(document),
        int(document.is_demonstration),
        species,
        document.part_of,
        dataset,
        labels,
        relatives,
    ]


def _rank(document: SearchDocument, labels: Iterable[Text]) -> int:
    """Return the static rank, 0 to 255: higher for datasets, upper levels and short labels; 0 if inactive."""
    shortest = min((len(label.value) for label in labels), default=200)
    rank = 100 - min(shortest, 100) + 10 * max(0, 5 - len(document.notation))
    rank += {"scheme": 30, "dataset": 40, "variable": 0}.get(document.kind, 20) + 20 * document.is_top_concept
    return rank if document.active else 0
