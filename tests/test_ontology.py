"""The vocabulary says what every word of ours means, in Swedish and English, and does not contradict itself."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SH, SKOS

from begrepp.rdf.namespaces import prefixes
from begrepp.settings import ROOT

ONTOLOGY = ROOT / "ontology"
BEGREPP = "https://w3id.org/begrepp/def#"
VOCABULARY = rdflib.Graph().parse(ONTOLOGY / "vocabulary.ttl")
OWN = sorted({str(term) for term in VOCABULARY.subjects(RDF.type) if str(term).startswith(BEGREPP)})
WRITERS = [*(ROOT / "shapes").rglob("*.ttl"), *(ROOT / "tests" / "shapes").rglob("*.ttl")]


def languages(term: str, predicate: rdflib.URIRef) -> list[str]:
    return sorted(
        str(text.language)
        for text in VOCABULARY.objects(rdflib.URIRef(term), predicate)
        if isinstance(text, rdflib.Literal)
    )


@pytest.mark.parametrize("term", OWN, ids=lambda term: term.removeprefix(BEGREPP))
def test_a_term_is_labelled_and_defined_in_both_languages(term: str) -> None:
    assert languages(term, RDFS.label) == ["en", "sv"]
    assert languages(term, SKOS.definition) == ["en", "sv"]
    assert VOCABULARY.value(rdflib.URIRef(term), RDFS.isDefinedBy) == rdflib.URIRef("https://w3id.org/begrepp/def")


def test_every_own_term_that_shapes_and_code_use_is_in_the_vocabulary() -> None:
    used: set[str] = set()
    for path in WRITERS:
        for triple in rdflib.Graph().parse(path):
            used |= {str(node) for node in triple if isinstance(node, rdflib.URIRef) and str(node).startswith(BEGREPP)}
        queries = "".join(str(text) for text in rdflib.Graph().parse(path).objects(None, SH.select))
        used |= {BEGREPP + name for name in re.findall(r"begrepp:(\w+)", queries)}
    for path in (ROOT / "begrepp").rglob("*.py"):
        used |= {BEGREPP + name for name in re.findall(r'"begrepp:(\w+)"', path.read_text(encoding="utf-8"))}
    assert used <= set(OWN)


def test_a_prefix_has_one_namespace_and_a_namespace_one_prefix() -> None:
    graph = rdflib.Graph().parse(ONTOLOGY / "prefixes.ttl")
    declared = [
        (str(graph.value(node, SH.prefix)), str(graph.value(node, SH.namespace)))
        for node in graph.objects(None, SH.declare)
    ]
    assert len(declared) == len({prefix for prefix, _ in declared}) == len({namespace for _, namespace in declared})


@pytest.mark.parametrize(
    "path", sorted([*ONTOLOGY.glob("*.ttl"), *(ROOT / "shapes").glob("*.ttl")]), ids=lambda path: path.name
)
def test_a_file_uses_the_prefixes_of_the_project(path: Path) -> None:
    local = {"lang"}  # authority lists, used in one file
    declared = re.findall(r"^@prefix ([\w-]+): <([^>]*)>", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert {prefix: iri for prefix, iri in declared if prefix not in local}.items() <= prefixes().items()


def test_the_json_ld_context_has_the_same_prefixes_and_terms_that_exist() -> None:
    context = json.loads((ONTOLOGY / "context.jsonld").read_text(encoding="utf-8"))["@context"]
    assert prefixes().items() <= context.items()
    for name, term in context.items():
        target = term["@id"] if isinstance(term, dict) else term
        if name != "@version" and not target.startswith(("@", "http")):
            prefix, _, local = target.partition(":")
            assert prefix in prefixes(), name
            assert prefix != "begrepp" or BEGREPP + local in OWN, name


def test_json_ld_written_with_the_context_says_what_turtle_says() -> None:
    context = json.loads((ONTOLOGY / "context.jsonld").read_text(encoding="utf-8"))["@context"]
    base = "https://w3id.org/begrepp/id/cs/icd-10-se"
    document = {
        "@context": context,
        "id": f"{base}/C50",
        "type": "Concept",
        "notation": "C50",
        "prefLabel": {"sv": "bröstcancer", "en": "breast cancer"},
        "inScheme": base,
        "broader": [f"{base}/II"],
        "status": "begrepp:active",
    }
    turtle = f"""
        @prefix begrepp: <{BEGREPP}> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        <{base}/C50> a skos:Concept ; skos:notation "C50" ; skos:prefLabel "bröstcancer"@sv, "breast cancer"@en ;
          skos:inScheme <{base}> ; skos:broader <{base}/II> ; begrepp:status begrepp:active ."""
    as_json_ld = rdflib.Graph().parse(data=json.dumps(document), format="json-ld")
    assert set(as_json_ld) == set(rdflib.Graph().parse(data=turtle))


def test_the_catalogue_describes_itself_in_both_languages() -> None:
    graph = rdflib.Graph().parse(ONTOLOGY / "catalog.ttl")
    for subject in (*graph.subjects(RDF.type, rdflib.DCAT.Catalog), *graph.subjects(RDF.type, rdflib.DCAT.DataService)):
        for predicate in (DCTERMS.title, DCTERMS.description):
            assert {
                text.language for text in graph.objects(subject, predicate) if isinstance(text, rdflib.Literal)
            } == {"sv", "en"}


def test_each_constraint_component_has_words_in_both_languages() -> None:
    graph = rdflib.Graph().parse(ONTOLOGY / "components.ttl")
    for component in set(graph.subjects()):
        assert {text.language for text in graph.objects(component, SH.message) if isinstance(text, rdflib.Literal)} == {
            "sv",
            "en",
        }


@pytest.mark.skipif(shutil.which("java") is None, reason="HermiT, the reasoner, needs java, which is not here")
def test_the_vocabulary_is_consistent(tmp_path: Path) -> None:
    owlready2 = pytest.importorskip("owlready2")
    VOCABULARY.serialize(tmp_path / "vocabulary.nt", format="nt", encoding="utf-8")
    world = owlready2.World()
    world.get_ontology((tmp_path / "vocabulary.nt").as_uri()).load()
    owlready2.sync_reasoner_hermit(world, debug=0)
    assert list(world.inconsistent_classes()) == []


@pytest.mark.skipif(shutil.which("java") is None, reason="HermiT, the reasoner, needs java, which is not here")
def test_a_contradiction_in_the_vocabulary_would_be_found(tmp_path: Path) -> None:
    owlready2 = pytest.importorskip("owlready2")
    begrepp = rdflib.Namespace("https://w3id.org/begrepp/def#")
    broken = VOCABULARY + rdflib.Graph()
    classes = [begrepp.CodeSystem, begrepp.ValueSet]
    assert all((each, rdflib.RDF.type, rdflib.OWL.Class) in broken for each in classes)
    broken.add((classes[0], rdflib.OWL.disjointWith, classes[1]))
    broken.add((begrepp.Both, rdflib.RDF.type, rdflib.OWL.Class))
    for each in classes:
        broken.add((begrepp.Both, rdflib.RDFS.subClassOf, each))
    broken.serialize(tmp_path / "broken.nt", format="nt", encoding="utf-8")
    world = owlready2.World()
    world.get_ontology((tmp_path / "broken.nt").as_uri()).load()
    owlready2.sync_reasoner_hermit(world, debug=0)
    assert str(begrepp.Both) in {each.iri for each in world.inconsistent_classes()}


def test_no_term_is_both_a_class_and_a_property() -> None:
    properties = {
        t
        for kind in (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
        for t in VOCABULARY.subjects(RDF.type, kind)
    }
    assert not properties & set(VOCABULARY.subjects(RDF.type, OWL.Class))
