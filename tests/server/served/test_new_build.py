"""The server answers from a build that is published while it runs, and from the old one until then."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest

from begrepp.build.load_failures import BuildFailed
from server.app import create_app
from tests.support.small import HEADER, ROWS, build_small, put, settings_in


def test_a_new_build_is_served_without_a_restart(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    put(settings, HEADER + ROWS)
    build_small(settings)
    app = create_app(settings)
    client = app.test_client()
    query = {"query": 'SELECT ?l { ?c skos:notation "A00" ; skos:prefLabel ?l }', "format": "csv"}
    assert "Påhittad kategori" in client.get("/cs/icd-10-se/A00?lang=sv").text
    assert "Påhittad kategori" in client.get("/sparql", query_string=query).text

    put(settings, HEADER + ROWS + "A00.9,Dubblett,Duplicate,A00,,\n")
    with pytest.raises(BuildFailed):
        build_small(settings)
    assert "Påhittad kategori" in client.get("/cs/icd-10-se/A00?lang=sv").text

    put(settings, HEADER + ROWS.replace("Påhittad kategori", "Nyskriven kategori"))
    build_small(settings)
    assert "Nyskriven kategori" in client.get("/cs/icd-10-se/A00?lang=sv").text
    assert "Nyskriven kategori" in client.get("/sparql", query_string=query).text
    assert client.get("/search.json?q=nyskriven").status_code == 200
    app.extensions["begrepp"].pool.close()


def test_a_former_build_is_closed_when_nothing_uses_it_any_more(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    put(settings, HEADER + ROWS)
    build_small(settings)
    app = create_app(settings)
    client = app.test_client()
    paths = ("/", "/cs/icd-10-se", "/cs/icd-10-se/A00", "/cs/icd-10-se/A00.ttl", "/search?q=kategori", "/ready")
    assert [client.get(path).status_code for path in paths] == [200] * len(paths)
    former = weakref.ref(app.extensions["begrepp"].current_build())

    put(settings, HEADER + ROWS.replace("Påhittad kategori", "Nyskriven kategori"))
    build_small(settings)
    assert former() is not None
    assert [client.get(path).status_code for path in paths] == [200] * len(paths)
    gc.collect()
    assert former() is None
    app.extensions["begrepp"].pool.close()
