"""`begrepp`, the command line: sources, add, build, validate, profiles, query, diff, feed, serve, status, dump."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

import loaders
from begrepp import add as adding
from begrepp import report
from begrepp.ask import ask
from begrepp.build import build, check_edition
from begrepp.diff import FORMATS as DIFF_FORMATS
from begrepp.diff import diff as write_diff
from begrepp.dump import dump as write_dump
from begrepp.editions import find_editions
from begrepp.errors import BegreppError, UsageError
from begrepp.feed_command import feed_command
from begrepp.loading import Job
from begrepp.manifest import current_build, read_manifest
from begrepp.parts import LoadReport
from begrepp.publish_command import publish_command
from begrepp.records import Edition
from begrepp.settings import ROOT, Settings
from begrepp.suggesting import FORMATS as SUGGESTIONS
from begrepp.suggesting import suggest as write_suggestions
from begrepp.validate_command import profiles_command, validate
from begrepp.variable_commands import check_values, harmonise

STARTER = ROOT / "starter"


class Command(click.Group):
    """Renders a `BegreppError` as words on stderr and an exit code, never as a traceback."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except BegreppError as error:
            report.failure(error)
            sys.exit(error.exit_code)


@click.group(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="begrepp")
def main() -> None:
    """The open knowledge graph of Swedish health data concepts.

    \b
    Getting started:
      begrepp build                       build the bundled oncology starter
      begrepp serve                       browse it at http://localhost:8080
      begrepp sources                     list other sources and where to get them
      begrepp add icd10_se *.txt --edition 2021
      begrepp build                       rebuild the graph with it
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
        raise UsageError("There are no files to build.", "Run `begrepp add SOURCE FILE… --edition E`.")
    return [_job(edition) for edition in wanted]


def _job(edition: Edition) -> Job:
    return Job(edition, loaders.loader_of(edition), loaders.shares_of(edition))


@main.command()
def sources() -> None:
    """List the sources: files, publisher, licence, website, and editions added."""
    settings = Settings()
    report.sources(loaders.all_sources(), [*find_editions(STARTER)], [*find_editions(settings.raw)], settings)


@main.command()
@click.argument("source")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--edition", required=True, help="The publisher's name for the edition: 2021, 2026-05-31.")
@click.option(
    "--loader", default="", help="For your own list: the loader of its format, as listed by `begrepp sources`."
)
@click.option("--partial", is_flag=True, help="The files are an excerpt: missing codes are not counted as retired.")
@click.option("--replace", is_flag=True, help="Replace the files added earlier for this edition.")
def add(source: str, files: tuple[Path, ...], edition: str, loader: str, partial: bool, replace: bool) -> None:
    """Check a publisher's files and store them in data/raw/SOURCE/EDITION/."""
    settings = Settings()
    with adding.prepared(source, files, edition, settings, loader=loader, partial=partial, replace=replace) as prepared:
        with report.Live() as live:
            result = check_edition(_job(prepared), settings, live)
        report.added(result, adding.keep(prepared, settings), newer_editions(result, settings))


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
@click.option("--public", is_flag=True, help="Leave out texts without redistribution rights.")
@click.option("--keep-going", is_flag=True, help="Publish the remaining sources if one is refused.")
@click.option("--accept-fewer", is_flag=True, help="Publish a list even if it is much shorter than before.")
@click.option("--from-scratch", is_flag=True, help="Reload all sources, including those that have not changed.")
@click.option("--no-starter", is_flag=True, help="Build without the bundled starter.")
def build_command(
    names: tuple[str, ...], public: bool, keep_going: bool, accept_fewer: bool, from_scratch: bool, no_starter: bool
) -> None:
    """Build the graph from all files, or from each SOURCE or SOURCE/EDITION given.

    Sources are reused from an earlier build unless a file, its loader or the shapes have changed.
    """
    settings = Settings()
    jobs = _jobs(names, settings, starter=not no_starter)
    with report.Live(log=settings.logs) as live:
        manifest = build(
            jobs,
            settings,
            live,
            public=public,
            keep_going=keep_going,
            accept_fewer=accept_fewer,
            from_scratch=from_scratch,
        )
    report.built(manifest)


main.add_command(feed_command)
main.add_command(publish_command)
main.add_command(harmonise)
main.add_command(check_values)
main.add_command(validate)
main.add_command(profiles_command, "profiles")


@main.command()
@click.argument("query")
@click.option("--format", "output", type=click.Choice(["table", "csv", "tsv", "json", "turtle"]), default="table")
@click.option("--param", "params", multiple=True, help="NAME=VALUE for an example query; may be repeated.")
@click.option("--endpoint", default="", help="Query this SPARQL endpoint instead of the build.")
def query(query: str, output: str, params: tuple[str, ...], endpoint: str) -> None:
    """Query the graph. QUERY is a file, a name from queries/, or SPARQL text; prefixes are predefined."""
    ask(query, output, endpoint, params, Settings())


@main.command()
@click.argument("scheme")
@click.argument("old", default="")
@click.argument("new", default="")
@click.option("--format", "output", type=click.Choice(DIFF_FORMATS), default="table")
def diff(scheme: str, old: str, new: str, output: str) -> None:
    """Show the changes in SCHEME between its editions OLD and NEW, or in its latest edition."""
    write_diff(scheme, old, new, output, Settings())


@main.command()
@click.argument("dictionary")
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--loader", default="", help="For FILES without a source.toml: the loader of their format.")
@click.option(
    "--scheme", "schemes", multiple=True, help="Code system to search; by default those that variables are linked to."
)
@click.option("--most", default=5, show_default=True, help="Maximum number of concepts per variable.")
@click.option("--all", "again", is_flag=True, help="Include variables that are already linked.")
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
    """Suggest concepts for the variables of DICTIONARY, with scores and reasons; nothing is asserted.

    DICTIONARY is a dataset of the build, or, with FILES, a name for a data dictionary that a loader reads. Use
    --format html to review the suggestions on a local page, and `begrepp add` to add those you accept.
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
@click.option("--store", default="", help="Use this SPARQL endpoint as the store; separate replicas with commas.")
def serve(host: str, port: int, workers: int, store: str) -> None:
    """Serve the current build: pages, SPARQL endpoint and concept URIs."""
    settings = Settings(store_url=store) if store else Settings()
    manifest = read_manifest(current_build(settings))
    from server.run import address_of, run  # noqa: PLC0415  # the other commands need no web server

    address = address_of(host, port)
    report.serving(manifest, host, port)
    run(settings, address, port, workers)


@main.command()
def status() -> None:
    """Show the contents of the current build: editions, counts, triples, hash, date and files."""
    settings = Settings()
    report.status(read_manifest(current_build(settings)), current_build(settings))


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--public", is_flag=True, help="Leave out texts without redistribution rights.")
def dump(file: Path, public: bool) -> None:
    """Write the graphs of the current build to FILE as N-Quads (.nq, or .nq.gz)."""
    quads = write_dump(current_build(Settings()), file, public=public)
    click.echo(f"{quads:,} quads in {file}")
