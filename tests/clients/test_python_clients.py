"""Clients in Python, from their own packages, against a real server: SPARQLWrapper, rdflib, pandas, memento-client."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from xml.dom.minidom import Document

import memento_client
import pandas
import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import GET, POST, POSTDIRECTLY, URLENCODED, SPARQLWrapper

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated"),
    pytest.mark.filterwarnings("ignore:unknown response content type"),
    pytest.mark.filterwarnings("ignore:Sending Accept header"),
]
SELECT = "SELECT ?c ?n { ?c <http://www.w3.org/2004/02/skos/core#notation> ?n } ORDER BY ?n LIMIT 3"
ASK = "ASK { ?s ?p ?o }"
CONSTRUCT = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 3"
LUNG = "https://w3id.org/begrepp/id/cs/onkologi/lungcancer"
DESCRIBE = f"DESCRIBE <{LUNG}>"


@pytest.mark.parametrize("word", ["", "json", "xml", "csv", "tsv"])
@pytest.mark.parametrize(("method", "how"), [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)])
def test_sparqlwrapper_reads_solutions_and_booleans(url: str, word: str, method: str, how: str) -> None:
    rows, boolean = (_wrapped(url, query, word, method, how) for query in (SELECT, ASK))
    if word in ("csv", "tsv"):
        separator = "," if word == "csv" else "\t"
        assert len(pandas.read_csv(io.BytesIO(rows), sep=separator)) == 3
        assert [*pandas.read_csv(io.BytesIO(boolean), sep=separator).iloc[0]] == [True]
    elif word == "json":
        assert len(rows["results"]["bindings"]) == 3 and boolean["boolean"] is True
    else:
        assert isinstance(rows, Document) and len(rows.getElementsByTagName("result")) == 3
        assert "true" in boolean.toxml()


@pytest.mark.parametrize("word", ["", "turtle", "n3", "rdf+xml", "rdf", "xml", "json-ld", "json"])
@pytest.mark.parametrize(("method", "how"), [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)])
@pytest.mark.parametrize(("query", "least"), [(CONSTRUCT, 3), (DESCRIBE, 10)])
def test_sparqlwrapper_reads_graphs(url: str, word: str, method: str, how: str, query: str, least: int) -> None:
    found = _wrapped(url, query, word, method, how)
    graph = rdflib.Graph().parse(data=found, format="turtle") if isinstance(found, bytes) else found
    assert len(graph) >= least


def _wrapped(url: str, query: str, word: str, method: str, how: str) -> Any:
    """The result of a query as SPARQLWrapper converts it; without a word, in its default format."""
    client = SPARQLWrapper(f"{url}/sparql")
    client.setQuery(query)
    client.setMethod(method)
    client.setRequestMethod(how)
    if word:
        client.setReturnFormat(word)
    return client.query().convert()


@pytest.mark.parametrize("format_", ["xml", "json"])
@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_uses_the_endpoint_as_a_store(url: str, format_: str, method: str) -> None:
    graph = rdflib.Graph(SPARQLStore(f"{url}/sparql", returnFormat=format_, method=method))
    assert len([*graph.query(SELECT)]) == 3
    assert graph.query(ASK).askAnswer is True
    constructed = graph.query(CONSTRUCT).graph
    assert constructed is not None and len(constructed) == 3
    assert len([*graph.triples((rdflib.URIRef(LUNG), None, None))]) > 10


@pytest.mark.parametrize("format_", ["turtle", "xml", "json-ld", "nt"])
def test_rdflib_reads_a_document_by_its_iri(url: str, format_: str) -> None:
    graph = rdflib.Graph().parse(f"{url}/id/cs/onkologi/lungcancer", format=format_)
    assert (rdflib.URIRef(LUNG), None, None) in graph


def test_pandas_reads_results(url: str) -> None:
    address = f"{url}/sparql?{urlencode({'query': SELECT})}"
    assert pandas.read_csv(f"{address}&format=csv").shape == (3, 2)
    assert pandas.read_csv(f"{address}&format=tsv", sep="\t").shape == (3, 2)
    assert pandas.read_csv(address, storage_options={"Accept": "text/csv"}).shape == (3, 2)
    boolean = pandas.read_csv(f"{url}/sparql?{urlencode({'query': ASK, 'format': 'csv'})}")
    assert boolean["_askResult"].tolist() == [True]


@pytest.mark.parametrize(("year", "state"), [(1990, "2021"), (2021, "2021"), (2030, "2022")])
def test_a_memento_client_finds_the_state_of_a_day(url: str, year: int, state: str) -> None:
    """A document is its own TimeGate (RFC 7089, pattern 1.1): the client's TimeGate prefix is empty."""
    client = memento_client.MementoClient(timegate_uri="", check_native_timegate=False)
    document = f"{url}/cs/icd-10-se/A00.9"
    found = client.get_memento_info(document, datetime(year, 6, 1))
    (memento,) = found["mementos"]["closest"]["uri"]
    assert found["original_uri"] == document
    assert memento.startswith(f"{document}?asOf={state}")
    assert client.get_memento_info(memento, datetime(year, 6, 1))["original_uri"] == document
