"""CSV on the Web (CSVW): JSON metadata of tables; columns inherit properties from table groups and tables.

https://www.w3.org/TR/tabular-metadata/. The loader reads no data tables and fetches nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from begrepp.errors import InputError, Origin
from begrepp.records import (
    CodedValue,
    EditionFiles,
    ForeignKey,
    ListOwner,
    Record,
    Redistribution,
    Skipped,
    Source,
    Table,
    Text,
    Variable,
    is_iri,
)
from begrepp.sources.meter import current_meter
from begrepp.sources.row_faults import RowScope, add_remark
from loaders.declaration.agents import slug
from loaders.declaration.dataset import read_dataset
from loaders.declaration.json_files import Json, object_list, read_referenced_json, read_single_json, string_list
from loaders.declaration.source_toml import read_declaration
from loaders.support.agencies import BEGREPP
from loaders.support.code_lists import CodeListRegistry
from loaders.support.datatypes import DATATYPES
from loaders.support.distinct_ids import distinct_ids
from loaders.support.property_notes import property_notes

SOURCE = Source(
    id="csvw",
    title="CSV på webben (CSVW), metadata om tabeller",
    publisher=BEGREPP,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://www.w3.org/TR/tabular-metadata/",
    reads="a metadata file in JSON (table or table group), and a source.toml",
)
_INHERITED = (*("datatype", "default", "lang", "null", "ordered", "propertyUrl", "required", "separator", "valueUrl"),)
_TITLES, _DESCRIPTIONS = ("titles", "title"), ("dc:description", "dcterms:description", "description")
# Properties of a column, and of its datatype, that a field of the record holds; others are notes. The text direction,
# the subject and the suppression in conversions say nothing of the values.
_READ = (
    *("name", "datatype", "lang", "null", "propertyUrl", "required", "separator", *_TITLES, *_DESCRIPTIONS),
    *("@id", "@type", "aboutUrl", "suppressOutput", "textDirection"),
)
_BOUNDS = {"minimum", "maximum", "minInclusive", "maxInclusive", "minExclusive", "maxExclusive"}
_UNORDERED = frozenset(
    ("string", "boolean", "anyURI", "base64Binary", "hexBinary", "normalizedString", "token", "language", "Name")
) | {"NMTOKEN", "QName", "html", "json", "xml"}
_READ_FACETS = ("base", "minimum", "minInclusive", "maximum", "maxInclusive", "@id", "@type")
# Alternative names of datatypes (tabular-metadata, 5.11.1).
_ALIASES = {"number": "double", "binary": "base64Binary", "datetime": "dateTime", "any": "anyAtomicType"}


def load(edition: EditionFiles) -> Iterator[Record]:
    """Yield the dataset with its tables, and their columns as variables."""
    declaration = read_declaration(edition, None)
    dataset = read_dataset(declaration, edition)
    declaration.done()
    path, document = read_single_json(edition, declaration.origin)
    group = document if "tables" in document else {**document, "tables": [document]}
    schemas = [_schema(table, edition, path) for table in object_list(group, "tables", path)]
    urls = {str(table.get("url", "")): table_id for table, table_id in _tables_with_ids(group)}
    tables = tuple(
        _table(table, schema, table_id, urls, path, _language(group))
        for (table, table_id), schema in zip(_tables_with_ids(group), schemas, strict=True)
    )
    yield replace(dataset, tables=tables)
    lists = CodeListRegistry(ListOwner(dataset=dataset.id))
    for (table, table_id), schema in zip(_tables_with_ids(group), schemas, strict=True):
        scope = RowScope()
        for number, column in enumerate(object_list(schema, "columns", path), start=1):
            with scope:
                current_meter().rows += 1
                if column.get("virtual"):
                    name = column.get("name") or f"_col.{number}"
                    reason = f"'{name}' is a virtual column, which the tables do not have."
                    yield Skipped(origin=Origin(path.name, number), reason=reason)
                    continue
                inherited = {
                    key: value
                    for level in (group, table, schema, column)
                    for key, value in level.items()
                    if key in _INHERITED
                }
                variable = _variable(
                    {**column, **inherited}, dataset.id, table_id, number, path, _language(group), lists
                )
                yield from lists.take_new()
                yield variable


def _tables_with_ids(group: Json) -> Iterator[tuple[Json, str]]:
    """Yield each table with its id for IRIs: its own id, or the last segment of its URL.

    Ids that would be the same are numbered in the order of the URLs, not of the tables.
    """
    tables = group["tables"]
    urls = [
        str(table.get("id") or table.get("@id") or table.get("url") or f"table-{number}")
        for number, table in enumerate(tables, start=1)
    ]
    ids = distinct_ids(
        (url, slug(Path(url.rstrip("/").rpartition("/")[2]).stem) or "table") for url in sorted(set(urls))
    )
    yield from ((table, ids[url]) for table, url in zip(tables, urls, strict=True))


def _schema(table: Json, edition: EditionFiles, path: Path) -> Json:
    """Return the schema of a table, which may be in another file."""
    schema = table.get("tableSchema", {})
    if isinstance(schema, str):
        return read_referenced_json(schema, edition, path)
    if not isinstance(schema, Mapping):
        raise InputError(path, "a tableSchema is neither an object nor an address.", "Correct it.")
    return schema


def _table(table: Json, schema: Json, table_id: str, urls: Mapping[str, str], path: Path, language: str) -> Table:
    url = str(table.get("url", ""))
    foreign_keys = []
    for key in object_list(schema, "foreignKeys", path):
        reference = key.get("reference", {})
        resource = str(reference.get("resource", ""))
        if resource not in urls:
            raise InputError(
                path,
                f"a foreign key of '{url}' points to the table '{resource}', which is not described.",
                "Describe the table, or correct its address.",
            )
        columns, target_columns = string_list(key.get("columnReference")), string_list(reference.get("columnReference"))
        foreign_keys.append(ForeignKey(columns, urls[resource], target_columns))
    names = {str(column.get("name", "")) for column in object_list(schema, "columns", path)}
    primary_key = string_list(schema.get("primaryKey"))
    for column in primary_key:
        if "" not in names and column not in names:  # without a name, the first title is the name
            add_remark(Origin(path.name), f"the primary key of '{url}' names the column '{column}', which it lacks.")
    return Table(
        id=table_id,
        titles=_texts(table, ("dc:title", "dcterms:title", "title", "titles"), language)
        or (Text(url or table_id, "zxx"),),
        descriptions=_texts(table, _DESCRIPTIONS, language),
        url=url if is_iri(url) else "",
        primary_key=primary_key,
        foreign_keys=tuple(foreign_keys),
    )


def _variable(
    column: Json, dataset: str, table: str, number: int, path: Path, language: str, lists: CodeListRegistry
) -> Variable:
    titles = _texts(column, _TITLES, language)
    # https://www.w3.org/TR/tabular-metadata/#column-name: without a name, the first title is the name.
    name = str(column.get("name") or (titles[0].value if titles else f"_col.{number}"))
    origin = Origin(path.name, number)
    titles = titles or (Text(name, "zxx"),)
    datatype = column.get("datatype", "string")
    facets: Json = datatype if isinstance(datatype, Mapping) else {"base": datatype}
    property_url = str(column.get("propertyUrl", ""))
    base = _datatype(str(facets.get("base", "string")), name, path)
    for words in _impossible_facets(facets, base):
        add_remark(origin, f"the column '{name}' has {words}.")
    nulls = tuple(
        CodedValue(code=code, labels=(Text(code, "zxx"),)) for code in string_list(column.get("null")) if code
    )
    return Variable(
        dataset=dataset,
        table=table,
        name=name,
        origin=origin,
        titles=titles,
        descriptions=_texts(column, _DESCRIPTIONS, language),
        notes=(
            *(text for text in _all_texts(column, _TITLES, language) if text not in titles),
            *_unread(column, facets, property_url),
        ),
        datatype=base,
        minimum=str(facets.get("minimum", facets.get("minInclusive", ""))),
        maximum=str(facets.get("maximum", facets.get("maxInclusive", ""))),
        pattern=_format(facets.get("format", "")),
        required=bool(column["required"]) if "required" in column else None,
        multiple=bool(column.get("separator")),
        property_url=property_url if _is_property(property_url) else "",
        missing_list=lists.add(f"{table}-missing", nulls, origin, (Text("null", "zxx"),), missing=True),
        order=number,
    )


def _datatype(base: str, name: str, path: Path) -> str:
    datatype = _ALIASES.get(base, base)
    if datatype not in DATATYPES:
        raise InputError(
            path,
            f"the column '{name}' has the datatype '{base}', which CSVW does not have.",
            "Correct it; see https://www.w3.org/TR/tabular-metadata/#built-in-datatypes.",
        )
    return datatype


def _impossible_facets(facets: Json, base: str) -> Iterator[str]:
    """Yield the facets that CSVW does not allow together or with the datatype (tabular-metadata, 5.11.2)."""
    if base in _UNORDERED:
        for facet in sorted(_BOUNDS & facets.keys()):
            yield f"the facet {facet}, which the datatype {base} cannot have"
    least, greatest = facets.get("minLength"), facets.get("maxLength")
    if isinstance(least, int) and isinstance(greatest, int) and least > greatest:
        yield f"the minLength {least}, above its maxLength {greatest}"


def _format(format_: Any) -> str:
    return str(format_.get("pattern", "")) if isinstance(format_, Mapping) else str(format_)


def _unread(column: Json, facets: Json, property_url: str) -> Iterator[Text]:
    """Yield notes of the properties of a column and its datatype that no field of a variable holds."""
    yield from property_notes(column, _READ)
    if property_url and not _is_property(property_url):
        yield Text(f"propertyUrl: {property_url}", "zxx")
    format_ = facets.get("format")
    yield from property_notes(facets, (*_READ_FACETS, "format"))
    if isinstance(format_, Mapping):
        yield from property_notes(format_, ("pattern",))


def _is_property(url: str) -> bool:
    return is_iri(url) and "{" not in url


def _language(group: Json) -> str:
    """Return the default language: `lang`, or `@language` of the context (§5.2)."""
    context = group.get("@context")
    for part in context if isinstance(context, list) else []:
        if isinstance(part, Mapping) and part.get("@language"):
            return str(part["@language"])
    return str(group.get("lang", "und"))


def _texts(description: Json, names: tuple[str, ...], language: str) -> tuple[Text, ...]:
    """Return the first string of each language of a natural language property."""
    firsts: dict[str, Text] = {}
    for text in _all_texts(description, names, language):
        firsts.setdefault(text.lang, text)
    return tuple(firsts.values())


def _all_texts(description: Json, names: tuple[str, ...], language: str) -> list[Text]:
    """Return a natural language property (§5.1.6): a string, a list of strings, or strings by language."""
    value = next((description[name] for name in names if description.get(name)), None)
    pairs: list[tuple[str, Any]] = list(value.items()) if isinstance(value, Mapping) and "@value" not in value else []
    if isinstance(value, Mapping) and "@value" in value:
        pairs = [(str(value.get("@language", language)), value["@value"])]
    elif value is not None and not pairs:
        pairs = [(language, value)]
    return [Text(string, lang) for lang, strings in pairs for string in string_list(strings)]
