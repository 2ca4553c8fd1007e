"""`begrepp status`: the contents of the current build."""

from __future__ import annotations

import click

from begrepp.artefact.manifest import current_build, read_manifest
from begrepp.cli import console
from begrepp.settings import Settings


@click.command("status")
def command() -> None:
    """What is in the current build: schemes, releases, counts, triples, hash, when, from which files."""
    settings = Settings()
    console.status(read_manifest(current_build(settings)), current_build(settings))
