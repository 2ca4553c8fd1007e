"""Order of versions: numbers in them count by value, so that 2026.9 is before 2026.10."""

from __future__ import annotations

import re

_PART = re.compile(r"\d+|[^\d.\-+/]+", re.ASCII)
_PRE_RELEASE = re.compile(r"(\d+(?:\.\d+)*)-([A-Za-z].*)", re.ASCII)

VersionKey = tuple[list[tuple[bool, int, str]], bool, str]
"""Sort key of a version."""


def version_key(version: str) -> VersionKey:
    """Return a sort key: numbers by value, a pre-release (`1.0.0-beta`) before its release."""
    core, label = version, ""
    if found := _PRE_RELEASE.fullmatch(version):
        core, label = found[1], found[2]
    parts = [(part.isdigit(), int(part) if part.isdigit() else 0, part.lower()) for part in _PART.findall(core)]
    return parts, not label, label
