"""`begrepp feed`: the catalogue of the build as a DCAT file, with a report of missing properties."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from begrepp.artefact.manifest import current_build
from begrepp.cli import console
from begrepp.exports.dcat_feeds import feed_profiles, write_feed
from begrepp.settings import Settings
from begrepp.store.disk import DiskStore
from begrepp.validation.outcome import InputFile, ValidationOutcome, rule_set_from_profile
from begrepp.validation.profiles.profile import find_profile
from begrepp.validation.report import Result
from begrepp.validation.validate_files import validate_files

# Profile that a feed is validated against, if not its own: the EHDS elements are the more useful report.
_VALIDATION_PROFILES = {"healthdcat-ap": "ehds-minimum"}


@click.command("feed")
@click.argument("profile", type=click.Choice(feed_profiles()))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def command(profile: str, file: Path) -> None:
    """Write the catalogue of the build to FILE (.ttl, .rdf, .jsonld, .nt) in PROFILE, and report missing properties."""
    settings = Settings()
    triples = write_feed(DiskStore(current_build(settings) / "store"), profile, file)
    click.echo(f"{triples:,} triples in {file}")
    rules = rule_set_from_profile(find_profile(_VALIDATION_PROFILES.get(profile, profile), settings))
    _print_lacking(validate_files([InputFile(path=file)], rules, settings))


def _print_lacking(judged: ValidationOutcome) -> None:
    """Print the properties that the profile requires and the sources do not have, by dataset."""
    table = Table(
        "",
        "missing",
        "missing, if the condition applies",
        title=f"Validated against {judged.rules.name} {judged.rules.version}",
    )
    for thing in judged.subjects:
        name = thing.labels.get("en") or next(iter(thing.labels.values()), thing.iri)
        table.add_row(*map(escape, (name, _words(thing.violations), _words(thing.conditional))))
    told = f"{judged.report.violations:,} violations, {judged.report.warnings:,} warnings"
    if table.rows:
        console.print_table(table, told)
    else:
        click.echo(f"Validated against {judged.rules.name}: {told}; use `begrepp validate` for details.")


def _words(results: Sequence[Result]) -> str:
    """Return the missing properties as a list of names: `Email is missing; it is mandatory.` becomes `email`."""
    told = (result.messages.get("en", "").partition(" is missing")[0].lower() for result in results)
    return ", ".join(dict.fromkeys(told)) or "–"
