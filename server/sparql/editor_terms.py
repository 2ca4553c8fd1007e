"""The words that queries are written in here, for the editor: prefixes, classes, and what properties each has."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.wrappers import Response

from begrepp.artefact.statistics import read_statistics
from begrepp.rdf.namespaces import compact, prefixes
from server.state import served_build

blueprint = Blueprint("terms", __name__)


@blueprint.get("/sparql/terms")
def list_terms() -> Response:
    """Prefixes; classes and properties with their counts, most used first; properties by class."""
    counted = read_statistics(served_build().folder)
    properties = {name: count for name, (count, _) in counted.properties.items()}
    return jsonify(
        prefixes=prefixes(),
        classes=_ordered(counted.classes),
        properties=_ordered(properties),
        of={
            compact(class_): [name for name, _ in _ordered(own)]
            for class_, own in counted.class_properties.items()
            if compact(class_) != class_
        },
    )


def _ordered(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Names that can be written with a prefix, the most used first."""
    named = [(compact(name), count) for name, count in counts.items() if compact(name) != name]
    return sorted(named, key=lambda entry: (-entry[1], entry[0]))
