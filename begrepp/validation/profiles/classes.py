"""The rules of a profile gathered by what they look at: all that is asked of a dataset, whichever shapes ask it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from begrepp.rdf.namespaces import compact
from begrepp.validation.profiles.shape_doc import PropertyDoc, ShapeDoc, Texts, merge_properties

_SEVERITY_RANK = {"Violation": 0, "Warning": 1, "Info": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassDoc:
    """What is asked of one kind of thing; `shapes` are those that ask, `properties` all of theirs together."""

    id: str
    label: Texts
    targets: tuple[tuple[str, str], ...]
    shapes: tuple[ShapeDoc, ...]
    properties: tuple[PropertyDoc, ...]


def group_by_class(shapes: Sequence[ShapeDoc]) -> list[ClassDoc]:
    """The shapes by their targets; those that only others refer to, each by itself and last."""
    groups: dict[object, list[ShapeDoc]] = {}
    for shape in shapes:
        key: object = tuple(sorted(shape.targets)) or shape.iri
        groups.setdefault(key, []).append(shape)
    found = [_class(group) for group in groups.values()]
    return sorted(found, key=lambda each: (not each.targets, -len(each.properties), each.id))


def _label(group: Sequence[ShapeDoc]) -> Texts:
    """What most of the shapes call it; shapes that each have a name of their own are called by what they look at."""
    names = Counter(frozenset(shape.label.items()) for shape in group if shape.label)
    if len(group) == 1 or (names and names.most_common(1)[0][1] > 1):
        return dict(names.most_common(1)[0][0]) if names else {}
    return {"": ", ".join(dict.fromkeys(compact(value) for _, value in group[0].targets))}


def _class(group: Sequence[ShapeDoc]) -> ClassDoc:
    first = max(group, key=lambda shape: len(shape.properties))
    properties = merge_properties([each for shape in group for each in shape.properties])
    return ClassDoc(
        id=first.id,
        label=_label(group),
        targets=first.targets,
        shapes=tuple(sorted(group, key=lambda shape: shape.id)),
        properties=tuple(
            sorted(properties, key=lambda each: (_SEVERITY_RANK.get(each.severity, 0), each.order, each.path))
        ),
    )
