"""Parser of cADL, the constraint language in the definition section of an archetype."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from begrepp.errors import InputError, Origin
from loaders.openehr.cadl_values import CadlToken, add_domain_values, add_values
from loaders.openehr.model import ModelNode
from loaders.openehr.odin import read_odin

_MAX_DEPTH = 100
_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*)
      | (?P<text>"(?:[^"\\]|\\.)*")
      | (?P<ordinal>[+-]?\d+(?:\.\d+)?\|\[[^\]]*\])
      | (?P<code>\[[^\]]*\])
      | (?P<interval>\|[^|\n]*\|)
      | (?P<regex>(?:(?<=\{)|(?<=\{[ ]))/(?:[^/\\\n]|\\.)*/)
      | (?P<path>/[\w/\[\].\-]+)
      | (?P<sign>\{|\}|<|>|=|\(|\)|,|;|\*|\.\.\.|\.\.)
      | (?P<word>[^\s{}<>=(),;"\[\]|*]+)""",
    re.VERBOSE | re.DOTALL,
)
_MATCHES = ("matches", "is_in", "∈")
_KEYWORDS = ("allow_archetype", "use_node", "use_archetype")
NEXT_STEP = "Fix the line, or download the archetype again from its publisher."


@dataclass(slots=True)
class CadlParser:
    """Recursive-descent parser that yields a node for every object with a code.

    Raises `InputError` with the row for a syntax error.
    """

    text: str
    first_row: int
    origin: Origin

    tokens: list[CadlToken]
    position: int

    def __init__(self, text: str, first_row: int, origin: Origin) -> None:
        self.text, self.first_row, self.origin = text, first_row, origin
        self.tokens, self.position = list(self._tokenise()), 0

    def nodes(self) -> Iterator[ModelNode]:
        """Yield all nodes, parents first."""
        nodes: list[ModelNode] = []
        self._object("", None, nodes, 0)
        if self.current.kind != "end":
            self._fail(f"'{self.current.value}' is found after the end of the definition")
        yield from nodes

    def _tokenise(self) -> Iterator[CadlToken]:
        offset, row = 0, self.first_row
        while offset < len(self.text):
            match = _TOKEN.match(self.text, offset)
            if not match:
                rest = self.text[offset : offset + 20].split("\n")[0]
                raise InputError(Origin(self.origin.file, row), f"'{rest}' cannot be read as ADL.", NEXT_STEP)
            kind = str(match.lastgroup)
            if kind != "space":
                yield CadlToken(kind, match[kind], row, match.start(), match.end())
            row += self.text.count("\n", offset, match.end())
            offset = match.end()
        yield CadlToken("end", "the end of the definition", row, offset, offset)

    @property
    def current(self) -> CadlToken:
        """The current token."""
        return self.tokens[self.position]

    def _fail(self, reason: str) -> NoReturn:
        raise InputError(Origin(self.origin.file, self.current.row), f"{reason}.", NEXT_STEP)

    def _advance(self) -> CadlToken:
        token = self.current
        self.position += token.kind != "end"
        return token

    def _expect(self, value: str) -> CadlToken:
        if self.current.value != value:
            self._fail(f"'{self.current.value}' is found where '{value}' is expected")
        return self._advance()

    def _object(self, path: str, parent: ModelNode | None, nodes: list[ModelNode], depth: int) -> None:
        """Parse an object: `TYPE[at0001] occurrences matches {0..1} matches {…}`, `use_node`, `allow_archetype`."""
        if depth > _MAX_DEPTH:
            self._fail(f"the definition is nested deeper than {_MAX_DEPTH} levels")
        keyword = self._advance().value if self.current.value in _KEYWORDS else ""
        row, rm_type = self.current.row, self._type()
        code = ""
        if self.current.kind == "code":
            code = self._advance().value[1:-1].split(",")[0].strip()
        own_path = f"{path}[{code}]" if code and parent else path or "/"
        if keyword == "use_node":
            node = ModelNode(path=own_path, rm_type=rm_type, code=code, row=row)
            node.occurrences = self._occurrences()
            node.same_as = self._advance().value
            if code:
                nodes.append(node)
            return
        node = ModelNode(path=own_path, rm_type=rm_type, code=code, row=row, is_slot=bool(keyword))
        node.occurrences = self._occurrences()
        holder = node if code else parent
        if code:
            nodes.append(node)
        elif parent and not rm_type.startswith("C_"):
            parent.value_types.append(rm_type)
        if self.current.value == "<":
            self._domain_type(rm_type, holder)
            return
        if self.current.value not in _MATCHES:
            if self.current.kind == "word" and self.current.value.islower() and self.current.value not in _KEYWORDS:
                self._fail(f"'{self.current.value}' is found where 'matches' is expected")
            return
        self._advance()
        self._expect("{")
        if keyword == "allow_archetype":
            self._slot(node)
        elif self.current.value == "*":
            self._advance()
        else:
            while self.current.value != "}" and self.current.kind != "end":
                self._attribute("" if own_path == "/" else own_path, holder, nodes, depth, is_own=bool(code))
        self._expect("}")

    def _type(self) -> str:
        """Parse a type of the reference model, such as `DV_INTERVAL<DV_COUNT>`."""
        if self.current.kind != "word":
            self._fail(f"'{self.current.value}' is found where a type is expected")
        name = self._advance().value
        following = self.tokens[self.position + 1] if self.position + 1 < len(self.tokens) else self.current
        if self.current.value == "<" and following.kind == "word" and not name.startswith("C_"):
            inside = self.tokens[self.position + 1].value
            self.position += 2
            self._expect(">")
            return f"{name}<{inside}>"
        return name

    def _occurrences(self) -> str:
        if self.current.value != "occurrences":
            return "1..1"
        self._advance()
        return self._interval()

    def _interval(self) -> str:
        if self.current.value not in _MATCHES:
            self._fail(f"'{self.current.value}' is found where 'matches' is expected")
        self._advance()
        opening = self._expect("{")
        while self.current.value != "}" and self.current.kind != "end":
            self._advance()
        closing = self._expect("}")
        interval = self.text[opening.end : closing.start].split(";")[0].strip()
        return interval if ".." in interval else f"{interval}..{interval}"

    def _attribute(
        self, path: str, holder: ModelNode | None, nodes: list[ModelNode], depth: int, *, is_own: bool
    ) -> None:
        """Parse an attribute: `items cardinality matches {0..*; unordered} matches {…}`.

        `is_own`: whether it is an attribute of the holder itself, not of a value within it.
        """
        if self.current.kind != "word":
            self._fail(f"'{self.current.value}' is found where an attribute is expected")
        name = self._advance().value
        if holder and is_own:
            holder = holder.holder_of(name)
        while self.current.value in ("existence", "cardinality"):
            self._advance()
            self._interval()
        if self.current.value not in _MATCHES:
            self._fail(f"'{self.current.value}' is found where 'matches' is expected")
        self._advance()
        self._expect("{")
        if self._at_object():
            while self.current.value != "}" and self.current.kind != "end":
                self._object(
                    f"{path}/{name}", holder or ModelNode(path="/", rm_type="", code="", row=0), nodes, depth + 1
                )
            self._expect("}")
            return
        self._primitive(name, holder)

    def _at_object(self) -> bool:
        """Return whether an object follows (its type is in capitals) and not a constraint on a primitive value."""
        token = self.current
        if token.value in _KEYWORDS:
            return True
        following = self.tokens[min(self.position + 1, len(self.tokens) - 1)]
        is_type_name = bool(re.fullmatch(r"[A-Z][A-Z0-9_]+", token.value))
        return (
            token.kind == "word"
            and is_type_name
            and (following.kind == "code" or following.value in (*_MATCHES, "<", "occurrences", "}"))
        )

    def _primitive(self, name: str, holder: ModelNode | None) -> None:
        """Parse codes, ordinals, ranges or a pattern up to the closing brace."""
        depth, start = 1, self.position
        while self.current.kind != "end":
            token = self.current
            depth += (token.value == "{") - (token.value == "}")
            if depth == 0:
                break
            self._advance()
        if holder is not None:
            add_values(name, self.tokens[start : self.position], holder)
        self._expect("}")

    def _slot(self, node: ModelNode) -> None:
        """Parse a slot: `include archetype_id/value matches {/…/}` gives the permitted archetypes."""
        kind = ""
        while self.current.value != "}" and self.current.kind != "end":
            token = self._advance()
            if token.value in ("include", "exclude"):
                kind = token.value
            elif token.value == "{":
                while self.current.value != "}" and self.current.kind != "end":
                    inside = self._advance()
                    if inside.kind == "regex" and kind == "include":
                        node.fillers.append(inside.value[1:-1])
                self._expect("}")

    def _domain_type(self, rm_type: str, holder: ModelNode | None) -> None:
        """Parse `C_DV_QUANTITY < property = <…> list = <…> >`, whose content is ODIN."""
        opening = self._expect("<")
        depth = 1
        while depth and self.current.kind != "end":
            token = self._advance()
            depth += (token.value == "<") - (token.value == ">")
        inside = self.text[opening.end : self.tokens[self.position - 1].start]
        constraint = read_odin(inside, Origin(self.origin.file, opening.row))
        if holder is not None:
            add_domain_values(rm_type, constraint, holder)


def text_in_brackets(text: str) -> str:
    """Return the first text in square brackets, or an empty string."""
    match = re.search(r"\[([^\]]+)\]", text)
    return match[1] if match else ""
