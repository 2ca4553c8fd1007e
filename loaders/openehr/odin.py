"""ODIN, the notation of nested data in openEHR archetypes: `name = <"value">`, `["key"] = <…>`.

Read by the openEHR specification "Object Data Instance Notation" (https://specifications.openehr.org/releases/LANG/latest/odin.html).
Objects become dictionaries, lists tuples, texts and terms (`[ISO_639-1::sv]`, without their brackets) strings.
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
    """The attributes of a section; `origin.row` is the row that the text begins on."""
    reader = _Reader(list(_tokens(text, origin)), origin)
    found = reader.attributes(0)
    if reader.here.kind != "end":
        reader.fail(f"'{reader.here.value}' stands where an attribute is expected")
    return found


def _tokens(text: str, origin: Origin) -> Iterator[_Token]:
    position, row = 0, max(origin.row, 1)
    while position < len(text):
        match = _TOKEN.match(text, position)
        if not match:
            rest = text[position : position + 20].split("\n", maxsplit=1)[0]
            raise InputError(Origin(origin.file, row), f"'{rest}' cannot be read as ODIN.", NEXT_STEP)
        kind = str(match.lastgroup)
        if kind != "space":
            yield _Token(kind, match[kind], row)
        row += text.count("\n", position, match.end())
        position = match.end()
    yield _Token("end", "the end", row)


NEXT_STEP = "Fix the line, or download the file again from its publisher."


@dataclass(slots=True)
class _Reader:
    tokens: list[_Token]
    origin: Origin
    at: int = 0

    @property
    def here(self) -> _Token:
        return self.tokens[self.at]

    def fail(self, reason: str) -> NoReturn:
        raise InputError(Origin(self.origin.file, self.here.row), f"{reason}.", NEXT_STEP)

    def next(self) -> _Token:
        token = self.here
        self.at += token.kind != "end"
        return token

    def expect(self, sign: str) -> None:
        if (self.here.kind, self.here.value) != ("sign", sign):
            self.fail(f"'{self.here.value}' stands where '{sign}' is expected")
        self.next()

    def is_sign(self, sign: str) -> bool:
        return self.here.kind == "sign" and self.here.value == sign

    def attributes(self, depth: int) -> dict[str, Odin]:
        """`name = <…>` and `["key"] = <…>`, as many as follow."""
        found: dict[str, Odin] = {}
        while self.here.kind in ("word", "key"):
            name = self.next()
            key = _plain(name.value[1:-1]) if name.kind == "key" and name.value[0] == '"' else name.value
            if key in found:
                self.fail(f"'{key}' is given twice")
            self.expect("=")
            found[key] = self.value(depth + 1)
            if self.is_sign(";"):
                self.next()
        return found

    def value(self, depth: int) -> Odin:
        """What stands between `<` and `>`."""
        if depth > _MAX_DEPTH:
            self.fail(f"values are nested deeper than {_MAX_DEPTH} levels")
        if self.here.kind == "type":
            self.next()
        self.expect("<")
        if self.here.kind == "key" or (self.here.kind == "word" and self.tokens[self.at + 1].value == "="):
            found: Odin = self.attributes(depth)
        else:
            found = self.primitives()
        self.expect(">")
        return found

    def primitives(self) -> Odin:
        values: list[Odin] = []
        is_list = False
        while self.here.kind in ("text", "word", "uri", "code", "interval", "key"):
            token = self.next()
            values.append(_plain(token.value) if token.kind == "text" else token.value)
            if not self.is_sign(","):
                break
            is_list = True
            self.next()
            if self.is_sign("..."):
                self.next()
        if not is_list and len(values) == 1:
            return values[0]
        return tuple(values) if values else ""


def _plain(text: str) -> str:
    return _ESCAPE.sub(lambda match: {"n": "\n", "t": "\t", "r": "\r"}.get(match[1], match[1]), text)


def as_dict(value: Odin) -> dict[str, Odin]:
    return value if isinstance(value, dict) else {}


def as_string(value: Odin) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def as_strings(value: Odin) -> list[str]:
    return [each for each in (value if isinstance(value, tuple) else (value,)) if isinstance(each, str) and each]


def nested_value(value: Odin, *keys: str) -> Odin:
    for key in keys:
        value = as_dict(value).get(key, "")
    return value
