"""`begrepp dump`: the graphs of the current build as N-Quads."""

from __future__ import annotations

from pathlib import Path

import click

from begrepp.artefact.manifest import current_build
from begrepp.cli.language import translator
from begrepp.cli.output_file import OutputFile
from begrepp.cli.spinner import waiting
from begrepp.exports.nquads import write_nquads as write_dump
from begrepp.settings import Settings


@click.command("dump")
@click.argument("file", type=OutputFile())
@click.option("--public", is_flag=True, help="Leave out texts without redistribution rights.")
def command(file: Path, public: bool) -> None:
    """Write the graphs of the current build to FILE as N-Quads (.nq, or .nq.gz)."""
    with waiting(translator()("cli.dumping")):
        quads = write_dump(current_build(Settings()), file, public=public)
    click.echo(f"{quads:,} quads in {file}")
