"""`begrepp publish`: the current build loaded into another SPARQL server, by the Graph Store Protocol.

Each graph of the build goes into the graph of its name there, the current view into `…/id/graph/current`. A graph
is replaced whole, in pieces that any server takes; where it stops, saying it again starts over.
"""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from urllib.parse import quote

import click

from begrepp.artefact.manifest import current_build, read_manifest
from begrepp.errors import BegreppError
from begrepp.rdf.iris import Iris
from begrepp.settings import Settings
from begrepp.store.contents import DEFAULT_GRAPH, read_store_contents

PIECE = 20_000
"""Lines sent in one request."""


class PublishError(BegreppError):
    """The other server did not accept the graphs."""


@click.command("publish")
@click.option("--to", "address", required=True, help="Graph Store Protocol URL, such as http://host:7878/store.")
@click.option("--user", default="", help="User name; the password is read from BEGREPP_STORE_PASSWORD.")
def command(address: str, user: str) -> None:
    """Load the current build into another SPARQL server, for `begrepp serve --store` or for other clients."""
    settings = Settings()
    folder = current_build(settings)
    manifest = read_manifest(folder)
    opener = _opener(address, user, os.environ.get("BEGREPP_STORE_PASSWORD", ""))
    contents = read_store_contents(folder / "store")
    if contents is None:
        raise PublishError("The build has no list of its graphs.", "Run `begrepp build` again.")
    current = Iris(manifest.base).graph("current")
    view = [folder / "graphs" / contents.files[graph] for graph in (DEFAULT_GRAPH, *contents.apart)]
    graphs = {graph: [folder / "graphs" / file] for graph, file in contents.files.items() if graph != DEFAULT_GRAPH}
    with click.progressbar([*graphs.items(), (current, view)], label="Publishing", show_pos=True) as bar:
        for graph, files in bar:
            _send(opener, address, graph, _lines(files))
    click.echo(f"{len(graphs) + 1} graphs of build {manifest.id} loaded into {address}")


def _lines(files: list[Path]) -> Iterator[bytes]:
    for file in files:
        with file.open("rb") as lines:
            yield from lines


def _send(opener: urllib.request.OpenerDirector, address: str, graph: str, lines: Iterator[bytes]) -> None:
    """Replace a graph: the first piece by PUT, the others added by POST."""
    method = "PUT"
    while (piece := b"".join(islice(lines, PIECE))) or method == "PUT":
        request = urllib.request.Request(
            f"{address}?graph={quote(graph, safe='')}",
            data=piece,
            method=method,
            headers={"Content-Type": "application/n-triples"},
        )
        try:
            opener.open(request, timeout=300).close()
        except urllib.error.HTTPError as error:
            raise PublishError(
                f"{address} did not accept {graph}: {error.code} {error.read()[:300].decode(errors='replace')}",
                "Check that writing is allowed and that the credentials are correct.",
            ) from None
        except OSError as error:
            raise PublishError(f"{address} cannot be reached: {error}", "Check the address.") from None
        method = "POST"


def _opener(address: str, user: str, password: str) -> urllib.request.OpenerDirector:
    """Opens addresses as the user, by HTTP Basic or Digest, whichever the server asks for."""
    known = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    if user:
        known.add_password(None, address, user, password)
    return urllib.request.build_opener(
        urllib.request.HTTPDigestAuthHandler(known), urllib.request.HTTPBasicAuthHandler(known)
    )
