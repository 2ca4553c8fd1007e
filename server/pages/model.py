"""Data of the page of the data model: a diagram of each part, and every class and property with an example query.

Classes, properties, counts and references are read from the build; names and definitions from the vocabulary, the
shapes and `ontology/model.toml`, which also says which classes belong together.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from threading import Lock
from typing import Any

from cachetools import LRUCache, cached
from markupsafe import Markup
from msgspec import Struct
from pyoxigraph import NamedNode

from begrepp.artefact.statistics import Statistics, read_statistics
from begrepp.queries.page_queries import select, value
from begrepp.rdf.namespaces import compact, expand, prefixes
from begrepp.records import Text
from begrepp.settings import ROOT
from begrepp.validation.profiles.diagram import DiagramBox, DiagramRow, render_boxes
from server.http.i18n import Translator
from server.pages.concepts.resource import property_label
from server.served.build import ServedBuild
from server.served.labels import choose_text, find_all_statements, find_refs, property_texts
from server.served.refs import Ref

_ROWS = 7
"""Properties of a class that a diagram shows: those that lead to other classes first, then the most used."""
_NOT_SHOWN = (expand("rdf:type"),)
_TECHNICAL = ("owl:", "sh:", "rdfs:", "sd:")


class PropertyUse(Struct, frozen=True, kw_only=True):
    """A property as instances of a class use it: number of triples, and the classes that it leads to."""

    name: str
    label: Text
    definition: Text | None
    count: int
    targets: Sequence[str]
    example: str


class ClassUse(Struct, frozen=True, kw_only=True):
    """A class with the number of its instances and its properties; `id` is its anchor on the page."""

    id: str
    name: str
    label: Text
    definition: Text | None
    count: int
    properties: Sequence[PropertyUse]
    example: str


class ModelPart(Struct, frozen=True, kw_only=True):
    """A part of the model: its diagram and its classes."""

    id: str
    title: Text
    diagram: Markup
    classes: Sequence[ClassUse]


class ModelPage(Struct, frozen=True, kw_only=True):
    """Data of the page of the data model; `others` are classes that no part names."""

    parts: Sequence[ModelPart]
    others: Sequence[ClassUse]
    names: Mapping[str, str]
    prefixes: Mapping[str, str]
    triples: int


def anchor(name: str) -> str:
    """Return the anchor of a class on the page: `skos-Concept`."""
    return name.replace(":", "-")


@cached(LRUCache(maxsize=4), key=lambda build, translate: (build.folder, translate.language), lock=Lock())
def model_page(build: ServedBuild, translate: Translator) -> ModelPage:
    """Return the data of the page, cached by build and language."""
    model, statistics = _read_model(), read_statistics(build.folder)
    described = model.get("class", {})
    listed = {expand(name) for part in model["part"] for name in part["classes"]}
    shown = [
        iri
        for iri, count in statistics.classes.items()
        if count and (iri in listed or (compact(iri) != iri and not compact(iri).startswith(_TECHNICAL)))
    ]
    targets = {iri: _targets(build, iri) for iri in shown}
    terms = {*shown, *(name for iri in shown for name in statistics.class_properties.get(iri, {}))}
    known = find_refs(build, terms, translate.language)
    definitions = {
        iri: choose_text(property_texts(said, "skos:definition"), translate.language)
        for iri, said in find_all_statements(build, terms).items()
    }
    classes = {}
    for iri in shown:
        words = described.get(compact(iri), {})
        classes[iri] = ClassUse(
            id=anchor(compact(iri)),
            name=compact(iri),
            label=_chosen(words, "", translate) or _class_label(iri, translate, known),
            definition=_chosen(words, "about_", translate) or definitions.get(iri),
            count=statistics.classes[iri],
            properties=_properties(iri, statistics, targets[iri], translate, known, definitions),
            example=f"SELECT ?thing WHERE {{\n  ?thing a {compact(iri)} .\n}} LIMIT 20",
        )
    parts = []
    for part in model["part"]:
        own = [classes[expand(name)] for name in part["classes"] if expand(name) in classes]
        title = _chosen(part, "", translate) or Text(part["id"], "")
        parts.append(ModelPart(id=part["id"], title=title, diagram=_diagram(own, title, translate), classes=own))
    return ModelPage(
        parts=[part for part in parts if part.classes],
        others=sorted((use for iri, use in classes.items() if iri not in listed), key=lambda use: use.name),
        names={use.name: use.label.value for use in classes.values()},
        prefixes=dict(sorted(prefixes().items())),
        triples=statistics.triples,
    )


@cache
def _read_model() -> dict[str, Any]:
    return tomllib.loads((ROOT / "ontology" / "model.toml").read_text(encoding="utf-8"))


def _targets(build: ServedBuild, class_iri: str) -> dict[str, set[str]]:
    """Return the classes that each property leads to, as the first instances of a class use it."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in select(build.store, "model-links", **{"class": NamedNode(class_iri)}):
        found[value(row, "property")].add(value(row, "target"))
    return found


