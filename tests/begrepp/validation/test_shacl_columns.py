"""The columns behind the fast engine: what they answer is what a store, Python's patterns and pySHACL answer."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from begrepp.errors import InputError
from begrepp.settings import ROOT
from begrepp.validation.shacl.data.cycles import nodes_on_cycles
from begrepp.validation.shacl.shapes import Shapes
from begrepp.validation.shacl.sparql_constraints import constraints
from begrepp.validation.shacl.sparql_constraints.query_plan import UnsupportedQuery
from begrepp.validation.shacl.sparql_constraints.select_parser import parse_select
from begrepp.validation.validate import validate

PREFIXES = """
@prefix ex: <https://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
DATA = """
ex:a a ex:T ; ex:p ex:b, ex:c ; ex:code "A1", "b2", "åäö"@sv, "åäö" ; ex:from "2001" ; ex:to "1999" .
ex:b a ex:T ; ex:p ex:c ; ex:code "A1", 7 ; ex:from "1990"^^xsd:gYear .
ex:c a ex:T ; ex:p ex:d ; ex:q ex:a ; ex:code "A\\n1" ; ex:flag true .
ex:d a ex:T ; ex:q ex:d ; ex:back ex:a .
[] a ex:T ; ex:p ex:a ; ex:code "blank" .
"""
QUERIES = {
    "path": "$this ex:p/ex:p ?value",
    "alternative-inverse": "$this ex:p|^ex:q ?value",
    "closure": "$this (ex:p|ex:q)+ ?value",
    "cycle": "$this (ex:p|ex:q|ex:back)+ $this",
    "cycle-of-another": "$this ex:p ?value . ?value (ex:p|ex:q)+ ?value",
    "maybe": "$this ex:p? ?value",
    "star-both-ends": "$this ex:p ?value . ?value (ex:p|ex:q)* $this",
    "unconnected": "?value ex:q ?other . FILTER (?value != $this)",
    "exists": "$this ex:p ?value . FILTER EXISTS { ?value ex:q ?any . ?any ex:p ?more }",
    "not-exists": "$this ex:p ?value . FILTER NOT EXISTS { ?value ex:q ?any }",
    "nested-exists": "$this ex:p ?value FILTER NOT EXISTS { ?value ex:p ?o FILTER NOT EXISTS { ?o ex:q ?any } }",
    "either-exists": "$this ex:p ?value FILTER (EXISTS { ?value ex:q ?a } || EXISTS { $this ex:q ?b })",
    "optional": "$this ex:p ?value OPTIONAL { ?value ex:q ?other } FILTER (!BOUND(?other))",
    "optional-bound": "$this ex:p ?value OPTIONAL { ?value ex:q ?other } FILTER (BOUND(?other))",
    "union": "{ $this ex:p ?value } UNION { $this ex:q ?other . ?other ex:p ?value FILTER (?other != ?value) }",
    "regex": "$this ex:code ?value FILTER REGEX(STR(?value), '^[a-z]', 'i')",
    "regex-of-anything": "$this ex:code ?value FILTER (!COALESCE(REGEX(?value, '^A'), false))",
    "language": "$this ex:code ?value FILTER (LANG(?value) = 'sv')",
    "language-bound": "$this ex:code ?value BIND (LANG(?value) AS ?language)",
    "text-order": "$this ex:from ?a ; ex:to ?value FILTER (STR(?value) < STR(?a))",
    "coalesce": "$this ex:from ?value OPTIONAL { $this ex:to ?to } "
    "BIND (COALESCE(STR(?to) < STR(?value), false) AS ?before) FILTER (!?before)",
    "constant": "$this ex:flag true ; ex:p ?value",
    "number": "$this ex:code 7 ; ex:p ?value",
    "dates": "$this ex:from ?value FILTER (?value > '1900')",
    "equal-values": "$this ex:code ?value . ?other ex:code ?code FILTER (?other != $this && ?code = ?value)",
}


def written(folder: Path, name: str, turtle: str) -> Path:
    path = folder / name
    path.write_text(PREFIXES + turtle, encoding="utf-8")
    return path


