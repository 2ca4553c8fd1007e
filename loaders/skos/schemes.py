"""Schemes of a SKOS graph: declared ones, or those that concepts refer to."""

from __future__ import annotations

import re

from pyoxigraph import Literal, NamedNode

from begrepp.errors import InputError
from begrepp.rdf.namespaces import expand
from begrepp.records import EditionFiles, Scheme, Text
from loaders.declaration.agents import is_publisher_type, slug
from loaders.declaration.toml_table import TomlTable
from loaders.skos.properties import (
    BROADER,
    DEFINITION,
    IN_SCHEME,
    LICENCES,
    NARROWER,
    PUBLISHERS,
    TITLES,
    TOP_OF,
    texts_of,
    unique_texts,
)
from loaders.support.rdf_files import Graph, GraphNode


def find_schemes(graph: Graph, declaration: TomlTable) -> list[NamedNode]:
    """Return the schemes in the order of the file; if none is declared, those that concepts refer to.

    Raises `InputError` if there are none and the declaration has no `[scheme]`.
    """
    found = graph.instances_of(expand("skos:ConceptScheme"))
    if not found:
        referenced = dict.fromkeys(
            scheme
            for subject in graph.triples
            for scheme in graph.objects(subject, IN_SCHEME, TOP_OF)
            if isinstance(scheme, NamedNode)
        )
        found = list(referenced)
    if not found and "scheme" not in declaration:
        raise InputError(
            graph.origin,
            "there is no skos:ConceptScheme in the file.",
            'Declare one in source.toml: [scheme] title.sv = "…" (and iri = "https://…" if it has an address).',
        )
    return found or [NamedNode("urn:begrepp:none")]


def new_schemes(
    declaration: TomlTable, edition: EditionFiles, graph: Graph, nodes: list[NamedNode]
) -> tuple[dict[NamedNode, Scheme], str]:
    """Return each scheme as a record, and the language of untagged literals.

    `[scheme]` describes the first scheme, or the one with its `iri`, which is moved to the front of `nodes`.
    """
    section = declaration.table("scheme")
    iri = section.iri("iri")
    language = section.language("language") or "und"
    if iri:
        chosen = NamedNode(iri)
        nodes[:] = [chosen, *(node for node in nodes if node not in (chosen, NamedNode("urn:begrepp:none")))]
    id_ = section.slug("id", default=slug(edition.source))
    titles, descriptions = section.texts("title"), section.texts("description")
    pattern, system = section.pattern("notation_pattern"), section.iri("preferred_system_uri")
    identifiers = section.strings("identifiers")
    hierarchical = section.flag(
        "hierarchical", default=any(True for s in graph.triples for _ in graph.objects(s, BROADER, NARROWER))
    )
    section.done()
    schemes: dict[NamedNode, Scheme] = {}
    ids = _scheme_ids(nodes, id_)
    for number, node in enumerate(nodes):
        iri_of_node = node.value if node.value != "urn:begrepp:none" else ""
        name = re.split(r"[/#:]", iri_of_node.rstrip("/#"))[-1]
        schemes[node] = Scheme(
            id=ids[node],
            titles=(titles if number == 0 else ())
            or _scheme_titles(graph, node, language)
            or (Text(name or id_, "und"),),
            descriptions=(descriptions if number == 0 else ())
            or unique_texts(texts_of(graph.objects(node, expand("dct:description"), DEFINITION), language)),
            identifiers=tuple(
                dict.fromkeys(
                    (
                        *identifiers,
                        *(o.value for o in graph.objects(node, expand("dct:identifier")) if isinstance(o, Literal)),
                    )
                )
                if number == 0
                else (o.value for o in graph.objects(node, expand("dct:identifier")) if isinstance(o, Literal))
            ),
            preferred_system_uri=system if number == 0 else "",
            notation_pattern=pattern if number == 0 else "",
            hierarchical=hierarchical,
            iri=iri_of_node,
        )
    return schemes, language


def _scheme_ids(nodes: list[NamedNode], first_id: str) -> dict[NamedNode, str]:
    """Return ids: that of the source for the first scheme, with the last segment of the IRI for the others.

    Ids that would be the same are numbered in the order of the IRIs, not of the file.
    """
    ids = {nodes[0]: first_id}
    for number, node in enumerate(sorted(nodes[1:], key=lambda each: each.value), start=1):
        name = slug(re.split(r"[/#:]", node.value.rstrip("/#"))[-1]) or str(number)
        ids[node] = f"{first_id}-{name}"
        if list(ids.values()).count(ids[node]) > 1:
            ids[node] = f"{first_id}-{name}-{number}"
    return ids


def _scheme_titles(graph: Graph, node: GraphNode, language: str) -> tuple[Text, ...]:
    """Return the titles of a scheme, one per language, of the first property that has any."""
    for predicate in TITLES:
        if texts := texts_of(graph.objects(node, predicate), language):
            return unique_texts(texts)
    return ()


def suggested_rights(graph: Graph, scheme: NamedNode) -> dict[str, str]:
    """Return licence and publisher of a scheme, and the publisher's type (ADMS), as stated in the file."""
    licence = next((o.value for o in graph.objects(scheme, *LICENCES) if o.value.startswith("http")), "")
    publisher = next(graph.objects(scheme, *PUBLISHERS), None)
    name = kind = ""
    if isinstance(publisher, Literal):
        name = publisher.value
    elif publisher is not None:
        named = graph.objects(publisher, expand("foaf:name"), expand("rdfs:label"), expand("skos:prefLabel"))
        name = next((o.value for o in named if isinstance(o, Literal)), getattr(publisher, "value", ""))
        kind = next((o.value for o in graph.objects(publisher, expand("dct:type")) if is_publisher_type(o.value)), "")
    return {"licence": licence, "publisher": name, "publisher_type": kind}
