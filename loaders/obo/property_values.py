"""Properties of OBO terms (`property_value`): matches, further names, definitions and other statements."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from begrepp.errors import InputError
from begrepp.rdf.namespaces import expand
from begrepp.records import RdfTerm
from loaders.obo.id_spaces import IdSpaces, is_identifier
from loaders.obo.model import OboTerm
from loaders.support.obo_syntax import OboClause, quoted_text, split_words, unescape

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


def add_property(term: OboTerm, clause: OboClause, spaces: IdSpaces, skipped_tags: Counter[str]) -> None:
    """Add a property: a text in quotation marks, or an identifier (OBO 1.4, section 3.3 "property_value")."""
    relation, _, rest = clause.value.partition(" ")
    rest = rest.strip()
    is_link = False
    if rest.startswith('"'):
        text, after = quoted_text(replace(clause, value=rest))
        type_ = next(iter(split_words(after)), "")
    else:
        words = split_words(rest)
        text, type_ = unescape(next(iter(words), "")), unescape("".join(words[1:2]))
        # Files of OBO 1.2 also have a text without quotation marks, followed by its datatype.
        is_link = len(words) == 1 and is_identifier(text)
    relation = unescape(relation)
    if not text:
        raise InputError(
            clause.origin, f"the property '{relation}' has no value.", "Write: property_value: PROPERTY VALUE."
        )
    predicate = spaces.iri(relation)
    is_address = text.startswith(("http://", "https://")) and not any(c.isspace() for c in text)
    if predicate in _MATCHES:
        target = spaces.reference(text) or (text if "://" in text else spaces.iri(text) if is_identifier(text) else "")
        if target:
            term.matches.setdefault((target, predicate), clause.origin)
        else:
            skipped_tags[f"property_value: {relation} with a text, not a code"] += 1
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
    if is_link or is_address:
        term.state(clause, predicate, RdfTerm(text if is_address else spaces.iri(text), "iri"))
    else:
        is_typed = type_.startswith("xsd:") and type_ != "xsd:string"
        term.state(clause, predicate, RdfTerm(text, "literal", datatype=expand(type_) if is_typed else ""))
