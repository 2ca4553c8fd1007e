"""Writer of the orders of each scheme's concepts by label and code (`begrepp.sparql.scheme_orders`)."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from begrepp import lazy_polars as pl
from begrepp.rdf.frames import TripleBlock, empty_frame, unescape_texts
from begrepp.rdf.namespaces import expand
from begrepp.sparql.scheme_orders import INDEX, IRIS, NUMBERS, OFFSETS, OTHER, OrderedScheme, StoredOrder

_PROPERTIES = ("skos:prefLabel", "skos:notation")
_IRI = r"^<[^<>\\]+>$"
"""An IRI without escape sequences."""


class SchemeOrderBuilder:
    """Collects schemes, labels and codes (a `ViewReader` of `begrepp.build.derived.view_scan`)."""

    def __init__(self) -> None:
        self._schemes = [empty_frame("subject", "rest")]
        self._types = [empty_frame("subject")]
        self._values = {property_: [empty_frame("subject", "rest")] for property_ in _PROPERTIES}

    def add(self, block: TripleBlock) -> None:
        """Collect what a block states."""
        self._schemes.append(block.select("skos:inScheme"))
        self._types.append(block.subjects("rdf:type", "skos:Concept"))
        for property_, frames in self._values.items():
            frames.append(block.select(property_))

    def write(self, folder: Path) -> None:
        """Write the files into the folder of the build."""
        members = pl.concat(self._schemes).select("subject", scheme=pl.col("rest").str.strip_suffix(" ."))
        plain = pl.col("subject").str.contains(_IRI) & pl.col("scheme").str.contains(_IRI)
        odd = members.filter(~plain).select("scheme").unique()
        members = members.join(odd, on="scheme", how="anti")
        concepts = pl.concat(self._types).with_columns(is_concept=True)
        schemes = (
            members.join(concepts, on="subject", how="left")
            .group_by("scheme")
            .agg(pl.len(), pl.col("is_concept").fill_null(value=False).all())
            .sort("scheme")
        )
        # Without brackets: these would change the order of an IRI that begins with another.
        iri = pl.col("subject").str.slice(1).str.strip_suffix(">")
        iris = members.select("subject").unique().with_columns(iri=iri).sort("iri").with_row_index("number")
        members = members.join(iris.drop("iri"), on="subject")
        index = {
            scheme[1:-1]: OrderedScheme(members=count, concepts=is_concept, orders={})
            for scheme, count, is_concept in schemes.iter_rows()
        }
        with (folder / NUMBERS).open("wb") as out:
            for property_ in _PROPERTIES:
                for scheme, kind, numbers in _orders(members, pl.concat(self._values[property_])):
                    order = None if numbers is None else StoredOrder(out.tell() // 4, len(numbers))
                    index[scheme[1:-1]].orders.setdefault(expand(property_), {})[kind] = order
                    if numbers is not None:
                        out.write(_little_endian(numbers))
        (folder / INDEX).write_bytes(msgspec.json.encode(index))
        lines = iris["iri"] + "\n"
        (folder / IRIS).write_bytes("".join(lines).encode())
        offsets = lines.str.len_bytes().cum_sum().shift(1, fill_value=0)
        (folder / OFFSETS).write_bytes(_little_endian(offsets.cast(pl.UInt32)))


def _orders(members: pl.DataFrame, values: pl.DataFrame) -> list[tuple[str, str, pl.Series | None]]:
    """Return scheme, kind of value, and the numbers of the members by value and IRI; None if that is no order."""
    texts = values["rest"].str.extract_groups(r'^"(?<text>.*)"(?:@(?<language>[\w-]+))? \.$').struct.unnest()
    kind = pl.when(pl.col("text").is_null()).then(pl.lit(OTHER)).otherwise(pl.col("language").fill_null(""))
    table = values.select("subject").with_columns(unescape_texts(texts["text"]), texts["language"])
    table = table.with_columns(kind=kind.str.to_lowercase()).join(members, on="subject")
    grouped = table.sort("scheme", "kind", "text", "number").group_by("scheme", "kind", maintain_order=True)
    lists = grouped.agg("number")
    return [
        (scheme, kind, None if kind == OTHER or numbers.n_unique() < len(numbers) else numbers)
        for scheme, kind, numbers in zip(lists["scheme"], lists["kind"], lists["number"], strict=True)
    ]


def _little_endian(numbers: pl.Series) -> bytes:
    array = numbers.cast(pl.UInt32).to_numpy()
    return bytes((array if sys.byteorder == "little" else array.byteswap()).tobytes())
