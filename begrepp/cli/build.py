"""`begrepp build`: builds and publishes the graph."""

from __future__ import annotations

from functools import partial

import click

import loaders
from begrepp.build.loads.edition_loader import refuse_edition
from begrepp.build.loads.parallel_loader import EditionJob
from begrepp.build.pipeline import build
from begrepp.cli import console
from begrepp.cli.live_progress import LiveProgress
from begrepp.cli.starter import starter_editions
from begrepp.errors import BegreppError, UsageError
from begrepp.records import EditionFiles
from begrepp.settings import Settings
from begrepp.sources.editions import find_editions


def _jobs(names: tuple[str, ...], settings: Settings, *, starter: bool = True) -> list[EditionJob]:
    added = list(find_editions(settings.raw))
    editions = [*(starter_editions(added) if starter else ()), *added]
    wanted = [e for e in editions if not names or e.source in names or f"{e.source}/{e.version}" in names]
    found = {e.source for e in wanted} | {f"{e.source}/{e.version}" for e in wanted}
    if missing := [name for name in names if name not in found]:
        raise UsageError(
            f"No files were added for {', '.join(missing)}.",
            "Run `begrepp sources` to see what they read, and `begrepp add SOURCE FILE… --edition E` to add them.",
        )
    if not wanted:
        raise UsageError("There are no files to build.", "Run `begrepp add SOURCE FILE… --edition E`.")
    return [_job_or_refusal(edition) for edition in wanted]


def new_job(edition: EditionFiles) -> EditionJob:
    """Return the job of an edition. Raises `BegreppError` if no loader is declared for it."""
    return EditionJob(edition, loaders.loader_of(edition), loaders.partitions_of(edition))


def _job_or_refusal(edition: EditionFiles) -> EditionJob:
    """Return the job of an edition; without a usable declaration, the job raises the error when it is run."""
    try:
        return new_job(edition)
    except BegreppError as error:
        return EditionJob(edition, partial(refuse_edition, error=error))


@click.command("build")
@click.argument("names", nargs=-1)
@click.option("--public", is_flag=True, help="Leave out texts without redistribution rights.")
@click.option("--keep-going", is_flag=True, help="Publish the remaining sources if one is refused.")
@click.option("--accept-fewer", is_flag=True, help="Publish a list even if it is much shorter than before.")
@click.option("--from-scratch", is_flag=True, help="Reload all sources, including those that have not changed.")
@click.option("--no-starter", is_flag=True, help="Build without the bundled starter.")
def command(
    names: tuple[str, ...], public: bool, keep_going: bool, accept_fewer: bool, from_scratch: bool, no_starter: bool
) -> None:
    """Build the graph from all files, or from each SOURCE or SOURCE/EDITION given.

    The bundled oncology starter is built with them, unless --no-starter is given. Its selections of codes (such as
    icd-10-se-demo) are left out where a file of the whole code system was added.

    Sources are reused from an earlier build unless a file, its loader or the shapes have changed.
    """
    build_graph(
        names,
        public=public,
        keep_going=keep_going,
        accept_fewer=accept_fewer,
        from_scratch=from_scratch,
        starter=not no_starter,
    )


def build_graph(
    names: tuple[str, ...] = (),
    *,
    public: bool = False,
    keep_going: bool = False,
    accept_fewer: bool = False,
    from_scratch: bool = False,
    starter: bool = True,
) -> None:
    """Build and publish the graph, and print the result."""
    settings = Settings()
    jobs = _jobs(names, settings, starter=starter)
    with LiveProgress(log=settings.logs) as live:
        manifest = build(
            jobs,
            settings,
            live,
            public=public,
            keep_going=keep_going,
            accept_fewer=accept_fewer,
            from_scratch=from_scratch,
        )
    console.print_build(manifest)
