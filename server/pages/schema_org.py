"""schema.org descriptions (DefinedTerm, DefinedTermSet, Dataset) as JSON-LD embedded in pages.

Built from the data of the page, so it contains nothing that the page does not show.
"""

from __future__ import annotations

from typing import Any

from flask import request

from begrepp.exports.downloads import FORMATS, file_name
from begrepp.records import Text
from server.pages.concepts.concept import ConceptPage
from server.pages.datasets.dataset import DatasetPage
from server.pages.home import HomePage
from server.pages.schemes.scheme import SchemePage
from server.pages.signposting import absolute
from server.served.build import ServedBuild
from server.served.refs import Ref
from server.state import served_build

_MOST = 200
JsonLd = dict[str, Any]


def describe_page(page: object, iri: str = "") -> JsonLd | None:
    """Return the schema.org description of a page; None if schema.org has no class for it."""
    said: JsonLd | None = None
    if isinstance(page, ConceptPage):
        said = _concept(page)
    elif isinstance(page, SchemePage):
        said = _scheme(served_build(), page)
    elif isinstance(page, DatasetPage):
        said = _dataset(page)
    elif isinstance(page, HomePage):
        said = _site(page)
    if said is None:
        return None
    kept = {key: value for key, value in said.items() if value}
    return {"@context": "https://schema.org/", **({"@id": iri} if iri else {}), "url": absolute(request.path), **kept}


def _concept(page: ConceptPage) -> JsonLd:
    exact = [row.other.iri for row in page.mappings if row.predicate == "skos:exactMatch" and not row.negated]
    return {
        "@type": "DefinedTerm",
        "name": _words([page.ref.label, *page.other_labels]),
        "alternateName": [
            term.text.value
            for row in page.terms
            for status, terms in row.terms.items()
            if status != "avradd"
            for term in terms
            if term.text != page.ref.label and term.text not in page.other_labels
        ],
        "description": _words(page.definitions),
        "termCode": page.ref.notation,
        "inDefinedTermSet": _named(page.scheme, "DefinedTermSet") if page.scheme else None,
        "sameAs": exact,
        "license": page.licence,
        "creativeWorkStatus": "Obsolete" if page.status == "inactive" else "",
    }


def _scheme(found: ServedBuild, page: SchemePage) -> JsonLd:
    current = next((row for row in page.releases if row.current), None)
    named = found.manifest.find_graph("scheme", page.facts.id)
    return {
        "@type": ["DefinedTermSet", "Dataset"],
        "name": _words([page.title, *page.other_titles]),
        "description": _words(page.descriptions) or page.title.value,
        "identifier": sorted(page.facts.identifiers),
        "version": current.version if current else "",
        "datePublished": current.valid_from if current else "",
        "publisher": _named(page.publisher, "Organization") if page.publisher else None,
        "license": page.licence,
        "isAccessibleForFree": True,
        "distribution": [
            {
                "@type": "DataDownload",
                "contentUrl": absolute(f"/downloads/{file_name(page.facts.id, form)}"),
                "encodingFormat": media_type,
            }
            for form, media_type in FORMATS.items()
        ]
        if named
        else [],
    }


def _dataset(page: DatasetPage) -> JsonLd:
    holder = page.custodian or page.publisher
    return {
        "@type": "Dataset",
        "name": _words([page.ref.label, *page.other_titles]),
        "description": _words(page.descriptions) or page.ref.label.value,
        "identifier": page.ref.notation,
        "creator": _named(holder, "Organization") if holder else None,
        "license": page.licence,
        "keywords": [text.value for text in page.keywords],
        "temporalCoverage": f"{page.years[0]}/{page.years[1] or '..'}" if page.years[0] else "",
        "conditionsOfAccess": page.access.value if page.access else "",
        "variableMeasured": [
            {
                "@type": "PropertyValue",
                "@id": row.ref.iri,
                "name": row.name,
                "alternateName": row.ref.label.value,
                "description": row.description.value if row.description else row.ref.label.value,
                "propertyID": [concept.iri for concept in row.concepts],
                **({"unitText": row.unit} if row.unit else {}),
            }
            for table in page.tables
            for row in table.variables
        ][:_MOST],
    }


def _site(page: HomePage) -> JsonLd:
    return {
        "@type": ["WebSite", "DataCatalog"],
        "name": "begrepp",
        "dateModified": page.built_at,
        "dataset": [_named(row.ref, "Dataset") for row in page.datasets],
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": absolute("/search") + "?q={search_term_string}"},
            "query-input": "required name=search_term_string",
        },
    }


def _named(ref: Ref, kind: str) -> JsonLd:
    return {"@type": kind, "@id": ref.iri, "name": ref.label.value, "url": absolute(ref.href)}


def _words(texts: list[Text] | Any) -> Any:
    said = [{"@language": text.lang, "@value": text.value} if text.lang else text.value for text in texts if text.value]
    return said[0] if len(said) == 1 else said
