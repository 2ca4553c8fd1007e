"""Notices on a page about query parameters that were not used."""

from __future__ import annotations

from flask import g

from server.http.query_parameters import nearest_name, shown_names
from server.http.web_request import WebRequest


def parameter_notices() -> dict[str, object]:
    """Return the variables of the page template: unknown and repeated parameters, and values that were ignored."""
    notices: dict[str, object] = {}
    if unknown := g.get("unknown_parameters"):
        notices["unknown_parameters"] = [
            (name, nearest_name(name, g.known_parameters)) for name in shown_names(unknown)
        ]
    if repeated := g.get("repeated_parameters"):
        notices["repeated_parameters"] = shown_names(repeated)
    if unusable := g.get("unusable_values"):
        notices["unusable_values"] = unusable
    return notices


def used_parameters(here: WebRequest) -> list[tuple[str, str]]:
    """Return the parameters of this page without those whose values were ignored."""
    ignored = {each.name for each in g.get("unusable_values", ())}
    return [(name, value) for name, value in here.args.items(multi=True) if name not in ignored]
