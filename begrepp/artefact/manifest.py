"""What a build says of itself: sources with checksums, counts, rejects, what the shapes said, and the hash."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from begrepp.artefact.parts import Part
from begrepp.errors import NoBuild
from begrepp.records import Coverage, Redistribution
from begrepp.settings import Settings

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The manifest of one build, as read from its directory."""

    id: str
    base: str
    public: bool
    built_at: str
    seconds: float
    hash: str
    triples: int
    things: int
    software: str
    graphs: list[dict[str, Any]]
    loads: list[dict[str, Any]]
    differences: list[dict[str, Any]] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)
    failed: list[dict[str, str]] = field(default_factory=list)
    derived: dict[str, str] = field(default_factory=dict)

    def graph(self, kind: str, id_: str, version: str = "") -> dict[str, Any] | None:
        """What the manifest says of a scheme, mapping set or dataset: of the version, or of the current one."""
        return next(
            (
                g
                for g in self.graphs
                if g["kind"] == kind and g["id"] == id_ and (g["version"] == version if version else g["current"])
            ),
            None,
        )

    def difference(self, graph: str) -> dict[str, Any] | None:
        """What the manifest says of the difference with that IRI."""
        return next((difference for difference in self.differences if difference["graph"] == graph), None)

    def differences_of(self, scheme: str) -> list[dict[str, Any]]:
        """The differences between the releases of a scheme, newest first."""
        own = [difference for difference in self.differences if difference["scheme"] == scheme]
        return sorted(own, key=lambda d: (d["new_valid_from"], d["new"], d["old_valid_from"], d["old"]), reverse=True)

    def current(self, kind: str) -> list[dict[str, Any]]:
        """All current graphs of a kind."""
        return [g for g in self.graphs if g["kind"] == kind and g["current"]]


def read_manifest(build: Path) -> Manifest:
    """The manifest in a build's directory; raises `NoBuild` where there is none."""
    try:
        return Manifest(**json.loads((build / MANIFEST).read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise NoBuild("There is no build yet.", "Run `begrepp build` (or `make serve`) first.") from None


def current_build(settings: Settings) -> Path:
    """The directory of the build that is published now."""
    if not settings.current.exists():
        raise NoBuild("There is no build yet.", "Run `begrepp build` (or `make serve`) first.")
    return settings.current.resolve()


def described_part(graph: dict[str, Any], folder: Path) -> Part:
    """The way back: the part that the manifest describes, its file in the folder of graphs."""
    return Part(
        kind=graph["kind"],
        id=graph["id"],
        version=graph["version"],
        graph=graph["graph"],
        valid_from=date.fromisoformat(graph["valid_from"]),
        redistribution=Redistribution(graph["redistribution"]),
        coverage=Coverage(graph["coverage"]),
        source=graph["source"],
        titles=graph["titles"],
        header=graph["header"],
        path=folder / graph["file"],
    )
