"""Entry point of the command `begrepp`: registers the commands and prints errors."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from begrepp.cli import console
from begrepp.cli.error_log import unexpected_error
from begrepp.cli.help_text import HelpContext, first_sentence, help_in_source
from begrepp.cli.usage_errors import translate_usage_errors
from begrepp.errors import BegreppError

translate_usage_errors()

COMMANDS = (
    "sources",
    "new",
    "add",
    "build",
    "validate",
    "profiles",
    "query",
    "diff",
    "feed",
    "harmonise",
    "suggest",
    "check-values",
    "serve",
    "mcp",
    "status",
    "open",
    "completion",
    "publish",
    "dump",
)
"""The commands; each is `command` in the module of its name."""


def _module(command: str) -> str:
    return f"begrepp.cli.{command.replace('-', '_')}"


class Command(click.Group):
    """Command group that prints an error on stderr, without traceback, and exits with its exit code.

    The module of a command is imported when it is used, since those of `build` take seconds.
    """

    context_class = HelpContext

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name; None if there is none."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(_module(cmd_name))
        command: click.Command = module.command
        command.context_class = HelpContext
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands, each with the first sentence of its help."""
        rows = [(name, first_sentence(help_in_source(_module(name)))) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

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
      begrepp build                       build the bundled oncology starter (without it: --no-starter)
      begrepp serve                       browse it at http://localhost:8080
      begrepp new my-list.csv             write a source.toml for a list of your own
      begrepp serve source.toml           add it, build, and browse
      begrepp sources                     list other sources and where to get them
      begrepp add icd10_se *.txt --edition 2021
      begrepp build                       rebuild the graph with it
      begrepp open C50.9                  open the page of a code in the browser
      begrepp query "SELECT * { ?c skos:notation 'C50.9' ; skos:prefLabel ?label }"
    """
