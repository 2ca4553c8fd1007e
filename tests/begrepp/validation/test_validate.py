"""The two engines of begrepp.validation.validate: the same results, told the same way, and never a wrong "conforms"."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import RDF, SH

from begrepp.errors import InputError
from begrepp.settings import ROOT
from begrepp.validation.report import Severity
from begrepp.validation.validate import Engine, validate

ENGINES: tuple[Engine, ...] = ("fast", "reference")

PREFIXES = """
@prefix begrepp: <https://w3id.org/begrepp/def#> .
@prefix ex: <https://example.org/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def written(folder: Path, name: str, turtle: str) -> Path:
    path = folder / name
    path.write_text(PREFIXES + turtle, encoding="utf-8")
    return path


def shape(folder: Path, body: str) -> list[Path]:
    return [written(folder, "shapes.ttl", f"ex:S a sh:NodeShape ; sh:targetClass ex:Thing ; {body} .")]


def test_a_graph_with_every_kind_of_mistake_is_judged_alike_by_both_engines() -> None:
    examples = sorted((ROOT / "tests" / "shapes").glob("*/*.ttl"))
    fast, reference = validate(examples), validate(examples, engine="reference")
    assert (fast.engine, reference.engine) == ("fast", "reference")
    assert fast.results == reference.results
    assert not fast.conforms


def test_the_same_files_give_the_same_report_whatever_their_order() -> None:
    examples = sorted((ROOT / "tests" / "shapes").glob("S0*/*.ttl"))
    assert validate(examples) == validate(examples[::-1])


def test_all_results_are_counted_and_the_first_are_kept(tmp_path: Path) -> None:
    data = tmp_path / "many.nt"
    concept = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/2004/02/skos/core#Concept>"
    data.write_text("".join(f"<https://example.org/{n:05}> {concept} .\n" for n in range(5000)), encoding="utf-8")
    report = validate([data], limit=10)
    kept = Counter(result.shape.rpartition("#")[2] for result in report.results)
    assert kept == {"S02-labels": 10, "S03-swedish": 10, "S07-one-scheme": 10, "S10-status": 10}
    assert (report.violations, report.warnings) == (15_000, 5_000)
    first = report.groups[0]
    assert (first.severity, first.count) == (Severity.VIOLATION, 5000)
    assert first.examples == tuple(f"https://example.org/0000{n}" for n in range(5))


def test_a_warning_does_not_stop_a_source_but_is_in_the_report() -> None:
    report = validate(
        [ROOT / "tests" / "shapes" / "S03-swedish" / "invalid-only-english.ttl"], [ROOT / "shapes" / "concept.ttl"]
    )
    swedish = [result for result in report.results if result.shape.endswith("S03-swedish")]
    assert [result.severity for result in swedish] == [Severity.WARNING]
    assert swedish[0].messages["en"] == "The concept has no Swedish label."


def test_a_message_names_what_it_is_about_in_each_language() -> None:
    report = validate([ROOT / "tests" / "shapes" / "S08-notation-unique" / "invalid-code-twice.ttl"])
    result = next(result for result in report.results if result.shape.endswith("S08-notation-unique"))
    assert result.messages == {
        "sv": "Koden AA används för 2 begrepp i kodverket.",
        "en": "The code AA is used for 2 concepts of the code system.",
    }
    group = next(group for group in report.groups if group.shape == result.shape)
    assert group.messages["en"] == "The code {?value} is used for {?concepts} concepts of the code system."


def test_a_shape_without_a_message_speaks_both_languages(tmp_path: Path) -> None:
    data = written(tmp_path, "data.ttl", "ex:a a ex:Thing .")
    (result,) = validate([data], shape(tmp_path, "sh:property [ sh:path ex:p ; sh:minCount 2 ]")).results
    assert result.messages == {
        "sv": "För få värden: minst 2 krävs.",
        "en": "Too few values: at least 2 required.",
    }


def test_the_report_is_a_w3c_validation_report(tmp_path: Path) -> None:
    examples = sorted((ROOT / "tests" / "shapes").glob("S1*/*.ttl"))
    report = validate(examples)
    graph = rdflib.Graph().parse(data=report.to_turtle())
    (node,) = graph.subjects(RDF.type, SH.ValidationReport)
    assert graph.value(node, SH.conforms) == rdflib.Literal(False)
    assert len(set(graph.objects(node, SH.result))) == len(report.results)
    assert {str(route) for route in graph.objects(None, SH.resultPath) if isinstance(route, rdflib.URIRef)} == {
        result.path for result in report.results if result.path and result.path[0] not in "(["
    }
    calm = written(tmp_path, "nothing.ttl", "ex:a ex:b ex:c .")
    assert "sh:conforms true" in validate([calm]).to_turtle()


def test_a_datatype_is_judged_as_written_not_as_a_store_keeps_it(tmp_path: Path) -> None:
    shapes = shape(tmp_path, "sh:property [ sh:path ex:age ; sh:datatype xsd:nonNegativeInteger ]")
    data = written(
        tmp_path, "data.ttl", 'ex:a a ex:Thing ; ex:age "7"^^xsd:nonNegativeInteger . ex:b a ex:Thing ; ex:age 7 .'
    )
    assert [result.focus for result in validate([data], shapes).results] == ["https://example.org/b"]


