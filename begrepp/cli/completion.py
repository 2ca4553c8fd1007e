"""`begrepp completion`: the script that completes commands, options and names in a shell."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem, get_completion_class

from begrepp.queries.query_files import read_queries

SHELLS = ("bash", "zsh", "fish")
_VARIABLE = "_BEGREPP_COMPLETE"


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the completion script of a SHELL: `source <(begrepp completion bash)` in ~/.bashrc."""
    class_ = get_completion_class(shell)
    assert class_ is not None, shell
    completion = class_(context.find_root().command, {}, "begrepp", _VARIABLE)
    click.echo(completion.source_template % completion.source_vars())


def complete_query(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the example queries and checks that begin with a text, and files."""
    found = [query for folder in ("examples", "checks") for query in read_queries(folder)]
    names = [CompletionItem(query.name, help=query.title) for query in found if query.name.startswith(incomplete)]
    return names or [CompletionItem(incomplete, type="file")]


def complete_source(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the sources that begin with a text."""
    import loaders  # noqa: PLC0415  # it imports every loader, and other completions need none

    sources = sorted(loaders.all_sources(), key=lambda source: source.id)
    return [CompletionItem(source.id, help=source.title) for source in sources if source.id.startswith(incomplete)]
