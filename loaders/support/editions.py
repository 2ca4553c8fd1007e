"""Editions for loaders: their `Edition` records, files that are not read, and the last day of a retired code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from begrepp.errors import Origin
from begrepp.records import Agent, Edition, EditionFiles, Redistribution, Scheme, texts
from begrepp.sources.editions import coverage, data_files, valid_from
from begrepp.sources.row_faults import add_remark
from loaders.support.agencies import IN_COPYRIGHT


def note_unread_files(edition: EditionFiles, *suffixes: str) -> None:
    """Add a remark for each of the publisher's files that has none of the suffixes that a loader reads."""
    for path in data_files(edition):
        if path.suffix.lower() not in suffixes:
            add_remark(Origin(path.name), f"the file is not read; this loader reads {', '.join(suffixes)}.")


def new_edition(
    scheme: Scheme,
    edition: EditionFiles,
    publisher: Agent | Callable[[date], Agent],
    licence: str,
    redistribution: Redistribution,
    *,
    name: str = "",
) -> Edition:
    """Return the edition of a scheme.

    `publisher` is an agency, or a function from the first day to an agency. The title is `name`, else the part of the
    scheme's title before its first comma, followed by the version.
    """
    start = valid_from(edition)
    names = (name, name) if name else tuple(title.value.partition(",")[0] for title in scheme.titles)
    return Edition(
        scheme=scheme.id,
        version=edition.version,
        valid_from=start,
        publisher=publisher if isinstance(publisher, Agent) else publisher(start),
        licence=licence,
        redistribution=redistribution,
        coverage=coverage(edition),
        titles=texts(*(f"{each} {edition.version}" for each in names)),
    )


def last_day_of_retired(edition_start: date, valid_from: date | None = None) -> date:
    """Return the last day of a retired code whose source gives none: the day before the edition.

    A code that begins later than that ends on its first day.
    """
    last_day = edition_start - timedelta(days=1)
    return max(last_day, valid_from) if valid_from else last_day


def protected_edition(scheme: Scheme, edition: EditionFiles, publisher: Agent | Callable[[date], Agent]) -> Edition:
    """Return an edition under the publisher's copyright, without permission to redistribute."""
    return new_edition(scheme, edition, publisher, IN_COPYRIGHT, Redistribution.NOT_ALLOWED)
