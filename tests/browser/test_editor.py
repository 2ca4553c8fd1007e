"""The SPARQL editor in a real browser: a concept by its Swedish word, tabs, a chart, a graph, and no script at all."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from server.sparql.endpoint import EDITOR
from tests.support.browser import complaints, find, write

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
    chart = browser.find_elements(By.CSS_SELECTOR, ".views button")[1]
    chart.click()
    WebDriverWait(browser, 15).until(lambda b: find(b, ".drawing canvas").size["height"] > 50)
    browser.execute_script("arguments[0].scrollIntoView()", find(browser, ".drawing"))
    picture(browser, "chart")
    links = [link.text for link in browser.find_elements(By.CSS_SELECTOR, ".downloads a")]
    assert links == ["JSON", "XML", "CSV", "TSV", "XLSX"]
    broader = "SELECT ?a ?b { ?a skos:broader ?b ; skos:inScheme <https://w3id.org/begrepp/id/cs/onkologi> } LIMIT 40"
    browser.get(f"{address}/sparql?query={quote(broader)}")
    browser.find_elements(By.CSS_SELECTOR, ".views button")[2].click()
    WebDriverWait(browser, 15).until(lambda b: find(b, ".drawing canvas").size["height"] > 50)
    browser.execute_script("arguments[0].scrollIntoView()", find(browser, ".drawing"))
    picture(browser, "graph")
    assert not complaints(browser)


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
