"""The `source.toml` beside the files of a source with a loader of its own: `report`, `[release]` and `[[file]]`.

Loaders of templates, whose tables have fixed names and columns, read the same `[[file]]`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from begrepp.errors import InputError
from begrepp.records import Coverage, EditionFiles, Load, Record
from begrepp.sources.editions import DECLARATION, data_files
from begrepp.sources.table_forms import FORMS, DeclaredForms, TableForm
from loaders.declaration.row_source import read_column_names
from loaders.declaration.source_toml import join_names, read_declaration, read_encoding
from loaders.declaration.toml_table import TomlTable

_WORKBOOKS = (".xlsx", ".xlsm")


def with_declaration(edition: EditionFiles, *, load: Load) -> Iterator[Record]:
    """Yield the records of a loader that reads the tables of the edition in the forms that `source.toml` declares.

    Raises `InputError` for an unknown key, and for a form of a file that the loader does not read as a table.
    """
    toml = read_declaration(edition, None)
    release = toml.table("release")
    release.day("valid_from")
    release.choice("coverage", Coverage, Coverage.COMPLETE)
    release.done()
    forms = declare_forms(toml, edition)
    toml.done()
    yield from load(edition)
    for path in forms.unused():
        raise InputError(
            DECLARATION,
            f"[[file]] {path.name} has no effect: the source's files of this form are read as their publisher "
            "writes them.",
            "Remove the section, or save the file in the form that `begrepp sources` names.",
        )


def declare_forms(toml: TomlTable, edition: EditionFiles) -> DeclaredForms:
    """Read `[[file]]`; the readers of tables use the declared forms from now on."""
    forms = DeclaredForms(each for section in toml.tables("file") for each in _read_form(section, edition))
    FORMS.set(forms)
    return forms


def _read_form(section: TomlTable, edition: EditionFiles) -> list[tuple[Path, TableForm]]:
    name, files = section.text("name", required=True), data_files(edition)
    paths = [path for path in files if fnmatch(path.name, name)]
    if name and not paths:
        names = join_names([path.name for path in files])
        section.add_problem("name", f"names {name}, which is not there (there are: {names}).", "Correct the name.")
    column_names = read_column_names(section)
    skip = section.number("skip")
    ignore = section.strings("ignore")
    if paths and all(path.suffix.lower() in _WORKBOOKS for path in paths):
        form = TableForm(
            skip=skip,
            column_names=column_names,
            sheets=section.strings("sheet"),
            cell_range=section.text("range"),
            ignore=ignore,
        )
    else:
        form = TableForm(
            skip=skip,
            column_names=column_names,
            delimiter=section.character("delimiter", default=",") if "delimiter" in section else "",
            encoding=read_encoding(section) if "encoding" in section else "",
            quoted=section.flag("quoted", default=True) if "quoted" in section else None,
            short_rows=section.flag("short_rows", default=False) if "short_rows" in section else None,
            ignore=ignore,
        )
    section.done()
    return [(path, form) for path in paths]
