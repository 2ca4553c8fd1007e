"""Tasks of users in Chromium, each from the first page, with a limit on the clicks.

The table of docs/user-tasks.md has a row per task. The build is the shared one with an invented list for the coder:

09 ─ I60-I69 ─ I63 "Hjärninfarkt" ─ I63.9
            └─ I64 "Akut kärlhändelse i hjärnan (stroke)"   (in 2021: "Slaganfall")

and an English ontology with a concept "Stroke". With `BEGREPP_TASKS_ADDRESS` the tasks are done on the server at that
address instead, for example one with the national code systems.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode, urljoin
from urllib.request import Request, urlopen

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import loaders
from begrepp.build.loads.parallel_loader import EditionJob
from begrepp.build.pipeline import build
from begrepp.settings import ROOT, Settings
from begrepp.sources.editions import find_editions
from server.app import create_app
from server.sparql.endpoint import EDITOR
from tests.support.browser import screen, write
from tests.support.once import make_once
from tests.support.serving import serve_in_thread
from tests.support.shell import Shell
from tests.support.small import Quiet, put
from tests.support.visitor import Visitor

pytestmark = pytest.mark.slow

STROKE = (
    "09,Påhittade kärlsjukdomar,Invented vascular diseases,,1997-01-01,\n"
    "I60-I69,Påhittade kärlsjukdomar i hjärnan,Invented vascular diseases of the brain,09,1997-01-01,\n"
    "I63,Hjärninfarkt,Infarction of the brain,I60-I69,1997-01-01,\n"
    "I63.9,Hjärninfarkt UNS,Infarction of the brain NOS,I63,1997-01-01,\n"
    "I64,{i64},Vascular event of the brain,I60-I69,1997-01-01,\n"
)
ENGLISH = """loader = "table"
[source]
title.en = "Foreign ontology"
publisher = "Foreign ontology"
licence = "https://creativecommons.org/publicdomain/zero/1.0/"
[release]
valid_from = 2026-01-01
[scheme]
id = "utlandsk"
title.en = "Foreign ontology"
[[file]]
name = "codes.csv"
[file.columns]
notation = "code"
pref_label.en = "label"
"""
ON_SERVER = os.environ.get("BEGREPP_TASKS_ADDRESS", "")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
NOTATIONS = "SELECT ?concept ?code { ?concept skos:notation ?code }"


@pytest.fixture(scope="module")
def scene(built: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the build of this module, or of the server that the environment names."""
    if ON_SERVER:
        yield ON_SERVER
        return

    def make(folder: Path) -> None:
        shutil.copytree(built.data, folder / "data", symlinks=True)
        settings = Settings(data=folder / "data", query_seconds=20, query_workers=2)
        for edition, name in (("2021", "Slaganfall"), ("2022", "Akut kärlhändelse i hjärnan (stroke)")):
            old = (settings.raw / "icd10_se" / edition / "list.csv").read_text(encoding="utf-8")
            put(settings, old + STROKE.format(i64=name), edition=edition)
        put(settings, "code,label\nX1,Stroke\nX2,Infarction\n", source="utlandsk", edition="1", name="codes.csv")
        put(settings, ENGLISH, source="utlandsk", edition="1", name="source.toml")
        editions = [*find_editions(ROOT / "starter"), *find_editions(settings.raw)]
        jobs = [EditionJob(edition, loaders.loader_of(edition)) for edition in editions]
        build(jobs, settings, Quiet(), keep_going=True, accept_fewer=True)

    folder = make_once(tmp_path_factory, "tasks", make)
    app = create_app(Settings(data=folder / "data", query_seconds=20, query_workers=2))
    with serve_in_thread(app) as address:
        yield address
    app.extensions["begrepp"].pool.close()


@pytest.fixture
def visitor(browser: Chrome, scene: str) -> Visitor:
    """A visitor on the first page, on a screen of 1280 × 900."""
    visitor = Visitor(browser, scene)
    visitor.begin()
    return visitor


@pytest.fixture
def at_most(visitor: Visitor, request: pytest.FixtureRequest) -> Iterator[Callable[[int], None]]:
    """Declare the clicks that a task may take; checked when the task is done."""
    limits: list[int] = []
    yield limits.append
    if folder := os.environ.get("BEGREPP_PICTURES"):
        visitor.browser.save_screenshot(str(Path(folder) / f"{request.node.name}.png"))
    print(f"{request.node.name}: {visitor.clicks} clicks: {' → '.join(visitor.steps)}")
    assert visitor.clicks <= limits[0], visitor.steps


