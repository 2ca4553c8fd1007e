"""Tasks in a real browser: search, open a concept, expand the hierarchy, switch language, download Turtle."""

from __future__ import annotations

import json
from urllib.request import urlopen

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from begrepp.validation.profiles.profile import BUNDLED
from tests.support.browser import (
    PAGES,
    WIDTH_EXCESS,
    colour_scheme,
    complaints,
    find,
    screen,
    settled,
    wait,
    write,
)


def test_a_reader_finds_a_concept_and_its_neighbours(browser: Chrome, address: str) -> None:
    browser.delete_all_cookies()
    browser.get(address + "/")
    box = find(browser, "#q")
    box.send_keys("lungcancer")
    wait(browser, lambda b: find(b, "#suggestions").is_displayed())
    box.send_keys(Keys.ARROW_DOWN)
    assert box.get_attribute("aria-activedescendant") == "suggestions-0"
    box.send_keys(Keys.ENTER)
    wait(browser, lambda b: b.current_url.endswith("/cs/onkologi/lungcancer"))
    assert find(browser, "h1").text == "lungcancer"
    assert find(browser, ".tree [aria-current=page]").text == "lungcancer"

    button = find(browser, ".tree button.expand")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
    assert button.get_attribute("aria-expanded") == "false"
    button.click()
    wait(browser, lambda b: button.get_attribute("aria-expanded") == "true")
    assert button.find_element(By.XPATH, "ancestor::li[1]/ul/li//a").is_displayed()
    button.click()
    assert button.get_attribute("aria-expanded") == "false"

    find(browser, ".languages a").click()
    wait(browser, lambda b: find(b, "html").get_attribute("lang") == "en")
    assert browser.current_url.endswith("/cs/onkologi/lungcancer?lang=en")
    assert find(browser, "h1").text == "lung cancer"

    turtle = find(browser, ".machine a[type='text/turtle']").get_attribute("href")
    assert turtle
    with urlopen(turtle) as answer:
        assert answer.headers["Content-Type"].startswith("text/turtle")
        assert b"skos:prefLabel" in answer.read()
    assert complaints(browser) == []


def test_what_is_fetched_is_in_the_language_of_the_page(browser: Chrome, address: str) -> None:
    browser.delete_all_cookies()
    browser.get(address + "/cs/onkologi/lungcancer?lang=en")
    find(browser, "#q").send_keys("lungcancer")
    wait(browser, lambda b: find(b, "#suggestions").is_displayed())
    assert "lung cancer" in find(browser, "#suggestions-0").text
    find(browser, "#q").send_keys(Keys.ESCAPE)
    button = "//*[contains(@class, 'tree')]//a[contains(., 'haematological')]/preceding-sibling::button"
    browser.execute_script("arguments[0].click()", browser.find_element(By.XPATH, button))
    wait(browser, lambda b: "haematological" in find(b, ".tree").text and "myeloma" in find(b, ".tree").text)


def test_a_reader_comes_from_a_register_to_what_its_variables_mean(browser: Chrome, address: str) -> None:
    browser.get(address + "/dataset/nkbc?lang=sv")
    link = find(browser, "table.variables tbody td:nth-of-type(2) a")
    browser.execute_script("arguments[0].click()", link)
    wait(browser, lambda b: "/cs/onkologi/" in b.current_url)
    assert "NKBC" in find(browser, "main").text


def test_the_list_of_code_systems_is_filtered_as_one_types(browser: Chrome, address: str) -> None:
    browser.get(address + "/cs?lang=sv")
    rows = browser.find_elements(By.CSS_SELECTOR, "#schemes tbody tr:not(.group)")
    assert all(row.is_displayed() for row in rows)
    find(browser, "#within").send_keys("icd o")
    shown = [row.text for row in rows if row.is_displayed()]
    assert shown and len(shown) < len(rows) and all("icd" in text.lower() for text in shown)


