"""Findings of a build: what it states about mappings and retired codes is what a query over the view finds."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, QuerySolutions, RdfFormat, Store

from begrepp.build import findings
from begrepp.build.findings import write_findings
from begrepp.queries.query_files import get_example
from begrepp.rdf.namespaces import prefixes, sparql_prologue
from begrepp.rdf.sorted_files import write_lines
from begrepp.settings import Settings
from begrepp.store.disk import DiskStore

RETIRED_ENDS = """SELECT ?a ?b { ?a owl:annotatedSource|owl:annotatedTarget ?b . ?b owl:deprecated true }"""
DISAGREEING = """SELECT ?a ?b {
  ?set1 sssom:mappings ?a . ?a owl:annotatedSource ?concept ; owl:annotatedTarget ?x ; owl:annotatedProperty ?p1 .
  ?set2 sssom:mappings ?b . ?b owl:annotatedSource ?concept ; owl:annotatedTarget ?y ; owl:annotatedProperty ?p2 .
  FILTER(STR(?set1) < STR(?set2))
  FILTER(?x != ?y || ?p1 != ?p2)
  FILTER EXISTS { ?x skos:inScheme ?list . ?y skos:inScheme ?list }
  FILTER NOT EXISTS { ?a sssom:predicate_modifier|sssom:object_source_version ?other }
  FILTER NOT EXISTS { ?b sssom:predicate_modifier|sssom:object_source_version ?other }
  FILTER NOT EXISTS {
    ?set1 sssom:mappings ?agreed .
    ?agreed owl:annotatedSource ?concept ; owl:annotatedTarget ?y ; owl:annotatedProperty ?p2
  }
}"""
RETIRED_CODES = """SELECT ?a ?b { ?b begrepp:status begrepp:inactive ; skos:inScheme ?a ; skos:notation ?code }
ORDER BY ?a ?code"""


def pairs(store: Store | DiskStore, query: str) -> list[tuple[str, str]]:
    text = query if isinstance(store, DiskStore) else sparql_prologue() + query
    solutions = store.query(text)
    assert isinstance(solutions, QuerySolutions)
    return [(each["a"].value, each["b"].value) for each in solutions]


@pytest.mark.parametrize(
    ("statement", "query"),
    [
        ("retiredEnd", RETIRED_ENDS),
        ("disagreesWith", DISAGREEING),
        ("firstRetired", RETIRED_CODES),
        ("firstRetiredOfAll", RETIRED_CODES),
    ],
)
def test_a_build_states_what_a_query_finds(built: Settings, statement: str, query: str) -> None:
    store = DiskStore(built.current / "store")
    stated = pairs(store, f"SELECT ?a ?b {{ ?a begrepp:{statement} ?b }}")
    assert stated and sorted(stated) == sorted({*pairs(store, query)})
    assert pairs(store, f"SELECT ?a ?b {{ GRAPH ?g {{ ?a begrepp:{statement} ?b }} }}")


def view_of(folder: Path, **files: str) -> tuple[Store, list[Path]]:
    """Write each file's Turtle as a sorted file; return a store with all of them, and their paths."""
    store, paths = Store(), []
    for name, turtle in files.items():
        own = Store()
        declared = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in prefixes().items())
        own.load(declared + "PREFIX : <https://example.org/>\n" + turtle, format=RdfFormat.TURTLE)
        lines = sorted(f"{quad.subject} {quad.predicate} {quad.object} .\n" for quad in own)
        write_lines(folder / f"{name}.nt", lines)
        store.bulk_extend(own)
        paths.append(folder / f"{name}.nt")
    return store, paths


def findings_of(folder: Path, paths: list[Path]) -> Store:
    target = folder / "findings.nt"
    count, _ = write_findings(target, paths, [path for path in paths if "set" in path.name])
    store = Store()
    store.load(path=target, format=RdfFormat.N_TRIPLES)
    assert len(store) == count
    return store


def a_mapping(id_: str, source: str, target: str, *more: str, predicate: str = "skos:exactMatch") -> str:
    ends = f"owl:annotatedSource :{source} ; owl:annotatedTarget :{target} ; owl:annotatedProperty {predicate}"
    return f":{id_[0]} sssom:mappings :{id_} . :{id_} {' ; '.join([ends, *more])} .\n"


