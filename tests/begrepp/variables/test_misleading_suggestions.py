"""Suggestions that misled: figures, units, parts of words, single words of a description, lost heads and qualifiers."""

from __future__ import annotations

import pytest

from begrepp.records import Text
from begrepp.variables.suggestion.code_suggester import CodeSuggester, suggest_list_codes, value_entry
from begrepp.variables.suggestion.entries import ConceptTarget, LinkedVariable, VariableEntry
from begrepp.variables.suggestion.suggester import Suggester


def target(notation: str, *labels: str, other: tuple[str, ...] = ()) -> ConceptTarget:
    return ConceptTarget(
        iri=f"urn:{notation}",
        notation=notation,
        scheme="urn:s",
        labels=tuple(Text(label, "") for label in labels),
        other=tuple(Text(label, "") for label in other),
    )


def variable(label: str, *, name: str = "x1", description: str = "", values: str = "") -> VariableEntry:
    return VariableEntry(
        iri=f"urn:v:{name}",
        name=name,
        labels=(Text(label, ""),) if label else (),
        descriptions=(Text(description, ""),) if description else (),
        values=tuple((part.partition("=")[0], part.partition("=")[2]) for part in values.split(";") if part),
    )


SMOKING = [
    target("1", "aldrig rökare", "never smoker"),
    target("2", "före detta rökare", "former smoker"),
    target("3", "rökare", "current smoker"),
    target("9", "okänt", "unknown"),
]
SIDE = [target("1", "höger", "right"), target("2", "vänster", "left"), target("9", "okänd", "unknown")]
SEX = [target("1", "man", "male"), target("2", "kvinna", "female")]
RECEPTOR = [target("1", "positiv", "positive"), target("2", "negativ", "negative")]
ECOG = [
    target("0", "inga begränsningar i vardagen"),
    target("1", "klarar lätt men inte tungt arbete"),
    target("5", "avliden", "dead"),
]
RESECTION = [target("R0", "ingen kvarvarande tumör"), target("R1", "kvarvarande tumör i mikroskop")]


@pytest.mark.parametrize(
    ("codes", "code", "label", "right"),
    [
        (SMOKING, "3", "Har aldrig rökt", "1"),
        (SMOKING, "1", "Rökare", "3"),
        (SMOKING, "1", "F.d. rökare", "2"),
        (SMOKING, "4", "Vet ej", "9"),
        (SMOKING, "2", "Uppgift saknas", "9"),
        (SIDE, "1", "Vä", "2"),
        (SIDE, "2", "Hö", "1"),
        (SIDE, "1", "L", "2"),
        (SEX, "1", "Kvinna", "2"),
        (SEX, "1", "F", "2"),
        (SEX, "0", "Male", "1"),
        (RECEPTOR, "1", "neg", "2"),
        (RECEPTOR, "2", "ER-positiv", "1"),
        (RESECTION, "1", "R0", "R0"),
    ],
)
def test_a_value_is_matched_by_its_words(codes: list[ConceptTarget], code: str, label: str, right: str) -> None:
    found = CodeSuggester(codes).suggest(value_entry("v", "x", code, label), min_score=0.5)
    assert found and found[0].target.notation == right, found


@pytest.mark.parametrize(
    ("codes", "code", "label"),
    [
        (RECEPTOR, "2", "Ej utfört"),
        (SIDE, "1", "Bilateral"),
        (SEX, "1", "Annat"),
        (ECOG, "1", "Ogift"),
        (ECOG, "5", "Änka/änkling"),
        (ECOG, "1", ""),
        (RECEPTOR, "9", "Uppgift saknas"),
    ],
)
def test_a_value_that_no_code_means_gets_none(codes: list[ConceptTarget], code: str, label: str) -> None:
    assert not CodeSuggester(codes).suggest(value_entry("v", "x", code, label), min_score=0.5)


def test_the_values_of_a_variable_are_matched_to_one_list() -> None:
    clinical = [target("N0", "N0"), target("N1", "N1"), target("N1a", "N1a")]
    sentinel = [target("N0(sn)", "N0 (sn)"), target("N1a", "N1a"), target("N1a(sn)", "N1a (sn)")]
    for one in sentinel:
        object.__setattr__(one, "iri", one.iri + "/sentinel")
    entry = variable("regional lymph nodes", values="1=N0;2=N1;3=N1a;4=N1a(sn)")
    found = suggest_list_codes(entry, [CodeSuggester(sentinel), CodeSuggester(clinical)])
    lists = {each.target.iri.endswith("/sentinel") for each in found}
    assert len(found) >= 3 and len(lists) == 1


def test_a_list_that_fits_few_of_the_values_is_not_suggested() -> None:
    entry = variable("civilstånd", values="1=Gift;2=Ogift;3=Skild;4=Avliden")
    assert not suggest_list_codes(entry, [CodeSuggester(ECOG)])


