"""Swedish identity numbers are recognised however they are written, and other numbers are not."""

from __future__ import annotations

import pytest

from begrepp.errors import Origin, PersonalDataError
from begrepp.sources.identity_numbers import BareNumbers, find_identity_number

ORIGIN = Origin("lista.csv", 2)


@pytest.mark.parametrize(
    # Skatteverket's published examples, in every spelling: SKV 704 (811218-9876) and SKV 707 (701063-2391).
    "number",
    [
        "811218-9876",
        "8112189876",
        "19811218-9876",
        "198112189876",
        "811218+9876",
        "18811218-9876",
        "811278-9873",
        "701063-2391",
        "811218 9876",
        "19811218 9876",
        "811218 - 9876",
        "1981-12-18-9876",
        "81-12-18-9876",
        "1981.12.18-9876",
        "1981/12/18-9876",
        "1981.12.18 9876",
        "8 112 189 876",
        "198 112 189 876",
        "19 81 12 18 98 76",
        "81 12 18 98 76",
        "1981-12-18 9876",
        "811218/9876",
        "1981-12-18/9876",
        "811218_9876",
        "19811218_9876",
        "191500722390",
        "191711602399",
        "19811218-T123",
        "811218-T123",
        "19811218T123",
        "19811218-TF10",
    ],
)
def test_numbers_are_found_in_every_spelling(number: str) -> None:
    assert find_identity_number(f"rad {number}, kommentar") == number


@pytest.mark.parametrize("number", ["811218-9876", "811218-TF10", "8 1 1 2 1 8 - 9 8 7 6", "81&#49;218-9876"])
def test_a_number_is_found_alone_between_lines_without_digits(number: str) -> None:
    assert find_identity_number(f"första raden\n{number}\nsista raden")
    assert find_identity_number(f"12 rader\n34 rader\n{number}\n56")


@pytest.mark.parametrize(
    "text",
    [
        "00000000-0000-0000-0000-198112189876",  # no UUID: it has neither version nor variant
        "811218\u2009\u20099876",
        "8 1 1 2 1 8 - 9 8 7 6",
        "1 9 8 1 1 2 1 8-9 8 7 6",
        "811218\u200b-9876",
        "8112\u200b18\u00ad9876",
        "811218\u20139876",
        "811218\u22129876",
        "８１１２１８-９８７６",
        "٨١١٢١٨٩٨٧٦",
        "pnr811218-9876",
        "hud nr.811218-9876",
        "SE8112189876",
        "_811218-9876_",
        "198112189876.0",
        "8112189876,00",
        "1.98112189876E+11",
        "8,112189876E9",
        "https://x.se/p/198112189876",
        "https://x.se/811218-9876/besok",
        "<b>811218</b>-9876",
        "811218&#8209;9876",
        "811218&nbsp;9876",
        "811218%2D9876",
        r"811218\u20119876",
        "&#49;9811218-9876",
        "%31%39%38112189876",
        "urn:oid:1.2.752.129.2.1.3.1.198112189876",
        "prov 811218-9876-01",
        "811218-9876a",
    ],
)
def test_numbers_are_found_in_disguise(text: str) -> None:
    assert find_identity_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "7abad53c-f142-4331-8c65-ee9401048062",  # UUIDs of RF2, which has one in each member row
        "694A1B2E-EFA8-41ED-9B9D-AF7702635694",
        "urn:uuid:f248d42e-f967-4a55-b327-ab1109658276",
        "811218-9875",
        "811318-9876",
        "811218-0007",
        "20990101-1236",
        "1.2.752.116.1.1.1",
        "1.2.752.8112189876",
        "0811218987612",
        "8112189876543",
        "2020-01-01",
        "1997-01-01 - 2008",
        "1997-01-01 2002",
        "08 12 18 98 76",
        "2024-01-15 12:34",
        "20240115T1230",
        "20240115_1230",
        "10.5878/8112189876",
        "https://doi.org/10.5878/x.8112189876",
        "0,8112189876",
        "medel 12,8112189876 mg",
        "8 1 1 2 1 8 9 8 7 6",
        "556036-0793",
        "070-123 45 67",
        "tel. 0701231237",
        "+46701231237",
        "ISBN 9101020305",
        "NPU12345",
        "LOINC 21908-9",
        "1104910000",
        "d41d8cd98f00b204e8112189876e8427",
        "19811218-9876-4abc-8000-123456789012",
        "https://doi.org/10.1016/j.cell.2011.02.013",
    ],
)
def test_other_numbers_are_let_through(text: str) -> None:
    assert find_identity_number(text) is None


def test_bare_numbers_are_refused_where_more_pass_than_chance_explains() -> None:
    timestamps, persons = BareNumbers(), BareNumbers()
    for minute in range(60):
        timestamps.add(f"2024011512{minute:02}", ORIGIN)
    for serial in range(100, 400):
        persons.add(f"19811218{serial}{serial % 10}", ORIGIN)
    timestamps.refuse()
    persons.refuse()
    for number in ("198112189876", "197010632391"):
        persons.add(number, ORIGIN)
    persons.refuse()
    alone = BareNumbers()
    alone.add("198112189876", ORIGIN)
    with pytest.raises(PersonalDataError, match=r"lista\.csv row 2.*identity number") as caught:
        alone.refuse()
    assert "9876" not in str(caught.value)
