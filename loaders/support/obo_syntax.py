r"""Syntax of OBO documents, versions 1.0 to 1.4: frames of clauses, comments, escapes and trailing modifiers.

Specifications: https://owlcollab.github.io/oboformat/doc/GO.format.obo-1_4.html (S.1 and S.2) and
https://owlcollab.github.io/oboformat/doc/GO.format.obo-1_2.html. A line is `tag: value {modifiers} ! comment`;
`\` escapes the next character, and continues the line at its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.sources.row_faults import RowScope
from begrepp.sources.text_lines import read_lines

_HEAD = 1 << 16
_OWL_XML = re.compile(r"<(?:[\w.-]+:)?(?:RDF|Ontology)\b")
_OWL_TEXT = re.compile(
    r"(?:\s|#[^\n]*\n)*(?:@?(?:prefix|base)\s+\S*\s*<|<[^<>\s]+>\s+<|(?:Prefix|Ontology|Declaration)\s*\("
    r"|Prefix\s*:|Ontology\s*:\s*<)",
    re.IGNORECASE,
)
"""Turtle, N-Triples, functional and Manchester syntax."""
_STANZA = re.compile(r"\[([^\]]+)\]\s*$")
_CLAUSE = re.compile(r"((?:[^\s:\\]|\\.)+)\s*:(?:\s+|$)(.*)$|((?:[^\s:\\!]|\\.)+):(.*)$", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "W": " "}
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"\s*', re.DOTALL)
_MODIFIER = r'[^\s={}",]+\s*=\s*"(?:[^"\\]|\\.)*"'
_NAMED = re.compile(r'([^\s={}",]+)\s*=\s*"((?:[^"\\]|\\.)*)"', re.DOTALL)
_MODIFIERS = re.compile(rf"(?:^|\s)\{{\s*(?:{_MODIFIER}(?:\s*,\s*{_MODIFIER})*)?\s*\}}\s*$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class OboClause:
    """A line of a frame: tag, value without comment and modifiers but with its escapes, place, and modifiers."""

    tag: str
    value: str
    origin: Origin
    modifiers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class OboFrame:
    """A stanza such as `[Term]` with its clauses; the kind of the header is an empty string."""

    kind: str
    origin: Origin
    clauses: list[OboClause] = field(default_factory=list)


def read_frames(path: Path) -> Iterator[OboFrame]:
    """Yield the header and each stanza. A line that is no clause is the fault of its row."""
    _refuse_owl(path)
    frame = OboFrame("", Origin(path.name, 1))
    scope = RowScope()
    for row, line in _joined_lines(path):
        origin = Origin(path.name, row)
        text = _without_comment(line).strip()
        if not text:
            continue
        if stanza := _STANZA.match(text):
            yield frame
            frame = OboFrame(stanza[1], origin)
            continue
        with scope:
            frame.clauses.append(_clause(text, origin))
    yield frame


def _refuse_owl(path: Path) -> None:
    """Raise `InputError` for an ontology in a syntax of OWL."""
    with path.open("rb") as file:
        head = file.read(_HEAD).decode("utf-8-sig", errors="replace")
    if head.lstrip().startswith("<") and _OWL_XML.search(head):
        raise InputError(
            path,
            "this is an ontology in OWL, in XML, not in the OBO format.",
            'Set loader = "obo_owl" in source.toml, and give the file a name that ends in .owl.',
        )
    if _OWL_TEXT.match(head):
        raise InputError(
            path,
            "this is an ontology in OWL or RDF, not in the OBO format.",
            'Set loader = "obo_owl" in source.toml, and give the file a name that ends in .owl; functional and '
            "Manchester syntax are converted first, as with ROBOT.",
        )


def _joined_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield each line with its row; a line that ends in an odd number of backslashes continues in the next one."""
    start, joined = 0, ""
    for row, raw in enumerate(read_lines(path), start=1):
        line = raw.rstrip("\r\n")
        start = start or row
        ending = len(line) - len(line.rstrip("\\"))
        if ending % 2:
            joined += line[:-1]
            continue
        yield start, joined + line
        start, joined = 0, ""
    if joined:
        yield start, joined


def _without_comment(line: str) -> str:
    """Return a line up to a `!` that is at its start or after a space, neither escaped nor in quotation marks."""
    if "!" not in line:
        return line
    in_quotes = escaped = False
    for position, character in enumerate(line):
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == '"':
            in_quotes = not in_quotes
        elif character == "!" and not in_quotes and (position == 0 or line[position - 1] in ' \t}])"'):
            return line[:position]
    # An unbalanced quotation mark in a name is an ordinary character.
    return re.split(r"(?:^|\s)!", line, maxsplit=1)[0] if in_quotes and '"' not in line.partition("!")[0] else line


def _clause(text: str, origin: Origin) -> OboClause:
    match = _CLAUSE.match(text)
    if not match:
        raise InputError(
            origin,
            f"'{text[:60]}' is no clause of OBO.",
            "A line is 'tag: value'. Fix it, or download the file again from its publisher.",
        )
    tag, value = (match[1], match[2]) if match[1] else (match[3], match[4])
    value = value.strip()
    trailing = _MODIFIERS.search(value) if value.endswith("}") else None
    if not trailing:
        return OboClause(unescape(tag), value, origin)
    modifiers = {name: unescape(text) for name, text in _NAMED.findall(trailing[0])}
    return OboClause(unescape(tag), value[: trailing.start()].strip(), origin, modifiers)


def unescape(text: str) -> str:
    r"""Return a text with its escapes resolved: `\n`, `\t`, `\W` and escaped characters."""
    return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), text, flags=re.DOTALL) if "\\" in text else text


def identifier(clause: OboClause) -> str:
    """Return the identifier that is the value of a clause. Raises `InputError` if there is none, or several."""
    # An identifier holds no exclamation mark that is not escaped, so that a comment may follow without a space.
    words = split_words(re.sub(r"(?<!\\)!.*", "", clause.value, flags=re.DOTALL))
    if len(words) != 1:
        raise InputError(
            clause.origin,
            f"'{clause.tag}: {clause.value}' has {len(words)} identifiers, where one is expected.",
            "Fix the line, or download the file again from its publisher.",
        )
    return unescape(words[0])


def split_words(value: str) -> list[str]:
    """Return the parts of a value between spaces that are not escaped."""
    return re.findall(r"(?:[^\s\\]|\\.)+", value, re.DOTALL)


def quoted_text(clause: OboClause) -> tuple[str, str]:
    """Return the quoted text at the beginning of a value, and what follows. Raises `InputError` if there is none."""
    match = _QUOTED.match(clause.value)
    if not match:
        raise InputError(
            clause.origin,
            f"the text of '{clause.tag}' is not in quotation marks.",
            'Write it as "text" followed by its cross-references in brackets.',
        )
    return unescape(match[1]), clause.value[match.end() :]


def cross_reference_id(clause: OboClause) -> str:
    """Return the identifier of an `xref`, without the description in quotation marks after it."""
    value = _without_comment(clause.value)
    value = re.sub(r'\s*"(?:[^"\\]|\\.)*"\s*$', "", value, flags=re.DOTALL)
    return unescape(value.strip())


def values_of(clauses: Iterable[OboClause], *tags: str) -> list[OboClause]:
    """Return the clauses with one of the tags."""
    return [clause for clause in clauses if clause.tag in tags]
