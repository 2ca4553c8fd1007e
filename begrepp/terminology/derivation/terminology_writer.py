"""Writer of the folder `terminology` of a build: the current view, the superseded editions, and the index of both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import polars as pl
from pyroaring import BitMap

from begrepp.artefact.parts import Part
from begrepp.files import link_or_copy
from begrepp.rdf.frames import parse_triples, read_subject_blocks
from begrepp.rdf.iris import role_group_owner, segment
from begrepp.rdf.ntriples import name
from begrepp.rdf.sorted_files import group_by_subject, parse_literal
from begrepp.records import Coverage, Redistribution
from begrepp.terminology.concept_record import (
    ConceptRecord,
    ListedEdition,
    SetDescription,
    SystemDescription,
    ThingName,
)
from begrepp.terminology.derivation.earlier_build import (
    OTHER_LISTS,
    EarlierBuild,
    LinkedSystem,
    find_unchanged_systems,
    schemes_of,
)
from begrepp.terminology.derivation.graph_scan import GraphScan, ScannedConcept, scan_graph
from begrepp.terminology.derivation.system_writer import SystemWriter
from begrepp.terminology.name_composition import compose_name
from begrepp.terminology.record_composition import ROLE_GROUP, compose_record
from begrepp.terminology.section_file import encode_bitmap
from begrepp.terminology.statements import Statements, is_a, parse_statements, texts, value, values
from begrepp.terminology.stored_system import StoredSystem
from begrepp.terminology.terminology_index import FOLDER, SUFFIX, read_descriptions, write_index

CURRENT = "current"
"""Beginning of the names of the files of the current view."""
SystemFile = SystemWriter | LinkedSystem


def write_terminology(
    build: Path,
    view: Path,
    parts: Sequence[Part],
    in_force: Collection[str],
    *,
    public: bool,
    earlier: EarlierBuild | None = None,
) -> None:
    """Write the terminology of a build from the file of its current view and the files of its editions.

    `in_force` holds the graphs of the editions that the current view is made of.
    Files of superseded editions and of unchanged code systems are linked from `earlier`.
    """
    folder = build / FOLDER
    folder.mkdir()
    scan = scan_graph(view)
    _list_editions(scan, parts)
    current = {part.graph: part for part in parts if part.kind == "scheme" and part.graph in in_force}
    described = _describe_systems(scan, current.values(), public=public, current=True)
    unchanged = find_unchanged_systems(earlier, scan, parts, described) if earlier else {}
    systems, sets = _write_graph(folder, CURRENT, scan, described, unchanged)
    for part in parts:
        if part.kind != "scheme" or part.graph in current:
            continue
        stem = f"{part.sha256[:16]}-{segment(part.version)}"
        linked = [*(earlier.folder / FOLDER).glob(f"{stem}@*{SUFFIX}")] if earlier else []
        for file in linked:
            link_or_copy(file, folder / file.name)
        if linked:
            own, own_sets = read_descriptions([folder / file.name for file in linked])
        else:
            scan_of_part = scan_graph(part.path)
            described = _describe_systems(scan_of_part, [part], public=public, current=False)
            own, own_sets = _write_graph(folder, stem, scan_of_part, described, edition=part.graph)
        systems += own
        sets += own_sets
    write_index(folder, systems, sets, scan.names)


def _describe_systems(
    scan: GraphScan, parts: Iterable[Part], *, public: bool, current: bool
) -> dict[str, SystemDescription]:
    """Return the code systems in a scanned file, by IRI; `parts` are the editions that it holds."""
    by_id = {part.id: part for part in parts}
    return {
        iri: _describe_system(iri, statements, scan.things, by_id[id_], public=public, current=current)
        for iri, statements in scan.things.items()
        if (id_ := value(statements, "begrepp:schemeId")) in by_id
    } | {OTHER_LISTS: SystemDescription(id=OTHER_LISTS, iri=OTHER_LISTS, current=current)}


def _write_graph(
    folder: Path,
    stem: str,
    scan: GraphScan,
    described: Mapping[str, SystemDescription],
    unchanged: Mapping[str, StoredSystem] | None = None,
    *,
    edition: str = "",
) -> tuple[list[SystemDescription], list[SetDescription]]:
    """Write the files of the code systems in a scanned file, and link those that are unchanged.

    `edition` is the IRI of the superseded edition in the file; empty for the current view.
    """
    members: dict[str, list[ScannedConcept]] = defaultdict(list)
    for concept in scan.concepts.values():
        for scheme in schemes_of(concept.schemes, described):
            members[scheme].append(concept)
    linked = {iri: LinkedSystem(stored, folder, described[iri]) for iri, stored in (unchanged or {}).items()}
    writers = {
        iri: SystemWriter(folder / f"{stem}@{segment(system.id)}{SUFFIX}", system, members[iri])
        for iri, system in described.items()
        if iri not in linked and (iri != OTHER_LISTS or members[iri])
    }
    files = [linked.get(iri) or writers[iri] for iri in described if iri in linked or iri in writers]
    sets = [*_value_sets(scan, files, edition=edition)]
    for record, named in _records(scan, {concept.iri for iri in writers for concept in members[iri]}):
        for scheme in schemes_of(record.schemes, described):
            if scheme in writers:
                writers[scheme].add(record, named)
    return [file.write(sets) for file in files], sets


def _records(scan: GraphScan, concepts: Collection[str]) -> Iterable[tuple[ConceptRecord, ThingName]]:
    """Yield the record and the name of each of some concepts (IRIs) of a scanned file."""
    role_groups: dict[str, list[str]] = {}
    for term, lines in group_by_subject(scan.path):
        iri = term[1:-1]
        if role_group_owner(term):
            role_groups[iri] = lines
        elif iri in concepts:
            statements = parse_statements(lines)
            groups = [node for node in values(statements, ROLE_GROUP) if node in role_groups]
            own = {node: parse_statements(role_groups[node]) for node in groups}
            role_groups.clear()
            yield compose_record(iri, statements, scan.around(iri, statements, own)), compose_name(iri, statements)
        else:
            role_groups.clear()


def _describe_system(
    iri: str, statements: Statements, things: Mapping[str, Statements], part: Part, *, public: bool, current: bool
) -> SystemDescription:
    edition = things.get(part.graph, {})
    whole = things.get(value(statements, "dct:isPartOf"), {})
    allowed = part.redistribution is Redistribution.ALLOWED
    return SystemDescription(
        id=part.id,
        iri=iri,
        uri=value(statements, "begrepp:preferredSystemUri"),
        identifiers=tuple(text.value for text in texts(statements, "dct:identifier")),
        titles=texts(statements, "skos:prefLabel"),
        descriptions=texts(statements, "dct:description"),
        pattern=value(statements, "begrepp:notationPattern"),
        hierarchical=value(statements, "begrepp:hierarchical") in ("true", ""),
        part_of=value(statements, "dct:isPartOf"),
        whole_uri=value(whole, "begrepp:preferredSystemUri"),
        whole_identifiers=tuple(text.value for text in texts(whole, "dct:identifier")),
        version=part.version,
        edition=part.graph,
        valid_from=part.valid_from.isoformat(),
        valid_to=value(edition, "begrepp:validTo"),
        is_complete=part.coverage is Coverage.COMPLETE,
        redistributable=allowed,
        withheld=public and not allowed,
        licence=value(edition, "dct:license"),
        publisher=min(values(edition, "dct:publisher"), default=""),
        loads=values(edition, "prov:wasGeneratedBy"),
        hierarchy_meaning=value(edition, "begrepp:hierarchyMeaning"),
        resource_version=value(edition, "pav:version"),
        resource_header=value(edition, "begrepp:resourceHeader"),
        supplement_headers=tuple(text.value for text in texts(edition, "begrepp:supplementHeader")),
        current=current,
    )


def _value_sets(scan: GraphScan, files: Sequence[SystemFile], *, edition: str) -> Iterable[SetDescription]:
    for iri, statements in scan.things.items():
        if not is_a(statements, "begrepp:ValueSet"):
            continue
        members = values(statements, "skos:member")
        identifiers = tuple(text.value for text in texts(statements, "dct:identifier"))
        yield SetDescription(
            iri=iri,
            version=value(statements, "dcat:version"),
            identifiers=identifiers,
            mapping_set=next((scan.mapping_sets[each] for each in identifiers if each in scan.mapping_sets), ""),
            titles=texts(statements, "skos:prefLabel"),
            descriptions=texts(statements, "dct:description"),
            intension=tuple(text.value for text in texts(statements, "begrepp:intension")),
            edition=edition,
            members=_by_system(members, files),
            former_members=_by_system(values(statements, "begrepp:formerMember"), files),
            unknown=tuple(member for member in members if member not in scan.concepts),
            resource_header=value(statements, "begrepp:resourceHeader"),
        )


def _by_system(members: Sequence[str], files: Sequence[SystemFile]) -> dict[str, bytes]:
    """Return the serialised bitmap of members by the name of the file of their code system."""
    distinct = set(members)
    found = ((file, distinct & file.numbers.keys()) for file in files)
    return {file.file: encode_bitmap(BitMap([file.numbers[member] for member in own])) for file, own in found if own}


def _list_editions(scan: GraphScan, parts: Sequence[Part]) -> None:
    """Add to each concept the graphs that list it with a code or preferred label, and the labels."""
    concepts, label = scan.concepts, name("skos:prefLabel")
    for part in parts:
        for block in read_subject_blocks(part.path):
            lines = parse_triples(block).filter(
                pl.col("predicate").is_in([label, name("skos:notation")]) & ~pl.col("rest").str.starts_with("_")
            )
            is_label = (pl.col("predicate") == label) & pl.col("rest").str.starts_with('"')
            listed = lines.group_by("subject", maintain_order=True).agg(pl.col("rest").filter(is_label))
            for subject, labels in listed.iter_rows():
                if subject[1:-1] in concepts:
                    texts_ = {parse_literal(label[:-2]) for label in labels}
                    scan.editions[subject[1:-1]].append(ListedEdition(part.graph, tuple(sorted(texts_))))
