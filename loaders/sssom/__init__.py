"""Mappings between code systems in SSSOM, the Simple Standard for Sharing Ontological Mappings: TSV with a YAML head.

The head is embedded as `#` lines or lies beside as `.sssom.yml`. Prefixed names are expanded by its
`curie_map`. Labels of the two ends are read and dropped: they may be a publisher's protected text, and
the concepts carry labels of their own. https://mapping-commons.github.io/sssom/spec-formats-tsv/
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
from loaders.declaration.source_toml import join_names, read_declaration, read_edition_dates, read_rights, slug
from loaders.declaration.toml_table import TomlTable
from loaders.sssom.header import provider_name, publication_date, read_header, slot_text
from loaders.sssom.table import read_mappings
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
    """Each file's mapping set with its mappings."""
    keys = read_declaration(edition, declared)
    tables = _tables(edition, keys)
    heads = {path: read_header(path, data_files(edition)) for path in tables}
    table, first = next(iter(heads.items()))
    for path, head in heads.items():
        if UNREVIEWED in slot_text(head, "other"):
            raise InputError(
                path,
                "these are suggestions that nobody has read.",
                "Review them (`begrepp suggest … --format html` writes a page for that), and add what the page saves.",
            )
    known = read_rights(keys, suggested={"licence": slot_text(first, "license"), "publisher": provider_name(first)})
    dates = read_edition_dates(keys, edition, suggested=publication_date(first, table))
    keys.done()
    for path, head in heads.items():
        iri = slot_text(head, "mapping_set_id")
        title = slot_text(head, "mapping_set_title")
        set_ = MappingSet(
            id=_set_id(edition, path, iri, alone=len(tables) == 1),
            version=dates.version,
            titles=known.titles or ((Text(title, "en"),) if title else (Text(path.name, "und"),)),
            licence=known.licence,
            publisher=known.publisher,
            valid_from=dates.valid_from,
            redistribution=known.redistribution,
            iri="" if iri.startswith(_OWN_SETS) else iri,
        )
        yield set_
        yield from read_mappings(path, head, set_, tables[path])


def _tables(edition: EditionFiles, keys: TomlTable) -> dict[Path, str]:
    """The tables of mappings, and the language of each one's comments, if it is said."""
    files = data_files(edition)
    languages: dict[str, str] = {}
    for said in keys.tables("file"):
        name = said.text("name", required=True)
        languages[name] = said.language("language")
        if (form := said.text("format", default="sssom-tsv")) not in ("sssom-tsv", "sssom-csv"):
            said.fail("format", f"is '{form}'.", "Use sssom-tsv or sssom-csv.")
        said.done()
    found = {
        path: next((language for name, language in languages.items() if fnmatch(path.name, name)), "")
        for path in files
        if path.suffix in (".tsv", ".csv") and any(fnmatch(path.name, each) for each in languages or ["*"])
    }
    if not found:
        raise InputError(
            Origin(f"{edition.source}/{edition.version}"),
            f"no mapping table in TSV or CSV (there are: {join_names([path.name for path in files])}).",
            "Add the .sssom.tsv file; if [[file]] names another, correct the name.",
        )
    return found


def _set_id(edition: EditionFiles, path: Path, iri: str, *, alone: bool) -> str:
    """A set of our own has its name in its IRI; another is called as its source is."""
    if iri.startswith(_OWN_SETS):
        return iri.removeprefix(_OWN_SETS)
    return slug(edition.source) if alone else f"{slug(edition.source)}-{slug(path.name.partition('.')[0])}"
