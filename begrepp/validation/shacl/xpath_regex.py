"""Translation of XPath regular expressions into the common syntax of Rust's regex crate and Python's `regex`.

Sources: XQuery and XPath Functions and Operators, "Regular Expression Syntax" and "Flags", which SPARQL 1.1 (17.4.3.14)
and so SHACL (4.4.3) refer to; XSD 1.1 part 2, G "Regular Expressions".

Both engines have sets with `--` and `&&`, Unicode categories and lazy quantifiers. Flags are resolved here, since the
engines' own flags mean other things: case variants, the reach of `.`, and white space.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from begrepp.validation.shacl.lexical_spaces import NAME_FURTHER, NAME_START
from begrepp.validation.shacl.unicode_sets import block, case_variants, code

_FLAGS = frozenset("smixq")
_SINGLE = {**{each: each for each in "\\|.?*+(){}-[]^$"}, "n": "\n", "r": "\r", "t": "\t"}
_CLASSES = {
    "s": r"[ \t\n\r]",
    "d": r"\p{Nd}",
    "w": r"[^\p{P}\p{Z}\p{C}]",
    "i": f"[{NAME_START}]",
    "c": f"[{NAME_START}{NAME_FURTHER}]",
}
"""The multi-character escapes (XSD 1.1 part 2, G.4.2.5); the name of a negated one is in upper case."""
_CATEGORY = re.compile("L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|Z[slp]?|S[mcko]?|C[cfon]?")
_QUANTIFIER = re.compile(r"\{([0-9]+)(,([0-9]*))?\}")
_SPACE = " \t\n\r"


class PatternError(ValueError):
    """A pattern or its flags are not valid; the message names the position."""


@dataclass(frozen=True, slots=True)
class Translation:
    """A pattern in the common syntax; if `linear`, Rust's engine supports it."""

    pattern: str
    linear: bool


@lru_cache(maxsize=1000)
def translate_pattern(pattern: str, flags: str = "") -> Translation:
    """Translate an XPath pattern with its flags, of `smixq`. Raises `PatternError` if either is not valid."""
    if unknown := sorted(set(flags) - _FLAGS):
        raise PatternError(f"'{unknown[0]}' is not a flag; there are s, m, i, x and q.")
    if "q" in flags:
        parser = _Parser("", flags)
        return Translation("".join(parser.literal(each) for each in pattern), linear=True)
    parser = _Parser(pattern, flags)
    translated = parser.alternatives()
    if parser.next:
        raise PatternError(f"position {parser.at + 1}: '{parser.next[0]}' without its opening.")
    return Translation(translated, parser.linear)


