"""Register metadata in the terms of GSIM, as in RUT (Register Utiliser Tool), from a template of five CSV files.

RUT has no export; the register holder fills in the template or generates it. An instance variable is a column; its
represented variable describes its values, its conceptual variable what is measured. Manual and empty template:
docs/how-to/rut.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from begrepp.errors import InputError, Origin
from begrepp.records import (
    EditionFiles,
    Record,
    Redistribution,
    Source,
)
from begrepp.sources.editions import data_files
from loaders.declaration.dataset import read_dataset
from loaders.declaration.known_source import declare_forms
from loaders.declaration.source_toml import join_names, read_declaration
from loaders.rut.rows import COLUMNS, CONCEPTUAL, INSTANCES, REGISTER, REPRESENTED
from loaders.rut.template import Template
from loaders.support.agencies import BEGREPP

SOURCE = Source(
    id="rut",
    title="Registermetadata enligt GSIM (mall)",
    publisher=BEGREPP,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://www.registerforskning.se/",
    reads=f"the template's files {', '.join(COLUMNS)}",
)


def load(edition: EditionFiles, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """Yield the register with its parts, its code lists, and its conceptual, represented and instance variables."""
    declaration = read_declaration(edition, declared)
    declare_forms(declaration, edition)
    files = {path.name: path for path in data_files(edition)}
    if unknown := sorted(set(files) - set(COLUMNS)):
        raise InputError(
            Origin(unknown[0]), "the file is not of the template.", f"Its files are {join_names(list(COLUMNS))}."
        )
    for name in (REGISTER, CONCEPTUAL, REPRESENTED, INSTANCES):
        if name not in files:
            raise InputError(
                declaration.origin, f"the template's file {name} is missing.", "Add it next to the others."
            )
    template = Template(files)
    declaration.set_defaults("dataset", template.register)
    dataset = read_dataset(declaration, edition, tuple(template.parts.values()))
    declaration.done()
    yield dataset
    yield from template.records(dataset)
