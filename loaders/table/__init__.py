"""Code lists in CSV, TSV, XLSX, JSON, YAML or columns of fixed width, with a declaration of their columns.

The declaration is a `source.toml` beside the file, or `declared/<source>.toml` for a list that begrepp knows. Every
column must be mapped or ignored by name. Manual: docs/how-to/source-toml.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from begrepp.records import (
    Coverage,
    EditionFiles,
    Record,
    Redistribution,
    Source,
)
from begrepp.sources.row_faults import RowScope
from loaders.declaration.row_source import check_unused_files
from loaders.declaration.source_toml import (
    new_declared_edition,
    read_declaration,
    read_edition_dates,
    read_levels,
    read_rights,
    read_scheme,
)
from loaders.support.agencies import BEGREPP
from loaders.table.concepts import ListContext, read_concept
from loaders.table.options import check_labels, read_options
from loaders.table.rows import CodeTable

SOURCE = Source(
    id="table",
    title="Kodlista i CSV, TSV, XLSX, JSON eller YAML",
    publisher=BEGREPP,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="",
    reads="any .csv, .tsv, .xlsx, .json or .yaml with a source.toml that maps its columns",
)


def load(edition: EditionFiles, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """Yield the scheme, the edition, its levels and its concepts."""
    declaration = read_declaration(edition, declared)
    rights = read_rights(declaration)
    scheme = read_scheme(declaration, edition.source)
    dates = read_edition_dates(declaration, edition)
    levels = read_levels(declaration, scheme.id)
    files = [read_options(each, edition) for each in declaration.tables("file")]
    check_labels(declaration, files)
    check_unused_files(edition, declaration, [file.source for file in files])
    declaration.done()
    rows = CodeTable(files)
    rows.count()
    yield scheme
    yield new_declared_edition(scheme, dates, rights)
    for level, _ in levels.values():
        yield level
    context = ListContext(
        scheme=scheme.id,
        levels=levels,
        notations=rows.counts.keys(),
        edition_start=dates.valid_from,
        is_complete=dates.coverage is Coverage.COMPLETE,
    )
    for group in rows.groups():
        with RowScope(report=group[0].file.source.report):
            yield from read_concept(group, context)
