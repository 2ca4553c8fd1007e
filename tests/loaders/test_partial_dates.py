"""Years and months as the first or last day of a code: FHIR's dateTime, and xsd:gYear and xsd:gYearMonth in SKOS."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from begrepp.records import Concept, LoadRemark, Record, Status
from tests.loaders.test_format_edges import URI, code_system, concepts, load

EUVOC = "http://publications.europa.eu/ontology/euvoc#"


def fhir(folder: Path, *properties: dict[str, object]) -> list[Record]:
    """A code system in force from 1 July 2024 with one concept, whose properties have the code of the standard."""
    stated = [{"code": code, "uri": URI + code} for each in properties if (code := str(each["code"])) != "validFrom"]
    text = code_system(property=stated, concept=[{"code": "a", "display": "a", "property": list(properties)}])
    return load(folder, "fhir", {"a.json": text}, "[release]\nvalid_from = 2024-07-01\n")


@pytest.mark.parametrize(
    ("value", "status", "valid_to", "notes"),
    [
        ("2023-05-01", Status.INACTIVE, date(2023, 5, 1), []),
        ("2023-05-01T23:30:00+02:00", Status.INACTIVE, date(2023, 5, 1), []),
        ("2020", Status.INACTIVE, date(2020, 12, 31), ["retirementDate: 2020"]),
        ("2024-02", Status.INACTIVE, date(2024, 2, 29), ["retirementDate: 2024-02"]),
        # The edition begins within the year or month: the day may be later.
        ("2024", Status.ACTIVE, date(2024, 12, 31), ["retirementDate: 2024"]),
        ("2024-07", Status.ACTIVE, date(2024, 7, 31), ["retirementDate: 2024-07"]),
        ("2024-13", Status.ACTIVE, None, ["retirementDate: 2024-13"]),
        ("våren 2020", Status.ACTIVE, None, ["retirementDate: våren 2020"]),
    ],
)
def test_a_year_or_month_of_retirement_in_the_past_makes_a_code_inactive(
    tmp_path: Path, value: str, status: Status, valid_to: date | None, notes: list[str]
) -> None:
    records = fhir(tmp_path, {"code": "retirementDate", "valueDateTime": value})
    found = concepts(records)["a"]
    assert (found.status, found.valid_to) == (status, valid_to)
    assert [note.text.value for note in found.notes] == notes
    told = [record.text for record in records if isinstance(record, LoadRemark)]
    assert told == ([] if valid_to else [f"the retirementDate '{value}' is no date; it is kept as a note."])


@pytest.mark.parametrize(
    ("value", "valid_to"),
    [
        ("2023", date(2023, 12, 31)),
        ("2024", date(2024, 6, 30)),  # retired in this edition, so before its first day
        ("2025", date(2025, 1, 1)),
        ("2024-09-01", date(2024, 9, 1)),
    ],
)
def test_the_last_day_of_a_code_stated_as_inactive_agrees_with_its_edition(
    tmp_path: Path, value: str, valid_to: date
) -> None:
    records = fhir(
        tmp_path, {"code": "inactive", "valueBoolean": True}, {"code": "retirementDate", "valueDateTime": value}
    )
    assert (concepts(records)["a"].status, concepts(records)["a"].valid_to) == (Status.INACTIVE, valid_to)


def test_a_year_is_the_first_day_of_a_code_from_its_beginning(tmp_path: Path) -> None:
    property_ = {"code": "validFrom", "uri": "https://w3id.org/begrepp/def#validFrom"}
    concept = {"code": "a", "display": "a", "property": [{"code": "validFrom", "valueDateTime": "1997"}]}
    found = concepts(load(tmp_path, "fhir", {"a.json": code_system(property=[property_], concept=[concept])}))["a"]
    assert (found.valid_from, [note.text.value for note in found.notes]) == (date(1997, 1, 1), ["validFrom: 1997"])


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ('"1997"^^xsd:gYear', '"2020-02"^^xsd:gYearMonth', (date(1997, 1, 1), date(2020, 2, 29))),
        ('"1997-03"^^xsd:gYearMonth', '"2020"^^xsd:gYear', (date(1997, 3, 1), date(2020, 12, 31))),
        ('"1997-03-02"^^xsd:date', '"2020-02-03T10:00:00Z"^^xsd:dateTime', (date(1997, 3, 2), date(2020, 2, 3))),
    ],
)
def test_the_years_and_months_of_skos_concepts_are_their_first_and_last_days(
    tmp_path: Path, start: str, end: str, expected: tuple[date, date]
) -> None:
    text = f"""@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix dct: <http://purl.org/dc/terms/> .
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix : <https://ex.org/s/> .
        : a skos:ConceptScheme ; dct:title "S"@sv .
        :a a skos:Concept ; skos:inScheme : ; skos:prefLabel "a"@sv ;
          <{EUVOC}startDate> {start} ; <{EUVOC}endDate> {end} ."""
    records = load(tmp_path, "skos", {"s.ttl": re.sub(r"\n +", "\n", text)})
    found = next(record for record in records if isinstance(record, Concept))
    assert (found.valid_from, found.valid_to) == expected
