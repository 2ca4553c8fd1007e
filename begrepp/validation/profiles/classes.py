"""Documentation of the shapes of a profile, grouped by target class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from begrepp.rdf.namespaces import compact
from begrepp.validation.profiles.shape_doc import PropertyDoc, ShapeDoc, Texts, merge_properties

_SEVERITY_RANK = {"Violation": 0, "Warning": 1, "Info": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassDoc:
    """Documentation of a target class: its shapes, and the merged properties of all of them."""

    id: str
    label: Texts
    targets: tuple[tuple[str, str], ...]
    shapes: tuple[ShapeDoc, ...]
    properties: tuple[PropertyDoc, ...]


def group_by_class(shapes: Sequence[ShapeDoc]) -> list[ClassDoc]:
    """Group shapes by their targets; each shape without a target is a group of its own, at the end."""
    groups: dict[object, list[ShapeDoc]] = {}
    for shape in shapes:
        key: object = tuple(sorted(shape.targets)) or shape.iri
        groups.setdefault(key, []).append(shape)
    classes = [_class(group) for group in groups.values()]
    return [*_with_distinct_ids(sorted(classes, key=lambda each: (not each.targets, -len(each.properties), each.id)))]


def _with_distinct_ids(classes: Iterable[ClassDoc]) -> Iterator[ClassDoc]:
    """Number the second and further classes of an id: shapes of an included profile may have the same local names."""
    seen: Counter[str] = Counter()
    for each in classes:
        seen[each.id] += 1
        yield each if seen[each.id] == 1 else replace(each, id=f"{each.id}-{seen[each.id]}")


def _label(group: Sequence[ShapeDoc]) -> Texts:
    """Return the most common label of the shapes; their targets if no two shapes share a label."""
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
