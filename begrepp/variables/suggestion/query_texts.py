"""The texts of an entry as slots of alternative words, with origin, weight and head."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from begrepp.records import Text
from begrepp.text.dictionary_tokenizer import (
    DictionaryTokenizer,
    WordToken,
    abbreviations,
    split_abbreviations,
    split_column_name,
    strip_annotations,
)
from begrepp.text.phrase_head import phrase_head
from begrepp.text.swedish import fold
from begrepp.variables.suggestion.entries import VariableEntry
from begrepp.variables.suggestion.weights import Weights

MAX_LABEL_WORDS = 9
"""A label with more content words is a description."""
MAX_DESCRIPTION_WORDS = 14
"""So many content words of the first sentence of a description are compared."""
DATE_TYPES = ("date", "dateTime")
_SENTENCE_END = re.compile(r"[.?!](?:\s|$)")

Slot = tuple[WordToken, ...]
"""A word, or the words that an abbreviation may stand for."""


@dataclass(frozen=True, slots=True)
class QueryText:
    """A text of an entry: where it comes from, its words, its weight, and the stem of its head."""

    origin: str
    slots: tuple[Slot, ...]
    weight: float
    head: str = ""

    @property
    def plain(self) -> str:
        """The folded words, of a text without abbreviations."""
        return " ".join(slot[0].word for slot in self.slots)


def query_texts(entry: VariableEntry, tokenizer: DictionaryTokenizer, weights: Weights) -> list[QueryText]:
    """Return the texts of an entry that are compared with the names of concepts.

    Only the label of a variable has a head that must match: *Year of death* is not *death*. A term is a name already,
    whose rarest word says most: *Latex hypersensitivity* is *Latex allergy*.
    """
    found: list[QueryText] = []
    name = split_column_name(entry.name)
    for label in entry.labels:
        found += _label_texts(label, tokenizer, weights)
    labelled = {token.stem for text in found for slot in text.slots for token in slot if text.origin == "label"}
    tokens = tokenizer.tokens(name)
    # A name that repeats the label would only hide which word is its head.
    if not {token.stem for token in tokens} <= labelled:
        head = "" if labelled else _head(name, tokenizer)
        found.append(QueryText("name", tuple((token,) for token in tokens), weights.name, head))
    for origin, text in (("name", name), *(("label", strip_annotations(each.value)) for each in entry.labels)):
        if expanded := _expanded_slots(text, tokenizer):
            plain = {token.stem for slot in expanded if len(slot) == 1 for token in slot}
            head = _head(text, tokenizer) if origin == "label" else ""
            found.append(
                QueryText(f"abbreviation in {origin}", expanded, weights.abbreviation, head if head in plain else "")
            )
    found += [text for each in entry.descriptions for text in _description_texts(each, tokenizer, weights)]
    if entry.datatype in DATE_TYPES:
        found += [dated for text in found if (dated := _with_date(text, tokenizer))]
    return [replace(text, head="") if entry.is_term else text for text in found if text.slots]


def _with_date(text: QueryText, tokenizer: DictionaryTokenizer) -> QueryText | None:
    """Return a text of a variable that is a date with the word *datum*: `operation` is an *operationsdatum*."""
    words = tuple(tokenizer.token(word) for word in ("datum", "date"))
    if not text.slots or any(token in words for slot in text.slots for token in slot):
        return None
    return replace(text, slots=(*text.slots, words), head="")


def _label_texts(label: Text, tokenizer: DictionaryTokenizer, weights: Weights) -> Iterator[QueryText]:
    tokens = tokenizer.tokens(label.value)
    if len(tokens) > MAX_LABEL_WORDS:
        yield from _description_texts(label, tokenizer, weights)
        return
    head = _head(strip_annotations(label.value), tokenizer)
    yield QueryText("label", tuple((token,) for token in tokens), weights.label, head)


def _head(text: str, tokenizer: DictionaryTokenizer) -> str:
    """Return the stem of the head of a text; empty if it is a word such as *number*, which carries no meaning."""
    token = tokenizer.token(phrase_head(text))
    return token.stem if token.specific else ""


def _description_texts(text: Text, tokenizer: DictionaryTokenizer, weights: Weights) -> Iterator[QueryText]:
    sentence = _SENTENCE_END.split(strip_annotations(text.value), maxsplit=1)[0]
    tokens = [token for token in tokenizer.tokens(sentence) if len(token.word) > 2]
    slots = tuple((token,) for token in tokens[:MAX_DESCRIPTION_WORDS])
    yield QueryText("description", slots, weights.description)


def _expanded_slots(text: str, tokenizer: DictionaryTokenizer) -> tuple[Slot, ...]:
    """Return the words of a text with abbreviations expanded; nothing if there are none."""
    short = abbreviations()
    slots: list[Slot] = []
    expanded = False
    for token in tokenizer.tokens(text):
        pieces = [token.word] if token.word in short else split_abbreviations(token.word, short)
        for piece in pieces:
            slots.append(tuple(tokenizer.token(word) for word in short[piece]))
            expanded = True
        if not pieces:
            slots.append((token,))
    return tuple(dict.fromkeys(slots)) if expanded else ()


def folded_labels(entry: VariableEntry) -> set[str]:
    """Return the folded labels of an entry."""
    return {fold(text.value) for text in entry.labels}