CONCEPTS = [
    target("cm", "clinical M category", "klinisk M-kategori", other=("cM",)),
    target("blodprov", "blood specimen", "blodprov"),
    target("skoldkortelcancer", "sköldkörtelcancer", "thyroid cancer"),
    target("topografi", "tumour site", "tumörlokalisation", other=("läge",)),
    target("kon", "kön", "sex"),
    target("paketar", "pack-years", "paketår"),
    target("dodsdatum", "date of death", "dödsdatum"),
    target("endokrin", "endocrine treatment", "endokrin behandling", other=("hormone therapy",)),
    target("expedierat", "dispensed drug", "expedierat läkemedel"),
    target("alder", "age", "ålder"),
    target("sjukvardsregion", "sjukvårdsregion", "health care region"),
    target("personidentitet", "personal identity", "personidentitet", other=("personal identity number",)),
    target("dlbcl", "diffust storcelligt B-cellslymfom"),
    target("cancer-anamnes", "personal history of cancer", "tidigare cancer i anamnesen"),
    target("vardenhet", "care unit", "vårdenhet"),
    *(
        target(f"fill{number}", word)
        for number, word in enumerate(["biopsi", "lymfom", "recidiv", "spirometri", "leukemi"])
    ),
]


@pytest.mark.parametrize(
    "entry",
    [
        variable("Height (cm)"),
        variable("Weight", description="Indicate the weight, in kilograms (kg), of the donor."),
        variable("Height", description="The height in centimeters (cm) as measured."),
        variable(
            "Fasting", description="Fasting at time of questionnaire and taking of blood for biobanking of the cohort"
        ),
        variable("skola"),
        variable("Sjukpenning", name="SjukPA"),
        variable("Number of pregnancies"),
        variable("", name="g3_b"),
        variable("assemblage of lists"),
    ],
)
def test_nothing_is_suggested_where_nothing_fits(entry: VariableEntry) -> None:
    assert not Suggester(CONCEPTS).suggest(entry)


@pytest.mark.parametrize(
    ("label", "right"),
    [
        ("Gender", "kon"),
        ("Prior malignancy", "cancer-anamnes"),
        ("Centre", "vardenhet"),
        ("Age at drug dispensing", "alder"),
        ("Year of death", "dodsdatum"),
    ],
)
def test_the_head_of_a_phrase_and_everyday_words_lead(label: str, right: str) -> None:
    found = Suggester(CONCEPTS).suggest(variable(label), min_score=0.0)
    assert found and found[0].target.notation == right, [(each.target.notation, each.score) for each in found]


def test_the_unit_of_a_quantity_is_not_the_quantity() -> None:
    suggester = Suggester([*CONCEPTS, target("hb", "hemoglobin", "haemoglobin", other=("Hb",))])
    assert suggester.suggest(variable("Hb"))[0].target.notation == "hb"
    assert all(each.score < 0.5 for each in suggester.suggest(variable("Enhet för Hb")))


def test_the_units_of_a_treatment_are_not_the_treatment() -> None:
    suggester = Suggester(CONCEPTS)
    treatment = suggester.suggest(variable("Hormone therapy"))[0]
    units = [
        each for each in suggester.suggest(variable("Hormone therapy dosage units")) if each.target == treatment.target
    ]
    assert treatment.complete and treatment.score > 0.8
    assert all(each.score < 0.5 and not each.complete for each in units)


HEADACHE = [
    target("G44", "Andra huvudvärkssyndrom"),
    target("G44.8", "Andra specificerade huvudvärkssyndrom"),
    target("G43", "Migrän"),
    target("N17-N19", "Njursvikt"),
    target("N17", "Akut njursvikt"),
    target("N19", "Ospecificerad njursvikt"),
]


def test_qualifiers_are_words() -> None:
    found = Suggester(HEADACHE).suggest(variable("Annat specificerat huvudvärkssyndrom"), min_score=0.0)
    assert [each.target.notation for each in found[:2]] == ["G44.8", "G44"]
    assert not found[1].complete


def test_a_code_comes_before_a_block() -> None:
    found = Suggester(HEADACHE).suggest(variable("Njursvikt"), min_score=0.0)
    assert found[0].target.notation == "N19" and not any(each.complete for each in found)


def test_figures_in_common_do_not_choose_a_concept() -> None:
    linked = LinkedVariable(
        entry=variable(
            "ecog", name="ecog", values="1=klarar lätt arbete;2=klarar sig själv;3=behöver hjälp;4=sängliggande"
        ),
        dataset="urn:d",
        concepts=("urn:alder",),
    )
    marital = variable("qqq", values="1=gift;2=ogift;3=skild;4=änka")
    assert not Suggester(CONCEPTS, [linked]).suggest(marital)
    bare = variable("qqq", values="1;2;3;4")
    assert not Suggester(CONCEPTS, [linked]).suggest(bare)


def test_a_compound_is_its_words() -> None:
    found = Suggester([target("C50", "cancer i bröstet"), target("C34", "cancer i lungan"), target("D05", "in situ")])
    assert found.suggest(variable("Bröstcancer"))[0].target.notation == "C50"


def test_borrowed_names_count_less_and_are_never_complete() -> None:
    own, borrowed = target("own", "njursten"), target("other", "renal calculus")
    lent = ConceptTarget(
        iri="urn:lent",
        notation="lent",
        scheme="urn:s",
        labels=(Text("calculus", ""),),
        borrowed=(Text("njursten", ""),),
    )
    found = Suggester([own, borrowed, lent]).suggest(variable("njursten"), min_score=0.0)
    assert [each.target.notation for each in found] == ["own", "lent"]
    assert [each.complete for each in found] == [True, False]
