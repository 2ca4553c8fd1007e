"""Codes in queries, as they are written: `C50.9`, `c509`, `icd-10:C50`, `url|code`, `M-8140/3`, `HP:118`, `C50-C59`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from begrepp.search.system_names import SystemNames
from begrepp.search.words import CODE_WORDS, SILENT_WORDS
from begrepp.text.stemming import code_key

CodeExists = Callable[[str], bool]
"""Returns whether a concept, code system or dataset of the index has a normalised code, or one that begins so."""

MAX_RANGE = 200
"""The largest number of codes of a range that are looked up."""

_MAX_CODES = 3
_MAX_NUMBER_LENGTH = 3
_MIN_CUT = 3
_MORPHOLOGY = re.compile(r"M-?(\d{4}/\d)", re.I)
_NUMBERED = re.compile(r"([A-Za-z]{2,})[:_ -]?0*(\d+)")
_RANGE = re.compile(r"([A-Z]\d{2,3}(?:\.\d)?)\s*(?:-|–|—|\.\.|till|to)\s*([A-Z]?\d{2,3}(?:\.\d)?)", re.I)
_PAIR = re.compile(r"(?P<system>\S.*?)\s*(?:\||:)\s*(?P<code>[^:|]+)")

_NUMBER = re.compile(r"\d+[A-Za-z]?|\d+[.,]\d+")
_BETWEEN = re.compile(r"[|,?()]")
_AROUND_CODES = CODE_WORDS | SILENT_WORDS | {"kapitel", "chapter", "avsnitt", "block", "grupp", "enligt", "according"}
_CODE_SUFFIX = re.compile(r"-?(?:kod(?:en|er)?|codes?)$", re.I)

_CODED = re.compile(
    r"[A-Z]\d{2}(?:[\dA-Z]*\d)?(?:\.[\dA-Z]+)?|[A-Z]{3}\d{2}|[A-Z]{2}\d{3}|NPU\d{5}"
    r"|(?:M-?)?\d{4}/\d{1,2}|[A-Z]{2,}[:_]\d{3,}|\d{6,18}",
    re.I,
)
"""What is written as a code of a classification (*C50.9*, *JMA10*, *8140/3*) or ontology, or a number; not *V600E*."""


@dataclass(frozen=True, slots=True)
class QueryCodes:
    """The codes of a query, normalised.

    `whole` are the codes that the whole query is a spelling of, `parts` those beside words, `systems` the IRIs of the
    systems that are named with the code, `first` and `last` the ends of a range.
    """

    whole: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    systems: frozenset[str] = frozenset()
    first: str = ""
    last: str = ""


def find_codes(text: str, systems: SystemNames, exists: CodeExists, begins: CodeExists) -> QueryCodes:
    """Find the codes in a query; `begins` tells whether a code of the index begins with a normalised text."""
    for range_text, named in _without_system(text, systems):
        if found := _range(range_text):
            first, last = found
            return QueryCodes(whole=_existing([first + last], exists), systems=named, first=first, last=last)
    for code, named in _named_systems(text, systems):
        if whole := _existing([*_spellings(code, exists), *_spellings(text, exists)], exists):
            return QueryCodes(whole=whole, systems=named)
        if beginning := _beginning(code, begins):
            return QueryCodes(parts=(beginning,), systems=named)
    alone = text
    if "://" in text:
        alone = re.split(r"[/#|=]", text.rstrip("/"))[-1]
    elif len(content := _content(text)) == 1 and any(map(str.isdigit, content[0])):
        alone = content[0]
    whole = _existing([*_spellings(text, exists), *_spellings(alone, exists)], exists)
    if not whole and _is_coded(text):
        whole = _existing([_existing_beginning(code_key(text), exists)], exists)
    return QueryCodes(whole=whole, parts=tuple(_parts(text, systems, exists)))


def missing_codes(text: str, systems: SystemNames, exists: CodeExists, begins: CodeExists) -> tuple[str, ...]:
    """Return the words of a text that are written as codes, where no code is spelt or begins so: *C99.9*, *C50.99*."""
    typed = _BETWEEN.sub(" ", text).split()
    words = (word if _CODED.fullmatch(word) else word.rpartition(":")[2] for word in typed)
    coded = (word for word in dict.fromkeys(words) if _CODED.fullmatch(word) and not systems.find(word))
    return tuple(word for word in coded if not (begins(code_key(word)) or any(map(exists, _spellings(word, exists)))))


def _named_systems(text: str, systems: SystemNames) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the code of a text that is one with the name of a system, and the systems that it names.

    The code comes first or last; around both may stand words that say nothing: *vad är C50.9 i ICD-10-SE*. A code
    without digits may be a word, so before a name it counts only if that is one of a code system.
    """
    if (pair := _PAIR.fullmatch(text)) and (named := systems.find(pair["system"])) and not systems.find(pair["code"]):
        yield pair["code"], named
    words = _content(text)
    for first, last, code in ((0, -1, -1), (1, len(words), 0)):
        name = " ".join(words[first:last])
        if not name or systems.find(words[code]) or not (named := _find_system(name, systems)):
            continue
        if code == -1 or any(map(str.isdigit, words[0])) or named - systems.datasets:
            yield words[code], named


