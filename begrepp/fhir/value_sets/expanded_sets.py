"""Members of a ValueSet that has an expansion and no compose, as includes of a compose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from begrepp.fhir.requests.faults import invalid_request

Json = dict[str, Any]
_PATH = "ValueSet.expansion.contains"


def expanded_sets(expansion: Json) -> list[Json]:
    """Return an include for each code system and version, with the codes that can be selected in their order.

    Raises `FhirFault` for a part of an expansion, and for an element of a wrong form.
    """
    found: dict[tuple[str, str], list[Json]] = {}
    count = 0
    for each in _elements(expansion):
        count += "code" in each
        if "code" in each and each.get("abstract") is not True:
            if not isinstance(each["code"], str) or not isinstance(each.get("system"), str):
                raise invalid_request(f"{_PATH} has an element without system or code.", at=_PATH)
            kept: Json = {name: each[name] for name in ("code", "display", "designation") if name in each}
            found.setdefault((each["system"], str(each.get("version", ""))), []).append(kept)
    total = expansion.get("total")
    if isinstance(total, int) and total > count:
        text = f"The expansion holds {count} of {total} members."
        raise invalid_request(text, code="not-supported", at="ValueSet.expansion", status=422)
    return [
        {"system": system, "concept": concepts} | ({"version": version} if version else {})
        for (system, version), concepts in found.items()
    ]


def _elements(expansion: Json) -> Iterator[Json]:
    waiting = [expansion]
    while waiting:
        one = waiting.pop()
        below = one.get("contains", [])
        if not isinstance(below, list) or not all(isinstance(each, dict) for each in below):
            raise invalid_request(f"{_PATH} is not a list of objects.", at=_PATH)
        if one is not expansion:
            yield one
        waiting += reversed(below)
