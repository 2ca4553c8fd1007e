"""Parser of cADL, the constraints in the definition section of an archetype."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, NoReturn

from begrepp.errors import InputError, Origin
from loaders.openehr.model import ModelNode, PermittedCode
from loaders.openehr.odin import as_dict, as_string, read_odin

_MAX_DEPTH = 100
_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*)
      | (?P<text>"(?:[^"\\]|\\.)*")
      | (?P<ordinal>\d+\|\[[^\]]*\])
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
NEXT_STEP = "Mend the line, or fetch the archetype again from its publisher."


class _Token(NamedTuple):
    kind: str
    value: str
    row: int
    start: int
    end: int


@dataclass(slots=True)
class CadlParser:
    """Walks the constraints of a definition and yields a node for every object that has a code."""

    text: str
    first_row: int
    origin: Origin

    tokens: list[_Token]
    at: int

    def __init__(self, text: str, first_row: int, origin: Origin) -> None:
        self.text, self.first_row, self.origin = text, first_row, origin
        self.tokens, self.at = list(self._tokenise()), 0

    def nodes(self) -> Iterator[ModelNode]:
        """All nodes, those above first."""
        found: list[ModelNode] = []
        self._object("", None, found, 0)
        if self.here.kind != "end":
            self._fail(f"'{self.here.value}' stands after the end of the definition")
        yield from found

    def _tokenise(self) -> Iterator[_Token]:
        position, row = 0, self.first_row
        while position < len(self.text):
            match = _TOKEN.match(self.text, position)
            if not match:
                rest = self.text[position : position + 20].split("\n")[0]
                raise InputError(Origin(self.origin.file, row), f"'{rest}' cannot be read as ADL.", NEXT_STEP)
            kind = str(match.lastgroup)
            if kind != "space":
                yield _Token(kind, match[kind], row, match.start(), match.end())
            row += self.text.count("\n", position, match.end())
            position = match.end()
        yield _Token("end", "the end of the definition", row, position, position)

    @property
    def here(self) -> _Token:
        return self.tokens[self.at]

    def _fail(self, reason: str) -> NoReturn:
        raise InputError(Origin(self.origin.file, self.here.row), f"{reason}.", NEXT_STEP)

    def _next(self) -> _Token:
        token = self.here
        self.at += token.kind != "end"
        return token

    def _expect(self, value: str) -> _Token:
        if self.here.value != value:
            self._fail(f"'{self.here.value}' stands where '{value}' is expected")
        return self._next()

    def _object(self, path: str, above: ModelNode | None, found: list[ModelNode], depth: int) -> None:
        """`TYPE[at0001] occurrences matches {0..1} matches {…}` and its relatives."""
        if depth > _MAX_DEPTH:
            self._fail(f"the definition is nested deeper than {_MAX_DEPTH} levels")
        keyword = self._next().value if self.here.value in _KEYWORDS else ""
        row, rm_type = self.here.row, self._type()
        code = ""
        if self.here.kind == "code":
            code = self._next().value[1:-1].split(",")[0].strip()
        own = f"{path}[{code}]" if code and above else path or "/"
        if keyword == "use_node":
            node = ModelNode(path=own, rm_type=rm_type, code=code, row=row)
            node.occurrences = self._occurrences()
            node.same_as = self._next().value
            if code:
                found.append(node)
            return
        node = ModelNode(path=own, rm_type=rm_type, code=code, row=row, is_slot=bool(keyword))
        node.occurrences = self._occurrences()
        holder = node if code else above
        if code:
            found.append(node)
        elif above and not rm_type.startswith("C_"):
            above.value_types.append(rm_type)
        if self.here.value == "<":
            self._domain_type(rm_type, holder)
            return
        if self.here.value not in _MATCHES:
            if self.here.kind == "word" and self.here.value.islower() and self.here.value not in _KEYWORDS:
                self._fail(f"'{self.here.value}' stands where 'matches' is expected")
            return
        self._next()
        self._expect("{")
        if keyword == "allow_archetype":
            self._slot(node)
        elif self.here.value == "*":
            self._next()
        else:
            while self.here.value != "}" and self.here.kind != "end":
                self._attribute("" if own == "/" else own, holder, found, depth)
        self._expect("}")

    def _type(self) -> str:
        """A type of the reference model, such as `DV_INTERVAL<DV_COUNT>`."""
        if self.here.kind != "word":
            self._fail(f"'{self.here.value}' stands where a type is expected")
        name = self._next().value
        after = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else self.here
        if self.here.value == "<" and after.kind == "word" and not name.startswith("C_"):
            inside = self.tokens[self.at + 1].value
            self.at += 2
            self._expect(">")
            return f"{name}<{inside}>"
        return name

    def _occurrences(self) -> str:
        if self.here.value != "occurrences":
            return "1..1"
        self._next()
        return self._interval()

    def _interval(self) -> str:
        if self.here.value not in _MATCHES:
            self._fail(f"'{self.here.value}' stands where 'matches' is expected")
        self._next()
        opening = self._expect("{")
        while self.here.value != "}" and self.here.kind != "end":
            self._next()
        closing = self._expect("}")
        said = self.text[opening.end : closing.start].split(";")[0].strip()
        return said if ".." in said else f"{said}..{said}"

    def _attribute(self, path: str, holder: ModelNode | None, found: list[ModelNode], depth: int) -> None:
        """`items cardinality matches {0..*; unordered} matches {…}`."""
        if self.here.kind != "word":
            self._fail(f"'{self.here.value}' stands where an attribute is expected")
        name = self._next().value
        while self.here.value in ("existence", "cardinality"):
            self._next()
            self._interval()
        if self.here.value not in _MATCHES:
            self._fail(f"'{self.here.value}' stands where 'matches' is expected")
        self._next()
        self._expect("{")
        if self._begins_an_object():
            while self.here.value != "}" and self.here.kind != "end":
                self._object(
                    f"{path}/{name}", holder or ModelNode(path="/", rm_type="", code="", row=0), found, depth + 1
                )
            self._expect("}")
            return
        self._primitive(name, holder)

    def _begins_an_object(self) -> bool:
        """Types are in capitals; what else stands within braces is a constraint on a primitive value."""
        token = self.here
        if token.value in _KEYWORDS:
            return True
        after = self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        shaped = bool(re.fullmatch(r"[A-Z][A-Z0-9_]+", token.value))
        return (
            token.kind == "word"
            and shaped
            and (after.kind == "code" or after.value in (*_MATCHES, "<", "occurrences", "}"))
        )

    def _primitive(self, name: str, holder: ModelNode | None) -> None:
        """Codes, ordinals, ranges or a pattern: to the brace that closes it."""
        depth = 1
        while self.here.kind != "end":
            token = self.here
            depth += (token.value == "{") - (token.value == "}")
            if depth == 0:
                break
            self._next()
            if holder is not None:
                _add_value(name, token, holder)
        self._expect("}")

    def _slot(self, node: ModelNode) -> None:
        """`include archetype_id/value matches {/…/}`: the archetypes that fit."""
        kind = ""
        while self.here.value != "}" and self.here.kind != "end":
            token = self._next()
            if token.value in ("include", "exclude"):
                kind = token.value
            elif token.value == "{":
                while self.here.value != "}" and self.here.kind != "end":
                    inside = self._next()
                    if inside.kind == "regex" and kind == "include":
                        node.fillers.append(inside.value[1:-1])
                self._expect("}")

    def _domain_type(self, rm_type: str, holder: ModelNode | None) -> None:
        """`C_DV_QUANTITY < property = <…> list = <…> >`, whose inside is ODIN."""
        opening = self._expect("<")
        depth = 1
        while depth and self.here.kind != "end":
            token = self._next()
            depth += (token.value == "<") - (token.value == ">")
        inside = self.text[opening.end : self.tokens[self.at - 1].start]
        said = read_odin(inside, Origin(self.origin.file, opening.row))
        if holder is None:
            return
        holder.value_types.append(rm_type.removeprefix("C_"))
        for each in as_dict(said.get("list", {})).values():
            quantity = as_dict(each)
            if units := as_string(quantity.get("units", "")):
                holder.units.append(units)
            if magnitude := as_string(quantity.get("magnitude", "")):
                holder.ranges.append(magnitude)


def _add_value(name: str, token: _Token, holder: ModelNode) -> None:
    if token.kind == "ordinal":
        number, _, code = token.value.partition("|")
        for choice in _choices(code):
            choice.ordinal = number
            holder.choices.append(choice)
        if "DV_ORDINAL" not in holder.value_types:
            holder.value_types.append("DV_ORDINAL")
    elif token.kind == "code":
        for choice in _choices(token.value):
            (holder.value_sets.append(choice.code) if choice.code.startswith("ac") else holder.choices.append(choice))
    elif token.kind == "interval":
        holder.ranges.append(token.value.strip("|"))
    elif token.kind == "text" and name == "units":
        holder.units.append(token.value.strip('"'))


def _choices(bracketed: str) -> list[PermittedCode]:
    """`[local::at0107, at0037; at0107]`: the codes; the assumed one after the semicolon is no further choice."""
    inside = re.sub(r"--[^\n]*", "", bracketed[1:-1])
    terminology, _, codes = inside.rpartition("::")
    listed = codes.partition(";")[0]
    return [
        PermittedCode(terminology=terminology.strip() or "local", code=code.strip())
        for code in listed.split(",")
        if code.strip()
    ]


def text_in_brackets(text: str) -> str:
    match = re.search(r"\[([^\]]+)\]", text)
    return match[1] if match else ""
