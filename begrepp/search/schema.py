"""Schema of the Tantivy index, and conversion of search documents to Tantivy documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


class IndexedWord(msgspec.Struct, frozen=True, gc=False):
    """An analysed word: folded form, sound, keys, all forms with those of its parts, prefixes of parts and of it.

    The prefixes are separated by spaces.
    """

    folded: str
    sound: str
    keys: tuple[str, ...]
    forms: tuple[str, ...]
    edges: str
    prefixes: str


class AnalysedWords(dict[str, IndexedWord]):
    """Table of analysed words in lower case; entries are computed on first use.

    `vocabulary` holds the words that can be parts of compounds.
    """

    def __init__(self, vocabulary: set[str]) -> None:
        super().__init__()
        self._vocabulary = vocabulary

    def __missing__(self, word: str) -> IndexedWord:
        folded = fold(word)
        parts = sorted(compound_parts(folded, self._vocabulary))
        stems = word_keys(word)
        forms = dict.fromkeys((folded, *stems, *parts, *(key for part in parts for key in word_keys(part))))
        prefixes = _word_prefixes(folded)
        edges = dict.fromkeys(chain(prefixes, *map(_word_prefixes, parts)))
        self[word] = analysed = IndexedWord(
            folded, sound(word), stems, tuple(forms), " ".join(edges), " ".join(prefixes)
        )
        return analysed


class BorrowedLabel(msgspec.Struct, frozen=True, gc=False):
    """A label of a related resource, by which this one is found too.

    `role` is `via` (an exact or close match), `sibling` (the same code in a sibling system), `variant` (almost the same
    code there), `namesake` (the same name in another system), `parent` (the code that this code extends), `measured`
    (the concept that a variable measures) or `context` (the dataset of a variable); `scheme` is the code system of the
    other. A name that people search with has the role `synonym` and its source in place of a code system.
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
    analysed: AnalysedWords,
    dataset: str,
    species: str,
) -> Document:
    """Convert a document; `borrowed` are labels of related resources, `dataset` is the IRI of its dataset."""
    labels = document.labels(*LABEL_ROLES)
    phrases = [lowercase_words(label.value) for label in labels]
    names = _short_names(labels, phrases)
    if document.kind == "variable":
        phrases.append(variable_name_words(document))
    words = [analysed[word] for word in dict.fromkeys(chain.from_iterable(phrases))]
    own_keys = dict.fromkeys([key for word in words for key in word.keys])
    others = [*(label.text for label in borrowed), *document.labels("keyword")]
    via_keys = dict.fromkeys(_keys(others, analysed)) if others else {}
    folded = [[analysed[word].folded for word in phrase] for phrase in phrases]
    sounds = [word.sound for word in words]
    sounds += [label_sound([analysed[word].sound for word in name]) for name in names]
    return Document(
        stored=msgspec.json.encode(_stored(document, borrowed, relatives, dataset, species)),
        iri=document.iri,
        kind=document.kind,
        scheme=document.scheme or (document.iri if document.kind == "scheme" else ""),
        dataset=dataset,
        status="active" if document.active else "inactive",
        species=species,
        language=[*dict.fromkeys([label.lang.partition("-")[0] for label in labels if label.lang not in ("", "zxx")])],
        code=[*dict.fromkeys(map(code_key, _codes(document)))],
        whole=[*dict.fromkeys([label_key(label.value) for label in labels])],
        word=" ".join(dict.fromkeys([word.folded for word in words])),
        key=" ".join(own_keys),
        part=" ".join(dict.fromkeys([form for word in words for form in word.forms])),
        via=" ".join([key for key in via_keys if key not in own_keys]),
        text=" ".join(_keys(document.labels("text"), analysed)),
        edge=" ".join([word.edges for word in words]),
        pair=" ".join(dict.fromkeys([pair for phrase in folded for pair in map("_".join, pairwise(phrase))])),
        start=" ".join([analysed[word].prefixes for word in {phrase[0]: None for phrase in phrases if phrase}]),
        rank=_rank(document, labels),
        broader=document.broader,
        sound=" ".join(dict.fromkeys(sounds)),
    )


def _keys(texts: Iterable[Text], analysed: AnalysedWords) -> list[str]:
    """Return the keys of all words of some texts."""
    return [key for text in texts for word in lowercase_words(text.value) for key in analysed[word].keys]


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


def _short_names(labels: Iterable[Text], phrases: Iterable[list[str]]) -> list[list[str]]:
    """Return the words of the short labels, also without their brackets; `phrases` are the words of the labels."""
    names: list[list[str]] = []
    for label, words in zip(labels, phrases, strict=True):
        names.append(words)
        if "(" in label.value or "[" in label.value:
            names += map(lowercase_words, label_variants(label.value)[1:])
    return [words for words in names if 1 < len(words) <= MAX_SOUNDED]


def _word_prefixes(word: str) -> list[str]:
    return [word[:length] for length in range(1, min(len(word), MAX_EDGE_LENGTH) + 1)]


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
    labels = [(role, lang, value, "") for role in (*LABEL_ROLES, "keyword") for value, lang in document.labels(role)]
    labels += [(label.role, label.text.lang, label.text.value, label.scheme) for label in borrowed]
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
    shortest = min([len(label.value) for label in labels], default=200)
    rank = 100 - min(shortest, 100) + 10 * max(0, 5 - len(document.notation))
    rank += {"scheme": 30, "dataset": 40, "variable": 0}.get(document.kind, 20) + 20 * document.is_top_concept
    return rank if document.active else 0
