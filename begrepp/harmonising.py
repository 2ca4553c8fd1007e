"""`begrepp harmonise`: two datasets, or one concept, as a table to read or a crosswalk to use."""

from __future__ import annotations

import click
from pyoxigraph import NamedNode
from rich.table import Table

from begrepp import report
from begrepp.crosswalk import Crosswalk, label_of, rows_of
from begrepp.errors import NotFound, UsageError
from begrepp.harmonise import Harmoniser, Loss, Pair
from begrepp.iris import Iris
from begrepp.manifest import Manifest, current_build, read_manifest
from begrepp.parameters import Known, term_of
from begrepp.queries import Parameter
from begrepp.questions import select, value
from begrepp.records import Text
from begrepp.search import TextIndex
from begrepp.settings import Settings
from begrepp.store import DiskStore, Store

ENGLISH = {
    Loss.NOTHING: "no loss",
    Loss.MERGED: "several codes merged",
    Loss.COARSER: "less specific code",
    Loss.UNDECIDED: "ambiguous",
    Loss.NEAR: "close match",
    Loss.NONE: "no match",
}


def dataset_ids(manifest: Manifest) -> list[str]:
    """The short names of all datasets."""
    return sorted(graph["id"] for graph in manifest.current("dataset"))


def harmonised(
    first: str, second: str, known: Known, manifest: Manifest, *, pair: str = "", language: str = "sv"
) -> Crosswalk:
    """The pairs of two datasets, or of one concept over all datasets, with what everything is called.

    `pair` names one pair of variables, `a_tnm_tklass=t`, and leaves out the others. Raises `NotFound`, `UsageError`.
    """
    harmoniser = Harmoniser(known.store)
    if second:
        a, b = (_dataset(each, known) for each in (first, second))
        if a == b:
            raise UsageError("The two datasets are the same.", "Give two different datasets.")
        pairs = harmoniser.between(a, b)
    else:
        concept = term_of(Parameter(name="concept", kind="concept", titles={"en": ""}, default="x"), first, known)
        pairs = harmoniser.about(concept[1:-1], [known.iris.dataset(id_) for id_ in dataset_ids(manifest)])
    if pair:
        left, _, right = pair.partition("=")
        pairs = [each for each in pairs if each.a.name == left and each.b.name == right]
    if not pairs:
        raise NotFound(
            "The datasets have no variables that measure the same concept."
            if second
            else "Fewer than two datasets measure that concept.",
            "See the dataset pages for what each measures, or link their variables to concepts first.",
        )
    iris = {iri for each in pairs for iri in (each.a.dataset, each.b.dataset, each.through)}
    lists = {iri for each in pairs for iri in (*each.a.code_lists, *each.b.code_lists)}
    systems = {value(row, "list"): value(row, "uri") for row in select(known.store, "system-uris", list=_nodes(lists))}
    return Crosswalk(pairs, names(known.store, iris, language), known.iris, systems)


def _nodes(iris: set[str]) -> list[NamedNode]:
    return [NamedNode(iri) for iri in sorted(iris)]


def _dataset(name: str, known: Known) -> str:
    return term_of(Parameter(name="dataset", kind="dataset", titles={"en": ""}, default="x"), name, known)[1:-1]


def names(store: Store, iris: set[str], language: str = "sv") -> dict[str, str]:
    """What datasets and concepts are called."""
    found: dict[str, list[Text]] = {}
    for row in select(store, "names", thing=_nodes(iris)):
        if value(row, "property").endswith(("title", "prefLabel")):
            term = row["value"]
            found.setdefault(value(row, "thing"), []).append(
                Text(value(row, "value"), getattr(term, "language", "") or "")
            )
    return {iri: label_of(found.get(iri, ()), language) or iri for iri in iris}


def harmonise(first: str, second: str, pair: str, output: str, settings: Settings) -> None:
    """Write the harmonisation on standard output."""
    build = current_build(settings)
    manifest = read_manifest(build)
    known = Known(DiskStore(build / "store"), TextIndex(build / "index"), Iris(manifest.base))
    walk = harmonised(first, second, known, manifest, pair=pair)
    if output != "table":
        click.echo(walk.write(output), nl=False)
        return
    for each in walk.pairs:
        _print(walk, each)


def _print(walk: Crosswalk, pair: Pair) -> None:
    if not pair.codes:
        words = f"{pair.a.name}  ~  {pair.b.name}: {walk.names[pair.through]} ({pair.relation}), no codes to align"
        click.echo(words)
        return
    title = f"{walk.names[pair.a.dataset]}: {pair.a.name}  ~  {walk.names[pair.b.dataset]}: {pair.b.name}"
    table = Table("code", "label", "match", "code", "label", "lost", title=title, title_justify="left")
    for row, notation, label, path, _ in rows_of(pair):
        match = path.match.predicate if path else ""
        table.add_row(row.code.notation, label_of(row.code.labels), match, notation, label, ENGLISH[row.loss])
    about = f"{walk.names[pair.through]} ({pair.relation})"
    if pair.units_differ:
        about += f"; {pair.a.unit} -> {pair.b.unit}" + (f", times {pair.unit_factor:g}" if pair.unit_factor else "")
    if pair.unreached:
        about += f"; codes without a match: {', '.join(code.notation for code in pair.unreached)}"
    report.table(table, about)
