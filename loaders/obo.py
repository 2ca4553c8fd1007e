"""Ontologies in the OBO format, such as HPO, the Human Phenotype Ontology: terms, synonyms by scope, cross-references.

A format: `source.toml`, or a declaration that begrepp has, says which ontology it is. The library fastobo reads it.
A cross-reference (`xref`, oboInOwl:hasDbXref) says that two things belong together and not how, so it is a related
match, unless the term itself names a SKOS match. `consider` is kept apart from `replaced_by`: it is a proposal.
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
from begrepp.sources.meter import meter
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
# Logic that SKOS has no words for, and who edited a term when.
_NOT_KEPT = {
    *("intersection_of", "union_of", "disjoint_from", "equivalent_to", "created_by", "creation_date", "namespace"),
    *("is_anonymous", "builtin"),
}


@dataclass(slots=True)
class _Term:
    """One term as the file says it."""

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
    kept: list[tuple[str, RdfTerm]] = field(default_factory=list)
    obsolete: bool = False


def load(edition: EditionFiles, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """The release, every term, and its cross-references as mappings."""
    keys = read_declaration(edition, declared)
    files = [path for path in data_files(edition) if path.suffix == ".obo"]
    if len(files) != 1:
        raise InputError(
            Origin(f"{edition.source}/{edition.version}"),
            f"{len(files)} .obo files, where one is expected.",
            "Add one.",
        )
    known, said = read_rights(keys), read_scheme(keys, edition.source)
    dates = read_edition_dates(keys, edition)
    keys.done()
    left_out: Counter[str] = Counter()
    terms = list(_read(files[0], left_out))
    if dates.coverage is Coverage.COMPLETE:
        _check_parents(terms)
    yield said
    yield new_declared_edition(said, dates, known)
    references = f"{said.id}-xrefs"
    if any(term.matches for term in terms):
        yield MappingSet(
            id=references,
            version=dates.version,
            titles=tuple(Text(f"{t.value}: {_WORDS.get(t.lang, 'cross-references')}", t.lang) for t in said.titles),
            licence=known.licence,
            publisher=known.publisher,
            valid_from=dates.valid_from,
            redistribution=known.redistribution,
        )
    active = {term.id for term in terms if not term.obsolete}
    successors = usable_successors({term.id: term.replaced_by for term in terms if term.replaced_by}, active)
    for term in terms:
        yield _concept(term, said.id, successors.get(term.id, ()), dates.valid_from)
        for predicate, value in term.kept:
            yield Statement(
                scheme=said.id, origin=term.origin, subject=obo_iri(term.id), predicate=predicate, object=value
            )
        for target, match in term.matches.items():
            yield Match(
                mapping_set=references,
                origin=term.origin,
                subject=obo_iri(term.id),
                predicate=match,
                object=target,
                justification=expand("semapv:UnspecifiedMatching"),
                authors=(known.publisher.names[0].value,),
            )
    for tag, count in sorted(left_out.items()):
        yield Skipped(origin=Origin(files[0].name), reason=f"'{tag}' is not kept ({count:,}).")


def _check_parents(terms: list[_Term]) -> None:
    known = {term.id for term in terms}
    for term in terms:
        for parent in term.parents:
            if parent not in known:
                raise InputError(
                    term.origin,
                    f"'{term.id}' has the parent '{parent}', which does not exist in the file.",
                    'The file may be cut off; fetch it again. For a part of an ontology say coverage = "partial".',
                )


_WORDS = {"sv": "korsreferenser", "en": "cross-references"}


def _concept(term: _Term, scheme_id: str, successors: tuple[str, ...], since: date) -> Concept:
    pref = Text(term.names[0], "en") if term.names else Text(term.id, "zxx")
    exact = dict.fromkeys(Text(words, "en") for words, _ in term.synonyms)
    return Concept(
        scheme=scheme_id,
        notation=term.id,
        iri=obo_iri(term.id),
        origin=term.origin,
        pref_labels=(pref,),
        # Words of a wider, narrower or related meaning lead a search here too; their scope stands in a statement.
        alt_labels=tuple(
            t for t in exact if t != pref and any(w == t.value and s == "EXACT" for w, s in term.synonyms)
        ),
        hidden_labels=(
            *(t for t in exact if t != pref and not any(w == t.value and s == "EXACT" for w, s in term.synonyms)),
            *(Text(other, "zxx") for other in dict.fromkeys(term.alternatives)),
        ),
        definitions=tuple(text for words in term.definitions for text in texts(en=words)),
        notes=tuple(Note(NoteKind.NOTE, Text(words, "en")) for words in term.comments),
        broader=tuple(obo_iri(parent) for parent in dict.fromkeys(term.parents)),
        status=Status.INACTIVE if term.obsolete else Status.ACTIVE,
        # OBO does not say since when a term is obsolete: at the latest since this release.
        valid_to=since - timedelta(days=1) if term.obsolete else None,
        replaced_by=tuple(map(obo_iri, successors)) if term.obsolete else (),
    )


# The file.


def _read(path: Path, left_out: Counter[str]) -> Iterator[_Term]:
    spaces = dict(_NAMESPACES)
    number = 0
    try:
        # Ordered: with several threads the frames come as they are ready.
        document = fastobo.iter(str(path), ordered=True)
        for clause in document.header():
            if clause.raw_tag() == "idspace":
                prefix, namespace = clause.raw_value().split()[:2]
                spaces[prefix] = namespace
            elif clause.raw_tag() == "import":
                left_out[f"import: {clause.raw_value()}"] += 1
        for frame in document:
            if not isinstance(frame, fastobo.term.TermFrame):
                left_out["typedef" if isinstance(frame, fastobo.typedef.TypedefFrame) else "instance"] += 1
                continue
            number += 1
            meter().rows += 1
            yield _term(frame, Origin(path.name, number), spaces, left_out)
    except (SyntaxError, ValueError, OSError, RuntimeError) as error:
        line = getattr(error, "lineno", 0) or 0
        raise InputError(
            Origin(path.name, line),
            f"the OBO is not well-formed after {number:,} terms ({' '.join(str(error).split())}).",
            "Mend the line, or fetch the file again from its publisher.",
        ) from None
    if not number:
        raise InputError(path, "there are no terms in the file.", "Check that you added the right file.")


def _term(frame: Any, origin: Origin, spaces: Mapping[str, str], left_out: Counter[str]) -> _Term:
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
                relation = f"{spaces['oboInOwl']}{_SCOPES.get(synonym.scope, 'hasRelatedSynonym')}"
                term.kept.append((relation, RdfTerm(synonym.desc, "literal", lang="en")))
            case "is_a":
                term.parents.append(str(clause.term))
            case "alt_id":
                term.alternatives.append(str(clause.alt_id))
                term.kept.append((ALTERNATIVE_ID, RdfTerm(str(clause.alt_id), "literal")))
            case "is_obsolete":
                term.obsolete = clause.obsolete
            case "replaced_by":
                term.replaced_by.append(str(clause.term))
                term.kept.append((REPLACED_BY, RdfTerm(obo_iri(str(clause.term)), "iri")))
            case "consider":
                term.kept.append((CONSIDER, RdfTerm(obo_iri(str(clause.term)), "iri")))
            case "subset":
                term.kept.append((IN_SUBSET, RdfTerm(str(clause.subset), "literal")))
            case "relationship":
                term.kept.append((obo_iri(str(clause.typedef)), RdfTerm(obo_iri(str(clause.term)), "iri")))
            case "xref":
                # An xref whose prefix is not known stays the word that it is.
                if target := cross_reference(str(clause.xref.id)):
                    term.matches.setdefault(target, expand("skos:relatedMatch"))
                else:
                    term.kept.append((XREF, RdfTerm(str(clause.xref.id), "literal")))
            case "property_value":
                _property(term, clause.property_value, spaces)
            case tag if tag in _NOT_KEPT:
                left_out[tag] += 1
            case tag:
                raise InputError(origin, f"'{tag}' in '{term.id}' is not known.", "Add it to the loader.")
    words = "\t".join([*term.names, *term.definitions, *term.comments, *(words for words, _ in term.synonyms)])
    refuse_identity_numbers(words, origin)
    return term


def _property(term: _Term, value: Any, spaces: Mapping[str, str]) -> None:
    relation, said = str(value.relation), str(value.value)
    target = cross_reference(said)
    if relation in _MATCHES and (target or "://" in said):
        term.matches[target or said] = _MATCHES[relation]
        return
    prefix, _, local = relation.partition(":")
    predicate = f"{spaces[prefix]}{local}" if prefix in spaces else obo_iri(relation)
    is_link = said.startswith(("http://", "https://")) and not any(c.isspace() for c in said)
    term.kept.append((predicate, RdfTerm(said, "iri" if is_link else "literal")))
