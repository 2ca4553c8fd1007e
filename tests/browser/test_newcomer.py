"""A newcomer finds the registers that hold HER2, from the first page, in clicks alone: docs/how-to/find-where.md."""

from __future__ import annotations

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from begrepp.settings import ROOT
from tests.support.browser import complaints, find, wait


def test_the_registers_that_hold_her2_are_found_in_clicks(browser: Chrome, address: str) -> None:
    browser.delete_all_cookies()
    browser.get(address + "/?lang=sv")
    clicks = []

    def click(selector: str, words: str) -> None:
        found = [each for each in browser.find_elements(By.CSS_SELECTOR, selector) if each.text.strip() == words]
        assert found, f"no '{words}' among {selector} on {browser.current_url}"
        before = browser.current_url
        browser.execute_script("arguments[0].click()", found[0])
        wait(browser, lambda b: b.current_url != before)
        clicks.append(f"{words} → {find(browser, 'h1').text}")

    click("p a", "HER2")
    click("ol.results a.hit", "HER2-status")
    measured = find(browser, "section[aria-labelledby=measured]").text
    assert "NKBC" in measured
    registers = [
        each.text for each in browser.find_elements(By.CSS_SELECTOR, "section[aria-labelledby=measured] tbody th a")
    ]
    click("section[aria-labelledby=measured] th a", registers[0])
    assert "her2" in find(browser, "main").text.lower()
    told = (ROOT / "docs/how-to/find-where.md").read_text(encoding="utf-8")
    for step in (*clicks, *registers):
        assert step.split(" → ")[0] in told, f"{step} is not told"
    assert complaints(browser) == []
