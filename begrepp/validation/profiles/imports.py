"""Resolution of `owl:imports` to local copies, without network access.

A profile declares the IRIs that its files are copies of (`provides`). An operator can add copies (`BEGREPP_IMPORTS`,
a folder with an `imports.toml` of IRI = "file"), and the command line has `--import IRI=FILE`. Validation fails
for an import without a copy unless the user leaves it out, so that no report is based on a part of the shapes only.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from pyoxigraph import NamedNode

from begrepp.errors import InputError
from begrepp.rdf.namespaces import expand
from begrepp.settings import Settings
from begrepp.validation.profiles.profile import list_profiles
from begrepp.validation.rdf_input.converter import prepare_file
from begrepp.validation.shacl.rdf_reader import read_quads
from begrepp.validation.shacl.vocabulary import OWL_IMPORTS, RDF_TYPE, SH

_DECLARE = NamedNode(SH + "declare")
_IMPORTS = NamedNode(OWL_IMPORTS)
_ONTOLOGY = NamedNode(expand("owl:Ontology"))


def import_copies(settings: Settings, own: Mapping[str, Path] | None = None) -> dict[str, Path]:
    """Return the local copies by IRI; those of the user (`own`) take precedence, then those of the operator."""
    copies = {iri: file for profile in list_profiles(settings) for iri, file in profile.provides.items()}
    if settings.imports is not None:
        index = settings.imports / "imports.toml"
        try:
            entries = tomllib.loads(index.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise InputError(
                index, f"cannot be used: {error}", 'Write one line per copy: "https://…" = "file".'
            ) from error
        copies |= {iri: settings.imports / str(file) for iri, file in entries.items()}
    return copies | dict(own or {})


def resolve_imports(
    files: Sequence[Path], copies: Mapping[str, Path], folder: Path, *, leave_out: bool = False
) -> tuple[list[Path], list[str]]:
    """Return the files with all their imports, each once, and the IRIs of imports that were left out.

    A graph that one of the files describes itself, as an ontology or with prefixes, needs no copy. Relative IRIs in a
    copy refer to the IRI that it is a copy of; such a copy is written to `folder` as N-Triples.

    Raises `InputError` for an import without a copy, unless `leave_out`.
    """
    resolved = {path.resolve(): path for path in files}
    missing: list[str] = []
    pending = [(path, *_read_graph_iris(path)) for path in resolved.values()]
    present = {iri for _, _, described in pending for iri in described}
    for path, imported, _ in pending:
        for iri in imported:
            if iri in present:
                continue
            if copy := copies.get(iri) or copies.get(iri.rstrip("#/")):
                if copy.resolve() not in resolved:
                    resolved[copy.resolve()] = prepare_file(copy, folder, base=iri)
                    pending.append((copy, *_read_graph_iris(resolved[copy.resolve()])))
            elif leave_out:
                missing.append(iri)
            else:
                raise InputError(
                    path,
                    f"imports <{iri}>, which has no local copy; nothing is fetched from the network.",
                    f"Download it and use --import {iri}=FILE, or skip imports with --no-imports.",
                )
    return list(resolved.values()), sorted(set(missing))


def _read_graph_iris(path: Path) -> tuple[list[str], set[str]]:
    """Return the IRIs that a file imports, and those of the graphs that it describes.

    It describes ontologies, and what imports or declares prefixes.
    """
    imported: list[str] = []
    described: set[str] = set()
    for quad in read_quads([path]):
        if quad.predicate == _IMPORTS and isinstance(quad.object, NamedNode):
            imported.append(quad.object.value)
        if isinstance(quad.subject, NamedNode) and (
            quad.predicate in (_DECLARE, _IMPORTS) or (quad.predicate == RDF_TYPE and quad.object == _ONTOLOGY)
        ):
            described.add(quad.subject.value)
    return imported, described
