"""Contact sheets: screenshots of all kinds of pages side by side, to look at.

`python -m bench.contact_sheets ADDRESS FOLDER` opens each page of a running server in Chromium, in Swedish and English,
at 390, 768 and 1440 px, light and dark, and writes one sheet for each combination. It names pages that are wider than
the screen. The images are not committed.
"""

from __future__ import annotations

import argparse
import html
from collections.abc import Iterator
from contextlib import suppress
from itertools import product
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.chrome.service import Service

from begrepp.files import temporary_folder

PAGES = (
    *("/", "/cs", "/cs/icd-10-se", "/cs/icd-10-se/C50.9", "/cs/onkologi/her2", "/cs/onkologi/lungcancer"),
    *("/cs/icd-10-se/index", "/search?q=HER2", "/search?q=zzqqx", "/dataset", "/dataset/nkbc"),
    *("/dataset/nkbc/anmalan/var/a_pad_her2", "/matrix", "/matrix?by=system", "/completeness"),
    *("/harmonise?a=nkbc&b=cancerregistret", "/mapping", "/report"),
    *("/mapping/onkologi", "/queries", "/queries/who-measures-it-and-as-what", "/sparql"),
    "/sparql?query=SELECT%20%3Fsystem%20(COUNT(*)%20AS%20%3Fn)%20%7B%20%3Fc%20skos%3AinScheme%20%3Fsystem%20%7D"
    "%20GROUP%20BY%20%3Fsystem%20ORDER%20BY%20DESC(%3Fn)%20LIMIT%2012",
    "/sparql?query=SELECT%20*%20%7B%20%3Fs%20a%20%7D",
    *("/ecl", "/model", "/validation", "/validation/skos", "/validation/build", "/check", "/downloads", "/about"),
    *("/api", "/fhir", "/def", "/cs/atc/difference/2021.1-demo..2026.1-demo", "/cs/onkologi/nope"),
)
WIDTHS = {390: 844, 768: 1024, 1440: 900}
"""Widths of the screens and their heights, in pixels."""
_ATTEMPTS = 5
_SHOWN = 300
"""Width of a screenshot on a sheet, in pixels."""


def _browser() -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(flag)
    return webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))


def _set_screen(browser: webdriver.Chrome, width: int, height: int, scheme: str) -> None:
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 700}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})


def _save(browser: webdriver.Chrome, address: str, path: Path) -> None:
    """Save a screenshot; on a busy machine the browser gives some of them up, and is asked again."""
    for _ in range(_ATTEMPTS):
        browser.get(address)
        with suppress(TimeoutException):
            browser.save_screenshot(str(path))
            return
    raise TimeoutException(f"no screenshot of {address}")


def _shots(browser: webdriver.Chrome, address: str, language: str, folder: Path) -> Iterator[tuple[str, Path, int]]:
    """Yield each page with its screenshot and the pixels by which it is wider than the screen."""
    excess = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for number, page in enumerate(PAGES):
        path = folder / f"{number:02}.png"
        _save(browser, f"{address}{page}{'&' if '?' in page else '?'}lang={language}", path)
        yield page, path, int(browser.execute_script(excess))


def write_sheet(browser: webdriver.Chrome, address: str, language: str, width: int, scheme: str, target: Path) -> None:
    """Write the sheet of a language, a width and a colour scheme; names pages that are wider than the screen."""
    _set_screen(browser, width, WIDTHS[width], scheme)
    with temporary_folder() as folder:
        figures = []
        for page, path, excess in _shots(browser, address, language, folder):
            if excess > 0:
                print(f"{language} {width} {scheme}: {page} is {excess} px wider than the screen")
            caption = html.escape(page[:60])
            figures.append(
                f'<figure><img src="{path.as_uri()}" width="{_SHOWN}"><figcaption>{caption}</figcaption></figure>'
            )
        style = "body{display:flex;flex-wrap:wrap;gap:10px;font:11px sans-serif;background:#888}"
        style += f"figure{{margin:0;width:{_SHOWN}px;overflow-wrap:anywhere}}"
        sheet = folder / "sheet.html"
        sheet.write_text(f"<!doctype html><style>{style}</style>{''.join(figures)}", encoding="utf-8")
        _set_screen(browser, 6 * (_SHOWN + 10) + 20, 1000, "light")
        browser.get(sheet.as_uri())
        height = int(browser.execute_script("return document.documentElement.scrollHeight"))
        _set_screen(browser, 6 * (_SHOWN + 10) + 20, height, "light")
        browser.save_screenshot(str(target))


def main() -> None:
    """Write the sheets that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--widths", type=int, nargs="*", default=[*WIDTHS], choices=[*WIDTHS])
    parser.add_argument("--languages", nargs="*", default=["sv", "en"])
    parser.add_argument("--schemes", nargs="*", default=["light", "dark"], choices=["light", "dark"])
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    browser = _browser()
    try:
        for language, width, scheme in product(given.languages, given.widths, given.schemes):
            target = given.folder / f"{language}-{width}-{scheme}.png"
            write_sheet(browser, given.address.rstrip("/"), language, width, scheme, target)
            print(target)
    finally:
        browser.quit()


if __name__ == "__main__":
    main()
