"""`begrepp feed`: the catalogue of the build as a DCAT file, with a report of what each holder has to state."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from begrepp.artefact.manifest import current_build
from begrepp.cli import console
from begrepp.cli.language import headings, translator
from begrepp.cli.output_file import OutputFile
from begrepp.cli.spinner import waiting
from begrepp.cli.validate import language_option
from begrepp.exports.dcat_feeds import feed_profiles, write_feed
from begrepp.exports.feed_gaps import DatasetGaps, find_gaps
from begrepp.settings import Settings
from begrepp.store.disk import DiskStore
from begrepp.validation.reports.i18n import choose_text


@click.command("feed")
@click.argument("profile", type=click.Choice(feed_profiles()))
@click.argument("file", type=OutputFile())
@language_option
def command(profile: str, file: Path, lang: str) -> None:
    """Write the catalogue of the build to FILE (.ttl, .rdf, .jsonld, .nt) in PROFILE, and report missing properties.

    Properties that only the holder of a dataset can state are left out of the file and listed, dataset by dataset.
    """
    settings = Settings()
    with waiting(translator()("cli.feeding")):
        triples = write_feed(DiskStore(current_build(settings) / "store"), profile, file)
        gaps = find_gaps(file, profile, settings)
    click.echo(f"{triples:,} triples in {file}")
    _print_gaps(gaps, lang)


def _print_gaps(described: Sequence[DatasetGaps], language: str) -> None:
    """Print what each dataset lacks: what the profile requires, and what it requires on a condition."""
    missing = sum(len(each.gaps) for each in described)
    conditional = [each for each in described if each.conditional]
    table = Table(
        *headings("", "to be stated by the holder"), *(headings("if the condition applies") if conditional else [])
    )
    for each in described:
        title = choose_text(each.titles, language) or each.iri
        required = "\n".join(gap.describe(language, each.iri) for gap in each.gaps) or "–"
        names = ", ".join(choose_text(gap.names, language) or gap.path for gap in each.conditional) or "–"
        table.add_row(*map(escape, (title, required, *([names] if conditional else []))))
    console.print_table(table, f"{missing:,} required properties are missing or not as required")
