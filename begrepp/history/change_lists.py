"""Lists of changes between editions: reads a difference from the graph, writes it as CSV."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pyoxigraph import Literal, NamedNode, QuerySolutions

from begrepp.history.changes import TYPES, Change, ChangedCode
from begrepp.queries.query_files import QUERIES_DIR, read_query
from begrepp.rdf.namespaces import expand
from begrepp.records import Text, in_language
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


def read_changes(store: Store, difference: str) -> list[Change]:
    """Return all changes of the difference with an IRI, sorted by class and code."""
    labels: dict[str, list[Text]] = defaultdict(list)
    for row in _select(store, "difference-labels", difference):
        label = row["label"]
        if isinstance(label, Literal):
            labels[str(getattr(row["code"], "value", ""))].append(Text(label.value, label.language or ""))
    associations: dict[str, dict[str, list[tuple[object, str]]]] = defaultdict(lambda: defaultdict(list))
    for row in _select(store, "difference", difference):
        properties = associations[str(getattr(row["association"], "value", ""))]
        notation = row["notation"]
        properties[str(getattr(row["property"], "value", ""))].append(
            (row["value"], notation.value if isinstance(notation, Literal) else "")
        )
    return sort_changes(_change(properties, labels) for properties in associations.values())


def _select(store: Store, name: str, difference: str) -> QuerySolutions:
    query = read_query(QUERIES_DIR / "pages" / f"{name}.rq").text
    rows = store.query(query.replace("{ UNDEF }", f"{{ {NamedNode(difference)} }}"))
    assert isinstance(rows, QuerySolutions)
    return rows


def _change(
    properties: Mapping[str, Sequence[tuple[object, str]]], labels_by_code: Mapping[str, Sequence[Text]]
) -> Change:
    def codes(prefixed: str) -> tuple[ChangedCode, ...]:
        ends = {(str(getattr(term, "value", "")), notation) for term, notation in properties.get(expand(prefixed), ())}
        rows = [
            ChangedCode(
                iri=iri,
                notation=notation or iri.rpartition("/")[2],
                labels=tuple(
                    sorted(set(labels_by_code.get(iri, ())), key=lambda text: (_language_rank(text.lang), text))
                ),
            )
            for iri, notation in ends
        ]
        return tuple(sorted(rows, key=lambda code: sort_key(code.notation)))

    def labels(prefixed: str) -> tuple[Text, ...]:
        terms = [term for term, _ in properties.get(expand(prefixed), ()) if isinstance(term, Literal)]
        texts = {Text(term.value, term.language or "") for term in terms}
        return tuple(sorted(texts, key=lambda text: (_language_rank(text.lang), sort_key(text.value))))

    rule = properties[expand("begrepp:changeRule")][0][0]
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


def _language_rank(lang: str) -> int:
    return LANGUAGES.index(lang) if lang in LANGUAGES else len(LANGUAGES)


def sort_changes(changes: Iterable[Change]) -> list[Change]:
    """Return the changes sorted by class, then by code in Swedish order."""
    order = {kind: place for place, kind in enumerate(TYPES)}
    return sorted(changes, key=lambda change: (order[change.type], sort_key(change.key), change.rule))


def change_cells(change: Change) -> tuple[str, ...]:
    """Return a change as the cells of a row, in the order of `COLUMNS`."""

    def joined(values: Iterable[str]) -> str:
        return " | ".join(values)

    return (
        change.type,
        change.rule,
        joined(code.notation for code in change.sources),
        joined(text.value for text in side_labels(change.sources, change.old_labels)),
        joined(code.notation for code in change.targets),
        joined(text.value for text in side_labels(change.targets, change.new_labels)),
        joined(code.notation for code in change.old_parents),
        joined(code.notation for code in change.new_parents),
        change.old_text.value if change.old_text else "",
        change.new_text.value if change.new_text else "",
    )


def side_labels(codes: Sequence[ChangedCode], labels: Sequence[Text], language: str = "sv") -> list[Text]:
    """Return the labels of one side of a change in a language; those of several codes in the order of the codes."""
    if len(codes) > 1 and all(code.labels for code in codes):
        return [labels_in(code.labels, language)[0] for code in codes]
    return labels_in(labels, language)


def labels_in(labels: Sequence[Text], language: str = "sv") -> list[Text]:
    """Return the labels in a language, or if there are none, those in the language of the first."""
    matching = [text for text in labels if in_language(text.lang, language)]
    return matching or [text for text in labels if text.lang == labels[0].lang]


def changes_csv(changes: Iterable[Change]) -> str:
    """Return the changes as CSV (RFC 4180); ` | ` separates several codes in a cell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(_escape_formulas, map(change_cells, changes)))
    return out.getvalue()


def _escape_formulas(row: Sequence[str]) -> list[str]:
    """Return the cells with a quote before text that a spreadsheet would evaluate as a formula."""
    return [f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell for cell in row]
