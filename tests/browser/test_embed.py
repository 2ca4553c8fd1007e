"""A concept and a field that completes concepts, on another site than ours."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from selenium.webdriver import Chrome

from tests.support.browser import complaints, find, wait

PAGE = """<!doctype html><html lang="sv"><meta charset="utf-8"><title>Annan</title><link rel="icon" href="data:,">
<p>Studien gäller <script src="{ours}/static/embed.js"
  data-concept="https://w3id.org/begrepp/id/cs/onkologi/lungcancer"></script>.</p>
<form><input data-begrepp="scheme=onkologi" name="diagnos"></form></html>"""


@pytest.fixture
def elsewhere(address: str) -> Iterator[str]:
    """A page of another origin that embeds ours."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(PAGE.replace("{ours}", address).encode())

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_another_site_shows_and_completes_concepts(browser: Chrome, elsewhere: str) -> None:
    browser.get(elsewhere)
    wait(browser, lambda b: find(b, "a.begrepp-concept"))
    link = find(browser, "a.begrepp-concept")
    assert link.text == "lungcancer"
    assert (link.get_attribute("href") or "").endswith("/id/cs/onkologi/lungcancer")
    assert "luftrörens" in (link.get_attribute("title") or "")
    field = find(browser, "input[name=diagnos]")
    field.send_keys("lungc")
    wait(browser, lambda b: find(b, "datalist option"))
    words = find(browser, "datalist option").get_attribute("value")
    field.clear()
    field.send_keys(words or "")
    chosen = find(browser, "input[name=diagnos-iri]").get_attribute("value")
    assert chosen and chosen.startswith("https://w3id.org/begrepp/id/cs/onkologi/")
    assert complaints(browser) == []
