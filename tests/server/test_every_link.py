"""Every internal link of every page answers, and so does every IRI of ours in the bundled graph."""

from __future__ import annotations

import re
from collections import deque
from html import unescape
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, QuerySolutions

from server.state import AppState

BASE = "https://w3id.org/begrepp/"
MOST_PAGES = 20_000
_ASIDE = "/language/"
_MADE = re.compile(
    r"/downloads/(?!begrepp|onkologi)|/(?:cs|mapping)/.*\.(?:csv|xlsx|parquet)|/(?:cite/|report\?)(?!.*cs/onkologi)"
)
"""Files, citations and reports of other code systems are made as these are; tables have tests of their own."""
_IN_LANGUAGE = re.compile(r"\?lang=\w+$|(?<=\?)lang=\w+&|&lang=\w+")
"""A page is read once, in the language in which it is met first."""
_NOTICE = "finns inte här och används inte."
"""The end of the notice about an unknown parameter."""
_HEADER = re.compile(r"<(/[^>#]*)")
_LINK = re.compile(r'(?:href|src|data-branch|action)="(/[^"#]*|https://w3id\.org/begrepp/(?:id/|cs/)[^"#]*)')


@pytest.mark.slow
def test_every_internal_link_answers(client: FlaskClient) -> None:
    waiting, seen, broken = deque([("/", "")]), {"/"}, []
    while waiting and len(seen) <= MOST_PAGES:
        path, origin = waiting.popleft()
        with client.get(path, headers={"Accept": "text/html, */*;q=0.8"}) as answer:  # as a browser asks
            answer.get_data()
        if answer.status_code >= 400 and answer.status_code != 503:  # as many queries at once as there may be
            broken.append(f"{path} on {origin}: {answer.status_code}")
        found = [answer.headers["Location"]] if "Location" in answer.headers else []
        if answer.mimetype == "text/html":
            text = answer.get_data(as_text=True)
            if _NOTICE in text:
                broken.append(f"{path} on {origin}: an unknown parameter")
            found += [unescape(link) for link in _LINK.findall(text)]
            found += _HEADER.findall(answer.headers.get("Link", ""))
        for link in found:
            local = link.removeprefix(BASE[:-1]) if link.startswith(BASE) else link
            # Of the ways to sort, page and filter one page, some are enough.
            known = _IN_LANGUAGE.sub("", local)
            known = urlsplit(known).path if "&" in known else known
            if known not in seen and not local.startswith(_ASIDE) and not _MADE.match(local):
                seen.add(known)
                waiting.append((local, path))
    assert broken == [], "\n".join(broken)
    assert len(seen) > 1000
    assert not waiting, f"there is more than {MOST_PAGES:,} pages"


@pytest.mark.slow
def test_every_iri_of_ours_leads_to_a_document(client: FlaskClient, app: Flask) -> None:
    state = app.extensions["begrepp"]
    assert isinstance(state, AppState)
    ours = f'FILTER(ISIRI(?i) && STRSTARTS(STR(?i), "{BASE}id/"))'
    answer = state.current_build().store.query(f"SELECT DISTINCT ?i {{ {{ ?i ?p ?o }} UNION {{ ?s ?q ?i }} {ours} }}")
    assert isinstance(answer, QuerySolutions)
    iris = sorted(term.value for row in answer if isinstance(term := row[0], NamedNode))
    broken = []
    for iri in iris:
        response = client.get(
            iri.removeprefix(BASE[:-1]), headers={"Accept": "text/turtle, */*;q=0.1"}, follow_redirects=True
        )
        if response.status_code not in (200, 410) or not response.data:
            broken.append(f"{iri}: {response.status_code}")
    assert broken == [] and len(iris) > 1000
