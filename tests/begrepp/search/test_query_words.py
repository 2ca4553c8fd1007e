"""Words of queries in other words: what a register or code system is about, numbers, compounds apart, misspelt words.

Invented lists: `atc` of medicines, `sjukdomar` of diseases, and the register `nkx` of breast cancer with two variables.
"""

from __future__ import annotations

import pytest

from begrepp.rdf.ntriples import name
from begrepp.search import TextIndex, write_index
from begrepp.search.learned_order import sort_by_score
from tests.begrepp.search.test_borrowed_names import BASE, TYPE, concept

DATASET = BASE.replace("/cs/", "/dataset/")
FILLED = ["Sjögrens syndrom", "Crohns sjukdom [ileit]", "Kranskärlsröntgen", "Psoriasis", "Hypotyreos", "Migrän"]


def dataset_lines() -> set[str]:
    register = f"<{DATASET}nkx>"
    said = {
        f"{register} {TYPE} {name('dcat:Dataset')} .\n",
        f'{register} {name("dct:title")} "Nationellt kvalitetsregister för bröstcancer (NKX)"@sv .\n',
    }
    for code, title in (("her2", "HER2 på preparat"), ("alder", "ålder vid diagnos")):
        said |= {
            f"<{DATASET}nkx/{code}> {TYPE} {name('csvw:Column')} .\n",
            f'<{DATASET}nkx/{code}> {name("csvw:title")} "{title}"@sv .\n',
            f'<{DATASET}nkx/{code}> {name("csvw:name")} "{code}" .\n',
        }
    return said


THINGS = [
    dataset_lines(),
    concept("atc/N02C", "N02C", sv="Migränmedel"),
    concept("atc/D05", "D05", sv="Medel vid psoriasis"),
    concept("atc/R03", "R03", sv="Medel vid obstruktiva luftvägssjukdomar"),
    concept("atc/D04", "D04", sv="Klådstillande medel, inkl. anestetika"),
    concept("atc/N99", "N99", sv="Antiepileptika, ytterligare"),
    concept("sjukdomar/J45", "J45", sv="Astma"),
    concept("sjukdomar/L29", "L29", sv="Läkemedelsinducerad klåda"),
    concept("sjukdomar/G40", "G40", sv="Epilepsi orsakad av läkemedel"),
    concept("sjukdomar/E10", "E10", sv="Diabetes mellitus typ 1"),
    concept("sjukdomar/E11", "E11", sv="Diabetes mellitus typ 2"),
    *(concept(f"sjukdomar/X{n:02}", f"X{n:02}", sv=label) for n, label in enumerate(FILLED)),
    *(concept(f"sjukdomar/Y{n:02}", f"Y{n:02}", sv=f"Kranskärlsröntgen nummer {n}") for n in range(10, 16)),
    concept("sjukdomar/H1", "H1", en="Hives"),
    {f'<{BASE}sjukdomar/H1> {name("skos:definition")} "Vanligt i varje församling."@sv .\n'},
    concept("sjukdomar/W1", "W1", sv="Försämring"),
    concept("sjukdomar/D1", "D1", sv="Dragsot"),
    concept("sjukdomar/D2", "D2", sv="Dragsot med migrän"),
    concept("sjukdomar/H2", "H2", sv="Rådgivning vid HIV"),
    *(concept(f"sjukdomar/Z{n}", f"Z{n}", sv=f"HER2 förändring {n}") for n in range(3)),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> TextIndex:
    folder = tmp_path_factory.mktemp("words")
    lists = [f"<{BASE}{each}> {TYPE} {name('skos:ConceptScheme')} .\n" for each in ("atc", "sjukdomar")]
    (folder / "current.nt").write_text("".join(sorted([*lists, *(line for each in THINGS for line in each)])))
    write_index(folder / "index", folder / "current.nt")
    return TextIndex(folder / "index", lambda scored, *_: sort_by_score(scored))  # trees change with each training


def first(index: TextIndex, query: str) -> str:
    hits = index.search(query)[1]
    return hits[0].iri.replace(DATASET, "").replace(BASE, "") if hits else ""


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("finns HER2 i bröstcancerregistret", "nkx/her2"),  # the register is not a word that a title must have
        ("ålder i kvalitetsregistret för bröstcancer", "nkx/alder"),
        ("vikt i bröstcancerregistret", "nkx"),  # nothing in it has the word
        ("läkemedel mot psoriasis", "atc/D05"),  # all of ATC is *läkemedel*
        ("vilka läkemedel finns mot migrän", "atc/N02C"),
        ("läkemedel mot astma", "atc/R03"),  # as *astmamedicin*
        ("astmatabletter", "atc/R03"),
        ("preparat vid epilepsi", "atc/N99"),  # *anti* and the disease
        ("medel mot klåda", "atc/D04"),  # the disease and an effect
        ("epilepsi", "sjukdomar/G40"),
        ("diabetes typ två", "sjukdomar/E11"),
        ("diabetes mellitus typ I", "sjukdomar/E10"),
        ("krans kärls röntgen", "sjukdomar/X02"),
        ("HIV", "sjukdomar/H2"),  # an abbreviation is no form of *hives*
    ],
)
def test_what_is_meant_comes_first(index: TextIndex, query: str, meant: str) -> None:
    assert first(index, query) == meant


