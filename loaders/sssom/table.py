"""The table of a mapping set in SSSOM: one mapping a row, its names expanded by the prefixes of the head."""

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
from begrepp.sources.tables import Row, parse_date, read_table
from loaders.sssom.header import Header, slot_text, slot_texts

# The prefixes that SSSOM/TSV knows without a declaration (specification 1.1, "Prefix map").
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
_REQUIRED = ("predicate_id", "mapping_justification")
# Slots of SSSOM 1.1 that are no part of what begrepp says of a mapping: labels of the ends (see above), and
# details of how it was found and reviewed.
_NOT_KEPT = (
    "record_id",
    "subject_label",
    "subject_category",
    "predicate_label",
    "object_label",
    "object_category",
    "reviewer_id",
    "reviewer_label",
    "license",
    "subject_source",
    "object_source",
    "predicate_type",
    "mapping_source",
    "mapping_cardinality",
    "cardinality_scope",
    "publication_date",
    "review_date",
    "reviewer_agreement",
    "curation_rule",
    "curation_rule_text",
    "subject_match_field",
    "object_match_field",
    "match_string",
    "subject_preprocessing",
    "object_preprocessing",
    "similarity_score",
    "similarity_measure",
    "issue_tracker_item",
    "other",
)
_KEPT = (
    "subject_id",
    "predicate_id",
    "object_id",
    "predicate_modifier",
    "mapping_justification",
    "subject_type",
    "object_type",
    "author_id",
    "author_label",
    "creator_id",
    "creator_label",
    "mapping_provider",
    "mapping_tool",
    "mapping_tool_id",
    "mapping_tool_version",
    "mapping_date",
    "confidence",
    "comment",
    "see_also",
    "subject_source_version",
    "object_source_version",
)
_PREDICATES = frozenset(
    expand(prefixed)
    for prefixed in (
        "skos:exactMatch",
        "skos:closeMatch",
        "skos:broadMatch",
        "skos:narrowMatch",
        "skos:relatedMatch",
        # A variable of a dataset, or an element of a structure, and the concept that it records.
        "begrepp:measures",
    )
)
# sssom:NoMapping is the older spelling, still seen in examples.
_NOTHING = ("https://w3id.org/sssom/NoTermFound", "https://w3id.org/sssom/NoMapping")
_OWN = re.compile(rf"{re.escape(Iris().root)}cs/([^/]+)/([^/]+)")


def read_mappings(path: Path, head: Header, set_: MappingSet, language: str) -> Iterator[Match | Skipped]:
    """The mappings of a table, and the rows that had to be left out. `language` is that of its comments, if known."""
    delimiter = "," if path.suffix == ".csv" else "\t"
    # The format's own examples leave out empty cells at the end of a row (curation_rule_text2.sssom.tsv).
    rows = read_table(path, delimiter=delimiter, comment="#", required=_REQUIRED, short_rows=True)
    prefixes = _BUILT_IN | {prefix: ns for prefix, ns in head.get("curie_map", {}).items() if isinstance(ns, str)}
    seen: dict[tuple[str, ...], Origin] = {}
    unknown: set[str] = set()
    for row in rows:
        for column in row.left():
            # SSSOM lets a set carry slots of its own (specification, "Non-standard slots").
            if column and column not in _KEPT and column not in _NOT_KEPT and column not in unknown:
                unknown.add(column)
                reason = f"the column '{column}' is no slot of SSSOM 1.1; it is left out."
                yield Skipped(origin=Origin(path.name), reason=reason)
        match = _read_row(row, head, prefixes, set_, language)
        if isinstance(match, Match):
            key = (match.subject, match.predicate, match.object, str(match.negated), match.justification)
            if key in seen:
                yield Skipped(origin=row.origin, reason=f"the same mapping on the same ground stands in {seen[key]}.")
                continue
            seen[key] = row.origin
        yield match


