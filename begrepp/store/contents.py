"""Contents of a store (store.json): its graphs, and the files and checksums that they were loaded from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

DEFAULT_GRAPH = ""
"""The key of the default graph in the contents of a store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreContents:
    """The graphs of a store, with the names and SHA-256 checksums of the files that they were loaded from.

    `apart` lists the graphs that belong to the current view without being copied into the default graph.
    """

    files: dict[str, str]
    sha256: dict[str, str]
    apart: list[str]

    @classmethod
    def from_files(
        cls,
        graphs: Iterable[tuple[str, Path]],
        default: Path,
        apart: Iterable[str],
        known_sha256: Mapping[Path, str] = MappingProxyType({}),
    ) -> StoreContents:
        """Describe a store to be written: each file goes into its named graph, `default` into the default graph.

        `known_sha256` holds checksums by file; those of other files are computed.
        """
        files = [*graphs, (DEFAULT_GRAPH, default)]
        return cls(
            files={graph: file.name for graph, file in files},
            sha256={graph: known_sha256.get(file) or _sha256(file) for graph, file in files},
            apart=[*apart],
        )

    def view_sha256(self) -> str:
        """Return a SHA-256 checksum of the current view."""
        return hashlib.sha256(
            "".join(self.sha256[graph] for graph in (DEFAULT_GRAPH, *self.apart)).encode()
        ).hexdigest()


def graph_file(store: Path, contents: StoreContents, graph: str) -> Path:
    """Return the path of the file that a graph was loaded from."""
    return store.parent / "graphs" / contents.files[graph]


def read_store_contents(store: Path) -> StoreContents | None:
    """Read the contents of the store of an earlier build; returns None if they or the files are missing."""
    try:
        contents = StoreContents(**json.loads(contents_file(store).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return contents if all(graph_file(store, contents, graph).exists() for graph in contents.files) else None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def contents_file(store: Path) -> Path:
    """Return the path of the file beside a store that lists its contents (written by `begrepp.build.store_writer`)."""
    return store.with_suffix(".json")
