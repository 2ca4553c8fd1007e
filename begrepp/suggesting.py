"""`begrepp suggest`: concepts for the variables of a dictionary, for a person to accept or reject.

A suggestion is written as SSSOM that says of itself that nobody has read it; the loader of SSSOM refuses it until
it is reviewed. `--format html` writes a page to review it on: a file that works where it lies, sends nothing anywhere,
and gives the decisions back as SSSOM, which `begrepp add` takes as it takes any other.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import click
from rich.table import Table

from begrepp import report
from begrepp.dictionary_entries import all_entries, entries_of_build, entries_of_records, linked_in, targets_in
from begrepp.errors import UsageError
from begrepp.iris import Iris
from begrepp.manifest import Manifest, current_build, read_manifest
from begrepp.namespaces import prefixes
from begrepp.questions import select, value
from begrepp.records import Record
from begrepp.review import UNREVIEWED
from begrepp.settings import ROOT, Settings
from begrepp.store import DiskStore, Store
from begrepp.suggest import Entry, Suggester, Suggestion
from begrepp.suggest_codes import CodeSuggester, value_entry

FORMATS = ("table", "sssom", "html")
_COLUMNS = (
    "subject_id",
    "subject_label",
    "predicate_id",
    "object_id",
    "object_label",
    "mapping_justification",
    "mapping_tool",
    "confidence",
    "comment",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All suggestions for a dictionary."""

    dataset: str
    title: str
    entries: Sequence[Entry]
    suggestions: Sequence[Suggestion]
    values: Sequence[Suggestion]
    iris: Iris

    def rows(self) -> Iterable[tuple[Suggestion, str]]:
        """Every suggestion with the predicate that it would be."""
        for suggestion in self.suggestions:
            yield suggestion, "begrepp:measures"
        for suggestion in self.values:
            yield suggestion, "skos:exactMatch" if suggestion.score > 0.9 else "skos:closeMatch"


def suggest(
    dictionary: str,
    records: Iterable[Record] | None,
    *,
    schemes: Sequence[str],
    most: int,
    again: bool,
    output: str,
    settings: Settings,
) -> None:
    """Write suggestions on standard output, for a dataset of the build or for records that a loader has read."""
    build = current_build(settings)
    manifest = read_manifest(build)
    found = find(dictionary, records, DiskStore(build / "store"), manifest, schemes=schemes, most=most, again=again)
    if output == "table":
        _print(found)
    else:
        click.echo(to_sssom(found) if output == "sssom" else to_html(found), nl=False)


def find(
    dictionary: str,
    records: Iterable[Record] | None,
    store: Store,
    manifest: Manifest,
    *,
    schemes: Sequence[str] = (),
    most: int = 5,
    again: bool = False,
) -> Found:
    """The suggestions; `again` also for variables that are linked already."""
    iris = Iris(manifest.base)
    if records is not None:
        dataset, entries = entries_of_records(records, iris)
    else:
        dataset = iris.dataset(dictionary)
        if manifest.graph("dataset", dictionary) is None:
            known = ", ".join(sorted(graph["id"] for graph in manifest.current("dataset")))
            raise UsageError(
                f"The build has no dataset {dictionary}.", f"It has: {known}. Alternatively give files and --loader."
            )
        entries = all_entries(store, dataset) if again else entries_of_build(store, dataset)
    linked = linked_in(store, [iris.dataset(graph["id"]) for graph in manifest.current("dataset")])
    where = [iris.scheme(id_) for id_ in schemes] or [value(row, "scheme") for row in select(store, "schemes-measured")]
    if not where:
        raise UsageError(
            "No code system is given, and no variable is linked to a concept yet.", "Name schemes with --scheme."
        )
    denied = {(value(row, "subject"), value(row, "object")) for row in select(store, "denied-links")}
    suggester = Suggester(targets_in(store, where), linked)
    suggestions = [
        suggestion
        for entry in entries
        for suggestion in suggester.suggest(entry, dataset=dataset, most=most)
        if (entry.iri, suggestion.target.iri) not in denied
    ]
    return Found(
        dataset=dataset,
        title=dictionary,
        entries=entries,
        suggestions=suggestions,
        values=[*_values(entries, suggestions, linked_lists(store), store)],
        iris=iris,
    )


def linked_lists(store: Store) -> dict[str, list[str]]:
    """Concept → the published lists that variables measuring it are coded in, and that others are mapped to."""
    found: dict[str, list[str]] = {}
    for row in select(store, "lists-of-concepts"):
        found.setdefault(value(row, "concept"), []).append(value(row, "list"))
    return found


