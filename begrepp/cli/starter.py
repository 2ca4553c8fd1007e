"""The bundled content: begrepp's own starter, and openly licensed parts of publishers' code systems."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import loaders
from begrepp.records import Coverage, EditionFiles
from begrepp.settings import BUNDLED, ROOT
from begrepp.sources.editions import coverage, find_editions

STARTER, OPEN_STARTER = (ROOT / name for name in BUNDLED)


def starter_editions(added: Sequence[EditionFiles] = ()) -> list[EditionFiles]:
    """Return the bundled editions without the selections that other files replace.

    A selection (`coverage = "partial"`) is left out if the added files have an edition of its code system, and one of
    begrepp's own also if a publisher's openly licensed selection of it is bundled. A bundled edition that was also
    added is read from the added files.
    """
    publishers = _without_replaced(find_editions(OPEN_STARTER), added)
    return [*publishers, *_without_replaced(find_editions(STARTER), [*added, *publishers])]


def _without_replaced(bundled: Iterable[EditionFiles], better: Sequence[EditionFiles]) -> list[EditionFiles]:
    schemes = {scheme for edition in better for scheme in loaders.schemes_of(edition)}
    editions = {(edition.source, edition.version) for edition in better}
    return [
        edition
        for edition in bundled
        if (edition.source, edition.version) not in editions
        and not (coverage(edition) is Coverage.PARTIAL and schemes.intersection(loaders.schemes_of(edition)))
    ]
