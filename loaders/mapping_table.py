"""Mappings between two code systems as a plain table: source code, target code and relation, declared in `source.toml`.

Manual: docs/how-to/source-toml.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from begrepp.errors import InputError, Origin
from begrepp.rdf.namespaces import expand
from begrepp.records import EditionFiles, MappingSet, Record, Redistribution, Skipped, Source, Text, is_iri
from begrepp.records import Mapping as Match
from begrepp.sources.row_faults import RowScope, add_remark
from loaders.declaration.agents import slug
from loaders.declaration.column_check import check_columns
from loaders.declaration.field_mapping import FieldMapping, read_field_mapping, read_texts
from loaders.declaration.mapped_rows import MappedRow, read_mapped_rows, texts_in_row
from loaders.declaration.row_source import RowSource, check_unused_files, read_row_source
from loaders.declaration.source_toml import read_declaration, read_edition_dates, read_rights
from loaders.declaration.toml_table import TomlTable
from loaders.support.agencies import BEGREPP

SOURCE = Source(
    id="mapping_table",
    title="Kopplingar mellan två kodverk som tabell",
    publisher=BEGREPP,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="",
    reads="any table with a column of source codes and one of target codes, and a source.toml",
)
# SKOS mapping relations by the words of published crosswalks; those of FHIR R4 and R5 (ConceptMap) are included. A
# relation says what the target is: with "broader", the target is broader than the source.
_WORDS = {
    "exact": ("exact", "exactmatch", "equal", "equivalent", "equivalence", "=", "==", "lika", "samma", "ekvivalent"),
    "close": ("close", "closematch", "inexact", "approximate", "~", "nära", "ungefär"),
    "broad": ("broad", "broader", "broadmatch", "wider", "source-is-narrower-than-target", "subsumes", "<", "bredare"),
    "narrow": ("narrow", "narrower", "narrowmatch", "source-is-broader-than-target", "specializes", ">", "smalare"),
    "related": ("related", "relatedmatch", "relatedto", "related-to", "relaterad", "besläktad"),
}
_RELATION_BY_WORD = {word: relation for relation, words in _WORDS.items() for word in words}
_NO_TARGET = ("unmatched", "not-related-to", "disjoint", "no match", "nomatch", "saknas", "ingen", "none")
_JUSTIFICATION = "https://w3id.org/semapv/vocab/UnspecifiedMatching"


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingTable:
    """One `[[file]]`: the rows and the columns of a mapping."""

    source: RowSource
    columns: Mapping[str, FieldMapping]
    comment: tuple[tuple[str, FieldMapping], ...]

    @property
    def cells(self) -> list[FieldMapping]:
        """All rules that are applied to a row."""
        return [*self.columns.values(), *(cell for _, cell in self.comment)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Systems:
    """The `[mapping]` section: both code systems, and the relation of rows without one."""

    source: str
    target: str
    relation: str
    no_target: tuple[str, ...]


def load(edition: EditionFiles, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """Yield the mapping set and its mappings."""
    declaration = read_declaration(edition, declared)
    rights = read_rights(declaration)
    dates = read_edition_dates(declaration, edition)
    section = declaration.table("mapping", required=True)
    id_ = section.slug("id", default=slug(edition.source))
    titles = section.texts("title") or rights.titles or (Text(id_, "zxx"),)
    systems = _read_systems(section)
    tables = [_read_table(each, edition) for each in declaration.tables("file")]
    if not tables:
        declaration.add_problem("[[file]]", "is missing.", "Say which file holds the mappings.")
    check_unused_files(edition, declaration, [table.source for table in tables])
    declaration.done()
    mapping_set = MappingSet(
        id=id_,
        version=dates.version,
        titles=titles,
        licence=rights.licence,
        publisher=rights.publisher,
        valid_from=dates.valid_from,
        redistribution=rights.redistribution,
    )
    yield mapping_set
    seen: dict[tuple[str, str, str], Origin] = {}
    for table in tables:
        scope = RowScope(report=table.source.report)
        for row in read_mapped_rows(table.source, table.cells):
            with scope:
                for record in _read_mappings(row, table, systems, mapping_set):
                    if isinstance(record, Match):
                        key = (record.subject, record.predicate, record.object)
                        if key in seen:
                            add_remark(record.origin, "the row repeats a mapping and is left out.")
                            continue
                        seen[key] = record.origin
                    yield record


def _read_systems(section: TomlTable) -> _Systems:
    systems = _Systems(
        source=section.text("source", required=True),
        target=section.text("target", required=True),
        relation=section.text("relation", default="related"),
        no_target=section.strings("no_target") or _NO_TARGET,
    )
    if systems.relation not in _WORDS:
        section.add_choice_problem("relation", systems.relation, _WORDS)
    section.done()
    return systems


def _read_table(toml: TomlTable, edition: EditionFiles) -> MappingTable:
    source = read_row_source(toml, edition, key="name")
    section = toml.table("columns", required=True)
    columns = {
        name: mapping for name in ("source", "target", "relation") if (mapping := read_field_mapping(section, name))
    }
    for name in ("source", "target"):
        if name not in columns:
            example = f'Say which column holds the {name} code: {name} = "…"'
            section.add_problem(name, "is missing.", example, is_missing=True)
    table = MappingTable(source=source, columns=columns, comment=read_texts(section, "comment"))
    section.done()
    toml.done()
    check_columns(source, table.cells, toml)
    return table


def _read_mappings(
    row: MappedRow, table: MappingTable, systems: _Systems, mapping_set: MappingSet
) -> Iterator[Match | Skipped]:
    """Yield the mappings of a row: one for each target. A row without a target is reported."""
    code = row.read_code(table.columns["source"])
    row.check_code(table.columns["target"])
    if not code:
        raise InputError(row.origin, "the row has no source code.", "Fill it in, or leave the row out.")
    relation = table.columns["relation"].value(row.cells, row.origin) if "relation" in table.columns else ""
    targets = table.columns["target"].values(row.cells, row.origin)
    if not targets or relation.casefold() in systems.no_target:
        yield Skipped(origin=row.origin, reason=f"'{code}' has no target code.")
        return
    predicate = expand(f"skos:{_relation(relation, systems, row.origin)}Match")
    comment = next(iter(texts_in_row(table.comment, row)), None)
    for target in targets:
        yield Match(
            mapping_set=mapping_set.id,
            origin=row.origin,
            subject=_concept(systems.source, code),
            predicate=predicate,
            object=_concept(systems.target, target),
            justification=_JUSTIFICATION,
            authors=tuple(name.value for name in mapping_set.publisher.names[:1]),
            comment=comment,
        )


def _relation(word: str, systems: _Systems, origin: Origin) -> str:
    if not word:
        return systems.relation
    plain = word.casefold().rpartition(":")[2]
    if plain not in _RELATION_BY_WORD:
        raise InputError(
            origin,
            f"'{word}' is not a relation between codes.",
            "Say in source.toml what it means: relation = "
            f'{{ column = "…", words = {{ "{word}" = "exact" }} }}; there are: {", ".join(_WORDS)}.',
        )
    return _RELATION_BY_WORD[plain]


def _concept(system: str, code: str) -> str:
    """Return the concept of a code: in a scheme by its id, or by an IRI with `{code}`."""
    if is_iri(code):
        return code
    return system.replace("{code}", code) if is_iri(system) else f"{system}:{code}"
