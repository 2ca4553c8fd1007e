"""Pages of registers and variables, where a concept is measured, and the matrix of topics and datasets."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode

from begrepp.exports.ehds import present_elements, read_elements
from begrepp.rdf.namespaces import expand
from begrepp.records import Text
from server.pages.datasets.completeness import Completeness, ElementRow
from server.pages.datasets.timeline import MOST, Years, timeline
from server.pages.datasets.variable_row import variable_row
from server.pages.web_addresses import split_addresses
from server.served.labels import Links, Statements
from server.served.refs import Ref

HTML = {"Accept": "text/html", "Accept-Language": "sv"}


def page(client: FlaskClient, path: str) -> str:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 200, path
    return answer.text


def test_a_dataset_says_what_ehds_asks_and_what_is_missing(client: FlaskClient) -> None:
    text = page(client, "/dataset/nkbc")
    part = text[text.index('id="ehds"') : text.index("</section>", text.index('id="ehds"'))]
    there, asked = map(int, re.search(r"(\d+) av (\d+) uppgifter", part).groups())  # type: ignore[union-attr]
    assert asked == 27 and 10 < there < 27
    missing, have = part.split("<details>")
    assert "följer standard" in missing and "följer standard" not in have and "titel" in have
    assert "täckningsgrad 99.9 %" in text and "2010–2014" in text


def test_the_steps_of_applying_are_numbered_with_links(client: FlaskClient) -> None:
    text = page(client, "/dataset/nkbc")
    listed = text[text.index('<ol class="steps">') :].partition("</ol>")[0]
    steps = re.findall(r"<li>(.*?)</li>", listed)
    assert len(steps) == 4 and steps[0] == "Kontakta registerhållaren."
    assert 'href="https://etikprovningsmyndigheten.se/"' in steps[1] and ">etikprovningsmyndigheten.se</a>" in steps[1]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Ansök.", [("Ansök.", "")]),
        ("https://a.se/b", [("", "https://a.se/b")]),
        ("Se https://a.se/b.", [("Se ", ""), ("", "https://a.se/b"), (".", "")]),
        ("(http://a.se/?q=1)", [("(", ""), ("", "http://a.se/?q=1"), (")", "")]),
        ("https://a.se, https://b.se", [("", "https://a.se"), (", ", ""), ("", "https://b.se")]),
        ("", []),
    ],
)
def test_web_addresses_are_found_in_running_text(text: str, parts: list[tuple[str, str]]) -> None:
    assert split_addresses(text) == parts


def test_variables_are_filtered_in_their_groups(client: FlaskClient) -> None:
    text = page(client, "/dataset/nkbc?find=her2+ish")
    assert (
        "a_pad_her2ish" in text and "op_pad_her2ish" in text and "a_pad_her2<" not in text and "post_endo" not in text
    )
    assert "3 av 31" in text and text.count('<details class="group" open>') == 2
    assert "/dataset/nkbc.csv?find=her2+ish" in text
    rows = client.get("/dataset/nkbc.csv?find=her2+ish").text.splitlines()
    assert len(rows) == 4 and client.get("/dataset/nkbc.csv").text.count("\r\n") == 32
    assert "Inga variabler" in page(client, "/dataset/nkbc?find=zzz")


def test_every_variable_has_its_years_or_that_they_are_not_stated(client: FlaskClient) -> None:
    text = page(client, "/dataset/nkbc?all=1")
    cells = re.findall(r'<td data-label="År">(.*?)</td>', text)
    assert len(cells) == 31
    assert {re.sub("<.*?>", "", cell) for cell in cells} == {"2008–", "2012–", "2014–", "2020–", "ej angivet"}
    assert "ej angivet" in page(client, "/dataset/nkbc/anmalan/var/a_pad_her2")


def test_a_register_page_has_contents_and_no_raw_addresses(client: FlaskClient) -> None:
    text = page(client, "/dataset/nkbc")
    contents = text[text.index('class="contents"') : text.index("</nav>", text.index('class="contents"'))]
    anchors = re.findall(r'href="#([\w-]+)"', contents)
    assert {"about", "access", "variables", "t1", "t3", "years", "ehds", "machine"} <= {*anchors}
    assert {name for name in anchors if f'id="{name}"' not in text} == set()
    words = re.sub(r"<[^>]*>", " ", text[text.index("<main") : text.index('id="cite"')])
    assert "http" not in words, "before the citation, which has an address"


@pytest.mark.parametrize(
    ("iri", "label"),
    [
        ("http://hl7.org/fhir/ValueSet/observation-status", "observation-status (hl7.org)"),
        ("https://example.org/lists#sex", "sex (example.org)"),
        ("https://example.org/lists/", "lists (example.org)"),
        ("https://example.org", "example.org"),
        ("urn:oid:1.2.3", "urn:oid:1.2.3"),
    ],
)
def test_a_list_that_is_not_loaded_has_a_short_label(iri: str, label: str) -> None:
    statements: Statements = {
        expand("begrepp:codeList"): [NamedNode(iri)],
        expand("begrepp:valueSet"): [NamedNode(iri)],
    }
    known = Links({iri: Ref(iri=iri, href=iri, label=Text(iri, ""), known=False)})
    own = Ref(iri="urn:v", href="/v", label=Text("v", ""))
    assert [code.label.value for code in variable_row(statements, own, known, "sv").codes] == [label]


def test_the_completeness_of_all_registers_is_compared(client: FlaskClient) -> None:
    text = page(client, "/completeness")
    rings = re.findall(r'aria-label="(\d+) av 27 uppgifter finns."', text)
    assert len(rings) == 10 and rings == sorted(rings, reverse=True)
    table = [line.split(",") for line in client.get("/completeness.csv").text.splitlines()]
    assert len(table) == 28
    column = next(n for n, name in enumerate(table[0]) if "NKBC" in name)
    shown = page(client, "/dataset/nkbc")
    assert f"{sum(row[column] == 'yes' for row in table)} av 27 uppgifter" in shown
    assert {row[column] for row in table if row[0] == "följer standard"} == {"no"}
    assert client.get("/completeness.ttl").status_code == 406


def test_the_arcs_of_a_ring_make_a_whole() -> None:
    name = Text("x", "sv")
    rows = [ElementRow(name=name, conditional=c, present=p) for c, p in ((False, True), (True, False), (False, False))]
    assert [(kind, round(length)) for kind, _, length in Completeness(elements=rows).arcs] == [
        ("nothing", 33),
        ("coarser", 33),
        ("none", 33),
    ]
    assert Completeness(elements=rows[:1]).arcs == [("nothing", 0.0, 100.0)]


def test_that_we_loaded_a_description_did_not_generate_the_data() -> None:
    assert len(read_elements()) == 27 and all({t.lang for t in e.names} == {"sv", "en"} for e in read_elements())
    made = expand("prov:wasGeneratedBy")
    assert not present_elements([made], ["https://x/id/load/a/1"], "https://x/id/load")
    assert present_elements(
        [made], ["https://x/id/load/a/1", "https://x/id/dataset/a/activity/1"], "https://x/id/load"
    ) == {made}


def test_years_are_drawn_on_one_scale() -> None:
    def line(since: str, until: str = "") -> Years:
        return Years(href="/x", code="x", label=Text("x", "sv"), since=since, until=until)

    assert timeline([line("2000"), line("")], 2026) is None
    drawn = timeline([line("1958-01-01"), line("1987", "1992-12-31")], 2026)
    assert drawn is not None
    first, second = drawn.spans
    assert (first.x, first.width) == (0.0, 100.0)
    assert second.x == pytest.approx(100 * 29 / 69, abs=0.1) and second.width == pytest.approx(100 * 6 / 69, abs=0.1)
    assert all(0 <= tick.x <= 100 for tick in drawn.ticks) and len(drawn.ticks) > 2
    many = timeline([line("2000")] * (MOST + 5), 2026)
    assert many is not None and many.left_out == 5


def test_a_variable_stands_beside_its_siblings(client: FlaskClient) -> None:
    text = page(client, "/dataset/nlcr/anmalan/var/ct")
    assert "samma kodlista" in text and "manuellt mappad" in text
    assert "/harmonise?a=nlcr&amp;b=npcr&amp;pair=ct%3Dt_klass" in text
    assert 'class="lent"' in text and 'class="own"' in text
    link = re.search(r'href="(/harmonise\?a=nlcr[^"]*)"', text)[1].replace("&amp;", "&")  # type: ignore[index]
    assert "t_klass" in page(client, link)


def test_where_it_is_measured_says_by_which_way(client: FlaskClient) -> None:
    text = page(client, "/cs/onkologi/her2")
    part = text[text.index('id="measured"') :]
    assert re.search(r"mäter <a[^>]*>HER2", part) and "d_her2" in part
    through = page(client, "/cs/loinc/48676-1")
    assert "via nära motsvarighet" in through[through.index('id="measured"') :]


def test_the_matrix_unfolds_from_topics_to_variables(client: FlaskClient) -> None:
    text = page(client, "/matrix")
    assert "tumöregenskap" in text and 'title="Nationellt kvalitetsregister för bröstcancer (NKBC)"' in text
    assert "ICHOM" not in text
    link = re.search(r'href="(/matrix\?topic=[^"]*tumoregenskap)"', text)[1]  # type: ignore[index]
    below = page(client, link)
    assert "tumörstadium" in below and "a_tnm_tklass" in below and "Alla ämnen" in below
    assert client.get("/matrix?topic=urn:nothing", headers=HTML).status_code == 404
    assert "What is measured where?" in client.get("/matrix?lang=en", headers=HTML).text


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_words_of_a_source_are_not_said_to_be_in_the_language_of_the_page(
    client: FlaskClient, language: str
) -> None:
    text = client.get("/dataset/nkbc", headers={"Accept": "text/html", "Accept-Language": language}).text
    evidence = re.findall(r'<div class="small">(.*?) <span class="quiet">', text)
    assert '<span lang="">egen kännedom</span>' in evidence
    assert any(re.fullmatch(r'<a [^>]*>[^<]*</a><span lang="">, egen bedömning</span>', each) for each in evidence)
    assert any(re.fullmatch(r"<a [^>]*>[^<]*</a>", each) for each in evidence)


def test_the_steps_of_applying_keep_their_stated_language(client: FlaskClient) -> None:
    text = client.get("/dataset/nkbc", headers={"Accept": "text/html", "Accept-Language": "en"}).text
    steps = text[text.index('<ol class="steps">') :].partition("</ol>")[0]
    assert 'lang=""' not in steps
