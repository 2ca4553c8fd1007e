"""Row of a variable table: title, measured concepts, coding, years and source."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from begrepp.records import Text
from begrepp.text.swedish import fold
from begrepp.text.years import format_years
from server.served.labels import Statements, choose_text, property_iris, property_texts, property_value
from server.served.refs import Ref


class VariableRow(Struct, frozen=True, kw_only=True):
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

    @property
    def years(self) -> str:
        """The first and last year, `2008–`; empty if neither is stated."""
        return format_years(self.valid_from, self.valid_to)

    @property
    def words(self) -> str:
        """The folded text that the filter searches: name, labels, concepts and code lists."""
        refs = (self.ref, *self.concepts, *self.codes)
        texts = [self.name, self.description.value if self.description else "", *(ref.label.value for ref in refs)]
        return fold(" ".join(texts))


CODED = ("begrepp:codeList", "begrepp:codingSystem", "begrepp:valueSet")


def linked(statements: Statements) -> set[str]:
    """Return the IRIs that a variable refers to: concepts, code lists, linkage keys."""
    return {
        iri for name in ("begrepp:measures", "begrepp:linkageKeyFor", *CODED) for iri in property_iris(statements, name)
    }


def _with_short_label(ref: Ref) -> Ref:
    """Return a link to a list that the build does not have with the end and the host of its address as label."""
    if ref.known or not ref.iri.startswith(("http://", "https://")):
        return ref
    host, _, path = ref.iri.partition("://")[2].partition("/")
    end = re.split(r"[/#]", path.rstrip("/#"))[-1]
    return replace(ref, label=Text(f"{end} ({host})" if end else host, ""))


def variable_row(statements: Statements, ref: Ref, known: dict[str, Ref], language: str) -> VariableRow:
    """Return the row of a variable from its statements; `known` maps the IRIs it refers to."""
    return VariableRow(
        ref=ref,
        name=property_value(statements, "csvw:name"),
        description=choose_text(property_texts(statements, "dct:description"), language),
        concepts=[known[iri] for iri in dict.fromkeys(property_iris(statements, "begrepp:measures"))],
        codes=[
            _with_short_label(known[iri])
            for iri in dict.fromkeys(i for name in CODED for i in property_iris(statements, name))
        ],
        datatype=property_value(statements, "csvw:datatype"),
        unit=property_value(statements, "begrepp:unit"),
        valid_from=property_value(statements, "begrepp:validFrom"),
        valid_to=property_value(statements, "begrepp:validTo"),
        event=property_value(statements, "begrepp:atEvent"),
        source=property_value(statements, "dct:source"),
        checked=property_value(statements, "begrepp:checked"),
        certainty=property_value(statements, "begrepp:certainty"),
        key_for=next((known[iri] for iri in property_iris(statements, "begrepp:linkageKeyFor")), None),
    )
