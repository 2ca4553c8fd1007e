"""Suggestion of codes of a list for values: by their words, by abbreviations of them, and by normalised codes.

A figure is never compared with the codes of a list where the value has words: `3 Har aldrig rökt` is *aldrig rökare*,
not code 3. Codes of letters and digits (`T: 1b`, `T1b (NKBC)`) are compared, since their form belongs to few lists.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from begrepp.records import Text
from begrepp.text.dictionary_tokenizer import split_words
from begrepp.text.similarity import NEGATIONS, OPPOSITES
from begrepp.text.swedish import fold
from begrepp.variables.suggestion.entries import ConceptTarget, Suggestion, VariableEntry
from begrepp.variables.suggestion.suggester import MIN_SCORE, Suggester
from begrepp.variables.suggestion.weights import DEFAULT_WEIGHTS

_SAME_CODE_SCORE = 0.95
_CODE_BESIDE_WORDS_SCORE = 0.6
_ABBREVIATED_SCORE = 0.8
_MISSING_SCORE = 0.9
_SAME_FIGURE_SCORE = 0.3
"""Score of a value that is only a figure: any list has it."""
_PARENTHESES = re.compile(r"\([^()]*\)")
_SEPARATORS = re.compile(r"[\s:.,_/-]+")
_CODE = re.compile(r"(?=.*[a-z])[a-z]{0,3}[0-9x]{1,3}[a-z]{0,2}|[a-z]{1,2}is")
"""Codes specific enough to be compared: letters and digits. A number alone occurs in any list."""
_NEGATIONS = NEGATIONS | {"nej", "aldrig", "never", "neg", "negativ", "negativt", "negative"}
# fmt: off
_MISSING = frozenset(
    {
        "unknown", "okand", "okant", "vet ej", "vet inte", "uppgift saknas", "saknas", "missing", "not reported",
        "not known", "ej kand", "ej kant", "ingen uppgift", "ej angivet", "don t know", "unk",
    }
)
# fmt: on
"""Labels of missing values, which mean the same in any list."""
_UNSTATED = re.compile(
    r"\b(?:ej|inte|icke|not)\s+(?:närmare\s+)?"
    r"(?:angiv\w+|specificera\w+|specified|stated|otherwise|klassificera\w+|classified|elsewhere)",
    re.IGNORECASE,
)
"""Negations that say only that a part was not stated."""
MIN_CODE_SCORE = 0.5
"""Codes with a lower score are not suggested for a value."""
MAX_ABBREVIATION = 4
"""The longest word that is taken for the beginning of a longer one, in letters."""


class CodeSuggester:
    """Ranks the codes of a list for values."""

    def __init__(self, targets: Sequence[ConceptTarget]) -> None:
        self._targets = targets
        # A value is all its words: *före detta rökare* is no *rökare*.
        self._by_words = Suggester(targets, weights=replace(DEFAULT_WEIGHTS, whole_head=0.0))
        self._by_code: dict[str, list[ConceptTarget]] = defaultdict(list)
        self._by_notation: dict[str, list[ConceptTarget]] = defaultdict(list)
        self._by_beginning: dict[str, list[ConceptTarget]] = defaultdict(list)
        for target in targets:
            for key in _code_keys([target.notation, *(text.value for text in target.labels)]):
                self._by_code[key].append(target)
            self._by_notation[fold(target.notation)].append(target)
            for beginning in {each for text in target.names for each in _beginnings(text.value)}:
                self._by_beginning[beginning].append(target)

    def suggest(self, entry: VariableEntry, *, limit: int = 5, min_score: float = MIN_SCORE) -> list[Suggestion]:
        """Return the best codes for a value, highest score first."""
        label = entry.label
        words = [word for word in split_words(label) if any(sign.isalpha() for sign in word)]
        found = [*self._suggest_by_code(entry, label, has_words=bool(words) and not _code_keys([label]))]
        if words:
            found += self._suggest_missing(entry, words)
            found += self._suggest_by_abbreviation(entry, words)
            found += self._suggest_by_words(entry, limit)
        best: dict[str, Suggestion] = {}
        for suggestion in found:
            known = best.get(suggestion.target.iri)
            if suggestion.score >= min_score and (known is None or known.score < suggestion.score):
                best[suggestion.target.iri] = suggestion
        return sorted(best.values(), key=lambda each: (-each.score, each.target.notation))[:limit]

    def _suggest_missing(self, entry: VariableEntry, words: Sequence[str]) -> Iterable[Suggestion]:
        """Yield the code of missing values for a label such as *vet ej*."""
        if " ".join(words) in _MISSING:
            for target in self._targets:
                if any(" ".join(split_words(text.value)) in _MISSING for text in target.labels):
                    yield Suggestion(
                        entry, target, _MISSING_SCORE, (f"missing value: {entry.label} ~ {target.name}",), True
                    )

    def _suggest_by_words(self, entry: VariableEntry, limit: int) -> Iterable[Suggestion]:
        """Yield codes by the words of the value; not those of the opposite meaning."""
        value = VariableEntry(iri=entry.iri, name="", labels=entry.labels, parent=entry.parent)
        for found in self._by_words.suggest(value, limit=limit + 5, min_score=0.0):
            if any(_same_sense(entry.label, text.value) for text in found.target.names):
                yield Suggestion(entry, found.target, found.score, found.reasons, found.complete)

    def _suggest_by_abbreviation(self, entry: VariableEntry, words: Sequence[str]) -> Iterable[Suggestion]:
        """Yield the only code with a label that a short word of the value begins: `Vä` is *vänster*, `F` *female*."""
        if len(words[0]) <= MAX_ABBREVIATION:
            targets = self._by_beginning.get(words[0], [])
            if len(targets) == 1:
                reason = f"beginning of a word: {words[0]} ~ {targets[0].name}"
                yield Suggestion(entry, targets[0], _ABBREVIATED_SCORE, (reason,))

    def _suggest_by_code(self, entry: VariableEntry, label: str, *, has_words: bool) -> Iterable[Suggestion]:
        """Yield codes by their form; a figure only for a value without words."""
        in_label = _code_keys([label])
        for key in sorted(in_label | _code_keys([entry.name])):
            score = _CODE_BESIDE_WORDS_SCORE if has_words and key not in in_label else _SAME_CODE_SCORE
            for target in self._by_code.get(key, ()):
                yield Suggestion(entry, target, score, (f"code: {key} ~ {target.notation}",), key in in_label)
        if not has_words and not in_label and label in ("", entry.name):
            for target in self._by_notation.get(fold(entry.name), ()):
                score = _SAME_FIGURE_SCORE if entry.name.isdigit() else _SAME_CODE_SCORE
                yield Suggestion(entry, target, score, (f"code: {entry.name} ~ {target.notation}",))


def value_entry(variable: str, name: str, code: str, label: str) -> VariableEntry:
    """Return an entry for a value of a variable's code list."""
    labels = (Text(label, "sv"),) if label else (Text(code, ""),)
    return VariableEntry(iri=f"{variable}/value/{code}", name=code, labels=labels, parent=name)