def test_patterns_in_queries_are_those_of_xpath(tmp_path: Path) -> None:
    query = "SELECT $this ?value WHERE { $this ex:code ?value FILTER regex(?value, '^[^\\\\\\\\p{IsGreek}C]', 'i') }"
    declaration = "sh:prefix 'ex' ; sh:namespace 'https://example.org/'^^xsd:anyURI"
    prefixes = f"<https://w3id.org/begrepp/prefixes> sh:declare [ {declaration} ] ."
    shapes = [
        *shape(tmp_path, f'sh:sparql [ sh:prefixes <https://w3id.org/begrepp/prefixes> ; sh:select "{query}" ]'),
        written(tmp_path, "prefixes.ttl", prefixes),
    ]
    data = written(tmp_path, "data.ttl", 'ex:a a ex:Thing ; ex:code "c50", "d05" .')
    assert [result.value for result in validate([data], shapes).results] == ['"d05"']


@pytest.mark.parametrize(
    ("body", "data", "results"),
    [
        (
            "sh:property [ sh:path ex:p ; sh:qualifiedValueShape [ sh:class ex:C ] ; sh:qualifiedMinCount 1 ; "
            "sh:qualifiedValueShapesDisjoint true ]",
            "ex:a a ex:Thing .",
            1,
        ),
        ('sh:sparql [ sh:select "SELECT $this WHERE { $this ?property ?value }" ]', "[] a ex:Thing .", 1),
        ("sh:property [ sh:path ex:next ; sh:node ex:S ; sh:minCount 1 ]", "ex:a ex:next ex:a . ex:a a ex:Thing .", 0),
        (
            "sh:property [ sh:path ex:next ; sh:node ex:S ; sh:maxCount 1 ]",
            "ex:a a ex:Thing ; ex:next ex:b . ex:b ex:next ex:c . ex:c ex:next ex:a , ex:d .",
            1,
        ),
    ],
    ids=["disjoint-qualified-shapes", "blank-focus-in-query", "cycle", "recursion-through-data"],
)
def test_all_of_shacl_runs_on_the_fast_engine(tmp_path: Path, body: str, data: str, results: int) -> None:
    report = validate([written(tmp_path, "data.ttl", data)], shape(tmp_path, body))
    assert (report.engine, len(report.results)) == ("fast", results)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("sh:property [ sh:path ex:p ; sh:not ex:S ]", "through sh:not"),
        ("sh:xone ( ex:S ex:Other )", "through sh:xone"),
        (
            "sh:property [ sh:path ex:p ; sh:qualifiedMaxCount 1 ; sh:qualifiedValueShape ex:S ]",
            "through sh:qualifiedValueShape",
        ),
        ("sh:property ex:P . ex:P sh:path ex:p ; sh:property ex:P", "a part of itself"),
        ('sh:sparql [ sh:select "SELECT $this WHERE { VALUES ?x { 1 } }" ]', "VALUES"),
    ],
)
def test_what_has_no_meaning_is_refused_in_words(tmp_path: Path, body: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        validate([written(tmp_path, "data.ttl", "ex:a a ex:Thing .")], shape(tmp_path, body))


def test_a_target_of_the_advanced_features_is_not_passed_over(tmp_path: Path) -> None:
    query = "SELECT ?this WHERE { ?this a <https://example.org/Thing> }"
    target = f"sh:target [ a sh:SPARQLTarget ; sh:select '{query}' ]"
    shapes = [written(tmp_path, "shapes.ttl", f"ex:S a sh:NodeShape ; {target} ; sh:nodeKind sh:Literal .")]
    report = validate([written(tmp_path, "data.ttl", "ex:a a ex:Thing .")], shapes)
    assert (report.engine, report.violations) == ("reference", 1)


def test_named_graphs_are_judged_as_one_graph(tmp_path: Path) -> None:
    data = tmp_path / "data.trig"
    data.write_text(
        "@prefix ex: <https://example.org/> . ex:g { ex:a a ex:Thing } ex:h { ex:a ex:p 1 }", encoding="utf-8"
    )
    required = shape(tmp_path, "sh:property [ sh:path ex:p ; sh:minCount 1 ]")
    for engine in ENGINES:
        assert validate([data], required, engine=engine).results == ()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("sh:memberShape ex:T", "not supported: sh:memberShape"),
        ('sh:sparql [ sh:select "SELECT nonsense" ]', "not valid SPARQL"),
        ("sh:sparql [ sh:ask true ]", "one sh:select"),
        ('sh:property [ sh:path ex:p ; sh:pattern "(" ]', "not a valid regular expression"),
        ("sh:property [ sh:path [] ]", "not a property path"),
        ("sh:property [ sh:minCount 1 ]", "no sh:path"),
        ('sh:property [ sh:path ex:p ; sh:minCount "one" ]', "must be an xsd:integer"),
        ("sh:property [ sh:path ex:p ; sh:nodeKind ex:Word ]", "must be a node kind"),
        ('sh:property [ sh:path ex:p ; sh:lessThan "q" ]', "cannot be"),
        ("sh:property [ sh:path ex:p ; sh:pattern 'x' ; sh:flags 'g' ]", "not a valid regular expression"),
        ("sh:js [ sh:jsFunctionName 'f' ]", "not supported: sh:js"),
        ("sh:entailment <http://www.w3.org/ns/entailment/RDFS>", "sh:entailment"),
    ],
)
def test_shapes_that_cannot_be_checked_are_refused(tmp_path: Path, body: str, words: str) -> None:
    data = written(tmp_path, "data.ttl", 'ex:a a ex:Thing ; ex:p "x" .')
    with pytest.raises(InputError, match=words):
        validate([data], shape(tmp_path, body))


