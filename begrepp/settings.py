"""Where things lie and what can be chosen: folders, base IRI, languages, limits.

Everything has a default; environment variables named `BEGREPP_…` override it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The folder that holds `ontology/`, `shapes/`, `queries/` and `starter/`, in the tree and in the wheel."""

DEFAULT_BASE = "https://w3id.org/begrepp/"
LANGUAGES = ("sv", "en")


def languages_for(reader: str) -> list[str]:
    """The languages to look for words in, the reader's first."""
    return [reader, *(language for language in LANGUAGES if language != reader)]


def _data_folder() -> Path:
    if configured := os.environ.get("BEGREPP_DATA"):
        return Path(configured)
    return (ROOT if (ROOT / "pyproject.toml").exists() else Path.cwd()) / "data"


def _folder(variable: str) -> Path | None:
    return Path(configured) if (configured := os.environ.get(variable)) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One place for what an operator may change."""

    base: str = field(default_factory=lambda: os.environ.get("BEGREPP_BASE", DEFAULT_BASE))
    data: Path = field(default_factory=_data_folder)
    server_cache: Path | None = field(default_factory=lambda: _folder("BEGREPP_SERVER_CACHE"))
    query_seconds: float = field(default_factory=lambda: float(os.environ.get("BEGREPP_QUERY_SECONDS", "30")))
    query_workers: int = field(default_factory=lambda: int(os.environ.get("BEGREPP_QUERY_WORKERS", "2")))
    query_memory_mb: int = field(default_factory=lambda: int(os.environ.get("BEGREPP_QUERY_MEMORY_MB", "4096")))
    query_line: int = field(default_factory=lambda: int(os.environ.get("BEGREPP_QUERY_LINE", "32")))
    query_line_each: int = field(default_factory=lambda: int(os.environ.get("BEGREPP_QUERY_LINE_EACH", "8")))
    query_result_mb: int = field(default_factory=lambda: int(os.environ.get("BEGREPP_QUERY_RESULT_MB", "64")))
    validation_seconds: float = field(default_factory=lambda: float(os.environ.get("BEGREPP_VALIDATION_SECONDS", "60")))
    validation_workers: int = field(default_factory=lambda: int(os.environ.get("BEGREPP_VALIDATION_WORKERS", "1")))
    validation_memory_mb: int = field(
        default_factory=lambda: int(os.environ.get("BEGREPP_VALIDATION_MEMORY_MB", "2048"))
    )
    validation_mb: int = field(default_factory=lambda: int(os.environ.get("BEGREPP_VALIDATION_MB", "50")))
    validation_rate: int = field(default_factory=lambda: int(os.environ.get("BEGREPP_VALIDATION_RATE", "20")))
    validation_hosts: tuple[str, ...] = field(
        default_factory=lambda: tuple(os.environ.get("BEGREPP_VALIDATION_HOSTS", "").split())
    )
    imports: Path | None = field(default_factory=lambda: _folder("BEGREPP_IMPORTS"))
    store_url: str = field(default_factory=lambda: os.environ.get("BEGREPP_STORE", ""))
    store_user: str = field(default_factory=lambda: os.environ.get("BEGREPP_STORE_USER", ""))
    store_password: str = field(default_factory=lambda: os.environ.get("BEGREPP_STORE_PASSWORD", ""), repr=False)
    kept_answers_mb: int = field(default_factory=lambda: int(os.environ.get("BEGREPP_KEPT_ANSWERS_MB", "64")))
    kept_pages_mb: int = field(default_factory=lambda: int(os.environ.get("BEGREPP_KEPT_PAGES_MB", "64")))
    access_log: bool = field(default_factory=lambda: os.environ.get("BEGREPP_ACCESS_LOG", "") not in ("", "0"))
    report_link: str = field(default_factory=lambda: os.environ.get("BEGREPP_REPORT_LINK", ""))
    trusted_proxies: int = field(default_factory=lambda: int(os.environ.get("BEGREPP_TRUSTED_PROXIES", "0")))
    keep_builds: int = 3

    @property
    def raw(self) -> Path:
        """Publishers' files as the user added them, `<source>/<edition>/`."""
        return self.data / "raw"

    @property
    def meanings(self) -> Path:
        """What was published of codes with several meanings, so that no address ever changes; keep it with `raw/`."""
        return self.data / "meanings.csv"

    @property
    def builds(self) -> Path:
        """Finished builds, one directory each."""
        return self.data / "builds"

    @property
    def cache(self) -> Path:
        """What was loaded for earlier builds."""
        return self.data / "cache"

    @property
    def current(self) -> Path:
        """The link to the build that is served."""
        return self.data / "current"

    @property
    def downloads(self) -> Path:
        """Files for download, written by the server on first request; one folder per build."""
        return (self.server_cache or self.data) / "downloads"

    @property
    def reports(self) -> Path:
        """Validation reports, written by the server and removed after a day."""
        return (self.server_cache or self.data) / "reports"

    @property
    def logs(self) -> Path:
        """Build logs that a person can read."""
        return self.data / "logs"