def _values(
    entries: Sequence[Entry], suggestions: Sequence[Suggestion], lists: dict[str, list[str]], store: Store
) -> Iterable[Suggestion]:
    """Codes for the values of each entry, among the lists that its likeliest concept is coded in elsewhere."""
    best: dict[str, str] = {}
    for suggestion in suggestions:
        best.setdefault(suggestion.entry.iri, suggestion.target.iri)
    suggesters: dict[tuple[str, ...], CodeSuggester] = {}
    for entry in entries:
        where = tuple(sorted({*lists.get(best.get(entry.iri, ""), ())}))
        if not entry.values or not where:
            continue
        if where not in suggesters:
            suggesters[where] = CodeSuggester(targets_in(store, where))
        for code, words in entry.values:
            yield from suggesters[where].suggest(value_entry(entry.iri, entry.name, code, words), most=1, least=0.5)


# What is written.


def to_sssom(found: Found) -> str:
    """Suggestions as SSSOM that is not to be taken for mappings: its head says that nobody has read it."""
    used = _prefixes(found)
    by_namespace = {namespace: prefix for prefix, namespace in used.items()}
    own = _known_prefixes()
    out = io.StringIO()
    slug = found.title.rpartition("/")[2]
    out.write('#sssom_version: "1.1"\n#curie_map:\n')
    for prefix, namespace in sorted((used | own).items()):
        out.write(f"#  {prefix}: {json.dumps(namespace)}\n")
    out.write(f"#mapping_set_id: {json.dumps(found.iris.mapping_set(f'suggestions-{slug}'))}\n")
    out.write(f'#mapping_set_title: "Suggestions for {slug}"\n')
    out.write(f'#other: "{UNREVIEWED}"\n#license: "https://w3id.org/sssom/license/unspecified"\n')
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    writer.writerow(_COLUMNS)
    for suggestion, predicate in found.rows():
        writer.writerow(
            [
                _curie(suggestion.entry.iri, by_namespace),
                suggestion.entry.label,
                predicate,
                _curie(suggestion.target.iri, by_namespace),
                suggestion.target.name,
                "semapv:CompositeMatching",
                "begrepp suggest",
                f"{suggestion.score:g}",
                "; ".join(suggestion.reasons),
            ]
        )
    return out.getvalue()


def _known_prefixes() -> dict[str, str]:
    """The prefixes that every file of suggestions needs."""
    return {prefix: prefixes()[prefix] for prefix in ("semapv", "skos", "begrepp")}


def _prefixes(found: Found) -> dict[str, str]:
    namespaces = sorted({_namespace(iri) for s, _ in found.rows() for iri in (s.entry.iri, s.target.iri)})
    return {f"ns{number}": namespace for number, namespace in enumerate(namespaces, start=1)}


def _namespace(iri: str) -> str:
    return iri[: max(iri.rfind("/"), iri.rfind("#")) + 1]


def _curie(iri: str, by_namespace: dict[str, str]) -> str:
    namespace = _namespace(iri)
    return f"{by_namespace[namespace]}:{iri.removeprefix(namespace)}"


def to_html(found: Found) -> str:
    """The page to review on: the suggestions within it, and nothing fetched or sent."""
    rows = [
        {
            "subject": suggestion.entry.iri,
            "name": suggestion.entry.parent or suggestion.entry.name,
            "code": suggestion.entry.name if suggestion.entry.parent else "",
            "label": suggestion.entry.label,
            "description": next((text.value for text in suggestion.entry.descriptions), ""),
            "unit": suggestion.entry.unit,
            "predicate": predicate,
            "object": suggestion.target.iri,
            "objectLabel": suggestion.target.name,
            "objectCode": suggestion.target.notation,
            "scheme": suggestion.target.scheme.rpartition("/")[2],
            "score": suggestion.score,
            "reasons": list(suggestion.reasons),
        }
        for suggestion, predicate in found.rows()
    ]
    data = json.dumps(
        {
            "title": found.title,
            "set": found.iris.mapping_set(f"reviewed-{found.title.rpartition('/')[2]}"),
            "prefixes": _known_prefixes(),
            "rows": rows,
        },
        ensure_ascii=False,
    )
    page = (ROOT / "begrepp" / "review.html").read_text(encoding="utf-8")
    # Within a script element nothing but its end can be misread.
    return page.replace("{{ data }}", data.replace("<", "\\u003c"))


def _print(found: Found) -> None:
    table = Table("variable", "label", "concept", "score", "why")
    before = ""
    for suggestion, _ in found.rows():
        entry, target = suggestion.entry, suggestion.target
        first = entry.iri != before
        before = entry.iri
        name = f"{entry.parent}={entry.name}" if entry.parent else entry.name
        scheme = target.scheme.rpartition("/")[2]
        table.add_row(
            name if first else "",
            entry.label if first else "",
            f"{target.name} ({scheme}:{target.notation})",
            f"{suggestion.score:.2f}",
            "; ".join(suggestion.reasons),
        )
    with_any = len({s.entry.iri for s in found.suggestions})
    words = f"{len(found.entries)} variables, suggestions for {with_any}. Nothing is asserted; review them first."
    report.table(table, words)
