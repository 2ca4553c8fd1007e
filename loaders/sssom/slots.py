"""Slots of SSSOM mappings: those read, those reported, and those of a set that hold for its mappings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from begrepp.sources.rows import Row
from begrepp.sources.tables import read_table
from loaders.sssom.header import Header, delimiter_of

REQUIRED = ("predicate_id", "mapping_justification")
LABELS = ("subject_label", "predicate_label", "object_label")
"""Slots that are left out without a report: a concept has labels of its own, and these may be protected texts."""
# Other slots of SSSOM 1.1 that are not loaded: details of matching and review. A file that has them is told so.
UNREAD_SLOTS = (
    "record_id",
    "subject_category",
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
_PROPAGATED = (
    *("mapping_date", "mapping_provider", "mapping_tool", "mapping_tool_id", "mapping_tool_version"),
    *("subject_type", "object_type", "subject_source_version", "object_source_version"),
)
"""Slots that are read of a set for all its mappings, if none of these has its own value ("Propagation")."""
SLOTS = (
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


def read_rows(path: Path, encoding: str, *, counted: bool = True) -> Iterator[Row]:
    """Yield the rows of a table of mappings; `counted` as in `read_table`."""
    # Examples of the specification omit empty cells at the end of a row (curation_rule_text2.sssom.tsv).
    return read_table(
        path,
        delimiter=delimiter_of(path, encoding),
        encoding=encoding,
        comment="#",
        required=REQUIRED,
        short_rows=True,
        counted=counted,
    )


def slots_of_rows(path: Path, header: Header, encoding: str) -> list[str]:
    """Return the slots of the header that a mapping has too, so that they do not hold for the other mappings."""
    stated = [slot for slot in _PROPAGATED if header.get(slot)]
    if not stated:
        return []
    found: set[str] = set()
    for row in read_rows(path, encoding, counted=False):
        found |= {slot for slot in stated if row.take_optional(slot)}
        row.ignore_remaining()
    return [slot for slot in stated if slot in found]


def reason_unread(column: str, header: Header) -> str:
    """Return what a column that is not read is; SSSOM permits additional ones (specification, "Non-standard slots")."""
    if column in UNREAD_SLOTS:
        return "is a slot of SSSOM without a field in begrepp"
    definitions = header.get("extension_definitions", ())
    declared = [each.get("slot_name") for each in definitions if isinstance(each, dict)]
    return "is an extension of this file" if column in declared else "is no slot of SSSOM 1.1"
