"""Placeholder written by the lead while the real module is being made; overwrite it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Severity(StrEnum):
    VIOLATION = "violation"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    shape: str
    severity: Severity
    focus: str
    value: str | None
    path: str | None
    component: str
    messages: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    results: tuple[Result, ...]
    engine: str
    shapes: int
    conforms: bool = True
    violations: int = 0
    warnings: int = 0

    def grouped(self):
        return ()


def validate(data: Sequence[Path], shapes=None, *, engine="fast") -> Report:
    return Report(results=(), engine="none", shapes=0)
