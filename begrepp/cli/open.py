"""`begrepp open`: the page of a code or a concept in the browser."""

from __future__ import annotations

import webbrowser
from collections.abc import Sequence
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import click
from click.shell_completion import CompletionItem
from rich.markup import escape

from begrepp.artefact.manifest import current_build, read_manifest
from begrepp.cli import console
from begrepp.cli.language import translator
from begrepp.errors import BegreppError, NotFound
from begrepp.rdf.iris import Iris
from begrepp.search import Hit, TextIndex
from begrepp.settings import Settings
from begrepp.text.swedish import fold
from server.http.urls import document_path

_SHOWN = 10


def complete_scheme(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the code systems of the build that begin with a text."""
    try:
        manifest = read_manifest(current_build(Settings()))
    except BegreppError:
        return []
    graphs = {graph.id: graph for graph in manifest.current_graphs("scheme")}
    language = translator().language
    return [
        CompletionItem(id_, help=graph.titles.get(language) or next(iter(graph.titles.values()), ""))
        for id_, graph in sorted(graphs.items())
        if id_.startswith(incomplete)
    ]


@click.command("open")
@click.argument("code")
@click.option("--system", default="", help="Only this code system.", shell_complete=complete_scheme)
@click.option("--server", default="http://127.0.0.1:8080", show_default=True, help="Address of `begrepp serve`.")
@click.option("--print", "only_print", is_flag=True, help="Print the address instead of opening it.")
def command(code: str, system: str, server: str, only_print: bool) -> None:
    """Open the page of CODE, a code or a name, in the browser; the other hits are listed."""
    build = current_build(Settings())
    hits = find_hits(build, code, system)
    iris = Iris(read_manifest(build).base)
    language = translator().language
    addresses = [_address(server, iris, hit) for hit in hits]
    for hit, address in zip(hits, addresses, strict=True):
        name = f"{hit.notation} {hit.label(language)}".strip()
        console.stdout.print(f"{escape(name)} [dim]{escape(_scheme(hit))}[/]  {escape(address)}", soft_wrap=True)
    if only_print:
        return
    _refuse_without_server(server)
    webbrowser.open(addresses[0])


def find_hits(build: Path, code: str, system: str) -> Sequence[Hit]:
    """Return the concepts with a code, with or without its dots, in any case; else the best hits for the words.

    Raises `NotFound`.
    """
    index, manifest = TextIndex(build / "index"), read_manifest(build)
    scheme = Iris(manifest.base).scheme(system) if system else ""
    _, hits = index.search(code, limit=_SHOWN, user_language=translator().language, scheme=scheme)
    exact = [hit for hit in hits if hit.notation and _bare(hit.notation) == _bare(code)]
    if not hits:
        where = f" in {system}" if system else ""
        raise NotFound(f"There is nothing called '{code}'{where}.", "Search with fewer words, or see `begrepp status`.")
    return exact or hits[:1]


def _bare(code: str) -> str:
    return "".join(character for character in fold(code) if character.isalnum())


def _scheme(hit: Hit) -> str:
    return hit.scheme.rpartition("/")[2]


def _address(server: str, iris: Iris, hit: Hit) -> str:
    return server.rstrip("/") + document_path(iris, hit.iri, _scheme(hit), hit.notation)


def _refuse_without_server(server: str) -> None:
    """Raise `BegreppError` if no server answers."""
    try:
        with urlopen(f"{server.rstrip('/')}/health", timeout=3):
            return
    except HTTPError:
        return
    except (URLError, OSError, ValueError):
        raise BegreppError(
            f"No server answers at {server}.", "Start `begrepp serve`, or name another one with --server."
        ) from None
