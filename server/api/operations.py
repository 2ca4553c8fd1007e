"""What the API can be asked: each operation with its parameters, an example, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pyoxigraph import NamedNode

from begrepp.queries.pages import select, value
from server.api.parameters import (
    AS_OF,
    DATASET,
    KIND,
    LANG,
    OFFSET,
    QUERY,
    SCHEME,
    STATUS,
    SYSTEM,
    Parameter,
    limit,
    lookup,
)  # fmt: skip
from server.api.serialisers import JsonObject, concept, short
from server.http.i18n import translations
from server.pages.concepts.mapping_rows import mapping_rows
from server.pages.concepts.tree import children, paths_to
from server.pages.schemes.scheme import scheme_row
from server.pages.search import HitRow, results
from server.pages.signposting import licence_of
from server.pages.templating import address
from server.served.as_of import build_as_of, day_asked, meant_on, reading
from server.served.batch_resolve import resolve_codes
from server.served.build import ServedBuild
from server.served.labels import refs, statements
from server.served.resolve import Missing, Resolved, by_iri, by_system

ApiCall = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A question of the API; `example` is a query string that runs on the bundled graph."""

    name: str
    parameters: tuple[Parameter, ...]
    schema: str
    answer: Callable[[ServedBuild, ApiCall, str], JsonObject]
    example: dict[str, str]

    @property
    def summary(self) -> str:
        """What it answers, in English."""
        return translations("en")[f"api.operation.{self.name}"]

    @property
    def path(self) -> str:
        """Where it is asked."""
        return f"/api/v1/{self.name}"

    @property
    def example_path(self) -> str:
        """The example as an address."""
        return f"{self.path}?{urlencode(self.example)}" if self.example else self.path


def found_by(build: ServedBuild, asked: ApiCall, suffix: str = "") -> Resolved:
    """The concept that is asked for, by IRI or by system and code; raises `Missing`."""
    if iri := asked[f"iri{suffix}"].strip():
        found = by_iri(build, iri)
    elif asked["system"].strip() and asked[f"code{suffix}"].strip():
        found = by_system(build, asked["system"].strip(), asked[f"code{suffix}"].strip())
    else:
        raise Missing("No concept is given.", f"Give iri{suffix}=…, or system=… and code{suffix}=….")
    if NamedNode("http://www.w3.org/2004/02/skos/core#Concept") not in statements(build, found.iri).get(_TYPE, []):
        raise Missing(f"{found.iri} is not a concept.", "Give the IRI of a concept.")
    return found


_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def _lookup(build: ServedBuild, asked: ApiCall, language: str) -> JsonObject:
    found = found_by(build, asked)
    if day := day_asked(asked["asOf"]):
        found = meant_on(build, found, day)
        return concept(build_as_of(build, reading(build, found, day)), found, language)
    return concept(build, found, language)


def _as_of(build: ServedBuild, asked: ApiCall, language: str) -> JsonObject:
    day = day_asked(asked["asOf"])
    assert day is not None
    found = meant_on(build, found_by(build, asked), day)
    read = reading(build, found, day)
    return {
        "asOf": day.isoformat(),
        "release": read.held_in.version,
        "since": read.since.isoformat(),
        "retired": read.retired,
        "concept": concept(build_as_of(build, read), found, language),
    }


def _schemes(build: ServedBuild, asked: ApiCall, language: str) -> JsonObject:
    rows = []
    for scheme in sorted(build.schemes.by_iri.values(), key=lambda scheme: scheme.id):
        row = scheme_row(build, scheme, language)
        rows.append(
            {
                "id": scheme.id,
                "iri": scheme.iri,
                "href": address(row.href),
                "title": {text.lang: text.value for text in scheme.titles},
                "identifiers": sorted(scheme.identifiers),
                "systemUri": scheme.system_uri or None,
                "version": row.version or None,
                "validFrom": row.valid_from or None,
                "concepts": row.concepts,
                "inactive": row.inactive,
                "license": licence_of(build, scheme.id) or None,
                "redistributable": row.redistributable,
            }
        )
    return {"schemes": rows}


def _filters(build: ServedBuild, asked: ApiCall) -> dict[str, str]:
    scheme = build.schemes.by_id.get(asked["scheme"])
    if asked["scheme"] and scheme is None:
        raise Missing(f"There is no code system {asked['scheme']}.", "See /api/v1/schemes.")
    wanted = {
        "scheme": scheme.iri if scheme else "",
        "kind": asked["kind"],
        "status": asked.get("status", ""),
        "dataset": build.iris.dataset(asked["dataset"]) if asked.get("dataset") else "",
    }
    return {name: given for name, given in wanted.items() if given}


def _hit(result: HitRow) -> JsonObject:
    return {
        "iri": result.iri,
        "href": address(result.href),
        "notation": result.notation or None,
        "label": result.label.value or None,
        "lang": result.label.lang or None,
        "scheme": result.scheme or None,
        "active": result.active,
        "kind": result.kind,
        "within": result.within.value if result.within else None,
        "matched": result.matched.value if result.matched else None,
    }


def _search(build: ServedBuild, asked: ApiCall, language: str) -> JsonObject:
    query, filters = asked["q"].strip()[:200], _filters(build, asked)
    total, hits = build.index.search(
        query, limit=asked["limit"], offset=asked["offset"], user_language=language, **filters
    )
    return {
        "query": query,
        "total": total,
        "offset": asked["offset"],
        "limit": asked["limit"],
        "results": [_hit(result) for result in results(build, hits, language)],
        "facets": {name: dict(counts) for name, counts in build.index.facets(query, **filters).items()},
        "corrections": [{"from": old, "to": new} for old, new in build.index.corrections(query)],
    }