def question(folder: Path, select: str) -> list[Path]:
    constraint = f'sh:sparql [ sh:prefixes ex: ; sh:message "{{?value}}, {{?language}}" ; sh:select """{select}""" ]'
    declared = 'ex: sh:declare [ sh:prefix "ex" ; sh:namespace "https://example.org/"^^xsd:anyURI ] .'
    return [written(folder, "shapes.ttl", f"{declared} ex:S a sh:NodeShape ; sh:targetClass ex:T ; {constraint} .")]


@pytest.mark.parametrize("where", QUERIES.values(), ids=QUERIES)
def test_a_query_has_the_same_answers_by_columns_and_by_pyshacl(tmp_path: Path, where: str) -> None:
    data = written(tmp_path, "data.ttl", DATA.replace("[] a", "ex:e a"))
    shapes = question(tmp_path, f"SELECT $this ?value ?language WHERE {{ {where} }}")
    fast, reference = validate([data], shapes), validate([data], shapes, engine="reference")
    assert (fast.engine, reference.engine) == ("fast", "reference")
    assert fast.results == reference.results


def test_a_count_has_the_same_answers_by_columns_and_by_pyshacl(tmp_path: Path) -> None:
    data = written(tmp_path, "data.ttl", DATA.replace("[] a", "ex:e a"))
    select = """SELECT $this ?value (COUNT(DISTINCT ?end) AS ?language)
        WHERE { $this ex:p ?value . ?value ex:p|ex:q ?end }
        GROUP BY $this ?value HAVING (COUNT(DISTINCT ?end) > 1)"""
    shapes = question(tmp_path, select)
    fast, reference = validate([data], shapes), validate([data], shapes, engine="reference")
    assert fast.results == reference.results
    assert [result.messages[""] for result in fast.results] == [f"https://example.org/{end}, 2" for end in "cca"]


def test_a_blank_focus_node_is_asked_about_too(tmp_path: Path) -> None:
    data = written(tmp_path, "data.ttl", DATA)
    found = validate([data], question(tmp_path, "SELECT $this ?value WHERE { $this ex:code ?value ; ex:p ex:a }"))
    assert (found.engine, [result.value for result in found.results]) == ("fast", ['"blank"'])


def test_all_our_questions_are_read_into_columns() -> None:
    shapes = Shapes(sorted((ROOT / "shapes").glob("*.ttl")))
    assert shapes.parameter_values("sparql")
    assert not constraints.SparqlConstraints(shapes).needs_all_predicates


def test_columns_and_the_store_answer_our_questions_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    examples = sorted((ROOT / "tests" / "shapes").glob("*/*.ttl"))
    by_columns = validate(examples)
    monkeypatch.setattr(constraints, "_parse", lambda query, prefixes: None)
    assert validate(examples).results == by_columns.results


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * WHERE { $this ex:p ?value }",
        "SELECT $this WHERE { $this ?p ?value }",
        "SELECT $this WHERE { { SELECT $this WHERE { $this ex:p ?o } } }",
        "SELECT $this WHERE { $this ex:p ?value MINUS { $this ex:q ?value } }",
        "SELECT $this WHERE { $this ex:p [ ex:q ?value ] }",
        "SELECT $this (SUM(?n) AS ?value) WHERE { $this ex:p ?n } GROUP BY $this",
        "SELECT $this WHERE { $this ex:p ?value FILTER (?value + 1 > 2) }",
        "SELECT $this WHERE { { $this ex:p ?value OPTIONAL { ?value ex:q ?other } } }",
        "ASK { $this ex:p ?value }",
    ],
)
def test_what_columns_cannot_answer_is_left_to_a_store(query: str) -> None:
    with pytest.raises(UnsupportedQuery):
        parse_select(query, {"ex": "https://example.org/"})


