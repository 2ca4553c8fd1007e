"""Pages on a phone of 390 pixels: a low header with the search in it, and filters as a sheet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.support.browser import PAGES, WIDTH_EXCESS, find, screen, settled, wait

HEADER = 64
"""Pixels of the header at most."""


@pytest.fixture
def phone(browser: Chrome) -> Iterator[Chrome]:
    with screen(browser, 390, 844):
        yield browser


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/"])
def test_the_header_is_one_row_with_the_search(phone: Chrome, address: str, path: str) -> None:
    phone.get(address + path)
    assert find(phone, "header.site").size["height"] <= HEADER
    box, menu = find(phone, "header.site input[type=search]"), find(phone, "details.menu summary")
    assert box.is_displayed() and box.size["width"] >= 150 and menu.is_displayed()
    assert settled(phone, WIDTH_EXCESS) == 0


@pytest.mark.parametrize("path", ["/", "/cs", "/completeness", "/matrix", "/matrix?by=system", "/model", "/downloads"])
def test_no_page_is_wider_than_a_tablet(browser: Chrome, address: str, path: str) -> None:
    with screen(browser, 768, 1024):
        browser.get(address + path)
        assert settled(browser, WIDTH_EXCESS) == 0


def test_suggestions_are_as_wide_as_the_phone(phone: Chrome, address: str) -> None:
    phone.get(address + "/cs/onkologi")
    find(phone, "#q").send_keys("lungcancer")
    wait(phone, lambda b: find(b, "#suggestions").is_displayed())
    assert find(phone, "#suggestions").size["width"] > 340


def test_the_filters_of_a_search_are_a_sheet_that_escape_closes(phone: Chrome, address: str) -> None:
    phone.get(address + "/search?q=cancer&lang=sv")
    sheet, button = find(phone, ".sheet"), find(phone, ".sheet-open")
    assert not sheet.is_displayed()
    button.click()
    assert sheet.is_displayed()
    phone.switch_to.active_element.send_keys(Keys.ESCAPE)
    wait(phone, lambda b: not sheet.is_displayed())
    button.click()
    find(phone, ".sheet a[href*='kind=variable']").click()
    wait(phone, lambda b: "kind=variable" in b.current_url)
    find(phone, ".chosen a").click()
    wait(phone, lambda b: "kind=" not in b.current_url)


def test_a_concept_shows_the_way_to_it_and_what_is_below_and_the_rest_in_a_sheet(phone: Chrome, address: str) -> None:
    phone.get(address + "/cs/onkologi/tumorstadium?lang=sv")
    place = find(phone, "#hierarchy")
    assert "tumöregenskap" in place.text and "FIGO-stadium" in place.text and "tumörstorlek" not in place.text
    find(phone, "#hierarchy .sheet-open button").click()
    assert "tumörstorlek" in place.text
    find(phone, "#within").send_keys("tnm")
    wait(phone, lambda b: "tumörstorlek" not in place.text)
    assert "TNM-kategori" in place.text and "tumöregenskap" in place.text
    phone.switch_to.active_element.send_keys(Keys.ESCAPE)
    phone.switch_to.active_element.send_keys(Keys.ESCAPE)


def test_a_code_system_shows_its_hierarchy_and_its_picture(phone: Chrome, address: str) -> None:
    phone.get(address + "/cs/onkologi?lang=sv")
    assert "tumörsjukdom" in find(phone, ".tree").text
    assert find(phone, "svg.treemap").is_displayed()
    assert settled(phone, WIDTH_EXCESS) == 0


def test_a_child_unfolds_where_it_stands(phone: Chrome, address: str) -> None:
    phone.get(address + "/cs/onkologi/tumorstadium?lang=sv")
    button = find(phone, ".leaf.here + ul button.expand")
    phone.execute_script("arguments[0].click()", button)
    wait(phone, lambda b: bool(b.find_elements(By.CSS_SELECTOR, ".leaf.here + ul ul li")))
    assert find(phone, ".leaf.here + ul ul li").is_displayed()


def test_filters_stand_beside_the_hits_on_a_wide_screen(browser: Chrome, address: str) -> None:
    browser.get(address + "/search?q=cancer")
    assert find(browser, ".sheet").is_displayed() and not find(browser, ".sheet-open").is_displayed()
    assert find(browser, ".sheet").location["x"] > find(browser, "ol.results").location["x"]


@pytest.mark.parametrize("path", ["/cs/onkologi", "/cs/onkologi/lungcancer"])
def test_the_facts_about_the_source_are_shown(phone: Chrome, address: str, path: str) -> None:
    phone.get(address + path)
    facts = phone.find_elements(By.CSS_SELECTOR, "dl.facts.narrow dd")
    assert facts and all(each.is_displayed() for each in facts)
