"""Row of a variable table: title, measured concepts, coding, years and source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from begrepp.records import Text
from server.served.labels import Said, choose, iris_of, one, texts
from server.served.refs import Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableRow:
    """Row of a variable in a table."""

    ref: Ref
    name: str
    description: Text | None
    concepts: Sequence[Ref]
    codes: Sequence[Ref]
    datatype: str
    unit: str
    valid_from: str
    valid_to: str
    event: str
    source: str
    checked: str
    certainty: str
    key_for: Ref | None


CODED = ("begrepp:codeList", "begrepp:codingSystem", "begrepp:valueSet")


def linked(said: Said) -> set[str]:
    """Return the IRIs that a variable refers to: concepts, code lists, linkage keys."""
    return {iri for name in ("begrepp:measures", "begrepp:linkageKeyFor", *CODED) for iri in iris_of(said, name)}


def variable_row(said: Said, ref: Ref, known: dict[str, Ref], language: str) -> VariableRow:
    """Return the row of a variable from its statements; `known` maps the IRIs it refers to."""
    return VariableRow(
        ref=ref,
        name=one(said, "csvw:name"),
        description=choose(texts(said, "dct:description"), language),
        concepts=[known[iri] for iri in iris_of(said, "begrepp:measures")],
        codes=[known[iri] for name in CODED for iri in iris_of(said, name)],
        datatype=one(said, "csvw:datatype"),
        unit=one(said, "begrepp:unit"),
        valid_from=one(said, "begrepp:validFrom"),
        valid_to=one(said, "begrepp:validTo"),
        event=one(said, "begrepp:atEvent"),
        source=one(said, "dct:source"),
        checked=one(said, "begrepp:checked"),
        certainty=one(said, "begrepp:certainty"),
        key_for=next((known[iri] for iri in iris_of(said, "begrepp:linkageKeyFor")), None),
    )
