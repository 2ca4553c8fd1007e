"""Personal data: rows about persons, by the names of columns, and counts that are too small to be published.

Counts below five persons are omitted, since they may identify one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from begrepp.errors import Origin, PersonalDataError
from begrepp.sources.identity_numbers import find_identity_number, identity_number_error

SMALLEST_COUNT = 5
"""Smallest count that is published (rule of Statistics Sweden and Socialstyrelsen for public tables)."""


def literal_text(lines: Iterable[str]) -> str:
    """Return the literals of N-Triples lines, one a line, that may hold an identity number.

    Left out are those of digits only (codes), and those that are shorter than a number (ten characters, or a date).
    """
    literals = [line[line.index('"') + 1 : line.rindex('"')] for line in lines if '"' in line]
    long_enough = (each for each in literals if len(each) > 10 or (len(each) == 10 and each[4] != "-"))
    text = "\n".join(literal for literal in long_enough if not literal.isdigit())
    return text.replace("\\n", "\n").replace("\\t", "\t") if "\\" in text else text


def refuse_identity_numbers(text: str, origin: Origin) -> None:
    """Raise `PersonalDataError` if the text holds an identity number; the message does not repeat it."""
    if find_identity_number(text):
        raise identity_number_error(origin)


FHIR_PERSON_RESOURCES = frozenset(
    {
        "AllergyIntolerance",
        "CarePlan",
        "ClinicalImpression",
        "Composition",
        "Condition",
        "DiagnosticReport",
        "Encounter",
        "EpisodeOfCare",
        "FamilyMemberHistory",
        "ImagingStudy",
        "Immunization",
        "MedicationAdministration",
        "MedicationDispense",
        "MedicationRequest",
        "MedicationStatement",
        "Observation",
        "Patient",
        "Person",
        "Procedure",
        "QuestionnaireResponse",
        "RelatedPerson",
        "ServiceRequest",
        "Specimen",
    }
)
"""The most common resources with data about a person (http://hl7.org/fhir/compartmentdefinition-patient.html)."""
# Names of columns that identify the person of a row.
_PERSON_COLUMN_NAME = re.compile(
    r"(person|personal|samordnings|patient|pat|journal|individ|deltagar|l[oö]p)[ _-]*"
    r"(id|nr|num(mer|ber)?|identifier|identitet|identity[ _-]*number|key|nyckel)"
    r"|pnr|p_?id|record[ _-]*id|ssn|cpr|mrn|nhs[ _-]*number|usubjid"
    r"|(participant|donor|case|respondent)[ _-]*(id|nr|number)|subject[ _-]*(nr|number)"
    r"|(f[oö]delse|birth)[ _-]*(datum|dag|dat|date|day|dt)|date[ _-]*of[ _-]*birth|dob"
    r"|(?P<name>f[oö]rnamn|efternamn|first[ _-]*name|last[ _-]*name|surname|family[ _-]*name)",
    re.IGNORECASE,
)
# Cells of such columns: an identifier, a date or a name. A prefixed name (`record_id` of a mapping in SSSOM) is none.
_PERSON_ID_CELL = re.compile(r"(?=.*\d)(?![A-Za-z]\w*:)[\w/.:-]{1,40}")
_PERSON_NAME_CELL = re.compile(r"[^\W\d_]+([ '-][^\W\d_]+){0,2}")


@lru_cache(maxsize=4096)
def _person_cell_pattern(column: str) -> re.Pattern[str] | None:
    """Return the pattern of cells that identify a person; None if the column's name does not refer to persons."""
    match = _PERSON_COLUMN_NAME.fullmatch(column.strip())
    return (_PERSON_NAME_CELL if match["name"] else _PERSON_ID_CELL) if match else None


def is_person_column(column: str) -> bool:
    """Return whether a column, by its name, identifies a person or holds a date of birth."""
    return _person_cell_pattern(column) is not None


def refuse_person_rows(cells: Mapping[str, str], origin: Origin) -> None:
    """Raise `PersonalDataError` if a row is about one person, by the name of a column and the cell in it."""
    for column, cell in cells.items():
        if cell and (pattern := _person_cell_pattern(column)) and pattern.fullmatch(cell):
            raise PersonalDataError(
                origin,
                f"the column '{column}' identifies a person or gives a date of birth: this looks like data with one "
                "row per individual, not a list of variables or codes.",
                "begrepp accepts metadata only. Add the data dictionary, not the data.",
            )


def is_small_count(number: int) -> bool:
    """Return whether a number of persons or records is too small to be published."""
    return 0 < number < SMALLEST_COUNT
