"""Every link and every address in the sitemaps of a build of all sources at hand answers, at least 200 per scheme.

The sources are the publishers' files beside the repository, each loaded with its own loader; without them there is
nothing to build. The starter alone is read in the fast tests.
"""

from __future__ import annotations

import random
import re
import shutil
from html import unescape

import pytest
from flask.testing import FlaskClient

from begrepp.settings import Settings
from server.app import create_app
from tests.support.real_files import DATA
from tests.support.small import build_small, put, settings_in

SAMPLE = 200
OBO = """loader = "{}"
[source]
publisher = "Monarch"
publisher_type = "nonprofit"
licence = "https://creativecommons.org/licenses/by/4.0/"
{}"""
SOURCES = {
    "mondo": ("mondo-json/*.json*", "", ""),
    "hpo": ("hpo/*.obo", "", ""),
    "icd10_who": ("icd10-who-2019/*", "", ""),
    "oncotree": ("onco-oncotree/*.json", "", ""),
    "biomappings": ("sssom-biomappings/*.sssom.tsv", "sssom", ""),
}
"""Source: its files, and for a format the loader and further lines of source.toml."""
_LOCATION = re.compile(r"<loc>http://localhost(.*?)</loc>")
_LINK = re.compile(r'href="(/(?:cs|vs|dataset|mapping|resource|id|search|catalogue|structure)[^"#]*)"')


def _locations(client: FlaskClient, place: str) -> list[str]:
    return [unescape(url) for url in _LOCATION.findall(client.get(place).text)]


def broken_links(client: FlaskClient, most_per_place: int) -> dict[str, int]:
    """The addresses of sitemaps, of the links on their pages and of search hits that do not answer with 200."""
    chosen = random.Random(1)
    statuses: dict[str, int] = {}
    links: dict[str, None] = {}
    for place in _locations(client, "/sitemap.xml"):
        urls = _locations(client, place)
        assert urls or "-1" not in place, f"{place} is empty"
        for url in urls if len(urls) <= most_per_place else chosen.sample(urls, most_per_place):
            answer = client.get(url, headers={"Accept": "text/html"}, follow_redirects=True)
            statuses[url] = answer.status_code
            links |= dict.fromkeys(unescape(link) for link in _LINK.findall(answer.text))
    for word in ("cancer", "lung", "HP:0000004", "syndrome"):
        hits = client.get("/api/v1/search", query_string={"q": word, "limit": 50}).get_json()["results"]
        links |= dict.fromkeys(hit["href"] for hit in hits)
    unseen = [link for link in links if link not in statuses and "?lang=" not in link]
    for link in unseen if len(unseen) <= 20 * most_per_place else chosen.sample(unseen, 20 * most_per_place):
        with client.get(link, headers={"Accept": "text/html"}, follow_redirects=True) as found:
            statuses[link] = found.status_code
    return {url: status for url, status in statuses.items() if status != 200}


def test_links_and_sitemaps_of_the_starter_answer(client: FlaskClient) -> None:
    assert broken_links(client, 2) == {}


@pytest.fixture(scope="module")
def national(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = settings_in(tmp_path_factory.mktemp("national"))
    added = 0
    for source, (pattern, loader, more) in SOURCES.items():
        files = [path for path in sorted(DATA.glob(pattern)) if path.is_file() and path.suffix != ".md"]
        for path in files:
            folder = settings.raw / source / "2026"
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / path.name)
        if files and loader:
            put(settings, OBO.format(loader, more), source=source, edition="2026", name="source.toml")
        added += bool(files)
    if not added:
        pytest.skip(f"there are no publishers' files in {DATA}")
    build_small(settings, keep_going=True)
    return settings


@pytest.mark.slow
def test_links_and_sitemaps_of_publishers_files_answer(national: Settings) -> None:
    application = create_app(national)
    try:
        assert broken_links(application.test_client(), SAMPLE) == {}
    finally:
        application.extensions["begrepp"].pool.close()
