"""The templates of a bundle: what a form asks of each property of a class of thing."""

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
"""The prefixes that the templates use, as RDForms understands them."""

TYPE = NAMESPACES["rdf"] + "type"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One template: what a value of a property may be."""

    path: str
    label: Mapping[str, str]
    description: Mapping[str, str]
    kind: str
    types: tuple[str, ...]
    datatypes: tuple[str, ...]
    choices: tuple[str, ...]
    pattern: str
    starts: str
    minimum: int
    preferred: int
    maximum: int | None
    automatic: bool
    deprecated: bool
    condition: tuple[str, str] | None
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """All that a form asks of one property: the templates that share it are alternatives to each other."""

    path: str
    alternatives: tuple[Item, ...]
    minimum: int
    preferred: int
    maximum: int | None

    @property
    def label(self) -> Mapping[str, str]:
        """What the form calls it."""
        return self.alternatives[0].label

    @property
    def condition(self) -> tuple[str, str] | None:
        """The property and value that it depends on."""
        return next((each.condition for each in self.alternatives if each.condition), None)


class Bundle:
    """The templates by id. Raises `InputError` where the file is no bundle."""

    def __init__(self, path: Path) -> None:
        try:
            said = json.loads(path.read_text(encoding="utf-8"))["templates"]
            self._known: dict[str, dict[str, Any]] = {str(each["id"]): each for each in said}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(path, f"is not a template bundle: {error}", "Use DCAT-AP-SE's bundle.json.") from error
        self._path = path

    def template(self, id_: str) -> dict[str, Any]:
        """A template as it is written. Raises `InputError` where there is none of that id."""
        if id_ not in self._known:
            raise InputError(self._path, f"has no template '{id_}'.", "The publisher may have renamed it.")
        return self._known[id_]

    def fields(self, id_: str) -> list[Field]:
        """The properties of a class, in the order of its form; the type of the thing itself is left to its target."""
        return fields_of(list(self._items(self.template(id_), {})))

    def _items(self, template: Mapping[str, Any], group: Mapping[str, Any]) -> Iterator[Item]:
        """The items of a form; those of a group without a property of its own stand beside each other in it."""
        for item in template.get("items", []):
            whole = self._whole(item)
            if "items" in whole and "property" not in whole:
                yield from self._items(whole, whole)
            elif "property" in whole and iri(whole["property"]) != TYPE:
                yield self._item(whole, group)

    def _whole(self, item: str | dict[str, Any]) -> dict[str, Any]:
        """An item with all that it takes over from the template it extends."""
        own = self.template(item) if isinstance(item, str) else item
        if set(own) == {"id"}:
            return self._whole(str(own["id"]))
        return {**self._whole(str(own["extends"])), **own} if "extends" in own else own

    def _item(self, said: Mapping[str, Any], group: Mapping[str, Any]) -> Item:
        own, around = said.get("cardinality") or {}, group.get("cardinality") or {}
        maxima = [limit for limit in (own.get("max"), around.get("max")) if limit is not None]
        constraints = {iri(key): value for key, value in (said.get("constraints") or {}).items()}
        fixed = [said["value"]] if "value" in said else []
        depends = said.get("deps")
        return Item(
            path=iri(said["property"]),
            label=group.get("label") or said.get("label") or {},
            description=group.get("description") or said.get("description") or said.get("descriptions") or {},
            kind=str(said.get("nodetype") or ("RESOURCE" if "items" in said else "LITERAL")),
            types=tuple(map(iri, _listed(constraints.get(TYPE)))),
            datatypes=tuple(map(iri, _listed(said.get("datatype")))),
            choices=tuple(map(iri, (*(str(choice["value"]) for choice in said.get("choices", [])), *fixed))),
            pattern=str(said.get("pattern", "")),
            starts=str(said.get("valueTemplate", "")).partition("$")[0],
            minimum=int(own.get("min", 0)),
            preferred=max(int(own.get("pref", 0)), int(around.get("pref", 0))),
            maximum=min(maxima) if maxima else None,
            automatic=bool(said.get("automatic")),
            deprecated="deprecated" in said.get("styles", []),
            condition=(iri(depends[0]), str(depends[1])) if depends else None,
            items=tuple(self._items(said, {})),
        )


def fields_of(items: Sequence[Item]) -> list[Field]:
    """The items of a form by property."""
    found: dict[str, list[Item]] = {}
    for item in items:
        found.setdefault(item.path, []).append(item)
    return [_field(each) for each in found.values()]


def _field(items: Sequence[Item]) -> Field:
    """What is asked of a property by all its templates together; those out of use ask for nothing."""
    used = [item for item in items if not item.deprecated]
    limits = [item.maximum for item in used if item.maximum is not None]
    return Field(
        path=items[0].path,
        alternatives=tuple(sorted(items, key=lambda item: item.deprecated)),
        minimum=sum(item.minimum for item in used),
        preferred=max((item.preferred for item in used), default=0),
        maximum=max(limits) if used and len(limits) == len(used) else None,
    )


def iri(name: str) -> str:
    """A prefixed name of the templates as a whole IRI; anything else as it is."""
    prefix, colon, local = name.partition(":")
    return NAMESPACES[prefix] + local if colon and prefix in NAMESPACES else name


def _listed(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)] if value else []