def _content(text: str) -> list[str]:
    """Return the words of a text that say something: without *vad är*, *koden för*."""
    return [word for word in _BETWEEN.sub(" ", text).split() if is_capitals(word) or word.lower() not in _AROUND_CODES]


def _find_system(name: str, systems: SystemNames) -> frozenset[str]:
    """Return the systems that a name has, with *-kod* after it or without."""
    return systems.find(name) or systems.find(_CODE_SUFFIX.sub("", name))


def _without_system(text: str, systems: SystemNames) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield a text, and what stands before or after the name of a system in it, with the system."""
    yield text, frozenset()
    first, _, rest = text.partition(" ")
    before, _, last = text.rpartition(" ")
    for name, other in ((first, rest), (last, before)):
        if other and (named := systems.find(name)):
            yield other, named


def is_capitals(text: str) -> bool:
    """Return whether a text is one word in capitals: an abbreviation, or a code without digits."""
    return text.isalpha() and text.isupper()


def _existing(codes: Iterable[str], exists: CodeExists) -> tuple[str, ...]:
    return tuple(code for code in dict.fromkeys(codes) if exists(code))


def _beginning(text: str, begins: CodeExists) -> str:
    """Return a text of at least three characters, one of them a digit, that codes begin with: *8140* of 8140/3."""
    code = code_key(text)
    is_long = len(code) >= _MIN_CUT and any(map(str.isdigit, code))
    return code if is_long and begins(code) else ""


def _spellings(text: str, exists: CodeExists) -> Iterator[str]:
    """Yield the codes that a text may be a spelling of; zeros are added only to a number that is no code itself."""
    text = text.strip()
    typed = code_key(text.removeprefix("urn:oid:"))
    yield typed
    if morphology := _MORPHOLOGY.fullmatch(text):
        yield code_key(morphology[1])
    if (numbered := _NUMBERED.fullmatch(text)) and not exists(typed):
        for length in range(len(numbered[2]), 9):
            yield code_key(numbered[1]) + numbered[2].zfill(length)


def _range(text: str) -> tuple[str, str] | None:
    found = _RANGE.fullmatch(text)
    if not found:
        return None
    first, last = code_key(found[1]), code_key(found[2])
    last = last if last[0].isalpha() else first[0] + last
    return (first, last) if first < last and len(first) == len(last) else None


def _is_coded(text: str) -> bool:
    """Return whether a text is written as a code: one letter, then digits."""
    return bool(re.fullmatch(r"[A-Za-z]\d{2}[\dA-Za-z.]*", text))


def _existing_beginning(code: str, exists: CodeExists) -> str:
    """Return the longest beginning of a code that is a code; empty if there is none of three characters."""
    return next((code[:end] for end in range(len(code) - 1, _MIN_CUT - 1, -1) if exists(code[:end])), "")


def _parts(text: str, systems: SystemNames, exists: CodeExists) -> Iterator[str]:
    """Yield the codes among the words of a query; a number only as the first word, not in *typ 2 diabetes*."""
    words = _BETWEEN.sub(" ", text).split()
    if len(words) < 2:
        return
    found = 0
    for index, word in enumerate(words):
        if not any(map(str.isdigit, word)) or (index and _is_number(word)):
            continue
        if systems.find(word):
            continue
        code = next((each for each in _spellings(word, exists) if exists(each)), "")
        if code and found < _MAX_CODES:
            found += 1
            yield code


def _is_number(word: str) -> bool:
    """Return whether a word is a short number, a decimal number or the number of a type: *2*, *0.1*, *1B*."""
    return bool(_NUMBER.fullmatch(word)) and len(word) <= _MAX_NUMBER_LENGTH
