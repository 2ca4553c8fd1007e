"""`begrepp`, the command line: sources, add, build, validate, profiles, query, diff, feed, serve, status, dump."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

import loaders
from begrepp.artefact.manifest import current_build, read_manifest
from begrepp.artefact.parts import LoadReport
from begrepp.build.load_editions import Job
from begrepp.build.pipeline import build, check_edition
from begrepp.cli import console
from begrepp.cli.diff import FORMATS as DIFF_FORMATS
from begrepp.cli.diff import diff as write_diff
from begrepp.cli.feed import feed_command
from begrepp.cli.publish import publish_command
from begrepp.cli.query import ask
from begrepp.cli.suggest import FORMATS as SUGGESTIONS
from begrepp.cli.suggest import suggest as write_suggestions
from begrepp.cli.validate import profiles_command, validate
from begrepp.cli.variables import check_values, harmonise
from begrepp.errors import BegreppError, UsageError
from begrepp.exports.nquads import dump as write_dump
from begrepp.records import Edition
from begrepp.settings import ROOT, Settings
from begrepp.sources import staging as adding
from begrepp.sources.editions import find_editions

STARTER = ROOT / "starter"


class Command(click.Group):
    """Renders a `BegreppError` as words on stderr and an exit code, never as a traceback."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except BegreppError as error:
            console.failure(error)
            sys.exit(error.exit_code)


@click.group(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="begrepp")
def main() -> None:
    """The open knowledge graph of Swedish health data concepts.

    \b
    A first round:
      begrepp build                       build the bundled oncology starter
      begrepp serve                       browse it at http://localhost:8080
      begrepp sources                     what else can be loaded, and where to get it
      begrepp add icd10_se *.txt --edition 2021
      begrepp build                       … and it is in the graph
      begrepp query "SELECT * { ?c skos:notation 'C50.9' ; skos:prefLabel ?label }"
    """


def _jobs(names: tuple[str, ...], settings: Settings, *, starter: bool = True) -> list[Job]:
    editions = [*(find_editions(STARTER) if starter else ()), *find_editions(settings.raw)]
    wanted = [e for e in editions if not names or e.source in names or f"{e.source}/{e.version}" in names]
    found = {e.source for e in wanted} | {f"{e.source}/{e.version}" for e in wanted}
    if missing := [name for name in names if name not in found]:
        raise UsageError(
            f"No files were added for {', '.join(missing)}.",
            "Run `begrepp sources` to see what they read, and `begrepp add SOURCE FILE… --edition E` to add them.",
        )
    if not wanted:
        raise UsageError("There is nothing to build.", "Run `begrepp add SOURCE FILE… --edition E`.")
    return [_job(edition) for edition in wanted]


def _job(edition: Edition) -> Job:
    return Job(edition, loaders.loader_of(edition), loaders.shares_of(edition))


@main.command()
def sources() -> None:
    """Every source: what it reads, who publishes it, under what licence, where to get it, found or not."""
    settings = Settings()
    console.sources(loaders.all_sources(), [*find_editions(STARTER)], [*find_editions(settings.raw)], settings)


@main.command()
@click.argument("source")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--edition", required=True, help="What the publisher calls it: 2021, 2026-05-31.")
@click.option(
    "--loader", default="", help="For a list of your own: the format's loader, as `begrepp sources` names it."
)
@click.option("--partial", is_flag=True, help="The files are an excerpt: what they leave out is no change.")
@click.option("--replace", is_flag=True, help="Replace the files that were added before for this edition.")
def add(source: str, files: tuple[Path, ...], edition: str, loader: str, partial: bool, replace: bool) -> None:
    """Check a publisher's files and put them under data/raw/SOURCE/EDITION/."""
    settings = Settings()
    with adding.prepared(source, files, edition, settings, loader=loader, partial=partial, replace=replace) as prepared:
        with console.Live() as live:
            result = check_edition(_job(prepared), settings, live)
        console.added(result, adding.keep(prepared, settings), newer_editions(result, settings))


def newer_editions(result: LoadReport, settings: Settings) -> list[str]:
    """What the current build has that came into force later than what was added."""
    if not settings.current.exists():
        return []
    graphs = read_manifest(current_build(settings)).graphs
    return [
        f"{graph['id']} {graph['version']} (in force from {graph['valid_from']})"
        for part in result.parts
        for graph in graphs
        if graph["kind"] == part.kind and graph["id"] == part.id and graph["current"]
        if graph["valid_from"] > part.valid_from.isoformat()
    ]


