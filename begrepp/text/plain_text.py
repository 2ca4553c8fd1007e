"""Plain text of marked-up text: lines, spaces, and superscripts and subscripts as Unicode characters.

`10<sup>9</sup>/L` is `10⁹/L` and `H<sub>2</sub>O` is `H₂O`: without the mark, a number would be another one. Unicode
has digits, signs and a few letters (block U+2070–U+209F, and ¹²³); a text with other characters is `^` or `_` and the
text, as `x^max`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from enum import Enum


class Script(Enum):
    """Raised or lowered text; the value is the mark for characters that Unicode does not have."""

    SUPER = "^"
    SUB = "_"


_NAMES = {
    **dict.fromkeys(("sup", "super", "superscript"), Script.SUPER),
    **dict.fromkeys(("sub", "subscript"), Script.SUB),
}


def script_named(words: str) -> Script | None:
    """Return the script that one of the words names, as elements and attributes do: `sup`, `bold subscript`."""
    return next((_NAMES[word] for word in words.lower().split() if word in _NAMES), None)


def _characters_of(script: Script) -> dict[str, str]:
    """Return the raised (lowered) form of each character that has one."""
    kind = "<super>" if script is Script.SUPER else "<sub>"
    forms = {}
    for form in (*"¹²³", *map(chr, range(0x2070, 0x20A0))):
        tag, _, codepoint = unicodedata.decomposition(form).partition(" ")
        if tag == kind:
            forms[chr(int(codepoint, 16))] = form
    # U+2212 is the minus sign; a hyphen or a dash stands for it.
    return forms | dict.fromkeys("-‐‑–", forms["−"])


_FORMS = {script: _characters_of(script) for script in Script}
_ONE_TERM = re.compile(r"[-−+]?\w+(?:[.,]\w+)*")
_WORD_CHARACTER = re.compile(r"\w")


def write_script(text: str, script: Script) -> str:
    """Return a text raised or lowered: `9` → `⁹`, `max` → `^max`, `a/b` → `^(a/b)`.

    A text of signs alone is not changed (`†`, `®`): a sign that stands higher is no other sign.
    """
    text = text.strip()
    forms = _FORMS[script]
    if all(character in forms for character in text):
        return "".join(forms[character] for character in text)
    if not _WORD_CHARACTER.search(text):
        return text
    return f"{script.value}{text}" if _ONE_TERM.fullmatch(text) else f"{script.value}({text})"


@dataclass(slots=True)
class PlainText:
    """Collects the parts of a marked-up text in document order."""

    parts: list[str] = field(default_factory=list)
    _outer: list[tuple[Script, list[str]]] = field(default_factory=list)
    _after_mark: bool = False

    def add(self, text: str) -> None:
        """Add words; a space separates them from a marked word that they would continue (`e^x 2`)."""
        if self._after_mark and _WORD_CHARACTER.match(text):
            self.parts.append(" ")
        self.parts.append(text)
        self._after_mark = self._after_mark and not text

    def break_line(self) -> None:
        """Begin a new line."""
        self.add("\n")

    def begin_script(self, script: Script) -> None:
        """Begin a superscript or subscript, which may be within another one."""
        self._outer.append((script, self.parts))
        self.parts = []

    def end_script(self) -> None:
        """End the innermost superscript or subscript, if there is one."""
        if self._outer:
            script, outer = self._outer.pop()
            text, self.parts = "".join(self.parts), outer
            words = text.strip()
            before, _, after = text.partition(words) if words else ("", "", text)
            shown = write_script(words, script)
            self.parts += (before, shown, after)
            self._after_mark = not after and shown.startswith(script.value) and shown != words

    def text(self) -> str:
        """Return the whole text; superscripts and subscripts that are not ended end with it."""
        while self._outer:
            self.end_script()
        return "".join(self.parts)


def collapse_lines(text: str) -> str:
    """Collapse spaces within lines, and remove blank lines."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
