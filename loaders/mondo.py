"""Mondo, the Monarch disease ontology, from a JSON file of terms with their ancestors.

The file is an object of terms by id, optionally compressed with Zstandard (`.json.zst`). It has neither the scope of
synonyms nor cross-references: for these load mondo.obo or mondo.owl with the loaders `obo` and `obo_owl`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from begrepp.errors import InputError, Origin
from begrepp.files import temporary_folder
from begrepp.rdf.namespaces import CONSIDER, expand
from begrepp.records import (
    Concept,
    EditionFiles,
    Note,
    NoteKind,
    RdfTerm,
    Record,
    Redistribution,
    Scheme,
    Source,
    Statement,
    Status,
    Text,
    texts,
)
from begrepp.sources.compressed_files import unpack_file
from begrepp.sources.editions import data_files, valid_from
from begrepp.sources.meter import current_meter
from begrepp.sources.row_faults import RowScope
from loaders.support.agencies import MONARCH
from loaders.support.editions import last_day_of_retired, new_edition
from loaders.support.obo_identifiers import REPLACED_BY, obo_iri
from loaders.support.successors import usable_successors

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
SCHEME = Scheme(
    id="mondo",
    titles=texts("Mondo, sjukdomsontologi", "Mondo Disease Ontology"),
    identifiers=("http://purl.obolibrary.org/obo/mondo.owl", "https://monarchinitiative.org/mondo"),
    preferred_system_uri="http://purl.obolibrary.org/obo/mondo.owl",
    notation_pattern=r"^[A-Za-z]+:[A-Za-z0-9_]+$",
)
SOURCE = Source(
    id="mondo",
    title="Mondo",
    publisher=MONARCH,
    licence=LICENCE,
    redistribution=Redistribution.ALLOWED,
    homepage="https://mondo.monarchinitiative.org/",
    reads="MONDO-ontology-v….json.zst or .json: terms with label, description, synonyms and ancestors",
    schemes=(SCHEME,),
)


def load(edition: EditionFiles) -> Iterator[Record]:
    """Yield the scheme, the edition, and every term with its parents: the ancestors at distance one."""
    files = [path for path in data_files(edition) if path.name.endswith((".json", ".json.zst"))]
    if len(files) != 1:
        raise InputError(
            Origin(f"{edition.source}/{edition.version}"),
            f"{len(files)} JSON files, where one is expected.",
            "Add one.",
        )
    path, edition_start = files[0], valid_from(edition)
    terms = _read(path)
    yield SCHEME
    yield new_edition(SCHEME, edition, MONARCH, LICENCE, Redistribution.ALLOWED, name="Mondo")
    active = {id_ for id_, term in terms.items() if not term.get("deprecated")}
    replacements = {id_: [str(term["replaced_by"])] for id_, term in terms.items() if term.get("replaced_by")}
    successors = usable_successors(replacements, active)
    scope = RowScope()
    for number, (id_, term) in enumerate(terms.items(), start=1):
        with scope:
            current_meter().rows += 1
            yield from _term(id_, dict(term), successors.get(id_, ()), Origin(path.name, number), edition_start)


def _read(path: Path) -> dict[str, Any]:
    current_meter().stage = "reading"
    try:
        with temporary_folder() as folder:
            if path.suffix == ".zst":
                unpack_file(path, folder / path.stem)
            terms = json.loads((folder / path.stem if path.suffix == ".zst" else path).read_bytes())
    except (ValueError, RecursionError) as error:
        raise InputError(path, f"it is not well-formed JSON ({error}).", "Download the file again.") from None
    if not isinstance(terms, dict) or not all(isinstance(term, dict) and "label" in term for term in terms.values()):
        raise InputError(path, "it is not a dictionary of terms with labels.", "Check that you added the right file.")
    return terms


def _term(
    id_: str, term: dict[str, Any], successors: tuple[str, ...], origin: Origin, edition_start: date
) -> Iterator[Concept | Statement]:
    deprecated, label = bool(term.pop("deprecated", False)), str(term.pop("label", "") or "").strip()
    # Some terms of other ontologies that Mondo refers to have no label; the identifier is used.
    pref = Text(label, "en") if label else Text(id_, "zxx")
    synonyms = dict.fromkeys(Text(str(word).strip(), "en") for word in term.pop("synonyms", None) or ())
    ancestors = term.pop("ancestors", None) or {}
    definition, comments = term.pop("description", ""), term.pop("comments", None) or ()
    alternatives, tracker = term.pop("consider", None) or (), term.pop("term_tracker", None) or ()
    replacements = term.pop("replaced_by", None) or ()
    if term:
        raise InputError(origin, f"'{id_}' says '{next(iter(term))}', which is unknown.", "Change the loader.")
    comments = (comments,) if isinstance(comments, str) else comments
    yield Concept(
        scheme=SCHEME.id,
        notation=id_,
        iri=obo_iri(id_),
        origin=origin,
        pref_labels=(pref,),
        alt_labels=tuple(text for text in synonyms if text != pref and text.value),
        definitions=texts(en=definition or ""),
        notes=tuple(Note(NoteKind.NOTE, Text(str(comment), "en")) for comment in comments),
        broader=tuple(obo_iri(parent) for parent, steps in ancestors.items() if steps == 1),
        status=Status.INACTIVE if deprecated else Status.ACTIVE,
        valid_to=last_day_of_retired(edition_start) if deprecated else None,
        replaced_by=tuple(map(obo_iri, successors)) if deprecated else (),
    )
    # Successors that are themselves retired are kept as statements.
    statements = [(REPLACED_BY, obo_iri(str(target))) for target in _as_list(replacements)]
    statements += [(CONSIDER, obo_iri(str(target))) for target in _as_list(alternatives)]
    statements += [(expand("rdfs:seeAlso"), str(link)) for link in _as_list(tracker)]
    for predicate, value in statements:
        kind = "iri" if "://" in value else "literal"
        yield Statement(
            scheme=SCHEME.id, origin=origin, subject=obo_iri(id_), predicate=predicate, object=RdfTerm(value, kind)
        )


def _as_list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else [value]
