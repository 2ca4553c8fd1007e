"""Checks of characters and language tags in every record: texts are repaired, codes and addresses refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

from pyoxigraph import RdfFormat, parse

from begrepp.errors import InputError, Origin
from begrepp.rdf.literal_languages import is_language_tag
from begrepp.records import Concept, RdfTerm, Record, Text
from begrepp.sources.characters import (
    FORBIDDEN,
    MISREAD_SIGNS,
    clean_text,
    find_misread_letters,
    name_characters,
)

_SUSPECT = re.compile(
    FORBIDDEN.pattern.removesuffix("]") + r"\[\]%\ue000-\uf8ff\ufdd0-\ufdef\ufff0-\ufffd\U000e0000-\U0010ffff]"
    r'|#[^>"]*#'
)
"""A fast first test: characters that are forbidden in texts, or allowed in few places of an IRI (RFC 3987)."""
_SUSPECT_ASCII = bytes(code for code in range(128) if chr(code) != "#" and _SUSPECT.search(chr(code)))
_TWO_HASHES = re.compile(r'#[^>"#]*#')
_IRI = re.compile(r"<([^>]*)>")


def is_suspect(lines: Sequence[str]) -> bool:
    """Return whether lines of N-Triples must be checked more closely.

    Most lines are ASCII, where looking up bytes in a table is ten times as fast as the pattern.
    """
    text = "".join(lines)
    if not text.isascii():
        if any(sign in text for sign in MISREAD_SIGNS):
            return True
        if _SUSPECT.search("".join([line for line in lines if not line.isascii()])):
            return True
    data = text.encode()
    return len(data.translate(None, _SUSPECT_ASCII)) < len(data) or _TWO_HASHES.search(text) is not None


def clean_record(record: Record, origin: Origin) -> tuple[Record, list[str]]:
    """Return a record with repaired texts, and remarks that name what was changed.

    Texts are those in a language and literals. Raises `InputError` if another field holds a forbidden character, since
    a code without it would be another code, and for a language tag that is not one.
    """
    changes = _Changes()
    cleaned = _clean(record, type(record).__name__, origin, changes)
    removed = name_characters("".join(changes.characters))
    if isinstance(cleaned, Concept) and not cleaned.pref_labels:
        raise InputError(
            origin,
            f"the label of '{cleaned.notation}' has only characters that no text may hold: {removed}.",
            "Give the code a label in a copy of the file, and report it to the publisher.",
        )
    remarks = [f"the language '{old}' is read as '{new}' (BCP 47)." for old, new in sorted(changes.languages)]
    if changes.misread:
        misread = ", ".join(f"'{group}' for '{letter}'" for group, letter in sorted(changes.misread.items())[:5])
        remarks.append(
            f"the text looks like UTF-8 that was read as windows-1252 before: {misread}. It is loaded as it is; ask "
            "the publisher for a file with the letters, or correct them in a copy."
        )
    if removed:
        remarks.append(f"characters that no text may hold were removed, or replaced by what they stand for: {removed}.")
    return cleaned, remarks


@dataclass(slots=True)
class _Changes:
    """Changes in the texts of a record, and letters that look misread and are not changed."""

    characters: set[str] = field(default_factory=set)
    languages: set[tuple[str, str]] = field(default_factory=set)
    misread: dict[str, str] = field(default_factory=dict)


def _clean(value: Any, name: str, origin: Origin, changes: _Changes) -> Any:
    changed = value
    if isinstance(value, Text) or (isinstance(value, RdfTerm) and value.kind != "iri"):
        changes.characters.update(FORBIDDEN.findall(value.value))
        changes.misread |= find_misread_letters(value.value)
        changed = value._replace(value=clean_text(value.value))
        if isinstance(changed, Text):
            changed = changed._replace(lang=_repair_language(value.lang, origin, changes))
    elif isinstance(value, str):
        if FORBIDDEN.search(value):
            raise InputError(
                origin,
                f"'{clean_text(value)}' ({name}) holds {name_characters(value)}: a code, a name or an address with "
                "such a character is not what it looks like.",
                "Remove the character in a copy of the file, and report it to the publisher.",
            )
    elif isinstance(value, tuple):
        items = [_clean(item, name, origin, changes) for item in value]
        # A text of forbidden characters alone says nothing.
        changed = (
            type(value)(*items)
            if hasattr(value, "_fields")
            else tuple(item for item in items if not isinstance(item, Text) or item.value.strip())
        )
    elif is_dataclass(value) and not isinstance(value, type | Origin):
        values = {each.name: getattr(value, each.name) for each in fields(value)}
        changed = replace(
            value, **{key: _clean(each, key, origin, changes) for key, each in values.items() if key != "origin"}
        )
    return changed


def _repair_language(tag: str, origin: Origin, changes: _Changes) -> str:
    """Return a language tag with hyphens for underscores; `und` for an empty one, which says that there is none."""
    repaired = tag.strip().replace("_", "-")
    if not repaired:
        return "und"
    if not is_language_tag(repaired):
        raise InputError(
            origin,
            f"the language tag '{tag}' is not one (BCP 47).",
            "Correct it in a copy of the file, such as sv or sv-SE, and report it to the publisher.",
        )
    if repaired != tag:
        changes.languages.add((tag, repaired))
    return repaired


def refuse_invalid_iris(lines: Sequence[str], origin: Origin) -> None:
    """Raise `InputError` if a line of N-Triples has an IRI that is not one (RFC 3987)."""
    for line in lines:
        if _SUSPECT.search(line) and (reason := _parse_error(line)):
            iri = next((each for each in _iris(line) if _parse_error(f"<{each}> <{each}> <{each}> .")), "")
            raise InputError(
                origin,
                f"'{iri}' is not a valid address (IRI): {reason}.",
                "Correct it in a copy of the file, and report it to the publisher.",
            )


def _iris(line: str) -> Iterator[str]:
    return (match[1] for match in _IRI.finditer(line))


def _parse_error(line: str) -> str:
    try:
        for _ in parse(line.encode(), format=RdfFormat.N_TRIPLES):
            pass
    except (SyntaxError, ValueError) as error:
        return re.sub(r"^Parser error at [^:]*: | \(line \d+\)$", "", str(error))
    return ""