def test_a_store_gets_the_focus_node_outside_strings_and_comments_only(tmp_path: Path) -> None:
    data = written(tmp_path, "data.ttl", DATA.replace("[] a", "ex:e a"))
    where = """$this ex:code ?value . # GROUP BY $this {
        FILTER (?value != '''$this''' && BOUND($this) && REGEX(STR(?value), "1") && 1 + 1 = 2)"""
    shapes = question(tmp_path, f"SELECT $this ?value WHERE {{ {where} }}".replace('"1"', "'1'"))
    fast, reference = validate([data], shapes), validate([data], shapes, engine="reference")
    assert (fast.engine, len(fast.results)) == ("fast", 3)
    assert fast.results == reference.results


# ---------------------------------------------------------------------------------------- cycles, and reading


@pytest.mark.parametrize("seed", range(20))
def test_cycles_are_found_as_by_following_every_path(seed: int) -> None:
    rng = random.Random(seed)
    edges = {(rng.randrange(12), rng.randrange(12)) for _ in range(rng.randrange(1, 22))}
    reach = set(edges)
    for _ in range(12):
        reach |= {(a, d) for a, b in reach for c, d in edges if b == c}
    sources, targets = (np.array(column, dtype=np.int64) for column in zip(*sorted(edges), strict=True))
    assert nodes_on_cycles(sources, targets).tolist() == sorted({a for a, b in reach if a == b})


IS_THING = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://example.org/T>"


@pytest.mark.parametrize(
    "lines",
    [
        f'<https://example.org/å> {IS_THING} .\n<https://example.org/å> <https://example.org/p> "å" .\n',
        f'<https://example.org/å> {IS_THING} .\r\n<https://example.org/å> <https://example.org/p> "å" .\r\n',
        f'# a comment\n<https://example.org/å> {IS_THING} .\n\n<https://example.org/å> <https://example.org/p> "å" .',
        f'<https://example.org/\\u00e5> {IS_THING} .\n<https://example.org/å>\t<https://example.org/p>  "\\u00E5" .\n',
        f"<https://example.org/å> {IS_THING} .\n"
        '<https://example.org/å> <https://example.org/p> "å"^^<http://www.w3.org/2001/XMLSchema#string> .\n',
    ],
    ids=["canonical", "line-ends", "comments", "escapes", "datatype-of-plain"],
)
def test_n_triples_are_read_the_same_however_they_are_written(tmp_path: Path, lines: str) -> None:
    rules = "sh:property [ sh:path ex:p ; sh:hasValue 'å' ], [ sh:path ex:q ; sh:minCount 1 ]"
    shapes = [written(tmp_path, "shapes.ttl", f"ex:S a sh:NodeShape ; sh:targetClass ex:T ; {rules} .")]
    data = tmp_path / "data.nt"
    data.write_bytes(lines.encode())
    (result,) = validate([data], shapes).results
    assert (result.focus, result.path) == ("https://example.org/å", "https://example.org/q")


@pytest.mark.parametrize(
    "bad",
    [
        "<https://example.org/a> <https://example.org/unasked> <not an address> .",
        '<https://example.org/a> <https://example.org/unasked> "open .',
        "<https://example.org/a> <https://example.org/unasked> <https://example.org/b>",
        '"a" <https://example.org/unasked> <https://example.org/b> .',
    ],
    ids=["address", "literal", "full-stop", "subject"],
)
def test_a_broken_line_is_named_though_no_shape_looks_at_it(tmp_path: Path, bad: str) -> None:
    shapes = [written(tmp_path, "shapes.ttl", "ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:nodeKind sh:IRI .")]
    data = tmp_path / "data.nt"
    data.write_text(f"<https://example.org/a> {IS_THING} .\n{bad}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"data\.nt.*line [23]"):
        validate([data], shapes)


def test_blank_nodes_of_two_files_are_not_the_same(tmp_path: Path) -> None:
    shapes = [written(tmp_path, "shapes.ttl", "ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:nodeKind sh:IRI .")]
    files = [tmp_path / "one.nt", tmp_path / "two.nt"]
    for file in files:
        file.write_text(f"_:x {IS_THING} .\n", encoding="utf-8")
    assert validate(files, shapes).violations == 2
