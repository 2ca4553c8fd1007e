"""Mappings between code systems in SSSOM, the Simple Standard for Sharing Ontological Mappings: TSV with a YAML head.

The head is embedded as `#` lines or lies beside as `.sssom.yml`. Prefixed names are expanded by its
`curie_map`. Labels of the two ends are read and dropped: they may be a publisher's protected text, and
the concepts carry labels of their own. https://mapping-commons.github.io/sssom/spec-formats-tsv/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml

from begrepp.editions import data_files
from begrepp.errors import InputError, Origin
from begrepp.iris import Iris
from begrepp.namespaces import expand
from begrepp.records import Edition, MappingSet, Record, Redistribution, Skipped, Source, Text
from begrepp.records import Mapping as Match
from begrepp.review import UNREVIEWED
from begrepp.rows import MAX_LINE, Row, parse_date, read_comments, read_table
from loaders.agencies import BEGREPP
from loaders.declarations import file_list, read_declaration, release_dates, rights, slug
from loaders.keys import Keys

SOURCE = Source(
    id="sssom",
    title="Kopplingar mellan kodverk i SSSOM",
    publisher=BEGREPP,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://mapping-commons.github.io/sssom/",
    reads="*.sssom.tsv with its metadata embedded or in a .sssom.yml beside it",
)
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
_OWN_SETS = f"{Iris().root}mapping/"

Head = Mapping[str, Any]


def load(edition: Edition, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """Each file's mapping set with its mappings."""
    keys = read_declaration(edition, declared)
    tables = _tables(edition, keys)
    heads = {path: _read_head(path, data_files(edition)) for path in tables}
    first = heads[tables[0]]
    for path, head in heads.items():
        if UNREVIEWED in _said(head, "other"):
            raise InputError(
                path,
                "these are suggestions that nobody has read.",
                "Review them (`begrepp suggest … --format html` writes a page for that), and add what the page saves.",
            )
    known = rights(keys, suggested={"licence": _said(first, "license"), "publisher": _provider(first)})
    dates = release_dates(keys, edition, suggested=_published(first, tables[0]))
    keys.done()
    for path, head in heads.items():
        iri = _said(head, "mapping_set_id")
        title = _said(head, "mapping_set_title")
        set_ = MappingSet(
            id=_set_id(edition, path, iri, alone=len(tables) == 1),
            version=dates.version,
            titles=known.titles or ((Text(title, "en"),) if title else (Text(path.name, "und"),)),
            licence=known.licence,
            publisher=known.publisher,
            valid_from=dates.valid_from,
            redistribution=known.redistribution,
            iri="" if iri.startswith(_OWN_SETS) else iri,
        )
        yield set_
        yield from _read_table(path, head, set_)


def _tables(edition: Edition, keys: Keys) -> list[Path]:
    files = data_files(edition)
    patterns = []
    for said in keys.tables("file"):
        patterns.append(said.text("name", required=True))
        if (form := said.text("format", default="sssom-tsv")) not in ("sssom-tsv", "sssom-csv"):
            said.fail("format", f"is '{form}'.", "Use sssom-tsv or sssom-csv.")
        said.done()
    found = [
        p for p in files if p.suffix in (".tsv", ".csv") and any(fnmatch(p.name, each) for each in patterns or ["*"])
    ]
    if not found:
        raise InputError(
            Origin(f"{edition.source}/{edition.version}"),
            f"no mapping table in TSV or CSV (there are: {file_list([path.name for path in files])}).",
            "Add the .sssom.tsv file; if [[file]] names another, correct the name.",
        )
    return found


def _set_id(edition: Edition, path: Path, iri: str, *, alone: bool) -> str:
    """A set of our own has its name in its IRI; another is called as its source is."""
    if iri.startswith(_OWN_SETS):
        return iri.removeprefix(_OWN_SETS)
    return slug(edition.source) if alone else f"{slug(edition.source)}-{slug(path.name.partition('.')[0])}"


# The head.


