"""SPARQL in shapes is checked before an engine gets it; nothing in it sends a request."""

from __future__ import annotations

from pathlib import Path

import pytest

from begrepp.errors import InputError
from begrepp.validation.validate import Engine, validate
from tests.support.listeners import listen

PREFIXES = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
DATA = PREFIXES + "ex:a a ex:C ; ex:q true ."
SHAPE = PREFIXES + 'ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:sparql [ sh:select """{}""" ] .'
COMPONENT = (
    PREFIXES
    + """ex:S a sh:NodeShape ; sh:targetClass ex:C ; ex:p 1 . ex:K a sh:ConstraintComponent ;
sh:parameter [ sh:path ex:p ] ; sh:validator [ a sh:SPARQLAskValidator ; sh:ask \"\"\"{}\"\"\" ] ."""
)
RULE = (
    PREFIXES
    + """ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:rule [ a sh:SPARQLRule ; sh:construct \"\"\"{}\"\"\" ] ."""
)
DECLARED = (
    PREFIXES
    + """ex:S a sh:NodeShape ; sh:targetClass ex:C ;
sh:sparql [ sh:prefixes ex: ; sh:select "SELECT $this { $this x:q true }" ] .
ex: sh:declare [ sh:prefix "x" ; sh:namespace "{}"^^xsd:anyURI ] ."""
)
CASES = [
    (SHAPE, "SELECT $this { SERVICE <URL> { ?a ?b ?leak } }", "SERVICE is not allowed"),
    (SHAPE, "SELECT $this { $this ex:q trueSERVICE<URL>{?a ?b ?leak} }", "trueSERVICE cannot stand here"),
    (SHAPE, "SELECT $this { FILTER(1<2)SERVICE#>\n<URL>{ ?a ?b ?leak } }", "SERVICE is not allowed"),
    (SHAPE, "SELECT $this { $this ?p ", "ends too early"),
    (COMPONENT, "ASK { SERVICE SILENT <URL> { ?a ?b ?leak } }", "SERVICE is not allowed"),
    (RULE, "CONSTRUCT { $this ex:r ?leak } WHERE { service <URL> { ?a ?b ?leak } }", "SERVICE is not allowed"),
    (DECLARED, "http://x/> SELECT $this { SERVICE <URL> { ?a ?b ?leak } } #", "sh:namespace is not valid"),
]


@pytest.mark.parametrize("engine", ["fast", "reference"])
@pytest.mark.parametrize(("shapes", "text", "problem"), CASES)
def test_such_shapes_are_refused_before_an_engine_reads_them(
    tmp_path: Path, shapes: str, text: str, problem: str, engine: Engine
) -> None:
    data, rules = tmp_path / "data.ttl", tmp_path / "shapes.ttl"
    data.write_text(DATA, encoding="utf-8")
    with listen() as listener:
        rules.write_text(shapes.replace("{}", text.replace("URL", listener.url)), encoding="utf-8")
        with pytest.raises(InputError, match=problem):
            validate([data], [rules], engine=engine)
        assert not listener.requests


def test_the_word_may_stand_in_texts_and_names(tmp_path: Path) -> None:
    """In the fast engine; pySHACL refuses the word wherever it stands."""
    data, rules = tmp_path / "data.ttl", tmp_path / "shapes.ttl"
    data.write_text(DATA, encoding="utf-8")
    query = "SELECT $this ?service { $this a <http://example.org/C> # SERVICE\n FILTER('SERVICE' != 'x') }"
    rules.write_text(SHAPE.replace("{}", query), encoding="utf-8")
    assert len(validate([data], [rules]).groups) == 1