def fetch(address: str, path: str, accept: str = "*/*") -> bytes:
    """Return the body of a response with status 200."""
    with urlopen(Request(urljoin(address, path), headers={"Accept": accept}), timeout=60) as response:
        return bytes(response.read())


def link(visitor: Visitor, words: str) -> str:
    """Return the address of the link with a text."""
    shown = [each for each in visitor.browser.find_elements(By.LINK_TEXT, words) if each.is_displayed()]
    assert shown, f"no link '{words}' on {visitor.browser.current_url}"
    return str(shown[0].get_attribute("href"))


# Register researcher


def test_01_which_registers_hold_her2(visitor: Visitor, at_most: Callable[[int], None]) -> None:
    at_most(3)
    visitor.click("HER2")
    visitor.click("HER2-status")
    assert "NKBC" in visitor.section("Var begreppet mäts")


@pytest.mark.parametrize(
    ("words", "concept"),
    [("HER2", "HER2-status"), ("tumörstorlek", "tumörstorlek"), ("PSA", "psa prostataspecifikt antigen")],
)
def test_02_for_which_years(visitor: Visitor, at_most: Callable[[int], None], words: str, concept: str) -> None:
    at_most(3)
    visitor.search(words)
    visitor.click(concept)
    measured = visitor.section("Var begreppet mäts")
    assert YEAR.search(measured), f"no year in: {measured}"


def test_03_how_to_apply_for_data(visitor: Visitor, at_most: Callable[[int], None]) -> None:
    at_most(3)
    visitor.click("Register")
    visitor.click("Nationellt kvalitetsregister för bröstcancer")
    assert "Så får du tillgång till data" in visitor.text
    assert "Etikprövningsmyndigheten" in visitor.text
    assert link(visitor, "Ansök om data").endswith("cancercentrum.se/vast/vara-uppdrag/forskning/registerforskning/")


def test_04_compare_two_registers_and_take_the_translation(visitor: Visitor, at_most: Callable[[int], None]) -> None:
    at_most(5)
    visitor.click("Jämför register")
    visitor.choose("Datamängd A", "NKBC")
    visitor.choose("Datamängd B", "Cancerregistret")
    visitor.click("Jämför")
    visitor.until(lambda: "a_diag_dat" in visitor.text, "the pair of diagnosis dates is shown")
    # A variable of NKBC that the cancer register has no counterpart of is shown too.
    assert "her2" in visitor.text.lower()
    assert fetch(visitor.address, link(visitor, "XLSX")).startswith(b"PK")
    assert b"a_diag_dat" in fetch(visitor.address, link(visitor, "CSV"))


# Informatician


def test_05_a_first_query_with_completion(visitor: Visitor, at_most: Callable[[int], None]) -> None:
    at_most(2)
    visitor.click("SPARQL")
    if EDITOR.exists():
        write(visitor.browser, "SELECT * { ?variabel begrepp:measures lungc")
        visitor.until(lambda: "lungcancer" in str(options(visitor)), "lungcancer is offered")
        time.sleep(0.3)  # the editor takes no choice within 75 ms after it has offered it
        ActionChains(visitor.browser).send_keys(Keys.ENTER).send_keys(" }").perform()
    else:
        write(visitor.browser, "SELECT * { ?variabel begrepp:measures ?matt } LIMIT 5")
    visitor.click("Kör frågan")
    visitor.until(lambda: "Resultat" in visitor.text, "the answer is shown")


def options(visitor: Visitor) -> list[str]:
    """Return what the editor offers."""
    script = """return [...document.querySelector('.editor').shadowRoot.querySelectorAll('li[role=option]')]
      .map((option) => option.textContent)"""
    return list(visitor.browser.execute_script(script))


def test_06_a_ready_question_changed_shared_and_downloaded(visitor: Visitor, at_most: Callable[[int], None]) -> None:
    at_most(2)
    visitor.click("Ställ en fråga")
    visitor.click("Vem registrerar HER2, och som vad")
    before = visitor.text
    box = next(each for each in visitor.browser.find_elements(By.CSS_SELECTOR, "form.ask input[type=text]"))
    box.clear()
    box.send_keys("tumörstorlek", Keys.ESCAPE, Keys.ENTER)
    visitor.until(lambda: "tumörstorlek" in visitor.text and visitor.text != before, "the other answer is shown")
    shared = visitor.browser.current_url
    answer = visitor.text
    visitor.browser.get(shared)
    assert visitor.text == answer
    assert fetch(visitor.address, link(visitor, "CSV")).count(b"\n") > 1


