"""Ontologies in OWL, such as HPO, Mondo or ORDO: named classes with their labels, definitions and classes above.

A format: `source.toml` says which ontology it is. The library owlready2 reads RDF/XML, OWL/XML and N-Triples.
Only a named class above is broader; a restriction without a name is not. An import is read where its file lies
beside, and refused otherwise: nothing is fetched. `[owl] reason = true` classifies with HermiT first, which
needs Java, so that classes above that follow from definitions are broader too.
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
from begrepp.sources.meter import meter
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
_WIDER = tuple(f"{OBO_IN_OWL}has{scope}Synonym" for scope in ("Broad", "Narrow", "Related"))
_DEPRECATED = "http://www.w3.org/2002/07/owl#deprecated"
_KEPT = (REPLACED_BY, CONSIDER, XREF, f"{OBO_IN_OWL}inSubset", f"{OBO_IN_OWL}hasAlternativeId", _EXACT, *_WIDER)
_IMPORT = re.compile(
    rb"""(?:owl:imports\s+rdf:resource\s*=\s*|<Import[^>]*>\s*|owl#imports>\s*<)["']?(?P<iri>[^"'<>\s]+)"""
)
_NEVER = ("Java is not here", "Install a Java runtime, or leave [owl] reason out.")
Said = dict[str, list[Any]]


