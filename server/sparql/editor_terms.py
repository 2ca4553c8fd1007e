"""Words of the query editor, and terms for its completion: prefixes, classes, and the properties of each class."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.wrappers import Response

from begrepp.artefact.statistics import read_statistics
from begrepp.rdf.namespaces import compact, prefixes
from server.http.i18n import Translator
from server.pages.templating import address
from server.state import served_build

blueprint = Blueprint("terms", __name__)
_WORDS = (
    *("query", "tabs", "add", "close", "rename", "name", "table", "chart", "graph", "links", "no_graph", "sort"),
    *("filter", "running", "cancel", "cancelled", "failed", "done", "saved", "rowword", "share", "forget"),
)


def editor_words(translate: Translator) -> dict[str, str]:
    """Return the words of the editor in the language of the page, and the addresses that it fetches from."""
    words = {name: translate(f"sparql.{name}") for name in _WORDS}
    return words | {"tab": words["query"], "terms": address("/sparql/terms"), "suggest": address("/search.json")}


@blueprint.get("/sparql/terms")
def list_terms() -> Response:
    """Return prefixes, classes and properties with their counts, and properties by class, in descending order."""
    statistics = read_statistics(served_build().folder)
    properties = {name: count for name, (count, _) in statistics.properties.items()}
    return jsonify(
        prefixes=prefixes(),
        classes=_sort_by_count(statistics.classes),
        properties=_sort_by_count(properties),
        of={
            compact(class_): [name for name, _ in _sort_by_count(counts)]
            for class_, counts in statistics.class_properties.items()
            if compact(class_) != class_
        },
    )


def _sort_by_count(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Return names that have a prefixed form, with their counts in descending order."""
    named = [(compact(name), count) for name, count in counts.items() if compact(name) != name]
    return sorted(named, key=lambda entry: (-entry[1], entry[0]))
