"""The concepts of a code system as Parquet: a text column for each column of its download as CSV.

`python -m begrepp.exports.parquet_scheme BUILD FILE` writes the file; the name of FILE is that of the code system.
"""

from __future__ import annotations

from pathlib import Path

import polars

from begrepp.artefact.manifest import read_manifest
from begrepp.exports.spreadsheet import about_scheme, write_named_scheme


def write_scheme(build: Path, scheme: str, packed: Path, target: Path) -> None:
    """Write the concepts of a code system, read from its download as CSV; what is known of it is the metadata."""
    about = {name: value for name, value in about_scheme(read_manifest(build), scheme) if value}
    polars.read_csv(packed, infer_schema=False).write_parquet(target, metadata=about)


if __name__ == "__main__":
    write_named_scheme(".parquet", write_scheme)
