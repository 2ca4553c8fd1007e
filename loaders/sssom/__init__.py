"""Mappings in SSSOM, the Simple Standard for Sharing Ontological Mappings: TSV with a YAML header.

The header is embedded as `#` lines or is a separate `.sssom.yml`. Prefixed names are expanded with its `curie_map`.
Labels of subject and object are not loaded: they may be protected by copyright, and the concepts have labels.
https://mapping-commons.github.io/sssom/spec-formats-tsv/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from begrepp.errors import InputError, Origin
from begrepp.rdf.iris import Iris
from begrepp.records import EditionFiles, MappingSet, Record, Redistribution, Source, Text
from begrepp.records.mappings import UNREVIEWED
from begrepp.sources.editions import data_files
from loaders.declaration.agents import slug
from loaders.declaration.source_toml import join_names, read_declaration, read_edition_dates, read_rights
from loaders.declaration.toml_table import TomlTable
from loaders.sssom.header import provider_name, publication_date, read_header, slot_text, slot_texts, unread_slots
from loaders.sssom.table import creator_iris, read_mappings
from loaders.support.agencies import BEGREPP

SOURCE = Source(
    id="sssom",
    title="Kopplingar mellan kodverk i SSSOM",
    publisher=BEGREPP,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://mapping-commons.github.io/sssom/",
    reads="*.sssom.tsv with its metadata embedded or in a .sssom.yml beside it",
)
_OWN_SETS = f"{Iris().root}mapping/"


def load(edition: EditionFiles, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """Yield each file's mapping set with its mappings. Raises `InputError` for unreviewed suggestions."""
    declaration = read_declaration(edition, declared)
    tables = _tables(edition, declaration)
    encoding = declaration.text("encoding", default="utf-8")
    headers = {path: read_header(path, data_files(edition), encoding) for path in tables}
    first_header = next(iter(headers.values()))
    for path, header in headers.items():
        if UNREVIEWED in slot_text(header, "other"):
            raise InputError(
                path,
                "these suggestions have not been reviewed.",
                "Review them (`begrepp suggest … --format html` writes a page for that), and add what the page saves.",
            )
    rights = read_rights(
        declaration, suggested={"licence": slot_text(first_header, "license"), "publisher": provider_name(first_header)}
    )
    dates = read_edition_dates(declaration, edition, suggested=publication_date(first_header))
    declaration.done()
    for path, header in headers.items():
        iri = slot_text(header, "mapping_set_id")
        title = slot_text(header, "mapping_set_title")
        mapping_set = MappingSet(
            id=_set_id(edition, path, iri, alone=len(tables) == 1),
            version=dates.version,
            titles=rights.titles or ((Text(title, "en"),) if title else (Text(path.name, "und"),)),
            licence=rights.licence,
            publisher=rights.publisher,
            valid_from=dates.valid_from,
            redistribution=rights.redistribution,
            iri="" if iri.startswith(_OWN_SETS) else iri,
            creators=slot_texts(header, "creator_label"),
            creator_iris=creator_iris(header),
            identity=path.name,
        )
        yield mapping_set
        yield from unread_slots(header)
        yield from read_mappings(path, header, mapping_set, tables[path], encoding)


def _tables(edition: EditionFiles, declaration: TomlTable) -> dict[Path, str]:
    """Return the tables of mappings, with the language of their comments if it is declared."""
    files = data_files(edition)
    languages: dict[str, str] = {}
    for section in declaration.tables("file"):
        name = section.text("name", required=True)
        languages[name] = section.language("language")
        if (format_ := section.text("format", default="sssom-tsv")) not in ("sssom-tsv", "sssom-csv"):
            section.add_choice_problem("format", format_, ("sssom-tsv", "sssom-csv"))
        section.done()
    tables = {
        path: next((language for name, language in languages.items() if fnmatch(path.name, name)), "")
        for path in files
        if path.suffix in (".tsv", ".csv") and any(fnmatch(path.name, each) for each in languages or ["*"])
    }
    if not tables:
        raise InputError(
            Origin(f"{edition.source}/{edition.version}"),
            f"no mapping table in TSV or CSV (there are: {join_names([path.name for path in files])}).",
            "Add the .sssom.tsv file; if [[file]] names another, correct the name.",
        )
    return tables


def _set_id(edition: EditionFiles, path: Path, iri: str, *, alone: bool) -> str:
    """Return the id of a mapping set: from an IRI of begrepp, else the source's id."""
    if iri.startswith(_OWN_SETS):
        return iri.removeprefix(_OWN_SETS)
    return slug(edition.source) if alone else f"{slug(edition.source)}-{slug(path.name.partition('.')[0])}"
