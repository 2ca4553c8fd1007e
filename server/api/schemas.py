"""What the API's answers look like: JSON Schemas, named as in the OpenAPI description."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
MAYBE: Schema = {"type": ["string", "null"]}
COUNT: Schema = {"type": "integer", "minimum": 0}
FLAG: Schema = {"type": "boolean"}
BY_LANGUAGE: Schema = {"type": "object", "additionalProperties": TEXT}
LISTS_BY_LANGUAGE: Schema = {"type": "object", "additionalProperties": {"type": "array", "items": TEXT}}


def ref(name: str) -> Schema:
    """A reference to a named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def many(schema: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": schema}


def thing(**properties: Schema) -> Schema:
    """An object whose properties are all there."""
    return {"type": "object", "required": [*properties], "properties": properties}


_REF = {"iri": TEXT, "href": TEXT, "notation": MAYBE, "label": MAYBE, "lang": MAYBE, "scheme": MAYBE, "active": FLAG}
_RESOLVED = {
    "type": "object",
    "required": ["system", "code"],
    "description": "Either the concept, or `error` with `reason` and `near`.",
    "properties": {
        "system": TEXT,
        "code": TEXT,
        "asOf": TEXT,
        "iri": TEXT,
        "notation": MAYBE,
        "label": MAYBE,
        "lang": MAYBE,
        "status": MAYBE,
        "successors": many({"type": "object"}),
        "error": {"type": "string", "enum": ["unknown-system", "unknown-code", "ambiguous-code"]},
        "reason": TEXT,
        "near": many({"type": "object"}),
    },
}

SCHEMAS: dict[str, Schema] = {
    "Problem": {
        "type": "object",
        "description": "RFC 9457",
        "required": ["title", "status"],
        "properties": {**dict.fromkeys(("type", "title", "detail", "instance"), TEXT), "status": {"type": "integer"}},
    },
    "Ref": thing(**_REF),
    "Concept": thing(
        **_REF,
        status=MAYBE,
        prefLabel=BY_LANGUAGE,
        altLabel=LISTS_BY_LANGUAGE,
        hiddenLabel=LISTS_BY_LANGUAGE,
        definition=LISTS_BY_LANGUAGE,
        notes={"type": "object", "additionalProperties": LISTS_BY_LANGUAGE},
        broader=many(ref("Ref")),
        related=many(ref("Ref")),
        isReplacedBy=many(ref("Ref")),
        validFrom=MAYBE,
        validTo=MAYBE,
        release=MAYBE,
        license=MAYBE,
    ),
    "Scheme": thing(
        id=TEXT, iri=TEXT, href=TEXT, title=BY_LANGUAGE, identifiers=many(TEXT), systemUri=MAYBE, version=MAYBE,
        validFrom=MAYBE, concepts=COUNT, inactive=COUNT, license=MAYBE, redistributable=FLAG,
    ),
    "Schemes": thing(schemes=many(ref("Scheme"))),
    "Found": thing(**_REF, kind=TEXT, within=MAYBE, matched=MAYBE),
    "Suggestions": thing(query=TEXT, results=many(ref("Found"))),
    "Results": thing(
        query=TEXT, total=COUNT, offset=COUNT, limit=COUNT, results=many(ref("Found")),
        facets={"type": "object", "additionalProperties": {"type": "object", "additionalProperties": COUNT}},
        corrections=many(thing(**{"from": TEXT, "to": TEXT})),
    ),
    "Child": thing(**_REF, narrower=COUNT),
    "Children": thing(concept=ref("Ref"), total=COUNT, offset=COUNT, limit=COUNT, children=many(ref("Child"))),
    "Ancestors": thing(concept=ref("Ref"), ancestors=many(ref("Ref")), paths=many(many(TEXT))),
    "Subsumption": thing(
        a=ref("Ref"),
        b=ref("Ref"),
        outcome={"type": "string", "enum": ["equivalent", "subsumes", "subsumed-by", "not-subsumed"]},
    ),
    "Mapping": thing(
        predicate=TEXT, target=ref("Ref"), negated=FLAG, justification=MAYBE, confidence={"type": ["number", "null"]},
        author=MAYBE, date=MAYBE, comment=MAYBE, record=MAYBE,
    ),
    "Mappings": thing(concept=ref("Ref"), mappings=many(ref("Mapping"))),
    "Resolved": _RESOLVED,
    "AsOf": thing(asOf=TEXT, release=TEXT, since=TEXT, retired=FLAG, concept=ref("Concept")),
}  # fmt: skip
