"""Responses with RDF graphs, in another format that the client accepts where RDF/XML cannot hold the graph."""

from __future__ import annotations

from flask import Response, request
from pyoxigraph import Triple

from begrepp.errors import UnsuitableFormat
from begrepp.rdf.xml_output import can_be_property, check_rdf_xml
from server.http.negotiation import GRAPH_FORMATS, RDF_XML, Format, find_next_format
from server.served.build import ServedBuild
from server.served.documents import serialise


def graph_response(triples: list[Triple], format_: Format) -> Response:
    """Return triples in a format, or in the next one in `Accept` if the suffix and `?format=` name none.

    Raises `NotAcceptable` if the client accepts no format that can hold them.
    """
    try:
        body = serialise(triples, format_)
    except UnsuitableFormat as error:
        format_ = find_next_format(request, error, GRAPH_FORMATS)
        body = serialise(triples, format_)
    return Response(body, content_type=f"{format_.media_type}; charset=utf-8")


def find_document_format(triples: list[Triple]) -> Format:
    """Return RDF/XML for a client that prefers it, or the next format as `graph_response` does."""
    try:
        check_rdf_xml(triples)
    except UnsuitableFormat as error:
        return find_next_format(request, error, GRAPH_FORMATS)
    return RDF_XML


def offered_formats(build: ServedBuild, iri: str) -> tuple[Format, ...]:
    """Return the RDF formats that a document links to: without RDF/XML if it cannot hold a property of the concept."""
    record = build.concepts.record(iri)
    if record and not all(can_be_property(each.property) for each in record.properties):
        return tuple(each for each in GRAPH_FORMATS if each != RDF_XML)
    return GRAPH_FORMATS