def test_a_query_is_asked_and_its_answer_leads_on(browser: Chrome, address: str) -> None:
    browser.get(address + "/sparql?lang=sv")
    write(browser, 'SELECT ?c { ?c skos:notation "A00.9" }')
    find(browser, "form.sparql button:not([type=button])").click()
    wait(browser, lambda b: find(b, "#answer"))
    find(browser, "table.rows td a").click()
    wait(browser, lambda b: "/cs/icd-10-se/A00.9" in b.current_url)


def test_the_keyboard_reaches_the_content_first(browser: Chrome, address: str) -> None:
    browser.get(address + "/cs/onkologi/lungcancer")
    find(browser, "body").send_keys(Keys.TAB)
    skip = browser.switch_to.active_element
    assert skip.get_attribute("class") == "skip" and skip.is_displayed()
    skip.send_keys(Keys.ENTER)
    assert browser.switch_to.active_element.get_attribute("id") == "main"


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_wider_than_the_screen_or_has_complaints(
    browser: Chrome, address: str, path: str, width: int
) -> None:
    with screen(browser, width):
        browser.get(address + path)
        assert settled(browser, WIDTH_EXCESS) == 0
        assert len(browser.find_elements(By.CSS_SELECTOR, "h1")) == 1
        assert complaints(browser) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(browser: Chrome, address: str, scheme: str) -> None:
    """WCAG AA: 4.5 to 1 for every text that is shown, in light and in dark."""
    with colour_scheme(browser, scheme):
        for path in ("/", "/cs/onkologi/lungcancer", "/cs/icd-10-se/A00.0", "/dataset/nkbc", "/search?q=cancer"):
            browser.get(address + path)
            weak = settled(browser, CONTRAST)
            assert weak == [], f"{path}: {json.dumps(weak[:5])}"


CONTRAST = """
const parse = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
const light = (c) => {
  const [r, g, b] = c.map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ground = (element) => {
  for (let e = element; e; e = e.parentElement) {
    const c = parse(getComputedStyle(e).backgroundColor);
    if (c[3] > 0) return c;
  }
  return [255, 255, 255, 1];
};
const weak = [];
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
  const element = texts.currentNode.parentElement;
  if (!texts.currentNode.data.trim() || element.closest(".skip, .unseen, [hidden]")) continue;
  if (!element.checkVisibility()) continue;
  const [a, b] = [parse(getComputedStyle(element).color), ground(element)].map((c) => light(c.slice(0, 3)));
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < 4.5) weak.push([texts.currentNode.data.trim().slice(0, 30), ratio.toFixed(2)]);
}
return weak;
"""


def test_a_reader_validates_a_file_and_comes_to_what_the_rule_asks(browser: Chrome, address: str) -> None:
    browser.delete_all_cookies()
    browser.get(address + "/validation?lang=sv")
    find(browser, "#data").send_keys(str(BUNDLED / "dcat-ap-se" / "examples" / "invalid.ttl"))
    find(browser, "#profile option[value='dcat-ap-se']").click()
    find(browser, "form.validate button[type=submit]").click()
    wait(browser, lambda b: "/validation/reports/" in b.current_url)
    assert "uppfyller inte" in find(browser, ".verdict").text
    assert len(browser.find_elements(By.CSS_SELECTOR, ".causes > li.violation")) == 6
    for width in (1280, 360):
        browser.set_window_size(width, 900)
        assert settled(browser, WIDTH_EXCESS) == 0
    browser.set_window_size(1280, 900)
    find(browser, "#severity option[value='Warning']").click()
    find(browser, "form.filter button").click()
    wait(browser, lambda b: "severity=Warning" in b.current_url)
    assert not browser.find_elements(By.CSS_SELECTOR, ".causes > li.violation")
    find(browser, ".causes .mend a").click()
    wait(browser, lambda b: "/validation/dcat-ap-se" in b.current_url)
    assert find(browser, "svg.diagram").is_displayed()
    assert complaints(browser) == []
