"""Terms of an OBO document: each `[Term]` stanza with its clauses."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from begrepp.errors import InputError
from begrepp.rdf.namespaces import CONSIDER
from begrepp.records import RdfTerm
from begrepp.sources.meter import current_meter
from begrepp.sources.row_faults import Fault, RowScope, add_fault, add_remark
from loaders.obo.id_spaces import IdSpaces
from loaders.obo.model import OboTerm
from loaders.obo.property_values import add_property
from loaders.support.obo_identifiers import (
    ALTERNATIVE_ID,
    IN_SUBSET,
    OBO_IN_OWL,
    REPLACED_BY,
    XREF,
)
from loaders.support.obo_syntax import (
    OboClause,
    OboFrame,
    cross_reference_id,
    identifier,
    quoted_text,
    read_frames,
    split_words,
    unescape,
    values_of,
)

_SCOPES = {"EXACT": "hasExactSynonym", "BROAD": "hasBroadSynonym", "NARROW": "hasNarrowSynonym"}
_CONDITION = ("gci_relation", "gci_filler")
_LIMITS = ("cardinality", "minCardinality", "maxCardinality", "all_only", "all_some")
"""Modifiers of a relationship that decide whether it is one of some of the target."""


def read_terms(path: Path, spaces: IdSpaces, skipped_tags: Counter[str]) -> list[OboTerm]:
    """Return the terms of a document, declare its `spaces`, and count the clauses and stanzas that are not imported.

    Several stanzas with one id are one term, as the reference implementation of OBO merges them.
    """
    terms: dict[str, OboTerm] = {}
    number = 0
    scope = RowScope()
    for frame in read_frames(path):
        match frame.kind:
            case "":
                _read_header(frame, spaces, skipped_tags)
            case "Term":
                number += 1
                current_meter().rows += 1
                with scope:
                    _read_term(frame, terms, spaces, skipped_tags)
            case kind:
                skipped_tags[kind.lower()] += 1
    if not number:
        raise InputError(path, "there are no terms in the file.", "Check that you added the right file.")
    return [*terms.values()]


def _read_header(header: OboFrame, spaces: IdSpaces, skipped_tags: Counter[str]) -> None:
    for clause in values_of(header.clauses, "idspace"):
        if len(words := split_words(clause.value)) > 1:
            spaces.declare(words[0], unescape(words[1]))
    for clause in values_of(header.clauses, "import"):
        skipped_tags[f"import: {clause.value}"] += 1


def _read_term(frame: OboFrame, terms: dict[str, OboTerm], spaces: IdSpaces, skipped_tags: Counter[str]) -> None:
    ids = values_of(frame.clauses, "id")
    if not ids:
        raise InputError(frame.origin, "the term has no id.", "Add a clause 'id:', or download the file again.")
    id_ = identifier(ids[0])
    earlier = terms.get(id_)
    term = terms.setdefault(id_, OboTerm(id=id_, origin=ids[0].origin))
    current_meter().place = ids[0].origin
    if earlier and (error := next(filter(None, (_contradiction(earlier, clause) for clause in frame.clauses)), None)):
        add_fault(Fault.REPEATED, error)
        return
    scope = RowScope()
    for clause in frame.clauses:
        with scope:
            _read_clause(term, clause, spaces, skipped_tags)


def _contradiction(term: OboTerm, clause: OboClause) -> InputError | None:
    """Return an error if a later stanza of a term gives it another name or definition than the first."""
    match clause.tag:
        case "name":
            stated, given = term.names, unescape(clause.value)
        case "def":
            stated, given = term.definitions, quoted_text(clause)[0]
        case _:
            return None
    if not stated or given in stated:
        return None
    return InputError(
        clause.origin,
        f"'{term.id}' has another {clause.tag} in its stanza in {term.origin}.",
        "Give one of the terms another id, or remove the stanza.",
    )


def _add_genus(term: OboTerm, clause: OboClause, skipped_tags: Counter[str]) -> None:
    """Add the class of an intersection that defines a term as its parent; relations of one are not imported."""
    words = split_words(clause.value)
    if len(words) == 1:
        term.parents.append(unescape(words[0]))
    else:
        skipped_tags["intersection_of with a relation"] += 1


def _read_clause(term: OboTerm, clause: OboClause, spaces: IdSpaces, skipped_tags: Counter[str]) -> None:
    if qualified := _qualifying(clause):
        skipped_tags[f"{clause.tag} with {' and '.join(qualified)}"] += 1
        return
    for name in clause.modifiers:
        if clause.tag != "relationship" or name not in _LIMITS:
            skipped_tags[f"the modifier {name} of {clause.tag}"] += 1
    match clause.tag:
        case "id":
            pass
        case "name":
            _add_name(term, clause)
        case "def":
            text, rest = quoted_text(clause)
            term.definitions.append(text)
            _count_references(rest, "a definition", skipped_tags)
        case "comment":
            term.comments.append(unescape(clause.value))
        case "synonym" | "exact_synonym" | "broad_synonym" | "narrow_synonym" | "related_synonym":
            _add_synonym(term, clause, skipped_tags)
        case "is_a":
            term.parents.append(identifier(clause))
        case "intersection_of":
            _add_genus(term, clause, skipped_tags)
        case "alt_id":
            term.alternatives.append(identifier(clause))
            term.state(clause, ALTERNATIVE_ID, RdfTerm(identifier(clause), "literal"))
        case "is_obsolete":
            term.obsolete = _is_true(clause)
        case "replaced_by":
            term.replaced_by.append(identifier(clause))
            term.state(clause, REPLACED_BY, RdfTerm(spaces.iri(identifier(clause)), "iri"))
        case "consider" | "use_term":
            term.suggested.append(identifier(clause))
            term.state(clause, CONSIDER, RdfTerm(spaces.iri(identifier(clause)), "iri"))
        case "subset":
            term.state(clause, IN_SUBSET, RdfTerm(identifier(clause), "literal"))
        case "relationship":
            words = split_words(clause.value)
            if len(words) < 2:
                raise InputError(
                    clause.origin, f"the relationship '{clause.value}' has no target.", "Write: relationship: TYPE ID."
                )
            term.state(clause, spaces.iri(unescape(words[0])), RdfTerm(spaces.iri(unescape(words[1])), "iri"))
        case "xref" | "xref_analog" | "xref_unknown" | "xref_analogue":
            # An xref with an unknown prefix is kept as a literal.
            reference = cross_reference_id(clause)
            if clause.value.endswith('"'):
                skipped_tags[f"the description of {clause.tag}"] += 1
            if target := spaces.reference(reference):
                term.xrefs.setdefault(target, clause.origin)
            else:
                term.state(clause, XREF, RdfTerm(reference, "literal"))
        case "property_value":
            add_property(term, clause, spaces, skipped_tags)
        case tag:
            skipped_tags[tag] += 1


def _qualifying(clause: OboClause) -> list[str]:
    """Return the modifiers with which a clause does not say that all instances have the relation; mostly none.

    `gci_relation` and `gci_filler` make a general class axiom, about a part of the instances only. A highest or zero
    cardinality, or "only" without "some", states no relation (OBO 1.4, section 5; semantics of relationship tags).
    """
    given = clause.modifiers
    conditions = [name for name in _CONDITION if name in given]
    if conditions or clause.tag != "relationship":
        return conditions
    has_least = given.get("cardinality", given.get("minCardinality", "0")) != "0"
    if has_least or given.get("all_some") == "true":
        return []
    limits = [name for name in ("cardinality", "minCardinality", "maxCardinality") if name in given]
    return limits + [name for name in ("all_only",) if given.get(name) == "true"]


def _is_true(clause: OboClause) -> bool:
    if clause.value not in ("true", "false"):
        raise InputError(clause.origin, f"{clause.tag} is '{clause.value}'.", "Write true or false.")
    return clause.value == "true"


def _add_name(term: OboTerm, clause: OboClause) -> None:
    """Add the name of a term, which has one (OBO 1.4, section 3.3); a second one is read as a synonym."""
    name = unescape(clause.value)
    if term.names and name not in term.names:
        term.synonyms.append((name, "EXACT"))
        add_remark(clause.origin, f"'{term.id}' has a second name, '{name}'; it is read as a synonym.")
    else:
        term.names.append(name)


def _add_synonym(term: OboTerm, clause: OboClause, skipped_tags: Counter[str]) -> None:
    """Add a synonym. Its scope is in the tag (OBO 1.0), after the text, or RELATED if it is nowhere (OBO 1.2)."""
    text, rest = quoted_text(clause)
    words = rest.partition("[")[0].split()
    word = clause.tag.removesuffix("_synonym").upper() if clause.tag != "synonym" else next(iter(words), "")
    scope = word if word in _SCOPES else "RELATED"
    if clause.tag == "synonym" and word not in (*_SCOPES, "RELATED", ""):
        raise InputError(clause.origin, f"'{word}' is no scope of a synonym.", "Write EXACT, BROAD, NARROW or RELATED.")
    term.synonyms.append((text, scope))
    term.state(clause, f"{OBO_IN_OWL}{_SCOPES.get(scope, 'hasRelatedSynonym')}", RdfTerm(text, "literal", lang="en"))
    if words[1:]:
        skipped_tags[f"the synonym type {words[1]}"] += 1
    _count_references(rest, "a synonym", skipped_tags)


def _count_references(rest: str, of: str, skipped_tags: Counter[str]) -> None:
    """Count a list of references after a text: `[PMID:1, PMID:2]`."""
    if re.match(r"[^\[]*\[\s*[^\]\s]", rest):
        skipped_tags[f"the references of {of}"] += 1
