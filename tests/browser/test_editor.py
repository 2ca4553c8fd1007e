"""The SPARQL editor in a real browser: completion, errors, tabs, history, views of results, and no script at all."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from server.sparql.endpoint import EDITOR
from tests.support.browser import SHADOW, complaints, find, write

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not EDITOR.exists(), reason="the editor is not built; run `make editor` (needs npm)"),
]
LUNG = "https://w3id.org/begrepp/id/cs/onkologi/lungcancer"
OPTIONS = """return [...document.querySelector('.editor').shadowRoot.querySelectorAll('li[role=option]')]
  .map(option => option.textContent)"""
COUNTS = """SELECT ?scheme (COUNT(*) AS ?n) { ?c skos:inScheme ?scheme } GROUP BY ?scheme ORDER BY DESC(?n) LIMIT 8"""


def picture(browser: Chrome, name: str) -> None:
    """Kept where `$BEGREPP_PICTURES` says, to be looked at."""
    if folder := os.environ.get("BEGREPP_PICTURES"):
        browser.save_screenshot(str(Path(folder) / f"{name}.png"))


@pytest.mark.parametrize(("width", "height", "name"), [(1280, 900, "desktop"), (390, 844, "phone")])
def test_a_concept_is_completed_by_its_swedish_word(
    browser: Chrome, address: str, width: int, height: int, name: str
) -> None:
    browser.set_window_size(width, height)
    browser.get(address + "/sparql")
    browser.execute_script("localStorage.clear()")
    browser.get(address + "/sparql?lang=sv")
    complaints(browser)
    write(browser, "SELECT * { ?variabel begrepp:measures lungc")
    WebDriverWait(browser, 15).until(lambda b: any("lungcancer" in o for o in b.execute_script(OPTIONS)))
    picture(browser, f"editor-{name}")
    ActionChains(browser).send_keys(Keys.ENTER).perform()
    area = find(browser, "textarea#query")
    WebDriverWait(browser, 5).until(lambda _: f"<{LUNG}>" in str(area.get_property("value")))
    assert not complaints(browser)
    browser.set_window_size(1280, 900)


def test_properties_of_the_class_at_hand_come_first(browser: Chrome, address: str) -> None:
    browser.get(address + "/sparql")
    write(browser, "SELECT * { ?c a skos:Concept ; skos:no")
    WebDriverWait(browser, 15).until(lambda b: any("skos:notation" in o for o in b.execute_script(OPTIONS)[:2]))


def test_an_answer_is_drawn_and_taken_away(browser: Chrome, address: str) -> None:
    browser.get(f"{address}/sparql?query={quote(COUNTS)}")
    complaints(browser)
    buttons = WebDriverWait(browser, 15).until(lambda b: b.find_elements(By.CSS_SELECTOR, ".views button")[1:])
    buttons[0].click()
    WebDriverWait(browser, 15).until(lambda b: find(b, ".drawing canvas").size["height"] > 50)
    browser.execute_script("arguments[0].scrollIntoView()", find(browser, ".drawing"))
    picture(browser, "chart")
    links = [link.text for link in browser.find_elements(By.CSS_SELECTOR, ".downloads a")]
    assert links == ["JSON", "XML", "CSV", "TSV", "CSV för Excel (;)", "XLSX", "PARQUET"]
    broader = "SELECT ?a ?b { ?a skos:broader ?b ; skos:inScheme <https://w3id.org/begrepp/id/cs/onkologi> } LIMIT 40"
    browser.get(f"{address}/sparql?query={quote(broader)}")
    named(browser, "graf").click()
    WebDriverWait(browser, 15).until(lambda b: find(b, ".drawing canvas").size["height"] > 50)
    browser.execute_script("arguments[0].scrollIntoView()", find(browser, ".drawing"))
    picture(browser, "graph")
    named(browser, "länkkarta").click()
    ribbons = WebDriverWait(browser, 15).until(lambda b: b.find_elements(By.CSS_SELECTOR, ".drawing svg .ribbon"))
    assert len(ribbons) == len(browser.find_elements(By.CSS_SELECTOR, "table.answer tbody tr"))
    picture(browser, "links")
    assert not complaints(browser)


def test_only_the_views_that_suit_are_offered(browser: Chrome, address: str) -> None:
    browser.get(f"{address}/sparql?lang=sv&query={quote('SELECT ?l { ?c a skos:ConceptScheme ; skos:prefLabel ?l }')}")
    WebDriverWait(browser, 15).until(lambda b: find(b, ".views"))
    assert not browser.find_elements(By.CSS_SELECTOR, ".views button")


def test_classes_are_offered_before_properties_where_a_class_is_expected(browser: Chrome, address: str) -> None:
    browser.get(address + "/sparql")
    write(browser, "SELECT * { ?c a sk")
    WebDriverWait(browser, 15).until(lambda b: b.execute_script(OPTIONS))
    offered = browser.execute_script(OPTIONS)
    assert offered[0].startswith("skos:Concept")
    assert not any(option.startswith(("skos:prefLabel", "skos:notation")) for option in offered)


def run(browser: Chrome) -> None:
    named(browser, "Kör frågan").click()


def told(browser: Chrome) -> str:
    """Return what is told of the run."""
    return find(browser, ".running [role=status]").text


def named(browser: Chrome, name: str) -> WebElement:
    """Return the button with a text, once it is there."""

    def buttons(driver: Chrome) -> list[WebElement]:
        return [each for each in driver.find_elements(By.TAG_NAME, "button") if each.text.strip() == name]

    return WebDriverWait(browser, 15, ignored_exceptions=[StaleElementReferenceException]).until(buttons)[0]


def test_an_error_is_marked_at_its_place_without_leaving_the_page(browser: Chrome, address: str) -> None:
    browser.get(address + "/sparql?lang=sv")
    browser.execute_script("window.stays = true")
    write(browser, "SELECT * { ?s a ; skos:prefLabel ?name }")
    run(browser)
    WebDriverWait(browser, 15).until(lambda b: b.execute_script(SHADOW, ".cm-fault"))
    assert browser.execute_script(SHADOW, ".cm-fault").text == ";"
    assert browser.execute_script(SHADOW, ".cm-faultword").text == "↑ ; kan inte stå här."
    alert = find(browser, "#outcome [role=alert]").text.splitlines()
    assert alert[0] == "Rad 1, kolumn 17: ; kan inte stå här."
    assert len(alert) == 2 and len(alert[1].split()) <= 10
    ActionChains(browser).send_keys("?").perform()  # the place is where the cursor stands
    assert browser.execute_script(SHADOW, ".cm-fault") is None
    assert find(browser, "textarea#query").get_property("value") == "SELECT * { ?s a ?; skos:prefLabel ?name }"
    assert browser.execute_script("return window.stays")


def test_a_query_is_run_in_place_and_shared_by_its_address(browser: Chrome, address: str) -> None:
    browser.get(address + "/sparql?lang=sv")
    browser.execute_script("localStorage.clear(); window.stays = true")
    write(browser, "SELECT * { ?s a skos:ConceptScheme } LIMIT 3")
    run(browser)
    WebDriverWait(browser, 15).until(lambda b: told(b) == "3 rader")
    assert find(browser, ".running [aria-hidden]").text.endswith(" s")
    assert browser.execute_script("return window.stays")
    shared = browser.current_url
    rows = find(browser, "table.answer tbody").text
    browser.get(shared)
    assert find(browser, "table.answer tbody").text == rows
    assert "onkologi" not in rows.lower() or "Onkologi" in rows  # things are shown by their names


def test_a_running_query_is_cancelled(browser: Chrome, address: str) -> None:
    browser.get(address + "/sparql?lang=sv")
    write(browser, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(STR(?a) < STR(?f)) }")
    run(browser)
    WebDriverWait(browser, 5).until(lambda b: told(b) == "Frågan körs")
    named(browser, "Avbryt").click()
    WebDriverWait(browser, 5).until(lambda b: told(b).startswith("Avbruten."))
    assert not find(browser, ".running button").is_displayed()


def test_a_tab_is_renamed_and_the_name_is_kept(browser: Chrome, address: str) -> None:
    browser.get(address + "/sparql?lang=sv")
    browser.execute_script("localStorage.clear()")
    browser.get(address + "/sparql?lang=sv")
    find(browser, ".tabs button[aria-label^='Byt namn']").click()
    field = find(browser, ".tabs input")
    field.send_keys("Mina kodverk", Keys.ENTER)
    browser.get(address + "/sparql?lang=sv")
    assert find(browser, ".tabs [aria-current]").text == "Mina kodverk"


def test_queries_that_were_run_are_opened_from_the_history(browser: Chrome, address: str) -> None:
    browser.get(address + "/sparql?lang=sv")
    browser.execute_script("localStorage.clear()")
    browser.get(address + "/sparql?lang=sv")
    for limit in (1, 2):
        write(browser, f"SELECT * {{ ?s a skos:ConceptScheme }} LIMIT {limit}")
        run(browser)
        WebDriverWait(browser, 15).until(lambda b: told(b).startswith(str(limit)))  # noqa: B023
    find(browser, "#history summary").click()
    entries = browser.find_elements(By.CSS_SELECTOR, "ol.history li")
    assert [entry.text.splitlines()[0][-7:] for entry in entries] == ["LIMIT 2", "LIMIT 1"]
    entries[1].find_element(By.TAG_NAME, "button").click()
    assert str(find(browser, "textarea#query").get_property("value")).endswith("LIMIT 1")


def test_rows_are_sorted_and_filtered(browser: Chrome, address: str) -> None:
    browser.get(f"{address}/sparql?lang=sv&query={quote(COUNTS)}")

    def numbers() -> list[int]:
        return [int(cell.text) for cell in browser.find_elements(By.CSS_SELECTOR, "td.num") if cell.is_displayed()]

    WebDriverWait(browser, 15).until(lambda b: find(b, ".views input"))
    before = numbers()
    browser.find_elements(By.CSS_SELECTOR, "th button.sort")[1].click()
    assert numbers() == sorted(before)
    browser.find_elements(By.CSS_SELECTOR, "th button.sort")[1].click()
    assert numbers() == sorted(before, reverse=True)
    find(browser, ".views input").send_keys(str(before[0]))
    assert numbers() == [before[0]]


def test_queries_lie_in_tabs_that_are_kept(browser: Chrome, address: str) -> None:
    browser.get(address + "/sparql")
    browser.execute_script("localStorage.clear()")
    browser.get(address + "/sparql")
    write(browser, "ASK {}")
    browser.find_elements(By.CSS_SELECTOR, ".tabs button")[-1].click()
    write(browser, "ASK { ?s ?p ?o }")
    browser.get(address + "/sparql")
    area = find(browser, "textarea#query")
    WebDriverWait(browser, 5).until(lambda _: area.get_property("value") == "ASK { ?s ?p ?o }")
    browser.find_elements(By.CSS_SELECTOR, ".tabs button")[0].click()
    assert area.get_property("value") == "ASK {}"


def test_the_page_works_without_javascript(browser: Chrome, address: str) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(f"{address}/sparql?query={quote(COUNTS)}")
        assert find(browser, "textarea#query").is_displayed()
        assert len(browser.find_elements(By.CSS_SELECTOR, "table.answer tbody tr")) == 8
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
