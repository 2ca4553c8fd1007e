"""Queries of several words: names of the graph within them, words that few documents have, and what is left out.

Invented lists: `atc` of medicines, `kka` of operations, `sjukdomar` of diseases.
"""

from __future__ import annotations

import pytest

from begrepp.rdf.ntriples import name
from begrepp.search import TextIndex, write_index
from begrepp.search.learned_order import sort_by_score
from tests.begrepp.search.test_borrowed_names import BASE, TYPE, concept

THINGS = [
    concept("atc/J07BK", "J07BK", sv="Vaccin mot kvissvatten"),
    concept("atc/A02", "A02", sv="Medel mot tarmdragning"),
    concept("kka/JA", "JA", sv="Plastik vid tarmdragning"),
    concept("kka/F9", "F9", sv="Operationer på aortaklaffen"),
    concept("sjukdomar/B01", "B01", sv="Kvissvatten"),
    {f'<{BASE}sjukdomar/B01> {name("skos:altLabel")} "Blåskoppor"@sv .\n'},
    concept("sjukdomar/K50", "K50", sv="Tarmdragning"),
    concept("sjukdomar/F50", "F50", sv="Ätstörning"),
    concept("sjukdomar/T1", "T1", sv="Trampning av oxar"),
    *(concept(f"sjukdomar/F5{n}", f"F5{n}", sv=f"Ätstörning, form {n}") for n in range(1, 7)),
    *(concept(f"sjukdomar/I3{n}", f"I3{n}", sv=f"Inflammation i hjärtklaff {n}") for n in range(6)),
    *(concept(f"sjukdomar/S7{n}", f"S7{n}", sv=f"Bendragning {n}") for n in range(6)),
    *(
        concept(f"sjukdomar/S7{n}.{m}", f"S7{n}.{m}", sv=f"Benled {chr(97 + n)}{chr(97 + m)}")
        for n in range(2)
        for m in range(3)
    ),
    concept("sjukdomar/V80", "V80", sv="Åkning på oxe"),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> TextIndex:
    folder = tmp_path_factory.mktemp("several")
    lists = [f"<{BASE}{each}> {TYPE} {name('skos:ConceptScheme')} .\n" for each in ("atc", "kka", "sjukdomar")]
    (folder / "current.nt").write_text("".join(sorted([*lists, *(line for each in THINGS for line in each)])))
    write_index(folder / "index", folder / "current.nt")
    return TextIndex(folder / "index", lambda scored, *_: sort_by_score(scored))  # trees change with each training


def found(index: TextIndex, query: str, limit: int = 10) -> list[str]:
    return [hit.iri.replace(BASE, "") for hit in index.search(query, limit=limit)[1]]


def test_what_is_called_otherwise_in_a_label_is_found_by_the_names_of_the_concept(index: TextIndex) -> None:
    hits = {hit.iri.replace(BASE, ""): hit for hit in index.search("blåskoppor vaccin")[1]}
    assert [(each.typed, each.other, each.source) for each in hits["atc/J07BK"].synonyms] == [
        ("blåskoppor", "kvissvatten", BASE + "sjukdomar")
    ]


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("vad tar man mot tarmdragning", "atc/A02"),
        ("vad hjälper mot tarmdragning", "atc/A02"),
        ("lakemedel mot tarmdragning", "atc/A02"),  # typed without å, ä and ö
        ("vad är operationskoden för tarmdragning", "kka/JA"),
        ("kan man operera tarmdragning", "kka/JA"),
        ("diagnoskod tarmdragning", "sjukdomar/K50"),
        ("ät störning", "sjukdomar/F50"),
        ("S70.0-S70.2", "sjukdomar/S70.0"),
    ],
)
def test_what_is_meant_comes_first(index: TextIndex, query: str, meant: str) -> None:
    assert found(index, query)[:1] == [meant]


def test_a_disease_is_asked_for_where_no_medicine_is(index: TextIndex) -> None:
    assert found(index, "trampning mot tarmdragning")[:1] != ["atc/A02"]


def test_words_that_make_a_compound_are_not_parted_by_a_phrase(index: TextIndex) -> None:
    """*Hjärt … operation* is a phrase with synonyms, yet the words say *hjärtklaff* and *operation*."""
    assert "sjukdomar/I30" in found(index, "hjärt klaff operation")


def test_a_word_that_one_document_has_does_not_keep_out_what_has_the_others(index: TextIndex) -> None:
    """The rarest word alone has one hit: what has other words of the query is found too, after it."""
    hits = found(index, "trampning bendragning")
    assert "sjukdomar/T1" in hits
    assert "sjukdomar/S70" in hits
