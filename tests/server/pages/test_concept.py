"""The page of a concept: heading, definition, registers with their years, mappings, names, history and other places."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from begrepp.records import Text
from server.http.i18n import Translator
from server.pages.concepts.mapping_groups import MappingGroup, mapping_drawing, mapping_groups
from server.pages.concepts.mapping_rows import MappingRow, external_name
from server.served.labels import find_refs
from server.served.refs import Ref
from server.served.variable_facts import VariableIndex
from server.state import AppState, served_build

SWEDISH = {"Accept": "text/html", "Accept-Language": "sv"}


def section(client: FlaskClient, path: str, name: str) -> str:
    """Return the section of a page with a heading, without white space between tags; empty if it has none."""
    answer = client.get(path, headers=SWEDISH)
    assert answer.status_code == 200, path
    found = re.search(rf'<section[^>]*aria-labelledby="{name}".*?</section>', answer.text, re.DOTALL)
    return unescape(re.sub(r">\s+<", "><", found[0])) if found else ""


def rows_of(part: str) -> list[str]:
    return re.findall(r"<tr>.*?</tr>", part, re.DOTALL)


def test_the_heading_and_the_title_of_the_window_name_system_and_edition(client: FlaskClient) -> None:
    page = client.get("/cs/icd-10-se/A00.9", headers=SWEDISH).text
    assert re.search(r"<title>A00\.9 Påhittad åkomma ospecificerad · ICD-10-SE\S* 2022 · begrepp</title>", page)
    title = page[page.index('<div class="title">') : page.index('<div class="concept">')]
    assert '<span class="code big">A00.9</span>' in title and 'release/2022">2022</a>' in title
    assert '<span class="tag good">gällande</span>' in title


def test_a_retired_code_is_so_in_the_heading(client: FlaskClient) -> None:
    page = client.get("/cs/icd-10-se/A00.0", headers=SWEDISH).text
    title = page[page.index('<div class="title">') : page.index('<div class="banner')]
    assert "utgången" in title and "gällande" not in title


@pytest.mark.parametrize(
    ("path", "has", "lacks"),
    [
        ("/cs/icd-10-se/A00.9", "varken definition eller noter", 'class="definition'),
        ("/cs/onkologi/tumorstadium", "tumöregenskap som anger", "varken definition"),
    ],
)
def test_a_definition_is_in_view_or_its_absence_is_said(client: FlaskClient, path: str, has: str, lacks: str) -> None:
    part = section(client, path, "definition")
    assert has in part and lacks not in part


def test_each_register_is_a_row_with_years_coding_and_access(client: FlaskClient) -> None:
    rows = rows_of(section(client, "/cs/onkologi/tumorstadium", "measured"))
    cancer = next(row for row in rows if ">Cancerregistret</a>" in row)
    assert "icke-offentlig" in cancer and "FIGO-stadier" in cancer
    assert 'class="own"' in cancer and ">2004–<" in cancer.replace("</svg>", ">")
    lung = next(row for row in rows if "(NLCR)</a>" in row)
    assert 'class="lent"' in lung and "2002–" in lung and "datamängdens år" in lung


def test_a_register_without_years_says_so_and_one_about_the_concept_too(client: FlaskClient) -> None:
    part = section(client, "/cs/onkologi/lungcancer", "measured")
    assert "Registret handlar om begreppet." in part
    row = next(row for row in rows_of(part) if "Biobanker" in row)
    assert "år ej angivna" in row and "<rect" not in row


def test_a_concept_that_no_register_has_says_so(app: Flask, client: FlaskClient) -> None:
    some = section(client, "/cs/onkologi/lungcancer", "measured")
    assert "<table" in some and "Inget av de beskrivna registren" not in some
    state = app.extensions["begrepp"]
    assert isinstance(state, AppState)
    build = state.current_build()
    system = build.stored.system(build.iris.scheme("onkologi"))
    assert system is not None
    names = (system.name(number) for number in range(len(system)))
    subjects = {iri for facts in build.schemes.variables.datasets.values() for iri in facts.subjects}
    known = {*build.schemes.measuring_variables, *subjects}
    records = {name.notation: system.lookup(name.notation) for name in names if name.iri not in known}
    code = next(code for code, record in records.items() if record and not record.mappings)
    nothing = section(client, f"/cs/onkologi/{code}", "measured")
    assert "Inget av de beskrivna registren har en variabel för begreppet." in nothing and "<table" not in nothing


def test_registers_that_code_with_the_system_of_a_code_are_shown(client: FlaskClient) -> None:
    part = section(client, "/cs/icd-10-se/A00.9", "measured")
    assert "där koden kan förekomma" in part
    rows = rows_of(part)
    assert any("Patientregistret" in row and "DIA1" in row and "ICD-10-SE" in row for row in rows), rows
    assert part == section(client, "/cs/icd-10-se/A00.9", "measured")
    english = client.get("/cs/icd-10-se/A00.9?lang=en", headers=SWEDISH).text
    assert "where the code may occur" in english and "/var/DIA1?lang=en" in english


def test_a_page_as_of_a_day_before_the_registers_were_described_names_them(client: FlaskClient, app: Flask) -> None:
    app.jinja_env.parts.clear()  # type: ignore[attr-defined]
    dated = section(client, "/cs/icd-10-se/A00.9?asOf=2021-06-01", "measured")
    assert "där koden kan förekomma" in dated and "/id/" not in re.sub("<[^>]*>", " ", dated)
    current = section(client, "/cs/icd-10-se/A00.9", "measured")
    for part in (dated, current):
        rows = rows_of(part)
        assert any("Patientregistret" in row and "DIA1" in row for row in rows), rows


def test_the_years_of_a_variable_are_its_own_and_those_of_a_dataset_its_period(app: Flask) -> None:
    state = app.extensions["begrepp"]
    assert isinstance(state, AppState)
    index = VariableIndex(state.current_build().store)
    root = state.current_build().iris.dataset
    figo = next(facts for iri, facts in index.variables.items() if iri.endswith("/figo"))
    assert figo.since.startswith("2004") and figo.codes and figo.dataset == root("cancerregistret")
    assert index.datasets[root("nkbc")].since == "2008" and index.datasets[root("nkbc")].access == "NON_PUBLIC"
    first, last = index.year_range
    assert first <= 1958 and last - first <= 80


def test_mappings_are_grouped_by_system_with_direction_in_words(client: FlaskClient) -> None:
    part = section(client, "/cs/onkologi/lungcancer", "mappings")
    groups = re.findall(r'<tr class="group">.*?<a[^>]*>([^<]+)</a>', part)
    assert len(groups) == len(set(groups)) > 1
    table = part[part.index("<table") :]
    assert part.count('<a class="is-code"') == table.count('<span class="sign"')
    assert "exakt motsvarighet" in table and ">=</span>" in table


def test_a_dated_page_has_the_table_of_mappings_and_no_picture(client: FlaskClient) -> None:
    now = section(client, "/cs/onkologi/lungcancer", "mappings")
    then = section(client, "/cs/onkologi/lungcancer?asOf=2026-11-25", "mappings")
    assert '<svg class="matches"' in now and '<svg class="matches"' not in then
    assert "exakt motsvarighet" in then


def _row(iri: str, label: str, predicate: str = "skos:exactMatch", *, negated: bool = False) -> MappingRow:
    known = not iri.startswith("http://purl")
    ref = Ref(iri=iri, href=iri, label=Text(label, "sv"), scheme="x" if known else "", known=known)
    return MappingRow(other=ref, predicate=predicate, negated=negated)


def test_no_word_of_the_picture_is_cut(app: Flask) -> None:
    long = "en ovanligt lång benämning på en sjukdom som inte ryms på en rad i bilden av mappningar"
    here = Ref(iri="urn:h", href="/h", label=Text(f"{long} här", "sv"))
    rows = [_row("urn:a", long), _row("urn:b", "<b>&", "skos:broadMatch", negated=True)]
    with app.test_request_context("/"):
        groups = [MappingGroup(title="A & B", language="", href="", rows=rows)]
        drawing = str(mapping_drawing(here, groups, Translator("sv")))
    words = unescape(" ".join(re.findall(r"<text[^>]*>([^<]*)</text>", drawing)))
    assert f"{long} här" in words and long in words.replace(f"{long} här", "") and "A & B" in words
    assert "<b>" not in drawing and "INTE" in drawing and "≠" in drawing
    assert drawing.count("<a ") == 2


@pytest.mark.parametrize(
    ("iri", "name"),
    [
        ("http://purl.obolibrary.org/obo/NCIT_C4872", ("NCIT", "NCIT:C4872")),
        ("http://id.nlm.nih.gov/mesh/D001943", ("id.nlm.nih.gov", "D001943")),
        ("https://www.orpha.net/ORDO/Orphanet_227535", ("orpha.net", "Orphanet_227535")),
        ("http://identifiers.org/umls/C1840535", ("umls", "C1840535")),
        ("https://identifiers.org/snomedct:254837009", ("snomedct", "254837009")),
        ("http://example.org/x#a%20b", ("example.org", "a b")),
        ("http://example.org/", ("example.org", "http://example.org/")),
        ("urn:oid:1.2.3", ("urn:oid:1.2.3", "oid:1.2.3")),
        ("https://w3id.org/begrepp/id/cs/atc/L01FG01", ("atc", "L01FG01")),
        ("https://kodverk.example.se/id/cs/icd-10-se/A%2FB", ("icd-10-se", "A/B")),
        ("https://w3id.org/begrepp/id/cs/atc", ("w3id.org", "atc")),
    ],
)
def test_a_thing_outside_the_build_is_named_by_its_iri(iri: str, name: tuple[str, str]) -> None:
    assert external_name(iri) == name


def test_names_are_by_language_and_status(client: FlaskClient) -> None:
    part = section(client, "/cs/onkologi/tumorstadium", "terms")
    swedish, english = rows_of(part)[1:]
    assert "Svenska" in swedish and "cancerstadium" in swedish and "cancer stage" not in swedish
    assert 'lang="en">cancer stage' in english
    assert not section(client, "/cs/icd-10-se/A00", "terms").count("<td") > 4


def test_the_history_is_a_line_of_editions_with_the_changes(client: FlaskClient) -> None:
    renamed = section(client, "/cs/icd-10-se/A00.9", "history")
    first, second = re.findall(r"<li.*?</li>", renamed, re.DOTALL)
    assert "2021" in first and "Påhittad åkomma UNS" in first and "gällande" not in first
    assert "2022" in second and "gällande" in second and 'class="change"' in second and "jämfört med 2021" in second
    same = section(client, "/cs/icd-10-se/A00", "history")
    assert same.count("oförändrad") == 1
    retired = section(client, "/cs/icd-10-se/A00.0", "history")
    assert 'class="gone"' in retired and "finns inte i utgåvan" in retired


def test_the_same_code_elsewhere_is_shown_with_a_warning(client: FlaskClient) -> None:
    part = section(client, "/cs/icd-7/162.1", "related")
    assert "Samma kod behöver inte ha samma innebörd." not in part
    found = section(client, "/cs/icd-9/162", "related")
    assert "ICD-7" in found and "Samma kod behöver inte ha samma innebörd." in found
    assert "Samma kod" not in section(client, "/cs/ecog/1", "related")


def test_variables_of_the_same_name_tell_their_tables(client: FlaskClient) -> None:
    page = client.get("/cs/icd-10-se?lang=sv", headers={"Accept": "text/html"}).text
    part = page.partition('id="variables"')[2].partition("</section>")[0]
    tables = re.findall(r'HDIA</span> [^<]*</a> <span class="quiet">\(([^<]+)\)</span>', part)
    assert len(tables) == 2 and len({*tables}) == 2, part
    assert not any(name.startswith("http") for name in tables)
    assert not re.search(r'DIA1</span> [^<]*</a> <span class="quiet">\(', part), "the only one of its name"


def test_a_mapped_code_that_the_build_lacks_stands_under_its_code_system(app: Flask) -> None:
    with app.test_request_context("/"):
        build = served_build()
        lost = f"{build.iris.root}cs/ecog/99"
        rows = [MappingRow(other=ref, predicate="skos:exactMatch") for ref in find_refs(build, [lost], "sv").values()]
        (group,) = mapping_groups(build, rows, "sv")
    assert (group.href, rows[0].name) == ("/cs/ecog", "99") and "ECOG" in group.title
