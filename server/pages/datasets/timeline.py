"""Timeline drawing: one bar of years per variable on a common scale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from begrepp.records import Text

MOST = 60
WIDTH = 100.0


class Span(Struct, frozen=True, kw_only=True):
    """A line of the drawing: label, years as text, and position of the bar in per cent."""

    href: str
    code: str
    label: Text
    since: str
    until: str
    x: float
    width: float
    own: bool
    """Whether the years are the variable's own; else they are those of its dataset."""


class Tick(Struct, frozen=True, kw_only=True):
    """A tick of the year scale."""

    year: int
    x: float


class Timeline(Struct, frozen=True, kw_only=True):
    """Bars on a common scale of years."""

    spans: Sequence[Span]
    ticks: Sequence[Tick]
    left_out: int = 0


class Years(Struct, frozen=True, kw_only=True):
    """Input of a line: `since` and `until` as dates, months or years; empty if unknown."""

    href: str
    code: str
    label: Text
    since: str = ""
    until: str = ""
    own: bool = True


def timeline(lines: Iterable[Years], now: int) -> Timeline | None:
    """Return the drawing, or None if fewer than two lines have a year."""
    known = [line for line in lines if line.since]
    if len(known) < 2:
        return None
    first = min(_year(line.since) for line in known)
    last = max(now, *(_year(line.until) for line in known if line.until), first + 1)
    scale = WIDTH / (last + 1 - first)
    spans = [
        Span(
            href=line.href,
            code=line.code,
            label=line.label,
            since=line.since[:4],
            until=line.until[:4],
            x=round((_year(line.since) - first) * scale, 2),
            width=round(max((_year(line.until) if line.until else last) + 1 - _year(line.since), 1) * scale, 2),
            own=line.own,
        )
        for line in known[:MOST]
    ]
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100) if (last - first) / step <= 7)
    years = range(first + (-first % step), last + 1, step)
    ticks = [Tick(year=year, x=round((year - first) * scale, 2)) for year in years]
    return Timeline(spans=spans, ticks=ticks, left_out=max(0, len(known) - MOST))


def _year(value: str) -> int:
    return int(value[:4])
