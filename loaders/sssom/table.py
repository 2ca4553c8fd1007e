"""Reader of SSSOM tables: one mapping per row, with prefixed names expanded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

from begrepp.errors import InputError, Origin
from begrepp.rdf.iris import Iris
from begrepp.rdf.namespaces import expand
from begrepp.records import Mapping as Match
from begrepp.records import MappingSet, Skipped, Text
from begrepp.sources.row_faults import RowScope, add_remark
from begrepp.sources.rows import Row, parse_date
from loaders.sssom.header import METADATA_KEY, Header, slot_date, slot_text, slot_texts
from loaders.sssom.slots import LABELS, SLOTS, UNREAD_SLOTS, read_rows, reason_unread, slots_of_rows

# Built-in prefixes of SSSOM/TSV (specification 1.1, "Prefix map").
_BUILT_IN = {
    "linkml": "https://w3id.org/linkml/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "semapv": "https://w3id.org/semapv/vocab/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "sssom": "https://w3id.org/sssom/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_PREDICATES = frozenset(
    expand(prefixed)
    for prefixed in (
        "skos:exactMatch",
        "skos:closeMatch",
        "skos:broadMatch",
        "skos:narrowMatch",
        "skos:relatedMatch",
        # From a variable of a dataset, or an element of a structure, to the concept that it records.
        "begrepp:measures",
    )
)
# sssom:NoMapping is an older spelling that occurs in examples.
_NO_MATCH = ("https://w3id.org/sssom/NoTermFound", "https://w3id.org/sssom/NoMapping")
_NOT_IN_IDENTIFIER = re.compile(r"[\s<>\"{}|\\^`]")
_BEGREPP_IRI = re.compile(rf"{re.escape(Iris().root)}cs/([^/]+)/([^/]+)")


def prefixes_of(header: Header) -> dict[str, str]:
    """Return the namespaces by prefix: those that are built in, and those of the header."""
    return _BUILT_IN | {prefix: ns for prefix, ns in header.get("curie_map", {}).items() if isinstance(ns, str)}


def creator_iris(header: Header) -> tuple[str, ...]:
    """Return the IRIs of the creators of the set. Raises `InputError` for an undeclared prefix."""
    place, prefixes = header.origins.get("creator_id", Origin("")), prefixes_of(header)
    ids = slot_texts(header, "creator_id")
    return tuple(_expand(each, prefixes, place, "creator_id", METADATA_KEY) for each in ids)


def read_mappings(
    path: Path, header: Header, mapping_set: MappingSet, language: str, encoding: str
) -> Iterator[Match | Skipped]:
    """Yield the mappings of a table and the skipped rows. `language` is that of its comments, if known."""
    rows = read_rows(path, encoding)
    own = slots_of_rows(path, header, encoding)
    for slot in own:
        reason = f"the metadata key '{slot}' holds for no row, because rows have values of their own."
        yield Skipped(origin=header.origins[slot], reason=reason)
    header = Header({slot: value for slot, value in header.values.items() if slot not in own}, header.origins)
    prefixes = prefixes_of(header)
    for prefix, namespace in _BUILT_IN.items():
        if prefixes[prefix] != namespace:
            text = f"the prefix '{prefix}' stands for {prefixes[prefix]} here; in SSSOM it is {namespace}."
            add_remark(header.origins.get("curie_map", Origin(path.name)), text)
    seen: dict[tuple[str, ...], Origin] = {}
    unknown: set[str] = set()
    scope = RowScope()
    for row in rows:
        for column in row.remaining_columns():
            if not column or column in (*SLOTS, *LABELS) or column in unknown:
                continue
            if column in UNREAD_SLOTS and not row.peek(column):
                continue
            unknown.add(column)
            reason = f"the column '{column}' {reason_unread(column, header)}; it is left out."
            yield Skipped(origin=Origin(path.name), reason=reason)
        with scope:
            match = _read_row(row, header, prefixes, mapping_set, language)
            if isinstance(match, Match):
                key = (match.subject, match.predicate, match.object, str(match.negated), match.justification)
                if key in seen:
                    reason = f"the same mapping and justification occurs in {seen[key]}."
                    yield Skipped(origin=row.origin, reason=reason)
                    continue
                seen[key] = row.origin
            yield match


def _read_row(
    row: Row, header: Header, prefixes: Mapping[str, str], mapping_set: MappingSet, language: str
) -> Match | Skipped:
    cells = {slot: row.take_optional(slot) for slot in SLOTS}
    agreement = re.sub(r"\.0*$", "", row.peek("reviewer_agreement"))
    row.ignore_remaining()

    def slot_value(slot: str) -> str:
        return cells[slot] or slot_text(header, slot)

    def iri(slot: str) -> str:
        return _expand(cells[slot], prefixes, row.origin, slot)

    def iris(slot: str) -> tuple[str, ...]:
        return tuple(_expand(each, prefixes, row.origin, slot) for each in _values(cells[slot]))

    if "rdfs literal" in (slot_value("subject_type"), slot_value("object_type")):
        return Skipped(origin=row.origin, reason="one end is a literal, not a concept.")
    if "composed entity expression" in (slot_value("subject_type"), slot_value("object_type")):
        return Skipped(origin=row.origin, reason="one end is an expression of several concepts.")
    subject, predicate, target = iri("subject_id"), iri("predicate_id"), iri("object_id")
    if subject in _NO_MATCH or target in _NO_MATCH:
        return Skipped(origin=row.origin, reason="the row states that no term was found.")
    if predicate not in _PREDICATES:
        return Skipped(origin=row.origin, reason=f"'{cells['predicate_id']}' is not one of the five SKOS matches.")
    if cells["predicate_modifier"] not in ("", "Not"):
        raise InputError(
            row.origin, f"predicate_modifier is '{cells['predicate_modifier']}'.", "SSSOM allows Not or an empty cell."
        )
    if agreement == "-1":
        return Skipped(origin=row.origin, reason="its reviewers reject the mapping (reviewer_agreement is -1).")
    tool = " ".join(
        filter(None, (slot_value("mapping_tool") or slot_value("mapping_tool_id"), slot_value("mapping_tool_version")))
    )
    return Match(
        mapping_set=mapping_set.id,
        origin=row.origin,
        subject=_reference(subject),
        predicate=predicate,
        object=_reference(target),
        justification=iri("mapping_justification"),
        negated=cells["predicate_modifier"] == "Not",
        confidence=_confidence(cells["confidence"], row.origin),
        authors=_values(cells["author_label"]),
        author_iris=iris("author_id"),
        creators=_values(cells["creator_label"]),
        creator_iris=iris("creator_id"),
        provider=slot_value("mapping_provider"),
        tool=tool,
        mapped_on=parse_date(cells["mapping_date"], row.origin, "mapping_date") or slot_date(header, "mapping_date"),
        comment=Text(cells["comment"], language) if cells["comment"] else None,
        see_also=_values(cells["see_also"]),
        subject_version=slot_value("subject_source_version"),
        object_version=slot_value("object_source_version"),
    )


def _values(cell: str) -> tuple[str, ...]:
    r"""Return the values of a cell, separated by `|`; `\|` and `\\` are escaped characters."""
    if not cell:
        return ()
    values = [""]
    characters = iter(cell)
    for character in characters:
        if character == "\\":
            escaped = next(characters, "")
            values[-1] += escaped if escaped in ("|", "\\") else character + escaped
        elif character == "|":
            values.append("")
        else:
            values[-1] += character
    return tuple(value.strip() for value in values if value.strip())


def _expand(curie: str, prefixes: Mapping[str, str], origin: Origin, slot: str, kind: str = "column") -> str:
    """Expand a prefixed name; IRIs are returned unchanged.

    Raises `InputError` for an undeclared prefix, and for a cell with several identifiers, where SSSOM allows one.
    """
    _check_identifier(curie, prefixes, origin, f"{kind} '{slot}'")
    if "://" in curie or curie.startswith("urn:"):
        return curie
    prefix, colon, local = curie.partition(":")
    if not colon:
        raise InputError(
            origin,
            f"'{curie}' in {kind} '{slot}' is no prefixed name." if curie else f"the {kind} '{slot}' is empty.",
            "Write it as prefix:name.",
        )
    if prefix not in prefixes:
        raise InputError(
            origin,
            f"the prefix '{prefix}' of '{curie}' in {kind} '{slot}' is not declared.",
            f"Add it to curie_map in the file header:  {prefix}: https://…",
        )
    return prefixes[prefix] + local


def _check_identifier(cell: str, prefixes: Mapping[str, str], origin: Origin, place: str) -> None:
    """Raise `InputError` unless a cell has one identifier (`EntityReference` of SSSOM) in the characters of an IRI."""
    parts = [part.strip() for part in re.split(r"[|;,\s]+", cell) if part.strip()]
    several = [part for part in parts if "://" in part or (":" in part and part.partition(":")[0] in prefixes)]
    if len(several) > 1:
        raise InputError(
            origin,
            f"the {place} holds {len(several)} identifiers: '{cell}'.",
            "SSSOM allows one. Write a row for each of them.",
        )
    if wrong := _NOT_IN_IDENTIFIER.search(cell):
        raise InputError(
            origin,
            f"'{cell}' in {place} holds {wrong[0]!r}, which no identifier may hold (RFC 3987).",
            "Correct it, or write the character as %XX.",
        )
    if cell.endswith(":") and cell[:-1] in prefixes:
        raise InputError(origin, f"'{cell}' in {place} has a prefix only.", "Write it as prefix:name.")


def _reference(iri: str) -> str:
    """Return an IRI of begrepp as `scheme:notation`, so that the configured base IRI applies."""
    match = _BEGREPP_IRI.fullmatch(iri)
    return f"{match[1]}:{unquote(match[2])}" if match else iri


def _confidence(cell: str, origin: Origin) -> float | None:
    if not cell:
        return None
    try:
        number = float(cell)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise InputError(origin, f"the confidence is '{cell}'.", "Write a number from 0 to 1, with a point.")
    return number
