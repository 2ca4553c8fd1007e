"""Remarks on namespaces of RDF files that are nearly a known one: what uses them is not recognised."""

from __future__ import annotations

import re
from pathlib import Path

from begrepp.errors import Origin
from begrepp.rdf.near_namespaces import near_namespaces
from begrepp.records import EditionFiles
from begrepp.sources.characters import clean_text
from begrepp.validation.rdf_input.syntax import SUFFIXES

_RDF_MARK = re.compile(
    rb"rdf:RDF|22-rdf-syntax-ns|\"@(?:context|id|graph|type)\"|^\s*@?prefix\b|<[^<>\s]+>\s*<", re.I | re.M
)
_HEAD_BYTES = 1 << 16


def namespace_remarks(edition: EditionFiles) -> list[tuple[str, str]]:
    """Return place and text of a remark for each near namespace in the RDF files of an edition."""
    return [remark for path in edition.files if path.suffix[1:].lower() in SUFFIXES for remark in _remarks(path)]


def _remarks(path: Path) -> list[tuple[str, str]]:
    with path.open("rb") as file:
        if not _RDF_MARK.search(file.read(_HEAD_BYTES)):
            return []
    return [
        (
            clean_text(str(Origin(path.name, near.row))),
            f"the namespace <{clean_text(near.found)}> is not <{near.expected}> ({near.prefix}:). What uses it is not "
            "recognised; write the right namespace in a copy of the file, and tell the publisher.",
        )
        for near in near_namespaces(path, SUFFIXES[path.suffix[1:].lower()])
    ]
