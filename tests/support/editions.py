"""Two editions of an invented code system, drawn so that every class and rule of change occurs.

A Hjärta ┬ A1 …   unchanged                     B Lunga ┬ B1 …
         ├ A2 A3  retitled: words, spelling             ├ B8 B9  spare code taken into use, re-used
         ├ A4     moved to B                            └ …
         └ A5–A9  replaced by C1–C5             level `detalj` is in the newer edition only
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from begrepp.errors import Origin
from begrepp.records import (
    Agent,
    Concept,
    Coverage,
    Edition,
    EditionFiles,
    Level,
    Note,
    NoteKind,
    Record,
    Redistribution,
    Scheme,
    Status,
    Text,
    texts,
)

PUBLISHER = Agent(
    id="nagon", names=texts("Någon", "Somebody"), type="http://purl.org/adms/publishertype/NationalAuthority"
)
OPEN = "https://creativecommons.org/licenses/by/4.0/"
HERE = Origin("editions.csv", 1)
GONE: dict[str, Any] = {"status": Status.INACTIVE, "valid_to": date(2021, 12, 31)}
LEVELS = {"grupp": 1, "kod": 2, "under": 3, "detalj": 4}


def _concept(notation: str, label: str, broader: str = "A", **more: Any) -> Concept:
    level = {1: "grupp", 2: "kod", 3: "under", 4: "detalj"}[len(notation)]
    definition, excluded = more.pop("definition", ""), more.pop("excluded", "")
    return Concept(
        scheme="par",
        notation=notation,
        origin=HERE,
        pref_labels=texts(label),
        broader=(broader,) if level != "grupp" else (),
        level=level,
        definitions=texts(definition),
        notes=(Note(NoteKind.EXCLUSION, Text(excluded, "sv")),) if excluded else (),
        **more,
    )


_c = _concept
OLD = (
    _c("A", "Hjärtats sjukdomar"),
    _c("B", "Lungornas sjukdomar"),
    _c("A1", "Hjärtsvikt"),
    _c("A2", "Kärlkramp"),
    _c("A3", "Hjärt-infarkt, AKUT"),
    _c("A4", "Förmaksflimmer"),
    _c("A5", "Klaffel"),
    _c("A6", "Hjärtsäcksinflammation"),
    _c("A7", "Blodpropp"),
    _c("A8", "Bråck i buken"),
    _c("A9", "Bråck i ljumsken"),
    _c("B1", "Astma, allergisk", "B"),
    _c("B2", "Astma", "B"),
    _c("B3", "Hosta", "B"),
    _c("B4", "Hosta", "B"),
    _c("B5", "Lunginflammation", "B"),
    _c("B6", "Lunginflammation", "B"),
    _c("B7", "Emfysem", "B"),
    _c("B8", "Kod som kan tas i bruk med kort varsel", "B"),
    _c("B9", "Tuberkulos", "B"),
    _c("D1", "Snarkning"),
    _c("D2", "Skrapsår", valid_from=date(2010, 1, 1)),
    _c("D3", "Klåda", definition="känsla i huden som lockar till rivning"),
    _c("D4", "Fraktur, höger sida"),
    _c("D5", "Graviditet före 22 veckor"),
    _c("D6", "Testikulär feminisering"),
    _c("D7", "Anemi", definition="lågt hemoglobin"),
    _c("D8", "Gikt", excluded="pseudogikt"),
    _c("D9", "Åderlåtning"),
    _c("E1", "Hysteri"),
    _c("E2", "Vattkoppor", status=Status.INACTIVE, valid_to=date(2000, 12, 31)),
    _c("E8", "Gulsot", status=Status.INACTIVE, valid_to=date(2000, 12, 31)),
    _c("E4", "Diabetes"),
    _c("E5", "Migrän"),
    _c("E51", "Migrän med aura", "E5"),
)
NEW = (
    _c("A", "Hjärtats sjukdomar"),
    _c("B", "Lungornas sjukdomar"),
    _c("A1", "Hjärtsvikt"),
    _c("A2", "Instabil kärlkramp"),
    _c("A3", "Hjärtinfarkt akut"),
    _c("A4", "Förmaksflimmer", "B"),
    _c("A5", "Klaffel", **GONE, replaced_by=("C1", "C2")),
    _c("A6", "Hjärtsäcksinflammation", **GONE, replaced_by=("C3",)),
    _c("A8", "Bråck i buken", **GONE, replaced_by=("C5",)),
    _c("A9", "Bråck i ljumsken", **GONE, replaced_by=("C5",)),
    _c("B1", "Astma, allergisk", "B", **GONE, replaced_by=("B2",)),
    _c("B2", "Astma", "B"),
    _c("B6", "Lunginflammation", "B"),
    _c("B8", "Vejpskada", "B"),
    _c("B9", "Silikos", "B"),
    _c("C1", "Aortaklaffel"),
    _c("C2", "Mitralisklaffel"),
    _c("C3", "Perikardit"),
    _c("C4", "Blodpropp"),
    _c("C5", "Bukväggsbråck"),
    _c("C6", "Hosta", "B"),
    _c("C7", "Emfysem", "B"),
    _c("C8", "Emfysem", "B"),
    _c("C9", "Tuberkulos", "B"),
    _c("D1", "Höftledsartros", "B"),
    _c("D2", "Njursten", valid_from=date(2022, 1, 1)),
    _c("D3", "Feber", definition="kroppstemperatur över normal nivå"),
    _c("D4", "Fraktur, vänster sida"),
    _c("D5", "Graviditet före 24 veckor"),
    _c("D6", "Androgenokänslighet"),
    _c("D7", "Anemi", definition="lågt hemoglobin eller hematokrit"),
    _c("D8", "Gikt", excluded="pseudogikt och artros"),
    _c("E1", "Hysteri", **GONE),
    _c("E2", "Vattkoppor"),
    _c("E8", "Benbrott"),
    _c("E3", "Covid-19"),
    _c("E6", "Reservkod"),
    _c("E4", "Diabetes"),
    _c("E41", "Diabetes typ 1", "E4"),
    _c("E42", "Diabetes typ 2", "E4"),
    _c("E5", "Migrän"),
    _c("E51", "Migrän med aura", "E5"),
    _c("E511", "Migrän med hemiplegi", "E51"),
)
EXPECTED = {
    ("added", "ruleNewCode", "", "E3"),
    ("added", "ruleNewSpareCode", "", "E6"),
    ("added", "ruleInUseAgain", "", "E2"),
    ("retired", "ruleCodeGone", "D9", ""),
    ("retired", "ruleStatedInactive", "E1", ""),
    ("retitled", "ruleWordsInCommon", "A2", "A2"),
    ("retitled", "ruleSpellingOnly", "A3", "A3"),
    ("moved", "ruleOtherParent", "A4", "A4"),
    ("moved", "ruleOtherParent", "D1", "D1"),
    ("moved", "ruleRecodedBySuccessor", "A6", "C3"),
    ("moved", "ruleRecodedByTitle", "A7", "C4"),
    ("moved", "ruleRecodedByTitle", "B9", "C9"),
    ("split", "ruleSeveralSuccessors", "A5", "C1 C2"),
    ("split", "ruleTitleOfSeveral", "B7", "C7 C8"),
    ("split", "ruleCodeDivided", "E4", "E41 E42"),
    ("merged", "ruleSharedSuccessor", "A8 A9", "C5"),
    ("merged", "ruleSuccessorKept", "B1", "B2"),
    ("merged", "ruleTitleShared", "B3 B4", "C6"),
    ("merged", "ruleTitleKept", "B5", "B6"),
    ("added", "ruleSpareCode", "B8", "B8"),
    ("reused", "ruleTitleElsewhere", "B9", "B9"),
    ("reused", "ruleOtherWordsOtherPlace", "D1", "D1"),
    ("reused", "ruleOtherWordsValidAnew", "D2", "D2"),
    ("reused", "ruleOtherWordsOtherDefinition", "D3", "D3"),
    ("reused", "ruleOtherWordsInUseAgain", "E8", "E8"),
    ("definitionChanged", "ruleOppositeWord", "D4", "D4"),
    ("definitionChanged", "ruleOtherNumber", "D5", "D5"),
    ("definitionChanged", "ruleNoWordInCommon", "D6", "D6"),
    ("definitionChanged", "ruleOtherDefinition", "D7", "D7"),
    ("definitionChanged", "ruleOtherScope", "D8", "D8"),
}
"""Class, rule, old codes and new codes of every change; E511 is no change, its level is new to the older edition."""


def load(edition: EditionFiles) -> Iterator[Record]:
    """The older edition as 2021, the newer as any other year."""
    yield Scheme(id="par", titles=texts("Utgåvor i par", "Editions in pairs"), identifiers=("urn:oid:1.2.752.99.1",))
    year = int(edition.version[:4])
    yield Edition(
        scheme="par",
        version=edition.version,
        valid_from=date(year, 1, 1),
        publisher=PUBLISHER,
        licence=OPEN,
        redistribution=Redistribution.ALLOWED,
        coverage=Coverage.PARTIAL if edition.version.endswith("-urval") else Coverage.COMPLETE,
    )
    for level, depth in LEVELS.items():
        yield Level(scheme="par", depth=depth, id=level, titles=texts(level.capitalize(), level.capitalize()))
    yield from OLD if year == 2021 else NEW


def edition(folder: Path, version: str, source: str = "par") -> EditionFiles:
    """An edition with an empty file; `load` does not read it."""
    path = folder / source / version / "list.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return EditionFiles(source=source, version=version, folder=path.parent, files=(path,))