def _read_row(row: Row, head: Header, prefixes: Mapping[str, str], set_: MappingSet, language: str) -> Match | Skipped:
    cells = {slot: row.take_optional(slot) for slot in _KEPT}
    row.drop()

    def of(slot: str) -> str:
        return cells[slot] or slot_text(head, slot)

    def iri(slot: str) -> str:
        return _expand(cells[slot], prefixes, row.origin, slot)

    if "rdfs literal" in (of("subject_type"), of("object_type")):
        return Skipped(origin=row.origin, reason="one end is a literal, not a concept.")
    if "composed entity expression" in (of("subject_type"), of("object_type")):
        return Skipped(origin=row.origin, reason="one end is an expression of several concepts.")
    subject, predicate, target = iri("subject_id"), iri("predicate_id"), iri("object_id")
    if subject in _NOTHING or target in _NOTHING:
        return Skipped(origin=row.origin, reason="the row says that no term was found.")
    if predicate not in _PREDICATES:
        return Skipped(origin=row.origin, reason=f"'{cells['predicate_id']}' is none of the five SKOS matches.")
    if cells["predicate_modifier"] not in ("", "Not"):
        raise InputError(
            row.origin, f"predicate_modifier is '{cells['predicate_modifier']}'.", "SSSOM knows Not, or an empty cell."
        )
    by_iri, by_label = _authors(cells, head, prefixes, row.origin)
    tool = " ".join(filter(None, (of("mapping_tool") or of("mapping_tool_id"), of("mapping_tool_version"))))
    if not (by_iri or by_label or tool):
        # SSSOM demands neither an author nor a tool; then it is the publisher who stands for the set.
        by_label = tuple(name.value for name in set_.publisher.names[:1])
    return Match(
        mapping_set=set_.id,
        origin=row.origin,
        subject=_reference(subject),
        predicate=predicate,
        object=_reference(target),
        justification=iri("mapping_justification"),
        negated=cells["predicate_modifier"] == "Not",
        confidence=_confidence(cells["confidence"], row.origin),
        authors=by_label,
        author_iris=by_iri,
        tool=tool,
        mapped_on=parse_date(of("mapping_date"), row.origin, "mapping_date"),
        comment=Text(cells["comment"], language) if cells["comment"] else None,
        see_also=_values(cells["see_also"]),
        subject_version=of("subject_source_version"),
        object_version=of("object_source_version"),
    )


def _authors(
    cells: Mapping[str, str], head: Header, prefixes: Mapping[str, str], origin: Origin
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who stands for the mapping: its author, its creator, or whoever made or provides the whole set."""
    said = [
        (_values(cells["author_id"]), _values(cells["author_label"])),
        (_values(cells["creator_id"]), _values(cells["creator_label"])),
        (slot_texts(head, "creator_id"), slot_texts(head, "creator_label")),
        (tuple(filter(None, (cells["mapping_provider"] or slot_text(head, "mapping_provider"),))), ()),
    ]
    ids, labels = next((pair for pair in said if any(pair)), ((), ()))
    return tuple(_expand(each, prefixes, origin, "author_id") for each in ids), labels


def _values(cell: str) -> tuple[str, ...]:
    r"""The values of a cell: `|` divides them, `\|` and `\\` are the characters themselves."""
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


def _expand(curie: str, prefixes: Mapping[str, str], origin: Origin, slot: str) -> str:
    """A prefixed name as an IRI; an IRI as it is."""
    if "://" in curie or curie.startswith("urn:"):
        return curie
    prefix, colon, local = curie.partition(":")
    if not colon:
        raise InputError(
            origin,
            f"'{curie}' in column '{slot}' is no prefixed name." if curie else f"the column '{slot}' is empty.",
            "Write it as prefix:name.",
        )
    if prefix not in prefixes:
        raise InputError(
            origin,
            f"the prefix '{prefix}' of '{curie}' in column '{slot}' is not declared.",
            f"Add it to curie_map in the head of the file:  {prefix}: https://…",
        )
    return prefixes[prefix] + local


def _reference(iri: str) -> str:
    """One of our own IRIs as `scheme:notation`, so that it follows the base IRI that is configured."""
    match = _OWN.fullmatch(iri)
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
