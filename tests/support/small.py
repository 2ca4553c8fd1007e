"""A small world for tests: an invented list in the normalised form of ICD-10-SE, built in a temporary folder.

01 ─ A00-A09 ─ A00 ─ A00.0
                  └─ A00.9
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import loaders
from begrepp.artefact.load_report import LoadReport
from begrepp.artefact.manifest import Manifest, current_build
from begrepp.build.loads.parallel_loader import EditionJob
from begrepp.build.pipeline import build
from begrepp.build.progress import ProgressCallback
from begrepp.errors import BegreppError
from begrepp.records import EditionFiles
from begrepp.settings import Settings
from begrepp.sources.editions import find_editions
from begrepp.store.disk import DiskStore

HEADER = "code,label,label_en,parent_code,valid_from,valid_to\n"
ROWS = (
    "01,Påhittat kapitel,Invented chapter,,1997-01-01,\n"
    "A00-A09,Påhittat avsnitt,Invented block,01,1997-01-01,\n"
    "A00,Påhittad kategori,Invented category,A00-A09,1997-01-01,\n"
    "A00.0,Påhittad lungåkomma,Invented lung disorder,A00,1997-01-01,\n"
    "A00.9,Påhittad åkomma UNS,Invented disorder NOS,A00,1997-01-01,\n"
)


@dataclass(slots=True)
class Quiet:
    """Watches a build in silence, and remembers its steps."""

    steps: list[str] = field(default_factory=list)

    def step(self, words: str) -> None:
        self.steps.append(words)

    def work(self, words: str) -> ProgressCallback:
        self.steps.append(words)
        return lambda part: None

    def start(self, edition: EditionFiles, bytes_total: int) -> None: ...

    def advance(self, key: str, rows: int, bytes_read: int, stage: str) -> None: ...

    def finish(self, key: str, report: LoadReport | None, error: BegreppError | None) -> None: ...


def settings_in(folder: Path) -> Settings:
    """Settings whose data lie in the folder."""
    return Settings(data=folder / "data", query_seconds=5, query_workers=1)


def put(
    settings: Settings, text: str, *, source: str = "icd10_se", edition: str = "2021", name: str = "list.csv"
) -> Path:
    """Write a publisher's file to where `begrepp add` would put it."""
    folder = settings.raw / source / edition
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def jobs(settings: Settings) -> list[EditionJob]:
    """A job for every edition that lies in the raw folder."""
    return [
        EditionJob(edition, loaders.loader_of(edition), loaders.partitions_of(edition))
        for edition in find_editions(settings.raw)
    ]


def build_small(
    settings: Settings, *, public: bool = False, keep_going: bool = False, accept_fewer: bool = False
) -> Manifest:
    """Build what lies in the raw folder."""
    return build(jobs(settings), settings, Quiet(), public=public, keep_going=keep_going, accept_fewer=accept_fewer)


def select(settings: Settings, query: str) -> list[list[str]]:
    """Answer a SELECT from the current build: its rows, an unbound variable as an empty string."""
    answer = DiskStore(current_build(settings) / "store").query(query)
    return [[term.value if term else "" for term in row] for row in answer]  # type: ignore[union-attr]
