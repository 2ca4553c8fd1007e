"""Mapping between the IRIs of things and the paths of their documents."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit

from msgspec import Struct
from werkzeug.routing import BaseConverter

from begrepp.rdf.iris import Iris, read_segment, segment
from begrepp.rdf.namespaces import expand
from begrepp.validation.profiles.profile import PROFILE_NAME

DOCUMENT_KINDS = (
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
"""First segments of the paths of documents, the same as in `begrepp.rdf.iris`."""


class ProfileNameConverter(BaseConverter):
    """URL converter for profile names; a name with a suffix does not match."""

    regex = PROFILE_NAME.pattern


def document_path(iris: Iris, iri: str, scheme: str = "", notation: str = "") -> str:
    """Return the path of the document about a thing: `/cs/icd-10-se/C50.9` for `…/id/cs/icd-10-se/C50.9`.

    A concept with an IRI of its publisher has its document under its scheme and notation.
    """
    path, root = "", iris.root
    if iri.startswith(root):
        path = "/" + iri.removeprefix(root)
    elif scheme and notation:
        path = f"/cs/{scheme}/{segment(notation)}"
    if path and not _is_taken(path):
        return path
    for vocabulary in ("begrepp:", "shapes:"):
        namespace = expand(vocabulary)
        if iri.startswith(namespace):
            return f"/{namespace.rstrip('#').rpartition('/')[2]}#{iri.removeprefix(namespace)}"
    return "/resource?uri=" + quote(iri, safe="")


_OTHER_PAGE = re.compile(r"/cs/[^/]+/(?:index|children|changes\.atom|difference/[^/]+)", re.DOTALL)
"""Paths below a code system that are no documents of concepts."""
_OTHER_ENDS = ("/index", "/children", "/changes.atom")
"""Ends of these, but for the differences."""


def _is_taken(path: str) -> bool:
    """Return whether another page has the path of a document, so that its code cannot be a part of its path."""
    if "%" not in path and not path.endswith(_OTHER_ENDS):
        return False
    return "difference/" not in path and bool(_OTHER_PAGE.fullmatch(unquote(path)))


def resource_iri(iris: Iris, path: str) -> str:
    """Return the IRI of the thing that the document at a raw path describes, encoded as `begrepp.rdf.iris` does."""
    return iris.root + "/".join(segment(read_segment(part)) for part in path.strip("/").split("/"))


_PLAIN_PATH = re.compile('/(?!/)[!-"$->@-~]*(?:\\?[!-"$-~]*)?\\Z')
"""A path with or without a query, of visible ASCII characters and without a host and a fragment."""


def raw_path(environ: dict[str, object]) -> str:
    """Return the path as the client sent it, so that `8500%2F3` stays one segment."""
    raw = str(environ.get("RAW_URI") or environ.get("REQUEST_URI") or "")
    if _PLAIN_PATH.match(raw):
        path = raw.partition("?")[0]
    else:
        path = urlsplit(raw).path if raw else quote(str(environ.get("PATH_INFO", "/")))
    if (unquote(path, "latin-1") if "%" in path else path) == environ.get("PATH_INFO"):
        return path  # a proxy has removed the prefix already
    return path.removeprefix(str(environ.get("SCRIPT_NAME", "")))


def quote_address(address: str, safe: str = "/") -> str:
    """Return an address percent-encoded, as `urllib.parse.quote` does.

    The beginning, which many addresses share, is encoded once: most of their characters take the slow way.
    """
    beginning, slash, end = address.rpartition("/")
    return _quote_beginning(beginning + slash, safe) + quote(end, safe)


@lru_cache(256)
def _quote_beginning(beginning: str, safe: str) -> str:
    return quote(beginning, safe)


class AlternateFormat(Struct, frozen=True, gc=False):
    """A link to the same document in another format."""

    suffix: str
    media_type: str
    href: str
