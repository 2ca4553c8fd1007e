"""A difference read back from the graph, and written as a table, as CSV, or as an Atom feed."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from xml.etree import ElementTree

from pyoxigraph import Literal, NamedNode, QuerySolutions

from begrepp.history.changes import TYPES, Change, ChangedCode
from begrepp.queries.files import QUERIES_DIR, read_query
from begrepp.rdf.namespaces import expand
from begrepp.records import Text
from begrepp.settings import LANGUAGES
from begrepp.store import Store
from begrepp.text.swedish import sort_key

COLUMNS = (
    "change",
    "rule",
    "old_code",
    "old_label",
    "new_code",
    "new_label",
    "old_broader",
    "new_broader",
    "old_text",
    "new_text",
)
_ATOM = "http://www.w3.org/2005/Atom"
FEED_EXAMPLES = 5


def read_changes(store: Store, difference: str) -> list[Change]:
    """All changes of a difference, sorted by class and code."""
    called: dict[str, list[Text]] = defaultdict(list)
    for row in _ask(store, "difference-labels", difference):
        label = row["label"]
        if isinstance(label, Literal):
            called[str(getattr(row["code"], "value", ""))].append(Text(label.value, label.language or ""))
    said: dict[str, dict[str, list[tuple[object, str]]]] = defaultdict(lambda: defaultdict(list))
    for row in _ask(store, "difference", difference):
        about = said[str(getattr(row["association"], "value", ""))]
        notation = row["notation"]
        about[str(getattr(row["property"], "value", ""))].append(
            (row["value"], notation.value if isinstance(notation, Literal) else "")
        )
    return in_order(_change(properties, called) for properties in said.values())


def _ask(store: Store, name: str, difference: str) -> QuerySolutions:
    query = read_query(QUERIES_DIR / "pages" / f"{name}.rq").text
    rows = store.query(query.replace("{ UNDEF }", f"{{ {NamedNode(difference)} }}"))
    assert isinstance(rows, QuerySolutions)
    return rows


def _change(said: Mapping[str, Sequence[tuple[object, str]]], called: Mapping[str, Sequence[Text]]) -> Change:
    def codes(prefixed: str) -> tuple[ChangedCode, ...]:
        found = {(str(getattr(term, "value", "")), notation) for term, notation in said.get(expand(prefixed), ())}
        rows = [
            ChangedCode(
                iri=iri,
                notation=notation or iri.rpartition("/")[2],
                labels=tuple(sorted(set(called.get(iri, ())), key=lambda text: (_rank(text.lang), text))),
            )
            for iri, notation in found
        ]
        return tuple(sorted(rows, key=lambda code: sort_key(code.notation)))

    def labels(prefixed: str) -> tuple[Text, ...]:
        terms = [term for term, _ in said.get(expand(prefixed), ()) if isinstance(term, Literal)]
        found = {Text(term.value, term.language or "") for term in terms}
        return tuple(sorted(found, key=lambda text: (_rank(text.lang), sort_key(text.value))))

    rule = said[expand("begrepp:changeRule")][0][0]
    return Change(
        rule=str(getattr(rule, "value", "")).rpartition("#")[2],
        sources=codes("xkos:sourceConcept"),
        targets=codes("xkos:targetConcept"),
        old_labels=labels("begrepp:oldLabel"),
        new_labels=labels("begrepp:newLabel"),
        old_parents=codes("begrepp:oldBroader"),
        new_parents=codes("begrepp:newBroader"),
        old_text=next(iter(labels("begrepp:oldText")), None),
        new_text=next(iter(labels("begrepp:newText")), None),
    )


def _rank(lang: str) -> int:
    return LANGUAGES.index(lang) if lang in LANGUAGES else len(LANGUAGES)


def in_order(changes: Iterable[Change]) -> list[Change]:
    """By class, then by code as Swedes sort."""
    order = {kind: place for place, kind in enumerate(TYPES)}
    return sorted(changes, key=lambda change: (order[change.type], sort_key(change.key), change.rule))


def cells(change: Change) -> tuple[str, ...]:
    """A change as the cells of a row, in the order of `COLUMNS`."""

    def joined(values: Iterable[str]) -> str:
        return " | ".join(values)

    return (
        change.type,
        change.rule,
        joined(code.notation for code in change.sources),
        joined(text.value for text in labels_of(change.sources, change.old_labels)),
        joined(code.notation for code in change.targets),
        joined(text.value for text in labels_of(change.targets, change.new_labels)),
        joined(code.notation for code in change.old_parents),
        joined(code.notation for code in change.new_parents),
        change.old_text.value if change.old_text else "",
        change.new_text.value if change.new_text else "",
    )


def labels_of(codes: Sequence[ChangedCode], labels: Sequence[Text], language: str = "sv") -> list[Text]:
    """The labels of one end of a change; those of several codes stand in the order of the codes."""
    if len(codes) > 1 and all(code.labels for code in codes):
        return [one_language(code.labels, language)[0] for code in codes]
    return one_language(labels, language)


def one_language(labels: Sequence[Text], language: str = "sv") -> list[Text]:
    """The labels in a language, or in the language of the first where there are none."""
    own = [text for text in labels if text.lang == language]
    return own or [text for text in labels if text.lang == labels[0].lang]


def as_csv(changes: Iterable[Change]) -> str:
    """The changes as CSV (RFC 4180), the cells of several codes parted by ` | `."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(_harmless, map(cells, changes)))
    return out.getvalue()


def _harmless(row: Sequence[str]) -> list[str]:
    """A spreadsheet must not take a publisher's text for a formula."""
    return [f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell for cell in row]


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


def as_atom(
    feed_iri: str, title: str, entries: Sequence[FeedEntry], *, feed_url: str, words: Mapping[str, str]
) -> bytes:
    """Return differences as an Atom feed (RFC 4287), in the order given.

    `words` are the names of the classes of change, and `none` for a difference without changes.
    """
    ElementTree.register_namespace("", _ATOM)
    feed = ElementTree.Element(f"{{{_ATOM}}}feed")

    def add(parent: ElementTree.Element, tag: str, text: str = "", **attributes: str) -> ElementTree.Element:
        node = ElementTree.SubElement(parent, f"{{{_ATOM}}}{tag}", attributes)
        node.text = text or None
        return node

    add(feed, "id", feed_iri)
    add(feed, "title", title)
    newest = max((entry.valid_from for entry in entries), default=date(1970, 1, 1))
    add(feed, "updated", f"{newest}T00:00:00Z")
    add(feed, "link", rel="self", type="application/atom+xml", href=feed_url)
    author = add(feed, "author")
    add(author, "name", "begrepp")
    for entry in entries:
        node = add(feed, "entry")
        add(node, "id", entry.graph)
        add(node, "title", entry.title)
        add(node, "updated", f"{entry.valid_from}T00:00:00Z")
        add(node, "link", rel="alternate", href=entry.href)
        counts = "; ".join(f"{words.get(kind, kind)}: {n}" for kind, n in entry.counts.items())
        add(node, "summary", counts or words.get("none", ""))
        examples = entry.changes[:FEED_EXAMPLES]
        lines = [counts, *(f"{words.get(c.type, c.type)}: {_line(c)}" for c in examples)]
        add(node, "content", "\n".join(lines), type="text")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + bytes(ElementTree.tostring(feed, encoding="utf-8")) + b"\n"


def _line(change: Change) -> str:
    _, _, old_code, old_label, new_code, new_label, *_ = cells(change)
    old, new = f"{old_code} {old_label}".strip(), f"{new_code} {new_label}".strip()
    return " → ".join(part for part in (old, new) if part)
