"""Ontologies in OWL, such as HPO, Mondo or ORDO: named classes with labels, definitions and superclasses.

A format: `source.toml` describes the ontology. The library owlready2 reads RDF/XML, OWL/XML and N-Triples. Only
named superclasses become broader concepts, restrictions do not. Imports are read from files of the edition; a
missing one is an error, nothing is fetched. `[owl] reason = true` first classifies the ontology with HermiT, which
requires Java, so that inferred superclasses become broader concepts too.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import owlready2

from begrepp.errors import InputError, Origin
from begrepp.records import (
    Concept,
    Coverage,
    EditionFiles,
    Note,
    NoteKind,
    RdfTerm,
    Record,
    Redistribution,
    Source,
    Statement,
    Status,
    Text,
)
from begrepp.sources.editions import data_files
from begrepp.sources.meter import current_meter
from begrepp.sources.privacy import refuse_identity_numbers
from loaders.declaration.source_toml import (
    EditionDates,
    new_declared_edition,
    read_declaration,
    read_edition_dates,
    read_rights,
    read_scheme,
)
from loaders.support.agencies import MONARCH
from loaders.support.obo_identifiers import CONSIDER, OBO, OBO_IN_OWL, REPLACED_BY, XREF, obo_iri
from loaders.support.rdf_files import check_doctype
from loaders.support.successors import usable_successors

SOURCE = Source(
    id="obo_owl",
    title="Ontologier i OWL",
    publisher=MONARCH,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://www.w3.org/TR/owl2-overview/",
    reads="one .owl file (RDF/XML, OWL/XML) or .nt, with the files that it imports beside it",
)
_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
_COMMENT = "http://www.w3.org/2000/01/rdf-schema#comment"
_DEFINITION = f"{OBO}IAO_0000115"
_EXACT = f"{OBO_IN_OWL}hasExactSynonym"
_OTHER_SYNONYMS = tuple(f"{OBO_IN_OWL}has{scope}Synonym" for scope in ("Broad", "Narrow", "Related"))
_DEPRECATED = "http://www.w3.org/2002/07/owl#deprecated"
_STATEMENT_PROPERTIES = (
    REPLACED_BY,
    CONSIDER,
    XREF,
    f"{OBO_IN_OWL}inSubset",
    f"{OBO_IN_OWL}hasAlternativeId",
    _EXACT,
    *_OTHER_SYNONYMS,
)
_IMPORT = re.compile(
    rb"""(?:owl:imports\s+rdf:resource\s*=\s*|<Import[^>]*>\s*|owl#imports>\s*<)["']?(?P<iri>[^"'<>\s]+)"""
)
_JAVA_MISSING = ("Java is not here", "Install a Java runtime, or leave [owl] reason out.")
Annotations = dict[str, list[Any]]


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
    classes = _read_classes(path, edition, reason=reason)
    yield scheme
    yield new_declared_edition(scheme, dates, rights)
    deprecated = {
        iri for iri, (_, class_annotations) in classes.items() if True in class_annotations.get(_DEPRECATED, ())
    }
    replacements = {
        iri: [_iri_of(v) for v in class_annotations.get(REPLACED_BY, ())]
        for iri, (_, class_annotations) in classes.items()
    }
    successors = usable_successors({iri: new for iri, new in replacements.items() if new}, classes.keys() - deprecated)
    for number, (iri, (parents, class_annotations)) in enumerate(classes.items(), start=1):
        current_meter().rows += 1
        origin = Origin(path.name, number)
        if dates.coverage is Coverage.COMPLETE and (missing := [each for each in parents if each not in classes]):
            raise InputError(
                origin, f"<{iri}> is below <{missing[0]}>, which is not in the file.", "Add the file it imports too."
            )
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


def _main_file(edition: EditionFiles, root: str) -> Path:
    files = [path for path in data_files(edition) if path.suffix in (".owl", ".xml", ".rdf", ".owx", ".nt")]
    chosen = [path for path in files if path.name == root] if root else files
    if len(chosen) != 1:
        raise InputError(
            Origin(f"{edition.source}/{edition.version}"),
            f"there are {len(files)} OWL files: {', '.join(path.name for path in files) or 'none'}.",
            'Add one; where it imports others beside it, name it in source.toml: [owl] file = "….owl".',
        )
    return chosen[0]


def _check_imports(path: Path, edition: EditionFiles) -> None:
    """Raise `InputError` if the file of an import, direct or indirect, is missing."""
    files_by_name = {other.name: other for other in data_files(edition)}
    queue, seen = [path], {path}
    while queue:
        current = queue.pop()
        with current.open("rb") as file:
            check_doctype(file, current)
            data = file.read()
        for match in _IMPORT.finditer(data):
            name = match["iri"].decode(errors="replace").rstrip("/#").rsplit("/", 1)[-1]
            other = files_by_name.get(name) or files_by_name.get(f"{name}.owl")
            if not other:
                raise InputError(
                    current,
                    f"it imports <{match['iri'].decode(errors='replace')}>, which is not fetched.",
                    f"Download it and add it next to the other files, as {name.removesuffix('.owl')}.owl.",
                )
            if other not in seen:
                seen.add(other)
                queue.append(other)


