"""Entries of a term bank (Socialstyrelsens termbank): concepts with terms, their status, and a definition.

Every term has a row; the rows with the same definition are one concept. The recommended term is the preferred label,
admitted terms are alternative labels, deprecated terms hidden labels. CSV, TSV or XLSX with the columns Term,
Termstatus, Synonymer and Definition, and optionally Anmärkning, Källa, Område, Engelsk term and Beslutsdatum.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.records import (
    Concept,
    EditionFiles,
    Note,
    NoteKind,
    Record,
    Redistribution,
    Scheme,
    Skipped,
    Source,
    Term,
    TermStatus,
    Text,
    texts,
)
from begrepp.sources.editions import data_files
from begrepp.sources.row_faults import RowScope
from begrepp.sources.rows import Row, parse_date
from begrepp.sources.tables import read_table
from begrepp.sources.xlsx import read_xlsx
from loaders.declaration.agents import slug
from loaders.support.agencies import IN_COPYRIGHT, SOCIALSTYRELSEN
from loaders.support.editions import protected_edition

SCHEME = Scheme(
    id="termbank",
    titles=texts("Socialstyrelsens termbank", "Term bank of the National Board of Health and Welfare"),
    notation_pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
    hierarchical=False,
)
SOURCE = Source(
    id="termbank",
    title="Socialstyrelsens termbank",
    publisher=SOCIALSTYRELSEN,
    licence=IN_COPYRIGHT,
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://termbank.socialstyrelsen.se/",
    reads="term posts in .csv, .tsv or .xlsx: Term, Termstatus, Synonymer, Definition …",
    schemes=(SCHEME,),
)
_REQUIRED = ("Term", "Termstatus", "Synonymer", "Definition")
_STATUSES = {
    "rekommenderad": TermStatus.RECOMMENDED,
    "tillåten": TermStatus.ADMITTED,
    "avrådd": TermStatus.DEPRECATED,
}
# "se anmärkning", "se under anmärkning till vårdkontakt": a reference to the note in place of a definition.
_POINTER = re.compile(r"se (under )?anmärkning\b", re.IGNORECASE)
# "(inom socialtjänsten:)" before a definition is its domain.
_DOMAIN = re.compile(r"^\(\s*inom\s+([^():]+):?\s*\):?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Post:
    """One row: a term with its properties."""

    origin: Origin
    term: str
    status: TermStatus
    synonyms: tuple[str, ...]
    definition: str
    domain: str
    note: str
    source: str
    area: str
    english: str
    accepted: date | None


@dataclass(slots=True)
class _Group:
    """The rows with the same definition and domain."""

    posts: list[_Post] = field(default_factory=list)

    def terms(self, status: TermStatus) -> list[_Post]:
        """Return the rows with a status."""
        return [post for post in self.posts if post.status is status]


def load(edition: EditionFiles) -> Iterator[Record]:
    """Yield the scheme, the edition and its term posts. Homonyms (one term, two definitions) are two concepts."""
    files = data_files(edition)
    if len(files) != 1:
        raise InputError(
            Origin(f"{edition.source}/{edition.version}"),
            f"{len(files)} files, where one is expected.",
            "Add one table of term posts.",
        )
    yield SCHEME
    yield protected_edition(SCHEME, edition, SOCIALSTYRELSEN)
    groups: dict[tuple[str, str], _Group] = {}
    scope = RowScope()
    for row in _rows(files[0]):
        with scope:
            post = _read_post(row)
            if isinstance(post, Skipped):
                yield post
            else:
                groups.setdefault((post.definition.casefold(), post.domain), _Group()).posts.append(post)
    names = _notations(groups)
    for key, group in groups.items():
        if group.terms(TermStatus.RECOMMENDED):
            yield _concept(group, names[key])
        else:
            yield from (
                Skipped(origin=post.origin, reason=f"no recommended term has the definition of '{post.term}'.")
                for post in group.posts
            )


def _rows(path: Path) -> Iterator[Row]:
    if path.suffix == ".xlsx":
        return read_xlsx(path, required=_REQUIRED)
    return read_table(path, delimiter="\t" if path.suffix == ".tsv" else ",", required=_REQUIRED)


def _read_post(row: Row) -> _Post | Skipped:
    term, status = row.take("Term"), row.take("Termstatus").lower()
    synonyms = row.take("Synonymer")
    note = row.take_optional("Anmärkning")
    definition, domain = _definition(row.take("Definition"), note)
    source, area = row.take_optional("Källa"), row.take_optional("Område")
    english = row.take_optional("Engelsk term")
    accepted = parse_date(row.take_optional("Beslutsdatum"), row.origin, "Beslutsdatum")
    row.done()
    if status not in _STATUSES:
        raise InputError(
            row.origin,
            f"the term status '{status}' is unknown (known: {', '.join(_STATUSES)}).",
            "See what the term bank means by it; extend the loader.",
        )
    if not definition:
        return Skipped(origin=row.origin, reason=f"'{term}' has no definition, or only a reference.")
    return _Post(
        origin=row.origin,
        term=term,
        status=_STATUSES[status],
        # One per line; a slash is part of a term (och/eller, in/ut).
        synonyms=tuple(line.strip() for line in synonyms.splitlines() if line.strip()),
        definition=definition,
        domain=domain,
        note="" if note == definition else note,
        source=source,
        area=area,
        english=english,
        accepted=accepted,
    )


def _definition(cell: str, note: str) -> tuple[str, str]:
    """Return the definition and its domain. A reference to the note makes the note the definition."""
    text = cell
    domain = ""
    if match := _DOMAIN.match(text):
        domain = match[1].strip()
        text = text[match.end() :].strip()
    if not text or _POINTER.match(text):
        text = "" if _POINTER.match(note) else note
    return text, domain


def _notations(groups: dict[tuple[str, str], _Group]) -> dict[tuple[str, str], str]:
    """Return a stable notation for each concept: its recommended term, for homonyms with the domain or area."""
    by_term: dict[str, list[tuple[str, str]]] = {}
    for key, group in groups.items():
        for post in group.terms(TermStatus.RECOMMENDED)[:1]:
            by_term.setdefault(slug(post.term), []).append(key)
    names: dict[tuple[str, str], str] = {}
    for name, keys in by_term.items():
        for number, key in enumerate(sorted(keys), start=1):
            domain = key[1] or groups[key].posts[0].area
            suffix = slug(domain) or str(number)
            names[key] = name if len(keys) == 1 else f"{name}-{suffix}"
    taken: dict[str, tuple[str, str]] = {}
    for key in sorted(names):
        if names[key] in taken:
            names[key] = f"{names[key]}-{len([k for k in taken if k.startswith(names[key])]) + 1}"
        taken[names[key]] = key
    return names


def _concept(group: _Group, notation: str) -> Concept:
    recommended = group.terms(TermStatus.RECOMMENDED)
    if len({post.term for post in recommended}) > 1:
        raise InputError(
            recommended[1].origin,
            f"'{recommended[0].term}' and '{recommended[1].term}' are both recommended with one definition.",
            "Correct the status of one of them in a copy, or ask the term bank which one is right.",
        )
    first = recommended[0]
    pref = Text(first.term, "sv")
    deprecated = dict.fromkeys(Text(post.term, "sv") for post in group.terms(TermStatus.DEPRECATED))
    admitted = dict.fromkeys(Text(post.term, "sv") for post in group.terms(TermStatus.ADMITTED))
    # A synonym without a row has no status and counts as admitted.
    listed = {Text(synonym, "sv") for post in group.posts for synonym in post.synonyms}
    alt = [word for word in dict.fromkeys((*admitted, *sorted(listed))) if word != pref and word not in deprecated]
    english = tuple(dict.fromkeys(Text(post.english, "en") for post in group.posts if post.english))
    sources = {Text(post.term, "sv"): post.source for post in group.posts}
    terms = [
        Term(text=pref, status=TermStatus.RECOMMENDED, source=first.source),
        *(Term(text=word, status=TermStatus.ADMITTED, source=sources.get(word, "")) for word in alt),
        *(
            Term(text=word, status=TermStatus.DEPRECATED, source=sources.get(word, ""))
            for word in deprecated
            if word != pref
        ),
    ]
    # The area of the column is another one than that before the definition, or the same without its ending.
    areas = dict.fromkeys(
        each
        for post in group.posts
        for each in (post.domain, "" if post.domain.startswith(post.area) else post.area)
        if each
    )
    return Concept(
        scheme=SCHEME.id,
        notation=notation,
        origin=first.origin,
        identity=f"{slug(first.term)}|{first.domain or first.area}",
        pref_labels=(pref, *english[:1]),
        alt_labels=(*alt, *english[1:]),
        hidden_labels=tuple(word for word in deprecated if word != pref),
        definitions=texts(first.definition),
        notes=tuple(dict.fromkeys(Note(NoteKind.NOTE, Text(post.note, "sv")) for post in group.posts if post.note)),
        accepted=max((post.accepted for post in group.posts if post.accepted), default=None),
        terms=tuple(terms),
        is_term_entry=True,
        domain=tuple(Text(area, "sv") for area in areas if area),
        sources=tuple(dict.fromkeys(post.source for post in group.posts if post.source)),
    )
