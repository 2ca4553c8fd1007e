"""The alphabetical index of a code system: every concept once, under the letter that Swedes look for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from begrepp.artefact.alphabet import AlphabetBuilder, AlphabeticalEntry, alphabet_path, count_letters, read_entries
from begrepp.artefact.inventory import write_inventory
from begrepp.build.derived.view_scan import scan_view
from begrepp.rdf.ntriples import name
from begrepp.settings import LANGUAGES
from begrepp.text.swedish import index_letter
from server.app import create_app
from tests.support.small import HEADER, build_small, put, settings_in

ROWS = (
    "01,Kapitel,Chapter,,1997-01-01,\n"
    "A00,Zink,Aardvark,01,1997-01-01,\n"
    "A00.0,ölfrukt,Beer fruit,A00,1997-01-01,\n"
    "A00.1,Ångest,Anguish,A00,1997-01-01,\n"
    'A00.2,"éclair, ""fylld""",Eclair,A00,1997-01-01,\n'
    "A00.3,10-procentig,Ten percent,A00,1997-01-01,\n"
    "A00.4,2-procentig,,A00,1997-01-01,\n"
    "A00.5,Ärr,Scar,A00,1997-01-01,\n"
    "A00.6,zinksalva,,A00,1997-01-01,\n"
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A reader of a build with those nine concepts, one of them retired."""
    settings = settings_in(tmp_path_factory.mktemp("alphabet"))
    put(settings, HEADER + ROWS, edition="2021")
    put(settings, HEADER + ROWS.replace("A00.5,Ärr,Scar,A00,1997-01-01,\n", ""), edition="2022")
    build_small(settings, accept_fewer=True)
    application = create_app(settings)
    yield application.test_client()
    application.extensions["begrepp"].pool.close()


def _index(client: FlaskClient, letter: str = "", lang: str = "sv") -> tuple[list[str], list[str]]:
    page = client.get(f"/cs/icd-10-se/index?letter={letter}&lang={lang}").text
    letters = re.findall(r'<li><a href="[^"]*letter=[^"]*"[^>]*>(.)</a>', page)
    names = re.findall(r'<a class="ref[^>]*>(?:<span[^>]*>)?([^<]*)', page)
    return letters, [unescape(name) for name in names]


def test_letters_are_in_swedish_order_and_what_has_none_is_last(client: FlaskClient) -> None:
    letters, first = _index(client)
    assert letters == ["E", "K", "Z", "Å", "Ä", "Ö", "#"]
    assert first == ['éclair, "fylld"']


def test_numbers_are_in_order_of_value(client: FlaskClient) -> None:
    assert _index(client, "%23")[1] == ["2-procentig", "10-procentig"]
    assert _index(client, "Z")[1] == ["Zink", "zinksalva"]


def test_names_are_in_the_readers_language_where_there_is_one(client: FlaskClient) -> None:
    letters, first = _index(client, lang="en")
    assert letters == ["A", "B", "C", "E", "S", "T", "Z", "#"]
    assert first == ["Aardvark", "Anguish"]
    assert _index(client, "Z", lang="en")[1] == ["zinksalva"]


def test_a_retired_code_is_there_and_marked(client: FlaskClient) -> None:
    page = client.get("/cs/icd-10-se/index?letter=Ä").text
    assert 'class="ref retired"' in page and "Ärr" in page


@pytest.mark.parametrize(
    ("word", "letter"),
    [("åska", "Å"), ("Écu", "E"), ("ølet", "Ö"), (" x", "X"), ("5-FU", "#"), ("", "#"), ("β", "#"), ("{x", "#")],
)
def test_a_letter_is_what_swedes_look_under(word: str, letter: str) -> None:
    assert index_letter(word) == letter


def test_there_is_no_index_of_what_is_not_there(client: FlaskClient) -> None:
    assert client.get("/cs/nowhere/index").status_code == 404


def test_a_build_that_is_older_than_the_index_says_what_to_do(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    put(settings, HEADER + ROWS, edition="2021")
    build_small(settings)
    for language in LANGUAGES:
        alphabet_path(settings.current.resolve(), language).unlink()
    write_inventory(settings.current.resolve())
    application = create_app(settings)
    answer = application.test_client().get("/cs/icd-10-se/index")
    application.extensions["begrepp"].pool.close()
    assert answer.status_code == 404 and "begrepp build" in answer.text


def test_concepts_with_their_publishers_addresses_are_there(tmp_path: Path) -> None:
    said = [
        f"<http://snomed.info/id/1> {name('rdf:type')} {name('skos:Concept')} .",
        f"<http://snomed.info/id/2> {name('rdf:type')} {name('skos:Concept')} .",
        f"<http://snomed.info/id/1> {name('begrepp:status')} {name('begrepp:inactive')} .",
        f"<http://snomed.info/id/1> {name('skos:inScheme')} <https://w3id.org/begrepp/id/cs/snomed-ct> .",
        f'<http://snomed.info/id/1> {name("skos:notation")} "1" .',
        f'<http://snomed.info/id/1> {name("skos:prefLabel")} "Zebra \\\\ \\"x\\"" .',
        f"<http://snomed.info/id/2> {name('skos:inScheme')} <https://w3id.org/begrepp/id/cs/snomed-ct/release/2026> .",
        f'<http://snomed.info/id/2> {name("skos:notation")} "2" .',
        f'<http://snomed.info/id/2> {name("skos:prefLabel")} "i utgåvan"@sv .',
    ]
    view = tmp_path / "view.nt"
    view.write_text("\n".join(said) + "\n", encoding="utf-8")
    alphabet = AlphabetBuilder("https://w3id.org/begrepp/")
    scan_view(view, [alphabet])
    alphabet.write(tmp_path)
    assert count_letters(tmp_path, "snomed-ct", "sv") == {"Z": 1}
    zebra = AlphabeticalEntry(
        concept="http://snomed.info/id/1", notation="1", name='Zebra \\ "x"', lang="", active=False
    )
    assert read_entries(tmp_path, "snomed-ct", "en", "Z", 0, 5) == [zebra]
    assert read_entries(tmp_path, "snomed-ct", "en", "Z", 1, 5) == []
    assert read_entries(tmp_path, "snomed-ct", "nb", "Z", 0, 5) == [zebra], "a language that the build does not know"


def test_codes_of_a_flat_list_are_in_swedish_order(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    codes = ["Ö1", "a10", "Ä1", "z", "Å1", "a2", "O1", "B"]
    rows = "".join(f"{code},Namn {code}\n" for code in codes)
    path = put(settings, f"kod,namn\n{rows}", source="lista", edition="2026")
    (path.parent / "source.toml").write_text(
        'loader = "table"\n[source]\ntitle.sv = "Lista"\npublisher = "begrepp"\n'
        'licence = "https://creativecommons.org/licenses/by/4.0/"\n'
        '[scheme]\nid = "lista"\ntitle.sv = "Lista"\nhierarchical = false\n'
        '[[file]]\nname = "list.csv"\n[file.columns]\nnotation = "kod"\npref_label.sv = "namn"\n',
        encoding="utf-8",
    )
    build_small(settings)
    application = create_app(settings)
    client = application.test_client()
    expected = ["a2", "a10", "B", "O1", "z", "Å1", "Ä1", "Ö1"]
    for language in ("sv", "en"):
        page = client.get(f"/cs/lista?lang={language}").text
        listed = page[page.index('<ul class="codes">') :].partition("</ul>")[0]
        assert [unescape(each) for each in re.findall(r"Namn (\w+)", listed)] == expected
    application.extensions["begrepp"].pool.close()
