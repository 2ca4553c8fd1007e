"""`begrepp sources`: every source, what it reads and where to get it."""

from __future__ import annotations

import click

import loaders
from begrepp.cli import console
from begrepp.settings import ROOT, Settings
from begrepp.sources.editions import find_editions

STARTER = ROOT / "starter"


@click.command("sources")
def command() -> None:
    """List the sources: files, publisher, licence, website, and editions added."""
    settings = Settings()
    console.print_sources(loaders.all_sources(), [*find_editions(STARTER)], [*find_editions(settings.raw)], settings)
