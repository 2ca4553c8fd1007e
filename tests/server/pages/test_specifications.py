"""A common specification is a list of variables without data: it has pages, and is no register."""

from __future__ import annotations

import re

from flask.testing import FlaskClient


def test_a_specification_has_a_page_that_says_what_it_is(client: FlaskClient) -> None:
    page = client.get("/dataset/json?lang=en").get_data(as_text=True)
    assert '<p class="kind"><span>Common specification</span> ' in page
    assert "Invented data model" in page and "smoker" in page


def test_specifications_are_listed_apart(client: FlaskClient) -> None:
    page = client.get("/dataset?lang=sv").get_data(as_text=True)
    registers, heading, specifications = page.partition("<h2>Gemensamma specifikationer</h2>")
    assert heading
    assert "Påhittad datamodell" in specifications and "Påhittad datamodell" not in registers


def test_the_first_page_counts_registers_only(client: FlaskClient) -> None:
    home = client.get("/?lang=sv").get_data(as_text=True)
    assert "Påhittad datamodell" not in home
    registers = client.get("/dataset?lang=sv").get_data(as_text=True).partition("Gemensamma specifikationer")[0]
    counted = re.search(r"<b>(\d+)</b> register", home)
    assert counted and int(counted[1]) == registers.count('<h2><a href="')


def test_a_dictionarys_own_list_and_its_codes_have_pages(client: FlaskClient) -> None:
    for path, words in (("/dataset/json/list/margin", "microscopic"), ("/dataset/json/list/margin/R1", "microscopic")):
        response = client.get(f"{path}?lang=en")
        assert response.status_code == 200
        assert words in response.get_data(as_text=True)
    assert client.get("/id/dataset/json/list/margin/R1").status_code == 303


def test_values_of_a_dictionary_are_not_found_among_concepts(client: FlaskClient) -> None:
    assert "list/margin" not in client.get("/search?q=microscopic&lang=en").get_data(as_text=True)
