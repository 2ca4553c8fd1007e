"""Every format of a report by its name: what it is called on the web, and who writes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pyoxigraph import RdfFormat, parse, serialize

from begrepp.rdf.namespaces import prefixes
from begrepp.validation.outcome import ValidationOutcome
from begrepp.validation.reports.html import html
from begrepp.validation.reports.json_csv import as_csv, as_json
from begrepp.validation.reports.junit import junit
from begrepp.validation.reports.sarif import sarif

Writer = Callable[[ValidationOutcome, str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFormat:
    """A format: its name, its ending, its media type, and its writer."""

    name: str
    suffix: str
    media_type: str
    write: Writer


def _turtle(judgement: ValidationOutcome, _: str) -> str:
    return judgement.report.to_turtle()


def _rdf(syntax: RdfFormat) -> Writer:
    def write(judgement: ValidationOutcome, _: str) -> str:
        triples = (quad.triple for quad in parse(judgement.report.to_turtle(), format=RdfFormat.TURTLE))
        return (serialize(triples, format=syntax, prefixes=prefixes()) or b"").decode()

    return write


_ALL = (
    ReportFormat(name="html", suffix="html", media_type="text/html", write=html),
    ReportFormat(name="json", suffix="json", media_type="application/json", write=as_json),
    ReportFormat(name="turtle", suffix="ttl", media_type="text/turtle", write=_turtle),
    ReportFormat(name="jsonld", suffix="jsonld", media_type="application/ld+json", write=_rdf(RdfFormat.JSON_LD)),
    ReportFormat(name="rdfxml", suffix="rdf", media_type="application/rdf+xml", write=_rdf(RdfFormat.RDF_XML)),
    ReportFormat(name="ntriples", suffix="nt", media_type="application/n-triples", write=_rdf(RdfFormat.N_TRIPLES)),
    ReportFormat(name="csv", suffix="csv", media_type="text/csv", write=as_csv),
    ReportFormat(name="junit", suffix="xml", media_type="application/xml", write=junit),
    ReportFormat(name="sarif", suffix="sarif", media_type="application/sarif+json", write=sarif),
)
FORMATS: Mapping[str, ReportFormat] = {each.name: each for each in _ALL}
