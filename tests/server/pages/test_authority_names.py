"""Names in place of the addresses of licences and of codes in authority tables."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from server.http.i18n import Translator
from server.pages.authority_names import authority_name, licence_name

EU = "http://publications.europa.eu/resource/authority"


@pytest.mark.parametrize(
    ("iri", "swedish"),
    [
        ("https://creativecommons.org/licenses/by-sa/4.0/", "CC BY-SA 4.0"),
        ("http://creativecommons.org/publicdomain/zero/1.0/deed.sv", "CC0 1.0"),
        ("http://rightsstatements.org/vocab/InC/1.0/", "upphovsrättsskyddat (In Copyright)"),
        (f"{EU}/licence/COM_REUSE", "EU-kommissionens vidareutnyttjande"),
        ("https://www.npu-terminology.org/npu-database/", "NPU:s villkor"),
        ("https://www.example.org/terms/of/use.html?v=3", "example.org"),
        ("fri användning", ""),
    ],
)
def test_a_licence_has_a_name_or_a_host(iri: str, swedish: str) -> None:
    assert licence_name(iri, Translator("sv")) == swedish


@pytest.mark.parametrize(
    ("iri", "swedish", "english"),
    [
        (f"{EU}/country/SWE", "Sverige", "Sweden"),
        (f"{EU}/country/NOR", "NOR", "NOR"),
        ("https://w3id.org/dpv/dpv-pd#Genetic", "genetiska uppgifter", "genetic data"),
        ("http://purl.org/adms/publishertype/Company", "företag", "company"),
        ("https://example.org/country/SWE", "", ""),
        (f"{EU}/country", "", ""),
    ],
)
def test_a_code_of_an_authority_table_has_a_name_or_its_code(iri: str, swedish: str, english: str) -> None:
    assert authority_name(iri, Translator("sv")) == swedish
    assert authority_name(iri, Translator("en")) == english


def test_a_register_shows_words_and_not_prefixed_names(client: FlaskClient) -> None:
    page = client.get("/dataset/nkbc?lang=sv", headers={"Accept": "text/html"}).text
    rest = page.partition('id="others"')[2].partition("</section>")[0]
    for words in ("<dt>hälsotema ", "<dt>strukturerade data ", "<dt>typ av personuppgifter ", "<dt>språk "):
        assert words in rest, words
    assert ">Sverige</a>" in rest and "<div>ja</div>" in rest and ">publications.europa.eu" not in rest


def test_the_page_of_a_mapping_is_named_by_its_ends(client: FlaskClient) -> None:
    page = client.get("/mapping/onkologi?lang=sv", headers={"Accept": "text/html"}).text
    path = re.search(r'href="(/mapping/onkologi/[0-9a-f]+)', page)[1]  # type: ignore[index]
    mapping = client.get(f"{path}?lang=sv", headers={"Accept": "text/html"}).text
    heading = re.search(r"<h1>(.*?)</h1>", mapping, re.DOTALL)[1]  # type: ignore[index]
    assert " → " in heading and "http" not in heading
    assert ">manuellt mappad</a>" in mapping and ">www.w3.org/2004" not in mapping
