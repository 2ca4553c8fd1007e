"""Frictionless Data: data packages and table schemas (versions 1 and 2).

https://datapackage.org/standard/table-schema/. The loader reads no data files (`path`) and fetches nothing.
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
from loaders.support.property_notes import property_notes

SOURCE = Source(
    id="frictionless",
    title="Frictionless Data Package och Table Schema",
    publisher=BEGREPP,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://datapackage.org/",
    reads="datapackage.json or a table schema in JSON, and a source.toml",
)
# Types of Table Schema and the corresponding datatypes of CSVW.
_TYPES = {
    "string": "string",
    "number": "decimal",
    "integer": "integer",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "datetime": "dateTime",
    "year": "gYear",
    "yearmonth": "gYearMonth",
    "duration": "duration",
    "object": "json",
    "array": "json",
    "list": "string",
    "geopoint": "string",
    "geojson": "json",
    "any": "anyAtomicType",
}
# Properties of a field, and constraints, that a field of the record holds; others are notes.
_READ = (
    *("name", "title", "description", "type", "unit", "rdfType", "constraints", "categories", "missingValues"),
    "itemType",
)
_READ_CONSTRAINTS = ("required", "minimum", "maximum", "pattern", "enum")
_FORMATS = {"uri": "anyURI", "binary": "base64Binary"}


def load(edition: EditionFiles) -> Iterator[Record]:
    """Yield the dataset with resources as tables, and their fields as variables."""
    declaration = read_declaration(edition, None)
    dataset = read_dataset(declaration, edition)
    options = declaration.table("frictionless")
    language = options.language("language") or "und"
    options.done()
    declaration.done()
    path, document = read_single_json(edition, declaration.origin, "datapackage.json")
    resources = _resources(document, path)
    resources_with_schema = [(table_id, each, _schema(each, edition, path)) for table_id, each in resources.items()]
    yield replace(
        dataset,
        tables=tuple(_table(*each, set(resources), path, language) for each in resources_with_schema if each[2]),
    )
    lists = CodeListRegistry(ListOwner(dataset=dataset.id))
    for table_id, resource, schema in resources_with_schema:
        if not schema:
            reason = f"the resource '{resource.get('name', table_id)}' has no schema, so it names no variables."
            yield Skipped(origin=Origin(path.name), reason=reason)
        scope = RowScope()
        for number, field in enumerate(object_list(schema, "fields", path), start=1):
            with scope:
                current_meter().rows += 1
                variable = _variable(field, schema, dataset.id, table_id, number, path, language, lists)
                yield from lists.take_new()
                yield variable


def _resources(document: Json, path: Path) -> dict[str, Json]:
    """Return the resources by id; a table schema alone is one resource called `table`."""
    if "fields" in document:
        return {"table": {"name": "table", "schema": document}}
    resources: dict[str, Json] = {}
    for number, resource in enumerate(object_list(document, "resources", path), start=1):
        # A resource without a name is known by its file; only one with neither by its position.
        file = resource.get("path")
        stem = Path(file).stem if isinstance(file, str) else ""
        id_ = slug(str(resource.get("name", ""))) or slug(stem) or f"resource-{number}"
        if id_ in resources:
            raise InputError(path, f"two resources are called '{id_}'.", "Give them different names.")
        resources[id_] = resource
    if not resources:
        raise InputError(
            path, "neither resources nor fields.", "Check that it is a data package or a table schema of Frictionless."
        )
    return resources


def _schema(resource: Json, edition: EditionFiles, path: Path) -> Json:
    schema = resource.get("schema", {})
    if isinstance(schema, str):
        return read_referenced_json(schema, edition, path)
    if not isinstance(schema, Mapping):
        raise InputError(path, "a schema is neither an object nor an address.", "Correct it.")
    return schema


def _table(table_id: str, resource: Json, schema: Json, resource_ids: set[str], path: Path, language: str) -> Table:
    foreign_keys = []
    for key in object_list(schema, "foreignKeys", path):
        reference = key.get("reference", {})
        # Version 1 writes "" for the table itself, version 2 leaves it out.
        target = slug(str(reference.get("resource") or "")) or table_id
        if target not in resource_ids:
            raise InputError(
                path,
                f"a foreign key of '{table_id}' points to the resource '{target}', which is not described.",
                "Describe it, or correct its name.",
            )
        foreign_keys.append(ForeignKey(string_list(key.get("fields")), target, string_list(reference.get("fields"))))
    title = str(resource.get("title") or "")
    description = str(resource.get("description") or "")
    url = next((each for each in string_list(resource.get("path")) if is_iri(each)), "")
    return Table(
        id=table_id,
        titles=(Text(title, language),) if title else (Text(str(resource.get("name", table_id)), "zxx"),),
        descriptions=(Text(description, language),) if description else (),
        url=url,
        primary_key=string_list(schema.get("primaryKey")),
        foreign_keys=tuple(foreign_keys),
    )


def _variable(
    field: Json, schema: Json, dataset: str, table: str, number: int, path: Path, language: str, lists: CodeListRegistry
) -> Variable:
    name = str(field.get("name") or "")
    origin = Origin(path.name, number)
    if not name:
        raise InputError(origin, f"a field of '{table}' has no name.", "Name it.")
    title, description = str(field.get("title") or ""), str(field.get("description") or "")
    titles = (Text(title, language),) if title else (Text(name, "zxx"),)
    constraints: Json = field.get("constraints") or {}
    values = _permitted(field, constraints, origin, language)
    has_known_format = field.get("format") in ("default", *_FORMATS)
    return Variable(
        dataset=dataset,
        table=table,
        name=name,
        origin=origin,
        titles=titles,
        descriptions=(Text(description, language),) if description else (),
        datatype=_datatype(field, name, origin),
        unit=str(field.get("unit") or ""),
        minimum=_first_string(constraints.get("minimum")),
        maximum=_first_string(constraints.get("maximum")),
        pattern=_first_string(constraints.get("pattern")),
        required=bool(constraints["required"]) if "required" in constraints else None,
        notes=(
            *property_notes(field, (*_READ, "format") if has_known_format else _READ),
            *property_notes(constraints, _READ_CONSTRAINTS),
        ),
        multiple=field.get("type") in ("list", "array"),
        property_url=str(field["rdfType"]) if is_iri(str(field.get("rdfType", ""))) else "",
        code_list=lists.add(name, values, origin, titles),
        missing_list=lists.add(
            f"{name}-missing", _missing(field, schema, language), origin, (Text("missingValues", "zxx"),), missing=True
        ),
        order=number,
    )


def _datatype(field: Json, name: str, origin: Origin) -> str:
    kind = str(field.get("type") or "any")
    if kind not in _TYPES:
        raise InputError(
            origin,
            f"the field '{name}' has the type '{kind}', which Table Schema does not have.",
            f"Use one of: {', '.join(_TYPES)}.",
        )
    if kind == "list":
        # The items of a list have a type of their own (https://datapackage.org/standard/table-schema/#list).
        return _TYPES.get(str(field.get("itemType") or "string"), "string")
    return _FORMATS.get(str(field.get("format") or ""), _TYPES[kind]) if kind == "string" else _TYPES[kind]


def _permitted(field: Json, constraints: Json, origin: Origin, language: str) -> tuple[CodedValue, ...]:
    """Return the categories of a field, or its enum; if it has both, the categories that the enum permits."""
    categories = _values(field.get("categories"), language)
    for code, labels in _repeated(field.get("categories")):
        words = f"the category '{code}' of '{field['name']}' occurs several times ({labels}); the first is kept."
        add_remark(origin, words)
    permitted = _values(constraints.get("enum"), language)
    if not (categories and permitted):
        return categories or permitted
    codes = {value.code for value in permitted}
    for value in categories:
        if value.code not in codes:
            text = f"the category '{value.code}' of '{field['name']}' is not in its enum, and is left out."
            add_remark(origin, text)
    return tuple(value for value in categories if value.code in codes)


def _repeated(categories: Any) -> Iterator[tuple[str, str]]:
    """Yield the values of categories that occur with several labels, and these labels."""
    labels: dict[str, dict[str, None]] = {}
    for category in categories if isinstance(categories, list) else []:
        if isinstance(category, Mapping):
            known = labels.setdefault(_first_string(category.get("value")), {})
            known[_first_string(category.get("label"))] = None
    for value, known in labels.items():
        if value and len(known) > 1:
            yield value, ", ".join(known)


def _values(values: Any, language: str) -> tuple[CodedValue, ...]:
    """Return values without labels (`enum`, `categories`) or with labels (`categories` of version 2)."""
    values_by_code: dict[str, CodedValue] = {}
    for value in values if isinstance(values, list) else []:
        labelled = isinstance(value, Mapping)
        code = _first_string(value.get("value") if labelled else value)
        label = _first_string(value.get("label")) if labelled else ""
        labels = (Text(label, language),) if label else (Text(code, "zxx"),)
        if code:
            values_by_code.setdefault(code, CodedValue(code=code, labels=labels))
    return tuple(values_by_code.values())


def _missing(field: Json, schema: Json, language: str) -> tuple[CodedValue, ...]:
    """Return the codes for missing values of the field (version 2) or the schema; an empty cell is not a code."""
    return _values(field.get("missingValues", schema.get("missingValues")), language)


def _first_string(value: Any) -> str:
    return next(iter(string_list(value)), "")
