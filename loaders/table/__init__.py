"""Any code list in CSV, TSV or XLSX, through a declaration of what its columns are, without code.

The declaration is a `source.toml` beside the file, or `declared/<source>.toml` for a list that begrepp
knows; docs/how-to/source-toml.md is its manual. Every column is mapped or ignored by name.
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
    reads="any .csv, .tsv or .xlsx with a source.toml that says what its columns are",
)


def load(edition: EditionFiles, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """The scheme, its release, levels and concepts, as the declaration reads them out of the files."""
    keys = read_declaration(edition, declared)
    known = read_rights(keys)
    said = read_scheme(keys, edition.source)
    dates = read_edition_dates(keys, edition)
    known_levels = read_levels(keys, said.id)
    files = [read_options(each) for each in keys.tables("file")]
    ignored = keys.strings("ignore_files")
    keys.done()
    yield said
    yield new_declared_edition(said, dates, known)
    for level, _ in known_levels.values():
        yield level
    for file, paths in match_files(edition, files, ignored, keys.origin):
        known_notations = read_notations(file, paths) if file.broader_by else frozenset()
        for path in paths:
            for row in read_rows(file, path):
                yield read_concept(row, file, said.id, known_levels, known_notations, dates.valid_from)
