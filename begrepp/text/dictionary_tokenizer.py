"""Tokenizer for data dictionaries: abbreviations, compounds, inflected forms and column names.

`a_pat_alder` gives the words *patient* and *ålder*, `diadat` gives *diagnosdatum*, `tumörens storlek` and
`tumörstorlek` share both words, and `lymfkörtlar` is a form of `lymfkörtel`. Units, date formats and codes in brackets
are not words of a label.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from begrepp.text.similarity import STOP_WORDS
from begrepp.text.stemming import word_keys
from begrepp.text.swedish import MIN_PART_LENGTH, compound_parts, fold
from begrepp.text.word_cache import cached_by_text

_CAMEL = re.compile(r"(?<=[a-zåäö])(?=[A-ZÅÄÖ])|(?<=[A-ZÅÄÖ])(?=[A-ZÅÄÖ][a-zåäö])")
_WORD = re.compile(r"[^\W_]+(?:[+-](?=\W|$))?")
_QUALIFIERS = {
    **dict.fromkeys(("annan", "annat", "andra", "ovrig", "ovrigt", "ovriga", "other"), "other"),
    **dict.fromkeys(
        ("ospecificerad", "ospecificerat", "ospecificerade", "unspecified", "uns", "nos"),
        "unspecified",
    ),
    **dict.fromkeys(("specificerad", "specificerat", "specificerade", "specified"), "specified"),
}
"""Qualifiers of titles in both languages, and the word that stands for each."""
_DOTTED = re.compile(r"\b([^\W\d_])\.\s?([^\W\d_])\.")
"""An abbreviation of two letters with full stops: `f.d.`"""
_STOP_WORDS = (STOP_WORDS | {"enligt", "value", "varde", "kod", "code", "uppgift", "is", "was", "this", "som"}) - {
    *_QUALIFIERS
}
# fmt: off
_GENERIC_WORDS = frozenset(
    {
        "antal", "number", "nummer", "typ", "type", "status", "grupp", "group", "klass", "class", "metod", "method",
        "niva", "level", "namn", "name", "datum", "date", "ar", "year", "years", "dag", "dagar", "days", "tid", "time",
        "form", "kategori", "category", "score", "index", "system", "information", "total", "summa", "sum", "percent",
        "andel", "primary", "patient", "patientens", "personer", "person", "resultat",
    }
)
# fmt: on
"""Words of so many variables that they alone do not determine a concept."""
# A unit as written in brackets or beside a label: `cm`, `kg/m²`, `10^9/L`, `mmol/L`, `%`.
_UNIT_PART = (
    r"(?:x?10(?:\^|E|\*)?\d+|%|°C|mmHg|mm3|mcg|IE|IU|U|(?:[pnµμumcdkMG]|da)?(?:g|m|l|L|mol|Pa|J|W|Gy|Bq|Sv|Hz|cal|eq|Eq)|"
    r"s|sek|min|h|tim|dl|years?|år|mån(?:ader)?|months?|days?|dagar|veckor|weeks?|kvm|kr|SEK|tkr)"
)
_UNIT = re.compile(rf"{_UNIT_PART}[²³23]?(?:\s?[/*·.]\s?{_UNIT_PART}[²³23]?)*")
_DATE_FORMAT = re.compile(r"(?:d{1,2}|m{1,3}|y{2,4}|å{2,4}|h{2}|s{2}|ad|[-/.: ])+", re.IGNORECASE)
_CODE_REFERENCE = re.compile(r"[A-Z]\d{2}(?:\.\d+)?[-†*]?(?:[-–][A-Z]\d{2}(?:\.\d+)?)?")
_BRACKETS = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")
_PLACEHOLDER = re.compile(r"[_\s.,:;/-]*")


@dataclass(frozen=True, slots=True)
class WordToken:
    """A word of a text: folded, its stem, the stems of the parts of a compound, and a weight."""

    word: str
    stem: str
    parts: frozenset[str] = field(default_factory=frozenset)
    weight: float = 1.0
    specific: bool = True
    """Whether the word can determine a concept: no figure, qualifier, single letter or word such as *number*."""


def strip_annotations(text: str) -> str:
    """Return a label without units, date formats, code references and placeholders in brackets."""
    return " ".join(_BRACKETS.sub(lambda found: " " if _is_annotation(found[1].strip()) else found[0], text).split())


def _is_annotation(text: str) -> bool:
    patterns = (_PLACEHOLDER, _UNIT, _DATE_FORMAT, _CODE_REFERENCE)
    return any(pattern.fullmatch(text) for pattern in patterns)


def is_unit(word: str) -> bool:
    """Return whether a word is a unit as written, case-sensitive: `cm` and `mmol/L`, not `cM`."""
    return bool(_UNIT.fullmatch(word))


def split_column_name(name: str) -> str:
    """Split a column name: `dateOfBirth`, `op_kir_dat`, `ICD10` → `date Of Birth`, `op kir dat`, `ICD 10`."""
    return re.sub(r"(?<=[^\W\d_])(?=\d{2,})", " ", _CAMEL.sub(" ", name.replace("_", " ").replace(".", " ")))


def split_words(text: str) -> list[str]:
    """Split a text into folded words; a final plus or minus is kept, since `HER2+` is not `HER2-`."""
    return [fold(word) for word in _WORD.findall(_DOTTED.sub(r"\1\2 ", text))]


@cached_by_text(20_000, entry_bytes=900)
def stem(word: str) -> str:
    """Return the shortest key of a word; words with digits are returned unchanged."""
    if len(word) < 4 or any(sign.isdigit() for sign in word):
        return word
    return min(word_keys(word), key=len) or word


@cache
def abbreviations() -> dict[str, tuple[str, ...]]:
    """Read the abbreviations of data dictionaries: folded abbreviation → folded words that it may stand for."""
    expansions: dict[str, tuple[str, ...]] = {}
    with Path(__file__).with_name("abbreviations.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = fold(row["short"])
            expansions[key] = (*expansions.get(key, ()), *(split_words(row["words"])))
    return expansions


@cache
def translations() -> dict[str, frozenset[str]]:
    """Read common words of health care in Swedish and English: stem → stems of its translations."""
    found: dict[str, set[str]] = defaultdict(set)
    with Path(__file__).with_name("word_pairs.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            one, other = stem(fold(row["sv"])), stem(fold(row["en"]))
            found[one].add(other)
            found[other].add(one)
    return {word: frozenset(words) for word, words in found.items()}


class DictionaryTokenizer:
    """Converts texts to tokens; compounds are split by a vocabulary."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        words = {word for word in vocabulary if len(word) >= MIN_PART_LENGTH and not word.isdigit()}
        # Compounds contain stems: *bröstcancer* has the stem of *bröstet*.
        self._vocabulary = words | {each for word in words if len(each := stem(word)) >= MIN_PART_LENGTH}
        self._cache: dict[str, WordToken] = {}

    def tokens(self, text: str) -> list[WordToken]:
        """Return the content words of a text; all its words if there are none."""
        written = strip_annotations(text)
        all_words = split_words(written)
        units = {fold(word) for word in _WORD.findall(written) if is_unit(word)}
        content = [word for word in all_words if word not in _STOP_WORDS and word not in units]
        return [self.token(word) for word in dict.fromkeys(content or all_words)]

    def token(self, word: str) -> WordToken:
        """Return a folded word with its stem and parts; cached."""
        if word not in self._cache:
            self._cache[word] = self._make_token(word)
        return self._cache[word]

    def _make_token(self, word: str) -> WordToken:
        if word in _QUALIFIERS:
            return WordToken(_QUALIFIERS[word], _QUALIFIERS[word], weight=0.5, specific=False)
        if word.isdigit() or len(word) == 1:
            return WordToken(word, word, weight=0.6 if word.isdigit() else 1.0, specific=False)
        found = compound_parts(word, self._vocabulary) | {*self._beginnings(word)}
        parts = frozenset(stem(part) for part in found) - {stem(word)}
        if word in _GENERIC_WORDS:
            return WordToken(word, stem(word), parts, weight=0.6, specific=False)
        return WordToken(word, stem(word), parts)

    def _beginnings(self, word: str) -> Iterator[str]:
        """Yield the words of the vocabulary that a word begins with, if enough of it is left for another word."""
        for cut in range(MIN_PART_LENGTH, len(word) - MIN_PART_LENGTH + 1):
            if word[:cut] in self._vocabulary:
                yield word[:cut]


def split_abbreviations(word: str, short: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the two abbreviations that a word consists of, `diadat` → `dia`, `dat`; nothing if it does not."""
    if len(word) > 4:
        for cut in range(2, len(word) - 1):
            if word[:cut] in short and word[cut:] in short:
                return [word[:cut], word[cut:]]
    return []
