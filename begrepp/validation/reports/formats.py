"""Registry of report formats: name, suffix, media type and writer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO

from pyoxigraph import RdfFormat, parse

from begrepp.rdf.xml_output import write_triples
from begrepp.validation.outcome import ValidationOutcome
from begrepp.validation.reports.causes import remark_texts

Writer = Callable[[ValidationOutcome, str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFormat:
    """A report format; `write` takes an outcome and a language."""

    name: str
    suffix: str
    media_type: str
    write: Writer


def _writer(module: str, function: str) -> Writer:
    """Return a writer whose module is imported when it is used: Jinja and XML take a tenth of a second."""

    def write(outcome: ValidationOutcome, language: str) -> str:
        text: str = getattr(import_module(f"begrepp.validation.reports.{module}"), function)(outcome, language)
        return text

    return write


def _turtle(outcome: ValidationOutcome, language: str) -> str:
    return outcome.report.to_turtle(remark_texts(outcome, language))


def _rdf(syntax: RdfFormat) -> Writer:
    def write(outcome: ValidationOutcome, language: str) -> str:
        triples = (quad.triple for quad in parse(_turtle(outcome, language), format=RdfFormat.TURTLE))
        out = BytesIO()
        write_triples(triples, out, syntax)
        return out.getvalue().decode()

    return write


_ALL = (
    ReportFormat(name="html", suffix="html", media_type="text/html", write=_writer("html", "to_html")),
    ReportFormat(name="json", suffix="json", media_type="application/json", write=_writer("json_csv", "to_json")),
    ReportFormat(name="turtle", suffix="ttl", media_type="text/turtle", write=_turtle),
    ReportFormat(name="jsonld", suffix="jsonld", media_type="application/ld+json", write=_rdf(RdfFormat.JSON_LD)),
    ReportFormat(name="rdfxml", suffix="rdf", media_type="application/rdf+xml", write=_rdf(RdfFormat.RDF_XML)),
    ReportFormat(name="ntriples", suffix="nt", media_type="application/n-triples", write=_rdf(RdfFormat.N_TRIPLES)),
    ReportFormat(name="csv", suffix="csv", media_type="text/csv", write=_writer("json_csv", "to_csv")),
    ReportFormat(name="junit", suffix="xml", media_type="application/xml", write=_writer("junit", "to_junit")),
    ReportFormat(name="sarif", suffix="sarif", media_type="application/sarif+json", write=_writer("sarif", "to_sarif")),
)
FORMATS: Mapping[str, ReportFormat] = {each.name: each for each in _ALL}
