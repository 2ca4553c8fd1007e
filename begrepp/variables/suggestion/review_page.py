"""Self-contained HTML page for the review of suggestions."""

from __future__ import annotations

import json
from pathlib import Path

from begrepp.variables.suggestion.dataset_suggestions import SuggestionRun
from begrepp.variables.suggestion.sssom_writer import common_prefixes


def to_html(run: SuggestionRun) -> str:
    """Return the review page with the suggestions as JSON; it fetches and sends nothing."""
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
        for suggestion, predicate in run.rows()
    ]
    data = json.dumps(
        {
            "title": run.title,
            "set": run.iris.mapping_set(f"reviewed-{run.title.rpartition('/')[2]}"),
            "prefixes": common_prefixes(),
            "rows": rows,
        },
        ensure_ascii=False,
    )
    page = Path(__file__).with_name("review.html").read_text(encoding="utf-8")
    # `<` is escaped so that the data cannot close the script element.
    return page.replace("{{ data }}", data.replace("<", "\\u003c"))
