"""Citations: publisher, edition, date and date of access, in three styles, on the pages and as files."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from flask.testing import FlaskClient

from server.pages.citation import Citation

HTML = {"Accept": "text/html"}
ROOT_IRI = "https://w3id.org/begrepp/id"
BREAST = Citation(
    iri=f"{ROOT_IRI}/cs/icd-10-se/C50.9",
    title="C50.9 Bröstcancer & mer, 50 %",
    container="ICD-10-SE",
    publisher="Socialstyrelsen",
    edition="utgåva 2021",
    published="2021-01-01",
    licence="",
    language="sv",
)


def test_apa_states_publisher_year_edition_and_access() -> None:
    assert BREAST.in_style("apa", date(2026, 11, 29)) == (
        "Socialstyrelsen (2021). C50.9 Bröstcancer & mer, 50 % (ICD-10-SE, utgåva 2021). "
        f"Hämtad 2026-11-29 från {ROOT_IRI}/cs/icd-10-se/C50.9\n"
    )


def test_bibtex_escapes_what_has_a_meaning_in_tex() -> None:
    text = BREAST.in_style("bibtex", date(2026, 11, 29))
    assert text.startswith("@misc{icd-10-se-C50-9,\n")
    assert r"title = {{C50.9 Bröstcancer \& mer, 50 \%}}" in text
    assert "  year = {2021},\n  date = {2021-01-01},\n" in text
    assert "urldate = {2026-11-29}" in text
    assert text.count("{") - text.count(r"\{") == text.count("}") - text.count(r"\}")


def test_ris_has_a_tag_a_line_and_an_end() -> None:
    lines = BREAST.in_style("ris", date(2026, 11, 29)).split("\r\n")
    assert lines[0] == "TY  - DATA" and lines[-2:] == ["ER  - ", ""]
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines[:-1])
    assert {"PB  - Socialstyrelsen", "ET  - utgåva 2021", "DA  - 2021/01/01", "Y2  - 2026/11/29"} <= {*lines}


@pytest.mark.parametrize(
    ("path", "publisher"),
    [
        ("/cs/onkologi/lungcancer", "begrepp"),
        ("/cs/icd-10-se", "Socialstyrelsen"),
        ("/cs/icd-10-se/A00.9", "Socialstyrelsen"),
        ("/dataset/nkbc", "Regionalt cancercentrum Stockholm Gotland"),
        ("/mapping/onkologi", "Kopplingar från begrepp inom onkologi till kodverk"),  # it states no publisher
    ],
)
def test_every_kind_of_page_tells_how_to_cite_it(client: FlaskClient, path: str, publisher: str) -> None:
    page = client.get(f"{path}?lang=sv", headers=HTML).text
    shown = re.search(r'id="citation">(.*?)</p>', page)
    assert shown and publisher in shown[1] and f"{ROOT_IRI}{path}" in shown[1]
    for style, begins in (("apa", publisher), ("bibtex", "@misc{"), ("ris", "TY  - DATA")):
        assert f"/cite/{style}?iri=" in page
        response = client.get(f"/cite/{style}", query_string={"iri": f"{ROOT_IRI}{path}", "lang": "sv"})
        assert response.text.startswith(begins)
        today = datetime.now(UTC).date()
        assert today.isoformat() in response.text or f"{today:%Y/%m/%d}" in response.text
        assert "no-store" in response.headers["Cache-Control"]


def test_a_thing_or_a_style_that_there_is_not_is_told(client: FlaskClient) -> None:
    assert client.get("/cite/apa", query_string={"iri": f"{ROOT_IRI}/cs/onkologi/nope"}).status_code == 404
    assert client.get("/cite/chicago", query_string={"iri": f"{ROOT_IRI}/cs/onkologi"}).status_code == 404
