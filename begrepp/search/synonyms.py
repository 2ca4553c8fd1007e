"""Synonyms for searching: `ontology/synonyms.txt`, `ontology/abbreviations.csv`, and the file of the operator.

The operator's file (setting `BEGREPP_SYNONYMS`) has the form of `ontology/synonyms.txt`: one group a row, names with
` = ` between, rows that start with # are comments. Every group has a source: "begrepp" or the name of that file.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from itertools import product
from pathlib import Path
from sys import intern

from rapidfuzz import process
from rapidfuzz.distance import OSA

from begrepp.errors import InputError, Origin
from begrepp.search.words import content_words
from begrepp.settings import ROOT, Settings
from begrepp.text.sound import sound
from begrepp.text.stemming import lowercase_words, spelling, word_keys
from begrepp.text.swedish import fold, has_other_accents

Phrase = tuple[str, ...]
Keys = tuple[str, ...]
"""The keys of a word, each of which another form of it may have."""
MAX_PHRASE_WORDS = 4
"""The longest phrase that is looked up, in words."""
OWN_SOURCE = "begrepp"
_MIN_WORD, _MAX_SIMILAR = 4, 10
_MAX_FILE_BYTES, _MAX_GROUP = 5_000_000, 50


class Synonyms:
    """Groups of words and phrases that people use for one another, with their sources."""

    def __init__(self, lines: Iterable[str], source: str = OWN_SOURCE) -> None:
        self._groups: list[tuple[str, list[Phrase]]] = []
        self._by_phrase: dict[Phrase, tuple[int, ...]] = {}
        self._texts: dict[Phrase, str] = {}
        self._keys: set[str] = set()
        self._long: list[tuple[Phrase, tuple[Keys, ...]]] = []
        self._long_by_key: dict[str, list[int]] = {}
        self.add(lines, source)

    def add(self, lines: Iterable[str], source: str) -> None:
        """Add the groups of a file."""
        keys_of: dict[str, Keys] = {}
        for _, line in _rows(lines):
            self._add(line, source, keys_of)

    def _add(self, line: str, source: str, keys_of: dict[str, Keys]) -> None:
        """Add a group; `keys_of` holds the keys of words of other groups, which are one object in all of them."""
        number, phrases = len(self._groups), list[Phrase]()
        for text in line.split("="):
            if not (phrase := tuple(map(intern, _phrase(text)))):
                continue
            phrases.append(phrase)
            if len(phrase) < len(lowercase_words(text)):
                self._texts.setdefault(phrase, " ".join(text.lower().split()))
            for word in phrase:
                if word not in keys_of:
                    keys_of[word] = _long_keys(word)
                    self._keys.update(keys_of[word])
            keys = tuple(keys_of[word] for word in phrase)
            for key in product(*keys):
                groups = self._by_phrase.get(key, ())
                if number not in groups[-1:]:
                    self._by_phrase[key] = (*groups, number)
            if len(phrase) > 1:
                for one in min(keys, key=self._with_any):
                    self._long_by_key.setdefault(one, []).append(len(self._long))
                self._long.append((phrase, keys))
        self._groups.append((source, phrases))

    def _with_any(self, keys: Keys) -> int:
        """Return the number of phrases of several words that are looked up by one of some keys."""
        return sum(len(self._long_by_key.get(key, ())) for key in keys)

    def words(self) -> Iterator[str]:
        """Yield the words of all phrases, of at least four letters, repeatedly."""
        for _, phrases in self._groups:
            yield from (word for phrase in phrases for word in phrase if len(word) >= _MIN_WORD)

    def text(self, phrase: Phrase) -> str:
        """Return a phrase as a file has it, with prepositions and articles, in lower case."""
        return self._texts.get(phrase) or " ".join(phrase)

    def of(self, phrase: Sequence[str]) -> Mapping[Phrase, str]:
        """Return the synonyms of a phrase, each as its lower-case words, with their sources."""
        keys: list[list[str]] = []
        found: dict[Phrase, str] = {}
        for word in phrase:
            keys.append([key for key in _long_keys(word) if key in self._keys])
            if not keys[-1]:
                return found
        numbers = sorted({number for key in product(*keys) for number in self._by_phrase.get(key, ())})
        for number in self._with_accents_of(phrase, numbers):
            source, others = self._groups[number]
            for other in others:
                if other != tuple(phrase):
                    found.setdefault(other, source)
        return found

    def _with_accents_of(self, phrase: Sequence[str], numbers: Sequence[int]) -> Sequence[int]:
        """Return those of some groups that have a phrase with the accents that it has: *halsen* is not *hälsen*.

        A phrase without accents, which no group has so, is typed without them: all groups are returned.
        """
        alike = [number for number in numbers if any(_is_form(phrase, other) for other in self._groups[number][1])]
        return alike if alike or not all(map(str.isascii, phrase)) else numbers

    def find_phrases(self, words: Sequence[str]) -> list[tuple[int, ...]]:
        """Return the places of the phrases of several words in a text, each in the order of the phrase.

        The words of a phrase may stand in another order, with at most two words between them: *håret har jag tappat*
        is *tappa håret*. Longer phrases are found first; no word belongs to two.
        """
        keys = [frozenset(word_keys(word)) for word in words]
        every = frozenset[str]().union(*keys)
        near = {number for key in every for number in self._long_by_key.get(key, ())}
        possible = (self._long[number] for number in near if not any(map(every.isdisjoint, self._long[number][1])))
        found = [(places, phrase) for phrase, others in possible if (places := _places(others, keys))]
        if not all(map(str.isascii, words)):  # with some accents, words without are meant so
            found = [
                each for each in found if not any(map(has_other_accents, map(words.__getitem__, each[0]), each[1]))
            ]
        taken = set[int]()
        chosen = []
        for places in sorted(
            (places for places, _ in found), key=lambda each: (-len(each), max(each) - min(each), each)
        ):
            if taken.isdisjoint(places):
                taken.update(places)
                chosen.append(places)
        return chosen


def _is_form(phrase: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether two phrases have the same words in some form, with the same accents or typed without them."""
    return len(phrase) == len(other) and all(map(_is_form_of_word, phrase, other))