def _read_classes(path: Path, edition: EditionFiles, *, reason: bool) -> dict[str, tuple[list[str], Annotations]]:
    """Return each named class with its named superclasses and annotations, sorted by IRI."""
    _check_imports(path, edition)
    current_meter().stage = "reading"
    world = owlready2.World()
    folders = list(owlready2.onto_path)
    owlready2.onto_path[:] = [str(folder) for folder in {each.parent for each in edition.files}]
    try:
        # With `only_local` owlready2 searches imports in `onto_path` only.
        world.get_ontology(path.resolve().as_uri()).load(only_local=True)
        if reason:
            if not shutil.which("java"):
                raise InputError(path, f"it is to be classified, but {_JAVA_MISSING[0]}.", _JAVA_MISSING[1])
            owlready2.sync_reasoner_hermit(world, debug=0)
            if inconsistent := list(world.inconsistent_classes()):
                raise InputError(
                    path,
                    f"{inconsistent[0].iri} is inconsistent.",
                    "Report it to the publisher; load it without reasoning.",
                )
        classes = {cls.iri: (_superclasses(cls), _annotations(world, cls)) for cls in world.classes()}
    except InputError:
        raise
    except Exception as error:
        # owlready2 passes on parser exceptions: OwlReadyOntologyParsingError, ExpatError, ValueError …
        raise InputError(
            path, f"the OWL cannot be read ({' '.join(str(error).split())}).", "Download the file again."
        ) from None
    finally:
        owlready2.onto_path[:] = folders
        world.close()
    if not classes:
        raise InputError(path, "there are no classes in the file.", "Check that you added the right file.")
    return dict(sorted(classes.items()))


def _superclasses(cls: Any) -> list[str]:
    iris = {each.iri for each in cls.is_a if isinstance(each, owlready2.ThingClass) and each is not owlready2.Thing}
    return sorted(iris - {cls.iri})


def _annotations(world: Any, cls: Any) -> Annotations:
    """Return the annotations of a class by IRI; texts keep their language."""
    annotations: Annotations = {}
    for predicate in (_LABEL, _COMMENT, _DEFINITION, _DEPRECATED, *_STATEMENT_PROPERTIES):
        number = world._abbreviate(predicate, False)
        if number is None:
            continue
        values = []
        for value, kind in world._get_triples_sp_od(cls.storid, number):
            if kind is not None:
                values.append(owlready2.base.from_literal(value, kind))
            elif value > 0:
                values.append(_Iri(world._unabbreviate(value)))
        if values:
            annotations[predicate] = sorted(values, key=str)
    return annotations


class _Iri(str):
    """An IRI value, distinguished from a text."""

    __slots__ = ()


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
    for text in _texts(annotations, _LABEL):
        if pref.setdefault(text.lang, text) != text:
            alt[text] = None
    alt |= dict.fromkeys(_texts(annotations, _EXACT))
    hidden = dict.fromkeys(text for predicate in _OTHER_SYNONYMS for text in _texts(annotations, predicate))
    pref_labels = tuple(pref.values()) or (Text(notation, "zxx"),)
    definitions, notes = _texts(annotations, _DEFINITION), _texts(annotations, _COMMENT)
    refuse_identity_numbers("\t".join(t.value for t in (*pref_labels, *alt, *hidden, *definitions, *notes)), origin)
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
        # OWL gives no date of deprecation; the end date is the day before this edition.
        valid_to=dates.valid_from - timedelta(days=1) if is_deprecated else None,
        replaced_by=successors if is_deprecated else (),
    )


def _texts(annotations: Annotations, predicate: str) -> list[Text]:
    values = (value for value in annotations.get(predicate, ()) if not isinstance(value, _Iri) and str(value).strip())
    # Ontologies of the OBO Foundry are in English, mostly without a language tag.
    return [Text(" ".join(str(value).split()), getattr(value, "lang", "") or "en") for value in values]


def _notation(iri: str) -> str:
    """Return `http://purl.obolibrary.org/obo/HP_0000118` as HP:0000118, another IRI by its last segment."""
    local = re.split(r"[/#]", iri.rstrip("/#"))[-1]
    return local.replace("_", ":", 1) if iri.startswith(OBO) else local


def _iri_of(value: object) -> str:
    return str(value) if isinstance(value, _Iri) else obo_iri(str(value))


def _rdf_term(predicate: str, value: Any) -> RdfTerm:
    if isinstance(value, _Iri) or predicate in (REPLACED_BY, CONSIDER):
        return RdfTerm(_iri_of(value), "iri")
    lang = getattr(value, "lang", "") or ("en" if predicate in (_EXACT, *_OTHER_SYNONYMS) else "")
    return RdfTerm(str(value), "literal", lang=lang)
