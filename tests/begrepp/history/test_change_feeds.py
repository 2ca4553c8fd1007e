"""Feeds of changes as Atom: any XML parser reads the texts as they are."""

from __future__ import annotations

from datetime import date
from xml.etree import ElementTree

from begrepp.history.change_feeds import Feed, FeedEntry, changes_atom


def test_a_carriage_return_is_kept() -> None:
    entry = FeedEntry(
        graph="https://example.org/g", href="https://example.org/h", title="rad1\r\nrad2", valid_from=date(2026, 1, 1),
        counts={}, changes=(),
    )  # fmt: skip
    feed = Feed(
        url="https://example.org/f", page="https://example.org/p", title="\r", entries=[entry], words={"none": "none"}
    )
    titles = [
        each.text for each in ElementTree.fromstring(changes_atom(feed)).iter("{http://www.w3.org/2005/Atom}title")
    ]
    assert titles == ["\r", "rad1\r\nrad2"]
