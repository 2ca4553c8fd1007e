"""Periods in words."""

from __future__ import annotations


def format_years(since: str, until: str) -> str:
    """Return the first and last year of two dates or years, `2008–`; empty if neither is stated."""
    return f"{since[:4]}–{until[:4]}" if since or until else ""
