"""Where the page of a thing is: IRIs of things on one side, addresses of their documents on the other."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from werkzeug.routing import BaseConverter

from begrepp.rdf.iris import Iris, segment
from begrepp.rdf.namespaces import expand
from begrepp.validation.profiles.profile import NAME

KINDS = (
    "cs",
    "vs",
    "catalogue",
    "dataset",
    "series",
    "structure",
    "model",
    "cv",
    "rv",
    "unit",
    "mapping",
    "term",
    "agent",
    "load",
    "file",
    "graph",
)
"""What stands first in the path of a document; the same words as in `begrepp.rdf.iris`."""


class ProfileName(BaseConverter):
    """The name of a profile in a path; what is no such name, or has a suffix, is another address."""

    regex = NAME.pattern


def document(iris: Iris, iri: str, scheme: str = "", notation: str = "") -> str:
    """The path of the document about a thing: `/cs/icd-10-se/C50.9` for `…/id/cs/icd-10-se/C50.9`.

    A concept with an IRI of its publisher's own has its document under its scheme and code.
    """
    if iri.startswith(iris.root):
        return "/" + iri.removeprefix(iris.root)
    if scheme and notation:
        return f"/cs/{scheme}/{segment(notation)}"
    for vocabulary in ("begrepp:", "shapes:"):
        namespace = expand(vocabulary)
        if iri.startswith(namespace):
            return f"/{namespace.rstrip('#').rpartition('/')[2]}#{iri.removeprefix(namespace)}"
    return "/resource?uri=" + quote(iri, safe="")


def thing(iris: Iris, path: str) -> str:
    """The IRI that the document at a raw path is about; each segment is encoded as IRIs are minted."""
    return iris.root + "/".join(segment(unquote(part)) for part in path.strip("/").split("/"))


def raw_path(environ: dict[str, object]) -> str:
    """The path as it was sent, so that `8500%2F3` is still one segment."""
    raw = str(environ.get("RAW_URI") or environ.get("REQUEST_URI") or "")
    path = urlsplit(raw).path if raw else quote(str(environ.get("PATH_INFO", "/")))
    if unquote(path, "latin-1") == environ.get("PATH_INFO"):
        return path  # a proxy has removed the prefix already
    return path.removeprefix(str(environ.get("SCRIPT_NAME", "")))


@dataclass(frozen=True, slots=True)
class Twin:
    """The same document in another format."""

    suffix: str
    media_type: str
    href: str
