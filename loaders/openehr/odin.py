"""Parser of ODIN, the data notation of openEHR archetypes: `name = <"value">`, `["key"] = <…>`.

Specification: Object Data Instance Notation (https://specifications.openehr.org/releases/LANG/latest/odin.html).
Objects become dictionaries, lists tuples, texts and terms (`[ISO_639-1::sv]`, without brackets) strings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, NoReturn, TypeAlias

from begrepp.errors import InputError, Origin

Odin: TypeAlias = "str | tuple[Odin, ...] | dict[str, Odin]"
_MAX_DEPTH = 60
_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*)
      | "(?P<text>(?:[^"\\]|\\.)*)"
      | \[(?P<key>"(?:[^"\\]|\\.)*"|\d+)\]
      | \[(?P<code>[^\]\n]*)\]
      | \|(?P<interval>[^|\n]*)\|
      | (?P<type>\([A-Za-z_][\w.<>, ]*\))
      | (?P<sign><|>|=|,|;|\.\.\.)
      | (?P<uri>[A-Za-z][\w+.\-]*:[^\s<>",;]+)
      | (?P<word>[^\s<>=,;"\[\]|()]+)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


class _Token(NamedTuple):
    kind: str
    value: str
    row: int


def read_odin(text: str, origin: Origin) -> dict[str, Odin]:
    """Parse a section. `origin.row` is the first row of the text. Raises `InputError` for a syntax error."""
    reader = _Parser(list(_tokenise(text, origin)), origin)
    found = reader.attributes(0)
    if reader.current.kind != "end":
        reader.fail(f"'{reader.current.value}' is found where an attribute is expected")
    return found


def _tokenise(text: str, origin: Origin) -> Iterator[_Token]:
    offset, row = 0, max(origin.row, 1)
    while offset < len(text):
        match = _TOKEN.match(text, offset)
        if not match:
            rest = text[offset : offset + 20].split("\n", maxsplit=1)[0]
            raise InputError(Origin(origin.file, row), f"'{rest}' cannot be read as ODIN.", NEXT_STEP)
        kind = str(match.lastgroup)
        if kind != "space":
            yield _Token(kind, match[kind], row)
        row += text.count("\n", offset, match.end())
        offset = match.end()
    yield _Token("end", "the end", row)


NEXT_STEP = "Fix the line, or download the file again from its publisher."


@dataclass(slots=True)
class _Parser:
    tokens: list[_Token]
    origin: Origin
    position: int = 0

    @property
    def current(self) -> _Token:
        return self.tokens[self.position]

    def fail(self, reason: str) -> NoReturn:
        raise InputError(Origin(self.origin.file, self.current.row), f"{reason}.", NEXT_STEP)

    def next(self) -> _Token:
        token = self.current
        self.position += token.kind != "end"
        return token

    def expect(self, sign: str) -> None:
        if (self.current.kind, self.current.value) != ("sign", sign):
            self.fail(f"'{self.current.value}' is found where '{sign}' is expected")
        self.next()

    def is_sign(self, sign: str) -> bool:
        return self.current.kind == "sign" and self.current.value == sign

    def attributes(self, depth: int) -> dict[str, Odin]:
        """Parse a sequence of `name = <…>` and `["key"] = <…>`."""
        attributes: dict[str, Odin] = {}
        while self.current.kind in ("word", "key"):
            name = self.next()
            key = unescape(name.value[1:-1]) if name.kind == "key" and name.value[0] == '"' else name.value
            if key in attributes:
                self.fail(f"'{key}' is given twice")
            self.expect("=")
            attributes[key] = self.value(depth + 1)
            if self.is_sign(";"):
                self.next()
        return attributes

    def value(self, depth: int) -> Odin:
        """Parse a value between `<` and `>`."""
        if depth > _MAX_DEPTH:
            self.fail(f"values are nested deeper than {_MAX_DEPTH} levels")
        if self.current.kind == "type":
            self.next()
        self.expect("<")
        if self.current.kind == "key" or (self.current.kind == "word" and self.tokens[self.position + 1].value == "="):
            found: Odin = self.attributes(depth)
        else:
            found = self.primitives()
        self.expect(">")
        return found

    def primitives(self) -> Odin:
        values: list[Odin] = []
        is_list = False
        while self.current.kind in ("text", "word", "uri", "code", "interval", "key"):
            token = self.next()
            values.append(unescape(token.value) if token.kind == "text" else token.value)
            if not self.is_sign(","):
                break
            is_list = True
            self.next()
            if self.is_sign("..."):
                self.next()
        if not is_list and len(values) == 1:
            return values[0]
        return tuple(values) if values else ""


def unescape(text: str) -> str:
    """Return a text without its escapes."""
    return _ESCAPE.sub(lambda match: {"n": "\n", "t": "\t", "r": "\r"}.get(match[1], match[1]), text)


def as_dict(value: Odin) -> dict[str, Odin]:
    """Return an object, or an empty dictionary for another type."""
    return value if isinstance(value, dict) else {}


def as_string(value: Odin) -> str:
    """Return a string with collapsed spaces, empty for another type."""
    return " ".join(value.split()) if isinstance(value, str) else ""


def as_strings(value: Odin) -> list[str]:
    """Return the non-empty strings of a list, or of one string."""
    return [each for each in (value if isinstance(value, tuple) else (value,)) if isinstance(each, str) and each]


def nested_value(value: Odin, *keys: str) -> Odin:
    """Return the value at a path of keys, or an empty string."""
    for key in keys:
        value = as_dict(value).get(key, "")
    return value
