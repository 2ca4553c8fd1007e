"""Steps in a real browser that several tests take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from selenium.common.exceptions import TimeoutException
from selenium.webdriver import Chrome
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from server.sparql.endpoint import EDITOR

PAGES = [
    "/",
    "/cs",
    "/dataset",
    "/mapping",
    "/search?q=cancer",
    "/cs/onkologi",
    "/cs/onkologi/lungcancer",
    "/cs/onkologi/cancer",
    "/cs/icd-10-se",
    "/cs/icd-10-se/A00.0",
    "/cs/icd-10-se/release/2021",
    "/cs/ecog",
    "/cs/icd-o-3/8140%2F3",
    "/dataset/nkbc",
    "/mapping/onkologi",
    "/agent/begrepp",
    "/load/onkologi/2026.1",
    "/ecl",
    "/ecl?scheme=onkologi&ecl=%3C%3C+cancer+MINUS+%3C%3C+lungcancer",
    "/ecl?scheme=onkologi&ecl=A+OR+B+AND+C",
    "/def",
    "/model",
    "/fhir",
    "/validation",
    "/validation/build",
    "/validation/dcat-ap-se",
    "/validation/skos",
    "/sparql",
    "/sparql?query=SELECT%20*%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D%20LIMIT%2020",
    "/sparql?query=nonsense",
    "/cs/icd-10-se/nope",
]


def wait(browser: Chrome, condition: Callable[[Chrome], WebElement | bool]) -> None:
    """Wait until the condition is true, for at most ten seconds."""
    WebDriverWait(browser, 10).until(condition)


def find(browser: Chrome, selector: str) -> WebElement:
    """The first element that matches a CSS selector."""
    return browser.find_element(By.CSS_SELECTOR, selector)


@contextmanager
def screen(browser: Chrome, width: int, height: int = 800) -> Iterator[None]:
    """Emulate a screen; one narrower than 700 pixels is a phone's."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 700}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        yield
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@contextmanager
def colour_scheme(browser: Chrome, scheme: str) -> Iterator[None]:
    """Emulate the preference for light or dark pages."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    try:
        yield
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


WIDTH_EXCESS = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"


def settled(browser: Chrome, script: str) -> Any:
    """Run a script until it returns nothing (0, an empty list), for at most ten seconds; return its last result.

    Media queries apply a moment after a change of the screen's width or colour scheme.
    """
    result: Any = None

    def is_empty(browser: Chrome) -> bool:
        nonlocal result
        result = browser.execute_script(script)
        return not result

    with suppress(TimeoutException):
        wait(browser, is_empty)
    return result


SHADOW = "return document.querySelector('.editor').shadowRoot.querySelector(arguments[0])"


def write(browser: Chrome, text: str) -> None:
    """Empty the query field and type into it as a person does: the editor where it is built, else the plain field."""
    if EDITOR.exists():
        wait(browser, lambda b: bool(b.find_elements(By.CSS_SELECTOR, ".editor")))
        browser.execute_script(SHADOW, ".cm-content").click()
    else:
        find(browser, "textarea#query").click()
    keys = ActionChains(browser).key_down(Keys.CONTROL).send_keys("a").key_up(Keys.CONTROL)
    keys.send_keys(Keys.DELETE).send_keys(text).perform()


def complaints(browser: Chrome) -> list[str]:
    """Return the errors in the browser's console, except those of pages with status 4xx."""
    logged = browser.get_log("browser")  # type: ignore[no-untyped-call]
    return [entry["message"] for entry in logged if "the server responded with a status of 4" not in entry["message"]]
