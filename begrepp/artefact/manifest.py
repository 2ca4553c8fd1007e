"""What a build says of itself: sources with checksums, counts, rejects, what the shapes said, and the hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from begrepp.artefact.parts import LoadReport, Part
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


class Hashed(Protocol):
    """A graph with the hash of its file."""

    @property
    def graph(self) -> str:
        """The IRI of the graph."""

    @property
    def sha256(self) -> str:
        """The SHA-256 of its sorted lines."""


def graph_hash(parts: Sequence[Hashed], catalogue_sha256: str) -> str:
    """One hash for all graphs but the provenance, whose clock differs from build to build."""
    lines = sorted(f"{part.graph} {part.sha256}\n" for part in parts)
    return hashlib.sha256(("".join(lines) + catalogue_sha256).encode()).hexdigest()


def describe_part(part: Part, current: bool) -> dict[str, Any]:
    """A part as the manifest holds it."""
    return {
        "kind": part.kind,
        "id": part.id,
        "version": part.version,
        "titles": part.titles,
        "graph": part.graph,
        "source": part.source,
        "valid_from": part.valid_from.isoformat(),
        "coverage": str(part.coverage),
        "redistribution": str(part.redistribution),
        "hierarchical": part.hierarchical,
        "current": current,
        "concepts": part.concepts,
        "inactive": part.inactive,
        "levels": part.levels,
        "datasets": part.datasets,
        "variables": part.variables,
        "code_lists": part.code_lists,
        "coded_values": part.coded_values,
        "elements": part.elements,
        "mappings": part.mappings,
        "triples": part.triples,
        "sha256": part.sha256,
        "header": part.header + part.scheme_header,
        "file": part.path.name,
    }


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


def describe_load(load: LoadReport, public: bool) -> dict[str, Any]:
    """A load as the manifest holds it. A public build names skipped rows without what stood in them."""
    report = load.validation
    return {
        "source": load.source,
        "version": load.version,
        "load": load.load_iri,
        "loaded_at": load.loaded_at,
        "entry": load.entry,
        "files": [asdict(file) for file in load.files],
        "rows_read": load.rows_read,
        "rows_skipped": load.skipped,
        "skips": [{"where": where, "reason": "" if public else reason} for where, reason in load.skips],
        "violations": report.violations if report else 0,
        "warnings": report.warnings if report else 0,
        "warning_groups": [
            {
                "shape": group.shape,
                "severity": str(group.severity),
                "count": group.count,
                "messages": dict(group.messages),
                "examples": list(group.examples),
            }
            for group in (report.grouped() if report else ())
        ]
        if not public
        else [],
    }


def write_manifest(build: Path, manifest: Manifest) -> None:
    """Write the manifest, the last file of a build."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1, sort_keys=True)
    (build / MANIFEST).write_text(text + "\n", encoding="utf-8")
