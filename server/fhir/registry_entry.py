"""Entry of this server for a registry of HL7's terminology ecosystem, as in `tx-servers.json`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from begrepp.fhir.systems.served_systems import ServedSystem
from server.fhir.fhir_requests import FHIR_VERSIONS

Json = dict[str, Any]
_SWEDISH = re.compile(r"urn:oid:1\.2\.752\..+|https?://[^/]+\.se(/.*)?")
"""Addresses of code systems that are published in Sweden: by OID and by host."""


def registry_entry(systems: Sequence[ServedSystem], address: str, own: str) -> Json:
    """Return the entry; `own`: start of the addresses of the service's own code systems.

    Complete code systems of Sweden and of the service are claimed; of others, those with Swedish names for Swedish.
    """
    complete = [each for each in systems if each.is_authoritative and each.content == "complete"]
    claimed = [each.url for each in complete if each.url.startswith(own) or _SWEDISH.fullmatch(each.url)]
    swedish = [each.url for each in complete if "sv" in each.languages and each.url not in claimed]
    return {
        "code": "begrepp",
        "name": "begrepp",
        "access_info": "Open; no login",
        "url": f"{address}/fhir",
        "authoritative": sorted(claimed),
        "languages": {"sv": sorted(swedish)},
        "fhirVersions": [{"version": base.upper(), "url": f"{address}/fhir/{base}"} for base in FHIR_VERSIONS],
    }