SCHEME = """
:s begrepp:schemeId "s" . :other begrepp:schemeId "other" .
:x skos:inScheme :s ; skos:notation "X" . :y skos:inScheme :s ; skos:notation "Y" ; owl:deprecated true .
:z skos:inScheme :other ; skos:notation "Z" .
:no skos:inScheme :s ; skos:notation "No" ; owl:deprecated false .
:told skos:definition "it is owl:deprecated \\"true\\"^^xsd:boolean" .
"""


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (a_mapping("a1", "c", "x"), a_mapping("b1", "c", "y"), 1),
        (a_mapping("a1", "c", "x"), a_mapping("b1", "c", "x"), 0),
        (a_mapping("a1", "c", "x"), a_mapping("b1", "c", "x", predicate="skos:broadMatch"), 1),
        (a_mapping("a1", "c", "x"), a_mapping("b1", "c", "z"), 0),
        (a_mapping("a1", "c", "x"), a_mapping("b1", "d", "y"), 0),
        (a_mapping("a1", "c", "x"), a_mapping("b1", "c", "y", 'sssom:object_source_version "2020"'), 0),
        (a_mapping("a1", "c", "x", "sssom:predicate_modifier sssom:NegatedPredicate"), a_mapping("b1", "c", "y"), 0),
        (a_mapping("a1", "c", "x") + a_mapping("a2", "c", "y"), a_mapping("b1", "c", "y"), 0),
        (a_mapping("a1", "c", "x"), a_mapping("b1", "c", "y") + a_mapping("b2", "c", "x"), 1),
        (a_mapping("b1", "c", "x"), a_mapping("a1", "c", "y"), 1),
        (a_mapping("a1", "c", "x") + a_mapping("a2", "c", "y"), "", 0),
    ],
)
def test_two_sets_disagree_where_a_query_finds_it(tmp_path: Path, left: str, right: str, expected: int) -> None:
    view, paths = view_of(tmp_path, scheme=SCHEME, set1=left, set2=right)
    stated = pairs(findings_of(tmp_path, paths), "SELECT ?a ?b { ?a begrepp:disagreesWith ?b }")
    assert stated == pairs(view, DISAGREEING)
    assert len(stated) == expected
    ends = pairs(findings_of(tmp_path, paths), "SELECT ?a ?b { ?a begrepp:retiredEnd ?b }")
    assert sorted(ends) == sorted(pairs(view, RETIRED_ENDS))


def test_the_first_retired_codes_come_in_the_order_of_code_points(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(findings, "MOST_FIRST_RETIRED", 3)
    codes = ["b", "A10", "A9", '\\"', "Ö", "å", "a"]
    inactive = "".join(
        f':c{n} skos:inScheme :s ; skos:notation "{code}" ; begrepp:status begrepp:inactive ; a skos:Concept .\n'
        for n, code in enumerate(codes)
    )
    others = ":n1 skos:inScheme :n ; skos:notation 10 ; begrepp:status begrepp:inactive .\n" + "".join(
        f':n{n} skos:inScheme :n ; skos:notation "{n}" ; begrepp:status begrepp:inactive .\n' for n in range(2, 7)
    )
    active = ':live skos:inScheme :s ; skos:notation "!" ; begrepp:status begrepp:active .\n'
    view, paths = view_of(tmp_path, scheme=inactive + active, numbers=others)
    stated = pairs(findings_of(tmp_path, paths), "SELECT ?a ?b { ?a begrepp:firstRetired ?b }")
    ordered = pairs(view, RETIRED_CODES)
    scheme, numbers = NamedNode("https://example.org/s").value, "https://example.org/n"
    assert sorted(pair for pair in stated if pair[0] == scheme) == sorted(
        [pair for pair in ordered if pair[0] == scheme][:3]
    )
    assert {pair for pair in stated if pair[0] == numbers} == {pair for pair in ordered if pair[0] == numbers}


@pytest.mark.parametrize("most", [1, 2, 3, 4, 5, 6, 9])
def test_the_first_retired_codes_of_all_come_in_the_order_of_the_schemes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(findings, "MOST_FIRST_RETIRED", most)
    codes = {"b": ["2", "1"], "a": ["9", "å", "10"], "c": ["1", "2"], "unnamed": ["0"]}
    # The folder of a scheme sorts otherwise than its short name.
    schemes = ':z begrepp:schemeId "a" . :y begrepp:schemeId "b" . :x begrepp:schemeId "c" .\n'
    folders = {"a": "z", "b": "y", "c": "x", "unnamed": "w"}
    inactive = "".join(
        f':{id_}{n} skos:inScheme :{folders[id_]} ; skos:notation "{code}" ; begrepp:status begrepp:inactive .\n'
        for id_, own in codes.items()
        for n, code in enumerate(own)
    )
    view, paths = view_of(tmp_path, schemes=schemes, concepts=inactive)
    stated = pairs(findings_of(tmp_path, paths), "SELECT ?a ?b { ?a begrepp:firstRetiredOfAll ?b }")
    ordered = """SELECT ?a ?b { ?b begrepp:status begrepp:inactive ; skos:inScheme ?a ; skos:notation ?code .
      ?a begrepp:schemeId ?id } ORDER BY ?id ?code"""
    assert sorted(stated) == sorted(pairs(view, ordered)[:most])


def test_all_codes_are_stated_of_a_scheme_whose_order_depends_on_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(findings, "MOST_FIRST_RETIRED", 2)
    numbers = ':n begrepp:schemeId "a" . :s begrepp:schemeId "b" .\n' + "".join(
        f":n{n} skos:inScheme :n ; skos:notation {n} ; begrepp:status begrepp:inactive .\n" for n in range(3)
    )
    other = ':s1 skos:inScheme :s ; skos:notation "1" ; begrepp:status begrepp:inactive .\n'
    _, paths = view_of(tmp_path, numbers=numbers + other)
    stated = pairs(findings_of(tmp_path, paths), "SELECT ?a ?b { ?a begrepp:firstRetiredOfAll ?b }")
    assert sorted(stated) == [("https://example.org/n", f"https://example.org/n{n}") for n in range(3)]


def test_the_question_asks_for_no_more_than_the_build_states() -> None:
    assert f"LIMIT {findings.MOST_FIRST_RETIRED}" in get_example("retired-codes-and-their-successors").text


def test_findings_of_a_view_without_mappings_are_empty(tmp_path: Path) -> None:
    _, paths = view_of(tmp_path, scheme=SCHEME)
    (tmp_path / "empty.nt").touch()
    assert write_findings(tmp_path / "findings.nt", [*paths, tmp_path / "empty.nt"], [])[0] == 0
