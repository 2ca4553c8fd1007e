"""`begrepp status`: the contents of the current build."""

from __future__ import annotations

import click

from begrepp.artefact.manifest import current_build, read_manifest
from begrepp.cli import console
from begrepp.settings import Settings


@click.command("status")
def command() -> None:
    """Show the contents of the current build: editions, counts, triples, hash, date and files."""
    settings = Settings()
    console.print_status(read_manifest(current_build(settings)), current_build(settings))
