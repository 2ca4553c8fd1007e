"""The release that an edition of a national list is: what the loaders of protected code systems all say alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from begrepp.editions import coverage, valid_from
from begrepp.records import Agent, Edition, Redistribution, Release, Scheme, texts
from loaders.agencies import IN_COPYRIGHT


def protected_release(scheme: Scheme, edition: Edition, publisher: Agent | Callable[[date], Agent]) -> Release:
    """A release under the publisher's copyright, whose texts may not be passed on.

    `publisher` is an agency, or tells which agency it was at the time. The release is called by the
    scheme's short name, what stands before the comma of its title, and the edition.
    """
    since = valid_from(edition)
    return Release(
        scheme=scheme.id,
        version=edition.version,
        valid_from=since,
        publisher=publisher if isinstance(publisher, Agent) else publisher(since),
        licence=IN_COPYRIGHT,
        redistribution=Redistribution.NOT_ALLOWED,
        coverage=coverage(edition),
        titles=texts(*(f"{title.value.partition(',')[0]} {edition.version}" for title in scheme.titles)),
    )
