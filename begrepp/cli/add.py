"""`begrepp add`: checks a publisher's files and puts them under data/raw."""

from __future__ import annotations

from pathlib import Path

import click

from begrepp.artefact.load_report import LoadReport
from begrepp.artefact.manifest import current_build, read_manifest
from begrepp.build.pipeline import check_edition
from begrepp.cli import console
from begrepp.cli.build import new_job
from begrepp.cli.completion import complete_source
from begrepp.cli.declared_files import read_declared_files
from begrepp.cli.live_progress import LiveProgress
from begrepp.errors import UsageError
from begrepp.settings import Settings
from begrepp.sources import staging


@click.command("add")
@click.argument("source", shell_complete=complete_source)
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--edition", default="", help="The publisher's name for the edition: 2021, 2026-05-31.")
@click.option(
    "--loader", default="", help="For your own list: the loader of its format, as listed by `begrepp sources`."
)
@click.option("--partial", is_flag=True, help="The files are an excerpt: missing codes are not counted as retired.")
@click.option("--replace", is_flag=True, help="Replace the files added earlier for this edition.")
def command(source: str, files: tuple[Path, ...], edition: str, loader: str, partial: bool, replace: bool) -> None:
    """Check a publisher's files and store them in data/raw/SOURCE/EDITION/.

    SOURCE may be a source.toml, as `begrepp new` writes it: it names the source, its edition and the files.
    A compressed file (.gz, .bz2, .xz, .zst) is stored unpacked.
    """
    if source.endswith(".toml") and Path(source).is_file():
        declared = read_declared_files(Path(source), files, edition)
        add_files(declared.source, declared.files, declared.edition, replace=replace)
        return
    if not files:
        raise UsageError("No files are named.", "Write begrepp add SOURCE FILE… --edition EDITION.")
    if not edition:
        raise UsageError("No edition is named.", "Add --edition with the publisher's name for it, such as 2021.")
    add_files(source, files, edition, loader=loader, partial=partial, replace=replace)


def add_files(
    source: str,
    files: tuple[Path, ...],
    edition: str,
    *,
    loader: str = "",
    partial: bool = False,
    replace: bool = False,
) -> None:
    """Check files and store them as an edition of a source."""
    settings = Settings()
    with staging.stage_files(
        source, files, edition, settings, loader=loader, partial=partial, replace=replace
    ) as prepared:
        with LiveProgress() as live:
            result = check_edition(new_job(prepared), settings, live)
        console.print_added(result, staging.commit_files(prepared, settings), newer_editions(result, settings))


def newer_editions(result: LoadReport, settings: Settings) -> list[str]:
    """Return the editions of the current build that came into force later than the added one."""
    if not settings.current.exists():
        return []
    graphs = read_manifest(current_build(settings)).graphs
    return [
        f"{graph.id} {graph.version} (in force from {graph.valid_from})"
        for part in result.parts
        for graph in graphs
        if graph.kind == part.kind and graph.id == part.id and graph.current
        if graph.valid_from > part.valid_from
    ]
