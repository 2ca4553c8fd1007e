"""Syntax of the search box: `"phrase"`, `-word` or `NOT word`, `OR` between words; everything else is words."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from begrepp.text.stemming import lowercase_words
from begrepp.text.swedish import fold

MAX_QUERY_LENGTH = 400
"""Characters of a query that are read: more than the longest names have, which are those of anaesthesia in KMÅ."""

_PHRASE = re.compile(r"(?P<minus>(?<!\S)[-–])?\"(?P<phrase>[^\"]*)\"?")
_EXCLUDED = re.compile(r"(?<!\S)[-–](?=\w)(?P<word>\S+)")
_OR = re.compile(r"(\S+)(?:\s+(?:OR|ELLER)\s+(\S+))+")
_NOT = re.compile(r"(?<=\S )NOT (?=[\w\"])")
_CURLY = str.maketrans("“”„«»", '"' * 5)


@dataclass(frozen=True, slots=True)
class QuerySyntax:
    """A query taken apart: plain text, phrases that a label must have, words that none may have, alternatives."""

    text: str
    phrases: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[tuple[str, ...], ...] = ()
    either: tuple[tuple[str, ...], ...] = ()


def read_syntax(query: str) -> QuerySyntax:
    """Take a query apart; the text is in composed form (NFC) with single spaces."""
    text = " ".join(unicodedata.normalize("NFC", query).translate(_CURLY).split())[:MAX_QUERY_LENGTH]
    if not text.isupper():  # in a text of capitals it is a word
        text = _NOT.sub("-", text)
    phrases: list[tuple[str, ...]] = []
    excluded: list[tuple[str, ...]] = []

    def take_phrase(found: re.Match[str]) -> str:
        words = _words(found["phrase"])
        (excluded if found["minus"] else phrases).append(words)
        return "" if found["minus"] else found["phrase"]

    def take_excluded(found: re.Match[str]) -> str:
        excluded.append(_words(found["word"]))
        return ""

    plain = _PHRASE.sub(take_phrase, text)
    if " " in plain.strip():  # a single word with a hyphen before it excludes nothing
        plain = _EXCLUDED.sub(take_excluded, plain)
    groups = [tuple(_words(re.sub(r"\s(OR|ELLER)\s", " ", found[0]))) for found in _OR.finditer(plain)]
    plain = re.sub(r"(?<=\S)\s+(OR|ELLER)\s+(?=\S)", " ", plain)
    return QuerySyntax(" ".join(plain.split()), *(tuple(filter(None, group)) for group in (phrases, excluded, groups)))


def _words(text: str) -> tuple[str, ...]:
    return tuple(fold(word) for word in lowercase_words(text))
