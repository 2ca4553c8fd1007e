"""Pre-binding of variables in the queries of constraints (SHACL 5.3.1 and appendix A).

A variable is substituted in the text of the query, so that it has its value in every scope. A constant replaces it,
or, for a blank node, which SPARQL has no constant for, a variable of the group that a named graph binds.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import lru_cache

from pyoxigraph import Literal, NamedNode

from begrepp.errors import InputError
from begrepp.sparql.tokens import Token, tokens
from begrepp.validation.shacl.vocabulary import Term

FOCUS_GRAPH = NamedNode("urn:graph:focus")
"""Graph that binds variables: its triples have the name of a variable as subject and its value as object."""
BOUND_AS = NamedNode("urn:bound:as")
REGEX = NamedNode("urn:function:regex")
HIDDEN = "begrepp_"
"""Prefix of the variables that stand for pre-bound ones; results leave them out."""

_OPTIONAL_IN_SUBQUERIES = frozenset({"shapesGraph", "currentShape"})
_FORBIDDEN = ("MINUS", "VALUES", "SERVICE")


@dataclass(frozen=True, slots=True)
class Piece:
    """Text of a query, then a variable: its name, the group that it is in, and the clause.

    The clause is "projection", "grouping" or "" for any other place; `name` is "{" at the start of a group.
    """

    text: str
    name: str = ""
    group: int = 0
    clause: str = ""


def variable_for(name: str) -> NamedNode:
    """Return the subject that stands for a variable in `FOCUS_GRAPH`."""
    return NamedNode(f"urn:bound:{name}")


def prebind(query: str, values: Mapping[str, Term], *, literals_as_variables: bool = False) -> str:
    """Substitute the values of variables in a query."""
    pieces = _split(query, frozenset(values))
    constants = {
        name: str(term)
        for name, term in values.items()
        if isinstance(term, NamedNode) or (isinstance(term, Literal) and not literals_as_variables)
    }
    used: dict[int, set[str]] = {}
    for piece in pieces:
        if piece.name != "{" and piece.name not in constants:
            used.setdefault(piece.group, set()).add(piece.name)
    written = []
    for piece in pieces:
        written.append(piece.text)
        hidden = f"?{HIDDEN}{piece.name}_{piece.group}"
        if piece.name == "{":
            written += [
                f" GRAPH {FOCUS_GRAPH} {{ {variable_for(name)} {BOUND_AS} ?{HIDDEN}{name}_{piece.group} }} "
                for name in sorted(used.get(piece.group, set()) - {""})
            ]
        elif piece.name in constants:
            constant = constants[piece.name]
            if piece.clause == "projection":
                written.append(f"({constant} AS {hidden})")
            else:
                written.append(f"({constant})" if piece.clause == "grouping" else constant)
        elif piece.name:
            written.append(hidden)
    return "".join(written)


@lru_cache(maxsize=1000)
def check_prebinding(query: str, names: Set[str], shape: str) -> None:
    """Raise `InputError` if a query with these pre-bound variables uses what appendix A of SHACL excludes."""
    words = list(tokens(query))
    projected: list[str] | None = None
    for n, token in enumerate(words):
        following = words[n + 1] if n + 1 < len(words) else None
        if token.is_word(*_FORBIDDEN):
            raise _excluded(shape, f"it uses {token.text.upper()}")
        if token.is_word("AS") and following is not None and _is_variable(following) and following.text[1:] in names:
            raise _excluded(shape, f"it assigns a value to {following.text}, which is pre-bound")
        if token.is_word("SELECT") and any(each.text == "{" for each in words[:n]):
            projected = []
        elif projected is not None and (token.text == "{" or token.is_word("WHERE")):
            missing = sorted(names - _OPTIONAL_IN_SUBQUERIES - {each[1:] for each in projected})
            if missing:
                raise _excluded(shape, f"a sub-SELECT does not project ${missing[0]}")
            projected = None
        elif projected is not None and _is_variable(token):
            projected.append(token.text)


def _excluded(shape: str, reason: str) -> InputError:
    return InputError(
        shape, f"its query cannot be evaluated: {reason}.", "See SHACL 1.0, appendix A, on pre-binding of variables."
    )


def _is_variable(token: Token) -> bool:
    return token.kind == "variable"


class _Scope:
    """The groups and clauses of a query, followed token by token."""

    def __init__(self) -> None:
        self.clause = ""
        self._count = 0
        self._open: list[tuple[int, int]] = [(0, 0)]
        self._selected = self._closed = self._modified = 0
        self._depth = 0

    @property
    def group(self) -> int:
        """The number of the group that a variable at the current token belongs to."""
        return self._selected or self._modified or self._open[-1][0]

    @property
    def place(self) -> str:
        """The clause, if the current token is not within an expression in it."""
        return self.clause if self._depth == self._open[-1][1] else ""

    def follow(self, token: Token, following: Token | None) -> bool:
        """Take a token into account; return whether it begins a group."""
        if token.is_word("SELECT", "ASK"):
            self._count += 1
            self.clause, self._selected = "projection", self._count
        elif token.is_word("HAVING") or (token.is_word("GROUP", "ORDER") and following and following.is_word("BY")):
            self.clause, self._modified = "grouping", self._closed
        elif token.kind == "mark" and token.text in "()":
            self._depth += 1 if token.text == "(" else -1
        elif token.kind == "mark" and token.text == "{":
            self._count += not self._selected
            self._open.append((self._selected or self._count, self._depth))
            self.clause, self._selected = "", 0
            return True
        elif token.kind == "mark" and token.text == "}" and len(self._open) > 1:
            self._closed = self._open.pop()[0]
            self.clause, self._modified = "", 0
        return False


@lru_cache(maxsize=1000)
def _split(query: str, names: Set[str]) -> tuple[Piece, ...]:
    """Split a query at its pre-bound variables and groups.

    `BOUND($this)` is replaced by true, and REGEX by a function with XPath's syntax.
    """
    words = list(tokens(query))
    pieces: list[Piece] = []
    scope, end = _Scope(), 0
    for n, token in enumerate(words):
        following = words[n + 1 : n + 4]
        begins = scope.follow(token, following[0] if following else None)
        if token.start < end:
            continue
        texts = [each.text for each in following]
        if begins:
            pieces.append(Piece(query[end : token.end], "{", scope.group))
            end = token.end
        elif token.is_word("REGEX") and texts[:1] == ["("]:
            pieces.append(Piece(query[end : token.start] + str(REGEX)))
            end = token.end
        elif token.is_word("BOUND") and texts[::2] == ["(", ")"] and texts[1][1:] in names:
            pieces.append(Piece(query[end : token.start] + "(true)"))
            end = following[2].end
        elif _is_variable(token) and token.text[1:] in names:
            pieces.append(Piece(query[end : token.start], token.text[1:], scope.group, scope.place))
            end = token.end
    return (*pieces, Piece(query[end:]))


def projects_this(query: str) -> bool:
    """Return whether a SELECT query projects `$this`, by name or with `*`."""
    words = [token for token in tokens(query) if token.kind != "iri"]
    start = next((n for n, token in enumerate(words) if token.is_word("SELECT")), len(words))
    for token in words[start:]:
        if token.text in ("$this", "?this", "*"):
            return True
        if token.text == "{":
            return False
    return False


def substitute_path(query: str, path: str) -> str:
    """Replace `$PATH` by a property path."""
    pieces, end = [], 0
    for token in tokens(query):
        if token.kind == "variable" and token.text in ("$PATH", "?PATH"):
            pieces += [query[end : token.start], path]
            end = token.end
    return "".join((*pieces, query[end:]))
