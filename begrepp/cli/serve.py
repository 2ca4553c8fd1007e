"""`begrepp serve`: serves the current build."""

from __future__ import annotations

import click

from begrepp.artefact.manifest import current_build, read_manifest
from begrepp.cli import console
from begrepp.settings import Settings


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True)
@click.option("--workers", default=2, show_default=True, help="Server processes.")
@click.option("--store", default="", help="Use this SPARQL endpoint as the store; separate replicas with commas.")
def command(host: str, port: int, workers: int, store: str) -> None:
    """Serve the current build: pages, SPARQL endpoint and concept URIs."""
    settings = Settings(store_url=store) if store else Settings()
    manifest = read_manifest(current_build(settings))
    from server.run import resolve_address, run  # noqa: PLC0415  # the other commands need no web server

    address = resolve_address(host, port)
    console.print_serving(manifest, host, port)
    run(settings, address, port, workers)
