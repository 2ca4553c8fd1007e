"""The fields of the index, and how a thing becomes a document of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import msgspec
from tantivy import Document, Filter, Index, Schema, SchemaBuilder, TextAnalyzerBuilder, Tokenizer

from begrepp.records import Text
from begrepp.search.documents import SearchDocument
from begrepp.text.stemming import code_key, keys, spelled, whole_key
from begrepp.text.swedish import compound_parts, fold

EDGE = 3
"""Beginnings of words up to this length are in the index; a longer one is looked up among the words."""

FACETS = ("kind", "scheme", "dataset", "status", "language")
_LABELS = ("pref", "alt", "hidden")


def schema() -> Schema:
    """`word`: folded words; `key`: their keys; `part`: both, and those inside compounds; `via`: keys of the words of
    concepts that mean the same; `text`: keys of definitions; `edge`, `start`: beginnings of words and of labels."""
    builder = SchemaBuilder()
    builder.add_text_field("stored", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("iri", tokenizer_name="raw", index_option="basic")
    for name in FACETS:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("code", "whole"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("word", "key", "part", "via", "text"):
        builder.add_text_field(name, tokenizer_name="spaces", index_option="freq")
    for name in ("edge", "start"):
        builder.add_text_field(name, tokenizer_name="spaces", index_option="basic")
    builder.add_integer_field("rank", fast=True)
    return builder.build()


def analysed(index: Index) -> Index:
    """The index with its tokenizer: words come ready, with spaces between them."""
    spaces = TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.remove_long(100)).build()
    index.register_tokenizer("spaces", spaces)
    return index


@dataclass(frozen=True, slots=True)
class Word:
    """A word as the index has it, ready to be joined with others."""

    folded: str
    keys: tuple[str, ...]
    inside: tuple[str, ...]
    edges: tuple[str, ...]
    begins: tuple[str, ...]


class Words:
    """The words of a build, each worked out once; `vocabulary` are the words that compounds are made of."""

    def __init__(self, vocabulary: set[str]) -> None:
        self._vocabulary = vocabulary
        self._known: dict[str, Word] = {}

    def of(self, spelt: Iterable[str]) -> list[Word]:
        """Words that are given in lower case."""
        return [self._known.get(word) or self._worked_out(word) for word in spelt]

    def _worked_out(self, word: str) -> Word:
        folded = fold(word)
        parts = sorted(compound_parts(folded, self._vocabulary))
        its_keys = keys(word)
        inside = dict.fromkeys((folded, *its_keys, *parts, *(key for part in parts for key in keys(part))))
        edges = dict.fromkeys(chain.from_iterable(map(_beginnings, (folded, *parts))))
        self._known[word] = made = Word(folded, its_keys, tuple(inside), tuple(edges), _beginnings(folded))
        return made


def document(thing: SearchDocument, via: Sequence[Text], known: Words, dataset: str) -> Document:
    """A thing as the index keeps it."""
    labels = [*thing.labels(*_LABELS)]
    said = [spelled(label.value) for label in labels]
    if thing.kind == "variable":
        said.append(code_words(thing))
    words = known.of(dict.fromkeys(chain.from_iterable(said)))
    own_keys = _once([word.keys for word in words])
    mapped = _once([word.keys for label in via for word in known.of(spelled(label.value))])
    told = [word.keys for text in thing.labels("text") for word in known.of(spelled(text.value))]
    first = known.of(dict.fromkeys([each[0] for each in said if each]))
    return Document(
        stored=msgspec.json.encode(_stored(thing, via)).decode(),
        iri=thing.iri,
        kind=thing.kind,
        scheme=thing.scheme or (thing.iri if thing.kind == "scheme" else ""),
        dataset=dataset,
        status="active" if thing.active else "inactive",
        language=[*dict.fromkeys(label.lang for label in labels if label.lang not in ("", "zxx"))],
        code=[*dict.fromkeys(map(code_key, _codes(thing)))],
        whole=[*dict.fromkeys(whole_key(label.value) for label in labels)],
        word=" ".join(dict.fromkeys([word.folded for word in words])),
        key=" ".join(own_keys),
        part=" ".join(_once([word.inside for word in words])),
        via=" ".join([key for key in mapped if key not in own_keys]),
        text=" ".join(chain.from_iterable(told)),
        edge=" ".join(_once([word.edges for word in words])),
        start=" ".join(_once([word.begins for word in first])),
        rank=_rank(thing, labels),
    )


def code_words(variable: SearchDocument) -> list[str]:
    """The words that the name of a variable is made of."""
    return spelled(variable.notation.replace("_", " "))


def iri_of(found: Document) -> str:
    """The IRI of a thing that was found."""
    return str(msgspec.json.decode(str(found.get_first("stored")))[0])


def _once(several: Iterable[Sequence[str]]) -> dict[str, None]:
    """All of them in order, each once."""
    return dict.fromkeys(chain.from_iterable(several))


def _beginnings(word: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys([word[:length] for length in range(1, EDGE + 1)]))


def _codes(thing: SearchDocument) -> list[str]:
    """What stands for a thing: its code; of a code system or a register its short name and identifiers too."""
    own = [thing.notation] if thing.notation else []
    if thing.kind in ("scheme", "dataset"):
        own += [thing.iri.rpartition("/")[2], *(each.removeprefix("urn:oid:") for each in thing.identifiers)]
    return own


def _stored(thing: SearchDocument, via: Iterable[Text]) -> list[object]:
    labels = [[role, label.lang, label.value] for role in _LABELS for label in thing.labels(role)]
    labels += [["via", label.lang, label.value] for label in via]
    return [thing.iri, thing.kind, thing.scheme, thing.notation, int(thing.active), _codes(thing), labels]


def _rank(thing: SearchDocument, labels: Iterable[Text]) -> int:
    """What comes first where the words do not decide (0–255): registers, upper levels, short labels, in force."""
    shortest = min((len(label.value) for label in labels), default=200)
    rank = 100 - min(shortest, 100) + 10 * max(0, 5 - len(thing.notation))
    rank += {"scheme": 30, "dataset": 40, "variable": 0}.get(thing.kind, 20) + 20 * thing.top
    return rank if thing.active else 0
