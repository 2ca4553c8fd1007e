"""Dates of the graph as expressions write them."""

from __future__ import annotations


def basic_day(text: str) -> str:
    """Return a date of the graph in the form YYYYMMDD, the first day of a month or year; empty if there is none."""
    digits = text[:10].replace("-", "")
    return (digits + "0101"[len(digits) - 4 :] if 4 <= len(digits) < 8 else digits) if digits.isdigit() else ""
