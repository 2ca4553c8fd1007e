"""Errors in ECL expressions: place, offending part, and what is expected instead."""

from __future__ import annotations

from collections.abc import Sequence

from begrepp.errors import BegreppError

_TOKENS = {
    "DESCENDANT_OR_SELF_OF": "<<",
    "DESCENDANT_OF": "<",
    "CHILD_OR_SELF_OF": "<<!",
    "CHILD_OF": "<!",
    "ANCESTOR_OR_SELF_OF": ">>",
    "ANCESTOR_OF": ">",
    "PARENT_OR_SELF_OF": ">>!",
    "PARENT_OF": ">!",
    "TOP_OF": "!!>",
    "BOTTOM_OF": "!!<",
    "LESS": "<",
    "GREATER": ">",
    "LESS_OR_EQUAL": "<=",
    "GREATER_OR_EQUAL": ">=",
    "EQUALS": "=",
    "NOT_EQUALS": "!=",
    "MEMBER_OF": "^",
    "CONTAINING_ANY": "^R",
    "REVERSE": "R",
    "AND": "AND",
    "COMMA": ",",
    "OR": "OR",
    "MINUS": "MINUS",
    "ANY": "*",
    "MANY": "many",
    "TO": "..",
    "HISTORY": "HISTORY",
    "MATCH": "match:",
    "WILD": "wild:",
    "LPAR": "(",
    "RPAR": ")",
    "LSQB": "[",
    "RSQB": "]",
    "LBRACE": "{",
    "RBRACE": "}",
    "COLON": ":",
    "DOT": ".",
    "PLUS": "+",
    "FILTER_START": "{{",
    "FILTER_END": "}}",
    "KIND": "D",
    "CODE": "code",
    "ALTERNATE": "scheme#code",
    "STRING": '"text"',
    "NUMBER": "#number",
    "INTEGER": "number",
    "TERM": "|term|",
    "$END": "end",
}
"""Signs or words of the terminals of the grammar, in the order in which expectations are listed."""

ORDER = ["CODE", "STRING", *(name for name in _TOKENS if name not in ("CODE", "STRING"))]


class EclError(BegreppError):
    """Raised for an ECL expression that cannot be parsed or evaluated.

    `start` and `end` are the place of the offending part in the text, in characters; `part` is its text, and
    `expected` holds what may stand there instead: signs, and the words `code`, `number`, `end` for their kinds.
    """

    status = 400

    def __init__(
        self,
        reason: str,
        next_step: str = "",
        *,
        start: int = 0,
        end: int = 0,
        part: str = "",
        expected: tuple[str, ...] = (),
    ) -> None:
        super().__init__(reason, next_step)
        self.start, self.end, self.part, self.expected = start, end, part, expected

    def located(self, text: str) -> EclError:
        """Return the error with line, column and offending part of the expression `text`."""
        if not self.start and not self.end:
            return self
        line, column = place(text, self.start)
        return EclError(
            f"Line {line}, column {column}: {self.reason}",
            self.next_step,
            start=self.start,
            end=self.end,
            part=self.part or text[self.start : self.end],
            expected=self.expected,
        )


KINDS = frozenset({"code", "scheme#code", '"text"', "#number", "number", "|term|", "end", "many"})
"""Names of kinds of tokens in messages; any other token is written as its sign, in quotation marks."""


def listed(expected: Sequence[str]) -> str:
    """Return a list of what may stand somewhere, in which a sign such as the comma is told from the commas between."""
    return ", ".join(each if each in KINDS else f"'{each}'" for each in expected)


def written(terminals: set[str]) -> tuple[str, ...]:
    """Return how the terminals are written, codes first, without repetition."""
    return tuple(dict.fromkeys(_TOKENS[name] for name in ORDER if name in terminals))


def place(text: str, offset: int) -> tuple[int, int]:
    """Return line and column of an offset, both counted from 1."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
