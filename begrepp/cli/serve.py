"""`begrepp serve`: serves the current build."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from begrepp.artefact.manifest import current_build, read_manifest
from begrepp.cli import console
from begrepp.settings import Settings


@click.command("serve")
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True)
@click.option("--workers", default=2, show_default=True, help="Server processes.")
@click.option("--store", default="", help="Use this SPARQL endpoint as the store; separate replicas with commas.")
def command(files: tuple[Path, ...], host: str, port: int, workers: int, store: str) -> None:
    """Serve the current build: pages, SPARQL endpoint and concept URIs.

    With a source.toml, its files are added first (again, if the edition exists) and the graph is built. FILES are the
    source.toml, and the files that it does not name.
    """
    if files:
        # These import the loaders and the build, which a server does not need.
        from begrepp.cli.add import add_files  # noqa: PLC0415
        from begrepp.cli.build import build_graph  # noqa: PLC0415
        from begrepp.cli.declared_files import read_declared_files  # noqa: PLC0415

        declared = read_declared_files(files[0], files[1:])
        add_files(declared.source, declared.files, declared.edition, replace=True)
        build_graph()
        _restart(host, port, workers, store)
    settings = Settings(store_url=store) if store else Settings()
    manifest = read_manifest(current_build(settings))
    from server.run import resolve_address, run  # noqa: PLC0415  # the other commands need no web server

    address = resolve_address(host, port)
    console.print_serving(manifest, host, port)
    run(settings, address, port, workers)


def _restart(host: str, port: int, workers: int, store: str) -> None:
    """Replace this process by one that only serves.

    Workers are forked from it, and a fork of a process in which polars has started its threads waits for them for ever
    (https://docs.pola.rs/user-guide/misc/multiprocessing/).
    """
    arguments = ["--host", host, "--port", str(port), "--workers", str(workers)]
    arguments += ["--store", store] if store else []
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, "-m", "begrepp", "serve", *arguments])
