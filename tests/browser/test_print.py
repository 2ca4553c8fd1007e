"""Pages on paper: no navigation, nothing cut off, nothing folded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tests.support.browser import find, screen

PAPER = 688
"""Width of A4 between margins of 14 mm, in CSS pixels."""
CUT_OFF = """
return [...document.querySelectorAll("main svg, main table")].filter(
  (each) => each.getBoundingClientRect().right > innerWidth + 1).map((each) => each.outerHTML.slice(0, 80))
"""


@pytest.fixture
def paper(browser: Chrome) -> Iterator[Chrome]:
    with screen(browser, PAPER, 900):
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        yield browser
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


@pytest.mark.parametrize(
    "path",
    ["/cs/onkologi/her2", "/cs/icd-10-se", "/dataset/nkbc", "/matrix", "/completeness", "/mapping/onkologi", "/"],
)
def test_a_page_on_paper_is_whole_and_has_no_navigation(paper: Chrome, address: str, path: str) -> None:
    paper.get(f"{address}{path}?lang=sv")
    assert not paper.execute_script(CUT_OFF)
    shown = paper.find_elements(By.CSS_SELECTOR, "nav.contents, header nav, form, .export, footer")
    assert not [each.tag_name for each in shown if each.is_displayed()]
    assert find(paper, "h1").is_displayed()


def test_folded_groups_are_open_on_paper_only(paper: Chrome, address: str) -> None:
    paper.get(f"{address}/dataset/nkbc?lang=sv")
    paper.execute_script("document.querySelectorAll('details.group').forEach(e => { e.open = false; })")
    group = find(paper, "details.group")
    paper.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert group.get_attribute("open") and find(paper, "details.group table").is_displayed()
    paper.execute_script("dispatchEvent(new Event('afterprint'))")
    assert not group.get_attribute("open")
