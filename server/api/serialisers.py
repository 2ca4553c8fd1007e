"""Things as the API tells of them: a short form for lists, and all of a concept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from begrepp.rdf.namespaces import compact, expand
from begrepp.records import Text
from server.pages.concepts.concept import NOTES
from server.pages.signposting import rights_of
from server.pages.templating import address
from server.served.build import ServedBuild
from server.served.labels import iris_of, one, refs, statements, texts
from server.served.refs import Ref
from server.served.resolve import Resolved

JsonObject = dict[str, Any]


def short(ref: Ref) -> JsonObject:
    """A thing in a list."""
    return {
        "iri": ref.iri,
        "href": address(ref.href),
        "notation": ref.notation or None,
        "label": ref.label.value or None,
        "lang": ref.label.lang or None,
        "scheme": ref.scheme or None,
        "active": ref.active,
    }


def concept(build: ServedBuild, found: Resolved, language: str) -> JsonObject:
    """All that is said of a concept, with what is above it and after it."""
    said = statements(build, found.iri)
    linked = {name: iris_of(said, name) for name in ("skos:broader", "skos:related", "dct:isReplacedBy")}
    known = refs(build, {found.iri, *(iri for iris in linked.values() for iri in iris)}, language)
    release = next(iter(iris_of(said, "begrepp:inRelease")), "")
    notes = {compact(expand(name)).partition(":")[2]: _lists(texts(said, name)) for name in NOTES}
    return {
        **short(known[found.iri]),
        "status": compact(one(said, "begrepp:status")).removeprefix("begrepp:") or None,
        "prefLabel": {text.lang or "und": text.value for text in reversed(texts(said, "skos:prefLabel"))},
        "altLabel": _lists(texts(said, "skos:altLabel")),
        "hiddenLabel": _lists(texts(said, "skos:hiddenLabel")),
        "definition": _lists(texts(said, "skos:definition")),
        "notes": {name: by_language for name, by_language in notes.items() if by_language},
        **{name.partition(":")[2]: [short(known[iri]) for iri in iris] for name, iris in linked.items()},
        "validFrom": one(said, "begrepp:validFrom") or None,
        "validTo": one(said, "begrepp:validTo") or None,
        "release": release or None,
        "license": (rights_of(build, release).licence or None) if release else None,
    }


def _lists(given: Iterable[Text]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for text in given:
        found[text.lang or "und"].append(text.value)
    return {lang: sorted(values) for lang, values in sorted(found.items())}
