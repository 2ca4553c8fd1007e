"""`begrepp sources`: every source, what it reads and where to get it."""

from __future__ import annotations

import click

import loaders
from begrepp.cli import console
from begrepp.cli.starter import starter_editions
from begrepp.settings import Settings
from begrepp.sources.editions import find_editions


@click.command("sources")
def command() -> None:
    """List the sources: files, publisher, licence, website, and editions added."""
    settings = Settings()
    added = list(find_editions(settings.raw))
    console.print_sources(loaders.all_sources(), starter_editions(added), added, settings)