def _autocomplete(build: ServedBuild, asked: ApiCall, language: str) -> JsonObject:
    query = asked["q"].strip()[:200]
    hits = build.index.suggest(query, limit=asked["limit"], user_language=language, **_filters(build, asked))
    return {"query": query, "results": [_hit(result) for result in results(build, hits, language)]}


def _children(build: ServedBuild, asked: ApiCall, language: str) -> JsonObject:
    found = found_by(build, asked)
    nodes = children(build, [found.iri], language).get(found.iri, [])
    shown = nodes[asked["offset"] : asked["offset"] + asked["limit"]]
    return {
        "concept": short(refs(build, [found.iri], language)[found.iri]),
        "total": len(nodes),
        "offset": asked["offset"],
        "limit": asked["limit"],
        "children": [{**short(node.ref), "narrower": node.below} for node in shown],
    }


def _above(build: ServedBuild, iri: str) -> set[str]:
    rows = select(build.store, "concept-ancestors", concept=NamedNode(iri))
    return {value(row, "parent") for row in rows} - {iri}


def _ancestors(build: ServedBuild, asked: ApiCall, language: str) -> JsonObject:
    found = found_by(build, asked)
    above = _above(build, found.iri)
    known = refs(build, {found.iri, *above}, language)
    return {
        "concept": short(known[found.iri]),
        "ancestors": [short(known[iri]) for iri in sorted(above, key=lambda iri: known[iri].sort_key)],
        "paths": [[step.iri for step in path] for path in paths_to(build, found.iri, language)],
    }


def _subsumes(build: ServedBuild, asked: ApiCall, language: str) -> JsonObject:
    a, b = found_by(build, asked, "A").iri, found_by(build, asked, "B").iri
    if a == b:
        outcome = "equivalent"
    elif a in _above(build, b):
        outcome = "subsumes"
    else:
        outcome = "subsumed-by" if b in _above(build, a) else "not-subsumed"
    known = refs(build, [a, b], language)
    return {"a": short(known[a]), "b": short(known[b]), "outcome": outcome}


def _mappings(build: ServedBuild, asked: ApiCall, language: str) -> JsonObject:
    found = found_by(build, asked)
    incoming: dict[str, list[str]] = {}
    rows = mapping_rows(build, found.iri, statements(build, found.iri), incoming, language)
    return {
        "concept": short(refs(build, [found.iri], language)[found.iri]),
        "mappings": [
            {
                "predicate": row.predicate,
                "target": short(row.other),
                "negated": row.negated,
                "justification": row.justification or None,
                "confidence": row.confidence,
                "author": row.author or None,
                "date": row.date or None,
                "comment": row.comment.value if row.comment else None,
                "record": address(row.href) if row.href else None,
            }
            for row in rows
            if asked["scheme"] in ("", row.other.scheme)
        ],
    }


def _resolve(build: ServedBuild, asked: ApiCall, language: str) -> JsonObject:
    question = {"system": asked["system"], "code": asked["code"], "asOf": asked["asOf"]}
    return resolve_codes(build, [question], language)[0]


_BY = (*lookup(), SYSTEM)
_CODE = Parameter(name="code", required=True)
_OF = Parameter(name="system", required=True)
_DAY = Parameter(name="asOf", day=True, required=True)
_C34 = {"system": "icd-10-se-demo", "code": "c34.1"}

OPERATIONS = (
    Operation(name="lookup", parameters=(*_BY, AS_OF, LANG), schema="Concept", answer=_lookup,
              example={"system": "onkologi", "code": "lungcancer"}),
    Operation(name="search",
              parameters=(QUERY, SCHEME, KIND, STATUS, DATASET, limit(100, 25), OFFSET, LANG), schema="Results",
              answer=_search, example={"q": "brostcancer", "limit": "3"}),
    Operation(name="autocomplete",
              parameters=(QUERY, SCHEME, KIND, limit(20, 8), LANG), schema="Suggestions", answer=_autocomplete,
              example={"q": "lungc", "kind": "concept", "limit": "3"}),
    Operation(name="children",
              parameters=(*_BY, limit(1000, 200), OFFSET, LANG), schema="Children", answer=_children,
              example={"system": "onkologi", "code": "cancer", "limit": "3"}),
    Operation(name="ancestors", parameters=(*_BY, LANG),
              schema="Ancestors", answer=_ancestors, example={"system": "onkologi", "code": "lungcancer"}),
    Operation(name="subsumes",
              parameters=(SYSTEM, *lookup("A"), *lookup("B"), LANG),
              schema="Subsumption", answer=_subsumes,
              example={"system": "onkologi", "codeA": "cancer", "codeB": "lungcancer"}),
    Operation(name="mappings",
              parameters=(*_BY, SCHEME, LANG), schema="Mappings", answer=_mappings,
              example={"system": "onkologi", "code": "lungcancer"}),
    Operation(name="resolve",
              parameters=(_OF, _CODE, AS_OF, LANG), schema="Resolved", answer=_resolve,
              example={"system": "urn:oid:1.2.752.116.1.1.1", "code": "C341"}),
    Operation(name="as-of", parameters=(*_BY, _DAY, LANG), schema="AsOf",
              answer=_as_of, example={"system": "atc", "code": "L01EB01", "asOf": "2022-06-30"}),
    Operation(name="schemes", parameters=(LANG,), schema="Schemes", answer=_schemes,
              example={}),
)  # fmt: skip
"""All of them; the page, the description and the routes are made from this list."""
