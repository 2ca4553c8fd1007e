"""OncoTree, a classification of tumour types for precision oncology, with references to NCI Thesaurus and UMLS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from begrepp.errors import InputError, Origin
from begrepp.rdf.namespaces import expand
from begrepp.records import (
    Concept,
    EditionFiles,
    Mapping,
    MappingSet,
    Note,
    NoteKind,
    Record,
    Redistribution,
    Scheme,
    Source,
    Text,
    texts,
)
from begrepp.sources.editions import data_files, valid_from
from begrepp.sources.json_errors import json_error
from begrepp.sources.meter import current_meter
from begrepp.sources.row_faults import RowScope
from loaders.support.agencies import CBIOPORTAL
from loaders.support.editions import new_edition

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
SCHEME = Scheme(
    id="oncotree",
    titles=texts("OncoTree, tumörtyper", "OncoTree, tumour types"),
    identifiers=("https://oncotree.info/", "http://oncotree.mskcc.org/"),
    preferred_system_uri="https://oncotree.info/",
    notation_pattern=r"^[A-Za-z0-9_+/-]+$",
)
SOURCE = Source(
    id="oncotree",
    title="OncoTree",
    publisher=CBIOPORTAL,
    licence=LICENCE,
    redistribution=Redistribution.ALLOWED,
    homepage="https://oncotree.info/",
    reads="oncotree_….json: nodes in nodes, keyed by code",
    schemes=(SCHEME,),
)
REFERENCES = "oncotree-references"
_TARGETS = {"NCI": "http://purl.obolibrary.org/obo/NCIT_", "UMLS": "https://identifiers.org/umls:"}
# A node's former code, codes merged into it, and codes that no longer include it.
_HISTORY = {"history": "Formerly {}", "precursors": "Takes in what was {}", "revocations": "Takes over from {}"}


def load(edition: EditionFiles) -> Iterator[Record]:
    """Yield the scheme, the edition, the nodes depth-first, and their references as mappings."""
    files = [path for path in data_files(edition) if path.suffix == ".json"]
    edition_origin = Origin(f"{edition.source}/{edition.version}")
    if len(files) != 1:
        raise InputError(edition_origin, f"{len(files)} JSON files, where one is expected.", "Add one edition's file.")
    try:
        roots = json.loads(files[0].read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise json_error(files[0].read_bytes(), Origin(files[0].name), error) from None
    if not isinstance(roots, dict) or not all(isinstance(n, dict) and "children" in n for n in roots.values()):
        raise InputError(files[0], "it holds no tree of nodes.", "Check that you added the right file.")
    edition_start = valid_from(edition)
    yield SCHEME
    yield new_edition(SCHEME, edition, CBIOPORTAL, LICENCE, Redistribution.ALLOWED, name="OncoTree")
    yield MappingSet(
        id=REFERENCES,
        version=edition.version,
        titles=texts("OncoTree till NCI Thesaurus och UMLS", "OncoTree to NCI Thesaurus and UMLS"),
        licence=LICENCE,
        publisher=CBIOPORTAL,
        valid_from=edition_start,
        redistribution=Redistribution.ALLOWED,
    )
    stack = [(node, "") for node in reversed(list(roots.values()))]
    number = 0
    scope = RowScope()
    while stack:
        node, parent = stack.pop()
        number += 1
        current_meter().rows += 1
        stack += [(child, node["code"]) for child in reversed(list(node.get("children", {}).values()))]
        with scope:
            yield from _node(dict(node), parent, Origin(files[0].name, number))


def _node(node: dict[str, Any], parent: str, origin: Origin) -> Iterator[Concept | Mapping]:
    code, name = str(node.pop("code", "")), str(node.pop("name", "") or "")
    if (node.pop("parent", None) or "") != parent:
        raise InputError(
            origin, f"'{code}' names another parent than the node that contains it.", "Download the file again."
        )
    if not name:
        raise InputError(origin, f"'{code}' has no name.", "Download the file again.")
    notes, hidden = [], []
    for key, template in _HISTORY.items():
        for old in node.pop(key, None) or ():
            notes.append(Note(NoteKind.CHANGE, Text(template.format(old), "en")))
            # Makes the node searchable by its former code; merged and revoked codes are different concepts.
            hidden += [Text(str(old), "zxx")] if key == "history" else []
    main, tissue = node.pop("mainType", None), node.pop("tissue", None)
    notes += [Note(NoteKind.SCOPE, Text(f"{w}: {v}", "en")) for w, v in (("Main type", main), ("Tissue", tissue)) if v]
    references = node.pop("externalReferences", None) or {}
    # The colour is for display, and the depth in the tree gives the level.
    for ignored in ("color", "level", "children"):
        node.pop(ignored, None)
    if node:
        raise InputError(origin, f"'{code}' says '{next(iter(node))}', which is unknown.", "Change the loader.")
    yield Concept(
        scheme=SCHEME.id,
        notation=code,
        origin=origin,
        pref_labels=(Text(name, "en"),),
        hidden_labels=tuple(hidden),
        notes=tuple(notes),
        broader=(parent,) if parent else (),
    )
    for system, codes in references.items():
        if system not in _TARGETS:
            raise InputError(origin, f"references to '{system}' are not known.", "Add it to the loader's table.")
        for target in dict.fromkeys(codes):
            # A reference relates the two concepts and does not state that they are equivalent.
            yield Mapping(
                mapping_set=REFERENCES,
                origin=origin,
                subject=f"{SCHEME.id}:{code}",
                predicate=expand("skos:closeMatch"),
                object=f"{_TARGETS[system]}{target}",
                justification=expand("semapv:UnspecifiedMatching"),
                authors=(CBIOPORTAL.names[1].value,),
            )
