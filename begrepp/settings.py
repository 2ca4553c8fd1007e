"""Settings: folders, base IRI, languages and limits.

Every setting has a default; environment variables named `BEGREPP_…` override it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
"""The folder that holds `ontology/`, `shapes/`, `queries/` and `starter/`, in the tree and in the wheel."""
BUNDLED = ("starter", "starter-open")
"""Folders of the bundled content: begrepp's own, and openly licensed parts of publishers' code systems."""

DEFAULT_BASE = "https://w3id.org/begrepp/"
LANGUAGES = ("sv", "en")


FORMER_NAMES = {
    "BEGREPP_QUERY_QUEUE": "BEGREPP_QUERY_LINE",
    "BEGREPP_QUERY_QUEUE_EACH": "BEGREPP_QUERY_LINE_EACH",
    "BEGREPP_ANSWER_CACHE_MB": "BEGREPP_KEPT_ANSWERS_MB",
    "BEGREPP_PAGE_CACHE_MB": "BEGREPP_KEPT_PAGES_MB",
}
"""Environment variables and their names before version 0.2.0, which still work."""


def former_variables() -> list[tuple[str, str]]:
    """Return the environment variables that are set under a former name, as (former name, name)."""
    return [(former, name) for name, former in FORMER_NAMES.items() if former in os.environ]


def _variable(name: str, default: str) -> str:
    """Return the value of an environment variable, set under its name or its former name."""
    former = FORMER_NAMES.get(name, name)
    return os.environ.get(name, os.environ.get(former, default))


@lru_cache(64)
def languages_for(reader: str) -> tuple[str, ...]:
    """Return the languages to look for texts in, the reader's language first."""
    return (reader, *(language for language in LANGUAGES if language != reader))


def _data_folder() -> Path:
    if configured := os.environ.get("BEGREPP_DATA"):
        return Path(configured)
    return (ROOT if (ROOT / "pyproject.toml").exists() else Path.cwd()) / "data"


def _folder(variable: str) -> Path | None:
    return Path(configured) if (configured := os.environ.get(variable)) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that an operator may change."""

    base: str = field(default_factory=lambda: os.environ.get("BEGREPP_BASE", DEFAULT_BASE))
    data: Path = field(default_factory=_data_folder)
    server_cache: Path | None = field(default_factory=lambda: _folder("BEGREPP_SERVER_CACHE"))
    query_seconds: float = field(default_factory=lambda: float(os.environ.get("BEGREPP_QUERY_SECONDS", "30")))
    query_workers: int = field(default_factory=lambda: int(os.environ.get("BEGREPP_QUERY_WORKERS", "2")))
    query_memory_mb: int = field(default_factory=lambda: int(os.environ.get("BEGREPP_QUERY_MEMORY_MB", "4096")))
    query_queue: int = field(default_factory=lambda: int(_variable("BEGREPP_QUERY_QUEUE", "32")))
    query_queue_each: int = field(default_factory=lambda: int(_variable("BEGREPP_QUERY_QUEUE_EACH", "8")))
    query_result_mb: int = field(default_factory=lambda: int(os.environ.get("BEGREPP_QUERY_RESULT_MB", "64")))
    query_rewrites: bool = field(default_factory=lambda: os.environ.get("BEGREPP_QUERY_REWRITES", "") != "off")
    """Whether queries that only count are answered from the counts of the build."""
    validation_seconds: float = field(default_factory=lambda: float(os.environ.get("BEGREPP_VALIDATION_SECONDS", "60")))
    validation_workers: int = field(default_factory=lambda: int(os.environ.get("BEGREPP_VALIDATION_WORKERS", "1")))
    validation_memory_mb: int = field(
        default_factory=lambda: int(os.environ.get("BEGREPP_VALIDATION_MEMORY_MB", "2048"))
    )
    validation_mb: int = field(default_factory=lambda: int(os.environ.get("BEGREPP_VALIDATION_MB", "50")))
    validation_rate: int = field(default_factory=lambda: int(os.environ.get("BEGREPP_VALIDATION_RATE", "20")))
    mcp_rate: int = field(default_factory=lambda: int(os.environ.get("BEGREPP_MCP_RATE", "300")))
    """Requests to `/mcp` per minute and client address, per server process."""
    reports_mb: int = field(default_factory=lambda: int(os.environ.get("BEGREPP_REPORTS_MB", "512")))
    metrics_token: str = field(default_factory=lambda: os.environ.get("BEGREPP_METRICS_TOKEN", ""), repr=False)
    """Token that `/metrics` requires; without one it answers only connections from the machine itself."""
    validation_hosts: tuple[str, ...] = field(
        default_factory=lambda: tuple(os.environ.get("BEGREPP_VALIDATION_HOSTS", "").split())
    )
    imports: Path | None = field(default_factory=lambda: _folder("BEGREPP_IMPORTS"))
    synonyms: Path | None = field(default_factory=lambda: _folder("BEGREPP_SYNONYMS"))
    """File of synonyms that search uses beside those of `ontology/synonyms.txt`."""
    store_url: str = field(default_factory=lambda: os.environ.get("BEGREPP_STORE", ""))
    store_user: str = field(default_factory=lambda: os.environ.get("BEGREPP_STORE_USER", ""))
    store_password: str = field(default_factory=lambda: os.environ.get("BEGREPP_STORE_PASSWORD", ""), repr=False)
    answer_cache_mb: int = field(default_factory=lambda: int(_variable("BEGREPP_ANSWER_CACHE_MB", "64")))
    page_cache_mb: int = field(default_factory=lambda: int(_variable("BEGREPP_PAGE_CACHE_MB", "64")))
    access_log: bool = field(default_factory=lambda: os.environ.get("BEGREPP_ACCESS_LOG", "") not in ("", "0"))
    report_link: str = field(default_factory=lambda: os.environ.get("BEGREPP_REPORT_LINK", ""))
    """Address for problem reports, `mailto:` or of an issue tracker; empty: pages have no such link."""
    hosts: tuple[str, ...] = field(default_factory=lambda: tuple(os.environ.get("BEGREPP_HOSTS", "").split()))
    """Host names that the server answers to; empty: any."""
    trusted_proxies: int = field(default_factory=lambda: int(os.environ.get("BEGREPP_TRUSTED_PROXIES", "0")))
    worker_network: bool = field(default_factory=lambda: os.environ.get("BEGREPP_WORKER_NETWORK", "") == "allow")
    keep_builds: int = 3

    @property
    def prefix(self) -> str:
        """The path of the base IRI without the last slash: the only `X-Forwarded-Prefix` that is accepted."""
        return urlsplit(self.base).path.rstrip("/")

    @property
    def raw(self) -> Path:
        """Publishers' files as the user added them, `<source>/<edition>/`."""
        return self.data / "raw"

    @property
    def meanings(self) -> Path:
        """CSV file that fixes the IRIs of codes with several meanings across builds; back it up with `raw/`."""
        return self.data / "meanings.csv"

    @property
    def addresses(self) -> Path:
        """CSV file that fixes the addresses of things across builds; back it up with `raw/`."""
        return self.data / "addresses.csv"

    @property
    def builds(self) -> Path:
        """Finished builds, one folder each."""
        return self.data / "builds"

    @property
    def cache(self) -> Path:
        """The cache of parts loaded for earlier builds."""
        return self.data / "cache"

    @property
    def current(self) -> Path:
        """The symbolic link to the build that is served."""
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
        """Build logs in plain text."""
        return self.data / "logs"
