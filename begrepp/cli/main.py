"""Entry point of the command `begrepp`: registers the commands and prints errors."""

from __future__ import annotations

import sys

import click

from begrepp.cli import (
    add,
    build,
    check_values,
    console,
    diff,
    dump,
    feed,
    harmonise,
    new,
    profiles,
    publish,
    query,
    serve,
    sources,
    status,
    suggest,
    validate,
)
from begrepp.cli.error_log import unexpected_error
from begrepp.errors import BegreppError


class Command(click.Group):
    """Command group that prints an error on stderr, without traceback, and exits with its exit code."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except BegreppError as error:
            console.print_error(error)
            sys.exit(error.exit_code)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except (BrokenPipeError, SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:  # the panic of a Rust library is no Exception
            unexpected = unexpected_error(error)
            console.print_error(unexpected)
            sys.exit(unexpected.exit_code)


@click.group(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="begrepp")
def main() -> None:
    """The open knowledge graph of Swedish health data concepts.

    \b
    Getting started:
      begrepp build                       build the bundled oncology starter
      begrepp serve                       browse it at http://localhost:8080
      begrepp new my-list.csv             write a source.toml for a list of your own
      begrepp serve source.toml           add it, build, and browse
      begrepp sources                     list other sources and where to get them
      begrepp add icd10_se *.txt --edition 2021
      begrepp build                       rebuild the graph with it
      begrepp query "SELECT * { ?c skos:notation 'C50.9' ; skos:prefLabel ?label }"
    """


for module in (
    sources,
    new,
    add,
    build,
    validate,
    profiles,
    query,
    diff,
    feed,
    harmonise,
    suggest,
    check_values,
    serve,
    status,
    publish,
    dump,
):
    main.add_command(module.command)