def suggest_list_codes(entry: VariableEntry, candidates: Sequence[CodeSuggester]) -> list[Suggestion]:
    """Return codes for the values of a variable, all of the one list that fits them best; nothing if none fits.

    A list fits if it has codes for at least half of the values that are not missing; of two that fit as well, the first
    is taken.
    """
    values = [value_entry(entry.iri, entry.name, code, label) for code, label in entry.values]
    stated = [value for value in values if " ".join(split_words(value.label)) not in _MISSING]
    best: list[Suggestion] = []
    best_sum = 0.0
    for candidate in candidates:
        found = [each for value in values for each in candidate.suggest(value, limit=1, min_score=MIN_CODE_SCORE)]
        fitting = sum(each.entry in stated for each in found)
        total = sum(each.score for each in found)
        if 2 * fitting >= len(stated) and total > best_sum + 1e-9:
            best, best_sum = found, total
    return best


def _beginnings(label: str) -> Iterable[str]:
    """Yield the beginnings of the first word of a label, up to the length of an abbreviation."""
    first = next((word for word in split_words(label) if word.isalpha()), "")
    for length in range(1, min(MAX_ABBREVIATION, len(first)) + 1):
        yield first[:length]


def _same_sense(value: str, label: str) -> bool:
    """Return whether neither a negation nor one of two opposites distinguishes a value from a label."""
    one, other = ({*split_words(_UNSTATED.sub(" ", text))} for text in (value, label))
    if bool(one & _NEGATIONS) != bool(other & _NEGATIONS):
        return False
    return not any(
        (one & {*left} and other & {*right} and not one & {*right} and not other & {*left})
        or (one & {*right} and other & {*left} and not one & {*left} and not other & {*right})
        for left, right in zip(OPPOSITES[::2], OPPOSITES[1::2], strict=True)
    )


def _code_keys(texts: Iterable[str]) -> set[str]:
    compact = (_SEPARATORS.sub("", _PARENTHESES.sub("", text)).casefold() for text in texts)
    return {key for key in compact if _CODE.fullmatch(key)}