class _Parser:
    """Recursive descent parser that writes the common syntax."""

    def __init__(self, pattern: str, flags: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.linear = True
        self._flags = flags
        self._opened = 0
        self._closed: set[int] = set()
        self._depth = 0

    @property
    def next(self) -> str:
        """The next character; empty at the end of the pattern."""
        return self.pattern[self.at : self.at + 1]

    def _skip_space(self) -> None:
        while "x" in self._flags and self.next and self.next in _SPACE:
            self.at += 1

    def _accept(self, text: str) -> bool:
        accepted = self.pattern.startswith(text, self.at)
        self.at += len(text) * accepted
        return accepted

    def _error(self, reason: str) -> PatternError:
        return PatternError(f"position {self.at + 1}: {reason}")

    def alternatives(self) -> str:
        """Translate branches separated by `|`."""
        branches = [self._branch()]
        while self._accept("|"):
            branches.append(self._branch())
        return "|".join(branches)

    def _branch(self) -> str:
        pieces: list[str] = []
        self._skip_space()
        while self.next and self.next not in "|)":
            atom = self._atom()
            self._skip_space()
            pieces.append(atom + self._quantifier())
            self._skip_space()
        return "".join(pieces)

    def _atom(self) -> str:
        character = self.next
        self.at += 1
        match character:
            case "(":
                return self._group()
            case "[":
                return self._set()
            case "\\":
                return self._escape()
            case ".":
                return r"[\U00000000-\U0010FFFF]" if "s" in self._flags else r"[^\n]"
            case "^":
                self.linear = self.linear and "m" not in self._flags
                return r"(?:\A|(?<=\n)(?!\Z))" if "m" in self._flags else r"\A"
            case "$":
                self.linear = self.linear and "m" not in self._flags
                return r"(?:\Z|(?=\n))" if "m" in self._flags else r"\z"
            case "?" | "*" | "+" | "{" | "}" | "]":
                self.at -= 1
                raise self._error(f"'{character}' must be escaped here.")
        return self.literal(character)

    def _group(self) -> str:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._error("groups are nested too deeply.")
        capturing = not self._accept("?:")
        self._opened += capturing
        number = self._opened
        inner = self.alternatives()
        if not self._accept(")"):
            raise self._error("a group is not closed.")
        self._depth -= 1
        if capturing:
            self._closed.add(number)
        return f"({inner})" if capturing else f"(?:{inner})"

    def _quantifier(self) -> str:
        text = self.next if self.next and self.next in "?*+" else ""
        if text:
            self.at += 1
        elif self.next == "{":
            if (match := _QUANTIFIER.match(self.pattern, self.at)) is None:
                raise self._error("'{' does not begin a quantifier.")
            least, most = int(match[1][:_DIGITS]), int((match[3] or match[1])[:_DIGITS])
            if most < least and match[3] != "":
                raise self._error(f"the quantifier {match[0]} has its bounds in the wrong order.")
            text, self.at = match[0], match.end()
        self._skip_space()
        return text + ("?" if text and self._accept("?") else "")

    def _escape(self) -> str:
        """Translate an escape outside of a set."""
        if self.next.isdecimal():
            start = self.at
            number = int(self.next)
            self.at += 1
            while self.next.isdecimal() and number * 10 + int(self.next) <= self._opened:
                number = number * 10 + int(self.next)
                self.at += 1
            if number not in self._closed:
                self.at = start
                raise self._error(f"\\{number} refers to a group that is not complete.")
            self.linear = False
            return rf"(?i:\g<{number}>)" if "i" in self._flags else rf"\g<{number}>"
        if self.next in _SINGLE:
            character = _SINGLE[self.next]
            self.at += 1
            return self.literal(character)
        return self._class_escape()

    def _class_escape(self) -> str:
        """Translate an escape that stands for a set of characters, after its backslash."""
        name = self.next
        self.at += 1
        if name.lower() in _CLASSES:
            found = _CLASSES[name.lower()]
            return found if name.islower() else f"[^{found}]"
        if name in ("p", "P"):
            end = self.pattern.find("}", self.at)
            if not self._accept("{") or end < 0:
                raise self._error(f"\\{name} needs a category or block in braces.")
            label, self.at = self.pattern[self.at : end], end + 1
            if label.startswith("Is"):
                found = block(label.removeprefix("Is"))
                if not found:
                    raise PatternError(f"'{label}' is not a Unicode category or block.")
            elif _CATEGORY.fullmatch(label):
                found = rf"\p{{{label}}}"
            else:
                raise PatternError(f"'{label}' is not a Unicode category or block.")
            return found if name == "p" else f"[^{found}]"
        self.at -= 1
        raise self._error(f"\\{name} is not an escape of XPath." if name else "the pattern ends with a backslash.")

    def _set(self) -> str:
        """Translate a character class expression, after its `[` (XSD 1.1 part 2, G.4.2)."""
        negated = self._accept("^")
        parts: list[str] = []
        removed = ""
        while not self._accept("]"):
            if not self.next:
                raise self._error("a character class is not closed.")
            if parts and self._accept("-["):
                removed = self._set()
                if not self._accept("]"):
                    raise self._error("a subtraction must be the last part of its class.")
                break
            parts.append(self._set_part())
        if not parts:
            raise self._error("a character class is empty.")
        kept = f"[{'^' if negated else ''}{''.join(parts)}]"
        return f"[{kept}--{removed}]" if removed else kept

    def _set_part(self) -> str:
        first = self._set_character()
        if len(first) > 1:
            return first
        following = self.pattern[self.at + 1 : self.at + 2]
        if self.next != "-" or following in ("", "]", "["):
            return self._range(first, first)
        self.at += 1
        last = self._set_character()
        if len(last) > 1 or last < first:
            raise self._error(f"'{first}-{last}' is not a range.")
        return self._range(first, last)

    def _set_character(self) -> str:
        """Return the next character of a set, or the translation of an escape, which is longer."""
        character = self.next
        self.at += 1
        if character == "[":
            raise self._error("'[' must be escaped in a character class.")
        if character != "\\":
            return character
        if self.next in _SINGLE:
            self.at += 1
            return _SINGLE[self.pattern[self.at - 1]]
        return self._class_escape()

    def _range(self, first: str, last: str) -> str:
        text = code(first) if first == last else f"{code(first)}-{code(last)}"
        if "i" in self._flags:
            low, high = ord(first), ord(last)
            text += "".join(
                code(other) for each, others in case_variants().items() if low <= each <= high for other in others
            )
        return text

    def literal(self, character: str) -> str:
        """Write a character that stands for itself."""
        if "i" in self._flags and ord(character) in case_variants():
            return f"[{self._range(character, character)}]"
        return code(character)


_DEEPEST = 100
_DIGITS = 9