def test_files_that_are_not_rdf_are_refused_by_name(tmp_path: Path) -> None:
    good = written(tmp_path, "data.ttl", "ex:a a ex:Thing .")
    bad = written(tmp_path, "broken.ttl", "ex:a a .")
    with pytest.raises(InputError, match=r"broken\.ttl.*cannot be read as RDF"):
        validate([bad])
    with pytest.raises(InputError, match=r"broken\.ttl"):
        validate([good], [bad])
    with pytest.raises(InputError, match=r"data\.csv.*RDF format"):
        validate([tmp_path / "data.csv"])
    with pytest.raises(InputError, match="no shape was found"):
        validate([good], [good])


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_rows_that_bind_different_variables_are_different_results(tmp_path: Path, engine: Engine) -> None:
    data, shapes = tmp_path / "data.ttl", tmp_path / "shapes.ttl"
    data.write_text("@prefix ex: <https://example.org/> .\nex:a a ex:T ; ex:p ex:x ; ex:q ex:x .", encoding="utf-8")
    shapes.write_text(
        """@prefix ex: <https://example.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
        ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:sparql [ sh:message "{?value} is found" ; sh:select '''
          SELECT $this ?value ?other WHERE {
            { $this <https://example.org/p> ?value } UNION { $this <https://example.org/q> ?other } }''' ] .""",
        encoding="utf-8",
    )
    found = validate([data], [shapes], engine=engine).results
    assert [(result.value, *result.messages.values()) for result in found] == [
        ("https://example.org/a", "https://example.org/a is found"),
        ("https://example.org/x", "https://example.org/x is found"),
    ]


def test_a_message_names_the_violated_value_of_a_repeated_parameter(tmp_path: Path) -> None:
    """Each value is a constraint of its own (SHACL 2.1.2); a shape without an IRI is not named."""
    data, shapes = tmp_path / "data.ttl", tmp_path / "shapes.ttl"
    data.write_text("@prefix ex: <ex:> .\nex:f ex:p 3 ; ex:q 3 ; ex:z 2 .", encoding="utf-8")
    shapes.write_text(
        """@prefix ex: <ex:> . @prefix sh: <http://www.w3.org/ns/shacl#> .
        ex:S a sh:NodeShape ; sh:targetNode ex:f ; sh:property [ sh:path ex:p ; sh:hasValue 3, 4 ; sh:class ex:A, ex:B ;
            sh:node ex:L, ex:I, [ sh:nodeKind sh:IRI ] ; sh:equals ex:q, ex:r ; sh:lessThanOrEquals ex:q, ex:z ] .
        ex:L a sh:NodeShape ; sh:nodeKind sh:Literal . ex:I a sh:NodeShape ; sh:nodeKind sh:IRI .""",
        encoding="utf-8",
    )
    found = validate([data], [shapes], engine="fast").results
    assert sorted(result.messages["en"] for result in found) == [
        "The value 4 is missing.",
        "The value does not conform to ex:I.",
        "The value does not meet the condition.",
        "The value is greater than that of ex:z.",
        "The value is not of the class ex:A.",
        "The value is not of the class ex:B.",
        "The values are not those of ex:r.",
    ]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_background_is_looked_up_but_not_judged(tmp_path: Path, engine: Engine) -> None:
    """ex:a points to ex:good and ex:bad; what they are only the background says, and it has faults of its own."""
    shapes = shape(
        tmp_path, "sh:property [ sh:path ex:theme ; sh:class ex:Theme ] ; sh:property [ sh:path ex:p ; sh:minCount 1 ]"
    )
    data = written(tmp_path, "data.ttl", "ex:a a ex:Narrow ; ex:p 1 ; ex:theme ex:good, ex:bad .")
    background = written(
        tmp_path,
        "background.ttl",
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . ex:Narrow rdfs:subClassOf ex:Thing . "
        "ex:Own rdfs:subClassOf ex:Theme . ex:good a ex:Own . ex:other a ex:Thing .",
    )
    alone = validate([data], shapes, engine=engine)
    assert alone.results == ()
    found = validate([data], shapes, background=[background], engine=engine)
    assert [(result.focus, result.value) for result in found.results] == [
        ("https://example.org/a", "https://example.org/bad")
    ]
    together = validate([data, background], shapes, engine=engine)
    assert {result.focus for result in together.results} == {"https://example.org/a", "https://example.org/other"}
