"""Description of a register: converts the workbook's DCAT-AP sheet to the keys of `[dataset]`."""

from __future__ import annotations

import re
from typing import Any

from begrepp.records import Skipped
from loaders.sos_workbook.code_lists import parse_period
from loaders.sos_workbook.workbook import SheetRow, WorkbookSheet, normalized_name

_SWEDISH, _ENGLISH = ("Svenska", "Värde", "SV"), ("Engelska", "EN")
_FREQUENCY = {
    "årligen": "ANNUAL",
    "årlig": "ANNUAL",
    "månadsvis": "MONTHLY",
    "månatligen": "MONTHLY",
    "varjemånad": "MONTHLY",
    "kvartalsvis": "QUARTERLY",
    "halvårsvis": "ANNUAL_2",
    "veckovis": "WEEKLY",
    "dagligen": "DAILY",
    "kontinuerligt": "CONT",
    "löpande": "CONT",
}
_ACCESS = {
    "begränsadåtkomst": "RESTRICTED",
    "begränsad": "RESTRICTED",
    "offentlig": "PUBLIC",
    "ickeoffentlig": "NON_PUBLIC",
}
_PLACES = {"sverige": "http://publications.europa.eu/resource/authority/country/SWE"}
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_URL = re.compile(r"https?://[^\s,;]+")


def read_description(sheets: list[WorkbookSheet]) -> tuple[dict[str, Any], list[Skipped]]:
    """Return the values of the sheet by the keys of `[dataset]`, and the attributes that have no key there."""
    values: dict[str, Any] = {}
    skipped: list[Skipped] = []
    for sheet in sheets:
        name = normalized_name(sheet.name)
        if "dcatap" not in name and not name.startswith("metadatadatamäng"):
            continue
        for row in sheet.table(("Attribut", "Attribut SoS-metadata", "Egenskap"), _SWEDISH) or ():
            _add_attribute(row, values, skipped)
    return values, skipped


def _add_attribute(row: SheetRow, values: dict[str, Any], skipped: list[Skipped]) -> None:
    key = row.get("Attribut", "Attribut SoS-metadata", "Egenskap")
    sv, en = row.get(*_SWEDISH), row.get(*_ENGLISH)
    if not (key and (sv or en)):
        return
    texts = {language: text for language, text in (("sv", sv), ("en", en)) if text}
    links = _URL.findall(sv) or _URL.findall(en)
    match normalized_name(key):
        case "titel":
            values["title"] = texts
        case "beskrivning":
            values["description"] = texts
        case "population":
            values["population"] = texts
        case "tidsperiod" if any(parse_period(sv)):
            values["temporal_from"], values["temporal_to"] = parse_period(sv)
        case "namngivetgeografisktområde" if normalized_name(sv) in _PLACES:
            values["spatial"] = _PLACES[normalized_name(sv)]
        case "uppdateringsfrekvens" if normalized_name(sv) in _FREQUENCY:
            values["frequency"] = _FREQUENCY[normalized_name(sv)]
        case "åtkomsträttigheter" if normalized_name(sv) in _ACCESS:
            values["access_rights"] = _ACCESS[normalized_name(sv)]
        case "utgivare" if normalized_name(sv) == "socialstyrelsen":
            values["publisher"] = "socialstyrelsen"
        case "kontaktuppgift" if links or _EMAIL.search(sv):
            email = _EMAIL.search(sv)
            values["contact"] = {"name": {"sv": "Socialstyrelsen", "en": "National Board of Health and Welfare"}}
            values["contact"] |= {"email": email[0]} if email else {"url": links[0]}
        case "dokumentation" if links:
            values["documentation"] = links
        case "ingångssida" if links:
            values["landing_page"] = links[0]
        case "webbadressföråtkomst" if links:
            values["access_url"] = links[0]
        case "tillämpliglagstiftning":
            values["applicable_legislation"] = [{"title": texts} | ({"url": links[0]} if links else {})]
        case _:
            reason = f"'{key}' is '{sv or en}', which has no place in the description of a dataset."
            skipped.append(Skipped(origin=row.origin, reason=reason))
