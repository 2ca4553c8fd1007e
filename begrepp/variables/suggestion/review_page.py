"""Suggestions as a self-contained HTML page for review."""

from __future__ import annotations

import json
from pathlib import Path

from begrepp.variables.suggestion.dataset_suggestions import SuggestionRun
from begrepp.variables.suggestion.sssom_writer import common_prefixes


def to_html(found: SuggestionRun) -> str:
    """The page to review on: the suggestions within it, and nothing fetched or sent."""
    rows = [
        {
            "subject": suggestion.entry.iri,
            "name": suggestion.entry.parent or suggestion.entry.name,
            "code": suggestion.entry.name if suggestion.entry.parent else "",
            "label": suggestion.entry.label,
            "description": next((text.value for text in suggestion.entry.descriptions), ""),
            "unit": suggestion.entry.unit,
            "predicate": predicate,
            "object": suggestion.target.iri,
            "objectLabel": suggestion.target.name,
            "objectCode": suggestion.target.notation,
            "scheme": suggestion.target.scheme.rpartition("/")[2],
            "score": suggestion.score,
            "reasons": list(suggestion.reasons),
        }
        for suggestion, predicate in found.rows()
    ]
    data = json.dumps(
        {
            "title": found.title,
            "set": found.iris.mapping_set(f"reviewed-{found.title.rpartition('/')[2]}"),
            "prefixes": common_prefixes(),
            "rows": rows,
        },
        ensure_ascii=False,
    )
    page = Path(__file__).with_name("review.html").read_text(encoding="utf-8")
    # Within a script element nothing but its end can be misread.
    return page.replace("{{ data }}", data.replace("<", "\\u003c"))
