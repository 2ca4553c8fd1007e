"""`begrepp publish`: upload of the current build to another SPARQL server by the Graph Store Protocol.

Each named graph of the build replaces the graph of the same name there, and the current view replaces
`…/id/graph/current`. An upload that was interrupted is repeated from the start.
"""

from __future__ import annotations

import os

import click

from begrepp.artefact.manifest import current_build, read_manifest
from begrepp.exports.graph_store import GraphStore, read_lines, read_upload
from begrepp.settings import Settings


@click.command("publish")
@click.option("--to", "address", required=True, help="Graph Store Protocol URL, such as http://host:7878/store.")
@click.option("--user", default="", help="User name; the password is read from BEGREPP_STORE_PASSWORD.")
def command(address: str, user: str) -> None:
    """Load the current build into another SPARQL server, for `begrepp serve --store` or for other clients."""
    build = current_build(Settings())
    store = GraphStore(address, user=user, password=os.environ.get("BEGREPP_STORE_PASSWORD", ""))
    graphs = read_upload(build)
    with click.progressbar(graphs.items(), label="Publishing", show_pos=True) as bar:
        for graph, files in bar:
            store.replace_graph(graph, read_lines(files))
    click.echo(f"{len(graphs)} graphs of build {read_manifest(build).id} loaded into {address}")
