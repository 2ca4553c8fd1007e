"""Ontologies in OWL, such as HPO, Mondo or ORDO: named classes with labels, definitions and superclasses.

A format: `source.toml` describes the ontology. Named superclasses become broader concepts, also those
in an intersection; a superclass `∃ r.A` becomes a statement. What else is stated of classes is counted.
An IRI may be a class and a property too (punning, OWL 2 section 5.9.1). Imports are read from files of the edition; a
missing one is an error, nothing is fetched. `[owl] reason = true` first classifies the ontology with HermiT
(owlready2, Java), so that inferred superclasses become broader concepts too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from begrepp.errors import InputError, Origin
from begrepp.rdf.namespaces import CONSIDER, expand
from begrepp.records import (
    Concept,
    Coverage,
    EditionFiles,
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
)
from begrepp.sources.editions import data_files
from begrepp.sources.meter import current_meter
from begrepp.sources.row_faults import Fault, add_fault, add_remark
from loaders.declaration.source_toml import (
    EditionDates,
    new_declared_edition,
    read_declaration,
    read_edition_dates,
    read_rights,
    read_scheme,
)
from loaders.obo_owl.classes import DEPRECATED, Annotations, local_name, read_classes
from loaders.support.agencies import MONARCH
from loaders.support.editions import last_day_of_retired, note_unread_files
from loaders.support.merged_codes import MergedCodes
from loaders.support.obo_identifiers import ALTERNATIVE_ID, IN_SUBSET, OBO, OBO_IN_OWL, REPLACED_BY, XREF, obo_iri

SOURCE = Source(
    id="obo_owl",
    title="Ontologier i OWL",
    publisher=MONARCH,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://www.w3.org/TR/owl2-overview/",
    reads="one .owl or .ttl file (RDF/XML, Turtle, OWL/XML, N-Triples), with the files that it imports beside it",
)
_LABEL = expand("rdfs:label")
_PREF, _ALT = expand("skos:prefLabel"), expand("skos:altLabel")
_COMMENT = expand("rdfs:comment")
_DEFINITION = f"{OBO}IAO_0000115"
_EXACT = f"{OBO_IN_OWL}hasExactSynonym"
_OTHER_SYNONYMS = tuple(f"{OBO_IN_OWL}has{scope}Synonym" for scope in ("Broad", "Narrow", "Related"))
_STATEMENT_PROPERTIES = (
    REPLACED_BY,
    CONSIDER,
    XREF,
    IN_SUBSET,
    ALTERNATIVE_ID,
    _EXACT,
    *_OTHER_SYNONYMS,
)
_SUFFIXES = (".owl", ".xml", ".rdf", ".owx", ".nt", ".ttl", ".ofn", ".omn", ".jsonld")
_SKOS_DEFINITION = expand("skos:definition")
_ANNOTATIONS = frozenset(
    (_LABEL, _PREF, _ALT, _COMMENT, _DEFINITION, _SKOS_DEFINITION, DEPRECATED, *_STATEMENT_PROPERTIES)
)


def load(edition: EditionFiles, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """Yield the scheme, the edition, and every named class."""
    declaration = read_declaration(edition, declared)
    rights, scheme, dates = (
        read_rights(declaration),
        read_scheme(declaration, edition.source),
        read_edition_dates(declaration, edition),
    )
    options = declaration.table("owl")
    reason, root = options.flag("reason", default=False), options.text("file")
    options.done()
    declaration.done()
    path = _main_file(edition, root)
    classes, expressions, unread = read_classes(path, edition, _ANNOTATIONS, reason=reason)
    yield scheme
    yield new_declared_edition(scheme, dates, rights)
    deprecated = {
        iri
        for iri, (_, class_annotations) in classes.items()
        if any(value.value.strip() in ("true", "1") for value in class_annotations.get(DEPRECATED, ()))
    }
    merged = MergedCodes(
        alternatives=_links(classes, ALTERNATIVE_ID),
        replaced_by=_links(classes, REPLACED_BY),
        origins={iri: Origin(path.name, number) for number, iri in enumerate(classes, start=1)},
        active=classes.keys() - deprecated,
    )
    if dates.coverage is Coverage.COMPLETE:
        merged.check_targets(_links(classes, CONSIDER), _namespace)
    successors = merged.successors
    yield from merged.records(scheme.id, dates.valid_from, lambda iri: (_notation(iri), iri))
    for iri, (parents, class_annotations) in classes.items():
        current_meter().rows += 1
        origin = merged.origins[iri]
        if dates.coverage is Coverage.COMPLETE:
            for missing in [each for each in parents if each not in classes]:
                parents.remove(missing)
                words = f"<{iri}> is below <{missing}>, which is not in the file."
                add_fault(Fault.DANGLING, InputError(origin, words, "Add the file it imports too."))
        yield _concept(
            scheme.id,
            iri,
            parents,
            class_annotations,
            successors.get(iri, ()),
            dates,
            origin,
            is_deprecated=iri in deprecated,
        )
        for predicate in _STATEMENT_PROPERTIES:
            for value in class_annotations.get(predicate, ()):
                yield Statement(
                    scheme=scheme.id,
                    origin=origin,
                    subject=iri,
                    predicate=predicate,
                    object=_rdf_term(predicate, value),
                )

    for iri, predicate, target in sorted(set(expressions.restrictions())):
        if iri in merged.origins:
            yield Statement(
                scheme=scheme.id,
                origin=merged.origins[iri],
                subject=iri,
                predicate=predicate,
                object=RdfTerm(target, "iri"),
            )
    for words, count in sorted((unread + expressions.unread()).items()):
        yield Skipped(origin=Origin(path.name), reason=f"'{words}' is not imported ({count:,}).")


def _main_file(edition: EditionFiles, root: str) -> Path:
    files = [path for path in data_files(edition) if path.suffix.lower() in _SUFFIXES]
    note_unread_files(edition, *_SUFFIXES)
    chosen = [path for path in files if path.name == root] if root else files
    if len(chosen) != 1:
        raise InputError(
            Origin(f"{edition.source}/{edition.version}"),
            f"there are {len(files)} OWL files: {', '.join(path.name for path in files) or 'none'}.",
            'Add one; where it imports others beside it, name it in source.toml: [owl] file = "….owl".',
        )
    return chosen[0]


def _concept(
    scheme_id: str,
    iri: str,
    parents: list[str],
    annotations: Annotations,
    successors: tuple[str, ...],
    dates: EditionDates,
    origin: Origin,
    *,
    is_deprecated: bool,
) -> Concept:
    notation = _notation(iri)
    pref: dict[str, Text] = {}
    alt: dict[Text, None] = {}
    for text in _labels(annotations):
        if pref.setdefault(text.lang, text) != text:
            alt[text] = None
    if alt:
        add_remark(origin, "the class has a second label in one language, which is read as a synonym.")
    if not pref and not is_deprecated:
        add_remark(origin, "the class has no label; it is shown by its code.")
    alt |= dict.fromkeys(text for predicate in (_EXACT, _ALT) for text in _texts(annotations, predicate))
    hidden = dict.fromkeys(text for predicate in _OTHER_SYNONYMS for text in _texts(annotations, predicate))
    pref_labels = tuple(pref.values()) or (Text(notation, "zxx"),)
    definitions = list(dict.fromkeys(t for p in (_DEFINITION, _SKOS_DEFINITION) for t in _texts(annotations, p)))
    notes = _texts(annotations, _COMMENT)
    return Concept(
        scheme=scheme_id,
        notation=notation,
        iri=iri,
        origin=origin,
        pref_labels=pref_labels,
        alt_labels=tuple(text for text in alt if text not in pref_labels),
        hidden_labels=tuple(text for text in hidden if text not in pref_labels and text not in alt),
        definitions=tuple(definitions),
        notes=tuple(Note(NoteKind.NOTE, text) for text in notes),
        broader=tuple(parents),
        status=Status.INACTIVE if is_deprecated else Status.ACTIVE,
        valid_to=last_day_of_retired(dates.valid_from) if is_deprecated else None,
        replaced_by=successors if is_deprecated else (),
    )


def _labels(annotations: Annotations) -> list[Text]:
    """Return the labels: `rdfs:label` before `skos:prefLabel`. One without a tag is English if no other one is."""
    values = [value for predicate in (_LABEL, _PREF) for value in annotations.get(predicate, ())]
    untagged = "und" if any(value.lang.lower().partition("-")[0] == "en" for value in values) else "en"
    return [text for predicate in (_LABEL, _PREF) for text in _texts(annotations, predicate, untagged)]


def _texts(annotations: Annotations, predicate: str, untagged: str = "en") -> list[Text]:
    values = (v for v in annotations.get(predicate, ()) if v.kind == "literal" and v.value.strip())
    # Ontologies of the OBO Foundry are in English, mostly without a language tag.
    return [Text(" ".join(value.value.split()), value.lang or untagged) for value in values]


def _notation(iri: str) -> str:
    """Return `http://purl.obolibrary.org/obo/HP_0000118` as HP:0000118, another IRI by its last segment."""
    local = local_name(iri)
    return local.replace("_", ":", 1) if iri.startswith(OBO) else local


def _namespace(iri: str) -> str:
    """Return the namespace of an IRI; of OBO, with the prefix of the ontology: `…/obo/HP`."""
    return iri.rpartition("_" if iri.startswith(OBO) else "#" if "#" in iri else "/")[0]


def _links(classes: Mapping[str, tuple[list[str], Annotations]], predicate: str) -> dict[str, list[str]]:
    return {iri: [_iri_of(v) for v in found[predicate]] for iri, (_, found) in classes.items() if predicate in found}


def _iri_of(value: RdfTerm) -> str:
    return value.value if value.kind == "iri" else obo_iri(value.value)


def _rdf_term(predicate: str, value: RdfTerm) -> RdfTerm:
    if value.kind == "iri" or predicate in (REPLACED_BY, CONSIDER):
        return RdfTerm(_iri_of(value), "iri")
    lang = value.lang or ("en" if predicate in (_EXACT, *_OTHER_SYNONYMS) else "")
    return RdfTerm(value.value, "literal", lang=lang)
