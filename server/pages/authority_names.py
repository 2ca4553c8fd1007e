"""Names of values that are addresses in public lists: licences, and codes of European authority tables.

A page shows `In Copyright` or `Sverige` with a link, in place of an address of eighty characters.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from begrepp.rdf.namespaces import compact
from server.http.i18n import Translator

_CREATIVE = re.compile(
    r"https?://creativecommons\.org/(?:licenses/([a-z-]+)|publicdomain/(zero))/([\d.]+)/?(?:[a-z.]*)"
)
_AUTHORITY = re.compile(
    r"https?://(?:publications\.europa\.eu/resource/authority|hdeu-dcat\.data\.health\.europa\.eu/resource/authority"
    r"|purl\.org/adms|w3id\.org/dpv)/([\w-]+)[/#]([\w-]+)"
)
"""Address of a code in a list: those of the European Publications Office, HealthDCAT-AP, ADMS and DPV."""


@lru_cache(1024)
def licence_name(iri: str, translate: Translator) -> str:
    """Return the name of a licence; for one that is not known, the host of its address; empty for other texts."""
    if found := _CREATIVE.fullmatch(iri):
        return f"CC {found[1].upper()} {found[3]}" if found[1] else f"CC0 {found[3]}"
    parts = urlsplit(iri)
    if parts.scheme not in ("http", "https"):
        return ""
    host, path = parts.netloc.removeprefix("www."), parts.path.strip("/")
    return translate.maybe(f"licence.{host}/{path}") or host


def authority_name(iri: str, translate: Translator) -> str:
    """Return the name of a code of an authority table, or the code if it has no translation; empty for others.

    Mapping relations and the methods of mappings are named as on the page of a concept.
    """
    if words := translate.maybe(f"property.{compact(iri)}"):
        return words
    if words := translate.maybe(f"why.{compact(iri)}"):
        return words
    found = _AUTHORITY.fullmatch(iri)
    return (translate.maybe(f"authority.{found[1]}/{found[2]}") or found[2]) if found else ""
