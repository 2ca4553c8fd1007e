"""`begrepp diff`: the changes between two editions of a code system."""

from __future__ import annotations

import html
import sys
import tempfile
from pathlib import Path

import click
from pyoxigraph import RdfFormat, parse
from rich.markup import escape
from rich.table import Table

from begrepp.artefact.manifest import GraphEntry, Manifest, current_build, part_from_entry, read_manifest
from begrepp.artefact.parts import Part
from begrepp.cli import console
from begrepp.cli.language import headings, translator
from begrepp.cli.open import complete_scheme
from begrepp.cli.spinner import waiting
from begrepp.errors import NotFound, UsageError
from begrepp.history.change_feeds import Feed, FeedEntry, changes_atom
from begrepp.history.change_lists import COLUMNS, change_cells, changes_csv, sort_changes
from begrepp.history.changes import TYPES, Comparison
from begrepp.history.comparison import compare, edition_file
from begrepp.history.correspondence import difference_triples, rename_codes
from begrepp.history.reused_codes import ReusedCodes, file_with_bare_codes
from begrepp.rdf.iris import Iris
from begrepp.rdf.ntriples import ntriples_line
from begrepp.rdf.serialiser import graph_bytes
from begrepp.settings import Settings

FORMATS = ("table", "csv", "html", "turtle", "atom")
ROWS = 200


@click.command("diff")
@click.argument("scheme", shell_complete=complete_scheme)
@click.argument("old", default="")
@click.argument("new", default="")
@click.option("--format", "output", type=click.Choice(FORMATS), default="table")
def command(scheme: str, old: str, new: str, output: str) -> None:
    """Show the changes in SCHEME between its editions OLD and NEW, or in its latest edition."""
    write_diff(scheme, old, new, output, Settings())


def write_diff(scheme: str, old: str, new: str, output: str, settings: Settings) -> None:
    """Write the difference between two editions of the current build, by default the newest difference."""
    build = current_build(settings)
    manifest = read_manifest(build)
    chosen = _editions(manifest, scheme, old, new)
    graphs = manifest.editions("scheme", scheme)
    first, last = (graphs.index(graph) for graph in chosen)
    one, other, *between = (
        part_from_entry(graph, build / "graphs") for graph in (*chosen, *graphs[first + 1 : max(first + 1, last)])
    )
    with waiting(translator()("cli.comparing")), tempfile.TemporaryDirectory() as folder:
        for part in (one, other, *between):
            part.path = file_with_bare_codes(part.path, Path(folder))
        compared = compare(edition_file(one), edition_file(other), map(edition_file, between))
    meanings, iris = ReusedCodes.read(settings.meanings), Iris(manifest.base)
    renames = [meanings.renamed_iris(scheme, part.version, iris) for part in (one, other)]
    compared.changes = sort_changes([rename_codes(change, *renames) for change in compared.changes])
    title = f"{scheme}: {one.version} → {other.version}"
    if output == "csv":
        sys.stdout.write(changes_csv(compared.changes))
    elif output == "html":
        click.echo(_html(title, compared))
    elif output == "turtle":
        sys.stdout.buffer.write(_turtle(manifest, scheme, one, other, compared))
    elif output == "atom":
        sys.stdout.buffer.write(_atom(manifest, scheme, one, other, compared, title))
    else:
        _table(title, compared)


def _editions(manifest: Manifest, scheme: str, old: str, new: str) -> tuple[GraphEntry, GraphEntry]:
    graphs = manifest.editions("scheme", scheme)
    versions = [g.version for g in graphs]
    if not graphs:
        ids = sorted({g.id for g in manifest.graphs if g.kind == "scheme"})
        raise NotFound(f"There is no code system '{scheme}' in the build.", f"There are: {', '.join(ids)}.")
    if bool(old) != bool(new):
        raise UsageError(
            "Two editions are needed for a comparison, and one is given.",
            f"Give two of {', '.join(versions)}, or none.",
        )
    if not old:
        if len(graphs) < 2:
            raise NotFound(f"There is only one edition of {scheme}: {versions[0]}.", "Add another and build.")
        # The manifest lists the compared editions; an excerpt from another source is not compared.
        if known := manifest.differences_of(scheme):
            return graphs[versions.index(known[0].old)], graphs[versions.index(known[0].new)]
        return graphs[-2], graphs[-1]
    chosen = []
    for version in (old, new):
        if version not in versions:
            raise NotFound(f"There is no edition '{version}' of {scheme}.", f"There are: {', '.join(versions)}.")
        chosen.append(graphs[versions.index(version)])
    return chosen[0], chosen[1]


def _uncovered(compared: Comparison) -> str:
    levels = [row.level.rpartition("/")[2] for row in compared.levels if not (row.old_covers and row.new_covers)]
    return f"not compared, since only one edition covers them: {', '.join(levels)}" if any(levels) else ""


def _table(title: str, compared: Comparison) -> None:
    counts = Table(*headings("change", "rule", "n"), title=escape(title), title_justify="left")
    by_rule = compared.by_rule()
    rules = {change.rule: change.type for change in compared.changes}
    for kind in TYPES:
        for rule, n in by_rule.items():
            if rules[rule] == kind:
                counts.add_row(kind, rule.removeprefix("rule"), f"{n:,}")
    console.print_table(counts, _uncovered(compared))
    rows = Table(*headings("change", "rule", "old", "new"))
    for change in compared.changes[:ROWS]:
        kind, rule, old_code, old_label, new_code, new_label, *_ = change_cells(change)
        old, new = f"{old_code} {old_label}".strip(), f"{new_code} {new_label}".strip()
        rows.add_row(kind, rule.removeprefix("rule"), escape(old), escape(new))
    total = len(compared.changes)
    more = f"; the first {ROWS} are shown; use --format csv for all" if total > ROWS else ""
    console.print_table(rows, f"{total:,} changes, {compared.unchanged:,} concepts unchanged{more}")


def _html(title: str, compared: Comparison) -> str:
    head = "".join(f"<th>{html.escape(column)}</th>" for column in COLUMNS)
    rows = "\n".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in change_cells(change)) + "</tr>"
        for change in compared.changes
    )
    counts = "".join(f"<li>{kind}: {n}</li>" for kind, n in compared.by_type().items())
    return (
        f'<!doctype html>\n<html lang="sv"><head><meta charset="utf-8"><title>{html.escape(title)}</title></head>\n'
        f"<body><h1>{html.escape(title)}</h1>\n<ul>{counts}</ul>\n<p>{html.escape(_uncovered(compared))}</p>\n"
        f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></body></html>"
    )


def _turtle(manifest: Manifest, scheme: str, old: Part, new: Part, compared: Comparison) -> bytes:
    graph = Iris(manifest.base).difference(scheme, old.version, new.version)
    lines = "".join(ntriples_line(triple) for triple in difference_triples(graph, old, new, compared))
    return graph_bytes((quad.triple for quad in parse(lines.encode(), format=RdfFormat.N_TRIPLES)), RdfFormat.TURTLE)


def _atom(manifest: Manifest, scheme: str, old: Part, new: Part, compared: Comparison, title: str) -> bytes:
    iris = Iris(manifest.base)
    graph = iris.difference(scheme, old.version, new.version)
    entry = FeedEntry(
        graph=graph,
        href=graph,
        title=title,
        valid_from=new.valid_from,
        counts=compared.by_type(),
        changes=compared.changes,
    )
    page = f"{manifest.base}cs/{scheme}"
    feed = Feed(url=f"{page}/changes.atom", page=page, title=title, entries=[entry], words={"none": "–"})
    return changes_atom(feed)