@pytest.mark.parametrize(("query", "typed"), [("läkemedel mot astma", "astma"), ("astmatabletter", "astmatabletter")])
def test_it_is_told_that_a_group_of_medicines_is_found_by_the_disease(index: TextIndex, query: str, typed: str) -> None:
    use = index.search(query)[1][0].synonyms
    assert [(each.typed, each.other, each.source) for each in use] == [
        (typed, "medel vid obstruktiva luftvägssjukdomar", "begrepp")
    ]


@pytest.mark.parametrize(
    ("query", "corrected"),
    [
        ("schögrens syndrom", {"schögrens": "sjögrens"}),
        ("krons sjukdom", {"krons": "crohns"}),  # a label that sounds so, without its brackets
        ("psorisasis", {"psorisasis": "psoriasis"}),
        ("ryggskått", {"ryggskått": "ryggskott"}),  # a word of the synonyms
        ("kranskärlsröngten", {"kranskärlsröngten": "kranskärlsröntgen"}),
        ("krans kärls röntgen", {}),  # parts of a compound
        ("migrän", {}),
    ],
)
def test_words_are_corrected_by_sound_and_by_the_errors_that_people_make(
    index: TextIndex, query: str, corrected: dict[str, str]
) -> None:
    assert dict(index.corrections(query)) == corrected


def test_a_compound_that_no_label_has_is_sought_by_its_parts(index: TextIndex) -> None:
    found = {hit.iri.removeprefix(BASE) for hit in index.search("migränpsoriasis")[1]}
    assert {"sjukdomar/X05", "sjukdomar/X03"} <= found
    assert index.search("qqqqxxxx") == (0, [])


def test_a_word_of_one_document_is_what_is_meant_if_no_frequent_word_is(
    index: TextIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("begrepp.search.lexicon._LARGE_INDEX", 5)  # words in one or two documents are rare
    assert index.corrections("dragsåt") == (("dragsåt", "dragsot"),)
    assert not index.corrections("dräkset")  # more than one error


def test_a_compound_whose_parts_few_documents_have_together_is_sought_by_each(index: TextIndex) -> None:
    assert {"sjukdomar/X05", "sjukdomar/D1"} <= {hit.iri.removeprefix(BASE) for hit in index.search("migrändragsot")[1]}


def test_a_word_of_a_definition_is_not_corrected(index: TextIndex) -> None:
    assert not index.corrections("församling")
    assert index.corrections("försemring") == (("försemring", "försämring"),)