def test_07_all_codes_as_csv(scene: str) -> None:
    body = fetch(scene, f"/sparql?{urlencode({'query': NOTATIONS, 'format': 'csv'})}").decode()
    count = json.loads(
        fetch(scene, f"/sparql?{urlencode({'query': f'SELECT (COUNT(*) AS ?n) {{ {NOTATIONS} }}', 'format': 'json'})}")
    )
    assert sum(1 for _ in csv.reader(io.StringIO(body))) - 1 == int(count["results"]["bindings"][0]["n"]["value"])


def test_08_a_syntax_error_is_understood(visitor: Visitor, at_most: Callable[[int], None]) -> None:
    at_most(2)
    visitor.click("SPARQL")
    write(visitor.browser, "SELECT * WHERE { ?s a ; skos:prefLabel ?name }")
    visitor.click("Kör frågan")
    alert = "return [...document.querySelectorAll('[role=alert]')].find((each) => each.checkVisibility())?.innerText"
    visitor.until(lambda: visitor.browser.execute_script(alert), "the error is told")
    told = str(visitor.browser.execute_script(alert))
    assert "Rad 1, kolumn 23" in told
    first = told.splitlines()[0]
    assert len(first.split()) <= 10, first
    marked = "return document.querySelector('.editor').shadowRoot.querySelector('.cm-fault')?.textContent"
    if EDITOR.exists():
        visitor.until(lambda: visitor.browser.execute_script(marked) == ";", "the place is marked in the text")


def test_09_the_data_model(visitor: Visitor, at_most: Callable[[int], None]) -> None:
    at_most(3)
    visitor.click("Verktyg")
    visitor.click("Datamodell")
    visitor.click("kodverk begrepp:CodeSystem")
    assert "skos:Concept" in visitor.text or "Begrepp eller kod" in visitor.text
    assert [each for each in visitor.browser.find_elements(By.CSS_SELECTOR, "main svg") if each.size["width"] > 300]
    assert visitor.see("Pröva")


# Standards group


def test_10_what_changed_between_two_editions(visitor: Visitor, at_most: Callable[[int], None]) -> None:
    at_most(2)
    if ON_SERVER and b"/difference/" not in fetch(visitor.address, "/cs/icd-10-se", "text/html"):
        pytest.skip("the server has one edition of ICD-10-SE")
    visitor.click("Kodverk")
    visitor.click(next(each for each in names(visitor) if each.startswith("ICD-10-SE") and "ändring" in each))
    assert "stroke" in visitor.text and "Slaganfall" in visitor.text


def names(visitor: Visitor) -> list[str]:
    """Return the names of the links that have a label of their own."""
    return [
        str(each.get_attribute("aria-label"))
        for each in visitor.browser.find_elements(By.CSS_SELECTOR, "a[aria-label]")
    ]


def test_11_validate_a_file_of_ones_own(visitor: Visitor, at_most: Callable[[int], None]) -> None:
    at_most(4)
    visitor.click("Validera en fil")
    turtle = "<https://example.org/d> a <http://www.w3.org/ns/dcat#Dataset> ."
    visitor.field("klistra in").send_keys(turtle)
    visitor.click("Validera", under="Regler")
    visitor.until(lambda: "dct:title" in visitor.text or "titel" in visitor.text.lower(), "the report is shown")
    assert "fel" in visitor.text


def test_12_subscribe_to_changes(visitor: Visitor, at_most: Callable[[int], None]) -> None:
    at_most(3)
    visitor.click("Kodverk")
    visitor.click("ATC")
    feed = visitor.browser.find_elements(By.CSS_SELECTOR, "a[type='application/atom+xml']")
    if ON_SERVER and not feed:
        pytest.skip("the server has one edition of ATC")
    assert feed and b"<feed" in fetch(visitor.address, str(feed[0].get_attribute("href")))


# Application developer


def test_13_link_resolve_and_ask_the_api(visitor: Visitor, at_most: Callable[[int], None]) -> None:
    at_most(1)
    visitor.click("API")
    assert "/api/v1/lookup" in visitor.text
    found = json.loads(fetch(visitor.address, "/api/v1/lookup?system=onkologi&code=lungcancer"))
    assert found["iri"].endswith("/cs/onkologi/lungcancer")
    assert b"lungcancer" in fetch(visitor.address, "/cs/onkologi/lungcancer", "text/turtle")


