"""Terms of an OBO document: each `[Term]` stanza with its clauses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.rdf.namespaces import CONSIDER, expand, prefixes
from begrepp.records import RdfTerm
from begrepp.sources.meter import current_meter
from begrepp.sources.row_faults import Fault, RowScope, add_fault
from loaders.support.obo_identifiers import (
    ALTERNATIVE_ID,
    IN_SUBSET,
    OBO_IN_OWL,
    REPLACED_BY,
    XREF,
    cross_reference,
    obo_iri,
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
_MATCHES = tuple(expand(f"skos:{kind}Match") for kind in ("exact", "close", "broad", "narrow", "related"))
# Labels of SKOS are further names of a term: OBO's own label is the name.
_NAMES = {
    expand("skos:prefLabel"): "EXACT",
    expand("skos:altLabel"): "EXACT",
    expand("skos:hiddenLabel"): "RELATED",
}
# What only the clauses of OBO state of a term: a property_value with it would contradict them.
_OWN = tuple(
    expand(name)
    for name in (
        *("rdf:type", "skos:notation", "skos:inScheme", "skos:topConceptOf", "skos:hasTopConcept", "skos:broader"),
        *("skos:narrower", "skos:broaderTransitive", "skos:narrowerTransitive", "skos:related", "owl:deprecated"),
        *("rdfs:subClassOf", "dct:isReplacedBy", "dct:replaces"),
    )
)
_CONDITION = ("gci_relation", "gci_filler")
_NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": prefixes()["dct"],
    "terms": prefixes()["dct"],
    "owl": prefixes()["owl"],
    "skos": prefixes()["skos"],
    "rdfs": prefixes()["rdfs"],
    "oboInOwl": OBO_IN_OWL,
}


@dataclass(slots=True)
class OboTerm:
    """A term: its labels, relations and statements."""

    id: str
    origin: Origin
    names: list[str] = field(default_factory=list)
    definitions: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    synonyms: list[tuple[str, str]] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)
    alternatives: list[str] = field(default_factory=list)
    replaced_by: list[str] = field(default_factory=list)
    suggested: list[str] = field(default_factory=list)
    xrefs: dict[str, Origin] = field(default_factory=dict)
    """Targets of cross-references with a known prefix."""
    matches: dict[tuple[str, str], Origin] = field(default_factory=dict)
    """Targets and predicates of stated SKOS matches."""
    statements: list[tuple[str, RdfTerm, Origin]] = field(default_factory=list)
    obsolete: bool = False

    def state(self, clause: OboClause, predicate: str, value: RdfTerm) -> None:
        """Add a statement of a clause."""
        self.statements.append((predicate, value, clause.origin))

    def all_matches(self) -> Iterator[tuple[str, str, Origin]]:
        """Yield target, predicate and place of each match; a cross-reference with a stated match is not repeated."""
        stated = {target for target, _ in self.matches}
        for (target, predicate), origin in self.matches.items():
            yield target, predicate, origin
        for target, origin in self.xrefs.items():
            if target not in stated:
                yield target, expand("skos:relatedMatch"), origin


def read_terms(path: Path, skipped_tags: Counter[str]) -> list[OboTerm]:
    """Return the terms of a document, and count the clauses and stanzas that are not imported.

    Several stanzas with one id are one term, as the reference implementation of OBO merges them.
    """
    namespaces = dict(_NAMESPACES)
    terms: dict[str, OboTerm] = {}
    number = 0
    scope = RowScope()
    for frame in read_frames(path):
        match frame.kind:
            case "":
                _read_header(frame, namespaces, skipped_tags)
            case "Term":
                number += 1
                current_meter().rows += 1
                with scope:
                    _read_term(frame, terms, namespaces, skipped_tags)
            case kind:
                skipped_tags[kind.lower()] += 1
    if not number:
        raise InputError(path, "there are no terms in the file.", "Check that you added the right file.")
    return [*terms.values()]


def _read_header(header: OboFrame, namespaces: dict[str, str], skipped_tags: Counter[str]) -> None:
    for clause in values_of(header.clauses, "idspace"):
        if len(words := split_words(clause.value)) > 1:
            namespaces[words[0]] = unescape(words[1])
    for clause in values_of(header.clauses, "import"):
        skipped_tags[f"import: {clause.value}"] += 1


def _read_term(
    frame: OboFrame, terms: dict[str, OboTerm], namespaces: Mapping[str, str], skipped_tags: Counter[str]
) -> None:
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
            _read_clause(term, clause, namespaces, skipped_tags)


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


def _read_clause(term: OboTerm, clause: OboClause, namespaces: Mapping[str, str], skipped_tags: Counter[str]) -> None:
    if qualified := _qualifying(clause):
        skipped_tags[f"{clause.tag} with {' and '.join(qualified)}"] += 1
        return
    match clause.tag:
        case "id":
            pass
        case "name":
            term.names.append(unescape(clause.value))
        case "def":
            term.definitions.append(quoted_text(clause)[0])
        case "comment":
            term.comments.append(unescape(clause.value))
        case "synonym" | "exact_synonym" | "broad_synonym" | "narrow_synonym" | "related_synonym":
            _add_synonym(term, clause, namespaces)
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
            term.state(clause, REPLACED_BY, RdfTerm(obo_iri(identifier(clause)), "iri"))
        case "consider" | "use_term":
            term.suggested.append(identifier(clause))
            term.state(clause, CONSIDER, RdfTerm(obo_iri(identifier(clause)), "iri"))
        case "subset":
            term.state(clause, IN_SUBSET, RdfTerm(identifier(clause), "literal"))
        case "relationship":
            words = split_words(clause.value)
            if len(words) < 2:
                raise InputError(
                    clause.origin, f"the relationship '{clause.value}' has no target.", "Write: relationship: TYPE ID."
                )
            term.state(clause, obo_iri(unescape(words[0])), RdfTerm(obo_iri(unescape(words[1])), "iri"))
        case "xref" | "xref_analog" | "xref_unknown" | "xref_analogue":
            # An xref with an unknown prefix is kept as a literal.
            reference = cross_reference_id(clause)
            if target := cross_reference(reference):
                term.xrefs.setdefault(target, clause.origin)
            else:
                term.state(clause, XREF, RdfTerm(reference, "literal"))
        case "property_value":
            _add_property(term, clause, namespaces, skipped_tags)
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


def _add_synonym(term: OboTerm, clause: OboClause, namespaces: Mapping[str, str]) -> None:
    """Add a synonym. Its scope is in the tag (OBO 1.0), after the text, or RELATED if it is nowhere (OBO 1.2)."""
    text, rest = quoted_text(clause)
    word = clause.tag.removesuffix("_synonym").upper() if clause.tag != "synonym" else next(iter(rest.split()), "")
    scope = word if word in _SCOPES else "RELATED"
    if clause.tag == "synonym" and word not in (*_SCOPES, "RELATED") and word[:1] not in ("[", "{", ""):
        raise InputError(clause.origin, f"'{word}' is no scope of a synonym.", "Write EXACT, BROAD, NARROW or RELATED.")
    term.synonyms.append((text, scope))
    relation = f"{namespaces['oboInOwl']}{_SCOPES.get(scope, 'hasRelatedSynonym')}"
    term.state(clause, relation, RdfTerm(text, "literal", lang="en"))


def _add_property(term: OboTerm, clause: OboClause, namespaces: Mapping[str, str], skipped_tags: Counter[str]) -> None:
    relation, _, rest = clause.value.partition(" ")
    rest = rest.strip()
    if rest.startswith('"'):
        text, _ = quoted_text(replace(clause, value=rest))
    else:
        text = unescape(next(iter(split_words(rest)), ""))
    relation = unescape(relation)
    if not text:
        raise InputError(
            clause.origin, f"the property '{relation}' has no value.", "Write: property_value: PROPERTY VALUE."
        )
    target = cross_reference(text)
    prefix, _, local = relation.partition(":")
    predicate = f"{namespaces[prefix]}{local}" if prefix in namespaces else obo_iri(relation)
    if predicate in _MATCHES and (target or "://" in text):
        term.matches.setdefault((target or text, predicate), clause.origin)
        return
    if predicate in _NAMES:
        term.synonyms.append((text, _NAMES[predicate]))
        return
    if predicate == expand("skos:definition"):
        term.definitions.append(text)
        return
    if predicate in _OWN:
        skipped_tags[f"property_value: {relation}"] += 1
        return
    is_link = text.startswith(("http://", "https://")) and not any(c.isspace() for c in text)
    term.state(clause, predicate, RdfTerm(text, "iri" if is_link else "literal"))
