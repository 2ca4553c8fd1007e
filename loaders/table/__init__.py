"""Code lists in CSV, TSV or XLSX, with a declaration of their columns.

The declaration is a `source.toml` beside the file, or `declared/<source>.toml` for a list that begrepp knows. Every
column must be mapped or ignored by name. Manual: docs/how-to/source-toml.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from begrepp.records import (
    EditionFiles,
    Record,
    Redistribution,
    Source,
)
from loaders.declaration.source_toml import (
    new_declared_edition,
    read_declaration,
    read_edition_dates,
    read_levels,
    read_rights,
    read_scheme,
)
from loaders.support.agencies import BEGREPP
from loaders.table.options import match_files, read_options
from loaders.table.rows import read_concept, read_notations, read_rows

SOURCE = Source(
    id="table",
    title="Kodlista i CSV, TSV eller XLSX",
    publisher=BEGREPP,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="",
    reads="any .csv, .tsv or .xlsx with a source.toml that maps its columns",
)


def load(edition: EditionFiles, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """Yield the scheme, the edition, its levels and its concepts."""
    declaration = read_declaration(edition, declared)
    rights = read_rights(declaration)
    scheme = read_scheme(declaration, edition.source)
    dates = read_edition_dates(declaration, edition)
    levels = read_levels(declaration, scheme.id)
    files = [read_options(each) for each in declaration.tables("file")]
    ignored = declaration.strings("ignore_files")
    declaration.done()
    yield scheme
    yield new_declared_edition(scheme, dates, rights)
    for level, _ in levels.values():
        yield level
    for file, paths in match_files(edition, files, ignored, declaration.origin):
        notations = read_notations(file, paths) if file.broader_by else frozenset()
        for path in paths:
            for row in read_rows(file, path):
                yield read_concept(row, file, scheme.id, levels, notations, dates.valid_from)
