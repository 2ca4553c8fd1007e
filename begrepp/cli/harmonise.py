"""`begrepp harmonise`: the variables of two datasets, or for one concept, as a table or a crosswalk."""

from __future__ import annotations

import click
from rich.table import Table

from begrepp.artefact.manifest import current_build, read_manifest
from begrepp.cli import console
from begrepp.cli.language import headings, translator
from begrepp.cli.spinner import waiting
from begrepp.queries.parameters import QueryContext
from begrepp.rdf.iris import Iris
from begrepp.records import choose_label
from begrepp.search import TextIndex
from begrepp.settings import Settings
from begrepp.store.disk import DiskStore
from begrepp.variables.harmonisation.crosswalk import FORMATS, Crosswalk, code_rows
from begrepp.variables.harmonisation.dataset_crosswalk import harmonise_datasets
from begrepp.variables.harmonisation.variable_pairs import Loss, VariablePair

ENGLISH = {
    Loss.NOTHING: "no loss",
    Loss.MERGED: "several codes merged",
    Loss.COARSER: "less specific code",
    Loss.UNDECIDED: "ambiguous",
    Loss.NEAR: "close match",
    Loss.NONE: "no match",
}


@click.command("harmonise")
@click.argument("first")
@click.argument("second", default="")
@click.option("--pair", default="", help="Only this pair of variables: NAME=NAME.")
@click.option("--format", "output", type=click.Choice(["table", *FORMATS]), default="table")
def command(first: str, second: str, pair: str, output: str) -> None:
    """Compare the variables of two datasets, or those that measure one concept, and align their codes."""
    write_harmonisation(first, second, pair, output, Settings())


def write_harmonisation(first: str, second: str, pair: str, output: str, settings: Settings) -> None:
    """Write the harmonisation to standard output."""
    build = current_build(settings)
    manifest = read_manifest(build)
    known = QueryContext(DiskStore(build / "store"), TextIndex(build / "index"), Iris(manifest.base))
    with waiting(translator()("cli.harmonising")):
        walk = harmonise_datasets(first, second, known, manifest, pair=pair)
    if output != "table":
        click.echo(walk.write(output), nl=False)
        return
    for each in walk.pairs:
        _print(walk, each)
    for dataset in dict.fromkeys(iri for row in walk.rest for iri in row.columns):
        only = [c.name for row in walk.rest if [*row.columns] == [dataset] for c in row.columns[dataset]]
        if only:
            click.echo(f"{walk.names[dataset]} only ({len(only)}): {', '.join(dict.fromkeys(only))}")


def _print(walk: Crosswalk, pair: VariablePair) -> None:
    if not pair.codes:
        words = f"{pair.a.name}  ~  {pair.b.name}: {walk.names[pair.through]} ({pair.relation}), no codes to align"
        click.echo(words)
        return
    title = f"{walk.names[pair.a.dataset]}: {pair.a.name}  ~  {walk.names[pair.b.dataset]}: {pair.b.name}"
    table = Table(*headings("code", "label", "match", "code", "label", "lost"), title=title, title_justify="left")
    for row, notation, label, path, _ in code_rows(pair):
        match = path.match.predicate if path else ""
        table.add_row(row.code.notation, choose_label(row.code.labels), match, notation, label, ENGLISH[row.loss])
    about = f"{walk.names[pair.through]} ({pair.relation})"
    if pair.units_differ:
        about += f"; {pair.a.unit} -> {pair.b.unit}" + (f", times {pair.unit_factor:g}" if pair.unit_factor else "")
    if pair.unreached:
        about += f"; codes without a match: {', '.join(code.notation for code in pair.unreached)}"
    console.print_table(table, about)
