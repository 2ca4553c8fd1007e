"""A visitor who sees what a page shows: finds links, buttons and fields by their words, and counts the clicks."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from selenium.common.exceptions import JavascriptException, StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select

PATIENCE = 30
"""Seconds to wait for what a page is to show."""
_LABELLED = """
const [words, under] = arguments;
const clean = (text) => (text ?? "").replace(/\\s+/g, " ").trim();
const heading = under && [...document.querySelectorAll("h1, h2, h3, h4, legend, summary")]
  .find((each) => each.checkVisibility() && clean(each.innerText).startsWith(under));
if (under && !heading) return null;
const region = heading ? heading.closest("section, fieldset, details, aside, nav") ?? heading.parentElement : document;
const named = (each) => clean(each.getAttribute("aria-label") || each.innerText || each.value);
const shown = [...region.querySelectorAll("a[href], button, summary, [role=option], [role=tab], input[type=submit]")]
  .filter((each) => each.checkVisibility({ visibilityProperty: true }));
return shown.find((each) => named(each) === words)
  ?? shown.find((each) => named(each).startsWith(words))
  ?? shown.find((each) => named(each).includes(words)) ?? null;
"""


@dataclass(slots=True)
class Visitor:
    """A browser at an address.

    `clicks` counts what is pressed with the mouse: links, buttons, choices of a list. Typing, Enter included, is not
    counted, as in the table of tasks.
    """

    browser: Chrome
    address: str
    clicks: int = 0
    steps: list[str] = field(default_factory=list)

    def begin(self, path: str = "/") -> None:
        """Open the first page in Swedish, as somebody who has not been here before."""
        self.browser.delete_all_cookies()
        self.browser.get(f"{self.address}{path}?lang=sv")

    def click(self, words: str, under: str = "") -> None:
        """Click what is called so, below a heading if one is given: by name, its beginning, or a part of it."""
        target = self._wait_for(words, under)
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", target)
        before = self.browser.current_url
        is_link = target.tag_name == "a"
        leads_away = is_link and (target.get_attribute("href") or "").partition("#")[0] != before.partition("#")[0]
        self.browser.execute_script("arguments[0].click()", target)
        if leads_away:
            self.until(lambda: self.browser.current_url != before, f"{words} opens a page")
        self.clicks += 1
        self.steps.append(words)

    def _wait_for(self, words: str, under: str) -> WebElement:
        found: list[WebElement] = []

        def is_shown() -> bool:
            found[:] = [each] if (each := self.browser.execute_script(_LABELLED, words, under)) else []
            return bool(found)

        self.until(is_shown, f"'{words}'{f' under {under!r}' if under else ''} is on {self.browser.current_url}")
        return found[0]

    def see(self, words: str, under: str = "") -> bool:
        """Return whether something to press is called so."""
        return bool(self.browser.execute_script(_LABELLED, words, under))

    def field(self, label: str) -> WebElement:
        """Return the field with a label."""
        path = f"//*[@id=//label[contains(normalize-space(.), '{label}')]/@for] | //*[@aria-label='{label}']"
        shown = [each for each in self.browser.find_elements(By.XPATH, path) if each.is_displayed()]
        assert shown, f"no field '{label}' on {self.browser.current_url}"
        return shown[0]

    def choose(self, label: str, words: str) -> None:
        """Choose from a list by its visible text."""
        select = Select(self.field(label))
        text = next(each.text for each in select.options if words in each.text)
        select.select_by_visible_text(text)
        self.clicks += 1
        self.steps.append(words)

    def search(self, words: str) -> None:
        """Type into the search field and press Enter, when the suggestions have had time to appear."""
        box = next(each for each in self.browser.find_elements(By.CSS_SELECTOR, "[name=q]") if each.is_displayed())
        before = self.browser.current_url
        box.clear()
        box.send_keys(words, Keys.ENTER)
        self.until(lambda: self.browser.current_url != before, "the search opens its hits")

    @property
    def text(self) -> str:
        """The text of the page as it is shown."""
        return str(self.browser.execute_script("return document.querySelector('main').innerText"))

    def section(self, heading: str) -> str:
        """Return the shown text of the section with a heading, with folded details opened."""
        script = """
        const named = (each) => each.innerText.trim().startsWith(arguments[0]);
        const heading = [...document.querySelectorAll("h2, h3")].find(named);
        const region = heading?.closest("section, aside");
        region?.querySelectorAll("details").forEach((each) => (each.open = true));
        return region?.innerText ?? "";"""
        return str(self.browser.execute_script(script, heading))

    def until(self, condition: object, what: str) -> None:
        """Wait until a condition holds."""
        assert callable(condition)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                if condition():
                    return
            except (StaleElementReferenceException, JavascriptException):
                pass
            assert time.monotonic() < deadline, f"not so after {PATIENCE} s: {what}"
            time.sleep(0.1)
