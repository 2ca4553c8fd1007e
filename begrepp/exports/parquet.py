"""Query results as Parquet, with a typed column for each variable whose values have one datatype.

`python -m begrepp.exports.parquet FILE ABOUT` reads SPARQL results in JSON from standard input and writes the file;
ABOUT is a JSON object of texts, which become the metadata of the file. It is a process of its own: Polars takes more
memory than a server process should keep.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars

from begrepp.rdf.namespaces import expand

_WHOLE = frozenset(
    expand(f"xsd:{name}")
    for name in ("integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "unsignedInt")
)
_REAL = frozenset(map(expand, ("xsd:decimal", "xsd:double", "xsd:float")))
_BOOLEAN = frozenset((expand("xsd:boolean"),))
_DATE = frozenset((expand("xsd:date"),))


def result_frame(answer: Mapping[str, Any]) -> polars.DataFrame:
    """Return the solutions of SPARQL results in JSON as a data frame.

    A variable is a column of integers, floats, booleans or dates if all its values are literals of such a datatype and
    valid; otherwise a column of texts: IRIs, labels of blank nodes, and literals without language and datatype.
    """
    bindings: Sequence[Mapping[str, Mapping[str, str]]] = answer["results"]["bindings"]
    return polars.DataFrame([_column(name, [row.get(name) for row in bindings]) for name in answer["head"]["vars"]])


def _column(name: str, terms: Sequence[Mapping[str, str] | None]) -> polars.Series:
    texts = [term["value"] if term else None for term in terms]
    datatypes = {term.get("datatype", "") for term in terms if term}
    column = polars.Series(name, texts, polars.String)
    if not datatypes:
        return column
    kinds: tuple[tuple[frozenset[str], Any], ...] = ((_WHOLE, polars.Int64), (_WHOLE | _REAL, polars.Float64))
    for accepted, kind in kinds:
        if datatypes <= accepted:
            typed = column.cast(kind, strict=False)
            return typed if typed.null_count() == column.null_count() else column
    if datatypes <= _BOOLEAN:
        return polars.Series(name, [None if text is None else text in ("true", "1") for text in texts], polars.Boolean)
    if datatypes <= _DATE:
        dates = column.str.to_date("%Y-%m-%d", strict=False)
        return dates if dates.null_count() == column.null_count() else column
    return column


def main() -> None:
    """Write the file that the command line names."""
    path, about = sys.argv[1:]
    result_frame(json.load(sys.stdin.buffer)).write_parquet(Path(path), metadata=json.loads(about))


if __name__ == "__main__":
    main()
