"""Remarks on validated data as a whole: near namespaces, and main classes of the profile that do not occur."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat

from begrepp.rdf.namespaces import compact
from begrepp.rdf.near_namespaces import near_namespaces
from begrepp.validation.outcome import InputFile, Remark
from begrepp.validation.rdf_input.syntax import find_syntax
from begrepp.validation.shacl.rdf_reader import read_quads
from begrepp.validation.shacl.vocabulary import RDF_TYPE


def data_remarks(sources: Sequence[InputFile], prepared: Sequence[Path], main_classes: Sequence[str]) -> list[Remark]:
    """Return the remarks on the files of a validation; `prepared` are the same files, ready to be parsed.

    The remark `main` names the main classes if no node in the data is of one of them.
    """
    remarks = [remark for source in sources for remark in _namespace_remarks(source)]
    wanted = {NamedNode(iri) for iri in main_classes}
    if wanted and not any(quad.predicate == RDF_TYPE and quad.object in wanted for quad in read_quads(prepared)):
        remarks.append(Remark(kind="main", value=", ".join(map(compact, main_classes))))
    return remarks


def _namespace_remarks(source: InputFile) -> list[Remark]:
    name = source.name or source.path.name
    return [
        Remark(
            kind="namespace",
            value=f"{name}{f':{near.row}' if near.row else ''}: <{near.found}> → {near.prefix}: <{near.expected}>",
        )
        for near in near_namespaces(source.path, _syntax(source))
    ]


def _syntax(source: InputFile) -> RdfFormat:
    """Return the syntax of a file that has been read already."""
    stated = RdfFormat.from_media_type(source.media_type) if source.media_type else None
    return stated or find_syntax(source.path, source.name or source.path.name)
