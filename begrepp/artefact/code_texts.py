"""Codes, labels and last days of all code lists, written once in the build, so that a list is read without a query.

`code_texts.parquet` has a row for each notation, preferred label and last day of validity of each concept,
sorted by list.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from begrepp import lazy_polars as pl
from begrepp.errors import NoBuild

CODE_TEXTS = "code_texts.parquet"
_ROW_GROUP_SIZE = 20_000
LAST_DAY = "until"
"""The tag of the last day on which a code is valid."""
_COLUMNS = ("concept", "list", "active", "text", "tag")


def write_code_texts(
    folder: Path,
    *,
    memberships: pl.DataFrame,
    notations: pl.DataFrame,
    labels: pl.DataFrame,
    days: pl.DataFrame,
    inactive: pl.Series,
) -> None:
    """Write the file. The frames have the columns `subject`, and `rest` (of lists) or `text` and `tag`.

    `tag` is `@` and the language of a label, the datatype of a notation (`^^<…>`; empty for a plain one), or
    `LAST_DAY`.
    """
    texts = pl.concat([notations, labels, days])
    (
        memberships.select("subject", list=_iri(pl.col("rest").str.strip_suffix(" .")))
        .join(texts, on="subject")
        .with_columns(active=~pl.col("subject").is_in(inactive.implode()), concept=_iri(pl.col("subject")))
        .sort("list", "concept", "tag", "text")
        .select(_COLUMNS)
        .write_parquet(folder / CODE_TEXTS, row_group_size=_ROW_GROUP_SIZE)
    )


def read_code_texts(folder: Path, lists: Collection[str]) -> list[tuple[str, str, bool, str, str]]:
    """Return rows of concept, list, whether it is active, text, and tag for lists (IRIs), in the file's order.

    Raises `NoBuild` if the build was made by a version that did not write the file.
    """
    path = folder / CODE_TEXTS
    if not path.exists():
        raise NoBuild("The build was made by an earlier version and has no list of codes.", "Run `begrepp build`.")
    return pl.scan_parquet(path).filter(pl.col("list").is_in([*lists])).select(_COLUMNS).collect().rows()


def _iri(term: pl.Expr) -> pl.Expr:
    """Return the IRI within `<` and `>`."""
    return term.str.slice(1, term.str.len_chars() - 2)
