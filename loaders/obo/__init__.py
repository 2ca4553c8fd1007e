"""Ontologies in the OBO format, such as HPO, the Human Phenotype Ontology.

A format: `source.toml`, or a declaration in `declared/`, describes the ontology. A cross-reference
(`xref`, oboInOwl:hasDbXref) does not state how two terms are related, so it becomes a related match, unless the term
states a SKOS match. `consider` is a proposal and is kept separate from `replaced_by`. Clauses without a counterpart in
SKOS, such as logical axioms and editing history, are counted and reported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from begrepp.errors import InputError, Origin
from begrepp.rdf.namespaces import expand
from begrepp.records import (
    Concept,
    Coverage,
    EditionFiles,
    MappingSet,
    Note,
    NoteKind,
    RdfTerm,
    Record,
    Redistribution,
    Skipped,
    Source,
    Statement,
    Status,
    Text,
    texts,
)
from begrepp.records import Mapping as Match
from begrepp.sources.editions import data_files
from begrepp.sources.row_faults import Fault, add_fault, add_remark
from loaders.declaration.source_toml import (
    new_declared_edition,
    read_declaration,
    read_edition_dates,
    read_rights,
    read_scheme,
)
from loaders.obo.id_spaces import IdSpaces
from loaders.obo.model import OboTerm
from loaders.obo.terms import read_terms
from loaders.support.agencies import MONARCH
from loaders.support.editions import last_day_of_retired, note_unread_files
from loaders.support.merged_codes import MergedCodes

SOURCE = Source(
    id="obo",
    title="Ontologier i OBO-format",
    publisher=MONARCH,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://owlcollab.github.io/oboformat/doc/GO.format.obo-1_4.html",
    reads="a .obo file, OBO 1.2 or 1.4",
)


def load(edition: EditionFiles, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """Yield the scheme, the edition, every term, and its cross-references as mappings."""
    declaration = read_declaration(edition, declared)
    files = [path for path in data_files(edition) if path.suffix == ".obo"]
    if len(files) != 1:
        raise InputError(
            Origin(f"{edition.source}/{edition.version}"),
            f"{len(files)} .obo files, where one is expected.",
            "Add one.",
        )
    note_unread_files(edition, ".obo")
    rights, scheme = read_rights(declaration), read_scheme(declaration, edition.source)
    dates = read_edition_dates(declaration, edition)
    declaration.done()
    skipped_tags: Counter[str] = Counter()
    spaces = IdSpaces()
    terms = read_terms(files[0], spaces, skipped_tags)
    foreign_parents = _check_parents(terms) if dates.coverage is Coverage.COMPLETE else {}
    yield scheme
    yield new_declared_edition(scheme, dates, rights)
    mapping_set_id = f"{scheme.id}-xrefs"
    if any(term.matches or term.xrefs for term in terms):
        yield MappingSet(
            id=mapping_set_id,
            version=dates.version,
            titles=tuple(
                Text(f"{t.value}: {_MAPPING_SET_TITLES.get(t.lang, 'cross-references')}", t.lang) for t in scheme.titles
            ),
            licence=rights.licence,
            publisher=rights.publisher,
            valid_from=dates.valid_from,
            redistribution=rights.redistribution,
        )
    active = {term.id for term in terms if not term.obsolete}
    merged = MergedCodes(
        alternatives={term.id: term.alternatives for term in terms if term.alternatives},
        replaced_by={term.id: term.replaced_by for term in terms if term.replaced_by},
        origins={term.id: term.origin for term in terms},
        active=active,
    )
    if dates.coverage is Coverage.COMPLETE:
        suggested = {term.id: term.suggested for term in terms if term.suggested}
        merged.check_targets(suggested, lambda code: code.partition(":")[0])
    successors = merged.successors
    for term in terms:
        if term.replaced_by and not term.obsolete:
            add_remark(term.origin, f"'{term.id}' is in use, but has replaced_by; it is not read as a retired code.")
    yield from merged.records(scheme.id, dates.valid_from, lambda code: (code, spaces.iri(code)))
    for term in terms:
        yield _concept(term, spaces, scheme.id, successors.get(term.id, ()), dates.valid_from)
        for parent in foreign_parents.get(term.id, ()):
            yield Statement(
                scheme=scheme.id,
                origin=term.origin,
                subject=spaces.iri(term.id),
                predicate=expand("rdfs:subClassOf"),
                object=RdfTerm(spaces.iri(parent), "iri"),
            )
        for predicate, value, origin in term.statements:
            yield Statement(
                scheme=scheme.id, origin=origin, subject=spaces.iri(term.id), predicate=predicate, object=value
            )
        for target, match, origin in term.all_matches():
            yield Match(
                mapping_set=mapping_set_id,
                origin=origin,
                subject=spaces.iri(term.id),
                predicate=match,
                object=target,
                justification=expand("semapv:UnspecifiedMatching"),
                authors=(rights.publisher.names[0].value,),
            )
    for tag, count in sorted(skipped_tags.items()):
        yield Skipped(origin=Origin(files[0].name), reason=f"'{tag}' is not imported ({count:,}).")


def _check_parents(terms: list[OboTerm]) -> dict[str, list[str]]:
    """Remove the parents that are not in the file from the terms; return those of other ontologies, by term.

    A parent may be a term of another ontology, imported from elsewhere (OBO 1.4, section 4.6). One with the prefix of
    a term of the file is missing: a dangling row.
    """
    ids = {term.id for term in terms}
    prefixes = {term.id.partition(":")[0] for term in terms}
    foreign: dict[str, list[str]] = {}
    for term in terms:
        for parent in [each for each in term.parents if each not in ids]:
            term.parents.remove(parent)
            if parent.partition(":")[0] in prefixes:
                error = InputError(
                    term.origin,
                    f"'{term.id}' has the parent '{parent}', which does not exist in the file.",
                    'The file may be truncated; download it again. For a part of an ontology set coverage = "partial".',
                )
                add_fault(Fault.DANGLING, error)
            else:
                foreign.setdefault(term.id, []).append(parent)
                text = f"the parent '{parent}' is a term of another ontology; it is kept as a link, not as a parent."
                add_remark(term.origin, text)
    return foreign


_MAPPING_SET_TITLES = {"sv": "korsreferenser", "en": "cross-references"}


def _concept(
    term: OboTerm, spaces: IdSpaces, scheme_id: str, successors: tuple[str, ...], edition_start: date
) -> Concept:
    if not term.names and not term.obsolete:
        add_remark(term.origin, f"'{term.id}' has no name; it is shown by its code.")
    pref = Text(term.names[0], "en") if term.names else Text(term.id, "zxx")
    synonyms = [text for text in dict.fromkeys(Text(text, "en") for text, _ in term.synonyms) if text != pref]
    exact = {text for text, scope in term.synonyms if scope == "EXACT"}
    return Concept(
        scheme=scheme_id,
        notation=term.id,
        iri=spaces.iri(term.id),
        origin=term.origin,
        pref_labels=(pref,),
        # Broad, narrow and related synonyms are searchable only; a statement has their scope.
        alt_labels=tuple(text for text in synonyms if text.value in exact),
        hidden_labels=(
            *(text for text in synonyms if text.value not in exact),
            *(Text(other, "zxx") for other in dict.fromkeys(term.alternatives)),
        ),
        definitions=tuple(text for definition in dict.fromkeys(term.definitions) for text in texts(en=definition)),
        notes=tuple(Note(NoteKind.NOTE, Text(comment, "en")) for comment in dict.fromkeys(term.comments)),
        broader=tuple(spaces.iri(parent) for parent in dict.fromkeys(term.parents)),
        status=Status.INACTIVE if term.obsolete else Status.ACTIVE,
        valid_to=last_day_of_retired(edition_start) if term.obsolete else None,
        replaced_by=tuple(map(spaces.iri, successors)) if term.obsolete else (),
    )
