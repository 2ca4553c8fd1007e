"""The schemes of KVÅ (KKÅ and KMÅ), their levels, and the conversion of a row to a concept."""

from __future__ import annotations

from begrepp.errors import Origin
from begrepp.records import (
    Concept,
    Note,
    Scheme,
    texts,
)

KVA = Scheme(
    id="kva",
    titles=texts("KVÅ, klassifikation av vårdåtgärder", "KVÅ, Swedish classification of health care procedures"),
    # OIDs and URIs seen in Swedish interfaces: the whole (.3.4), RIV-TA's older one, and two URIs; none is agreed.
    identifiers=(
        "urn:oid:1.2.752.116.1.3.2.3.4",
        "urn:oid:1.2.752.116.1.3.2.1.4",
        "http://electronichealth.se/id/kva",
        "http://klassifikationer.socialstyrelsen.se/kva",
    ),
    preferred_system_uri="urn:oid:1.2.752.116.1.3.2.3.4",
)
KKA = Scheme(
    id="kka",
    titles=texts("KKÅ, klassifikation av kirurgiska åtgärder", "KKÅ, classification of surgical procedures"),
    identifiers=("urn:oid:1.2.752.116.1.3.2.3.6",),
    preferred_system_uri="urn:oid:1.2.752.116.1.3.2.3.6",
    notation_pattern=r"^[A-Z]{1,3}$|^[A-Z]{3}[0-9]{2}$",
    part_of="kva",
)
KMA = Scheme(
    id="kma",
    titles=texts("KMÅ, klassifikation av medicinska åtgärder", "KMÅ, classification of medical procedures"),
    identifiers=("urn:oid:1.2.752.116.1.3.2.3.5",),
    preferred_system_uri="urn:oid:1.2.752.116.1.3.2.3.5",
    # The third level exists in chapter V only: VA9 is the parent of VA900 to VA999.
    notation_pattern=r"^[A-Z]{1,2}$|^[A-Z]{2}[0-9]$|^[A-Z]{2}[0-9]{3}$",
    part_of="kva",
)
PARTS = {"KKÅ": KKA, "KMÅ": KMA}
LEVELS = {
    1: texts("Kapitel", "Chapter"),
    2: texts("Avsnitt", "Section"),
    3: texts("Grupp", "Group"),
    4: texts("Åtgärd", "Procedure"),
}


def new_concept(
    scheme: Scheme, code: str, origin: Origin, label: str, notes: tuple[Note, ...], broader: tuple[str, ...]
) -> Concept:
    """Return the concept of a row; the length of the code gives its level."""
    return Concept(
        scheme=scheme.id,
        notation=code,
        origin=origin,
        # Some lists of KVÅ end a label with "(i)", which is not part of the label.
        pref_labels=texts(label.removesuffix("(i)").strip()),
        notes=notes,
        broader=broader,
        level=str({1: 1, 2: 2, 3: 3, 5: 4}.get(len(code), 4)),
    )


def parent_of(code: str, headings: frozenset[str]) -> tuple[str, ...]:
    """Return the longest heading that is a prefix of the code (ZS for ZSC00), or nothing."""
    return next(((code[:end],) for end in (3, 2, 1) if end < len(code) and code[:end] in headings), ())
