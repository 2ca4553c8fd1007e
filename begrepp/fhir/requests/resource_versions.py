"""Versions of resources: order, wildcards, canonical addresses with version."""

from __future__ import annotations

from collections.abc import Iterable

from begrepp.text.version_order import version_key

_WILD = frozenset({"x", "X", "*"})


def split_canonical(canonical: str) -> tuple[str, str]:
    """Return address and version of `address|version`; the version is empty without one."""
    address, _, version = canonical.partition("|")
    return address, version


def join_canonical(address: str, version: str | None) -> str:
    """Return `address|version`, the address alone without a version."""
    return f"{address}|{version}" if version else address


def has_wildcard(version: str) -> bool:
    """Return whether the version is a pattern such as `1.x`, `1.0.*` or `1.2?`."""
    return version.endswith("?") or any(part in _WILD for part in version.split("."))


def version_matches(pattern: str, version: str) -> bool:
    """Return whether a version fits a pattern; a pattern without wildcards fits itself only.

    `x`, `X` and `*` stand for one part, at the end for all parts that follow; a final `?` for anything (FHIR R6 draft).
    """
    if pattern == version:
        return True
    if pattern.endswith("?"):
        stem = pattern[:-1].rstrip(".")
        return version == stem or version.startswith((f"{stem}.", f"{stem}-"))
    if not has_wildcard(pattern):
        return False
    wanted, parts = pattern.split("."), version.partition("+")[0].split(".")
    if wanted[-1] in _WILD:
        while wanted and wanted[-1] in _WILD:
            wanted.pop()
        if len(parts) <= len(wanted) and parts != wanted:
            return False
        parts = parts[: len(wanted)]
    return len(wanted) == len(parts) and all(
        want in _WILD or want == part for want, part in zip(wanted, parts, strict=True)
    )


def latest_first(versions: Iterable[str]) -> list[str]:
    """Return the versions, latest first."""
    return sorted(versions, key=version_key, reverse=True)