def _properties(
    class_iri: str,
    statistics: Statistics,
    targets: Mapping[str, set[str]],
    translate: Translator,
    known: dict[str, Ref],
    definitions: Mapping[str, Text | None],
) -> list[PropertyUse]:
    counts = statistics.class_properties.get(class_iri, {})
    return [
        PropertyUse(
            name=compact(iri),
            label=property_label(iri, translate, known),
            definition=definitions.get(iri),
            count=count,
            targets=sorted(compact(target) for target in targets.get(iri, ())),
            example="SELECT ?thing ?value WHERE {\n"
            f"  ?thing a {compact(class_iri)} ; {_path(iri)} ?value .\n}} LIMIT 20",
        )
        for iri, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        if iri not in _NOT_SHOWN
    ]


def _path(iri: str) -> str:
    return compact(iri) if compact(iri) != iri else f"<{iri}>"


def _diagram(classes: Sequence[ClassUse], title: Text, translate: Translator) -> Markup:
    """Return the diagram of a part. The SVG is trusted: `render_boxes` escapes all text."""
    here = {use.name for use in classes}
    boxes = []
    for use in classes:
        leading = [each for each in use.properties if set(each.targets) & here - {use.name}]
        leading += [each for each in use.properties if each not in leading and _elsewhere(each, here)]
        rows = [*leading, *(each for each in use.properties if each not in leading)][:_ROWS]
        boxes.append(
            DiagramBox(
                id=use.id,
                title=use.label.value[:1].upper() + use.label.value[1:],
                subtitle=translate.number(use.count),
                rows=[
                    DiagramRow(
                        name=" → ".join((each.name, *_elsewhere(each, here))),
                        note=translate.number(each.count),
                        required=each in leading,
                        targets=tuple(anchor(name) for name in each.targets if name in here),
                    )
                    for each in rows
                ],
                hidden=len(use.properties) - len(rows),
                href=f"#{use.id}",
            )
        )
    return Markup(render_boxes(boxes, title.value))


def _elsewhere(use: PropertyUse, here: set[str]) -> list[str]:
    """Return the first class of another diagram that a property leads to, if it leads to none of this one."""
    if set(use.targets) & here:
        return []
    listed = {name for part in _read_model()["part"] for name in part["classes"]}
    return [name for name in use.targets if name in listed][:1]


def _chosen(words: Mapping[str, Any], stem: str, translate: Translator) -> Text | None:
    texts = [Text(str(words[stem + lang]), lang) for lang in ("sv", "en") if stem + lang in words]
    return choose_text(texts, translate.language)


def _class_label(iri: str, translate: Translator, known: dict[str, Ref]) -> Text:
    label = property_label(iri, translate, known)
    return label if label.value != compact(iri) else Text(compact(iri).partition(":")[2], "")