@main.command("build")
@click.argument("names", nargs=-1)
@click.option("--public", is_flag=True, help="Leave out the texts that their publishers do not let be passed on.")
@click.option("--keep-going", is_flag=True, help="Publish the rest when a source is refused.")
@click.option("--accept-fewer", is_flag=True, help="Publish a list that became much shorter than it was.")
@click.option("--from-scratch", is_flag=True, help="Load again what has not changed since an earlier build, too.")
@click.option("--no-starter", is_flag=True, help="Build without the bundled starter.")
def build_command(
    names: tuple[str, ...], public: bool, keep_going: bool, accept_fewer: bool, from_scratch: bool, no_starter: bool
) -> None:
    """Build the graph from all files found, or from the SOURCE or SOURCE/EDITION named.

    Only what changed since an earlier build is loaded: a file, the code that reads it, the shapes.
    """
    settings = Settings()
    jobs = _jobs(names, settings, starter=not no_starter)
    with console.Live(log=settings.logs) as live:
        manifest = build(
            jobs,
            settings,
            live,
            public=public,
            keep_going=keep_going,
            accept_fewer=accept_fewer,
            from_scratch=from_scratch,
        )
    console.built(manifest)


main.add_command(feed_command)
main.add_command(publish_command)
main.add_command(harmonise)
main.add_command(check_values)
main.add_command(validate)
main.add_command(profiles_command, "profiles")


@main.command()
@click.argument("query")
@click.option("--format", "output", type=click.Choice(["table", "csv", "tsv", "json", "turtle"]), default="table")
@click.option("--param", "params", multiple=True, help="NAME=VALUE for a question of the cookbook; may be repeated.")
@click.option("--endpoint", default="", help="Ask this SPARQL endpoint in place of the build.")
def query(query: str, output: str, params: tuple[str, ...], endpoint: str) -> None:
    """Ask the graph. QUERY is a file, a name from queries/, or SPARQL text; prefixes are known."""
    ask(query, output, endpoint, params, Settings())


@main.command()
@click.argument("scheme")
@click.argument("old", default="")
@click.argument("new", default="")
@click.option("--format", "output", type=click.Choice(DIFF_FORMATS), default="table")
def diff(scheme: str, old: str, new: str, output: str) -> None:
    """What changed in SCHEME between its editions OLD and NEW, or in its newest edition."""
    write_diff(scheme, old, new, output, Settings())


@main.command()
@click.argument("dictionary")
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--loader", default="", help="For FILES: the format's loader, where they hold no source.toml.")
@click.option("--scheme", "schemes", multiple=True, help="Look for concepts here; else where variables are linked.")
@click.option("--most", default=5, show_default=True, help="Concepts for each variable.")
@click.option("--all", "again", is_flag=True, help="Also for variables that are linked already.")
@click.option("--format", "output", type=click.Choice(SUGGESTIONS), default="table")
def suggest(
    dictionary: str,
    files: tuple[Path, ...],
    loader: str,
    schemes: tuple[str, ...],
    most: int,
    again: bool,
    output: str,
) -> None:
    """Concepts for the variables of DICTIONARY, with scores and reasons; nothing is asserted.

    DICTIONARY is a dataset of the build, or, with FILES, a name for a data dictionary that a loader reads. Write
    --format html to review them on a page of your own, and `begrepp add` what you have accepted.
    """
    settings = Settings()
    if not files:
        write_suggestions(dictionary, None, schemes=schemes, most=most, again=again, output=output, settings=settings)
        return
    with adding.prepared(
        dictionary, files, f"{date.today()}", settings, loader=loader, replace=True, unpublished=True
    ) as edition:
        records = [*loaders.loader_of(edition)(edition)]
    write_suggestions(dictionary, records, schemes=schemes, most=most, again=again, output=output, settings=settings)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True)
@click.option("--workers", default=2, show_default=True, help="Server processes.")
@click.option("--store", default="", help="Ask this SPARQL endpoint for the graph; replicas with commas between.")
def serve(host: str, port: int, workers: int, store: str) -> None:
    """Serve the current build: pages, SPARQL endpoint and concept URIs."""
    settings = Settings(store_url=store) if store else Settings()
    manifest = read_manifest(current_build(settings))
    from server.run import address_of, run  # noqa: PLC0415  # the other commands need no web server

    address = address_of(host, port)
    console.serving(manifest, host, port)
    run(settings, address, port, workers)


@main.command()
def status() -> None:
    """What is in the current build: schemes, releases, counts, triples, hash, when, from which files."""
    settings = Settings()
    console.status(read_manifest(current_build(settings)), current_build(settings))


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--public", is_flag=True, help="Leave out the texts that may not be passed on.")
def dump(file: Path, public: bool) -> None:
    """Write the graphs of the current build to FILE as N-Quads (.nq, or .nq.gz)."""
    quads = write_dump(current_build(Settings()), file, public=public)
    click.echo(f"{quads:,} quads in {file}")