def test_14_embed_a_concept_and_a_field(visitor: Visitor, at_most: Callable[[int], None]) -> None:
    at_most(2)
    visitor.click("API")
    assert "embed.js" in visitor.text and "data-begrepp" in visitor.text
    assert b"data-begrepp" in fetch(visitor.address, "/static/embed.js") or b"begrepp" in fetch(
        visitor.address, "/static/embed.js"
    )


# Operator


def test_15_behind_a_proxy_and_the_yearly_update(scene: str) -> None:
    guide = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    assert "how-to/deploy.md" in guide and "how-to/new-edition.md" in guide
    deploy = (ROOT / "docs/how-to/deploy.md").read_text(encoding="utf-8")
    assert "nginx" in deploy and "BEGREPP_BASE" in deploy
    yearly = (ROOT / "docs/how-to/new-edition.md").read_text(encoding="utf-8")
    assert "begrepp add" in yearly and "begrepp build" in yearly


# Clinical coder, on a phone


@pytest.fixture
def phone(visitor: Visitor) -> Iterator[Visitor]:
    """The visitor on a screen of 390 × 844."""
    with screen(visitor.browser, 390, 844):
        visitor.begin()
        yield visitor


def test_16_the_code_for_stroke(phone: Visitor, at_most: Callable[[int], None]) -> None:
    at_most(2)
    phone.search("stroke")
    first = phone.browser.find_element(By.CSS_SELECTOR, "main ol li").text
    assert "I64" in first and "ICD-10-SE" in first
    phone.click("I64")
    assert "I64" in phone.browser.find_element(By.TAG_NAME, "main").text


def test_17_what_is_below_a_code_and_what_it_excludes(phone: Visitor, at_most: Callable[[int], None]) -> None:
    at_most(1)
    phone.search("I63")
    if "/cs/icd-10-se/I63" not in phone.browser.current_url:
        phone.click("I63")
    assert "I63.9" in phone.text
    assert re.search(r"(?i)exklu|uteslut", phone.text), "exclusions are not stated"


def test_18_a_retired_code_and_its_successor(phone: Visitor, at_most: Callable[[int], None]) -> None:
    at_most(2)
    phone.search("L01XE02")
    if "/cs/atc/L01XE02" not in phone.browser.current_url:
        phone.click("L01XE02")
    if ON_SERVER and not phone.see("L01EB01"):
        pytest.skip("the server has one edition of ATC")
    phone.click("L01EB01")
    assert "gefitinib" in phone.text.lower()


# Newcomer

SWEDISH_EXCEL = "Kod;Svenska;Engelska;Överordnad\n" + "".join(
    f"{code};{sv};{en};{parent}\n"
    for code, sv, en, parent in [
        ("F", "färger", "colours", ""),
        ("D", "djur", "animals", ""),
        *((f"F{n}", f"färg nummer {n}", f"colour number {n}", "F") for n in range(1, 10)),
        *((f"D{n}", f"djur nummer {n}", f"animal number {n}", "D") for n in range(1, 10)),
    ]
)
"""Twenty rows in two levels and two languages, as a Swedish Excel saves them."""


def test_19_a_list_of_ones_own_in_the_browser(browser: Chrome, begrepp: Shell, tmp_path: Path) -> None:
    path = tmp_path / "egna.csv"
    path.write_bytes(b"\xef\xbb\xbf" + SWEDISH_EXCEL.replace("\n", "\r\n").encode())
    begrepp("new", str(path))
    begrepp("add", str(tmp_path / "source.toml"))
    begrepp("build", "--no-starter")
    app = create_app(Settings(data=begrepp.folder / "data", query_workers=1))
    try:
        with serve_in_thread(app) as address:
            visitor = Visitor(browser, address)
            visitor.begin()
            visitor.click("Kodverk")
            visitor.click("egna")
            visitor.click("färger")
            assert "färg nummer 9" in visitor.text
            assert "colours" in visitor.text
            assert visitor.clicks <= 3
    finally:
        app.extensions["begrepp"].pool.close()


def test_the_table_of_tasks_has_a_row_for_each(scene: str) -> None:
    table = (ROOT / "docs/user-tasks.md").read_text(encoding="utf-8")
    rows = {int(each) for each in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)}
    tested = {int(name[5:7]) for name in globals() if re.match(r"test_\d\d_", name)}
    assert rows == tested == set(range(1, 20))