def _is_form_of_word(word: str, other: str) -> bool:
    if word in (other, fold(other)):
        return True
    return not (has_other_accents(word, other) or {*word_keys(word)}.isdisjoint(word_keys(other)))


def _long_keys(word: str) -> Keys:
    """Return the keys of a word without those that are too short to tell it from others: *hiv* of *hives*.

    A key that is the whole word in another spelling tells it: *tot* of *tooth*.
    """
    whole = spelling(word)
    return tuple(key for key in word_keys(word) if len(key) >= min(_MIN_WORD, len(word) - 1) or key == whole)


def _places(phrase: Sequence[Keys], keys: Sequence[frozenset[str]]) -> tuple[int, ...]:
    """Return the places of the words of a phrase in a text that has them; empty if they are not near each other."""
    each = [[at for at, some in enumerate(keys) if not some.isdisjoint(word)] for word in phrase]
    together = (
        places
        for places in product(*each)
        if len({*places}) == len(phrase) and max(places) - min(places) <= len(phrase) + 1
    )
    return min(together, key=lambda places: (max(places) - min(places), places), default=())


@cache
def read_synonyms() -> Synonyms:
    """Return all synonyms; raises `InputError` if the operator's file cannot be used."""
    operators = Settings().synonyms
    known = Synonyms((ROOT / "ontology" / "synonyms.txt").read_text(encoding="utf-8").splitlines())
    if operators:
        known.add(_read_operators_file(operators), operators.name)
    return known


def check_synonyms() -> None:
    """Read the operator's file, if there is one; raises `InputError` if it cannot be used."""
    if operators := Settings().synonyms:
        _read_operators_file(operators)


def operators_checksum() -> str:
    """Return the checksum of the operator's file, empty if there is none; raises `InputError` if it cannot be used."""
    operators = Settings().synonyms
    return sha256("\n".join(_read_operators_file(operators)).encode()).hexdigest() if operators else ""


