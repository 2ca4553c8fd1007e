"""Two registers that know nothing of each other meet above their columns.

a.status ─┐                        0 = nej, 1 = ja, in both
          ├─ one represented ─┐
b.STATUS ─┘                   ├─ one conceptual variable: her2
b.score ──── another ─────────┘    0 … 3
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from pyoxigraph import RdfFormat, Store

from begrepp.build.variable_cascade import write_cascade
from begrepp.errors import Origin
from begrepp.graph.triple_writer import TripleWriter
from begrepp.rdf.iris import Iris
from begrepp.rdf.namespaces import sparql_prologue
from begrepp.rdf.ntriples import ntriples_line
from begrepp.rdf.sorted_files import SortedFile
from begrepp.records import (
    Agent,
    CodedValue,
    CodeList,
    Dataset,
    Link,
    ListOwner,
    Mapping,
    MappingSet,
    Record,
    Redistribution,
    Table,
    Text,
    Variable,
    links,
    texts,
)
from begrepp.validation.validate import validate

HERE = Origin("dictionary.csv", 2)
HOLDER = Agent(id="region", names=texts("Region Påhitt"), type="http://purl.org/adms/publishertype/RegionalAuthority")
LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"
CURATED = "https://w3id.org/semapv/vocab/ManualMappingCuration"


def a_dataset(id_: str) -> Dataset:
    return Dataset(
        id=id_,
        version="2026",
        origin=HERE,
        titles=texts(id_),
        descriptions=texts(id_),
        publisher=HOLDER,
        custodian=HOLDER,
        catalogue_publisher=HOLDER,
        licence=LICENCE,
        tables=(Table(id="t", titles=texts("t")),),
        valid_from=date(2026, 1, 1),
    )


def a_list(dataset: str, id_: str, **values: str) -> CodeList:
    coded = tuple(CodedValue(code=code.strip("_"), labels=texts(words)) for code, words in values.items())
    return CodeList(owner=ListOwner(dataset=dataset), id=id_, origin=HERE, titles=texts(id_), values=coded)


def a_column(
    dataset: str, name: str, *concepts: str, code_list: str = "", unit: str = "", datatype: str = "string"
) -> Variable:
    return Variable(
        dataset=dataset,
        table="t",
        name=name,
        origin=HERE,
        titles=(Text(name, "sv"),),
        descriptions=(Text(name, "sv"),),
        datatype=datatype,
        measures=links(*concepts),
        code_list=code_list,
        unit=unit,
    )


def written(folder: Path, name: str, *records: Record) -> Path:
    mint = TripleWriter(Iris(), load_iri="https://w3id.org/begrepp/id/load/t/1")
    file = SortedFile(folder / f"{name}.nt")
    for record in records:
        for triple in mint.triples(record):
            file.add(ntriples_line(triple))
    file.close()
    return file.path


def cascade(folder: Path, datasets: list[Path], mappings: list[Path]) -> Store:
    target = folder / "cascade.nt"
    write_cascade(target, datasets, mappings, Iris())
    store = Store()
    for path in (target, *datasets, *mappings):
        store.load(path=path, format=RdfFormat.N_TRIPLES)
    return store


def above(store: Store, link: str) -> dict[str, str]:
    """Return the represented or conceptual variable of each column, by name of the column."""
    query = f"{sparql_prologue()} SELECT ?name ?above WHERE {{ ?column csvw:name ?name ; {link} ?above }}"
    return {row["name"].value: row["above"].value for row in store.query(query)}  # type: ignore[union-attr]


REPRESENTED = "begrepp:representedVariable"
CONCEPTUAL = "begrepp:representedVariable/begrepp:conceptualVariable"


def test_the_same_in_the_same_codes_is_one_represented_variable(tmp_path: Path) -> None:
    a = written(
        tmp_path,
        "a",
        a_dataset("a"),
        a_list("a", "x", _0="nej", _1="ja"),
        a_column("a", "status", "o:her2", code_list="x"),
    )
    b = written(
        tmp_path,
        "b",
        a_dataset("b"),
        a_list("b", "y", _1="ja", _0="nej"),
        a_list("b", "z", _0="0", _3="3+"),
        a_column("b", "STATUS", "o:her2", code_list="y"),
        a_column("b", "score", "o:her2", code_list="z"),
        a_column("b", "er", "o:er", code_list="z"),
    )
    store = cascade(tmp_path, [a, b], [])
    represented, conceptual = above(store, REPRESENTED), above(store, CONCEPTUAL)
    assert represented["status"] == represented["STATUS"] != represented["score"]
    assert conceptual["status"] == conceptual["STATUS"] == conceptual["score"] != conceptual["er"]
    assert validate([tmp_path / "cascade.nt"]).violations == 0


def test_the_same_in_other_units_is_told_apart_and_compared(tmp_path: Path) -> None:
    a = written(
        tmp_path,
        "a",
        a_dataset("a"),
        a_column("a", "psa_ug", "o:psa", unit="ug/L", datatype="decimal"),
        a_column("a", "psa_ng", "o:psa", unit="ng/mL", datatype="decimal"),
        a_column("a", "psa_odd", "o:psa", unit="droppar", datatype="decimal"),
    )
    store = cascade(tmp_path, [a], [])
    assert len(set(above(store, REPRESENTED).values())) == 3
    assert len(set(above(store, CONCEPTUAL).values())) == 1
    comparable = store.query(f"""{sparql_prologue()}
        SELECT ?a ?b (?x / ?y AS ?times) WHERE {{
          ?v csvw:name ?a ; qudt:hasUnit ?u . ?w csvw:name ?b ; qudt:hasUnit ?t .
          ?u qudt:hasDimensionVector ?d ; qudt:conversionMultiplier ?x .
          ?t qudt:hasDimensionVector ?d ; qudt:conversionMultiplier ?y . FILTER(?a < ?b)
        }}""")
    assert [(row["a"].value, row["b"].value, float(row["times"].value)) for row in comparable] == [  # type: ignore[union-attr]
        ("psa_ng", "psa_ug", 1.0)
    ]


def test_what_a_person_has_mapped_counts_as_what_the_source_says(tmp_path: Path) -> None:
    a = written(tmp_path, "a", a_dataset("a"), a_column("a", "her2", "o:her2"))
    b = written(tmp_path, "b", a_dataset("b"), a_column("b", "HER2"))
    curated = MappingSet(
        id="m",
        version="1",
        titles=texts("m"),
        licence=LICENCE,
        publisher=HOLDER,
        valid_from=date(2026, 1, 1),
        redistribution=Redistribution.ALLOWED,
    )
    mapping = Mapping(
        mapping_set="m",
        origin=HERE,
        subject="https://w3id.org/begrepp/id/dataset/b/var/HER2",
        predicate="https://w3id.org/begrepp/def#measures",
        object="o:her2",
        justification=CURATED,
        confidence=0.8,
        authors=("A Person",),
    )
    m = written(tmp_path, "m", curated, mapping)
    store = cascade(tmp_path, [a, b], [m])
    conceptual = above(store, CONCEPTUAL)
    assert conceptual["her2"] == conceptual["HER2"]
    why = store.query(f"""{sparql_prologue()}
        SELECT ?name ?sure WHERE {{
          ?v csvw:name ?name ; begrepp:qualifiedMeasures ?l . ?l begrepp:linksTo ?c ; sssom:mapping_justification ?j .
          OPTIONAL {{ ?l sssom:confidence ?sure }} }} ORDER BY ?name""")
    assert [(row["name"].value, row["sure"] and row["sure"].value) for row in why] == [("HER2", "0.8"), ("her2", None)]  # type: ignore[union-attr]
    assert validate([m]).violations == 0


def test_a_link_says_its_ground_and_certainty(tmp_path: Path) -> None:
    sure = Link(concept="o:her2", confidence=0.95, source="term_bindings")
    text = written(tmp_path, "a", a_dataset("a"), replace(a_column("a", "her2"), measures=(sure,))).read_text()
    assert "ManualMappingCuration" in text
    assert '"0.95"' in text
    assert "term_bindings" in text
