"""Reader of RDForms templates: the form fields of each class."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from begrepp.errors import InputError

NAMESPACES = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "locn": "http://www.w3.org/ns/locn#",
    "odrs": "http://schema.theodi.org/odrs#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "http://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""The prefixes of the templates, as RDForms defines them."""

TYPE = NAMESPACES["rdf"] + "type"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormItem:
    """One form item: a template for the values of a property."""

    path: str
    label: Mapping[str, str]
    description: Mapping[str, str]
    kind: str
    types: tuple[str, ...]
    datatypes: tuple[str, ...]
    choices: tuple[str, ...]
    pattern: str
    value_prefix: str
    minimum: int
    preferred: int
    maximum: int | None
    automatic: bool
    deprecated: bool
    condition: tuple[str, str] | None
    items: tuple[FormItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """The form items of one property, which are alternatives, and their combined cardinality."""

    path: str
    alternatives: tuple[FormItem, ...]
    minimum: int
    preferred: int
    maximum: int | None

    @property
    def label(self) -> Mapping[str, str]:
        """The label of the first item, by language."""
        return self.alternatives[0].label

    @property
    def condition(self) -> tuple[str, str] | None:
        """The property and value that the field depends on, or None."""
        return next((each.condition for each in self.alternatives if each.condition), None)


class Bundle:
    """The templates of a bundle by id. Raises `InputError` if the file is not a bundle."""

    def __init__(self, path: Path) -> None:
        try:
            templates = json.loads(path.read_text(encoding="utf-8"))["templates"]
            self._templates: dict[str, dict[str, Any]] = {str(each["id"]): each for each in templates}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(path, f"is not a template bundle: {error}", "Use DCAT-AP-SE's bundle.json.") from error
        self._path = path

    def template(self, id_: str) -> dict[str, Any]:
        """Return the template with an id, unresolved. Raises `InputError` if there is none."""
        if id_ not in self._templates:
            raise InputError(self._path, f"has no template '{id_}'.", "The publisher may have renamed it.")
        return self._templates[id_]

    def fields(self, id_: str) -> list[FormField]:
        """Return the fields of a class in the order of its form, without `rdf:type`, which the target determines."""
        return group_items(list(self._items(self.template(id_), {})))

    def _items(self, template: Mapping[str, Any], group: Mapping[str, Any]) -> Iterator[FormItem]:
        """Return the items of a form; a group without a property is replaced by its items."""
        for item in template.get("items", []):
            resolved = self._resolve(item)
            if "items" in resolved and "property" not in resolved:
                yield from self._items(resolved, resolved)
            elif "property" in resolved and expand_name(resolved["property"]) != TYPE:
                yield self._item(resolved, group)

    def _resolve(self, item: str | dict[str, Any]) -> dict[str, Any]:
        """Return an item merged with the templates that it refers to or extends."""
        own = self.template(item) if isinstance(item, str) else item
        if set(own) == {"id"}:
            return self._resolve(str(own["id"]))
        return {**self._resolve(str(own["extends"])), **own} if "extends" in own else own

    def _item(self, template: Mapping[str, Any], group: Mapping[str, Any]) -> FormItem:
        own, outer = template.get("cardinality") or {}, group.get("cardinality") or {}
        maxima = [limit for limit in (own.get("max"), outer.get("max")) if limit is not None]
        constraints = {expand_name(key): value for key, value in (template.get("constraints") or {}).items()}
        fixed = [template["value"]] if "value" in template else []
        depends = template.get("deps")
        return FormItem(
            path=expand_name(template["property"]),
            label=group.get("label") or template.get("label") or {},
            description=group.get("description") or template.get("description") or template.get("descriptions") or {},
            kind=str(template.get("nodetype") or ("RESOURCE" if "items" in template else "LITERAL")),
            types=tuple(map(expand_name, _as_list(constraints.get(TYPE)))),
            datatypes=tuple(map(expand_name, _as_list(template.get("datatype")))),
            choices=tuple(
                map(expand_name, (*(str(choice["value"]) for choice in template.get("choices", [])), *fixed))
            ),
            pattern=str(template.get("pattern", "")),
            value_prefix=str(template.get("valueTemplate", "")).partition("$")[0],
            minimum=int(own.get("min", 0)),
            preferred=max(int(own.get("pref", 0)), int(outer.get("pref", 0))),
            maximum=min(maxima) if maxima else None,
            automatic=bool(template.get("automatic")),
            deprecated="deprecated" in template.get("styles", []),
            condition=(expand_name(depends[0]), str(depends[1])) if depends else None,
            items=tuple(self._items(template, {})),
        )


def group_items(items: Sequence[FormItem]) -> list[FormField]:
    """Group the items of a form by property."""
    by_path: dict[str, list[FormItem]] = {}
    for item in items:
        by_path.setdefault(item.path, []).append(item)
    return [_field(each) for each in by_path.values()]


def _field(items: Sequence[FormItem]) -> FormField:
    """Return the field of a property; deprecated items do not contribute to the cardinality."""
    used = [item for item in items if not item.deprecated]
    limits = [item.maximum for item in used if item.maximum is not None]
    return FormField(
        path=items[0].path,
        alternatives=tuple(sorted(items, key=lambda item: item.deprecated)),
        minimum=sum(item.minimum for item in used),
        preferred=max((item.preferred for item in used), default=0),
        maximum=max(limits) if used and len(limits) == len(used) else None,
    )


def expand_name(name: str) -> str:
    """Expand a prefixed name of the templates to an IRI; any other text is unchanged."""
    prefix, colon, local = name.partition(":")
    return NAMESPACES[prefix] + local if colon and prefix in NAMESPACES else name


def _as_list(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)] if value else []
