"""Conversion of Snomed CT components to concepts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter

from duckdb import DuckDBPyConnection

from begrepp.errors import InputError, Origin
from begrepp.rdf.namespaces import CONSIDER, expand
from begrepp.records import (
    Concept,
    RdfTerm,
    Record,
    RoleGroup,
    Status,
    Text,
)
from begrepp.sources.bulk_tables import Values, fetch_rows
from begrepp.sources.rows import parse_date
from loaders.snomed_rf2.release_files import Rf2File
from loaders.snomed_rf2.row_checks import IS_A
from loaders.snomed_rf2.scheme import IRI, SCHEME
from loaders.support.successors import usable_successors

# SAME AS and REPLACED BY give the successor. The other historical associations become statements. Those of a concept
# with several candidates, or whose meaning is only in part that of the target, are suggestions too, which a person has
# to judge (Editorial Guide, "Historical associations").
_SUGGESTION_REFSETS = {
    900000000000523009,  # POSSIBLY EQUIVALENT TO
    900000000000528000,  # WAS A
    900000000000530003,  # ALTERNATIVE
    1186921001,  # POSSIBLY REPLACED BY
    1186924009,  # PARTIALLY EQUIVALENT TO
}
_SUCCESSOR_REFSETS = {900000000000527005, 900000000000526001}
DESCRIPTIONS = """
SELECT d.concept, d.type, d.lang, d.term, coalesce(l.standings, 0) FROM description d
LEFT JOIN (SELECT description, bit_or(standing) AS standings FROM language WHERE active GROUP BY description) l
ON l.description = d.id WHERE d.active AND {} ORDER BY d.concept, d.id
"""
"""The active descriptions of the concepts for which a condition holds."""
_RELATIONS = "SELECT DISTINCT concept, type, target, value, place FROM relationship WHERE active ORDER BY 1, 2, 3, 4, 5"
_HISTORY = "SELECT DISTINCT concept, refset, target FROM association WHERE active ORDER BY 1, 2, 3"


class _RowsByConcept:
    """Merge reader over a query ordered by concept: returns the rows of one concept after another."""

    def __init__(self, rows: Iterable[Values]) -> None:
        self._groups = groupby(rows, key=itemgetter(0))
        self._next = next(self._groups, None)

    def rows_of(self, concept: int) -> list[Values]:
        """Return the rows of a concept; concepts must come in ascending order, rows of others are skipped."""
        while self._next and self._next[0] < concept:
            self._next = next(self._groups, None)
        if not self._next or self._next[0] != concept:
            return []
        rows = list(self._next[1])
        self._next = next(self._groups, None)
        return rows


def read_concepts(joined: DuckDBPyConnection, files: Sequence[Rf2File]) -> Iterator[Record]:
    """Yield the concepts in the order of their identifiers."""
    is_full = files[0].state == "Full"
    names = [file.path.name for file in files]
    hierarchy_file = ", ".join(file.path.name for file in files if file.content == "Relationship")
    # Descriptions, maps and associations may refer to concepts that the packages do not contain.
    descriptions, relations = (
        _RowsByConcept(fetch_rows(joined, DESCRIPTIONS.format("true"))),
        _RowsByConcept(fetch_rows(joined, _RELATIONS)),
    )
    history = _RowsByConcept(fetch_rows(joined, _HISTORY))
    successors = _successors(joined)
    # A snapshot has the date of the last change, not of the first.
    join = "LEFT JOIN began b ON b.id = c.id" if is_full else "CROSS JOIN (SELECT NULL AS first) b"
    columns = "c.id, c.time, c.active, c.module, c.definition, c.file, c.line, b.first"
    for id_, time, active, module, definition, file, line, first in fetch_rows(
        joined, f"SELECT {columns} FROM concept c {join} ORDER BY c.id"
    ):
        origin = Origin(names[file], line)
        changed = _day(time, origin)
        related = relations.rows_of(id_)
        attributes = [
            (place, (f"{IRI}{type_}", _object(target, value)))
            for _, type_, target, value, place in related
            if type_ != IS_A
        ]
        statements = [*dict.fromkeys(each for _, each in attributes)]
        suggested: dict[int, None] = {}
        for _, refset, target in history.rows_of(id_):
            statements.append((f"{IRI}{refset}", _object(target, None)))
            if refset in _SUGGESTION_REFSETS and not active:
                suggested[target] = None
        statements += [(CONSIDER, _object(target, None)) for target in suggested]
        statements.append((_MODULE, RdfTerm(str(module), "literal")))
        if word := _DEFINITION_WORDS.get(definition):
            statements.append((_DEFINITION_STATUS, RdfTerm(word, "literal")))
        yield _concept(
            id_,
            origin,
            descriptions=descriptions.rows_of(id_),
            parents=tuple(str(target) for _, type_, target, *_ in related if type_ == IS_A),
            hierarchy_file=hierarchy_file,
            valid_to=None if active else changed - timedelta(days=1),
            valid_from=_day(first, origin) if first else None,
            changed=changed,
            replaced_by=successors.get(id_, ()),
            statements=tuple(statements),
            role_groups=_role_groups(attributes),
        )


def _role_groups(attributes: Iterable[tuple[int, tuple[str, RdfTerm]]]) -> tuple[RoleGroup, ...]:
    """Return the statements by the number of their group; those of number 0 are in no group."""
    groups: dict[int, list[tuple[str, RdfTerm]]] = defaultdict(list)
    for place, statement in attributes:
        if place:
            groups[place].append(statement)
    return tuple(RoleGroup(place, tuple(groups[place])) for place in sorted(groups))


def _day(text: str, origin: Origin) -> date:
    day = parse_date(text, origin, "effectiveTime")
    if day is None:
        raise InputError(origin, "the column 'effectiveTime' is empty.", "Download the file again.")
    return day


def _concept(
    id_: int,
    origin: Origin,
    *,
    descriptions: list[Values],
    parents: tuple[str, ...],
    hierarchy_file: str,
    valid_to: date | None,
    valid_from: date | None,
    changed: date,
    replaced_by: tuple[int, ...],
    statements: tuple[tuple[str, RdfTerm], ...],
    role_groups: tuple[RoleGroup, ...],
) -> Concept:
    pref, alt, hidden, definitions, full_names = _texts(descriptions)
    # The published example release has a concept without descriptions; its identifier is the label.
    pref = pref or (Text(str(id_), "zxx"),)
    return Concept(
        scheme=SCHEME.id,
        notation=str(id_),
        origin=origin,
        pref_labels=pref,
        alt_labels=alt,
        hidden_labels=hidden,
        definitions=definitions,
        broader=parents,
        hierarchy_file=hierarchy_file,
        status=Status.INACTIVE if valid_to else Status.ACTIVE,
        valid_from=valid_from if valid_from and (not valid_to or valid_from < valid_to) else None,
        valid_to=valid_to,
        modified=changed,
        replaced_by=tuple(map(str, replaced_by)) if valid_to else (),
        statements=(*statements, *((_FULL_NAMES, RdfTerm(name.value, "literal", name.lang)) for name in full_names)),
        role_groups=role_groups,
    )


def preferred_texts(descriptions: list[Values]) -> tuple[Text, ...]:
    """Return the preferred labels of a concept by its descriptions."""
    return _texts(descriptions)[0]


def _texts(descriptions: list[Values]) -> tuple[tuple[Text, ...], ...]:
    """Return preferred, alternative and hidden labels, definitions, and fully specified names.

    The fully specified name is an alternative label, or the preferred one if there is no other. A synonym that no
    language reference set accepts is a hidden label. English is one language, with the American preferred term; only
    where the two dialects differ have terms of one of them its tag (`en-GB`, `en-US`).
    """
    synonyms = [(term, bits) for _, type_, _, term, bits in descriptions if type_ == _SYNONYM]
    pref = _preferred_terms(synonyms)
    alt: dict[Text, None] = {}
    hidden: dict[Text, None] = {}
    definitions: dict[Text, None] = {}
    names: dict[Text, None] = {}
    has_dialects = any(bits & _BRITISH for *_, bits in descriptions)
    for _, type_, language, term, bits in descriptions:
        accepted_in = [lang for lang, accepted in (("sv", _SWEDISH), ("en", _AMERICAN | _BRITISH)) if bits & accepted]
        texts = [Text(term, lang) for lang in accepted_in or [language]]
        if type_ == _FULL_NAME:
            names.update(dict.fromkeys(texts))
        elif type_ == _SYNONYM and has_dialects:
            texts = [_in_dialect(text, bits, pref) if text.lang == "en" else text for text in texts]
        labels = definitions if type_ == _DEFINITION else hidden if type_ == _SYNONYM and not accepted_in else alt
        labels.update(dict.fromkeys(texts))
    for full_name in names:
        pref.setdefault(full_name.lang, full_name)
    if not pref and descriptions:
        first = next(iter([*alt, *hidden]), None)
        pref |= {first.lang: first} if first else {}
    chosen = tuple(pref.values())
    others = tuple(text for text in alt if text not in chosen)
    unaccepted = tuple(text for text in hidden if text not in chosen and text not in alt)
    return chosen, others, unaccepted, tuple(definitions), tuple(names)


def _preferred_terms(synonyms: Sequence[tuple[str, int]]) -> dict[str, Text]:
    """Return the preferred terms by language tag; a British one only if it is not the American one."""
    found: dict[str, Text] = {}
    for preferred, lang in ((1, "sv"), (4, "en"), (16, "en"), (16, "en-GB")):
        term = next((term for term, bits in synonyms if bits & preferred), None)
        if term is not None and lang not in found and not (lang == "en-GB" and found["en"].value == term):
            found[lang] = Text(term, lang)
    return found


def _in_dialect(text: Text, bits: int, pref: Mapping[str, Text]) -> Text:
    """Return an English term with the tag of its dialect, if only one dialect accepts it or its place differs."""
    is_preferred = text == pref.get("en")
    if is_preferred and bits & _BRITISH and "en-GB" in pref:
        return text._replace(lang="en-GB")
    in_one = bool(bits & _AMERICAN) is not bool(bits & _BRITISH)
    if is_preferred or not in_one:
        return text
    return text._replace(lang="en-US" if bits & _AMERICAN else "en-GB")


def _object(target: int | None, value: str | None) -> RdfTerm:
    """Return a concept, or a concrete value: `#500` is a number, `"text"` a string, `true` a boolean."""
    if value is None:
        return RdfTerm(f"{IRI}{target}", "iri")
    if value.startswith("#"):
        return RdfTerm(value[1:], "literal", datatype=expand("xsd:decimal"))
    if value in ("true", "false"):
        return RdfTerm(value, "literal", datatype=expand("xsd:boolean"))
    return RdfTerm(value.strip('"'), "literal")


def _successors(joined: DuckDBPyConnection) -> dict[int, tuple[int, ...]]:
    """Return the successors of each retired concept that lead to an active concept, directly or through others."""
    steps: dict[int, list[int]] = {}
    refsets = ",".join(map(str, sorted(_SUCCESSOR_REFSETS)))
    found = fetch_rows(
        joined,
        "SELECT DISTINCT a.concept, a.target FROM association a JOIN concept c ON c.id = a.concept"
        f" WHERE a.active AND NOT c.active AND a.refset IN ({refsets}) ORDER BY 1, 2",
    )
    for source, target in found:
        steps.setdefault(source, []).append(target)
    active = {
        id_
        for (id_,) in fetch_rows(
            joined,
            "SELECT c.id FROM concept c WHERE c.active AND c.id IN"
            f" (SELECT target FROM association WHERE refset IN ({refsets}))",
        )
    }
    return usable_successors(steps, active)


_MODULE, _DEFINITION_STATUS = expand("begrepp:moduleId"), expand("begrepp:definitionStatus")
_DEFINITION_WORDS = {900000000000073002: "defined", 900000000000074008: "primitive"}
_FULL_NAMES = expand("begrepp:fullySpecifiedName")
_FULL_NAME, _SYNONYM, _DEFINITION = 900000000000003001, 900000000000013009, 900000000000550004
_SWEDISH, _AMERICAN, _BRITISH = 1 | 2, 4 | 8, 16 | 32
