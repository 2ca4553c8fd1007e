"""Which code of a list may a value stand for? By its words, and by how codes are written: `T: 1b` is `T1b (NKBC)`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from begrepp.records import Text
from begrepp.variables.suggestion.entries import ConceptTarget, Suggestion, VariableEntry
from begrepp.variables.suggestion.suggester import MIN_SCORE, Suggester

_SAME_CODE_SCORE = 0.95
_PARENTHESES = re.compile(r"\([^()]*\)")
_SEPARATORS = re.compile(r"[\s:.,_/-]+")
_CODE = re.compile(r"(?=.*[a-z])[a-z]{0,3}[0-9x]{1,3}[a-z]{0,2}|[a-z]{1,2}is")
"""What a code looks like that tells something by itself: letters and figures. A figure alone may be any list's."""


class CodeSuggester:
    """Ranks the codes of a list for values."""

    def __init__(self, targets: Sequence[ConceptTarget]) -> None:
        known = [replace(target, other=(*target.other, Text(target.notation, ""))) for target in targets]
        self._by_words = Suggester(known)
        self._by_code: dict[str, list[ConceptTarget]] = defaultdict(list)
        for target in known:
            for key in _code_keys([target.notation, *(text.value for text in target.labels)]):
                self._by_code[key].append(target)

    def suggest(self, entry: VariableEntry, *, most: int = 5, least: float = MIN_SCORE) -> list[Suggestion]:
        """The best codes for a value, the most alike first."""
        found = self._by_words.suggest(entry, most=most, least=least)
        written = [
            Suggestion(entry, target, _SAME_CODE_SCORE, (f"code: {key} ~ {target.notation}",))
            for key in sorted(_code_keys([entry.name, *(text.value for text in entry.labels)]))
            for target in self._by_code.get(key, ())
        ]
        best: dict[str, Suggestion] = {}
        for one in (*written, *found):
            if one.target.iri not in best or best[one.target.iri].score < one.score:
                best[one.target.iri] = one
        return sorted(best.values(), key=lambda one: (-one.score, one.target.notation))[:most]


def value_entry(variable: str, name: str, code: str, words: str) -> VariableEntry:
    """A value of a variable's list, to find a code for."""
    labels = (Text(words, "sv"),) if words else (Text(code, ""),)
    return VariableEntry(iri=f"{variable}/value/{code}", name=code, labels=labels, parent=name)


def _code_keys(said: Iterable[str]) -> set[str]:
    compact = (_SEPARATORS.sub("", _PARENTHESES.sub("", text)).casefold() for text in said)
    return {key for key in compact if _CODE.fullmatch(key)}
