"""Suggestion of codes of a list for values, by labels and by normalised codes (`T: 1b` matches `T1b (NKBC)`)."""

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
"""Codes specific enough to be compared: letters and digits. A number alone occurs in any list."""


class CodeSuggester:
    """Ranks the codes of a list for values."""

    def __init__(self, targets: Sequence[ConceptTarget]) -> None:
        with_notation = [replace(target, other=(*target.other, Text(target.notation, ""))) for target in targets]
        self._by_words = Suggester(with_notation)
        self._by_code: dict[str, list[ConceptTarget]] = defaultdict(list)
        for target in with_notation:
            for key in _code_keys([target.notation, *(text.value for text in target.labels)]):
                self._by_code[key].append(target)

    def suggest(self, entry: VariableEntry, *, limit: int = 5, min_score: float = MIN_SCORE) -> list[Suggestion]:
        """Return the best codes for a value, highest score first."""
        by_words = self._by_words.suggest(entry, limit=limit, min_score=min_score)
        by_code = [
            Suggestion(entry, target, _SAME_CODE_SCORE, (f"code: {key} ~ {target.notation}",))
            for key in sorted(_code_keys([entry.name, *(text.value for text in entry.labels)]))
            for target in self._by_code.get(key, ())
        ]
        best: dict[str, Suggestion] = {}
        for suggestion in (*by_code, *by_words):
            if suggestion.target.iri not in best or best[suggestion.target.iri].score < suggestion.score:
                best[suggestion.target.iri] = suggestion
        return sorted(best.values(), key=lambda suggestion: (-suggestion.score, suggestion.target.notation))[:limit]


def value_entry(variable: str, name: str, code: str, label: str) -> VariableEntry:
    """Return an entry for a value of a variable's code list."""
    labels = (Text(label, "sv"),) if label else (Text(code, ""),)
    return VariableEntry(iri=f"{variable}/value/{code}", name=code, labels=labels, parent=name)


def _code_keys(texts: Iterable[str]) -> set[str]:
    compact = (_SEPARATORS.sub("", _PARENTHESES.sub("", text)).casefold() for text in texts)
    return {key for key in compact if _CODE.fullmatch(key)}
