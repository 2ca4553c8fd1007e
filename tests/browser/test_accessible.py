"""WCAG 2.2 AA by axe-core on every kind of page, in both languages and on a phone; the tree by the keyboard alone."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlencode

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from server.sparql.endpoint import EDITOR
from tests.support.browser import PAGES, colour_scheme, find, screen, wait

AXE = "4.14.1"
RUN = """
const done = arguments[arguments.length - 1];
axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], resultTypes: ["violations"] })
  .then((found) => done(found.violations.map((v) => [v.id, v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160))])));
"""
MORE = [
    "/about",
    "/downloads",
    "/api",
    "/cs/onkologi/index",
    "/cs/icd-10-se/index?letter=P",
    "/queries",
    "/mapping/onkologi",
    "/cs/icd-10-se/A00.9?asOf=2021-06-01",
    "/cs/atc/difference/2021.1-demo..2026.1-demo",
    "/cs/atc/release/2021.1-demo",
    "/dataset/nkbc/anmalan/var/a_pad_her2",
    "/matrix",
    "/matrix?by=system",
    "/report?about=https%3A%2F%2Fw3id.org%2Fbegrepp%2Fid%2Fcs%2Fonkologi%2Flungcancer",
    "/matrix?topic=https%3A%2F%2Fw3id.org%2Fbegrepp%2Fid%2Fcs%2Fonkologi%2Ftumorstadium",
    "/harmonise?a=nkbc&b=cancerregistret",
    "/harmonise?more=nkbc&more=cancerregistret&more=npcr",
    "/completeness",
    "/dataset/nkbc?all=1",
    "/check?list=icd-10-se&values=C50%0Axx",
    "/queries/where-is-it-measured-for-a-disease",
    "/search?q=zzqqx",
    "/search?q=cancer&scheme=onkologi&under=tumorsjukdom",
    "/search?q=cancer&scheme=onkologi&view=tree",
    "/cs/onkologi?by=use",
    "/cs/onkologi/tumorstadium",
    "/cs/icd-7/162.1",
]

FAULTS = {"/cs/icd-10-se/nope": 404, "/sparql?query=nonsense": 400, "/ecl?scheme=onkologi&ecl=A+OR+B+AND+C": 400}
"""The pages that tell of a fault, with their status."""


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """axe-core, from npm."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed (apt-get install npm)")
    folder = tmp_path_factory.mktemp("axe")
    command = [npm, "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(folder), f"axe-core@{AXE}"]
    subprocess.run(command, check=True, timeout=120)
    return Path(folder, "node_modules", "axe-core", "axe.min.js").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("path", [*PAGES, *MORE])
def test_axe_finds_nothing_to_mend(browser: Chrome, address: str, axe: str, path: str) -> None:
    for language, width in (("sv", 1280), ("en", 360)):
        with screen(browser, width):
            browser.get(f"{address}{path}{'&' if '?' in path else '?'}lang={language}")
            browser.execute_script(axe)
            violations = browser.execute_async_script(RUN)
            status = browser.execute_script('return performance.getEntriesByType("navigation")[0].responseStatus')
        assert status == FAULTS.get(path, 200)
        assert violations == [], f"{language} {width}: {json.dumps(violations, ensure_ascii=False)}"


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/", "/model", "/sparql"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_with_the_menu_open(browser: Chrome, address: str, axe: str, path: str, scheme: str) -> None:
    for width in (1280, 390):
        with colour_scheme(browser, scheme), screen(browser, width):
            browser.get(f"{address}{path}")
            summary = find(browser, "details.menu summary")
            summary.click()
            wait(browser, lambda b: find(b, "details.menu ul").is_displayed())
            for details in browser.find_elements(By.CSS_SELECTOR, "details:not([open])")[:3]:
                browser.execute_script("arguments[0].open = true", details)
            browser.execute_script(axe)
            violations = browser.execute_async_script(RUN)
            assert violations == [], f"{scheme} {width}: {json.dumps(violations, ensure_ascii=False)}"
            summary.send_keys(Keys.ESCAPE)
            wait(browser, lambda b: not find(b, "details.menu").get_attribute("open"))
            assert browser.switch_to.active_element == summary


@pytest.mark.slow
@pytest.mark.parametrize(("path", "sheet"), [("/search?q=cancer", "#filters"), ("/cs/onkologi/cancer", "#hierarchy")])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_with_a_sheet_open(
    browser: Chrome, address: str, axe: str, path: str, sheet: str, scheme: str
) -> None:
    with colour_scheme(browser, scheme), screen(browser, 390, 844):
        browser.get(f"{address}{path}")
        find(browser, f".sheet-open[popovertarget='{sheet[1:]}'], .sheet-open [popovertarget='{sheet[1:]}']").click()
        wait(browser, lambda b: find(b, sheet).is_displayed())
        browser.execute_script(axe)
        violations = browser.execute_async_script(RUN)
        assert violations == [], json.dumps(violations, ensure_ascii=False)


EDITOR_STATES = {
    "SELECT * { ?s a ; ?p ?o }": ".banner.error",
    "SELECT ?a ?b { ?a skos:broader ?b ; skos:inScheme <https://w3id.org/begrepp/id/cs/onkologi> } LIMIT 40": ".views",
    "SELECT ?system (COUNT(*) AS ?n) { ?c skos:inScheme ?system } GROUP BY ?system": ".views",
}
"""Queries with what the editor shows when they have been run."""


@pytest.mark.slow
@pytest.mark.skipif(not EDITOR.exists(), reason="the editor is not built; run `make editor` (needs npm)")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("query", EDITOR_STATES)
def test_axe_finds_nothing_in_the_states_of_the_editor(
    browser: Chrome, address: str, axe: str, query: str, scheme: str
) -> None:
    with colour_scheme(browser, scheme):
        browser.get(f"{address}/sparql?{urlencode({'query': query})}")
        wait(browser, lambda b: find(b, EDITOR_STATES[query]))
        browser.execute_script("document.getElementById('history').open = true")
        views = browser.find_elements(By.CSS_SELECTOR, ".views button")
        for number in range(max(1, len(views))):
            if views:
                browser.execute_script("arguments[0].click()", views[number])
                wait(browser, lambda b: bool(b.find_elements(By.CSS_SELECTOR, ".views [aria-pressed=true]")))
            browser.execute_script(axe)
            violations = browser.execute_async_script(RUN)
            assert violations == [], f"{scheme}: {json.dumps(violations, ensure_ascii=False)}"


def test_the_tree_is_walked_by_the_keyboard_alone(browser: Chrome, address: str) -> None:
    browser.get(address + "/cs/onkologi?lang=sv")
    tree = find(browser, '[role="tree"]')
    stops = tree.find_elements(By.CSS_SELECTOR, '[tabindex="0"]')
    assert len(stops) == 1 and stops[0].get_attribute("role") == "treeitem"
    browser.execute_script("arguments[0].focus()", stops[0])

    def press(key: str) -> None:
        browser.switch_to.active_element.send_keys(key)

    def here() -> str:
        return browser.switch_to.active_element.text

    first = here()
    press(Keys.ARROW_DOWN)
    assert here() != first
    press(Keys.HOME)
    assert here() == first
    while browser.switch_to.active_element.get_attribute("aria-expanded") != "false":
        before = here()
        press(Keys.ARROW_DOWN)
        assert here() != before, "nothing in the tree can be opened"
    parent = here()
    press(Keys.ARROW_RIGHT)
    wait(browser, lambda b: b.switch_to.active_element.get_attribute("aria-expanded") == "true")
    press(Keys.ARROW_RIGHT)
    child = here()
    assert child != parent
    press(Keys.ARROW_LEFT)
    assert here() == parent
    press(Keys.ARROW_LEFT)
    assert browser.switch_to.active_element.get_attribute("aria-expanded") == "false"
    press(Keys.ENTER)
    wait(browser, lambda b: "/cs/onkologi/" in b.current_url)
    assert find(browser, '.tree [aria-current="page"]')
