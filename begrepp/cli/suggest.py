"""`begrepp suggest`: suggests concepts for the variables of a data dictionary, for review.

Suggestions are written as SSSOM marked as not reviewed; the SSSOM loader rejects the file until it is reviewed.
`--format html` writes a self-contained review page, which makes no requests and exports the decisions as SSSOM for
`begrepp add`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import click
from rich.table import Table

import loaders
from begrepp.artefact.manifest import current_build, read_manifest
from begrepp.cli import console
from begrepp.cli.language import headings, translator
from begrepp.cli.spinner import waiting
from begrepp.records import Record
from begrepp.settings import Settings
from begrepp.sources import staging
from begrepp.store.disk import DiskStore
from begrepp.variables.suggestion.dataset_suggestions import SuggestionRun, suggest_for_dataset
from begrepp.variables.suggestion.review_page import to_html
from begrepp.variables.suggestion.sssom_writer import to_sssom

FORMATS = ("table", "sssom", "html")


@click.command("suggest")
@click.argument("dictionary")
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--loader", default="", help="For FILES without a source.toml: the loader of their format.")
@click.option(
    "--scheme", "schemes", multiple=True, help="Code system to search; by default those that variables are linked to."
)
@click.option("--most", default=5, show_default=True, help="Maximum number of concepts per variable.")
@click.option("--all", "again", is_flag=True, help="Include variables that are already linked.")
@click.option("--format", "output", type=click.Choice(FORMATS), default="table")
def command(
    dictionary: str,
    files: tuple[Path, ...],
    loader: str,
    schemes: tuple[str, ...],
    most: int,
    again: bool,
    output: str,
) -> None:
    """Suggest concepts for the variables of DICTIONARY, with scores and reasons; nothing is asserted.

    DICTIONARY is a dataset of the build, or, with FILES, a name for a data dictionary that a loader reads. Use
    --format html to review the suggestions on a local page, and `begrepp add` to add those you accept.
    """
    settings = Settings()
    if not files:
        write_suggestions(dictionary, None, schemes=schemes, most=most, again=again, output=output, settings=settings)
        return
    with staging.stage_files(
        dictionary, files, f"{date.today()}", settings, loader=loader, replace=True, unpublished=True
    ) as edition:
        records = [*loaders.read_records(edition)]
    write_suggestions(dictionary, records, schemes=schemes, most=most, again=again, output=output, settings=settings)


def write_suggestions(
    dictionary: str,
    records: Iterable[Record] | None,
    *,
    schemes: Sequence[str],
    most: int,
    again: bool,
    output: str,
    settings: Settings,
) -> None:
    """Write suggestions to standard output, for a dataset of the build or for records read by a loader."""
    build = current_build(settings)
    manifest = read_manifest(build)
    with waiting(translator()("cli.suggesting")):
        found = suggest_for_dataset(
            dictionary, records, DiskStore(build / "store"), manifest, schemes=schemes, limit=most, include_linked=again
        )
    if output == "table":
        _print(found)
    else:
        click.echo(to_sssom(found) if output == "sssom" else to_html(found), nl=False)


def _print(found: SuggestionRun) -> None:
    table = Table(*headings("variable", "label", "concept", "score", "why"))
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
    console.print_table(table, words)
