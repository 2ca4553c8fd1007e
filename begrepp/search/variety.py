"""Variety of the first hits: what other systems have comes before the fifth code of one.

Who searches *depression* is served by the code of each system before all subdivisions in one of them. Each hit of a
system on the first page takes a little off the scores of those after it, if others match nearly as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from begrepp.search.relatives import Scored

_FIRST = 10
"""Hits that are chosen for variety; the others keep their order."""
_POOL = 60
"""The best hits, of which they are chosen."""
_REPEATED = 0.04
"""Taken off the score of a hit for the second hit before it in its system; half for the third, a third for the next."""
_NEARLY = 0.4
"""The share of the best match that a hit must have to come before others."""

_System = tuple[str, str]
_FAR: _System = ("", "")
"""Stands for all hits that match much less well than the best; they fall with the others."""


def varied(scored: Sequence[Scored]) -> list[Scored]:
    """Return hits in their order, best first, with the first of them chosen for variety."""
    pool = [each for each in scored[:_POOL] if each[0].active]
    least = _NEARLY * max((result.match for _, result in pool), default=0.0)
    queues: dict[_System, list[tuple[int, Scored]]] = {}
    for number, each in reversed([*enumerate(pool)]):
        system = (each[0].kind, each[0].scheme) if each[1].match >= least else _FAR
        queues.setdefault(system, []).append((number, each))
    off, taken = dict.fromkeys([*queues, _FAR], 0.0), Counter[_System]()
    chosen: list[Scored] = []
    while queues and len(chosen) < _FIRST:
        heads = {system: queue[-1] for system, queue in queues.items()}
        system = min(heads, key=lambda each: (round(off[each] - heads[each][1][1].score, 3), heads[each][0]))
        chosen.append(queues[system].pop()[1])
        if not queues[system]:
            del queues[system]
        taken[system] += 1
        if taken[system] > 1 and system != _FAR:
            repeated = _REPEATED / (taken[system] - 1)
            off[system] += repeated
            off[_FAR] += repeated
    first = {id(each) for each in chosen}
    return [*chosen, *(each for each in scored if id(each) not in first)]
