"""The concepts of a code system as Parquet: a text column for each column of its download as CSV.

`python -m begrepp.exports.parquet_scheme BUILD FILE` writes the file; the name of FILE is that of the code system.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars

from begrepp.artefact.manifest import read_manifest
from begrepp.child_process import end_with_standard_input
from begrepp.exports.downloads import file_name, write_download
from begrepp.exports.spreadsheet import about_scheme
from begrepp.files import temporary_folder

SUFFIX = ".parquet"


def write_scheme(build: Path, scheme: str, packed: Path, target: Path) -> None:
    """Write the concepts of a code system, read from its download as CSV; what is known of it is the metadata."""
    about = {name: value for name, value in about_scheme(read_manifest(build), scheme) if value}
    polars.read_csv(packed, infer_schema=False).write_parquet(target, metadata=about)


if __name__ == "__main__":
    end_with_standard_input()
    build_folder, target_file = map(Path, sys.argv[1:])
    scheme_id = target_file.name.removesuffix(SUFFIX)
    with temporary_folder(target_file.parent) as folder:
        rows_file = folder / file_name(scheme_id, "csv")
        write_download(build_folder, rows_file.name, rows_file)
        whole = folder / target_file.name
        write_scheme(build_folder, scheme_id, rows_file, whole)
        whole.replace(target_file)