def _read_head(path: Path, files: tuple[Path, ...]) -> Head:
    """The YAML of the `#` lines and of the file beside the table; what is embedded wins."""
    stem = path.name.removesuffix(path.suffix)
    beside = [p for p in files if p.suffix in (".yml", ".yaml") and p.name.removesuffix(p.suffix) == stem]
    embedded = read_comments(path, "#")
    head: dict[str, Any] = {}
    for origin, text in ((each, _text(each)) for each in beside):
        head |= _parse_yaml(text, Origin(origin.name))
    return head | _parse_yaml(embedded, Origin(path.name, 1))


def _text(path: Path) -> str:
    if path.stat().st_size > MAX_LINE:
        raise InputError(path, "the metadata file is too large.", "Check that you added the right file.")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(path, "the metadata file is not UTF-8.", "Save it as UTF-8 and add it again.") from None


def _parse_yaml(text: str, origin: Origin) -> dict[str, Any]:
    try:
        # All values stay texts: `NO` is a prefix, not false, and a version `1.10` keeps its zero.
        head = yaml.load(text, Loader=yaml.BaseLoader) or {}
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = Origin(origin.file, mark.line + 1) if mark else origin
        raise InputError(
            where,
            f"the metadata is not well-formed YAML ({getattr(error, 'problem', None) or 'it is nested too deeply'}).",
            "Mend the line; see https://mapping-commons.github.io/sssom/spec-formats-tsv/.",
        ) from None
    if not isinstance(head, dict) or not isinstance(head.get("curie_map", {}), dict):
        raise InputError(origin, "the metadata is not a list of `name: value`.", "See the SSSOM specification.")
    return head


def _said(head: Head, slot: str) -> str:
    value = head.get(slot, "")
    return value.strip() if isinstance(value, str) else ""


def _several(head: Head, slot: str) -> tuple[str, ...]:
    value = head.get(slot, ())
    return (value,) if isinstance(value, str) and value else tuple(v for v in value if isinstance(v, str))


def _provider(head: Head) -> str:
    return next(iter(_several(head, "creator_label")), "") or _said(head, "mapping_provider")


def _published(head: Head, path: Path) -> date | None:
    said = _said(head, "publication_date") or _said(head, "mapping_date")
    return parse_date(said, Origin(path.name, 1), "publication_date")


# The table.


def _read_table(path: Path, head: Head, set_: MappingSet) -> Iterator[Match | Skipped]:
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
        match = _read_row(row, head, prefixes, set_)
        if isinstance(match, Match):
            key = (match.subject, match.predicate, match.object, str(match.negated), match.justification)
            if key in seen:
                yield Skipped(origin=row.origin, reason=f"the same mapping on the same ground stands in {seen[key]}.")
                continue
            seen[key] = row.origin
        yield match


def _read_row(row: Row, head: Head, prefixes: Mapping[str, str], set_: MappingSet) -> Match | Skipped:
    cells = {slot: row.take_optional(slot) for slot in _KEPT}
    row.drop()

    def said(slot: str) -> str:
        return cells[slot] or _said(head, slot)

    def iri(slot: str) -> str:
        return _expand(cells[slot], prefixes, row.origin, slot)

    if "rdfs literal" in (said("subject_type"), said("object_type")):
        return Skipped(origin=row.origin, reason="one end is a literal, not a concept.")
    if "composed entity expression" in (said("subject_type"), said("object_type")):
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
    tool = " ".join(filter(None, (said("mapping_tool") or said("mapping_tool_id"), said("mapping_tool_version"))))
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
        mapped_on=parse_date(said("mapping_date"), row.origin, "mapping_date"),
        comment=cells["comment"],
        see_also=_values(cells["see_also"]),
        subject_version=said("subject_source_version"),
        object_version=said("object_source_version"),
    )


def _authors(
    cells: Mapping[str, str], head: Head, prefixes: Mapping[str, str], origin: Origin
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who stands for the mapping: its author, its creator, or whoever made or provides the whole set."""
    said = [
        (_values(cells["author_id"]), _values(cells["author_label"])),
        (_values(cells["creator_id"]), _values(cells["creator_label"])),
        (_several(head, "creator_id"), _several(head, "creator_label")),
        (tuple(filter(None, (cells["mapping_provider"] or _said(head, "mapping_provider"),))), ()),
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
