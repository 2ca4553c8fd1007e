"""Ontologies in the OBO format, such as HPO, the Human Phenotype Ontology.

A format: `source.toml`, or a declaration in `declared/`, describes the ontology. Parsed with the library fastobo. A
cross-reference (`xref`, oboInOwl:hasDbXref) does not state how two terms are related, so it becomes a related match,
unless the term states a SKOS match. `consider` is a proposal and is kept separate from `replaced_by`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import fastobo

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
from begrepp.sources.meter import current_meter
from begrepp.sources.privacy import refuse_identity_numbers
from loaders.declaration.source_toml import (
    new_declared_edition,
    read_declaration,
    read_edition_dates,
    read_rights,
    read_scheme,
)
from loaders.support.agencies import MONARCH
from loaders.support.obo_identifiers import (
    ALTERNATIVE_ID,
    CONSIDER,
    IN_SUBSET,
    REPLACED_BY,
    XREF,
    cross_reference,
    obo_iri,
)
from loaders.support.successors import usable_successors

SOURCE = Source(
    id="obo",
    title="Ontologier i OBO-format",
    publisher=MONARCH,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://owlcollab.github.io/oboformat/doc/GO.format.obo-1_4.html",
    reads="a .obo file, OBO 1.2 or 1.4",
)
_SCOPES = {"EXACT": "hasExactSynonym", "BROAD": "hasBroadSynonym", "NARROW": "hasNarrowSynonym"}
_MATCHES = {
    f"skos:{kind}Match": expand(f"skos:{kind}Match") for kind in ("exact", "close", "broad", "narrow", "related")
}
_NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "terms": "http://purl.org/dc/terms/",
    "owl": expand("owl:x")[:-1],
    "skos": expand("skos:x")[:-1],
    "rdfs": expand("rdfs:x")[:-1],
    "oboInOwl": "http://www.geneontology.org/formats/oboInOwl#",
}
# Logical axioms without a counterpart in SKOS, and editing history.
_SKIPPED_TAGS = {
    *("intersection_of", "union_of", "disjoint_from", "equivalent_to", "created_by", "creation_date", "namespace"),
    *("is_anonymous", "builtin"),
}


@dataclass(slots=True)
class _Term:
    """One term frame."""

    id: str
    origin: Origin
    names: list[str] = field(default_factory=list)
    definitions: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    synonyms: list[tuple[str, str]] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)
    alternatives: list[str] = field(default_factory=list)
    replaced_by: list[str] = field(default_factory=list)
    matches: dict[str, str] = field(default_factory=dict)
    statements: list[tuple[str, RdfTerm]] = field(default_factory=list)
    obsolete: bool = False


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
    rights, scheme = read_rights(declaration), read_scheme(declaration, edition.source)
    dates = read_edition_dates(declaration, edition)
    declaration.done()
    skipped_tags: Counter[str] = Counter()
    terms = list(_read_terms(files[0], skipped_tags))
    if dates.coverage is Coverage.COMPLETE:
        _check_parents(terms)
    yield scheme
    yield new_declared_edition(scheme, dates, rights)
    mapping_set_id = f"{scheme.id}-xrefs"
    if any(term.matches for term in terms):
        yield MappingSet(
            id=mapping_set_id,
            version=dates.version,
            titles=tuple(
                Text(f"{t.value}: {_MAPPING_SET_TITLES.get(t.lang, 'cross-mapping_set_id')}", t.lang)
                for t in scheme.titles
            ),
            licence=rights.licence,
            publisher=rights.publisher,
            valid_from=dates.valid_from,
            redistribution=rights.redistribution,
        )
    active = {term.id for term in terms if not term.obsolete}
    successors = usable_successors({term.id: term.replaced_by for term in terms if term.replaced_by}, active)
    for term in terms:
        yield _concept(term, scheme.id, successors.get(term.id, ()), dates.valid_from)
        for predicate, value in term.statements:
            yield Statement(
                scheme=scheme.id, origin=term.origin, subject=obo_iri(term.id), predicate=predicate, object=value
            )
        for target, match in term.matches.items():
            yield Match(
                mapping_set=mapping_set_id,
                origin=term.origin,
                subject=obo_iri(term.id),
                predicate=match,
                object=target,
                justification=expand("semapv:UnspecifiedMatching"),
                authors=(rights.publisher.names[0].value,),
            )
    for tag, count in sorted(skipped_tags.items()):
        yield Skipped(origin=Origin(files[0].name), reason=f"'{tag}' is not imported ({count:,}).")


def _check_parents(terms: list[_Term]) -> None:
    ids = {term.id for term in terms}
    for term in terms:
        for parent in term.parents:
            if parent not in ids:
                raise InputError(
                    term.origin,
                    f"'{term.id}' has the parent '{parent}', which does not exist in the file.",
                    'The file may be truncated; download it again. For a part of an ontology set coverage = "partial".',
                )


_MAPPING_SET_TITLES = {"sv": "korsreferenser", "en": "cross-references"}


def _concept(term: _Term, scheme_id: str, successors: tuple[str, ...], edition_start: date) -> Concept:
    pref = Text(term.names[0], "en") if term.names else Text(term.id, "zxx")
    synonyms = dict.fromkeys(Text(text, "en") for text, _ in term.synonyms)
    return Concept(
        scheme=scheme_id,
        notation=term.id,
        iri=obo_iri(term.id),
        origin=term.origin,
        pref_labels=(pref,),
        # Broad, narrow and related synonyms are searchable only; a statement has their scope.
        alt_labels=tuple(
            t for t in synonyms if t != pref and any(w == t.value and s == "EXACT" for w, s in term.synonyms)
        ),
        hidden_labels=(
            *(t for t in synonyms if t != pref and not any(w == t.value and s == "EXACT" for w, s in term.synonyms)),
            *(Text(other, "zxx") for other in dict.fromkeys(term.alternatives)),
        ),
        definitions=tuple(text for definition in term.definitions for text in texts(en=definition)),
        notes=tuple(Note(NoteKind.NOTE, Text(comment, "en")) for comment in term.comments),
        broader=tuple(obo_iri(parent) for parent in dict.fromkeys(term.parents)),
        status=Status.INACTIVE if term.obsolete else Status.ACTIVE,
        # OBO gives no date of obsolescence; the end date is the day before this edition.
        valid_to=edition_start - timedelta(days=1) if term.obsolete else None,
        replaced_by=tuple(map(obo_iri, successors)) if term.obsolete else (),
    )


def _read_terms(path: Path, skipped_tags: Counter[str]) -> Iterator[_Term]:
    namespaces = dict(_NAMESPACES)
    number = 0
    try:
        # `ordered` keeps the frames in file order when fastobo uses several threads.
        document = fastobo.iter(str(path), ordered=True)
        for clause in document.header():
            if clause.raw_tag() == "idspace":
                prefix, namespace = clause.raw_value().split()[:2]
                namespaces[prefix] = namespace
            elif clause.raw_tag() == "import":
                skipped_tags[f"import: {clause.raw_value()}"] += 1
        for frame in document:
            if not isinstance(frame, fastobo.term.TermFrame):
                skipped_tags["typedef" if isinstance(frame, fastobo.typedef.TypedefFrame) else "instance"] += 1
                continue
            number += 1
            current_meter().rows += 1
            yield _read_term(frame, Origin(path.name, number), namespaces, skipped_tags)
    except (SyntaxError, ValueError, OSError, RuntimeError) as error:
        line = getattr(error, "lineno", 0) or 0
        raise InputError(
            Origin(path.name, line),
            f"the OBO is not well-formed after {number:,} terms ({' '.join(str(error).split())}).",
            "Fix the line, or download the file again from its publisher.",
        ) from None
    if not number:
        raise InputError(path, "there are no terms in the file.", "Check that you added the right file.")


def _read_term(frame: Any, origin: Origin, namespaces: Mapping[str, str], skipped_tags: Counter[str]) -> _Term:
    term = _Term(id=str(frame.id), origin=origin)
    for clause in frame:
        match clause.raw_tag():
            case "name":
                term.names.append(clause.name)
            case "def":
                term.definitions.append(str(clause.definition))
            case "comment":
                term.comments.append(clause.comment if isinstance(clause.comment, str) else clause.raw_value())
            case "synonym":
                synonym = clause.synonym
                term.synonyms.append((synonym.desc, synonym.scope))
                relation = f"{namespaces['oboInOwl']}{_SCOPES.get(synonym.scope, 'hasRelatedSynonym')}"
                term.statements.append((relation, RdfTerm(synonym.desc, "literal", lang="en")))
            case "is_a":
                term.parents.append(str(clause.term))
            case "alt_id":
                term.alternatives.append(str(clause.alt_id))
                term.statements.append((ALTERNATIVE_ID, RdfTerm(str(clause.alt_id), "literal")))
            case "is_obsolete":
                term.obsolete = clause.obsolete
            case "replaced_by":
                term.replaced_by.append(str(clause.term))
                term.statements.append((REPLACED_BY, RdfTerm(obo_iri(str(clause.term)), "iri")))
            case "consider":
                term.statements.append((CONSIDER, RdfTerm(obo_iri(str(clause.term)), "iri")))
            case "subset":
                term.statements.append((IN_SUBSET, RdfTerm(str(clause.subset), "literal")))
            case "relationship":
                term.statements.append((obo_iri(str(clause.typedef)), RdfTerm(obo_iri(str(clause.term)), "iri")))
            case "xref":
                # An xref with an unknown prefix is kept as a literal.
                if target := cross_reference(str(clause.xref.id)):
                    term.matches.setdefault(target, expand("skos:relatedMatch"))
                else:
                    term.statements.append((XREF, RdfTerm(str(clause.xref.id), "literal")))
            case "property_value":
                _add_property(term, clause.property_value, namespaces)
            case tag if tag in _SKIPPED_TAGS:
                skipped_tags[tag] += 1
            case tag:
                raise InputError(origin, f"'{tag}' in '{term.id}' is not known.", "Add it to the loader.")
    text = "\t".join([*term.names, *term.definitions, *term.comments, *(text for text, _ in term.synonyms)])
    refuse_identity_numbers(text, origin)
    return term


def _add_property(term: _Term, value: Any, namespaces: Mapping[str, str]) -> None:
    relation, text = str(value.relation), str(value.value)
    target = cross_reference(text)
    if relation in _MATCHES and (target or "://" in text):
        term.matches[target or text] = _MATCHES[relation]
        return
    prefix, _, local = relation.partition(":")
    predicate = f"{namespaces[prefix]}{local}" if prefix in namespaces else obo_iri(relation)
    is_link = text.startswith(("http://", "https://")) and not any(c.isspace() for c in text)
    term.statements.append((predicate, RdfTerm(text, "iri" if is_link else "literal")))
