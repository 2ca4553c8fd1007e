"""The contents of a store: its graphs, and the files and checksums that they were loaded from (store.json)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

DEFAULT = ""
"""What the default graph is called in the contents of a store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a store holds: its graphs with the names and checksums of the files that they are read from.

    `apart` names the graphs that belong to the current view without being copied into the default graph.
    """

    files: dict[str, str]
    sha256: dict[str, str]
    apart: list[str]

    @classmethod
    def of(
        cls,
        graphs: Iterable[tuple[str, Path]],
        default: Path,
        apart: Iterable[str],
        known: Mapping[Path, str] = MappingProxyType({}),
    ) -> Contents:
        """The contents of a store to be written: each file into its named graph, one into the default graph.

        `known` are checksums that need not be worked out.
        """
        files = [*graphs, (DEFAULT, default)]
        return cls(
            files={graph: file.name for graph, file in files},
            sha256={graph: known.get(file) or _sha256(file) for graph, file in files},
            apart=[*apart],
        )

    def view_sha256(self) -> str:
        """A checksum of the current view."""
        return hashlib.sha256("".join(self.sha256[graph] for graph in (DEFAULT, *self.apart)).encode()).hexdigest()


def file_of(store: Path, contents: Contents, graph: str) -> Path:
    return store.parent / "graphs" / contents.files[graph]


def read_contents(store: Path) -> Contents | None:
    """What a store of an earlier build holds; None where it does not say, or its files are gone."""
    try:
        contents = Contents(**json.loads(contents_file(store).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return contents if all(file_of(store, contents, graph).exists() for graph in contents.files) else None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def contents_file(store: Path) -> Path:
    """The file beside a store that says what it holds (`begrepp.build.store_writer`)."""
    return store.with_suffix(".json")
