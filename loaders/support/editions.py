"""The release that an edition is: what the loaders of code systems all say alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from begrepp.records import Agent, Edition, EditionFiles, Redistribution, Scheme, texts
from begrepp.sources.editions import coverage, valid_from
from loaders.support.agencies import IN_COPYRIGHT


def new_edition(
    scheme: Scheme,
    edition: EditionFiles,
    publisher: Agent | Callable[[date], Agent],
    licence: str,
    redistribution: Redistribution,
    *,
    name: str = "",
) -> Edition:
    """The release of a scheme that an edition is.

    `publisher` is an agency, or tells which agency it was at the time. The release is called by a name, else by
    the scheme's short name, what stands before the comma of its title, and by the edition.
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


def protected_edition(scheme: Scheme, edition: EditionFiles, publisher: Agent | Callable[[date], Agent]) -> Edition:
    """A release under the publisher's copyright, whose texts may not be passed on."""
    return new_edition(scheme, edition, publisher, IN_COPYRIGHT, Redistribution.NOT_ALLOWED)
