"""KSH97-P, the Swedish classification of diseases for primary care: codes and alternative terms.

Two fixed-width files in ISO-8859-1: `KSH97P_KOD.ANS` has each code with its label, `KSH97P_SFAMALT.ANS` alternative
terms, several per code. The code is the first seven characters of a line, the text the rest.
"""

from __future__ import annotations

from collections.abc import Iterator

from begrepp.records import Concept, EditionFiles, Record, Redistribution, Scheme, Skipped, Source, Text, texts
from begrepp.sources.editions import file_named
from begrepp.sources.rows import Row
from begrepp.sources.tables import read_table
from loaders.support.agencies import IN_COPYRIGHT, SOCIALSTYRELSEN, classifications_publisher
from loaders.support.editions import protected_edition

SCHEME = Scheme(
    id="ksh97-p",
    titles=texts(
        "KSH97-P, klassifikation av sjukdomar och hälsoproblem 1997, primärvård",
        "KSH97-P, Swedish classification of diseases and health problems 1997, primary care",
    ),
    identifiers=("urn:oid:1.2.752.116.1.3.1.1.2",),
    preferred_system_uri="urn:oid:1.2.752.116.1.3.1.1.2",
    # An ICD-10 category and a digit, or a hyphen for the category; a P marks codes merged for primary care.
    notation_pattern=r"^[A-Z][0-9]{2}[0-9-][A-Z]?$",
    hierarchical=False,
)
SOURCE = Source(
    id="ksh97p",
    title="KSH97-P",
    publisher=SOCIALSTYRELSEN,
    licence=IN_COPYRIGHT,
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://www.ehalsomyndigheten.se/verksamhet/ndi/interoperabilitet/klassifikationer/",
    reads="KSH97P_KOD.ANS and KSH97P_SFAMALT.ANS",
    schemes=(SCHEME,),
)
_CODE_WIDTH = 7


def load(edition: EditionFiles) -> Iterator[Record]:
    """Yield the scheme, the edition, and every code with its alternative terms."""
    yield SCHEME
    yield protected_edition(SCHEME, edition, classifications_publisher)
    codes = list(_lines(edition, "KSH97P_KOD.ANS"))
    code_set = {code for _, code, _ in codes}
    terms: dict[str, list[Text]] = {}
    for row, code, term in _lines(edition, "KSH97P_SFAMALT.ANS"):
        if code in code_set:
            terms.setdefault(code, []).append(Text(term, "sv"))
        else:
            yield Skipped(origin=row.origin, reason=f"'{term}' is a term for '{code}', which is not in KSH97P_KOD.ANS.")
    for row, code, label in codes:
        pref = Text(label, "sv")
        yield Concept(
            scheme=SCHEME.id,
            notation=code,
            origin=row.origin,
            pref_labels=(pref,),
            alt_labels=tuple(term for term in dict.fromkeys(terms.get(code, ())) if term != pref),
        )


def _lines(edition: EditionFiles, name: str) -> Iterator[tuple[Row, str, str]]:
    rows = read_table(file_named(edition, name), columns=("line",), delimiter="\t", quoted=False, encoding="iso-8859-1")
    for row in rows:
        # `take` strips the line at its ends only, and the code begins the line.
        line = row.take("line")
        row.done()
        yield row, line[:_CODE_WIDTH].strip(), line[_CODE_WIDTH:].strip()
