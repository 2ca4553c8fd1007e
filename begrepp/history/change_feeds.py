"""Feeds of changes between editions, as Atom and as JSON Feed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from xml.etree import ElementTree

from begrepp.history.change_lists import change_cells
from begrepp.history.changes import Change

_ATOM = "http://www.w3.org/2005/Atom"
FEED_EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """A difference between two editions, as an entry of an Atom feed."""

    graph: str
    """IRI of the difference: the id of the entry."""
    href: str
    """Address of its page."""
    title: str
    valid_from: date
    """Day from which the newer edition is valid: the date of the entry, so that the feed follows from the graph."""
    counts: Mapping[str, int]
    """Number of changes by class."""
    changes: Sequence[Change]
    """The changes, of which the first `FEED_EXAMPLES` are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed of differences in the order given.

    `page` is the address of the page that it is about; `words` are the names of the classes of change, and `none` for a
    difference without changes.
    """

    url: str
    page: str
    title: str
    entries: Sequence[FeedEntry]
    words: Mapping[str, str]


def changes_json(feed: Feed, language: str) -> dict[str, object]:
    """Return a feed as an object of JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": feed.url,
        "language": language,
        "authors": [{"name": "begrepp"}],
        "items": [
            {
                "id": entry.graph,
                "url": entry.href,
                "title": entry.title,
                "summary": _counts(entry, feed.words),
                "content_text": _content(entry, feed.words),
                "date_published": f"{entry.valid_from}T00:00:00Z",
            }
            for entry in feed.entries
        ],
    }


def changes_atom(feed: Feed) -> bytes:
    """Return a feed as Atom (RFC 4287)."""
    ElementTree.register_namespace("", _ATOM)
    root = ElementTree.Element(f"{{{_ATOM}}}feed")

    def add(parent: ElementTree.Element, tag: str, text: str = "", **attributes: str) -> ElementTree.Element:
        node = ElementTree.SubElement(parent, f"{{{_ATOM}}}{tag}", attributes)
        node.text = text or None
        return node

    add(root, "id", feed.url)
    add(root, "title", feed.title)
    newest = max((entry.valid_from for entry in feed.entries), default=date(1970, 1, 1))
    add(root, "updated", f"{newest}T00:00:00Z")
    add(root, "link", rel="self", type="application/atom+xml", href=feed.url)
    add(root, "link", rel="alternate", type="text/html", href=feed.page)
    author = add(root, "author")
    add(author, "name", "begrepp")
    for entry in feed.entries:
        node = add(root, "entry")
        add(node, "id", entry.graph)
        add(node, "title", entry.title)
        add(node, "updated", f"{entry.valid_from}T00:00:00Z")
        add(node, "link", rel="alternate", type="text/html", href=entry.href)
        add(node, "summary", _counts(entry, feed.words))
        add(node, "content", _content(entry, feed.words), type="text")
    # A reader of XML would read a literal carriage return as a line feed.
    body = bytes(ElementTree.tostring(root, encoding="utf-8")).replace(b"\r", b"&#xD;")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + body + b"\n"


def _counts(entry: FeedEntry, words: Mapping[str, str]) -> str:
    counts = "; ".join(f"{words.get(kind, kind)}: {n}" for kind, n in entry.counts.items())
    return counts or words.get("none", "")


def _content(entry: FeedEntry, words: Mapping[str, str]) -> str:
    examples = entry.changes[:FEED_EXAMPLES]
    return "\n".join([_counts(entry, words), *(f"{words.get(c.type, c.type)}: {_change_line(c)}" for c in examples)])


def _change_line(change: Change) -> str:
    _, _, old_code, old_label, new_code, new_label, *_ = change_cells(change)
    old, new = f"{old_code} {old_label}".strip(), f"{new_code} {new_label}".strip()
    return " → ".join(part for part in (old, new) if part)