def load(edition: EditionFiles, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """The release, and every named class."""
    keys = read_declaration(edition, declared)
    known, said, dates = read_rights(keys), read_scheme(keys, edition.source), read_edition_dates(keys, edition)
    options = keys.table("owl")
    reason, root = options.flag("reason", default=False), options.text("file")
    options.done()
    keys.done()
    path = _main_file(edition, root)
    classes = _read(path, edition, reason=reason)
    yield said
    yield new_declared_edition(said, dates, known)
    retired = {iri for iri, (_, words) in classes.items() if True in words.get(_DEPRECATED, ())}
    named = {iri: [_iri(v) for v in words.get(REPLACED_BY, ())] for iri, (_, words) in classes.items()}
    successors = usable_successors({iri: new for iri, new in named.items() if new}, classes.keys() - retired)
    for number, (iri, (parents, words)) in enumerate(classes.items(), start=1):
        meter().rows += 1
        origin = Origin(path.name, number)
        if dates.coverage is Coverage.COMPLETE and (lost := [each for each in parents if each not in classes]):
            raise InputError(
                origin, f"<{iri}> lies below <{lost[0]}>, which is not in the file.", "Add the file it imports too."
            )
        yield _concept(said.id, iri, parents, words, successors.get(iri, ()), dates, origin, gone=iri in retired)
        for predicate in _KEPT:
            for value in words.get(predicate, ()):
                yield Statement(
                    scheme=said.id, origin=origin, subject=iri, predicate=predicate, object=_object(predicate, value)
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
    """Every import, and what that imports, lies beside."""
    beside = {other.name: other for other in data_files(edition)}
    queue, seen = [path], {path}
    while queue:
        here = queue.pop()
        with here.open("rb") as file:
            check_doctype(file, here)
            data = file.read()
        for match in _IMPORT.finditer(data):
            name = match["iri"].decode(errors="replace").rstrip("/#").rsplit("/", 1)[-1]
            other = beside.get(name) or beside.get(f"{name}.owl")
            if not other:
                raise InputError(
                    here,
                    f"it imports <{match['iri'].decode(errors='replace')}>, which is not fetched.",
                    f"Fetch it yourself and add it beside, as {name.removesuffix('.owl')}.owl.",
                )
            if other not in seen:
                seen.add(other)
                queue.append(other)


def _read(path: Path, edition: EditionFiles, *, reason: bool) -> dict[str, tuple[list[str], Said]]:
    """Each named class with the named classes above it and what is said of it, in the order of its address."""
    _check_imports(path, edition)
    meter().stage = "reading"
    world = owlready2.World()
    folders = list(owlready2.onto_path)
    owlready2.onto_path[:] = [str(folder) for folder in {each.parent for each in edition.files}]
    try:
        # With `only_local` owlready2 looks for imports in `onto_path` and nowhere else.
        world.get_ontology(path.resolve().as_uri()).load(only_local=True)
        if reason:
            if not shutil.which("java"):
                raise InputError(path, f"it is to be classified, but {_NEVER[0]}.", _NEVER[1])
            owlready2.sync_reasoner_hermit(world, debug=0)
            if inconsistent := list(world.inconsistent_classes()):
                raise InputError(
                    path,
                    f"{inconsistent[0].iri} contradicts itself.",
                    "Report it to the publisher; load it unreasoned.",
                )
        found = {cls.iri: (_parents(cls), _said(world, cls)) for cls in world.classes()}
    except InputError:
        raise
    except Exception as error:
        # owlready2 raises what the parser behind it raises: OwlReadyOntologyParsingError, ExpatError, ValueError …
        raise InputError(
            path, f"the OWL cannot be read ({' '.join(str(error).split())}).", "Fetch the file again."
        ) from None
    finally:
        owlready2.onto_path[:] = folders
        world.close()
    if not found:
        raise InputError(path, "there are no classes in the file.", "Check that you added the right file.")
    return dict(sorted(found.items()))


def _parents(cls: Any) -> list[str]:
    above = {each.iri for each in cls.is_a if isinstance(each, owlready2.ThingClass) and each is not owlready2.Thing}
    return sorted(above - {cls.iri})


def _said(world: Any, cls: Any) -> Said:
    """The annotations of a class by their address; texts keep their language."""
    said: Said = {}
    for predicate in (_LABEL, _COMMENT, _DEFINITION, _DEPRECATED, *_KEPT):
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
            said[predicate] = sorted(values, key=str)
    return said


class _Iri(str):
    """An address, as against a text."""

    __slots__ = ()


def _concept(
    scheme_id: str,
    iri: str,
    parents: list[str],
    words: Said,
    successors: tuple[str, ...],
    dates: EditionDates,
    origin: Origin,
    *,
    gone: bool,
) -> Concept:
    notation = _notation(iri)
    pref: dict[str, Text] = {}
    alt: dict[Text, None] = {}
    for text in _texts(words, _LABEL):
        if pref.setdefault(text.lang, text) != text:
            alt[text] = None
    alt |= dict.fromkeys(_texts(words, _EXACT))
    hidden = dict.fromkeys(text for predicate in _WIDER for text in _texts(words, predicate))
    chosen = tuple(pref.values()) or (Text(notation, "zxx"),)
    definitions, notes = _texts(words, _DEFINITION), _texts(words, _COMMENT)
    refuse_identity_numbers("\t".join(t.value for t in (*chosen, *alt, *hidden, *definitions, *notes)), origin)
    return Concept(
        scheme=scheme_id,
        notation=notation,
        iri=iri,
        origin=origin,
        pref_labels=chosen,
        alt_labels=tuple(text for text in alt if text not in chosen),
        hidden_labels=tuple(text for text in hidden if text not in chosen and text not in alt),
        definitions=tuple(definitions),
        notes=tuple(Note(NoteKind.NOTE, text) for text in notes),
        broader=tuple(parents),
        status=Status.INACTIVE if gone else Status.ACTIVE,
        # OWL does not say since when a class is deprecated: at the latest since this release.
        valid_to=dates.valid_from - timedelta(days=1) if gone else None,
        replaced_by=successors if gone else (),
    )


def _texts(words: Said, predicate: str) -> list[Text]:
    values = (value for value in words.get(predicate, ()) if not isinstance(value, _Iri) and str(value).strip())
    # OBO's ontologies are in English and seldom say so.
    return [Text(" ".join(str(value).split()), getattr(value, "lang", "") or "en") for value in values]


def _notation(iri: str) -> str:
    """`http://purl.obolibrary.org/obo/HP_0000118` as HP:0000118, another address by its last part."""
    local = re.split(r"[/#]", iri.rstrip("/#"))[-1]
    return local.replace("_", ":", 1) if iri.startswith(OBO) else local


def _iri(value: object) -> str:
    return str(value) if isinstance(value, _Iri) else obo_iri(str(value))


def _object(predicate: str, value: Any) -> RdfTerm:
    if isinstance(value, _Iri) or predicate in (REPLACED_BY, CONSIDER):
        return RdfTerm(_iri(value), "iri")
    lang = getattr(value, "lang", "") or ("en" if predicate in (_EXACT, *_WIDER) else "")
    return RdfTerm(str(value), "literal", lang=lang)