def _read_operators_file(file: Path) -> list[str]:
    """Return the rows of the operator's file; raises `InputError` for one that is no group of names."""
    try:
        if file.stat().st_size > _MAX_FILE_BYTES:
            raise InputError(file, "The file is larger than 5 MB.", "Leave out groups that nobody searches for.")
        rows = file.read_text(encoding="utf-8-sig").splitlines()
    except OSError:
        raise InputError(file, "The file cannot be read.", "Set BEGREPP_SYNONYMS to a file of synonyms.") from None
    except UnicodeDecodeError:
        raise InputError(file, "The file is not UTF-8.", "Save it as UTF-8.") from None
    for number, row in _rows(rows):
        names = [lowercase_words(name) for name in row.split("=")]
        origin = Origin(file.name, number)
        if len(names) < 2 or not all(names):
            raise InputError(origin, "The row is no group of names.", "Write it as: name = other name = third name.")
        if len(names) > _MAX_GROUP:
            raise InputError(origin, "The group has more than 50 names.", "Divide it.")
        if any(len(_phrase(name)) > MAX_PHRASE_WORDS for name in row.split("=")):
            raise InputError(origin, "A name has more than four words.", "Shorten it; prepositions do not count.")
    return rows


@cache
def _read_abbreviations() -> dict[str, list[Phrase]]:
    with (ROOT / "ontology" / "abbreviations.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["short"].casefold(): [_phrase(text) for text in row["words"].split("|")] for row in csv.DictReader(file)
        }


def expansions(word: str) -> list[Phrase]:
    """Return the phrases that a lower-case word may be an abbreviation of."""
    return _read_abbreviations().get(word, [])


def synonyms(phrase: Sequence[str]) -> list[Phrase]:
    """Return the synonyms of a phrase."""
    return [*read_synonyms().of(phrase)]


@cache
def _written_words() -> tuple[frozenset[str], dict[str, list[str]], list[str]]:
    """Return the words of all synonyms, these by their sound, and their folded forms in the order of the sounds."""
    words = frozenset(read_synonyms().words())
    by_sound: dict[str, list[str]] = {}
    for word in sorted(words):
        by_sound.setdefault(sound(word), []).append(word)
    return words, by_sound, [word for some in by_sound.values() for word in some]


def is_synonym(word: str) -> bool:
    """Return whether a word in lower case is part of a synonym."""
    return word in _written_words()[0]


def similar_words(word: str, distance: int) -> set[str]:
    """Return the words of synonyms that sound like a word, or are at most at a distance from it."""
    by_sound = _written_words()[1]
    words = _words_as_long(len(word), distance)
    near = process.extract(word, words, scorer=OSA.distance, score_cutoff=distance, limit=_MAX_SIMILAR)
    return {*by_sound.get(sound(word), ()), *(other for other, _, _ in near)}


@cache
def _words_as_long(length: int, difference: int) -> list[str]:
    """Return the words of synonyms whose length differs by so much at most, in the order of their sounds."""
    return [word for word in _written_words()[2] if abs(len(word) - length) <= difference]


def find_phrases(words: Sequence[str]) -> list[tuple[int, ...]]:
    """Return the places of the phrases of several words that have synonyms."""
    return read_synonyms().find_phrases(words)


def source_of(phrase: Phrase, other: Phrase) -> str:
    """Return where it is said that two phrases are synonyms; empty if they are not."""
    if source := read_synonyms().of(phrase).get(other):
        return source
    return OWN_SOURCE if len(phrase) == 1 and other in expansions(phrase[0]) else ""


def phrase_text(phrase: Phrase) -> str:
    """Return a phrase of the synonyms with its prepositions and articles, in lower case."""
    return read_synonyms().text(phrase)


def _rows(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield the rows of a file that are groups, with their numbers; not empty ones and comments."""
    return ((number, line) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#"))


def _phrase(text: str) -> Phrase:
    """Return the words of a phrase as a query has them, without prepositions and articles."""
    return content_words(text) or tuple(lowercase_words(text))
