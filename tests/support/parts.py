"""A code system in two parts for tests, where one heading means different things, and a mapping that was withdrawn.

system ┬ part-a: H "rubrik A" ─ AAA00
       └ part-b: H "rubrik B" ─ BB000
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from begrepp.errors import Origin
from begrepp.records import (
    Agent,
    Concept,
    Edition,
    EditionFiles,
    Mapping,
    MappingSet,
    Record,
    Redistribution,
    Scheme,
    texts,
)

PUBLISHER = Agent(
    id="nagon", names=texts("Någon", "Somebody"), type="http://purl.org/adms/publishertype/NationalAuthority"
)
OPEN = "https://creativecommons.org/licenses/by/4.0/"
HERE = Origin("parts.csv", 1)
ROOT = "https://w3id.org/begrepp/id/cs"
BROAD, CLOSE = (f"http://www.w3.org/2004/02/skos/core#{kind}Match" for kind in ("broad", "close"))


def load(edition: EditionFiles) -> Iterator[Record]:
    """A container and its two parts."""
    yield Scheme(id="system", titles=texts("System i delar", "System in parts"), identifiers=("urn:oid:1.2.3",))
    for part, code in (("part-a", "AAA00"), ("part-b", "BB000")):
        yield Scheme(id=part, titles=texts(f"Del {part[-1]}", f"Part {part[-1]}"), part_of="system")
        yield Edition(
            scheme=part,
            version=edition.version,
            valid_from=date(2021, 1, 1),
            publisher=PUBLISHER,
            licence=OPEN,
            redistribution=Redistribution.ALLOWED,
        )
        yield Concept(scheme=part, notation="H", origin=HERE, pref_labels=texts(f"rubrik {part[-1]}"))
        yield Concept(
            scheme=part, notation=code, origin=HERE, pref_labels=texts(f"åtgärd {code}"), broader=("H",), level=""
        )


def load_mappings(edition: EditionFiles) -> Iterator[Record]:
    """Two editions of a mapping set; the newer one thinks otherwise."""
    yield MappingSet(
        id="delar",
        version=edition.version,
        titles=texts("Delarnas mappningar", "Mappings of the parts"),
        licence=OPEN,
        publisher=PUBLISHER,
        valid_from=date(int(edition.version), 1, 1),
        redistribution=Redistribution.ALLOWED,
    )
    yield Mapping(
        mapping_set="delar",
        origin=HERE,
        subject=f"{ROOT}/part-a/AAA00",
        predicate=BROAD if edition.version == "2021" else CLOSE,
        object=f"{ROOT}/part-b/BB000",
        justification="https://w3id.org/semapv/vocab/ManualMappingCuration",
        authors=("Någon",),
        confidence=0.7,
    )
